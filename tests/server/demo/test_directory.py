"""What `demo --json` prints, key by key."""

from pathlib import Path

from aiohttp import web

from calendars import houses, rights
from calendars.blueprints.shipped import load
from calendars.clock import SetClock, parse_instant
from calendars.store import Store
from server.demo import directory, house, memory
from server.keys import SECRET, SETTINGS, STORE
from server.settings import Settings

NOW = parse_instant("2026-03-10T10:05:00+02:00")


async def test_listing_when_built_then_the_contracts_keys_and_a_calendar_of_her_own_for_everybody(
    tmp_path: Path, sqlite_pattern: Path
) -> None:
    (tmp_path / "oppitupa.db").write_bytes(sqlite_pattern.read_bytes())
    blueprint = load("occupation-for-immigrants")
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db", SetClock(NOW), alone=True)
    built = await house.build(store, blueprint, NOW)
    await directory.open_feeds(store, built)
    app = web.Application()
    async with store.look() as look:
        app[STORE], app[SETTINGS], app[SECRET] = store, Settings(), await houses.secret(look)
    found = await directory.listing(app, memory.of(built, built.at(NOW), blueprint.name, 0.0))
    await store.close()
    assert list(found) == ["url", "people", "programmes", "lessons", "feeds"]
    assert {tuple(one) for one in found["people"]} == {
        ("id", "name", "role", "group", "language", "signin", "feed"),
    }
    assert {tuple(one) for one in found["programmes"]} == {("id", "blueprint", "start", "end")}
    assert {tuple(one) for one in found["lessons"]} == {
        ("id", "programme", "group", "field", "starts", "ends", "state", "room"),
    }
    addresses = [one["feed"] for one in found["people"]]
    assert len({*addresses, found["feeds"]["contact_days"]}) == len(addresses) + 1
    assert {one["field"] for one in found["lessons"]} == {"logistics", "care", "sales"}
    assert {one["role"] for one in found["people"]} - {"learner"} < rights.STAFF
