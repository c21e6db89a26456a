"""Guests of one appointment: by a link with a role and an end, into this one alone, and taken back (S2-8)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from calendars import rights
from calendars.appointments import appointments, diary, guests
from calendars.appointments.checks import NewAppointment
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.people.people import NewPerson
from calendars.store import Store
from calendars.tables import Grant, Person
from tests.calendars.talking import MINUTE, Talking, plan_talking

TEN = datetime(2026, 9, 15, 7, tzinfo=UTC)
DAY = timedelta(days=1)
OUTI = NewPerson(name="Outi Virkailija", telephone="+358 40 111 2222")


@pytest.fixture
async def house(store: Store) -> Talking:
    return await plan_talking(store, 2)


async def talk(house: Talking, **facts: object) -> str:
    """An online talk of Oona's with the first learner."""
    one = await house.offer(TEN, kind="mentoring", way="online", **facts)
    return await house.book(house.learners[0], one)


async def brought(house: Talking, one: str, by: str = "Oona", guest: str = "officer") -> str:
    async with house.store.work() as work:
        return (await guests.bring(work, await house.actor(by), one, OUTI, guest)).id


async def enters(house: Talking, person: str, one: str) -> bool:
    async with house.store.look() as look:
        target = (await rights.target_of_lesson(look, one))[2]
        return rights.may(await rights.actor_of(look, person), "enter", target)


@pytest.mark.parametrize(
    ("guest", "role"), [("officer", "officer"), ("interpreter", "officer"), ("employer", "employer")]
)
async def test_bring_when_a_counsellor_does_then_the_guest_comes_in_and_all_know_as_what(
    house: Talking, guest: str, role: str
) -> None:
    one = await talk(house)
    outi = await brought(house, one, guest=guest)
    assert await enters(house, outi, one)
    async with house.store.look() as look:
        held = await look.all(select(Grant).where(Grant.person == outi, Grant.scope_kind == "programme"))
        seen = await diary.one(look, await house.actor(house.learners[0]), one)
        found = await guests.of(look, await house.actor("Kaisa"), one)
    assert [(grant.role, grant.until) for grant in held] == [(role, TEN + 30 * MINUTE + DAY)]
    assert [(who.name, as_what) for who, as_what in seen.guests] == [("Outi Virkailija", guest)]
    assert [(each.person.id, each.guest) for each in found] == [(outi, guest)]
    house.clock.at = TEN + 2 * DAY
    async with house.store.look() as look:
        assert "officer" not in (await rights.actor_of(look, outi)).roles


async def test_dismiss_when_the_link_is_taken_back_then_it_opens_nothing_and_the_talk_stays(house: Talking) -> None:
    one = await talk(house)
    outi = await brought(house, one)
    for _ in range(2):
        async with house.store.work() as work:
            await guests.dismiss(work, await house.actor("Oona"), one, outi)
    assert not await enters(house, outi, one)
    assert await enters(house, house.learners[0], one)
    async with house.store.look() as look:
        row = await look.get(Person, outi)
        assert row is not None
        actor = await rights.actor_of(look, outi)
        assert (row.generation, sorted(actor.roles)) == (2, ["support"])
        assert await diary.of_person(look, actor, outi, TEN - DAY, TEN + DAY) == []
        assert await guests.of(look, await house.actor("Oona"), one) == []
        with pytest.raises(NotFound):
            await diary.one(look, actor, one)
    async with house.store.work() as work:
        with pytest.raises(NotFound):
            await guests.dismiss(work, await house.actor("Oona"), one, "nobody")


async def test_bring_when_not_in_it_a_guest_or_a_learner_then_refused(house: Talking) -> None:
    one = await talk(house)
    outi = await brought(house, one)
    for who, error in (("Otto", Forbidden), (outi, Forbidden), (house.learners[0], NotFound), ("Nea", NotFound)):
        with pytest.raises(error):
            await brought(house, one, by=who)
    with pytest.raises(Invalid):
        await brought(house, one, guest="friend")
    other = await house.offer(TEN + 60 * MINUTE, kind="mentoring")
    with pytest.raises(Invalid):
        await brought(house, other)  # nobody has booked it yet
    async with house.store.work() as work:
        await appointments.cancel(work, await house.actor("Oona"), one)
    with pytest.raises(Conflict, match="appointment_cancelled"):
        await brought(house, one)
    async with house.store.look() as look:
        for who in ("Otto", house.learners[1]):
            with pytest.raises((Forbidden, NotFound)):
                await guests.of(look, await house.actor(who), one)


async def test_bring_when_the_nurse_has_an_interpreter_then_nobody_else_learns_of_her(house: Talking) -> None:
    nea = await house.actor("Nea")
    new = NewAppointment(
        kind="support", starts=TEN, ends=TEN + 30 * MINUTE, partners=(nea.person,), learner=house.learners[0],
        way="online",
    )  # fmt: skip
    async with house.store.work() as work:
        (row,) = await appointments.plan(work, nea, house.programme, [new])
    tulkki = await brought(house, row.id, by="Nea", guest="interpreter")
    assert await enters(house, tulkki, row.id)
    async with house.store.look() as look:
        for who in ("Kaisa", "Oona", "Veera"):
            actor = await house.actor(who)
            with pytest.raises((Forbidden, NotFound)):
                await guests.of(look, actor, row.id)
            with pytest.raises(NotFound):
                await rights.ask_about(look, actor, "see_people", tulkki)
