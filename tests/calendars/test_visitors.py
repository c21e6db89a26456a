"""Somebody from outside has one lesson by a link: to its end, or shorter, or until it is taken back."""

from datetime import timedelta

import pytest

from calendars import lessons, rights, visitors
from calendars.errors import Conflict, Forbidden, Invalid, NotFound, NotOpen
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.rights import Scope
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.calendars.proposing import cancel, change

TEN = MONDAY + timedelta(hours=1)
TULKKI = NewPerson(name="Tulkki", language="ar")


async def invited(house: Planned, by: str = "Veera", guest: str = "interpreter", minutes: int | None = None) -> str:
    until = None if minutes is None else TEN + timedelta(minutes=minutes)
    async with house.store.work() as work:
        lesson = house.lessons["first"][0]
        return (await visitors.invite(work, await house.actor(by), lesson, TULKKI, guest, until)).id


async def state(house: Planned, person: str) -> str:
    async with house.store.look() as look:
        return (await visitors.invited(look, person)).state


async def test_visitor_when_her_link_holds_then_her_lesson_is_all_that_she_has(house: Planned) -> None:
    who = await invited(house)
    assert await state(house, who) == "ahead"
    with pytest.raises(NotOpen):
        async with house.store.work() as work:
            await visitors.come(work, who)
    house.clock.at = TEN
    async with house.store.work() as work:
        assert (await visitors.come(work, who)).ends == TEN + timedelta(hours=2, minutes=15)
    async with house.store.look() as look:
        actor = await rights.actor_of(look, who)
        assert actor.scopes == (Scope("visitor", "lesson", house.lessons["first"][0]),)
        assert rights.role_in(actor, (await rights.target_of_lesson(look, house.lessons["first"][0]))[2]) == "visitor"
        with pytest.raises(NotFound):
            await rights.ask_about(look, actor, "see_own", who)
        with pytest.raises(NotFound):  # nobody gets a personal link of hers, either
            await rights.ask_about(look, await house.actor("Kaisa"), "give_link", who)
        assert who not in await lessons.expected(look, house.lessons["first"][0])
    house.clock.at = TEN + timedelta(hours=2, minutes=15)
    assert await state(house, who) == "over"
    async with house.store.look() as look:
        assert (await rights.actor_of(look, who)).scopes == ()


async def test_visitor_when_her_link_is_taken_back_then_it_says_so_and_her_rights_end_at_once(house: Planned) -> None:
    house.clock.at = TEN
    who, other = await invited(house), await invited(house, guest="employer", minutes=30)
    async with house.store.look() as look:
        before = (await people.who(look, [who]))[who].revision
    for _ in range(2):
        async with house.store.work() as work:
            await visitors.withdraw(work, await house.actor("Veera"), house.lessons["first"][0], who)
    assert (await state(house, who), await state(house, other)) == ("taken_back", "open")
    async with house.store.look() as look:
        assert (await rights.actor_of(look, who)).scopes == ()
        assert (await people.who(look, [who]))[who].revision == before + 1  # open sockets read her again
        listed = await visitors.of(look, await house.actor("Veera"), house.lessons["first"][0])
    assert sorted(one.state for one in listed) == ["open", "taken_back"]
    with pytest.raises(NotOpen):
        async with house.store.work() as work:
            await visitors.come(work, who)
    house.clock.at = TEN + timedelta(minutes=30)
    assert await state(house, other) == "over"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_visitor_when_the_lesson_moves_or_is_cancelled_then_her_link_goes_with_it(house: Planned) -> None:
    who, later = await invited(house), timedelta(minutes=45)
    lesson = house.lessons["first"][0]
    async with house.store.work() as work:
        await change(work, lesson, starts=TEN + later, ends=TEN + later + timedelta(hours=1))
    house.clock.at = TEN
    assert await state(house, who) == "ahead"
    house.clock.at = TEN + later
    async with house.store.work() as work:
        await visitors.come(work, who)
    async with house.store.look() as look:
        assert (await rights.actor_of(look, who)).roles == {"visitor"}
    house.clock.at = TEN
    async with house.store.work() as work:
        await cancel(work, lesson)
    assert await state(house, who) == "cancelled"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_visitor_when_she_has_a_time_of_her_own_and_the_lesson_moves_then_her_link_opens_in_the_lesson_alone(
    house: Planned,
) -> None:
    who = await invited(house, minutes=30)
    for by, keeps in ((timedelta(minutes=10), True), (timedelta(minutes=45), False), (timedelta(hours=-2), False)):
        begins = TEN + by
        house.clock.at = MONDAY - timedelta(hours=5)
        async with house.store.work() as work:
            await change(work, house.lessons["first"][0], starts=begins, ends=begins + timedelta(hours=2))
        ends = TEN + timedelta(minutes=30) if keeps else begins + timedelta(hours=2, minutes=15)
        told = min(ends, begins + timedelta(hours=2))
        house.clock.at = begins
        async with house.store.work() as work:
            found = await visitors.come(work, who)
        assert (found.ends, found.told) == (ends, told), by
        for at, said in ((ends - timedelta(seconds=1), "open"), (ends, "over")):
            house.clock.at = at
            assert await state(house, who) == said, by


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_of_when_one_more_is_invited_then_she_stands_first(house: Planned) -> None:
    for name in ("Anna", "Olga"):
        house.clock.forward(seconds=5)
        async with house.store.work() as work:
            new = NewPerson(name=name, language="fi")
            await visitors.invite(work, await house.actor("Veera"), house.lessons["first"][0], new, "employer")
    async with house.store.look() as look:
        listed = await visitors.of(look, SYSTEM, house.lessons["first"][0])
    assert [one.person.name for one in listed] == ["Olga", "Anna"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_invite_when_whoever_asks_may_not_or_asks_for_nonsense_then_refused(house: Planned) -> None:
    for by, refusal in (("Amina", Forbidden), ("Oona", Forbidden), ("Iiris", Forbidden), ("Toivo", NotFound)):
        with pytest.raises(refusal):
            await invited(house, by)
    with pytest.raises(Invalid):
        await invited(house, guest="teacher")
    with pytest.raises(Invalid):
        await invited(house, minutes=-20)
    for _ in range(visitors.MOST):
        await invited(house)
    with pytest.raises(Conflict):
        await invited(house)
    house.clock.at = TEN + timedelta(hours=3)
    with pytest.raises(NotOpen):
        await invited(house)
    async with house.store.look() as look:
        found = await visitors.of(look, SYSTEM, house.lessons["first"][0])
    assert {one.state for one in found} == {"over"}
