"""A programme that was made by mistake is taken away: while nothing of it was lived, and back again as it was."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from calendars import agenda, groups, lessons, programmes
from calendars.appointments import appointments
from calendars.appointments.checks import NewAppointment
from calendars.changes import publishing
from calendars.days import span, withdrawal
from calendars.errors import Conflict
from calendars.lessons import NewLesson
from calendars.tables import Appointment, Lesson
from tests.calendars.daily import another, codes, done, picture, proposed, said_yes
from tests.calendars.planned import MONDAY, SYSTEM, Planned


async def mistaken(house: Planned) -> tuple[str, str]:
    """A second programme from 7 September with a lesson and a talk on its first day: its id, its learner."""
    programme, group, learner = await another(house, "occupation-for-immigrants", date(2026, 9, 7))
    async with house.store.work() as work:
        first = (await programmes.days(work, SYSTEM, programme))[0]
        starts = first.starts + timedelta(hours=1)
        new = NewLesson(group, first.id, starts, starts + timedelta(hours=1), "", (house.people["Veera"],))
        await lessons.plan(work, SYSTEM, programme, [new])
        talk = NewAppointment(
            kind="individual_discussion", starts=starts + timedelta(hours=2), ends=starts + timedelta(hours=3),
            learner=learner, partners=(house.people["Veera"],),
        )  # fmt: skip
        await appointments.plan(work, SYSTEM, programme, [talk])
    return programme, learner


async def standing(house: Planned, programme: str) -> tuple[set[str], set[str]]:
    """The states of its lessons and of its talks."""
    async with house.store.look() as look:
        talks = await look.all(select(Appointment.status).where(Appointment.programme == programme))
        return set(await look.all(select(Lesson.status).where(Lesson.programme == programme))), set(talks)


async def listed(house: Planned) -> set[str]:
    async with house.store.look() as look:
        return {one.id for one in await programmes.of(look, await house.actor("Kaisa"))}


async def test_programme_when_taken_away_then_all_is_cancelled_and_undone_as_it_was(house: Planned) -> None:
    programme, learner = await mistaken(house)
    before = await picture(house, programme)
    proposal = await proposed(house, withdrawal.withdraw, programme=programme)
    assert await picture(house, programme) == before
    assert await codes(house, proposal) == ["people_stay", "talks_cancelled"]
    await said_yes(house, proposal)
    after = await picture(house, programme)
    assert (after.days, after.seats) == ({}, before.seats)
    assert await standing(house, programme) == ({"cancelled"}, {"cancelled"})
    assert await listed(house) == {house.programme}
    async with house.store.look() as look:
        whose = await agenda.rights.actor_of(look, learner)
        shown = await agenda.all_of(look, whose, MONDAY)
        assert {(one.kind, one.cancelled) for one in shown} == {("lesson", True), ("contact", True)}
        assert not [one for one in await groups.seats_of(look, SYSTEM, learner) if one[2].id == programme]
    async with house.store.work() as work:
        await publishing.undo(work, await house.actor("Kaisa"), proposal)
    assert await picture(house, programme) == before
    assert await standing(house, programme) == ({"confirmed"}, {"confirmed"})
    assert await listed(house) == {house.programme, programme}


async def test_programme_when_taken_away_then_nothing_waits_that_could_bring_days_back(house: Planned) -> None:
    programme, _ = await mistaken(house)
    waits = await proposed(house, span.go_on, 2, programme=programme)
    await done(house, withdrawal.withdraw, programme=programme)
    for act in (lambda: said_yes(house, waits), lambda: proposed(house, span.go_on, 2, programme=programme)):
        with pytest.raises(Conflict) as refused:
            await act()
        assert refused.value.code == "programme_withdrawn"


async def test_programme_when_lived_then_it_stays(house: Planned) -> None:
    with pytest.raises(Conflict) as refused:
        await proposed(house, withdrawal.withdraw)
    assert refused.value.code == "programme_lived"
    programme, _ = await mistaken(house)
    waits = await proposed(house, withdrawal.withdraw, programme=programme)
    house.clock.at = MONDAY.replace(month=9, day=7, hour=6)  # its first day comes
    with pytest.raises(Conflict) as refused:
        await said_yes(house, waits)
    assert refused.value.code == "proposal_stale"
