"""Talks on a day that moves: they go along where everybody and the room are free, and come back with an undo."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from calendars.appointments import appointments, guests
from calendars.appointments.checks import NewAppointment
from calendars.changes import publishing
from calendars.changes.touched import touched
from calendars.days import breaks, single
from calendars.errors import Conflict
from calendars.people import staffing
from calendars.people.people import NewPerson
from calendars.people.staffing import Span, Working
from calendars.tables import Appointment, Lesson
from tests.calendars.crew import ill
from tests.calendars.daily import codes, day, done, proposed, row, said_yes, teach
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.proposing import undo

MOVED, TO = date(2026, 3, 23), date(2026, 3, 28)
"""Day 16, and the Saturday to which it goes; the clocks change in the night behind it."""
TEN, TEN_ON_SATURDAY = datetime(2026, 3, 23, 8, tzinfo=UTC), datetime(2026, 3, 28, 8, tzinfo=UTC)
MINUTES = timedelta(minutes=20)


async def book(house: Planned, starts: datetime = TEN, learner: str = "Amina", **facts: Any) -> str:
    """A talk of 20 minutes with Oona; returns its id."""
    told: dict[str, Any] = {"kind": "individual_discussion", "partners": ("Oona",)} | facts
    partners = tuple(house.people[name] for name in told.pop("partners"))
    new = NewAppointment(
        starts=starts, ends=starts + MINUTES, learner=house.people[learner] if learner else None, partners=partners,
        **told,
    )  # fmt: skip
    async with house.store.work() as work:
        return (await appointments.plan(work, SYSTEM, house.programme, [new]))[0].id


async def times(house: Planned, *ids: str) -> list[datetime]:
    async with house.store.look() as look:
        rows = [await look.get(Appointment, id) for id in ids]
    assert [row.ends - row.starts for row in rows if row] == [MINUTES] * len(ids)
    return [row.starts for row in rows if row]


async def saturday(house: Planned) -> str:
    """Day 16 is proposed for the Saturday."""
    return await proposed(house, single.move, await day(house, 16), TO, free_day=True)


async def why(house: Planned, proposal: str) -> list[tuple[str, str]]:
    """The talks that stay, each with the reason."""
    told = (await row(house, proposal)).about["clashes"]
    return [(one["other"], one["why"]) for one in told if one["code"] == "talk_stays"]


async def test_move_when_talks_lie_on_the_day_then_they_go_along_in_the_same_act_and_come_back(house: Planned) -> None:
    mine, open_time = await book(house), await book(house, TEN + MINUTES, learner="", partners=("Oona",))
    proposal = await saturday(house)
    assert await codes(house, proposal) == ["free_day"]
    assert await times(house, mine, open_time) == [TEN, TEN + MINUTES]
    await said_yes(house, proposal)
    assert await times(house, mine, open_time) == [TEN_ON_SATURDAY, TEN_ON_SATURDAY + MINUTES]
    async with house.store.look() as look:
        found = await look.get(Appointment, mine)
        told = await touched(look, await house.actor("Kaisa"), proposal)
    assert found is not None
    assert (found.sequence, found.revision, found.status) == (1, 2, "confirmed")
    assert [(one.appointment, one.before, one.after) for one in told.following] == [
        (mine, TEN, TEN_ON_SATURDAY), (open_time, TEN + MINUTES, TEN_ON_SATURDAY + MINUTES),
    ]  # fmt: skip
    await undo(house, proposal)
    assert await times(house, mine, open_time) == [TEN, TEN + MINUTES]


async def test_break_when_clocks_change_between_then_talks_keep_their_hour_on_the_wall(house: Planned) -> None:
    first, second = await book(house), await book(house, datetime(2026, 3, 30, 7, tzinfo=UTC))  # ten in summer, day 21
    await done(house, breaks.add, MOVED, date(2026, 3, 27))
    assert await times(house, first, second) == [
        datetime(2026, 3, 30, 7, tzinfo=UTC), datetime(2026, 4, 8, 7, tzinfo=UTC),  # over Easter
    ]  # fmt: skip


async def test_online_talk_when_it_goes_along_then_its_room_does_too(house: Planned) -> None:
    mine = await book(house, way="online")
    await said_yes(house, await saturday(house))
    async with house.store.look() as look:
        room = await look.get(Lesson, mine)
    assert room is not None
    assert (room.starts, room.status) == (TEN_ON_SATURDAY, "confirmed")


async def test_move_when_lessons_stand_beside_then_a_talk_stays_only_where_a_lesson_of_hers_comes(
    house: Planned,
) -> None:
    await teach(house, 16, hour=2)  # eleven to twelve, moves along: it is in nobody's way
    mine, hers = await book(house), await book(house, TEN + MINUTES, learner="Chau")
    proposal = await saturday(house)
    assert await why(house, proposal) == []
    await said_yes(house, proposal)
    assert await times(house, mine, hers) == [TEN_ON_SATURDAY, TEN_ON_SATURDAY + MINUTES]


async def test_move_when_she_who_meets_is_taken_away_or_off_work_then_it_stays_and_says_why(house: Planned) -> None:
    mine = await book(house)
    other = await book(house, TEN_ON_SATURDAY, learner="Chau", kind="mentoring")
    proposal = await saturday(house)
    assert await why(house, proposal) == [(mine, "staff_busy")]
    async with house.store.work() as work:
        await appointments.cancel(work, SYSTEM, other, "other")
    await ill(house, "Oona", TEN_ON_SATURDAY, 4)
    assert await why(house, await saturday(house)) == [(mine, "staff_away")]


async def test_move_when_to_a_day_on_which_the_counsellor_does_not_work_then_it_stays(house: Planned) -> None:
    mine = await book(house)
    spans = tuple(Span(one, TEN.time(), datetime(2026, 1, 1, 16).time()) for one in ("mon", "tue", "wed"))
    async with house.store.work() as work:
        await staffing.work_at(work, SYSTEM, house.people["Oona"], Working(spans))
    proposal = await saturday(house)
    assert await why(house, proposal) == [(mine, "staff_away")]
    await said_yes(house, proposal)
    assert await times(house, mine) == [TEN]


async def test_move_when_the_learner_is_taken_then_hers_stays_and_the_others_go(house: Planned) -> None:
    mine, hers = await book(house), await book(house, TEN + MINUTES, learner="Chau")
    await book(house, TEN_ON_SATURDAY + MINUTES, learner="Chau", kind="mentoring", partners=("Veera",))
    proposal = await saturday(house)
    assert await why(house, proposal) == [(hers, "learner_busy")]
    await said_yes(house, proposal)
    assert await times(house, mine, hers) == [TEN_ON_SATURDAY, TEN + MINUTES]


@pytest.mark.parametrize("kind", ["interview", "workplace_visit"])
async def test_move_when_people_from_outside_agreed_then_counted_and_left(house: Planned, kind: str) -> None:
    mine = await book(house, kind=kind)
    proposal = await saturday(house)
    assert await codes(house, proposal) == ["free_day", "appointments_stay"]
    await said_yes(house, proposal)
    assert await times(house, mine) == [TEN]


async def test_move_when_a_guest_comes_to_the_talk_then_it_stays(house: Planned) -> None:
    mine = await book(house)
    async with house.store.work() as work:
        oona = await house.actor("Oona")
        await guests.bring(work, oona, mine, NewPerson(name="Olli Officer", email="o@example.org"))
    assert await codes(house, await saturday(house)) == ["free_day", "appointments_stay"]


async def test_publish_when_the_new_time_was_taken_meanwhile_then_nothing_happens(house: Planned) -> None:
    mine = await book(house)
    proposal = await saturday(house)
    await book(house, TEN_ON_SATURDAY, learner="Chau", kind="mentoring")
    with pytest.raises(Conflict, match="taken_already"):
        async with house.store.work() as work:
            await publishing.publish(work, await house.actor("Kaisa"), proposal)
    assert await times(house, mine) == [TEN]


async def test_publish_when_a_talk_was_moved_meanwhile_then_stale(house: Planned) -> None:
    mine = await book(house)
    proposal = await saturday(house)
    async with house.store.work() as work:
        await appointments.move(work, SYSTEM, mine, TEN + MINUTES, TEN + 2 * MINUTES)
    with pytest.raises(Conflict, match="proposal_stale"):
        await said_yes(house, proposal)
    assert await times(house, mine) == [TEN + MINUTES]


async def test_move_when_the_room_is_taken_then_it_stays(house: Planned) -> None:
    async with house.store.look() as look:
        place = (await single.places(look, SYSTEM, house.programme))[0].id
    mine, next_door = (
        await book(house, spot="Room 12", place=place),
        await book(house, TEN + MINUTES, learner="Chau", spot="Room 13", place=place),
    )
    await book(
        house, TEN_ON_SATURDAY, learner="Bilal", kind="mentoring", partners=("Veera",), spot="room 12", place=place
    )
    proposal = await saturday(house)
    assert await why(house, proposal) == [(mine, "room_taken")]
    await said_yes(house, proposal)
    assert await times(house, mine, next_door) == [TEN, TEN_ON_SATURDAY + MINUTES]
