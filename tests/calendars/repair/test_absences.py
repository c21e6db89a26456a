"""Absences: said by herself or by whoever plans, withdrawn, and the lessons that they leave without a leader."""

import pytest

from calendars.errors import Forbidden, Invalid, NotFound, Refused
from calendars.repair import absences
from tests.calendars.crew import HOUR, ill
from tests.calendars.planned import MONDAY, Planned, counted


async def gaps(house: Planned, name: str = "Kaisa") -> list[tuple[str, str]]:
    known = {id: person for person, id in house.people.items()}
    actor = await house.actor(name)
    async with house.store.look() as look:
        return [(one.lesson.id, known[one.absent.id]) for one in await absences.gaps(look, actor)]


async def test_report_when_she_is_ill_then_her_lessons_that_have_not_begun_stand_out(house: Planned) -> None:
    assert await gaps(house) == []
    await ill(house, "Veera")
    await ill(house, "Veera", MONDAY - HOUR)  # another span over the same lessons names each once
    assert await gaps(house) == [(one, "Veera") for one in house.lessons["first"]]
    house.clock.forward(hours=1)
    assert await gaps(house) == [(house.lessons["first"][1], "Veera")]


@pytest.mark.parametrize(("since", "hours", "lost"), [(0, 1, 0), (0, 2, 1), (3, 1, 0), (5, 1, 1), (6, 9, 0)])
async def test_report_when_it_only_touches_then_nothing_is_lost(
    house: Planned, since: int, hours: int, lost: int
) -> None:
    await ill(house, "Veera", MONDAY + since * HOUR, hours)
    assert len(await gaps(house)) == lost


async def test_report_twice_then_once_and_withdrawn_then_nothing_stands_out(house: Planned) -> None:
    one, other = await ill(house, "Veera"), await ill(house, "Veera")
    assert (one.id, one.source) == (other.id, "own")
    kaisa = await house.actor("Kaisa")
    for _ in range(2):
        async with house.store.work() as work:
            await absences.withdraw(work, kaisa, one.id)
    assert await gaps(house) == []
    async with house.store.look() as look:
        assert await absences.of(look, await house.actor("Veera"), house.people["Veera"]) == []


async def test_report_by_the_coordinator_then_it_says_who_said_it(house: Planned) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        row = await absences.report(work, kaisa, house.people["Veera"], MONDAY, MONDAY + HOUR, "away")
    assert (row.source, row.reported_by, row.kind) == ("coordinator", kaisa.person, "away")


@pytest.mark.parametrize(
    ("since", "length", "code"),
    [(0, 0, "backwards"), (-2, 2, "past_already"), (0, 24 * 367, "too_long_away")],
)
async def test_report_when_the_span_cannot_be_then_refused(house: Planned, since: int, length: int, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        await ill(house, "Veera", MONDAY + since * HOUR, length)


@pytest.mark.parametrize(
    ("who", "about", "refusal"),
    [("Amina", "Amina", Forbidden), ("Toivo", "Veera", Refused), ("Stranger", "Veera", NotFound)],
)
async def test_report_when_it_is_not_hers_to_say_then_refused(
    house: Planned, who: str, about: str, refusal: type[Refused]
) -> None:
    actor, other = await house.actor(who), await ill(house, "Veera")
    async with house.store.work() as work:
        with pytest.raises(refusal):
            await absences.report(work, actor, house.people[about], MONDAY, MONDAY + HOUR)
    if about == "Veera":
        async with house.store.work() as work:
            with pytest.raises(refusal):
                await absences.withdraw(work, actor, other.id)


async def test_gaps_when_many_then_as_many_statements_and_not_for_a_teacher(house: Planned) -> None:
    kaisa, said = await house.actor("Kaisa"), []
    for name in ("Toivo", "Veera"):  # one lesson, then three
        await ill(house, name)
        async with house.store.look() as look:
            with counted(look) as statements:
                await absences.gaps(look, kaisa)
        said.append(len(statements))
    assert said[0] == said[1]
    with pytest.raises(NotFound):
        await gaps(house, "Veera")
