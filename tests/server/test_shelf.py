"""Calendars that are kept: one commit that touches several of their streams takes all of them down."""

from datetime import UTC, date, datetime

import pytest

from calendars import groups
from calendars.store import Store
from server.shelf import Rendered, Shelf
from tests.calendars.planned import SYSTEM, plan_house

NOW = datetime(2026, 3, 9, tzinfo=UTC)


async def test_shelf_when_one_commit_moves_two_streams_of_a_calendar_then_every_reader_of_both_is_taken_down(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    house = await plan_house(store)
    shelf = Shelf(store)
    person = house.people["Stranger"]
    kept = {
        ("both", "fi"): {house.programme: 0, person: 0},
        ("programme", "fi"): {house.programme: 0},
        ("person", "fi"): {person: 0},
    }
    for key, numbers in kept.items():
        shelf.keep(key, Rendered("", "", NOW, b"", numbers), {})
    async with store.work() as work:
        await groups.seat(work, SYSTEM, house.groups["first"], person, date(2026, 3, 10))
    assert [await shelf.find(key) for key in kept] == [None, None, None]
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == []
