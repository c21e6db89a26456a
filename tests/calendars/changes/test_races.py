"""Changes of the plan beside bookings at one instant, by two workers: no clash, no deadlock, no fact without a row.

OPPITUPA_RUNS makes more rounds of it.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from calendars import lessons
from calendars.appointments import freetimes, talks
from calendars.appointments.talks import NewTalks
from calendars.changes import byhand, publishing
from calendars.changes.byhand import Edit
from calendars.changes.publishing import Wanted
from calendars.changes.standings import standings
from calendars.days import single
from calendars.lessons import NewLesson
from calendars.people import staffing
from calendars.people.staffing import NewBusy
from calendars.repair import absences, asked, substitutes
from calendars.store import Store
from calendars.tables import Appointment, Lesson, Proposal
from tests.calendars.crew import HOUR, hire, ill
from tests.calendars.crew import seek as sought
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.calendars.racing import Act, clashes, facts_have_rows, settled
from tests.calendars.talking import MINUTE, Talking, plan_talking

RUNS = max(1, int(os.environ.get("OPPITUPA_RUNS", "100")) // 100)
HELSINKI = ZoneInfo("Europe/Helsinki")
SECRET = b"the house's own"
SEEDS = pytest.mark.parametrize("seed", range(RUNS))


@pytest.fixture
async def other(store: Store, database: str) -> AsyncIterator[Store]:
    """The second worker."""
    made = Store(database, store.clock)
    yield made
    await made.close()


async def taught(house: Talking, kind: str = "online", hours: int = 0) -> Lesson:
    """Veera's lesson with the first group, so many hours into the first day of a kind."""
    day = next(one for one in house.days if one.kind == kind)
    starts = day.starts + hours * HOUR
    new = NewLesson(house.groups[0], day.id, starts, starts + HOUR, "", (house.staff["Veera"],))
    async with house.store.work() as work:
        return (await lessons.plan(work, SYSTEM, house.programme, [new]))[0]


def shuffled(seed: int, *acts: Act) -> list[Act]:
    found = list(acts)
    Random(seed).shuffle(found)
    return found


async def one_has_the_hour(house: Talking, answers: list[str], lesson: str, talk: str, at: datetime) -> None:
    """Either the lesson came to this hour or the talk was booked in it; the other one was told so."""
    assert answers.count("Overlaps") == 1
    assert await clashes(house.store) == []
    async with house.store.look() as look:
        met, held = await look.get(Appointment, talk), await look.get(Lesson, lesson)
    assert (met and met.status, held and held.starts == at) in (("confirmed", False), ("offered", True))
    await facts_have_rows(house.store, house.programme)


@SEEDS
@pytest.mark.parametrize("how", ["by_hand", "proposal"])
async def test_race_when_a_lesson_comes_to_where_a_learner_books_then_one_of_them_has_the_hour(
    store: Store, other: Store, how: str, seed: int
) -> None:
    house = await plan_talking(store, 2)
    lesson = await taught(house)
    at = lesson.starts + 3 * HOUR
    open_ = await house.offer(at + 20 * MINUTE, kind="guidance")
    async with store.work() as work:
        after = replace((await standings(work, [lesson.id]))[lesson.id][1], starts=at, ends=at + HOUR)
        laid = await publishing.propose(work, SYSTEM, house.programme, "by_hand", [Wanted(after, lesson.id)])

    async def change() -> None:
        begins = at.astimezone(HELSINKI)
        edit = Edit(
            day=lesson.day, starts=begins.time(), ends=(begins + HOUR).time(), topic="",
            led_by=((house.staff["Veera"], "teacher"),),
        )  # fmt: skip
        async with other.work() as work:
            if how == "proposal":
                await publishing.publish(work, SYSTEM, laid.id)
            else:
                await byhand.edit(work, SYSTEM, lesson.id, edit)

    answers = await settled(shuffled(seed, change, lambda: house.book(house.learners[0], open_)))
    await one_has_the_hour(house, answers, lesson.id, open_, at)


@SEEDS
async def test_race_when_a_contact_day_moves_to_where_a_talk_is_booked_then_nobody_is_in_two_places(
    store: Store, other: Store, seed: int
) -> None:
    house = await plan_talking(store, 2)
    lesson = await taught(house, "contact", hours=1)
    day = next(one for one in house.days if one.id == lesson.day)
    free = day.date + timedelta(days=5 - day.date.weekday())  # the Saturday of its week: nothing else is then
    at = lesson.starts + (free - day.date)
    open_ = await house.offer(at, kind="guidance")
    async with store.work() as work:
        laid = await single.move(work, SYSTEM, house.programme, day.id, free, free_day=True)

    async def move() -> None:
        async with other.work() as work:
            await publishing.publish(work, SYSTEM, laid.id)

    answers = await settled(shuffled(seed, move, lambda: house.book(house.learners[0], open_)))
    await one_has_the_hour(house, answers, lesson.id, open_, at)


