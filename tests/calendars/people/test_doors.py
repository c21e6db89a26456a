"""Entry rules that a coordinator changes: what holds from now on, what stays with whoever is in, what is refused."""

from dataclasses import replace
from datetime import date

import pytest

from calendars.errors import Forbidden, Invalid, NotFound
from calendars.people import doors, enrolments, people, profiles
from calendars.people.doors import NewDoor
from calendars.people.people import NewPerson
from calendars.people.profiles import NewProfile
from calendars.rights import Target
from tests.calendars.planned import SYSTEM, Planned

ESPOO = NewDoor(
    language={"speaking": "A1.3", "reading": "A2.1"}, least_age=18, register_needed=True, refuses=False,
    checks=[("", "Residence permit for Espoo"), ("", "Reads and writes")],
)  # fmt: skip


async def asks(house: Planned, born: date, speaking: str = "A2.1") -> str:
    """Somebody who asks for a place, a customer of the employment services."""
    async with house.store.work() as work:
        target = Target(house.organisation, house.programme)
        person = (await people.add(work, SYSTEM, NewPerson(name="Dina"), target)).id
        await enrolments.apply(work, SYSTEM, house.programme, person)
        levels = {"speaking": speaking, "reading": "A2.1"}
        await profiles.describe(work, SYSTEM, person, NewProfile(levels=levels, born=born, registered=True))
    return person


async def set_door(house: Planned, new: NewDoor, who: str = "Kaisa") -> None:
    async with house.store.work() as work:
        await doors.set_door(work, await house.actor(who), house.programme, new, "en")


async def one(house: Planned, person: str) -> enrolments.Applicant:
    async with house.store.look() as look:
        found = await enrolments.of_programme(look, SYSTEM, house.programme)
    return next(it for it in found if it.person.id == person)


async def test_door_when_changed_then_age_at_the_start_levels_and_papers_are_asked(house: Planned) -> None:
    await set_door(house, ESPOO)
    permit, reads = [f"check:{code}" for code in (await door(house)).checks]
    grown, young = await asks(house, date(2008, 3, 2)), await asks(house, date(2008, 3, 3), "A1.2")
    assert (await one(house, grown)).unknown == (permit, reads)
    assert (await one(house, grown)).missed == ()
    assert (await one(house, young)).missed == ("language:speaking", "age")
    async with house.store.work() as work:
        await enrolments.see(work, await house.actor("Oona"), house.programme, grown, permit.partition(":")[2])
        told = [it.body for it in await work.trail(house.programme, 0) if it.kind == "DoorChanged"]
    seen = (await one(house, grown)).checks[permit.partition(":")[2]]
    assert (seen.seen_by, seen.seen_on) == (house.people["Oona"], date(2026, 3, 9))
    assert [it["by"] for it in told] == [house.people["Kaisa"]]
    with pytest.raises(Invalid, match="entry_missed"):
        async with house.store.work() as work:
            await enrolments.accept(work, await house.actor("Kaisa"), house.programme, young)


async def door(house: Planned) -> doors.Door:
    async with house.store.look() as look:
        return await doors.of(look, await house.actor("Kaisa"), house.programme)


async def test_line_when_its_words_change_then_who_saw_it_stays_and_an_empty_one_goes(house: Planned) -> None:
    await set_door(house, ESPOO)
    permit, reads = (await door(house)).checks
    person = await asks(house, date(1990, 1, 1))
    async with house.store.work() as work:
        await enrolments.see(work, SYSTEM, house.programme, person, permit)
    await set_door(house, replace(ESPOO, checks=[(permit, "Permit for Finland"), (reads, " ")]))
    assert (await door(house)).checks == {permit: {"en": "Permit for Finland"}}
    assert (await one(house, person)).unknown == ()


async def test_door_when_it_gets_stricter_then_whoever_is_in_stays_with_her_grounds(house: Planned) -> None:
    await set_door(house, replace(ESPOO, checks=[], language={"speaking": "B1.1"}))
    person = await asks(house, date(1990, 1, 1))
    async with house.store.work() as work:
        await enrolments.accept(work, SYSTEM, house.programme, person, "She works in the field.")
    await set_door(house, replace(ESPOO, refuses=True, language={"speaking": "C2"}))
    found = (await one(house, person)).enrolment
    assert (found.status, found.missed, found.grounds) == (
        "accepted", ["language:speaking"], "She works in the field.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"language": {"singing": "A1.1"}}, "language"), ({"language": {"speaking": "A9"}}, "language"),
        ({"least_age": 121}, "least_age"), ({"checks": [("unknown", "x")]}, "checks"),
        ({"checks": [("", "x" * 121)]}, "checks"), ({"checks": [("", f"line {n}") for n in range(21)]}, "checks"),
    ],
)  # fmt: skip
async def test_door_when_it_cannot_be_then_refused_and_the_old_one_holds(
    house: Planned, wrong: dict[str, object], field: str
) -> None:
    before = await door(house)
    with pytest.raises(Invalid) as refused:
        await set_door(house, replace(ESPOO, **wrong))  # type: ignore[arg-type]
    assert (refused.value.facts["field"], await door(house)) == (field, before)


@pytest.mark.parametrize("who", ["Veera", "Oona", "Iiris", "Amina", "Stranger"])
async def test_acts_when_she_does_not_plan_then_refused(house: Planned, who: str) -> None:
    with pytest.raises((NotFound, Forbidden)):
        await set_door(house, ESPOO, who)
    with pytest.raises((NotFound, Forbidden)):
        async with house.store.look() as look:
            await doors.of(look, await house.actor(who), house.programme)
