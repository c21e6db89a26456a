#!/usr/bin/env python3
"""Proves both README commands in a bare Debian: a root of its own with Python, venv and certificates, and nothing else.

    sudo python3 tests/long/bare_debian.py [FOLDER]        (FOLDER is made by debootstrap if it is not there)

A machine that has been worked on hides missing steps. Prints how long each command took; ends with 1 if one failed.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
INCLUDE = "python3,python3-venv,ca-certificates"
MIRROR = os.environ.get("OPPITUPA_DEBIAN_MIRROR", "http://deb.debian.org/debian")
HERE = "/srv/oppitupa"
SECONDS_TO_THE_FIRST_PAGE = 60


def main(bare: Path) -> int:
    if not (bare / "usr").is_dir():
        run(["debootstrap", "--variant=minbase", f"--include={INCLUDE}", "bookworm", str(bare), MIRROR])
    # What a network needs is the machine's, not the product's: name servers, and certificates where it has its own.
    for file in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
        shutil.copyfile(f"/{file}", bare / file)
    clone = bare / HERE.lstrip("/")
    shutil.rmtree(clone, ignore_errors=True)
    shutil.rmtree(bare / "root" / ".cache", ignore_errors=True)
    shutil.rmtree(bare / "root" / ".npm", ignore_errors=True)
    run(["git", "clone", "--quiet", str(ROOT), str(clone)])
    lacking = [name for name in ("node", "npm", "git", "gcc", "curl", "uv") if (bare / "usr" / "bin" / name).exists()]
    print(f"bare Debian 12, without node, npm, git, gcc, curl, uv{f' (but {lacking})' if lacking else ''}")
    answers = [first_page("cold"), first_page("again"), tests()]
    return 0 if all(answers) else 1


def inside(command: str) -> list[str]:
    """The command in the root, in mounts of its own that vanish with it."""
    bare = str(BARE)
    mounts = f"mount -t proc proc {bare}/proc && mount --rbind /dev {bare}/dev"
    clean = "env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8"
    if "SSL_CERT_FILE" in os.environ:
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        clean += f" SSL_CERT_FILE={bundle} PIP_CERT={bundle} NODE_EXTRA_CA_CERTS={bundle}"
    return ["unshare", "--mount", "sh", "-c", f"{mounts} && exec chroot {bare} {clean} {command}"]


def first_page(how: str) -> bool:
    """From typing the command to a page that answers."""
    began = time.monotonic()
    process = subprocess.Popen(inside(f"python3 {HERE}/deploy/up.py demo --port 0 --json"), stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            print(f"demo, {how}: ended without an address")
            return False
        with urllib.request.urlopen(json.loads(line)["url"], timeout=20) as page:
            page.read()
    finally:
        process.terminate()
        process.wait(30)
    took = time.monotonic() - began
    print(f"demo, {how}: first page after {took:.1f} s (at most {SECONDS_TO_THE_FIRST_PAGE})")
    return took <= SECONDS_TO_THE_FIRST_PAGE


def tests() -> bool:
    began = time.monotonic()
    done = subprocess.run(inside(f"python3 {HERE}/deploy/up.py test -q"), check=False)
    print(f"tests: exit {done.returncode} after {time.monotonic() - began:.0f} s")
    return done.returncode == 0


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    BARE = Path(sys.argv[1] if len(sys.argv) > 1 else "/var/tmp/oppitupa-bare").resolve()
    sys.exit(main(BARE))