@SEEDS
async def test_race_when_14_talks_are_laid_while_their_staff_become_busy_then_as_if_one_came_after_the_other(
    store: Store, other: Store, seed: int
) -> None:
    house = await plan_talking(store, 14)
    day = house.days[0]
    two = ("Oona", "Otto")
    new = NewTalks(day=day.id, kind="individual_discussion", minutes=20, staff=tuple(house.staff[one] for one in two))
    spans = {"Oona": (day.starts, day.starts + HOUR), "Otto": (day.starts + HOUR, day.starts + 2 * HOUR)}

    async def lay() -> None:
        async with store.work() as work:
            await talks.plan(work, await house.actor("Kaisa"), new)

    async def be_busy(name: str) -> None:
        actor = await replace(house, store=other).actor(name)
        async with other.work() as work:
            await staffing.be_busy(work, actor, actor.person, NewBusy(*spans[name]))

    answers = await settled(shuffled(seed, lay, lambda: be_busy("Oona"), lambda: be_busy("Otto")))
    assert [one for one in answers if one != "NoneType"] == []
    assert await clashes(store) == []
    async with store.look() as look:
        programme = (await talks.lay(look, SYSTEM, replace(new, learners=()))).programme
        found = await freetimes.busy(look, programme, (), tuple(house.staff.values()), day.starts, day.ends)
        rows = await look.rows(Appointment.__table__.select())
    assert len(rows) == 14
    each = [len(found[house.staff[one]]) for one in two]  # her talks and what she said herself
    assert (sum(each), max(each) - min(each) <= 2) == (14 + 2, True)  # who is busy first may get one talk less


@SEEDS
async def test_race_when_a_substitute_says_yes_and_falls_ill_at_once_then_the_lesson_is_led_or_stands_open(
    house: Planned, other: Store, seed: int
) -> None:
    await hire(house, "Aava", "field:logistics", "language")
    await hire(house, "Bea", "field:logistics", "language")
    await ill(house, "Veera")
    house.clock.at = MONDAY - HOUR
    await sought(house)
    async with house.store.look() as look:
        (waiting,) = await asked.searches(look, SYSTEM)
    said = asked.token(SECRET, waiting.request.id)

    async def yes() -> None:
        async with house.store.work() as work:
            await substitutes.answer(work, SECRET, said, "yes")

    async def falls_ill() -> None:
        actor = await replace(house, store=other).actor("Aava")
        async with other.work() as work:
            await absences.report(work, actor, actor.person, MONDAY, MONDAY + 12 * HOUR)

    async def chore() -> None:
        async with other.work() as work:
            await substitutes.go_on(work)

    await settled(shuffled(seed, yes, falls_ill, chore))
    async with house.store.look() as look:
        led = await lessons.leaders(look, *house.lessons["first"])
        open_ = {(one.lesson.id, one.absent.id) for one in await absences.gaps(look, SYSTEM)}
    assert {(one.lesson, one.person) for one in led} == open_  # whoever leads is away, and the coordinator sees it
    house.clock.forward(minutes=11)
    if {one.person for one in led} == {house.people["Veera"]}:  # her yes came too late: the next one is asked
        await chore()
        async with house.store.look() as look:
            assert [one.person.name for one in await asked.searches(look, SYSTEM)] == ["Bea"]
    await facts_have_rows(house.store, house.programme)


@SEEDS
async def test_race_when_two_coordinators_publish_changes_of_one_lesson_then_one_stands_and_the_other_is_stale(
    house: Planned, other: Store, seed: int
) -> None:
    lesson = house.lessons["first"][0]
    async with house.store.work() as work:
        standing = (await standings(work, [lesson]))[lesson][1]
        later = replace(standing, starts=standing.starts + 30 * MINUTE, ends=standing.ends + 30 * MINUTE)
        swapped = replace(standing, led_by=((house.people["Toivo"], "teacher"),))
        ids = [
            (await publishing.propose(work, SYSTEM, house.programme, "by_hand", [Wanted(after, lesson)])).id
            for after in (later, swapped)
        ]

    async def publish(at: Store, id: str) -> None:
        async with at.work() as work:
            await publishing.publish(work, SYSTEM, id)

    acts = [lambda: publish(house.store, ids[0]), lambda: publish(other, ids[1])]
    answers = await settled(shuffled(seed, *acts))
    assert sorted(answers) == ["Conflict", "NoneType"]
    async with house.store.look() as look:
        stands = (await standings(look, [lesson]))[lesson][1]
        rows = [await look.get(Proposal, id) for id in ids]
    won = [after for after, row in zip((later, swapped), rows, strict=True) if row and row.status == "published"]
    assert won == [stands]
    await facts_have_rows(house.store, house.programme)
    assert await clashes(house.store) == []


@SEEDS
async def test_race_when_it_is_undone_and_told_at_once_then_either_nobody_was_told_or_it_stands(
    house: Planned, other: Store, seed: int
) -> None:
    lesson = house.lessons["first"][0]
    async with house.store.work() as work:
        standing = (await standings(work, [lesson]))[lesson][1]
        after = replace(standing, starts=standing.starts + 30 * MINUTE, ends=standing.ends + 30 * MINUTE)
        laid = await publishing.propose(work, SYSTEM, house.programme, "by_hand", [Wanted(after, lesson)])
        await publishing.publish(work, SYSTEM, laid.id)

    async def undo() -> None:
        async with house.store.work() as work:
            await publishing.undo(work, SYSTEM, laid.id)

    async def tell() -> None:
        async with other.work() as work:
            await publishing.tell_now(work, SYSTEM, laid.id)

    async def due() -> None:
        async with other.work() as work:
            await publishing.tell_due(work)

    answers = await settled(shuffled(seed, undo, tell, due))
    assert sorted(answers).count("Conflict") == 1
    async with house.store.look() as look:
        row = await look.get(Proposal, laid.id)
        stands = (await standings(look, [lesson]))[lesson][1]
    assert row is not None
    assert (row.status, row.told is None, stands == standing) in (("undone", True, True), ("published", False, False))
    await facts_have_rows(house.store, house.programme)
