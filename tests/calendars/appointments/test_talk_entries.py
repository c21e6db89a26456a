"""Appointments in calendars: the same UID for good, where a visit goes, nothing of what is private, nobody's name."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from calendars import feeds, houses, ical, places
from calendars.appointments import appointments
from calendars.appointments.checks import NewAppointment
from calendars.ical import Entry
from calendars.places import NewPlace
from calendars.store import Store
from calendars.tables import Day, Person, Place
from tests.calendars.planned import SYSTEM
from tests.calendars.talking import MINUTE, Talking, plan_talking

TEN = datetime(2026, 9, 15, 7, tzinfo=UTC)
BASE = "https://class.example.org"


@pytest.fixture
async def house(store: Store) -> Talking:
    return await plan_talking(store, 4)


def say(source: str, **facts: object) -> str:
    return source.format(**facts)


async def feed_of(house: Talking, person: str) -> tuple[str, dict[str, Entry]]:
    """The bytes of somebody's calendar, and its appointments by UID."""
    actor = await house.actor(person)
    async with house.store.work() as work:
        feed = await feeds.address(work, actor, "mine")
        secret = await houses.secret(work)
    async with house.store.look() as look:
        token = feeds.path(secret, feed).removeprefix("/feeds/").removesuffix(".ics")
        calendar, entries = await feeds.contents(look, await feeds.open_feed(look, secret, token), say, BASE, secret)
    body = ical.render(calendar, entries)
    assert ical.complete(body)
    return body.decode().replace("\r\n ", ""), {one.uid: one for one in entries if "Appointment" in one.categories}


async def test_feed_when_a_talk_is_booked_moved_and_cancelled_then_one_uid_and_a_growing_sequence(
    house: Talking,
) -> None:
    ada, one = house.learners[0], await house.offer(TEN, kind="guidance", way="online")
    await house.book(ada, one)
    seen = []
    for act in (None, "move", "cancel"):
        async with house.store.work() as work:
            if act == "move":
                await appointments.move(work, await house.actor("Oona"), one, TEN + 60 * MINUTE, TEN + 90 * MINUTE)
            if act == "cancel":
                await appointments.cancel(work, await house.actor("Oona"), one, "staff_away")
        for person in (ada, "Oona"):
            entry = (await feed_of(house, person))[1][f"{one}@oppitupa"]
            seen.append((entry.sequence, entry.cancelled, entry.starts, entry.url))
    link = f"{BASE}/j/{one}"
    assert seen == [
        (1, False, TEN, link), (1, False, TEN, link), (2, False, TEN + 60 * MINUTE, link),
        (2, False, TEN + 60 * MINUTE, link), (3, True, TEN + 60 * MINUTE, None), (3, True, TEN + 60 * MINUTE, None),
    ]  # fmt: skip


async def test_feed_when_support_then_neutral_for_both_and_no_name_for_anybody(house: Talking) -> None:
    ada, nea = house.learners[0], house.staff["Nea"]
    new = NewAppointment(
        kind="support", starts=TEN, ends=TEN + 60 * MINUTE, partners=(nea,), learner=ada, title="Blood pressure",
        spot="Nurse's room",
    )  # fmt: skip
    async with house.store.work() as work:
        (row,) = await appointments.plan(work, await house.actor("Nea"), house.programme, [new])
    await house.book(ada, await house.offer(TEN + timedelta(days=1), kind="guidance"))
    async with house.store.look() as look:
        names = await look.all(select(Person.name))
    for person in (ada, "Nea", "Oona"):
        body, entries = await feed_of(house, person)
        assert [name for name in names if name in body] == []
        assert "Blood pressure" not in body
        assert "Nurse" not in body
        if person != "Oona":
            entry = entries[f"{row.id}@oppitupa"]
            assert (entry.summary, entry.description, entry.place) == ("Appointment", "", "")


async def test_feed_when_a_group_visits_a_company_then_where_how_and_what_to_bring(house: Talking) -> None:
    async with house.store.work() as work:
        place = (await work.all(select(Day.place).where(Day.kind == "contact")))[0]
        new = NewAppointment(
            kind="company_visit", starts=TEN, ends=TEN + 120 * MINUTE, partners=(house.staff["Veera"],),
            group=house.groups[0], place=place, spot="Gate 3", title="Harbour", transport="Bus 12", gear="Boots",
        )  # fmt: skip
        (row,) = await appointments.plan(work, await house.actor("Kaisa"), house.programme, [new])
    body, entries = await feed_of(house, house.learners[0])
    entry = entries[f"{row.id}@oppitupa"]
    assert entry.summary == "Company visit: Harbour"
    assert entry.place == "Koulutustalo, Koulukatu 1, 40100 Jyväskylä, Gate 3"
    assert entry.description == "How to get there: Bus 12\nBring along: Boots"
    assert "GEO:62.24;25.75" in body
    assert await feed_of(house, house.learners[3]) != (body, entries)
    assert (await feed_of(house, house.learners[3]))[1] == {}
    async with house.store.work() as work:
        assert place is not None
        assert await work.get(Place, place) is not None
        await places.furnish(work, SYSTEM, house.programme, place, NewPlace(name="Uusi talo"))
    moved = (await feed_of(house, house.learners[0]))[1][f"{row.id}@oppitupa"]
    assert (moved.place, moved.sequence) == ("Uusi talo, Gate 3", entry.sequence + 1)
