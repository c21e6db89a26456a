"""Walk-ins: two fields at the lesson, a seat from today, expected in this lesson, new to the coordinator."""

from datetime import timedelta

import pytest

from calendars import groups, lessons
from calendars.errors import Forbidden, Invalid, NotFound, NotOpen
from calendars.people import enrolments, people, seating, walkins
from calendars.people.people import NewPerson
from calendars.people.seating import Place
from calendars.rights import Target
from calendars.tables import Person
from tests.calendars.planned import MONDAY, SYSTEM, Planned

NUMBER = "+358 40 765 4321"


async def test_admit_when_lesson_runs_then_seated_expected_and_new_to_the_coordinator(house: Planned) -> None:
    house.clock.at = MONDAY + timedelta(hours=1, minutes=10)
    first, later = house.lessons["first"]
    async with house.store.work() as work:
        before = await lessons.freeze(work, first)
        came = await walkins.admit(work, await house.actor("Veera"), first, " Dina ", NUMBER)
    assert came.seated
    async with house.store.look() as look:
        assert await lessons.expected(look, first) == before | {came.person}
        assert came.person in await lessons.expected(look, later)
        member = next(
            one for one in await groups.members(look, SYSTEM, [house.groups["first"]]) if one.person == came.person
        )
        assert (member.name, member.first_day.isoformat(), member.last_day.isoformat()) == (
            "Dina", "2026-03-09", "2026-05-28",
        )  # fmt: skip
        found = await enrolments.of_programme(look, await house.actor("Kaisa"), house.programme)
        new = next(one for one in found if one.person.id == came.person)
        assert (new.enrolment.status, new.seat is not None) == ("applied", True)
        told = [one.body for one in await look.trail(first, 0) if one.kind == "WalkedIn"]
        assert told == [{"person": came.person, "by": house.people["Veera"]}]
        seated = [one.body["by"] for one in await look.trail(house.programme, 0) if one.kind == "Seated"]
    assert seated[-1] == house.people["Veera"]


async def test_admit_when_she_is_on_the_waiting_list_then_no_second_person(house: Planned) -> None:
    house.clock.at = MONDAY + timedelta(hours=1, minutes=10)
    async with house.store.work() as work:
        target = Target(house.organisation, house.programme)
        new = await people.add(work, SYSTEM, NewPerson(name="Dina D.", telephone="040 7654321"), target)
        await enrolments.apply(work, SYSTEM, house.programme, new.id)
        came = await walkins.admit(work, await house.actor("Veera"), house.lessons["first"][0], "Dina", NUMBER)
        again = await walkins.admit(work, await house.actor("Veera"), house.lessons["first"][0], "Dina", NUMBER)
    assert (came.person, again.person) == (new.id, new.id)


async def test_admit_when_the_group_is_full_then_she_waits(house: Planned) -> None:
    house.clock.at = MONDAY + timedelta(hours=1, minutes=10)
    async with house.store.work() as work:
        for number in range(5):
            target = Target(house.organisation, house.programme)
            new = await people.add(work, SYSTEM, NewPerson(name=f"New {number}"), target)
            await seating.place(work, SYSTEM, new.id, Place(house.groups["first"]))
        await lessons.freeze(work, house.lessons["first"][0])
        came = await walkins.admit(work, await house.actor("Veera"), house.lessons["first"][0], "Dina", NUMBER)
        assert not came.seated
        assert came.person not in await lessons.expected(work, house.lessons["first"][0])
        assert [one.person for one in await seating.waiting(work, SYSTEM, house.programme)] == [came.person]


@pytest.mark.parametrize(("name", "number", "field"), [("", NUMBER, "name"), ("Dina", "", "telephone")])
async def test_admit_when_a_field_is_empty_then_refused(house: Planned, name: str, number: str, field: str) -> None:
    with pytest.raises(Invalid, match="empty") as refused:
        async with house.store.work() as work:
            await walkins.admit(work, await house.actor("Veera"), house.lessons["first"][0], name, number)
    assert refused.value.facts["field"] == field


async def test_admit_when_the_lesson_is_over_or_another_day_then_not_open(house: Planned) -> None:
    veera = await house.actor("Veera")
    for at, code in ((MONDAY + timedelta(hours=9), "lesson_over"), (MONDAY - timedelta(days=1), "too_early")):
        house.clock.at = at
        with pytest.raises(NotOpen, match=code):
            async with house.store.work() as work:
                await walkins.admit(work, veera, house.lessons["first"][0], "Dina", NUMBER)


@pytest.mark.parametrize("who", ["Toivo", "Oona", "Iiris", "Amina", "Stranger"])
async def test_admit_when_she_does_not_lead_it_then_refused_and_nobody_made(house: Planned, who: str) -> None:
    from sqlalchemy import func, select

    async with house.store.look() as look:
        before = await look.one(select(func.count()).select_from(Person))
    with pytest.raises((NotFound, Forbidden)):
        async with house.store.work() as work:
            await walkins.admit(work, await house.actor(who), house.lessons["first"][0], "Dina", NUMBER)
    async with house.store.look() as look:
        assert await look.one(select(func.count()).select_from(Person)) == before
