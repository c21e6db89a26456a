"""Those who teach: who may say what of them, what is refused, and how the plan reads them."""

import asyncio
from datetime import time, timedelta

import pytest

from calendars.errors import Forbidden, Invalid, NotFound
from calendars.grants import Right
from calendars.people import colleagues, staffing
from calendars.people.people import NewPerson
from calendars.people.staffing import NewBusy, Span, Working
from tests.calendars.planned import MONDAY, SYSTEM, Planned, counted

NINE, NOON, FOUR = time(9), time(12), time(16)


async def test_enable_when_coordinator_says_it_then_kept_and_told(house: Planned) -> None:
    kaisa, veera = await house.actor("Kaisa"), house.people["Veera"]
    async with house.store.work() as work:
        await staffing.enable(work, kaisa, veera, ["language", "field:logistics"])
    async with house.store.work() as work:
        await staffing.enable(work, kaisa, veera, ["field:logistics", "tutor"])
    async with house.store.look() as look:
        found = await staffing.of(look, kaisa, veera)
        told = [one.body for one in await look.trail(veera, 0) if one.kind == "AbilitiesSet"]
    assert found.abilities == {"field:logistics", "tutor"}
    assert [one["abilities"] for one in told] == [["field:logistics", "language"], ["field:logistics", "tutor"]]


async def test_enable_and_work_at_when_said_twice_at_one_time_then_each_is_said(house: Planned) -> None:
    own, veera = await house.actor("Veera"), house.people["Veera"]

    async def say(able: str, hours: Span) -> None:
        async with house.store.work() as work:
            await staffing.enable(work, SYSTEM, veera, [able])
            await asyncio.sleep(0.05)
            await staffing.work_at(work, own, veera, Working((hours,), 300))

    both = ("tutor", Span("mon", NINE, NOON)), ("tutor", Span("tue", NINE, NOON)), ("language", Span("tue", NOON, FOUR))
    await asyncio.gather(*(say(*one) for one in both))
    async with house.store.look() as look:
        found = await staffing.of(look, SYSTEM, veera)
    assert (len(found.abilities), len(found.working.spans)) == (1, 1)


@pytest.mark.parametrize("ability", ["field:cooking", "field:", "flying", "field", "Language"])
async def test_enable_when_the_house_knows_no_such_ability_then_refused(house: Planned, ability: str) -> None:
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await staffing.enable(work, SYSTEM, house.people["Veera"], ["language", ability])
    async with house.store.look() as look:
        assert (await staffing.of(look, SYSTEM, house.people["Veera"])).abilities == frozenset()


async def test_known_when_asked_then_the_fields_of_the_house(house: Planned) -> None:
    async with house.store.look() as look:
        known = await staffing.known(look, await house.actor("Kaisa"))
        assert list(known) == [
            "language", "tutor", "counsellor", "support", "field:care", "field:logistics", "field:sales",
        ]  # fmt: skip
        assert (known["language"], known["field:logistics"]["fi"]) == ({}, "Logistiikka")
        with pytest.raises(NotFound):
            await staffing.known(look, await house.actor("Amina"))


@pytest.mark.parametrize("who", ["Veera", "Toivo", "Oona", "Iiris", "Amina", "Stranger"])
async def test_enable_when_she_plans_nothing_then_refused(house: Planned, who: str) -> None:
    with pytest.raises((NotFound, Forbidden)):
        async with house.store.work() as work:
            await staffing.enable(work, await house.actor(who), house.people["Veera"], ["language"])


async def test_enable_when_she_learns_here_then_not_found(house: Planned) -> None:
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await staffing.enable(work, await house.actor("Kaisa"), house.people["Amina"], ["language"])


