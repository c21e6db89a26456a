"""Random programmes, random changes of their days, one after another: what must hold after each of them.

OPPITUPA_RUNS says how often.
"""

import os
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars import groups, lessons, programmes
from calendars.blueprints.shipped import load
from calendars.days import breaks, single, span
from calendars.days.course import Course, course_of
from calendars.errors import Conflict, Invalid
from calendars.freedays import WEEKDAYS
from calendars.groups import NewGroup
from calendars.lessons import NewLesson
from calendars.people import lengths, people
from calendars.people.lengths import NewLength
from calendars.people.people import NewPerson
from calendars.programmes import NewProgramme
from calendars.rights import Target
from calendars.store import Work
from calendars.tables import Enrolment
from tests.calendars.daily import Act, Picture, done, picture, proposed, said_yes
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.proposing import undo

RUNS = max(2, int(os.environ.get("OPPITUPA_RUNS", "40")) // 20)
CHANGES = 6
MODELS = ("occupation-for-immigrants", "kohti-tyota", "skills-centre", "catch-up-with-work", "kototyo")
COUNTRIES = ("FI", "EE", "DE-BY", "SE", "US")


@dataclass
class World:
    """A random programme, and what its changes have made of it."""

    house: Planned
    seed: int
    programme: str = ""
    own: dict[str, int] = field(default_factory=dict)
    """Person -> the number of days that is hers."""
    by_hand: set[str] = field(default_factory=set)
    """The days that somebody put on a free day."""

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    async def course(self) -> Course:
        async with self.house.store.look() as look:
            return await course_of(look, SYSTEM, self.programme)


async def world_of(house: Planned, seed: int) -> World:
    world = World(house, seed)
    rng = world.random
    start = date(2026, 1, 7) + timedelta(days=rng.randrange(300))
    weekdays = tuple(sorted(rng.sample(WEEKDAYS[:5], rng.randint(2, 5)), key=WEEKDAYS.index))
    first = start + timedelta(days=rng.randrange(10, 40))
    spans = ((first, first + timedelta(days=rng.randrange(9))),) if rng.random() < 0.5 else ()
    new = NewProgramme(
        blueprint=load(rng.choice(MODELS)), start=start, organisation=house.organisation, breaks=spans,
        country=rng.choice(COUNTRIES), weekdays=weekdays if rng.random() < 0.7 else None,
    )  # fmt: skip
    async with house.store.work() as work:
        planned = await programmes.plan(work, SYSTEM, new)
        world.programme = planned.id
        house.clock.at = datetime.combine(planned.starts, datetime.min.time(), UTC) - timedelta(days=20)
        await _fill(work, world)
    days = (await picture(house, world.programme)).dates
    on = days[rng.randrange(len(days) // 2)]
    house.clock.at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return world


async def _fill(work: Work, world: World) -> None:
    """A group with three learners, one of them with a number of days of her own, and lessons on half of the days."""
    rng, target = world.random, Target(world.house.organisation, world.programme)
    fields = await programmes.fields(work, SYSTEM, world.programme)
    group = (await groups.form(work, SYSTEM, NewGroup(world.programme, fields[0].id if fields else "", "A"))).id
    line = (await programmes.line(work, SYSTEM, world.programme)).days
    learners = []
    for name in ("One", "Two", "Three"):
        learners.append((await people.add(work, SYSTEM, NewPerson(name=name), target)).id)
    await groups.seat(work, SYSTEM, group, learners[0])
    await groups.seat(work, SYSTEM, group, learners[1], line[len(line) // 4].date, line[3 * len(line) // 4].date)
    await groups.seat(work, SYSTEM, group, learners[2])
    days = len(line) + rng.choice((-3, 4, 11))
    work.add(Enrolment(
        id=learners[2], programme=world.programme, person=learners[2], field=None, status="accepted", applied=work.now,
        first_day=None, last_day=None, days=None, recognised=[], route="", missed=[], grounds="", reason="",
        decided_by=None, modified=work.now,
    ))  # fmt: skip
    await work.flush()
    try:
        await lengths.set_length(work, SYSTEM, world.programme, learners[2], NewLength(days=days, grounds="Her own"))
        world.own[learners[2]] = days
    except Invalid:
        pass  # the model allows no such length
    chosen = [day for day in line if rng.random() < 0.5]
    new = [NewLesson(group, day.id, day.starts, day.starts + timedelta(minutes=90)) for day in chosen]
    await lessons.plan(work, SYSTEM, world.programme, new)


def a_change(world: World, course: Course, now: Picture) -> tuple[Act, tuple[object, ...], dict[str, object]]:
    """Something that somebody might do now; some of it cannot be."""
    rng = world.random
    ahead = [one for one in course.spots if one.starts > world.house.clock.at]
    some = rng.choice(ahead) if ahead else course.spots[-1]
    first = course.today + timedelta(days=rng.randrange(1, 60))
    last = first + timedelta(days=rng.randrange(12))
    lessons = rng.choice(("move", "move", "move", "give_up"))
    if course.breaks and rng.random() < 0.25:
        one = rng.choice(course.breaks)
        if rng.random() < 0.5:
            return breaks.take_away, (one.id,), {}
        return breaks.change, (one.id, one.first, one.first + (one.last - one.first) // 2), {"lessons": lessons}
    to = some.date + timedelta(days=rng.randrange(-20, 40))
    return rng.choice([
        (breaks.add, (first, last), {"lessons": lessons}), (breaks.add, (first, last), {"lessons": lessons}),
        (single.move, (some.id, to), {"free_day": rng.random() < 0.5}),
        (single.cancel, (some.id,), {"longer": rng.random() < 0.5}),
        (single.turn, (some.id, "online"), {}), (span.go_on, (rng.randrange(1, 9),), {}),
        (span.end_earlier, (now.span[1] - timedelta(days=rng.randrange(1, 20)),), {}),
    ])  # fmt: skip


async def check(world: World, before: Picture, after: Picture, what: Act, args: Sequence[object]) -> None:
    """What must hold after every change."""
    course = await world.course()
    past = {id for id, one in before.days.items() if one[1] < course.today}
    assert {id: before.days[id] for id in past} == {id: after.days[id] for id in past}
    assert {id: one for id, one in before.lessons.items() if one[0] in past} == {
        id: one for id, one in after.lessons.items() if one[0] in past
    }
    assert before.lessons.keys() == after.lessons.keys()
    for strand in {course.strand(one) for one in course.spots}:
        row = course.of_strand(strand)
        assert [one.n for one in row] == sorted(one.n for one in row)
        assert len({one.date for one in row}) == len(row)
        calendar = course.calendar(strand)
        free = {one.id for one in row if one.date > course.today and not calendar.is_training(one.date)}
        assert free <= world.by_hand
    zone = ZoneInfo(course.programme.zone)
    dates = {one.id: one.date for one in course.spots}
    for id, (day, starts, _, status) in after.lessons.items():
        if status == "confirmed":
            assert starts.astimezone(zone).date() == dates[day]
            assert starts.astimezone(zone).time() == before.lessons[id][1].astimezone(zone).time()
    held = [one.date for one in course.cohort]
    assert after.span == (min(held), max(held))
    _check_counts(before, after, what, args)
    for person, days in world.own.items():
        async with world.house.store.look() as look:
            assert len((await lengths.of(look, SYSTEM, world.programme, person)).days) == days


def _check_counts(before: Picture, after: Picture, what: Act, args: Sequence[object]) -> None:
    """The cohort's days by kind, as the act says."""
    if what is span.go_on:
        assert sum(after.counts.values()) == sum(before.counts.values()) + int(str(args[0]))
    elif what is span.end_earlier:
        kept = [one for one in before.days.values() if not one[6] and one[1] <= args[0]]  # type: ignore[operator]
        assert sum(after.counts.values()) == len(kept)
    elif what is single.cancel:
        assert sum((before.counts - after.counts).values()) <= 1
    elif what is single.turn:
        assert sum(after.counts.values()) == sum(before.counts.values())
    else:
        assert after.counts == before.counts


@pytest.mark.parametrize("seed", range(RUNS))
async def test_random_changes_then_days_lessons_and_seats_are_as_the_acts_say(house: Planned, seed: int) -> None:
    world = await world_of(house, seed)
    made = 0
    for _ in range(CHANGES):
        before = await picture(house, world.programme)
        what, args, more = a_change(world, await world.course(), before)
        try:
            proposal = await proposed(house, what, *args, programme=world.programme, **more)
        except (Invalid, Conflict):
            assert await picture(house, world.programme) == before
            continue
        assert await picture(house, world.programme) == before
        await said_yes(house, proposal)
        made += 1
        if what is single.move:
            world.by_hand.add(str(args[0]))
        await check(world, before, await picture(house, world.programme), what, args)
        if world.random.random() < 0.3:
            await undo(house, proposal)
            assert await picture(house, world.programme) == before
        if world.random.random() < 0.3:
            house.clock.forward(days=world.random.randrange(1, 6))
    assert made


@pytest.mark.parametrize("seed", range(RUNS))
async def test_a_break_added_and_taken_away_then_everything_is_as_before(house: Planned, seed: int) -> None:
    world = await world_of(house, 1000 + seed)
    before = await picture(house, world.programme)
    for _ in range(3):
        course = await world.course()
        first = course.today + timedelta(days=world.random.randrange(1, 50))
        last = first + timedelta(days=world.random.randrange(15))
        with suppress(Invalid):  # no day of the programme lies in it
            await done(house, breaks.add, first, last, programme=world.programme)
    added = [one for one in (await world.course()).breaks if (one.first, one.last) not in before.breaks]
    world.random.shuffle(added)
    for one in added:
        await done(house, breaks.take_away, one.id, programme=world.programme)
    assert await picture(house, world.programme) == before
