"""Searches wait in one line for the whole house, and no organisation stands in it before all others."""

import asyncio
from datetime import timedelta

import pytest

from calendars.errors import Full
from calendars.scheduling import solves
from calendars.scheduling.solves import NewSolve, turns
from calendars.store import new_id
from calendars.tables import Organisation, Solve
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.calendars.scheduling.test_scheduling import able, another
from tests.calendars.scheduling.test_solves import claimed, seen

EARLIER, LATER = MONDAY, MONDAY + timedelta(hours=1)


@pytest.mark.parametrize(
    ("waiting", "had", "order"),
    [
        ("", {}, ""),
        ("a1 a2 b1", {}, "a1 b1 a2"),
        ("b1 a1 a2 a3 c1", {}, "b1 a1 c1 a2 a3"),
        ("a1 a2 b1 b2", {"a": EARLIER}, "b1 a1 b2 a2"),
        ("a1 a2 b1 c1", {"a": LATER, "b": EARLIER}, "c1 b1 a1 a2"),
        ("a1 b1", {"a": EARLIER, "b": EARLIER}, "a1 b1"),
    ],
)
def test_turns_when_several_wait_then_the_organisations_come_one_after_the_other(
    waiting: str, had: dict[str, object], order: str
) -> None:
    asked = [(one, one[0]) for one in waiting.split()]
    assert turns(asked, had) == order.split()  # type: ignore[arg-type]


async def organisation(house: Planned) -> str:
    async with house.store.work() as work:
        new = Organisation(id=new_id(), name="Vieras Oy", telephone="")
        work.add(new)
        return new.id


async def waits(house: Planned, whose: str, programme: str = "") -> str:
    """One more search of an organisation, asked for a minute after the last one."""
    house.clock.forward(seconds=60)
    async with house.store.work() as work:
        row = Solve(
            id=new_id(), organisation=whose, programme=programme or house.programme, programmes=[], mode="missing",
            seconds=5,
            seed=1, state="waiting", problem="{}", asked_by=house.people["Kaisa"], asked=work.now,
        )  # fmt: skip
        work.add(row)
        return row.id


async def ended(house: Planned, id: str) -> None:
    async with house.store.work() as work:
        await solves.end(work, id, "w1", "failed")


async def test_queue_when_one_organisation_fills_it_then_another_is_next_all_the_same(house: Planned) -> None:
    other = await organisation(house)
    mine = [await waits(house, house.organisation) for _ in range(3)]
    theirs = await waits(house, other)
    async with house.store.look() as look:
        assert [await solves.before(look, await solves.solve(look, SYSTEM, one)) for one in (*mine, theirs)] == [
            0, 2, 3, 1,
        ]  # fmt: skip
    run = []
    while id := await claimed(house):
        run.append(id)
        async with house.store.look() as look:
            places = [await solves.before(look, await solves.solve(look, SYSTEM, one)) for one in (*mine, theirs)]
        assert sorted(one for one in places if one) == list(range(1, 5 - len(run)))
        await ended(house, id)
    assert run == [mine[0], theirs, *mine[1:]]


async def test_queue_when_two_workers_claim_at_one_instant_then_one_search_runs(house: Planned) -> None:
    other = await organisation(house)
    for whose in (house.organisation, other):
        await waits(house, whose)
    taken = await asyncio.gather(*(claimed(house, f"w{n}") for n in range(3)))
    assert sorted(map(bool, taken)) == [False, False, True]


async def test_queue_when_an_organisation_has_as_many_as_it_may_then_no_more_and_others_may(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    async with house.store.work() as work:
        programme = await another(work, house, "second house")
    filled = [await waits(house, house.organisation, programme) for _ in range(solves.MOST_WAITING)]
    kaisa = await house.actor("Kaisa")
    with pytest.raises(Full) as refused:
        async with house.store.work() as work:
            await solves.ask(work, kaisa, NewSolve(programme=house.programme))
    assert (refused.value.code, refused.value.facts) == ("searches_wait", {"count": solves.MOST_WAITING})
    async with house.store.work() as work:
        await solves.cancel(work, kaisa, filled[0])
        asked = await solves.ask(work, kaisa, NewSolve(programme=house.programme))
    assert (await seen(house, asked.id)).state == "waiting"
