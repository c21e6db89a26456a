"""A learner is put in charge of nobody: not of talks, not of a lesson, neither new nor changed."""

from datetime import timedelta

import pytest

from calendars import lessons
from calendars.appointments import appointments, talks
from calendars.appointments.checks import NewAppointment
from calendars.appointments.talks import NewTalks
from calendars.errors import Invalid
from calendars.lessons import NewLesson
from calendars.tables import Appointment
from tests.calendars.daily import day
from tests.calendars.planned import Planned


async def test_talks_when_a_learner_should_hold_them_then_refused(house: Planned) -> None:
    kaisa, on = await house.actor("Kaisa"), await day(house, 11)
    staff = (house.people["Oona"], house.people["Chau"])
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await talks.plan(
                work, kaisa, NewTalks(day=on, kind="individual_discussion", minutes=20, staff=staff), partly=True
            )
    async with house.store.look() as look:
        assert await look.all(Appointment.__table__.select()) == []


async def test_talk_when_another_learner_should_hold_it_then_refused_and_staff_may(house: Planned) -> None:
    kaisa, starts = await house.actor("Kaisa"), house.clock.at + timedelta(days=1, hours=6)
    new = {
        who: NewAppointment(
            kind="guidance", starts=starts, ends=starts + timedelta(minutes=20), learner=house.people["Amina"],
            partners=(house.people[who],),
        )
        for who in ("Chau", "Oona")
    }  # fmt: skip
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await appointments.plan(work, kaisa, house.programme, [new["Chau"]])
    async with house.store.work() as work:
        assert len(await appointments.plan(work, kaisa, house.programme, [new["Oona"]])) == 1


async def test_lesson_when_a_learner_should_lead_it_then_refused(house: Planned) -> None:
    kaisa, line = await house.actor("Kaisa"), await house.line()
    on = next(one for one in line.days if one.n == 20)
    new = NewLesson(
        house.groups["first"], on.id, on.starts, on.starts + timedelta(hours=1), "", (house.people["Chau"],)
    )  # fmt: skip
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await lessons.plan(work, kaisa, house.programme, [new])