async def test_work_at_when_she_says_it_herself_then_in_order_of_the_week(house: Planned) -> None:
    spans = (Span("tue", NOON, FOUR), Span("mon", NINE, FOUR), Span("tue", NINE, NOON))
    async with house.store.work() as work:
        own = await house.actor("Veera")
        await staffing.work_at(work, own, house.people["Veera"], Working(spans, 360, 1_200))
    async with house.store.look() as look:
        found = await staffing.of(look, await house.actor("Kaisa"), house.people["Veera"])
    assert found.working == Working(
        (Span("mon", NINE, FOUR), Span("tue", NINE, NOON), Span("tue", NOON, FOUR)), 360, 1_200
    )


@pytest.mark.parametrize(
    ("working", "code"),
    [
        (Working((Span("mon", NOON, NINE),)), "backwards"),
        (Working((Span("mon", NINE, FOUR), Span("mon", NOON, FOUR))), "spans_overlap"),
        (Working((Span("day", NINE, FOUR),)), "unknown_weekday"),
        (Working((), -1, None), "bad_number"),
        (Working((), None, 20_000), "bad_number"),
        (Working(tuple(Span("mon", time(hour), time(hour, 1)) for hour in range(9)) * 5), "too_many"),
    ],
)
async def test_work_at_when_it_cannot_be_then_refused_and_nothing_changes(
    house: Planned, working: Working, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        async with house.store.work() as work:
            await staffing.work_at(work, SYSTEM, house.people["Veera"], working)
    async with house.store.look() as look:
        assert (await staffing.of(look, SYSTEM, house.people["Veera"])).working == Working()


async def test_work_at_when_of_another_teacher_then_refused(house: Planned) -> None:
    with pytest.raises((NotFound, Forbidden)):
        async with house.store.work() as work:
            await staffing.work_at(work, await house.actor("Veera"), house.people["Toivo"], Working())


async def test_busy_when_said_and_taken_back_then_the_row_stays_withdrawn(house: Planned) -> None:
    own, veera = await house.actor("Veera"), house.people["Veera"]
    span = NewBusy(MONDAY + timedelta(days=1), MONDAY + timedelta(days=1, hours=2))
    async with house.store.work() as work:
        row = (await staffing.be_busy(work, own, veera, span)).id
    async with house.store.look() as look:
        assert [one.id for one in await staffing.busy(look, await house.actor("Kaisa"), veera)] == [row]
        with pytest.raises((NotFound, Forbidden)):
            await staffing.busy(look, await house.actor("Amina"), veera)
    for _ in range(2):
        async with house.store.work() as work:
            await staffing.be_free(work, own, row)
    async with house.store.look() as look:
        assert await staffing.busy(look, own, veera) == []
        kinds = [one.kind for one in await look.trail(veera, 0)]
    assert kinds.count("BusyTakenBack") == 1


async def test_busy_when_backwards_or_endless_then_refused(house: Planned) -> None:
    for ends in (MONDAY, MONDAY - timedelta(hours=1), MONDAY + timedelta(days=500)):
        with pytest.raises(Invalid, match="backwards"):
            async with house.store.work() as work:
                await staffing.be_busy(work, SYSTEM, house.people["Veera"], NewBusy(MONDAY, ends))


async def test_of_programme_when_read_then_who_leads_or_can_in_the_same_statements(house: Planned) -> None:
    async def read() -> tuple[list[str], int]:
        async with house.store.look() as look:
            with counted(look) as said:
                found = await staffing.of_programme(look, SYSTEM, house.programme)
        return [one.name for one in found], len(said)

    names, few = await read()
    assert names == ["Oona", "Toivo", "Veera"]  # Kaisa coordinates and can nothing yet
    async with house.store.work() as work:
        await staffing.enable(work, SYSTEM, house.people["Kaisa"], ["counsellor"])
        for name in ("Aino", "Eero"):
            right = Right("teacher", "organisation", house.organisation)
            await colleagues.hire(work, SYSTEM, NewPerson(name=name), right)
    assert await read() == (["Aino", "Eero", "Kaisa", "Oona", "Toivo", "Veera"], few)
