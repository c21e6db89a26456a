"""`oppitupa admin`: whoever runs the house lets a locked-out administrator in again, and nobody by mistake."""

import asyncio
import os
from pathlib import Path

import pytest

from calendars import grants, houses, rights
from calendars.clock import Clock
from calendars.grants import Right
from calendars.houses import NewHouse
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.rights import HOUSE
from calendars.store import Store
from server.auth import staff
from server.cli import main
from server.migrations import migrate

SYSTEM = rights.system()


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of a house without administrators; the environment names it and an address."""
    for name in [name for name in os.environ if name.startswith("OPPITUPA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OPPITUPA_DATA", str(tmp_path))
    monkeypatch.setenv("OPPITUPA_URL", "https://house.example.org")
    return f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db"


async def _administered(url: str, *emails: str) -> None:
    await migrate(url)
    store = Store(url, Clock())
    async with store.work() as work:
        await houses.found(work, NewHouse(name="Tervetulotalo"))
        for email in emails:
            new = NewPerson(name="Irene", email=email)
            person = await people.add(work, SYSTEM, new, rights.THE_HOUSE)
            await grants.give(work, SYSTEM, person.id, Right("admin", "house", HOUSE), rights.THE_HOUSE)
    await store.close()


async def _whose(url: str, link: str) -> str:
    store = Store(url, Clock())
    async with store.look() as look:
        found = await staff.invited(look, link.rpartition("/")[2])
    await store.close()
    return found.email


def test_admin_when_there_is_one_then_her_link_is_printed(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_administered(url, "irene@example.org"))
    assert main(["admin"]) == 0
    link = capsys.readouterr().out.strip()
    assert link.startswith("https://house.example.org/enrol/")
    assert asyncio.run(_whose(url, link)) == "irene@example.org"


def test_admin_when_there_are_two_then_one_must_be_named(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_administered(url, "irene@example.org", "ahti@example.org"))
    assert main(["admin"]) == 1
    told = capsys.readouterr()
    named = told.err.rpartition(": ")[2].strip().rstrip(".").split(", ")
    assert (told.out, sorted(named)) == ("", ["ahti@example.org", "irene@example.org"])
    assert main(["admin", "--email", "Ahti@example.org"]) == 0
    assert asyncio.run(_whose(url, capsys.readouterr().out.strip())) == "ahti@example.org"


def test_admin_when_nobody_is_meant_then_a_sentence(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admin"]) == 2
    assert "There is no house in" in capsys.readouterr().err
    asyncio.run(_administered(url))
    assert main(["admin"]) == 1
    assert "oppitupa serve" in capsys.readouterr().err
