"""People from a file: who is known, who may be, and all of them in one act."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date

import pytest
from sqlalchemy import func, select

from calendars.errors import Forbidden, Invalid, NotFound
from calendars.grants import Right
from calendars.people import enrolments, importing, people, profiles, staffing
from calendars.people.colleagues import of as roles_of
from calendars.people.importing import Entry, Standing, match
from calendars.people.people import NewPerson
from calendars.tables import Person
from tests.calendars.people.test_enrolments import second
from tests.calendars.planned import SYSTEM, Planned

DINA = Standing("p1", "Dina Aho", "+358 40 123 4567", "dina@example.org", "ar", "1990-02-03")
TWIN = Standing("p2", "Dina Aho", "", "", "fi", "")


def entry(name: str, line: int = 2, telephone: str = "", email: str = "", born: date | None = None) -> Entry:
    person = NewPerson(name=name, telephone=telephone, email=email, language="")
    return Entry(line, person, {"born": born} if born else {})


@pytest.mark.parametrize(
    ("one", "sure", "perhaps"),
    [
        (entry("Dina Aho", telephone="040 1234567"), "p1", []),
        (entry("aho, dina", email="DINA@example.org"), "p1", []),
        (entry("Dina Aho", born=date(1990, 2, 3)), "p1", []), (entry("Dina Aho"), "", ["p1", "p2"]),
        (entry("Dina Aho", born=date(1991, 1, 1)), "", ["p2"]), (entry("Sister", telephone="040 1234567"), "", ["p1"]),
        (entry("Sister", email="dina@example.org"), "", ["p1"]), (entry("Somebody Else"), "", []),
        (entry("Sister", telephone="040 1234567", born=date(1999, 1, 1)), "", []),
    ],
)  # fmt: skip
def test_match_when_marks_agree_then_sure_and_when_they_do_not_then_somebody_chooses(
    one: Entry, sure: str, perhaps: list[str]
) -> None:
    (found,) = match([one], [DINA, TWIN])
    assert (found.sure.id if found.sure else "", sorted(who.id for who in found.perhaps)) == (sure, perhaps)


def test_changes_when_a_cell_is_empty_then_it_changes_nothing() -> None:
    (found,) = match([entry("Dina Aho", telephone="0401234567")], [DINA])
    assert found.changes == [("telephone", "+358 40 123 4567", "0401234567")]


async def test_bring_in_when_a_file_has_many_then_all_in_its_order_and_told_once(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        told = len(await work.trail(programme, 0))
        levels = dict.fromkeys(("listening", "speaking", "reading", "writing"), "A1.3")
        rows = [(Entry(n, NewPerson(name=f"Learner {n:03}"), {"levels": levels} if n == 300 else {}), "")
                for n in range(2, 452)]  # fmt: skip
        accepted = await importing.bring_in(work, await house.actor("Kaisa"), programme, rows, accept=True)
    assert accepted == 449
    async with house.store.look() as look:
        found = await enrolments.of_programme(look, SYSTEM, programme)
        assert [one.person.name for one in found] == [one.person.name for one, _ in rows]
        assert [one.person.name for one in found if one.enrolment.status == "applied"] == ["Learner 300"]
        news = await look.trail(programme, told)
    assert [(one.kind, one.body["new"], one.body["known"]) for one in news if one.kind != "ProgrammePlanned"] == [
        ("PeopleBroughtIn", 450, 0)
    ]


async def test_bring_in_when_somebody_is_known_then_corrected_and_added_to(house: Planned) -> None:
    amina = house.people["Amina"]
    async with house.store.work() as work:
        programme = await second(work, house)
        kaisa = await house.actor("Kaisa")
        said = Entry(2, NewPerson(name="Amina", telephone="040 123", language=""), {"municipality": "Kuopio"})
        await importing.bring_in(work, kaisa, programme, [(said, amina)], accept=False)
        more = Entry(2, NewPerson(name="Amina", language=""), {"levels": {"reading": "A2.1"}})
        await importing.bring_in(work, kaisa, programme, [(more, amina)], accept=False)
    async with house.store.look() as look:
        who = (await people.who(look, [amina]))[amina]
        profile = await profiles.of(look, SYSTEM, amina)
        assert len(await enrolments.of_programme(look, SYSTEM, programme)) == 1
    assert (who.telephone, who.language) == ("040 123", "ar")
    assert (profile.municipality, profile.levels) == ("Kuopio", {"reading": "A2.1"})


async def test_bring_in_when_one_of_them_cannot_be_then_nobody(house: Planned) -> None:
    async with house.store.look() as look:
        before = await look.one(select(func.count()).select_from(Person))
    rows = [(entry("New"), ""), (entry("Other"), "nobody-knows-this-id")]
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await importing.bring_in(work, await house.actor("Kaisa"), house.programme, rows, accept=True)
    async with house.store.look() as look:
        assert await look.one(select(func.count()).select_from(Person)) == before


async def test_bring_in_when_it_would_redirect_the_letters_of_an_administrator_then_refused(house: Planned) -> None:
    """Whoever gets her letters can act with all her rights: a file may no more than the form of one person."""
    veera = house.people["Veera"]
    async with house.store.work() as work:
        await people.appoint(work, SYSTEM, veera, Right("admin", "house", ""))
    for said, refused in ((entry("Veera", telephone="040 7654321"), False), (entry("Veera", email="x@y.org"), True)):
        with pytest.raises(Forbidden) if refused else nullcontext():
            async with house.store.work() as work:
                actor = await house.actor("Kaisa")
                await importing.bring_in(work, actor, house.programme, [(said, veera)], accept=False)
    async with house.store.look() as look:
        row = (await people.who(look, [veera]))[veera]
    assert (row.telephone, row.email) == ("040 7654321", "")


async def test_hire_when_a_file_has_teachers_then_roles_and_abilities(house: Planned) -> None:
    kaisa = await house.actor("Kaisa")
    rows = [
        (Entry(2, NewPerson(name="Aino"), role="teacher", abilities=("language",)), ""),
        (Entry(3, NewPerson(name="Veera", telephone="040 1"), role="tutor"), house.people["Veera"]),
    ]
    for _ in range(2):
        async with house.store.work() as work:
            await importing.hire(work, kaisa, house.programme, rows[1:])
    async with house.store.work() as work:
        await importing.hire(work, kaisa, house.programme, rows[:1])
    async with house.store.look() as look:
        names = {one.name: one for one in await staffing.of_programme(look, kaisa, house.programme)}
        assert names["Aino"].abilities == {"language"}
        held = [one.role for one in await roles_of(look, kaisa, house.people["Veera"])]
    assert held == ["tutor", "teacher"]


@pytest.mark.parametrize("who", ["Veera", "Oona", "Iiris", "Amina", "Stranger"])
async def test_acts_when_she_does_not_plan_then_refused(house: Planned, who: str) -> None:
    actor, rows = await house.actor(who), [(entry("New"), "")]
    acts: list[Callable[..., object]] = [
        lambda work: importing.bring_in(work, actor, house.programme, rows, accept=True),
        lambda work: importing.hire(work, actor, house.programme, rows),
        lambda work: importing.standing(work, actor, house.programme),
    ]
    for act in acts:
        with pytest.raises((NotFound, Forbidden)):
            async with house.store.work() as work:
                await act(work)  # type: ignore[misc]


async def test_hire_when_the_list_is_endless_then_refused(house: Planned) -> None:
    rows = [(entry(f"New {n}"), "") for n in range(301)]
    with pytest.raises(Invalid, match="too_many"):
        async with house.store.work() as work:
            await importing.hire(work, SYSTEM, house.programme, rows)
