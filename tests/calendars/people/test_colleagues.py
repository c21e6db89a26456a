"""Colleagues: taken on with a role, given another one, and leaving with their lessons freed."""

import pytest

from calendars import lessons, rights
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.grants import Right
from calendars.people import colleagues, people
from calendars.people.people import NewPerson
from calendars.tables import Person
from tests.calendars.planned import SYSTEM, Planned


async def _hire(house: Planned, role: str = "teacher", kind: str = "organisation", scope: str = "") -> Person:
    actor = await house.actor("Kaisa")
    async with house.store.work() as work:
        right = Right(role, kind, scope or house.organisation)
        return await colleagues.hire(work, actor, NewPerson(name="Uusi", language="en"), right)


async def test_hire_when_coordinator_does_it_then_person_and_role_stand(house: Planned) -> None:
    row = await _hire(house)
    async with house.store.look() as look:
        found = await colleagues.of(look, await rights.actor_of(look, house.people["Kaisa"]), row.id)
    assert [(one.role, one.kind, one.scope, one.may_end) for one in found] == [
        ("teacher", "organisation", house.organisation, True)
    ]


@pytest.mark.parametrize(
    ("role", "kind", "refusal", "field"),
    [("learner", "organisation", Invalid, "role"), ("teacher", "house", Invalid, "place"),
     ("teacher", "group", Invalid, "place"), ("admin", "house", NotFound, "")],
)  # fmt: skip
async def test_hire_when_role_or_place_is_wrong_then_nobody_is_added(
    house: Planned, role: str, kind: str, refusal: type[Exception], field: str
) -> None:
    async with house.store.look() as look:
        before = len(await people.staff(look, SYSTEM))
    with pytest.raises(refusal) as refused:
        await _hire(house, role, kind, "house" if kind == "house" else "")
    if field:
        assert refused.value.facts["field"] == field  # type: ignore[attr-defined]
    async with house.store.look() as look:
        assert len(await people.staff(look, SYSTEM)) == before


@pytest.mark.parametrize("name", ["Veera", "Oona", "Amina", "Stranger"])
async def test_hire_when_not_allowed_to_invite_then_refused(house: Planned, name: str) -> None:
    actor, right = await house.actor(name), Right("teacher", "organisation", house.organisation)
    with pytest.raises((Forbidden, NotFound)):
        async with house.store.work() as work:
            await colleagues.hire(work, actor, NewPerson(name="Uusi"), right)


async def test_appoint_when_role_is_held_already_then_conflict(house: Planned) -> None:
    row, actor = await _hire(house), await house.actor("Kaisa")
    right = Right("counsellor", "programme", house.programme)
    async with house.store.work() as work:
        await colleagues.appoint(work, actor, row.id, right)
    with pytest.raises(Conflict, match="right_held"):
        async with house.store.work() as work:
            await colleagues.appoint(work, actor, row.id, right)


async def test_stop_when_she_teaches_then_roles_end_and_lessons_lose_her(house: Planned) -> None:
    actor, veera = await house.actor("Kaisa"), house.people["Veera"]
    async with house.store.look() as look:
        assert await colleagues.coming(look, actor, veera) == 2
    async with house.store.work() as work:
        assert await colleagues.stop(work, actor, veera) == 2
    gone = await house.actor("Veera")
    assert not gone.is_staff
    async with house.store.look() as look:
        assert await lessons.leaders(look, *house.lessons["first"]) == []
        seen = await rights.ask_about(look, actor, "see_people", veera)  # she may come back
        assert seen.id == veera
        with pytest.raises(NotFound):
            await rights.ask_about(look, actor, "give_link", veera)


async def test_stop_when_lesson_runs_then_it_keeps_its_leader(house: Planned) -> None:
    actor, veera = await house.actor("Kaisa"), house.people["Veera"]
    house.clock.forward(hours=2)  # ten past: the first lesson has begun
    async with house.store.work() as work:
        assert await colleagues.stop(work, actor, veera) == 1
        assert [one.person for one in await lessons.leaders(work, house.lessons["first"][0])] == [veera]


async def test_dismiss_when_she_is_the_only_administrator_then_refused(house: Planned) -> None:
    async with house.store.work() as work:
        grant = await people.appoint(work, SYSTEM, house.people["Kaisa"], Right("admin", "house", "house"))
    with pytest.raises(Conflict, match="last_admin"):
        async with house.store.work() as work:
            await people.dismiss(work, SYSTEM, grant.id)
    async with house.store.work() as work:
        await people.appoint(work, SYSTEM, house.people["Oona"], Right("admin", "house", "house"))
        await people.dismiss(work, SYSTEM, grant.id)
    assert "admin" not in (await house.actor("Kaisa")).roles


async def test_places_when_asked_then_only_where_she_may_invite(house: Planned) -> None:
    kaisa, veera = await house.actor("Kaisa"), await house.actor("Veera")
    async with house.store.look() as look:
        organisations, running = await colleagues.places(look, kaisa)
        assert ([one.id for one in organisations], [one.id for one in running]) == (
            [house.organisation],
            [house.programme],
        )
        with pytest.raises(NotFound):
            await colleagues.places(look, veera)
