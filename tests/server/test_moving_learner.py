"""Scenario 14: a learner changes groups, and rosters, rooms and calendars follow within a second; the past does not."""

import time
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import icalendar
import pytest
import socketio
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from calendars import feeds, groups, rights
from calendars.clock import day_of
from classroom import register
from server.keys import SECRET
from tests.calendars.planned import SYSTEM
from tests.server.pages.forms import hidden_in
from tests.server.workers import House, until

PATIENCE = 10.0  # seconds: the scenario says one, and the test prints how long it took; a busy machine is no fault


@dataclass
class Watcher:
    """A teacher's page before the roster of a lesson: each fact that only a snapshot can tell asks for a new one."""

    client: Any
    lesson: str
    roster: dict[str, Any] = field(default_factory=dict)
    told: list[float] = field(default_factory=list)

    async def look(self) -> set[str]:
        answer = await self.client.call("watch", {"lesson": self.lesson}, timeout=10)
        self.roster = answer["roster"]
        return {seat["person"] for seat in self.roster["seats"] if seat["role"] == "learner"}


async def watcher(house: House, worker: TestServer, name: str, lesson: str) -> Watcher:
    session = await house.signs_in(worker, name)
    seat = Watcher(socketio.AsyncClient(http_session=session, reconnection=False), lesson)
    seat.client.on("beat", lambda _beat: None)
    seat.client.on(
        "facts", lambda facts: seat.told.extend(time.monotonic() for one in facts if one["kind"] == "SeatsChanged")
    )
    await seat.client.connect(str(worker.make_url("/")), transports=["websocket"])
    house._stack.push_async_callback(seat.client.disconnect)
    return seat


async def move(worker: TestServer, kaisa: ClientSession, person: str, seat: str, group: str) -> float:
    """Kaisa moves her from today on, on the page; when the answer was there."""
    page = f"/people/{person}/seats/{seat}"
    async with kaisa.get(worker.make_url(page)) as shown:
        form = hidden_in(await shown.text(), f"{page}/move")
    data = form | {"group": group, "first_day": "9.3.2026"}
    async with kaisa.post(worker.make_url(f"{page}/move"), data=data, allow_redirects=False) as answer:
        assert answer.status == 303
    return time.monotonic()


async def lessons_in_feed(worker: TestServer, session: ClientSession, path: str) -> set[datetime]:
    async with session.get(worker.make_url(path)) as answer:
        calendar = icalendar.Calendar.from_ical(await answer.read())
    events = [one for one in calendar.walk("VEVENT") if str(one.get("STATUS", "")) != "CANCELLED"]
    return {one["DTSTART"].dt for one in events if isinstance(one["DTSTART"].dt, datetime)}


async def test_move_when_on_the_page_then_rosters_rooms_and_feeds_follow_and_history_stays(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    planned, worker = house.planned, await house.worker()
    amina, group = planned.people["Amina"], planned.groups["second"]
    first, second = planned.lessons["first"][1], planned.lessons["second"][0]
    inside = await house.enters(worker, "Amina")
    gone: list[float] = []
    inside.client.on("disconnect", lambda *_why: gone.append(time.monotonic()))
    old, new = await watcher(house, worker, "Veera", first), await watcher(house, worker, "Toivo", second)
    assert (amina in await old.look(), amina in await new.look()) == (True, False)
    hers = await house.signs_in(worker, "Amina")
    async with planned.store.work() as work:
        feed = await feeds.address(work, await rights.actor_of(work, amina), "mine")
    path = feeds.path(worker.app[SECRET], feed)
    before = await lessons_in_feed(worker, hers, path)

    moved = await move(worker, await house.signs_in(worker, "Kaisa"), amina, planned.seats["Amina"], group)

    await until(lambda: bool(old.told and new.told and gone), PATIENCE)
    late = {name: at - moved for name, at in (("old", old.told[0]), ("new", new.told[0]), ("room", gone[0]))}
    print({name: f"{seconds:.2f} s" for name, seconds in late.items()})
    assert (amina in await old.look(), amina in await new.look()) == (False, True)
    after = await lessons_in_feed(worker, hers, path)
    async with planned.store.look() as look:
        starts = {one: (await rights.target_of_lesson(look, one))[0].starts for one in (first, second)}
        was = await groups.members(look, SYSTEM, [planned.groups["first"]], date(2026, 3, 6))
        day = await register.register(look, SYSTEM, house.lesson)
        assert day_of(look.now, "Europe/Helsinki") == date(2026, 3, 9)
    assert ({starts[first], starts[second]} & before, {starts[first], starts[second]} & after) == (
        {starts[first]}, {starts[second]},
    )  # fmt: skip
    for lesson, status in ((first, 404), (second, 303)):
        async with hers.get(worker.make_url(f"/lessons/{lesson}/room"), allow_redirects=False) as answer:
            assert answer.status == status
    assert amina in {one.person for one in was}, "where she sat before stays"
    assert amina in {entry.person for entry in day.entries}, "what she lived stays in the register of the old group"
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == []
