"""Part-time weeks: expected, roster, feed, own days, report and last day follow; what was lived stays."""

import os
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from calendars import agenda, groups, lessons, programmes, rights, weeks
from calendars.errors import Forbidden, Invalid
from calendars.freedays import WEEKDAYS
from calendars.lessons import NewLesson
from calendars.people import lengths, parttime, seating
from calendars.people.lengths import NewLength
from calendars.store import Work
from calendars.tables import Seat
from classroom import reports, rooms, roster
from tests.calendars.planned import SYSTEM, Planned

RUNS = max(3, int(os.environ.get("OPPITUPA_RUNS", "60")) // 20)
PART = ("mon", "wed", "thu")


async def teach_all(house: Planned) -> dict[str, date]:
    """A lesson of the first group on each day of the programme that has none: its id and its day."""
    async with house.store.work() as work:
        line = await programmes.line(work, SYSTEM, house.programme)
        new = [
            NewLesson(house.groups["first"], one.id, one.starts, one.starts + timedelta(hours=1))
            for one in line.days
            if one.n != 6
        ]
        made = await lessons.plan(work, SYSTEM, house.programme, new)
        days = {one.id: one.date for one in line.days}
        return {one.id: days[one.day] for one in made} | {house.lessons["first"][0]: line.days[5].date}


async def come_on(house: Planned, weekdays: tuple[str, ...], first: date | None = None, seat: str = "") -> Seat:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        return await parttime.come_on(work, kaisa, seat or house.seats["Amina"], weekdays, first)


async def expected(house: Planned, taught: dict[str, date], name: str = "Amina") -> set[date]:
    async with house.store.look() as look:
        return {day for id, day in taught.items() if house.people[name] in await lessons.expected(look, id)}


async def test_come_on_when_said_then_expected_agenda_own_days_and_report_are_of_these_days(house: Planned) -> None:
    taught = await teach_all(house)
    today, mine = date(2026, 3, 9), house.people["Amina"]
    await come_on(house, PART, today)
    hers = {day for day in taught.values() if day < today or day.weekday() in (0, 2, 3)}
    assert await expected(house, taught) == hers
    assert await expected(house, taught, "Bilal") == set(taught.values())
    async with house.store.look() as look:
        amina = await house.actor("Amina")
        ahead = await agenda.all_of(look, amina, datetime(2026, 3, 1, tzinfo=UTC))
        contact = await agenda.contact_days(look, amina, house.programme)
        own = await lengths.of(look, amina, house.programme, mine)
        seats = await groups.seats_of(look, SYSTEM, mine)
    assert {one.day.date for one in ahead} == hers
    assert {one.date for one in contact} == {one.day.date for one in ahead if one.day.kind == "contact"}
    assert set(own.days) == hers
    assert own.days[-1] == max(hers)
    assert [(one.first_day, one.last_day, one.weekdays) for one, *_ in seats] == [
        (today, date(2026, 5, 28), PART), (date(2026, 3, 2), date(2026, 3, 8), ()),
    ]  # fmt: skip
    house.clock.at = datetime(2026, 6, 1, tzinfo=UTC)
    async with house.store.work() as work:
        while await lessons.freeze_due(work):
            pass
        await rooms.close_forgotten(work)
    async with house.store.look() as look:
        report = await reports.report(look, SYSTEM, house.programme)
    assert {date.fromisoformat(one.day) for one in report.rows if one.learner == mine} == hers


async def test_roster_when_it_is_not_her_day_then_she_is_not_on_it(house: Planned) -> None:
    taught = await teach_all(house)
    on = {day: id for id, day in taught.items()}
    await come_on(house, PART)
    found = {}
    for day in (date(2026, 3, 10), date(2026, 3, 11)):  # a Tuesday and a Wednesday
        async with house.store.look() as look:
            lesson, programme, _ = await rights.target_of_lesson(look, on[day])
            seats = (await roster.snapshot(look, lesson, programme))["seats"]
        found[day.weekday()] = [one["name"] for one in seats if one["name"] == "Amina"] == ["Amina"]
    assert found == {1: False, 2: True}


async def test_come_on_when_changed_again_then_the_past_stays_and_the_trail_knows_both(house: Planned) -> None:
    taught = await teach_all(house)
    held = await come_on(house, PART, date(2026, 3, 9))
    house.clock.at = datetime(2026, 4, 7, 6, tzinfo=UTC)
    async with house.store.work() as work:
        while await lessons.freeze_due(work):
            pass
    before = await expected(house, taught)
    await come_on(house, ("tue", "fri"), seat=held.id)
    after = await expected(house, taught)
    assert {day for day in before if day < date(2026, 4, 7)} == {day for day in after if day < date(2026, 4, 7)}
    assert {day.weekday() for day in after if day > date(2026, 4, 7)} == {1, 4}
    async with house.store.look() as look:
        told = [one.body for one in await look.trail(house.programme, 0) if one.kind == "WeekdaysSet"]
    assert [(weeks.named(one["weekdays"]), one["first"]) for one in told] == [
        (PART, "2026-03-09"), (("tue", "fri"), "2026-04-07"),
    ]  # fmt: skip


async def test_come_on_when_she_has_60_days_of_her_own_at_two_a_week_then_her_last_day_is_the_sixtieth(
    house: Planned,
) -> None:
    """S4-13: sixty days at two a week end when sixty Mondays and Thursdays are over, holidays left out."""
    amina = house.people["Amina"]
    held = await come_on(house, ("mon", "wed"), date(2026, 3, 9))
    async with house.store.work() as work:
        await lengths.set_length(work, SYSTEM, house.programme, amina, NewLength(days=60))
    await come_on(house, ("mon", "thu"), seat=held.id)  # her number stays, so that her last day is another
    async with house.store.look() as look:
        own = await lengths.of(look, SYSTEM, house.programme, amina)
        seat = await look.get(Seat, held.id)
        line = await programmes.line(look, SYSTEM, house.programme)
    assert seat is not None
    assert (len(own.days), own.days[-1]) == (60, seat.last_day)
    # Counted by hand: five days of the first week, then every Monday and Thursday that is no holiday.
    free = {date(2026, 4, 6), date(2026, 5, 14)} | {date.fromisoformat(one) for one in line.programme.holidays}
    day, count, counted = date(2026, 3, 9), 5, date(2026, 3, 6)
    while count < 60:
        if day.weekday() in (0, 3) and day not in free:
            count, counted = count + 1, day
        day += timedelta(days=1)
    assert seat.last_day == counted
    assert {one.date.weekday() for one in line.days if one.extra} <= {0, 1, 2, 3, 4}
    assert sum(line.counts.values()) == 60  # the cohort's


async def test_seat_when_she_is_moved_paused_or_taken_in_anew_then_her_weekdays_go_along(house: Planned) -> None:
    amina = house.people["Amina"]
    held = await come_on(house, PART, date(2026, 3, 9))
    async with house.store.work() as work:
        moved = await groups.move(work, SYSTEM, held.id, house.groups["second"], date(2026, 3, 16))
        assert weeks.named(moved.weekdays) == PART
    async with house.store.work() as work:
        await seating.pause(work, SYSTEM, house.programme, amina, "ill", date(2026, 3, 20))
        back = await seating.resume(work, SYSTEM, house.programme, amina, seating.Place("", date(2026, 4, 7)))
        assert weeks.named(back.weekdays) == PART


@pytest.mark.parametrize(
    ("weekdays", "first", "code"),
    [((), None, "no_weekdays"), (("sat",), None, "no_weekdays"), (("someday",), None, "bad_choice"),
     (PART, date(2026, 3, 8), "past_already"), (PART, date(2026, 5, 29), "ends_already"),
     (WEEKDAYS, None, "nothing_changes")],
)  # fmt: skip
async def test_come_on_when_it_cannot_be_then_refused_and_nothing_is_half_done(
    house: Planned, weekdays: tuple[str, ...], first: date | None, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        await come_on(house, weekdays, first)
    async with house.store.look() as look:
        assert [one.weekdays for one, *_ in await groups.seats_of(look, SYSTEM, house.people["Amina"])] == [()]


async def test_come_on_when_she_does_not_plan_then_forbidden(house: Planned) -> None:
    with pytest.raises(Forbidden):
        async with house.store.work() as work:
            await parttime.come_on(work, await house.actor("Oona"), house.seats["Amina"], PART)


@pytest.mark.parametrize("seed", range(RUNS))
async def test_random_weeks_when_counted_independently_then_the_same_days(house: Planned, seed: int) -> None:
    """Random changes at random instants; a plain table of days and weekdays says what must come out."""
    chance, taught, amina = random.Random(seed), await teach_all(house), house.people["Amina"]
    week = {day: set(range(7)) for day in taught.values()}
    for _ in range(4):
        today = chance.choice([day for day in sorted(week) if day >= house.clock.at.date()][:20])
        house.clock.at = datetime(today.year, today.month, today.day, 3, tzinfo=UTC)
        async with house.store.work() as work:
            while await lessons.freeze_due(work):
                pass
            seat = await _newest(work, amina)
        begins = today + timedelta(days=chance.randrange(10))
        chosen = tuple(sorted(chance.sample(WEEKDAYS[:5], chance.randint(1, 4)), key=WEEKDAYS.index))
        if begins > seat.last_day or weeks.kept(chosen) == seat.weekdays:
            continue
        await come_on(house, chosen, begins, seat.id)
        begins = max(begins, seat.first_day)  # a change that was ahead already is changed itself
        week |= {day: {WEEKDAYS.index(one) for one in chosen} for day in week if day >= begins}
    hers = {day for day, on in week.items() if day.weekday() in on}
    assert await expected(house, taught) == hers
    async with house.store.look() as look:
        own = await lengths.of(look, SYSTEM, house.programme, amina)
    assert set(own.days) == hers
    house.clock.at = datetime(2026, 6, 1, tzinfo=UTC)
    async with house.store.work() as work:
        while await lessons.freeze_due(work):
            pass
        await rooms.close_forgotten(work)
    async with house.store.look() as look:
        report = await reports.report(look, SYSTEM, house.programme)
    rows = Counter(date.fromisoformat(one.day) for one in report.rows if one.learner == amina)
    assert set(rows) == hers
    held = {one.day for one in report.rows if one.learner == amina and one.held}
    assert report.totals["own_days"].get(amina, {"expected": 0})["expected"] == len(held)


async def _newest(work: Work, person: str) -> Seat:
    seats = [one for one, *_ in await groups.seats_of(work, SYSTEM, person)]
    found = await work.get(Seat, seats[0].seat)
    assert found is not None
    return found
