"""The demo as a command: reached from another device, and started again on the house that it built."""

import argparse
import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from server.commands.demo import settings_of
from server.listening import reached_at

KEPT = "The house in {} goes on as it was built: its clock and its model stay."


@contextmanager
def demo(folder: Path, *more: str) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """The first line that a demo prints, and, once it has ended, the lines of its stderr."""
    command = [sys.executable, "-m", "server", "demo", "--json", "--port", "0", "--classmates", "0", "--data"]
    told: list[str] = []
    with (
        (folder.parent / "stderr").open("w+") as errors,
        subprocess.Popen([*command, str(folder), *more], stdout=subprocess.PIPE, stderr=errors, text=True) as running,
    ):
        assert running.stdout is not None
        try:
            yield json.loads(running.stdout.readline()), told
        finally:
            running.terminate()
            assert running.wait(60) == 0
            errors.seek(0)
            told += errors.read().splitlines()


def test_demo_when_it_listens_everywhere_then_its_links_lead_to_this_machine_and_a_later_start_goes_on(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "house"
    with demo(folder, "--host", "0.0.0.0", "--clock", "2026-03-10T10:05:00+02:00") as (first, _):
        assert urlsplit(first["url"]).hostname == reached_at("0.0.0.0")
        known = ssl.create_default_context(cafile=str(folder / "tls" / "certificate.pem"))
        with urllib.request.urlopen(f"{first['url']}/health/live", timeout=10, context=known) as answer:
            assert answer.status == 200
    with demo(folder, "--clock", "2027-03-10T10:05:00+02:00", "--blueprint", "kototyo") as (again, told):
        assert (again["programmes"], len(again["people"])) == (first["programmes"], len(first["people"]))
    assert told == [KEPT.format(folder)]
    with demo(folder) as (_, told):
        pass
    assert told == []


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "class.example.org"])
def test_address_when_one_is_named_then_that_one(host: str) -> None:
    assert reached_at(host) == host


@pytest.mark.parametrize("everywhere", ["", "0.0.0.0", "::"])
def test_address_when_all_are_meant_then_one_that_can_be_opened(everywhere: str) -> None:
    assert reached_at(everywhere) not in ("", "0.0.0.0", "::")


def test_settings_when_mail_and_text_messages_are_set_then_invented_people_get_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outward = {
        "SMTP_HOST": "mail.example.org", "MAIL_FROM": "us@example.org", "SMS_URL": "https://sms.example.org",
        "SMS_TOKEN": "a-token", "DATABASE": "postgresql://db.example.org/house", "REDIS": "redis://r.example.org",
    }  # fmt: skip
    for name, value in outward.items():
        monkeypatch.setenv(f"OPPITUPA_{name}", value)
    found = settings_of(argparse.Namespace(host="127.0.0.1", port=0), tmp_path)
    assert (found.smtp_host, found.sms_url, found.database, found.redis) == ("", "", "", "")
