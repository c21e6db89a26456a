"""`oppitupa doctor`: what is well, what is to be done and how, in sentences; nothing in it is pretended."""

import asyncio
import os
import shutil
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from calendars import houses, rights
from calendars.clock import SetClock
from calendars.houses import NewHouse
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.store import Store
from server.cli import main
from server.commands.doctor import LEAST_FREE
from server.migrations import migrate
from tests.programs import free_port

NO_TURN = (
    "TODO TURN is not set: behind strict firewalls (schools, libraries, some phones) there is neither picture nor "
    "sound in the embedded room. `apt install coturn`, then set OPPITUPA_TURN and OPPITUPA_TURN_SECRET."
)
DATABASE = "ok   The database answers and has the form that this version needs."
NO_KEY = (
    "-    OPPITUPA_SEAL_KEY is not set: whoever has a copy of the database has the secrets of the video servers and "
    "the key that signs the proof of attendance. "
    "Set it to what `openssl rand -base64 32` says, and keep it where no backup of the database is."
)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a house with a migrated database; the environment says nothing else."""
    for name in [name for name in os.environ if name.startswith("OPPITUPA_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "house"
    folder.mkdir()
    asyncio.run(migrate(f"sqlite+aiosqlite:///{folder}/oppitupa.db"))
    monkeypatch.setenv("OPPITUPA_DATA", str(folder))
    return folder


def examined(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str], str]:
    """Exit code, the findings but for those of this very machine (its clock and disk), and the last word."""
    capsys.readouterr()
    code = main(["doctor"])
    said = capsys.readouterr()
    lines = said.out.splitlines()
    machine = [line for line in lines if "over the network" in line or " GB are free in " in line]
    assert len(machine) == 2
    todo = sum(line.startswith("TODO") for line in lines)
    assert (code, said.err) == ((1, f"{todo} to do.\n") if todo else (0, "All is well.\n"))
    return code, [line for line in lines if line not in machine], said.err


@contextmanager
def stun_server() -> Iterator[int]:
    """Answers each Binding request as a STUN server does, at this port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))

        def answer() -> None:
            while (asked := line.recvfrom(2048))[0]:
                line.sendto(struct.pack("!HHI", 0x0101, 0, 0x2112A442) + asked[0][8:20], asked[1])

        thread = threading.Thread(target=answer)
        thread.start()
        yield line.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", line.getsockname())
        thread.join()


@contextmanager
def mail_server() -> Iterator[int]:
    """Lets everybody in and takes no letter, at this port."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            line, _ = door.accept()
            with line, line.makefile("rwb") as talk:
                talk.write(b"220 here\r\n")
                talk.flush()
                for said in talk:
                    quits = said.upper().startswith(b"QUIT")
                    talk.write(b"221 bye\r\n" if quits else b"250 yes\r\n")
                    talk.flush()

        thread = threading.Thread(target=answer)
        thread.start()
        yield door.getsockname()[1]
        thread.join()


def certificate(path: Path, days: int) -> Path:
    """One that ends in so many days."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "class.example.org")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=400)).not_valid_after(now + timedelta(days=days, hours=1))
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def test_doctor_when_a_new_house_is_looked_at_then_it_says_what_to_do(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, told, _ = examined(capsys)
    assert told == [
        DATABASE,
        NO_KEY,
        "-    Mail is not set: letters wait in the outbox page. Set OPPITUPA_SMTP_HOST to send them.",
        NO_TURN,
        "-    The house is on this machine alone, over plain http: others need HTTPS (OPPITUPA_URL).",
        "TODO There is no backup yet: run `oppitupa backup FILE` each night and keep it elsewhere.",
    ]


def test_doctor_when_everything_is_set_and_answers_then_all_is_well(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "house.zip")]) == 0
    key = certificate(tmp_path / "good.pem", 90)
    monkeypatch.setenv("OPPITUPA_TLS_CERT", str(tmp_path / "good.pem"))
    monkeypatch.setenv("OPPITUPA_TLS_KEY", str(key))
    monkeypatch.setenv("OPPITUPA_TURN_SECRET", "s" * 32)
    monkeypatch.setenv("OPPITUPA_SEAL_KEY", "k" * 32)
    monkeypatch.setenv("OPPITUPA_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("OPPITUPA_SMTP_ENCRYPTION", "none")
    monkeypatch.setenv("OPPITUPA_MAIL_FROM", "house@example.org")
    with stun_server() as stun, mail_server() as mail:
        monkeypatch.setenv("OPPITUPA_TURN", f"turn:127.0.0.1:{stun}")
        monkeypatch.setenv("OPPITUPA_SMTP_PORT", str(mail))
        _, told, _ = examined(capsys)
    until = (datetime.now(UTC) + timedelta(days=90, hours=1)).date()
    assert told == [
        DATABASE,
        "ok   A copy of the database alone opens no secret of a video server.",
        f"ok   The mail server 127.0.0.1:{mail} lets us in.",
        f"ok   turn:127.0.0.1:{stun} answers.",
        f"ok   The certificate is good until {until}.",
        "ok   The last backup is 0 hours old.",
    ]


def test_doctor_when_the_seal_has_its_old_key_still_then_it_says_when_to_take_it_out(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPPITUPA_SEAL_KEY", "k" * 32)
    monkeypatch.setenv("OPPITUPA_SEAL_KEY_BEFORE", "j" * 32)
    told = "TODO OPPITUPA_SEAL_KEY_BEFORE is set: once the house has started with both keys, take it out."
    assert examined(capsys)[1][1] == told


def test_doctor_when_what_is_set_does_not_answer_then_it_says_which_and_what_to_check(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = free_port()
    monkeypatch.setenv("OPPITUPA_TURN_SECRET", "s" * 32)
    monkeypatch.setenv("OPPITUPA_TURN", f"turn:127.0.0.1:{dead}?transport=tcp")
    monkeypatch.setenv("OPPITUPA_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("OPPITUPA_SMTP_PORT", str(dead))
    monkeypatch.setenv("OPPITUPA_MAIL_FROM", "house@example.org")
    monkeypatch.setenv("OPPITUPA_URL", f"https://127.0.0.1:{dead}")
    (house / "last-backup").touch()
    os.utime(house / "last-backup", (0, datetime.now(UTC).timestamp() - 37 * 3600))
    _, told, _ = examined(capsys)
    assert told == [
        DATABASE,
        NO_KEY,
        f"TODO The mail server 127.0.0.1:{dead} did not let us in (ConnectionRefusedError): check OPPITUPA_SMTP_*.",
        f"TODO turn:127.0.0.1:{dead}?transport=tcp does not answer (Connection refused): "
        "check that it runs and its port is open.",
        f"TODO https://127.0.0.1:{dead} does not speak HTTPS that browsers trust (Connection refused).",
        "TODO The last backup is 37 hours old: run `oppitupa backup FILE`.",
    ]


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (90, "ok   The certificate is good until {day}."),
        (5, "TODO The certificate is good until {day}: renew it."),
        (-3, "TODO The certificate ended on {day}: renew it now."),
    ],
)
def test_doctor_when_the_certificate_grows_old_then_it_says_so_in_time(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], days: int,
    sentence: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("OPPITUPA_TLS_CERT", str(certificate(tmp_path / "c.pem", days)))
    monkeypatch.setenv("OPPITUPA_TLS_KEY", str(tmp_path / "c.pem"))
    day = (datetime.now(UTC) + timedelta(days=days, hours=1)).date()
    assert [line for line in examined(capsys)[1] if "certificate" in line.lower()] == [sentence.format(day=day)]


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_doctor_when_the_certificate_cannot_be_read_then_one_sentence(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    content: bytes,
) -> None:  # fmt: skip
    file = tmp_path / "c.pem"
    file.write_bytes(content)
    monkeypatch.setenv("OPPITUPA_TLS_CERT", str(file))
    monkeypatch.setenv("OPPITUPA_TLS_KEY", str(file))
    told = [line for line in examined(capsys)[1] if str(file) in line]
    assert told == [f"TODO The certificate {file} cannot be read: check OPPITUPA_TLS_CERT."]


def test_doctor_when_the_database_is_empty_or_away_then_it_says_what_to_do(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (house / "oppitupa.db").unlink()
    for rest in house.glob("oppitupa.db-*"):
        rest.unlink()
    assert examined(capsys)[1][0] == "TODO The database is empty: `oppitupa serve` or `oppitupa migrate` fills it."
    assert not (house / "oppitupa.db").exists(), "to look changes nothing"
    monkeypatch.setenv("OPPITUPA_DATABASE", f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    assert examined(capsys)[1][0] == (
        "TODO The database does not answer: check OPPITUPA_DATABASE and that its server runs."
    )


def test_doctor_when_the_clock_is_behind_what_has_happened_then_it_says_so(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=2)

    async def live() -> None:
        store = Store(f"sqlite+aiosqlite:///{house}/oppitupa.db", SetClock(ahead))
        async with store.work() as work:
            await houses.found(work, NewHouse(name="House"))
            await people.add(work, rights.system(), NewPerson(name="Somebody"), rights.THE_HOUSE)
        await store.close()

    asyncio.run(live())
    told = f"TODO The clock is behind: the last thing that happened was at {ahead:%Y-%m-%d %H:%M:%S} UTC. Set it."
    assert [line for line in examined(capsys)[1] if "clock is behind" in line] == [told]


def test_doctor_when_the_disk_is_looked_at_then_its_room_is_told(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor"])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if " GB are free in " in line]
    enough = shutil.disk_usage(house).free > LEAST_FREE
    assert line.endswith(f" GB are free in {house}." if enough else f" GB are free in {house}: make room.")
    assert line.startswith("ok   " if enough else "TODO Only ")
