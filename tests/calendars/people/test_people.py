"""People: who is known, to whom, and whose link may be given."""

import pytest

from calendars import rights
from calendars.errors import Forbidden, Invalid, NotFound
from calendars.grants import Right
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.rights import Target
from calendars.tables import Organisation
from tests.calendars.planned import SYSTEM, Planned


async def test_person_when_added_by_coordinator_then_known(house: Planned) -> None:
    kaisa, veera = await house.actor("Kaisa"), await house.actor("Veera")
    async with house.store.work() as work:
        new = NewPerson(name="Dina", language="so", telephone="040 1", email="d@example.org", alias="D")
        person = await people.add(work, kaisa, new, Target(house.organisation))
    async with house.store.look() as look:
        known = (await people.who(look, [person.id, "nobody"]))[person.id]
    assert (known.name, known.shown, known.language, known.generation) == ("Dina", "D", "so", 1)
    with pytest.raises(Forbidden):
        async with house.store.work() as work:
            await people.add(work, veera, new, Target(house.organisation, house.programme, house.groups["first"]))


async def test_person_when_changed_then_revision_moves(house: Planned) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        before = (await people.who(work, [house.people["Amina"]]))[house.people["Amina"]].revision
        await people.change(work, kaisa, house.people["Amina"], NewPerson(name="Amina A.", language="ar"))
    async with house.store.look() as look:
        amina = (await people.who(look, [house.people["Amina"]]))[house.people["Amina"]]
    assert (amina.name, amina.revision - before) == ("Amina A.", 1)


async def test_address_when_she_works_elsewhere_too_then_only_who_vouches_for_all_of_her_changes_it(
    house: Planned,
) -> None:
    """A letter with a one-time link goes there: it would open the other organisation as well."""
    veera = house.people["Veera"]
    async with house.store.work() as work:
        await people.appoint(work, SYSTEM, house.people["Iiris"], Right("admin", "house", rights.HOUSE))
        await people.change(work, await house.actor("Kaisa"), veera, NewPerson(name="V", email="v@example.org"))
        other = Organisation(id="elsewhere", name="Elsewhere", telephone="")
        work.add(other)
        await work.flush()
        await people.appoint(work, SYSTEM, veera, Right("teacher", "organisation", other.id))
    kaisa = await house.actor("Kaisa")
    for person in (veera, house.people["Iiris"]):
        with pytest.raises(Forbidden, match="not_yours_to_do"):
            async with house.store.work() as work:
                await people.change(work, kaisa, person, NewPerson(name="V", email="kaisa@example.org"))
    async with house.store.work() as work:
        same = await people.change(work, kaisa, veera, NewPerson(name="Veera V.", email="v@example.org"))
        assert (same.name, same.email) == ("Veera V.", "v@example.org")
        mine = await people.change(work, await house.actor("Iiris"), veera, NewPerson(name="V", email="w@example.org"))
        assert mine.email == "w@example.org"


@pytest.mark.parametrize("name", ["Amina", "Veera", "Oona", "Kaisa"])
async def test_link_when_renewed_by_her_or_her_staff_then_next_generation(house: Planned, name: str) -> None:
    actor = await house.actor(name)
    async with house.store.work() as work:
        assert await people.renew_link(work, actor, house.people["Amina"]) == 2


@pytest.mark.parametrize(
    ("name", "of", "refusal"),
    [
        ("Bilal", "Amina", NotFound),  # to sit in one class is not enough for knowing of her page
        ("Toivo", "Amina", NotFound),  # a teacher of the other group
        ("Iiris", "Amina", Forbidden),
        ("Stranger", "Amina", NotFound),
        ("Kaisa", "Veera", Forbidden),  # the link of a teacher would open more than a learner's
        ("Kaisa", "Stranger", NotFound),
    ],
)
async def test_link_when_not_hers_to_give_then_refused(
    house: Planned, name: str, of: str, refusal: type[Exception]
) -> None:
    actor = await house.actor(name)
    with pytest.raises(refusal):
        async with house.store.work() as work:
            await people.renew_link(work, actor, house.people[of])


async def test_link_when_learner_became_staff_then_not_given(house: Planned) -> None:
    async with house.store.work() as work:
        right = Right("counsellor", "programme", house.programme)
        await people.appoint(work, SYSTEM, house.people["Amina"], right)
    veera = await house.actor("Veera")
    with pytest.raises(Forbidden, match="staff_have_no_link"):
        async with house.store.work() as work:
            await people.renew_link(work, veera, house.people["Amina"])


async def test_right_when_given_and_ended_then_actor_follows(house: Planned) -> None:
    kaisa, person = await house.actor("Kaisa"), house.people["Stranger"]
    async with house.store.work() as work:
        grant = await people.appoint(work, kaisa, person, Right("tutor", "group", house.groups["second"]))
    assert (await house.actor("Stranger")).roles == {"tutor", "support"}
    async with house.store.work() as work:
        await people.dismiss(work, kaisa, grant.id)
    assert (await house.actor("Stranger")).roles == {"support"}


@pytest.mark.parametrize(
    ("right", "code"),
    [
        (Right("emperor", "house", "house"), "bad_choice"),
        (Right("teacher", "planet", "x"), "bad_choice"),
        (Right("teacher", "group", "x"), "not_found"),
        (Right("admin", "house", "house"), "not_found"),
    ],
)
async def test_right_when_unknown_or_too_wide_then_refused(house: Planned, right: Right, code: str) -> None:
    kaisa = await house.actor("Kaisa")
    with pytest.raises((Invalid, NotFound), match=code):
        async with house.store.work() as work:
            await people.appoint(work, kaisa, house.people["Stranger"], right)


async def test_staff_when_listed_then_only_for_who_invites(house: Planned) -> None:
    kaisa, veera = await house.actor("Kaisa"), await house.actor("Veera")
    async with house.store.look() as look:
        listed = {(person.name, grant.role) for person, grant in await people.staff(look, kaisa)}
        assert listed == {
            ("Kaisa", "coordinator"), ("Oona", "counsellor"), ("Iiris", "inspector"), ("Veera", "teacher"),
            ("Toivo", "teacher"),
        }  # fmt: skip
        with pytest.raises(NotFound):
            await people.staff(look, veera)


async def test_part_when_only_in_one_group_then_programme_is_known(house: Planned) -> None:
    async with house.store.look() as look:
        for name in ("Kaisa", "Oona", "Iiris", "Veera", "Amina"):
            actor = await rights.actor_of(look, house.people[name])
            assert (await rights.ask_part(look, actor, house.programme)).id == house.programme
        stranger = await rights.actor_of(look, house.people["Stranger"])
        for programme in (house.programme, "invented"):
            with pytest.raises(NotFound):
                await rights.ask_part(look, stranger, programme)
