#!/usr/bin/env python3
"""Proves the README in a bare Debian: a root of its own with what the README tells to install, and nothing else.

    sudo python3 tests/long/bare_debian.py [--ci] [FOLDER]        (FOLDER is made by debootstrap if it is not there)

A machine that has been worked on hides missing steps. Runs both commands from a clean clone, a second start without
any network, and `pip install .` in an empty venv; `--ci` runs .ci/run instead, which installs its programs there (so
give it a folder of its own). Prints how long each took; ends with 1 if one failed.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
INCLUDE = "python3-venv,git,ca-certificates"  # the README's two, and what apt brings along with git
MIRROR = os.environ.get("OPPITUPA_DEBIAN_MIRROR", "http://deb.debian.org/debian")
SOURCE, HERE = "/srv/oppitupa.git", "/srv/oppitupa"
SECONDS_TO_THE_FIRST_PAGE = 60
NOT_THERE = ("node", "npm", "gcc", "curl", "uv", "psql", "redis-server", "chromium", "firefox-esr", "nginx")

# How this machine reaches the registries is its own matter, not the product's: it is handed in, and written nowhere.
NETWORK_FILES = ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt", "etc/pip.conf", "etc/npmrc")
NETWORK_SETTINGS = re.compile(
    r"(PIP|UV|NPM_CONFIG)_.*(INDEX|CERT|HOST|REGISTRY).*|.*_PROXY|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS", re.I
)
APT = ("etc/apt/sources.list", "etc/apt/sources.list.d", "etc/apt/apt.conf.d", "etc/apt/trusted.gpg.d")


class Bare:
    """The root, and commands in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "usr").is_dir():
            run(["debootstrap", "--variant=minbase", f"--include={INCLUDE}", "bookworm", str(folder), MIRROR])
        for file in NETWORK_FILES:
            if Path("/", file).exists():
                shutil.copyfile(f"/{file}", folder / file)
        for old in (SOURCE, HERE, "/srv/venv", "/root/.cache", "/root/.npm"):
            shutil.rmtree(folder / old.lstrip("/"), ignore_errors=True)
        run(["git", "clone", "--quiet", "--bare", str(ROOT), str(folder / SOURCE.lstrip("/"))])

    def inside(self, command: Sequence[str], *, cut_off: bool = False, **settings: str) -> list[str]:
        """The command in the root, in mounts of its own that vanish with it; `cut_off`: with loopback alone."""
        network = {name: value for name, value in os.environ.items() if NETWORK_SETTINGS.fullmatch(name)}
        clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", **network, **settings}
        root = str(self.folder)
        first = f"mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev && cd {root}"
        if cut_off:
            first += " && ip link set lo up"
        spaces = ["--mount", *(["--net"] if cut_off else [])]
        pairs = [f"{name}={value}" for name, value in clean.items()]
        return ["unshare", *spaces, "sh", "-c", f'{first} && exec chroot {root} env -i "$@"', "sh", *pairs, *command]

    def ask(self, question: str, command: Sequence[str], **settings: str) -> bool:
        """Run it to its end and say how long it took."""
        began = time.monotonic()
        done = subprocess.run(self.inside(command, **settings), check=False)
        print(f"{question}: exit {done.returncode} after {time.monotonic() - began:.0f} s", flush=True)
        return done.returncode == 0

    def first_page(self, how: str, command: Sequence[str], *, cut_off: bool = False) -> bool:
        """From typing the command to a page that answers."""
        began = time.monotonic()
        demo = self.inside([*command, "demo", "--port", "0", "--json"], cut_off=cut_off)
        process = subprocess.Popen(demo, stdout=subprocess.PIPE)
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                print(f"demo, {how}: ended without an address")
                return False
            ask = f"import urllib.request; urllib.request.urlopen({json.loads(line)['url']!r}, timeout=20).read()"
            run(["nsenter", f"--net=/proc/{process.pid}/ns/net", sys.executable, "-c", ask])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        took = time.monotonic() - began
        print(f"demo, {how}: first page after {took:.1f} s (at most {SECONDS_TO_THE_FIRST_PAGE})", flush=True)
        return took <= SECONDS_TO_THE_FIRST_PAGE


def readme(bare: Bare) -> list[bool]:
    """What a newcomer does, in the README's order; then the same product as an installed package."""
    one_command = ["python3", f"{HERE}/deploy/up.py"]
    programs = [bare.folder / folder / name for name in NOT_THERE for folder in ("usr/bin", "usr/sbin")]
    print(f"bare Debian 12 without {', '.join(NOT_THERE)}: {not any(map(Path.exists, programs))}", flush=True)
    return [
        not any(map(Path.exists, programs)),
        bare.ask("git clone", ["git", "clone", "--quiet", SOURCE, HERE]),
        bare.first_page("cold", one_command),
        bare.first_page("again, without any network", one_command, cut_off=True),
        bare.ask("tests", [*one_command, "test"]),
        *installed(bare),
    ]


def installed(bare: Bare) -> list[bool]:
    """`pip install .` in an empty venv; then the tree is gone, and the demo still opens."""
    done = [
        bare.ask("git clone once more", ["sh", "-c", f"rm -rf {HERE} && git clone --quiet {SOURCE} {HERE}"]),
        bare.ask("venv", ["python3", "-m", "venv", "/srv/venv"]),
        bare.ask("pip install .", ["/srv/venv/bin/pip", "install", "--quiet", HERE]),
    ]
    shutil.rmtree(bare.folder / HERE.lstrip("/"), ignore_errors=True)
    return [*done, bare.first_page("installed, outside of the tree", ["/srv/venv/bin/oppitupa"])]


def ci(bare: Bare) -> list[bool]:
    """The whole of .ci/run, which may install what Debian has and must leave nothing out."""
    for part in APT:
        here, there = Path("/", part), bare.folder / part
        if here.is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True)
        elif here.exists():
            shutil.copyfile(here, there)
    return [
        bare.ask("git clone", ["git", "clone", "--quiet", SOURCE, HERE]),
        bare.ask(".ci/run", [f"{HERE}/.ci/run"]),
    ]


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    wishes = [one for one in sys.argv[1:] if one != "--ci"]
    whole = "--ci" in sys.argv[1:]
    bare_root = Path(wishes[0] if wishes else f"/var/tmp/oppitupa-bare{'-ci' if whole else ''}").resolve()
    sys.exit(0 if all((ci if whole else readme)(Bare(bare_root))) else 1)
