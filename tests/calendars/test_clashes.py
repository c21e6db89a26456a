"""Clashes: who is taken and by which lesson, also when two that are planned together clash with each other."""

from datetime import UTC, datetime, timedelta

import pytest

from calendars.clashes import Booking, booked, check_free, clashing
from calendars.errors import Overlaps
from calendars.store import Store
from tests.calendars.planned import MONDAY, Planned
from tests.calendars.talking import plan_talking

HOUR = timedelta(hours=1)
NOON = datetime(2026, 3, 9, 10, tzinfo=UTC)


async def test_check_free_when_taken_then_the_standing_lesson_is_named_not_the_new_one(house: Planned) -> None:
    veera, first = house.people["Veera"], house.lessons["first"][0]
    for starts in (MONDAY, MONDAY + HOUR, MONDAY + 2 * HOUR):  # hers is from ten to twelve
        with pytest.raises(Overlaps) as refused:
            async with house.store.look() as look:
                await check_free(look, [Booking(veera, starts, starts + 2 * HOUR, "new")])
        told = {name: refused.value.facts[name] for name in ("who", "lesson", "starts", "ends", "new")}
        assert told == {
            "who": veera, "lesson": first, "starts": MONDAY + HOUR, "ends": MONDAY + 3 * HOUR, "new": False
        }  # fmt: skip


async def test_check_free_when_new_ones_clash_then_one_of_them_is_named(house: Planned) -> None:
    group = house.groups["second"]
    spans = [Booking(group, NOON + HOUR, NOON + 3 * HOUR, "a"), Booking(group, NOON + 2 * HOUR, NOON + 3 * HOUR, "b")]
    with pytest.raises(Overlaps) as refused:
        async with house.store.look() as look:
            await check_free(look, spans)
    assert (refused.value.facts["lesson"], refused.value.facts["new"]) == ("a", True)


async def test_check_free_when_lessons_touch_then_free(house: Planned) -> None:
    async with house.store.look() as look:
        await check_free(look, [Booking(house.people["Veera"], MONDAY, MONDAY + HOUR, "new")])
        await check_free(look, [])


async def test_clashing_when_some_are_taken_then_their_lessons(house: Planned) -> None:
    group = house.groups["second"]
    spans = [Booking(group, NOON, NOON + HOUR, "noon"), Booking(group, NOON + HOUR, NOON + 2 * HOUR, "one")]
    async with house.store.look() as look:
        assert clashing(spans, await booked(look, spans)) == {"noon"}


async def test_check_free_when_a_private_talk_is_in_the_way_then_nothing_by_which_to_know_it(store: Store) -> None:
    """Whoever tries a nurse's hour and then a learner's must not learn that it is one and the same talk."""
    house = await plan_talking(store, 2)
    starts, nea, learner = house.days[0].starts, house.staff["Nea"], house.learners[0]
    ids = {
        kind: await house.book(learner, await house.offer(starts + n * HOUR, kind=kind, by=by))
        for n, (kind, by) in enumerate((("support", "Nea"), ("guidance", "Oona")))
    }
    for whose, at, told in ((nea, 0, ""), (learner, 0, ""), (learner, 1, ids["guidance"])):
        with pytest.raises(Overlaps) as refused:
            async with store.look() as look:
                await check_free(look, [Booking(whose, starts + at * HOUR, starts + at * HOUR + HOUR / 2, "new")])
        assert (refused.value.facts["who"], refused.value.facts["lesson"]) == (whose, told)
