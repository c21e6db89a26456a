"""Lessons for which nobody was found: named before whoever plans until they are over, and held after all by one act."""

from datetime import timedelta

import pytest

from calendars.changes import publishing
from calendars.errors import Conflict, Forbidden, NotFound
from calendars.repair import repairs, substitutes, unheld
from tests.calendars.crew import HOUR, hire, ill, seek
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.calendars.proposing import stands


async def named(house: Planned, who: str = "Kaisa") -> list[tuple[str, tuple[str, ...]]]:
    async with house.store.look() as look:
        found = await unheld.unheld(look, await house.actor(who))
    return [(one.lesson.id, tuple(person.name for person in one.asked)) for one in found]


async def silence(house: Planned) -> None:
    """Whoever could come does not answer."""
    await hire(house, "Aava", "field:logistics", "language")
    await ill(house, "Veera")
    house.clock.at = MONDAY - 2 * HOUR
    await seek(house)
    done = 1
    while done:
        house.clock.at += timedelta(minutes=11)
        async with house.store.work() as work:
            done = await substitutes.go_on(work)


async def test_unheld_when_nobody_answered_then_it_is_named_with_who_was_asked_until_it_is_over(
    house: Planned,
) -> None:
    assert await named(house) == []
    await silence(house)
    fallen = [(lesson, ("Aava", "Toivo")) for lesson in house.lessons["first"]]
    assert await named(house) == fallen
    with pytest.raises(NotFound):
        await named(house, "Toivo")
    house.clock.at = MONDAY + 3 * HOUR + timedelta(minutes=1)
    assert await named(house) == fallen[1:]


async def test_hold_when_it_fell_out_then_it_stands_with_nobody_yet_and_can_be_undone(house: Planned) -> None:
    await silence(house)
    first, second = house.lessons["first"]
    async with house.store.work() as work:
        with pytest.raises((Forbidden, NotFound)):
            await unheld.hold(work, await house.actor("Toivo"), first)
    async with house.store.work() as work:
        proposal = await unheld.hold(work, await house.actor("Kaisa"), first)
    assert ((await stands(house, first)).status, (await stands(house, second)).status) == ("confirmed", "cancelled")
    assert (await stands(house, first)).led_by == ()
    assert [lesson for lesson, _ in await named(house)] == [second]
    async with house.store.work() as work:
        with pytest.raises(Conflict, match="nothing_changes"):
            await unheld.hold(work, await house.actor("Kaisa"), first)
    async with house.store.work() as work:
        await publishing.undo(work, await house.actor("Kaisa"), proposal.id)
    assert (await stands(house, first)).status == "cancelled"


async def test_unheld_when_the_rule_is_independent_work_then_it_is_named_and_stands(house: Planned) -> None:
    async with house.store.work() as work:
        await repairs.rule(work, SYSTEM, house.programme, "independent", "Read chapter two.")
    await silence(house)
    assert [lesson for lesson, _ in await named(house)] == house.lessons["first"]
    async with house.store.work() as work:
        with pytest.raises(Conflict, match="nothing_changes"):
            await unheld.hold(work, SYSTEM, house.lessons["first"][0])
