"""The day book by pages: what is typed is a local time of the lesson's own night."""

from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, update

from calendars.store import Store
from calendars.tables import Lesson
from classroom.tables import Evidence
from tests.calendars.planned import Planned, plan_house
from tests.server.pages.forms import hidden


@pytest.fixture
async def house(store: Store) -> Planned:
    """The planned house on the morning after the clocks went forward."""
    planned = await plan_house(store)
    planned.clock.at = datetime(2026, 3, 29, 9, tzinfo=UTC)
    return planned


async def test_held_when_the_clock_changes_in_the_lessons_night_then_its_end_is_what_the_wall_showed(
    kaisa: TestClient, house: Planned
) -> None:
    lesson = house.lessons["first"][0]
    starts, ends = datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)
    async with house.store.work() as work:
        await work.run(update(Lesson).where(Lesson.id == lesson).values(starts=starts, ends=ends))
    action = f"/lessons/{lesson}/register/held"
    form = await hidden(kaisa, f"/lessons/{lesson}/register", action)
    answer = await kaisa.post(action, data=form | {"from": "22.00", "to": "4.30"}, allow_redirects=False)
    assert answer.status == 303
    async with house.store.look() as look:
        lines = select(Evidence.body).where(Evidence.lesson == lesson, Evidence.kind == "held")
        held = await look.one(lines.order_by(Evidence.number.desc()))
    assert held == {"from": "2026-03-28T20:00:00Z", "to": "2026-03-29T01:30:00Z"}
