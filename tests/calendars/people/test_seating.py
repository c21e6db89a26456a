"""Seats as they are lived: queue, start on day 4, stop on day 9, pause, return, a no-show; and who is expected."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from calendars import agenda, groups, lessons, programmes, rights
from calendars.blueprints.shipped import load
from calendars.errors import Conflict, Forbidden, Full, Invalid, NotFound
from calendars.groups import NewGroup
from calendars.lessons import NewLesson
from calendars.people import enrolments, people, seating
from calendars.people.people import NewPerson
from calendars.people.seating import Place
from calendars.programmes import NewProgramme
from calendars.rights import Target
from calendars.store import Look, Work
from calendars.tables import Seat
from tests.calendars.planned import SYSTEM, Planned

DAY_4, DAY_9 = date(2026, 3, 5), date(2026, 3, 12)


async def newcomer(work: Work, house: Planned, name: str) -> str:
    target = Target(house.organisation, house.programme)
    return (await people.add(work, SYSTEM, NewPerson(name=name), target)).id


async def lessons_on_every_day(work: Work, house: Planned, group: str = "first") -> dict[date, str]:
    """One lesson at nine on each of the first fifteen training days."""
    line = await programmes.line(work, SYSTEM, house.programme)
    new = [
        NewLesson(house.groups[group], day.id, day.starts - timedelta(hours=1), day.starts) for day in line.days[:15]
    ]
    planned = await lessons.plan(work, SYSTEM, house.programme, new)
    return {day.date: row.id for day, row in zip(line.days[:15], planned, strict=True)}


async def expected_on(look: Look, held: dict[date, str], person: str) -> list[date]:
    return [day for day, lesson in held.items() if person in await lessons.expected(look, lesson)]


async def status(look: Look, house: Planned, person: str) -> str:
    found = await enrolments.of_programme(look, SYSTEM, house.programme)
    return next(one.enrolment.status for one in found if one.person.id == person)


async def test_place_when_from_day_4_and_stopped_on_day_9_then_expected_on_these_days_alone(house: Planned) -> None:
    async with house.store.work() as work:
        held = await lessons_on_every_day(work, house)
        person = await newcomer(work, house, "Dina")
        seat = await seating.place(work, SYSTEM, person, Place(house.groups["first"], DAY_4))
        assert seat is not None
        await seating.stop(work, SYSTEM, seat.id, "employed", DAY_9)
    async with house.store.look() as look:
        days = await expected_on(look, held, person)
        actor = await rights.actor_of(look, person)
        own = await agenda.all_of(look, actor, datetime(2026, 3, 1, tzinfo=UTC))
        assert await status(look, house, person) == "ended"
    assert days == [date(2026, 3, day) for day in (5, 6, 9, 10, 11, 12)]
    assert sorted({one.date for one in own if one.kind == "lesson"}) == days
    assert [one.date for one in own if one.kind == "contact"] == [DAY_4, date(2026, 3, 6)]


@pytest.mark.parametrize("how", ["stop", "pause", "replace"])
async def test_leaving_when_a_move_is_ahead_then_it_does_not_bring_her_back(house: Planned, how: str) -> None:
    """From Thursday on she was to sit in the other group; on Tuesday she leaves."""
    amina, tuesday = house.people["Amina"], date(2026, 3, 10)
    async with house.store.work() as work:
        here, there = await lessons_on_every_day(work, house), await lessons_on_every_day(work, house, "second")
        moved = await groups.move(work, SYSTEM, house.seats["Amina"], house.groups["second"], date(2026, 3, 12))
        if how == "stop":
            await seating.stop(work, SYSTEM, moved.id, "employed", tuesday)
        elif how == "pause":
            await seating.pause(work, SYSTEM, house.programme, amina, "ill", tuesday)
        else:
            waits = await newcomer(work, house, "Dina")
            row = await enrolments.enrolled(work, SYSTEM, house.programme, waits)
            await enrolments.settle(work, SYSTEM, row, "waiting")
            await seating.replace(work, SYSTEM, house.programme, amina, date(2026, 3, 11), grounds="She is ready.")
    async with house.store.look() as look:
        assert max(await expected_on(look, here, amina)) == tuesday
        assert await expected_on(look, there, amina) == []


async def test_pause_when_she_returns_then_two_seats_and_history_untouched(house: Planned) -> None:
    amina = house.people["Amina"]
    async with house.store.work() as work:
        held = await lessons_on_every_day(work, house)
        await lessons.freeze(work, held[date(2026, 3, 6)])
        await seating.pause(work, SYSTEM, house.programme, amina, "ill", date(2026, 3, 9))
    async with house.store.look() as look:
        assert await status(look, house, amina) == "paused"
        assert await expected_on(look, held, amina) == [date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9)]
    house.clock.at += timedelta(days=7)
    async with house.store.work() as work:
        await seating.resume(work, SYSTEM, house.programme, amina, Place("", date(2026, 3, 18)))
    async with house.store.look() as look:
        assert await status(look, house, amina) == "accepted"
        assert await expected_on(look, held, amina) == [
            date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9, 18, 19, 20)
        ]  # fmt: skip
        seats = [one for one, _, _ in await groups.seats_of(look, SYSTEM, amina)]
    assert [(one.first_day, one.last_day) for one in seats] == [
        (date(2026, 3, 18), date(2026, 5, 28)), (date(2026, 3, 2), date(2026, 3, 9)),
    ]  # fmt: skip


async def test_resume_when_she_is_not_on_pause_then_refused(house: Planned) -> None:
    with pytest.raises(Conflict, match="not_on_pause"):
        async with house.store.work() as work:
            await seating.resume(work, SYSTEM, house.programme, house.people["Amina"])
    with pytest.raises(Conflict, match="no_seat"):
        async with house.store.work() as work:
            await seating.pause(work, SYSTEM, house.programme, house.people["Stranger"], "ill")
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await seating.pause(work, SYSTEM, house.programme, house.people["Amina"], "She told me so")


async def fill(work: Work, house: Planned, group: str, most: int) -> list[str]:
    """Newcomers until the group has so many."""
    here = len(await groups.members(work, SYSTEM, [house.groups[group]]))
    made = [await newcomer(work, house, f"New {number}") for number in range(most - here)]
    for person in made:
        assert await seating.place(work, SYSTEM, person, Place(house.groups[group])) is not None
    return made


async def test_place_when_the_group_is_full_then_she_waits_in_order_and_takes_a_free_place(house: Planned) -> None:
    async with house.store.work() as work:
        seated = await fill(work, house, "first", 7)
        late = [await newcomer(work, house, name) for name in ("Ulla", "Aune")]
    for person in late:
        house.clock.at += timedelta(minutes=1)
        async with house.store.work() as work:
            assert await seating.place(work, SYSTEM, person, Place(house.groups["first"])) is None
    async with house.store.look() as look:
        assert [one.person for one in await seating.waiting(look, SYSTEM, house.programme)] == late
        with pytest.raises(Full, match="group_full"):
            await seating.ask_room(look, SYSTEM, Place(house.groups["first"]))
    async with house.store.work() as work:
        (held,) = await work.all(_seat_of(seated[0]))
        await seating.stop(work, SYSTEM, held.id, "education")
    async with house.store.work() as work:  # her last day is today, so the place is free from tomorrow
        assert await seating.place(work, SYSTEM, late[0], Place(house.groups["first"])) is None
        tomorrow = Place(house.groups["first"], date(2026, 3, 10))
        assert await seating.place(work, SYSTEM, late[0], tomorrow) is not None
    async with house.store.look() as look:
        assert [one.person for one in await seating.waiting(look, SYSTEM, house.programme)] == late[1:]


def _seat_of(person: str):  # type: ignore[no-untyped-def]
    from sqlalchemy import select

    return select(Seat).where(Seat.person == person)


async def test_place_when_two_take_the_last_place_at_once_then_one_waits(house: Planned) -> None:
    async with house.store.work() as work:
        await fill(work, house, "first", 6)
        two = [await newcomer(work, house, name) for name in ("Ulla", "Aune")]

    async def take(person: str) -> bool:
        async with house.store.work() as work:
            return await seating.place(work, SYSTEM, person, Place(house.groups["first"])) is not None

    assert sorted(await asyncio.gather(*map(take, two))) == [False, True]


async def test_place_when_a_peer_group_has_eight_then_the_ninth_waits(house: Planned) -> None:
    async with house.store.work() as work:
        new = NewProgramme(
            blueprint=load("catch-up-with-work"), start=date(2026, 9, 15), organisation=house.organisation
        )
        programme = (await programmes.plan(work, SYSTEM, new)).id
        group = (await groups.form(work, SYSTEM, NewGroup(programme, "", "Tiistai"))).id
        seats = [
            await seating.place(work, SYSTEM, await newcomer(work, house, f"Peer {number}"), Place(group))
            for number in range(9)
        ]
        queue = await seating.waiting(work, SYSTEM, programme)
    assert [seat is not None for seat in seats] == [True] * 8 + [False]
    assert len(queue) == 1


async def test_replace_when_somebody_never_came_then_the_first_in_the_queue_starts_in_one_act(house: Planned) -> None:
    bilal = house.people["Bilal"]
    async with house.store.work() as work:
        held = await lessons_on_every_day(work, house)
        await fill(work, house, "first", 7)
        waiting = [await newcomer(work, house, name) for name in ("Ulla", "Aune")]
        for person in waiting:
            await seating.place(work, SYSTEM, person, Place(house.groups["first"]))
    async with house.store.work() as work:
        seat = await seating.replace(work, SYSTEM, house.programme, bilal, date(2026, 3, 11))
    assert (seat.person, seat.first_day, seat.last_day) == (waiting[0], date(2026, 3, 11), date(2026, 5, 28))
    async with house.store.look() as look:
        assert await status(look, house, bilal) == "no_show"
        assert await status(look, house, waiting[0]) == "accepted"
        assert await expected_on(look, held, bilal) == [date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9, 10)]
        assert (await expected_on(look, held, waiting[0]))[0] == date(2026, 3, 11)
        assert [one.person for one in await seating.waiting(look, SYSTEM, house.programme)] == waiting[1:]


async def test_replace_when_nobody_waits_then_nothing_changes(house: Planned) -> None:
    with pytest.raises(Conflict, match="nobody_waits"):
        async with house.store.work() as work:
            await seating.replace(work, SYSTEM, house.programme, house.people["Bilal"])
    async with house.store.look() as look:
        assert await status(look, house, house.people["Bilal"]) == "accepted"


@pytest.mark.parametrize("who", ["Veera", "Oona", "Iiris", "Amina", "Stranger"])
async def test_acts_when_she_does_not_plan_then_refused(house: Planned, who: str) -> None:
    actor, bilal = await house.actor(who), house.people["Bilal"]
    for act in (
        lambda work: seating.place(work, actor, house.people["Stranger"], Place(house.groups["first"])),
        lambda work: seating.stop(work, actor, house.seats["Bilal"], "ill"),
        lambda work: seating.pause(work, actor, house.programme, bilal, "ill"),
        lambda work: seating.replace(work, actor, house.programme, bilal),
    ):
        with pytest.raises((NotFound, Forbidden)):
            async with house.store.work() as work:
                await act(work)
