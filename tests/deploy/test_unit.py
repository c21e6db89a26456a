"""deploy/oppitupa.service: sound, hardened, and it starts a house that answers, just as it is written."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.programs import free_port, program

UNIT = Path(__file__).resolve().parent.parent.parent / "deploy" / "oppitupa.service"
INSTALLED = "/opt/oppitupa/.venv/bin/oppitupa"
Lines = dict[str, list[str]]


def read() -> dict[str, Lines]:
    """Sections, their keys, and every value of each in order."""
    unit: dict[str, Lines] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = unit.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return unit


@pytest.fixture
def oppitupa() -> str:
    """The command as it is installed here."""
    return str(Path(sys.executable).parent / "oppitupa")


def test_unit_when_systemd_reads_it_then_it_has_nothing_to_say(tmp_path: Path, oppitupa: str) -> None:
    analyze = program("systemd-analyze", "systemd (apt install systemd)")
    unit = tmp_path / "oppitupa.service"
    unit.write_text(UNIT.read_text(encoding="utf-8").replace(INSTALLED, oppitupa), encoding="utf-8")
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    judged = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-500:]


def test_unit_when_read_then_it_runs_as_nobody_in_a_folder_of_its_own_and_comes_back() -> None:
    service = read()["Service"]
    for key, value in {
        "DynamicUser": "yes", "StateDirectory": "oppitupa", "ProtectSystem": "strict", "NoNewPrivileges": "yes",
        "Restart": "always", "KillMode": "mixed", "TimeoutStopSec": "30", "CapabilityBoundingSet": "",
    }.items():  # fmt: skip
        assert service[key] == [value]


async def test_unit_when_its_command_is_executed_as_written_then_it_serves_renews_and_stops(
    tmp_path: Path, oppitupa: str
) -> None:
    service, port = read()["Service"], free_port()
    words = {"%S": str(tmp_path)}
    environment = dict(line.replace("%S", words["%S"]).split("=", 1) for line in service["Environment"])
    environment |= {"PATH": os.environ["PATH"], "OPPITUPA_PORT": str(port)}  # what oppitupa.env would say
    (tmp_path / "oppitupa").mkdir()
    command = service["ExecStart"][0].replace(INSTALLED, oppitupa).split()
    command = [environment[word[2:-1]] if word.startswith("${") else word for word in command]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=tmp_path / "oppitupa", stderr=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await until_ready(port)
        assert (tmp_path / "oppitupa" / "oppitupa.db").is_file()
        assert service["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
        asked = asyncio.create_task(ask_all_the_while(port, 6))
        await asyncio.sleep(0.5)
        process.send_signal(signal.SIGHUP)
        assert await asked > 5
        await until_ready(port)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), float(service["TimeoutStopSec"][0])) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    shutil.rmtree(tmp_path / "oppitupa")


async def until_ready(port: int) -> None:
    async with asyncio.timeout(40):
        while True:
            try:
                async with (
                    aiohttp.ClientSession() as session,
                    session.get(f"http://127.0.0.1:{port}/health/ready") as answer,
                ):
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


async def ask_all_the_while(port: int, seconds: float) -> int:
    """Ask again and again; every single answer must be a good one. How many there were."""
    count, end = 0, asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as answer:
            assert answer.status in (200, 303), answer.status
            count += 1
        await asyncio.sleep(0.05)
    return count
