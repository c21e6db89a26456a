"""Many lessons changed in one act: all or none, and refused clearly where they cannot be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from calendars import groups, lessons, rights
from calendars.changes import byhand
from calendars.changes.publishing import Wanted
from calendars.errors import Conflict, Invalid, NotFound, Overlaps, Refused
from calendars.lessons import NewLesson
from calendars.programmes import PlannedDay
from calendars.store import new_id
from calendars.tables import Absence
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.calendars.proposing import moved, propose, publish, row_of, stands, substitute, undo

HOUR = timedelta(hours=1)


async def put(house: Planned, lesson: str, **facts: Any) -> None:
    """Propose one change and publish it."""
    await publish(house, await propose(house, await moved(house, lesson, **facts)))


async def day_seven(house: Planned) -> PlannedDay:
    """A training day on which nothing is planned."""
    return next(day for day in (await house.line()).days if day.n == 7)


async def test_publish_when_only_who_leads_changes_then_calendars_keep_their_sequence(house: Planned) -> None:
    lesson = house.lessons["second"][0]
    proposal = await propose(house, await moved(house, lesson, led_by=((house.people["Kaisa"], "teacher"),)))
    before = await row_of(house, lesson)
    await publish(house, proposal)
    row = await row_of(house, lesson)
    assert (row.revision, row.sequence) == (before.revision + 1, before.sequence)


async def test_publish_when_it_moves_within_its_day_then_id_stays_and_sequence_grows(house: Planned) -> None:
    lesson = house.lessons["second"][0]
    before = await row_of(house, lesson)
    house.clock.forward(minutes=1)
    await put(house, lesson, starts=before.starts + HOUR, ends=before.ends + HOUR)
    after = await row_of(house, lesson)
    assert (after.id, after.sequence, after.revision) == (lesson, before.sequence + 1, before.revision + 1)
    assert (after.starts, after.modified) == (before.starts + HOUR, house.clock.at)


async def test_publish_when_it_moves_to_another_day_then_the_people_of_that_day_are_expected(house: Planned) -> None:
    lesson, day, guest = house.lessons["first"][0], await day_seven(house), house.people["Stranger"]
    async with house.store.work() as work:
        await groups.seat(work, SYSTEM, house.groups["first"], guest, day.date, day.date)
        assert guest not in await lessons.expected(work, lesson)
    await put(house, lesson, day=day.id, starts=day.starts, ends=day.starts + HOUR)
    async with house.store.look() as look:
        assert guest in await lessons.expected(look, lesson)


async def test_publish_when_its_list_is_frozen_then_only_on_its_own_day(house: Planned) -> None:
    lesson, day = house.lessons["second"][0], await day_seven(house)
    row = await row_of(house, lesson)
    async with house.store.work() as work:
        await lessons.freeze(work, lesson)
    await put(house, lesson, starts=row.starts + HOUR, ends=row.ends + HOUR)
    with pytest.raises(Conflict, match="lesson_frozen"):
        await put(house, lesson, day=day.id, starts=day.starts, ends=day.starts + HOUR)


async def test_cancel_when_published_then_its_time_is_free_and_a_sentence_is_no_reason(house: Planned) -> None:
    first, second = house.lessons["first"]
    async with house.store.work() as work:
        await byhand.cancel(work, SYSTEM, first, "teacher_ill")
    row = await row_of(house, first)
    assert (row.status, row.sequence) == ("cancelled", 1)
    async with house.store.work() as work:
        new = NewLesson(house.groups["first"], row.day, row.starts, row.ends, "", (house.people["Veera"],))
        assert await lessons.plan(work, SYSTEM, house.programme, [new])
    with pytest.raises(Conflict, match="lesson_cancelled"):
        async with house.store.work() as work:
            await byhand.cancel(work, SYSTEM, first, "teacher_ill")
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await byhand.cancel(work, SYSTEM, second, "Veera is ill")


async def test_publish_when_one_of_three_cannot_be_then_none_is(house: Planned) -> None:
    first, second = house.lessons["first"]
    toivo = ((house.people["Toivo"], "teacher"),)
    proposal = await propose(house, await moved(house, first, topic=""), await moved(house, second, led_by=toivo))
    async with house.store.work() as work:  # meanwhile he got another lesson at that time
        row = await row_of(house, second)
        new = NewLesson(house.groups["second"], row.day, row.starts, row.ends, "", (house.people["Toivo"],))
        await lessons.plan(work, SYSTEM, house.programme, [new])
    before = await row_of(house, first)
    with pytest.raises(Overlaps, match="taken_already"):
        await publish(house, proposal)
    after = await row_of(house, first)
    assert (after.revision, after.topic) == (before.revision, "vocabulary")


async def test_publish_when_a_lesson_changed_meanwhile_then_stale_and_named(house: Planned) -> None:
    lesson, proposal = await substitute(house)
    async with house.store.work() as work:
        await lessons.lead(work, SYSTEM, lesson, house.people["Stranger"])
    with pytest.raises(Conflict, match="proposal_stale") as refused:
        await publish(house, proposal)
    assert refused.value.facts["lesson"] == lesson


async def test_publish_when_a_lesson_began_meanwhile_then_refused(house: Planned) -> None:
    lesson, proposal = await substitute(house)
    async with house.store.work() as work:
        row = (await rights.target_of_lesson(work, lesson))[0]
        row.opened = work.now
    with pytest.raises(Conflict, match="lesson_begun"):
        await publish(house, proposal)


async def test_publish_when_its_time_has_passed_meanwhile_then_refused(house: Planned) -> None:
    _, proposal = await substitute(house)
    house.clock.forward(minutes=31)
    with pytest.raises(Conflict, match="past_already"):
        await publish(house, proposal)


async def test_publish_when_the_substitute_fell_ill_meanwhile_then_refused(house: Planned) -> None:
    _, proposal = await substitute(house)
    async with house.store.work() as work:
        work.add(
            Absence(
                id=new_id(), person=house.people["Toivo"], starts=MONDAY, ends=MONDAY + 12 * HOUR, kind="ill",
                source="own", reported=MONDAY,
            )
        )  # fmt: skip
    with pytest.raises(Conflict, match="away_then"):
        await publish(house, proposal)


async def test_undo_when_a_lesson_changed_since_then_refused(house: Planned) -> None:
    lesson, proposal = await substitute(house)
    await publish(house, proposal)
    async with house.store.work() as work:
        await lessons.lead(work, SYSTEM, lesson, house.people["Stranger"])
    with pytest.raises(Conflict, match="proposal_stale"):
        await undo(house, proposal)


async def test_undo_when_the_freed_hour_was_given_away_then_overlaps(house: Planned) -> None:
    lesson = house.lessons["first"][0]
    old = await stands(house, lesson)
    veera = ((house.people["Veera"], "teacher"),)
    proposal = await propose(house, await moved(house, lesson, led_by=((house.people["Toivo"], "teacher"),)))
    await publish(house, proposal)
    async with house.store.work() as work:
        new = NewLesson(house.groups["second"], old.day, old.starts, old.starts + HOUR, "", (veera[0][0],))
        await lessons.plan(work, SYSTEM, house.programme, [new])
    with pytest.raises(Overlaps, match="taken_already"):
        await undo(house, proposal)


async def test_publish_when_two_lessons_change_places_then_no_clash(house: Planned) -> None:
    one, other = house.lessons["first"]
    a, b = await stands(house, one), await stands(house, other)
    proposal = await propose(
        house,
        Wanted(replace(a, starts=b.starts, ends=b.ends), one),
        Wanted(replace(b, starts=a.starts, ends=a.ends), other),
    )
    await publish(house, proposal)
    assert ((await stands(house, one)).starts, (await stands(house, other)).starts) == (b.starts, a.starts)


@pytest.mark.parametrize(
    ("facts", "code", "kind"),
    [
        ({}, "nothing_changes", Invalid),
        ({"topic": "unknown"}, "bad_choice", Invalid),
        ({"ends": MONDAY}, "backwards", Invalid),
        ({"starts": MONDAY - HOUR}, "past_already", Conflict),
        ({"starts": MONDAY + 30 * HOUR, "ends": MONDAY + 31 * HOUR}, "not_on_this_day", Invalid),
        ({"led_by": (("nobody", "teacher"),)}, "not_found", NotFound),
    ],
)
async def test_propose_when_it_cannot_stand_then_refused(
    house: Planned, facts: dict[str, Any], code: str, kind: type[Refused]
) -> None:
    wanted = await moved(house, house.lessons["first"][0], **facts)
    with pytest.raises(kind, match=code):
        await propose(house, wanted)
