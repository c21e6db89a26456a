"""The demo on a machine without any network: sign-ins for everybody within a minute, and nothing is sent outside."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.journeys.conftest import ROOT
from tests.programs import lacking

ALONE = """
import asyncio, json, sys, time
from pathlib import Path
import aiohttp
from server.demo import classmates
from tests.journeys.conftest import start, stop

async def main():
    begun = time.monotonic()
    demo = await start(Path(sys.argv[1]), "--classmates", "3")
    pages = {}
    for role in ("learner", "teacher", "coordinator", "inspector", "counsellor"):
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            await classmates.press_the_button(session, demo.people(role)[0]["signin"])
            async with session.get(demo.url) as page:
                pages[role] = [page.status, page.url.path]
    lasted = time.monotonic() - begun
    await asyncio.sleep(3)  # its classmates come in, its chores have run
    sent = [line.split() for line in open("/proc/net/snmp") if line.startswith("Ip:")]
    await stop(demo)
    lost = dict(zip(*sent))["OutNoRoutes"]
    print(json.dumps({"pages": pages, "seconds": lasted, "outside": int(lost)}))

asyncio.run(main())
"""


def test_demo_when_there_is_no_network_then_everybody_signs_in_within_a_minute(tmp_path: Path) -> None:
    unshare, ip = shutil.which("unshare"), shutil.which("ip", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if unshare is None or ip is None or subprocess.run([unshare, "-n", "true"], check=False).returncode:
        lacking("no network can be taken away here", "util-linux and iproute2, and run as root")
    run = f'{ip} link set lo up && exec "$0" -c "$1" "$2"'
    command = [unshare, "-n", "sh", "-c", run, sys.executable, ALONE, str(tmp_path / "house")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["seconds"] < 60
    assert told["outside"] == 0
    assert told["pages"] == {
        "learner": [200, "/"], "teacher": [200, "/teaching"], "coordinator": [200, "/house"],
        "inspector": [200, "/reports"], "counsellor": [200, "/house"],
    }  # fmt: skip


def test_counter_when_something_is_sent_outside_then_it_is_counted() -> None:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-n", "true"], check=False).returncode:
        lacking("no network can be taken away here", "util-linux, and run as root")
    script = """
import socket
try:
    socket.create_connection(("192.0.2.1", 80), 1)
except OSError:
    pass
names, values = (line.split() for line in open("/proc/net/snmp") if line.startswith("Ip:"))
print(dict(zip(names, values))["OutNoRoutes"])
"""
    done = subprocess.run(
        [unshare, "-n", sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=20
    )
    assert int(done.stdout) > 0
