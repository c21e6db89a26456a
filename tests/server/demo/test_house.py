"""A believable house of every shipped model: its days, its groups, its lessons, and the calendars of those in it."""

import shutil
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from calendars import feeds, groups, ical, programmes, rights
from calendars.blueprints.shipped import load, names
from calendars.clock import SetClock, parse_instant
from calendars.feeds import OpenFeed
from calendars.rights import Actor
from calendars.store import Store
from server import words
from server.demo import house
from server.demo.house import Built
from server.demo.today import house_time

CLOCK = parse_instant("2026-03-10T10:05:00+02:00")  # a Tuesday
HELSINKI = ZoneInfo("Europe/Helsinki")
BASE = "https://house.example"


@dataclass
class Lived:
    """A house that was built, with what its learners' calendars say."""

    store: Store
    built: Built
    now: datetime

    async def actor(self, person: str) -> Actor:
        async with self.store.look() as look:
            return await rights.actor_of(look, person)

    async def calendar(self, person: str, kind: str = "mine") -> list[Any]:
        """The events of one feed, read by another's parser."""
        target = self.built.programme if kind == "contact_days" else ""
        actor = await self.actor(person)
        async with self.store.work() as work:
            feed = await feeds.address(work, actor, kind, target)
            say = words.read().say("en")
            found = await feeds.contents(work, OpenFeed(feed, actor, withdrawn=False), say, BASE, b"secret" * 8)
        return list(icalendar.Calendar.from_ical(ical.render(*found)).walk("VEVENT"))


@pytest.fixture
async def lived(request: pytest.FixtureRequest, sqlite_pattern: Path, tmp_path: Path) -> AsyncIterator[Lived]:
    """The house of the model that the test names, built without the days that lie behind."""
    shutil.copy(sqlite_pattern, tmp_path / "oppitupa.db")
    blueprint = load(request.param)
    now = house_time(CLOCK, blueprint)
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db", SetClock(now))
    yield Lived(store, await house.build(store, blueprint, now), now)
    await store.close()


EVERY = pytest.mark.parametrize("lived", names(), indirect=True)


@EVERY
async def test_house_when_built_then_everybody_sits_and_a_lesson_is_on(lived: Lived) -> None:
    built, now = lived.built, lived.now
    async with lived.store.look() as look:
        formed = await groups.of_programme(look, rights.system(), built.programme)
        members = await groups.members(look, rights.system(), [group.id for group, _ in formed])
        line = await programmes.line(look, rights.system(), built.programme)
    assert sorted(one.person for one in members) == sorted(one for _, learners in built.groups for one in learners)
    assert [one.group for one in built.at(now)] == [group for group, _ in built.groups]
    assert line.n is not None
    assert {field is None for _, field in formed} == {not load(line.programme.blueprint).fields}
    # Online rooms are at home without a media server: eight people, whoever leads them counted.
    crowds = [1 + len(one.beside) + len(one.learners) for one in built.lessons if not one.on_site]
    assert max(crowds, default=0) <= house.ROOM


@EVERY
async def test_house_when_built_then_everybody_has_a_part(lived: Lived) -> None:
    for person in lived.built.people:
        actor = await lived.actor(person)
        assert {scope.role for scope in actor.scopes if scope.kind != "self"}


@pytest.mark.parametrize("lived", ["kohti-tyota"], indirect=True)
async def test_house_when_no_day_is_online_then_calendars_hold_all_days_and_no_room(lived: Lived) -> None:
    events = await lived.calendar(lived.built.learner)
    kinds = Counter(str(event["CATEGORIES"].cats[0]) for event in events)
    assert (kinds["Contact day"], kinds["Workplace day"]) == (25, 35)
    assert [event for event in events if "URL" in event or "CONFERENCE" in event or "/j/" in str(event)] == []
    assert len(await lived.calendar(lived.built.coordinator, "contact_days")) == 25
    first = next(event for event in events if event["CATEGORIES"].cats[0] == "Contact day")
    assert (str(first["LOCATION"]), "GEO" in first) == ("Kylätalo, Kylätie 1, 87100 Kajaani", True)


@pytest.mark.parametrize("lived", ["occupation-for-immigrants", "employment-or-entrepreneurship"], indirect=True)
async def test_house_when_days_are_mixed_then_twelve_and_forty_eight(lived: Lived) -> None:
    async with lived.store.look() as look:
        counts = (await programmes.line(look, rights.system(), lived.built.programme)).counts
    assert counts == {"contact": 12, "online": 48}
    assert sorted(len(learners) for _, learners in lived.built.groups) == [5, 5, 7, 7]
    assert len(await lived.calendar(lived.built.coordinator, "contact_days")) == 12


@pytest.mark.parametrize("lived", ["kototyo"], indirect=True)
async def test_house_when_work_is_measured_in_months_then_its_days_follow_the_year(lived: Lived) -> None:
    async with lived.store.look() as look:
        line = await programmes.line(look, rights.system(), lived.built.programme)
    work = [day.date for day in line.days if day.kind == "workplace"]
    assert (line.counts["contact"], str(work[0]), str(work[-1])) == (50, "2026-04-10", "2026-09-09")
    assert [day.lessons for day in line.days if day.kind == "workplace"] == [()] * len(work)


@pytest.mark.parametrize("lived", ["catch-up-with-work"], indirect=True)
async def test_house_when_group_meets_weekly_then_two_tutors_lead_two_hours_each_tuesday(lived: Lived) -> None:
    mine = [one for one in lived.built.lessons if one.group == lived.built.groups[0][0]]
    local = [one.starts.astimezone(HELSINKI) for one in mine]
    assert {(one.weekday(), one.hour, one.minute) for one in local} == {(1, 17, 0)}
    assert {after.date() - before.date() for before, after in pairwise(local)} == {timedelta(days=7)}
    assert {(one.ends - one.starts, len(one.beside)) for one in mine} == {(timedelta(hours=2), 1)}
    assert len(mine) == 8
    tutors = [mine[0].teacher, *mine[0].beside]
    assert [(await lived.actor(one)).roles for one in tutors] == [frozenset({"tutor", "support"})] * 2


@pytest.mark.parametrize("lived", ["tutor-training"], indirect=True)
async def test_house_when_tutors_are_trained_then_ten_evenings_of_two_and_a_half_hours(lived: Lived) -> None:
    mine = [one for one in lived.built.lessons if one.group == lived.built.groups[0][0]]
    assert sum((one.ends - one.starts).total_seconds() for one in mine) / 60 == 1500
