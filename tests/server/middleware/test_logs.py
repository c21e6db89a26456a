"""What is written down of a request: that it was, how it ended and under which id; nothing that anybody typed."""

import errno
import http.client
import io
import json
import logging
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import structlog

from server.middleware import logs
from tests.programs import free_port, wait_until

NAME = "Łucja O'Hara <b>=cmd()</b>\u202e"
TOKEN = "s3cr3tTOKENs3cr3tTOKENs3cr3tTOKENs3cr3tTOK1"
DIGITS = "918273"
PASSWORD = "correct horse battery staple"
EMAIL = "lucja.ohara@example.org"
TELLTALE = (TOKEN, TOKEN[5:25], DIGITS, PASSWORD, quote(PASSWORD), "horse", EMAIL, "ohara", "Hara", "ucja", quote(NAME))
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path, str]]:
    """`oppitupa serve` in a process of its own: (port, the file of its log, the administrator's one-time path)."""
    folder, port = tmp_path_factory.mktemp("serve"), free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OPPITUPA_")}
    settings = {"OPPITUPA_DATA": str(folder), "OPPITUPA_PORT": str(port)}
    with (folder / "out").open("wb") as out, (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve"], cwd=ROOT, env=clean | settings, stdout=out, stderr=log
        )
    try:
        wait_until(lambda: "answers at" in (folder / "log").read_text(encoding="utf-8"), "the house")
        enrol = re.search(r"/enrol/\S+", (folder / "out").read_text(encoding="utf-8"))
        assert enrol is not None
        yield port, folder / "log", enrol[0]
    finally:
        process.terminate()
        process.wait(20)


def sent(port: int, method: str, path: str, body: str = "", **headers: str) -> int:
    """The status of one request, made by hand so that nothing tidies it up."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        line.request(method, path, body or None, form | headers)
        return line.getresponse().status
    finally:
        line.close()


def raw(port: int, text: bytes) -> None:
    """Bytes that are no request."""
    with socket.create_connection(("127.0.0.1", port), 20) as line:
        line.sendall(text)
        line.settimeout(20)
        line.recv(1000)


def test_log_when_names_and_tokens_come_from_everywhere_then_it_holds_none(house: tuple[int, Path, str]) -> None:
    port, log, enrol = house
    for path in (f"/l/{TOKEN}", f"/feeds/{TOKEN}.{TOKEN}.ics", f"/enrol/{TOKEN}", f"/j/{TOKEN}", f"/{quote(NAME)}"):
        sent(port, "GET", f"{path}?{urlencode({'wanted': NAME, 'token': TOKEN})}", Referer=f"http://x/{TOKEN}")
        sent(port, "POST", path, urlencode({"own": "yes", "name": NAME}))
    as_json = {"Content-Type": "application/json"}
    sent(port, "GET", enrol)
    sent(port, "POST", "/code", urlencode({"code": DIGITS, "wanted": f"/{TOKEN}"}))
    account = urlencode({"email": EMAIL, "password": PASSWORD, "code": DIGITS})
    assert sent(port, "POST", "/sign-in/staff", account) == 422
    chosen = {"email": EMAIL, "password": PASSWORD, "code": DIGITS, "totp": "A" * 32}
    assert sent(port, "POST", enrol, urlencode(chosen)) == 422
    sent(
        port,
        "POST",
        "/sign-in/passkey",
        json.dumps({"id": TOKEN, "response": NAME}),
        **{"Content-Type": "application/json"},
    )
    sent(port, "GET", "/house", Cookie=f"oppitupa-{port}={TOKEN}", Authorization=f"Bearer {TOKEN}")
    sent(port, "GET", f"/socket.io/?EIO=4&transport=polling&token={TOKEN}", Cookie=f"oppitupa-{port}={TOKEN}")
    sent(port, "POST", "/sign-in/passkey", "[" * 60_000, **as_json)
    for broken in (
        f"GET /l/{TOKEN} HTTP/9.9\r\n\r\n",
        f"{NAME} {TOKEN}\r\n\r\n",
        f"GET /{TOKEN} HTTP/1.1\r\n{TOKEN}\r\n\r\n",
    ):
        raw(port, broken.encode())
    text = log.read_text(encoding="utf-8")
    assert [word for word in (*TELLTALE, enrol.removeprefix("/enrol/")) if word in text] == []
    assert "127.0.0.1 " not in text
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    answered = [one for one in lines if one["event"] == "answered"]
    assert {"/l/{token}", "/feeds/{token}.ics", "/enrol/{token}", "/j/{lesson}"} <= {one["route"] for one in answered}
    assert all(one.keys() >= {"method", "route", "status", "ms", "id"} for one in answered)
    assert len({one["id"] for one in answered}) == len(answered)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log of this process, as `serve` writes it."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    logs.set_up(readable=False)
    yield out
    structlog.reset_defaults()


def fails() -> None:
    try:
        raise KeyError(NAME)
    except KeyError:
        raise ValueError(f"{TOKEN} {EMAIL}") from None


def test_log_when_something_unexpected_quotes_a_name_then_only_its_kind_and_places_are_told(
    written: io.StringIO,
) -> None:
    try:
        fails()
    except ValueError:
        structlog.get_logger().exception("unexpected", request="r1")
    told: dict[str, Any] = json.loads(written.getvalue())
    assert [word for word in TELLTALE if word in written.getvalue()] == []
    assert (told["event"], told["request"]) == ("unexpected", "r1")
    assert re.fullmatch(
        r"builtins\.ValueError: test_logs\.py:\d+ fails < test_logs\.py:\d+ test_log_\w+", told["exception"][0]
    )


def test_line_of_a_library_when_it_quotes_what_came_then_its_fixed_words_are_told() -> None:
    record = logging.LogRecord(
        "aiohttp.server", 40, "x.py", 1, "Error handling request from %s\n%s", (NAME, TOKEN), None
    )
    try:
        fails()
    except ValueError as failure:
        record.exc_info = (ValueError, failure, failure.__traceback__)
    line = logs.Wordless().format(record)
    assert line.startswith("ERROR aiohttp.server Error handling request from %s ['builtins.ValueError: test_logs.py:")
    assert [word for word in TELLTALE if word in line] == []


def test_log_when_a_person_reads_it_in_a_terminal_then_the_places_stand_there_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The console takes an exception as text; a list made it fail, and with it the answer to the request."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    logs.set_up(readable=True)
    try:
        fails()
    except ValueError:
        structlog.get_logger().exception("unexpected", request="r1")
    structlog.reset_defaults()
    assert "builtins.ValueError: test_logs.py:" in out.getvalue()
    assert [word for word in TELLTALE if word in out.getvalue()] == []


class FullDisk(io.StringIO):
    """Where no byte more can be written."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("closed", [True, False])
def test_log_when_nothing_can_be_written_then_the_work_goes_on(monkeypatch: pytest.MonkeyPatch, closed: bool) -> None:
    out = FullDisk()
    if closed:
        out.close()
    monkeypatch.setattr(sys, "stderr", out)
    logs.set_up(readable=False)
    structlog.get_logger().warning("was_held_for_dead")
