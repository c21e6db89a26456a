"""A learner without a line is in the lesson by telephone: two taps, one to end it, one to undo it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from calendars import groups
from calendars.errors import AlreadySigned, Conflict, Forbidden, NotFound, NotOpen, Refused
from calendars.facts import Told
from classroom import register, reports, roster, telephone
from classroom.seats import apply
from tests.calendars.planned import MONDAY, SYSTEM, Planned, counted
from tests.classroom.living import Living

TEN = MONDAY + timedelta(hours=1)


async def begun(house: Planned) -> Living:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    return living


async def calls(house: Planned, person: str = "Bilal", by: str = "Veera") -> None:
    async with house.store.work() as work:
        actor = await house.actor(by)
        await telephone.record(work, actor, house.lessons["first"][0], house.people[person])


async def seat(house: Planned, name: str) -> tuple[str, str | None]:
    async with house.store.look() as look:
        found = await roster.roster(look, await house.actor("Veera"), house.lessons["first"][0])
    return next((one["state"], one["stands_on"]) for one in found["seats"] if one["person"] == house.people[name])


async def present(house: Planned, name: str) -> tuple[int, int]:
    """Seconds present, and of them by telephone, as the report has them."""
    async with house.store.look() as look:
        found = await reports.report(look, SYSTEM, house.programme)
    return next((one.present, one.by_telephone) for one in found.rows if one.learner == house.people[name])


async def test_learner_when_she_calls_then_she_is_here_by_telephone_once_and_until_she_hangs_up(house: Planned) -> None:
    living = await begun(house)
    await living.enter("Amina")
    house.clock.at = TEN + timedelta(minutes=10)
    for _ in range(2):
        await calls(house)
    assert await seat(house, "Bilal") == ("late", "phone")
    async with house.store.look() as look:
        veera = await house.actor("Veera")
        assert await telephone.on_it(look, veera, living.lesson) == {house.people["Bilal"]: TEN + timedelta(minutes=10)}
    house.clock.at = TEN + timedelta(minutes=40)
    async with house.store.work() as work:
        await telephone.hang_up(work, veera, living.lesson, house.people["Bilal"])
    assert await seat(house, "Bilal") == ("left", None)
    with pytest.raises(Conflict):
        async with house.store.work() as work:
            await telephone.hang_up(work, veera, living.lesson, house.people["Bilal"])
    house.clock.at = TEN + timedelta(minutes=60)
    async with house.store.work() as work:
        await register.close(work, veera, living.lesson)
    assert await present(house, "Bilal") == (1800, 1800)
    assert await present(house, "Amina") == (0, 0)
    async with house.store.look() as look:
        found = await register.register(look, SYSTEM, living.lesson)
        told = [(one.kind, one.by) for one in found.evidence if one.person == house.people["Bilal"]]
        assert told == [(kind, house.people["Veera"]) for kind in ("phone", "taken_back", "phone")]
        then = await reports.report(look, SYSTEM, house.programme, TEN + timedelta(minutes=30))
    assert [one.by_telephone for one in then.rows if one.learner == house.people["Bilal"]] == [1200]


async def test_call_when_it_was_a_mistake_then_what_her_own_page_proved_stays(house: Planned) -> None:
    living = await begun(house)
    heard: list[Told] = []
    await calls(house)
    await living.enter("Bilal")
    hers = living.sockets[-1]
    for _ in range(3):
        house.clock.at += timedelta(seconds=30)
        await living.beat(hers)
    async with house.store.look() as look:
        held = await roster.roster(look, await house.actor("Veera"), living.lesson)
    house.store.listen(heard.extend)
    for _ in range(2):
        async with house.store.work() as work:
            await telephone.take_back(work, await house.actor("Veera"), living.lesson, house.people["Bilal"])
    assert apply(held, heard[0].message()) is None  # what else is known of her, only a snapshot tells
    assert await seat(house, "Bilal") == ("here", "page")
    async with house.store.work() as work:
        await register.close(work, await house.actor("Veera"), living.lesson)
    assert await present(house, "Bilal") == (90, 0)


async def test_undo_when_two_minutes_are_over_then_refused_and_her_call_goes_on(house: Planned) -> None:
    living = await begun(house)
    await calls(house)
    veera, bilal = await house.actor("Veera"), house.people["Bilal"]
    house.clock.at += telephone.UNDONE_WITHIN
    with pytest.raises(Conflict) as refused:
        async with house.store.work() as work:
            await telephone.take_back(work, veera, living.lesson, bilal)
    assert refused.value.code == "call_stands"
    assert await seat(house, "Bilal") == ("here", "phone")
    async with house.store.work() as work:
        await telephone.hang_up(work, veera, living.lesson, bilal)
        await telephone.take_back(work, veera, living.lesson, bilal)  # nothing is left to undo
    assert await seat(house, "Bilal") == ("left", None)


@pytest.mark.parametrize("callers", [1, 3])
async def test_close_when_some_are_on_the_telephone_then_whoever_closes_ends_their_calls_in_as_many_statements(
    house: Planned, callers: int
) -> None:
    async with house.store.work() as work:
        await groups.seat(work, SYSTEM, house.groups["first"], house.people["Stranger"])
    living, names = await begun(house), ["Amina", "Bilal", "Stranger"][:callers]
    for name in names:
        await calls(house, name)
    house.clock.at += timedelta(minutes=20)
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        with counted(work) as said:
            await register.close(work, kaisa, living.lesson)
    assert len([one for one in said if not one.startswith("INSERT INTO marks")]) == 16  # of both, marks have two shapes
    async with house.store.look() as look:
        found = await register.register(look, SYSTEM, living.lesson)
        told = {name: [(one.kind, one.by, one.body.get("reason")) for one in found.evidence
                       if one.person == house.people[name]] for name in names}  # fmt: skip
    hers = [("phone", house.people["Veera"], "on_telephone"), ("taken_back", house.people["Kaisa"], None),
            ("phone", house.people["Kaisa"], "on_telephone")]  # fmt: skip
    assert told == dict.fromkeys(names, hers)
    assert [await present(house, name) for name in names] == [(1200, 1200)] * callers


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_call_when_it_comes_before_the_lesson_then_it_counts_from_its_start(house: Planned) -> None:
    house.clock.at = TEN - timedelta(minutes=4)
    await calls(house)
    async with house.store.look() as look:
        since = await telephone.on_it(look, await house.actor("Veera"), house.lessons["first"][0])
    assert since == {house.people["Bilal"]: TEN}
    async with house.store.work() as work:  # she hangs up before it begins: there was no call in the lesson
        veera = await house.actor("Veera")
        await telephone.hang_up(work, veera, house.lessons["first"][0], house.people["Bilal"])
    async with house.store.look() as look:
        assert await telephone.on_it(look, veera, house.lessons["first"][0]) == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_call_when_whoever_says_it_may_not_or_it_cannot_be_then_refused(house: Planned) -> None:
    refusals: list[tuple[Callable[[], Awaitable[None]], type[Refused]]] = [
        (lambda: calls(house, by="Amina"), Forbidden), (lambda: calls(house, by="Oona"), Forbidden),
        (lambda: calls(house, by="Toivo"), NotFound), (lambda: calls(house, person="Chau"), NotFound),
        (lambda: calls(house, person="Veera"), NotFound),
    ]  # fmt: skip
    for act, refusal in refusals:
        with pytest.raises(refusal):
            await act()
    house.clock.at = TEN - timedelta(hours=2)
    with pytest.raises(NotOpen):
        await calls(house)
    house.clock.at = TEN + timedelta(hours=9)
    with pytest.raises(NotOpen):
        await calls(house)


async def test_take_back_when_a_line_is_no_word_of_a_person_or_the_register_is_signed_then_refused(
    house: Planned,
) -> None:
    living = await begun(house)
    await living.enter("Amina")
    await calls(house)
    house.clock.at = TEN + timedelta(hours=2)
    veera = await house.actor("Veera")
    async with house.store.work() as work:
        await register.close(work, veera, living.lesson)
    async with house.store.look() as look:
        lines = {one.kind: one.id for one in (await register.register(look, veera, living.lesson)).evidence}
    for line in (lines["held"], "nothing"):
        with pytest.raises(NotFound):
            async with house.store.work() as work:
                await register.take_back(work, veera, living.lesson, line)
    with pytest.raises(NotFound):  # a line of another lesson
        async with house.store.work() as work:
            await register.take_back(work, veera, house.lessons["first"][1], lines["phone"])
    async with house.store.work() as work:
        await register.sign(work, veera, living.lesson)
    with pytest.raises(AlreadySigned):
        async with house.store.work() as work:
            await register.take_back(work, veera, living.lesson, lines["phone"])
