"""Feeds: whose address opens what, for how long, and what stands in it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars import feeds, groups, houses, ical, lessons, places, programmes, rights
from calendars.errors import Forbidden, Invalid, NotFound
from calendars.feeds import Fetch
from calendars.grants import Right
from calendars.groups import NewGroup
from calendars.houses import NewHouse
from calendars.ical import Entry
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.places import NewPlace
from calendars.tables import Feed
from tests.calendars.planned import SYSTEM, Planned, counted
from tests.calendars.proposing import HOUR, cancel, change
from tests.contracts.calendar_readers import Read, by_ical, by_icalendar, by_vobject

BASE = "https://class.example.org"


def say(source: str, **facts: object) -> str:
    """English, as it is written in the source."""
    return source.format(**facts)


async def _feed(house: Planned, name: str, kind: str = "mine") -> tuple[Feed, str]:
    actor = await house.actor(name)
    async with house.store.work() as work:
        feed = await feeds.address(work, actor, kind, house.programme if kind == "contact_days" else "")
        return feed, _token(await houses.secret(work), feed)


def _token(secret: bytes, feed: Feed) -> str:
    return feeds.path(secret, feed).removeprefix("/feeds/").removesuffix(".ics")


async def _read(house: Planned, token: str) -> tuple[bytes, list[Entry]]:
    async with house.store.look() as look:
        secret = await houses.secret(look)
        opened = await feeds.open_feed(look, secret, token)
        calendar, entries = await feeds.contents(look, opened, say, BASE, secret)
    return ical.render(calendar, entries), entries


@pytest.mark.parametrize("reader", [by_icalendar, by_vobject, by_ical])
@pytest.mark.parametrize("name", ["Kaisa", "Oona", "Iiris", "Veera", "Amina"])
async def test_contact_days_when_s0_then_twelve_on_twelve_dates_in_each_parser(
    house: Planned, name: str, reader: Callable[[], AbstractContextManager[Read]]
) -> None:
    _, token = await _feed(house, name, "contact_days")
    body, _ = await _read(house, token)
    assert ical.complete(body)
    with reader() as read:
        events = read(body)
    contact = [day for day in (await house.line()).days if day.kind == "contact"]
    assert sorted((one.starts, one.ends) for one in events) == [
        (int(day.starts.timestamp()), int(day.ends.timestamp())) for day in contact
    ]
    assert {datetime.fromtimestamp(int(one.starts), ZoneInfo("Europe/Helsinki")).hour for one in events} == {9}
    assert {one.place for one in events} == {"Koulutustalo, Koulukatu 1, 40100 Jyväskylä"}


async def test_contact_days_when_the_programme_begins_later_then_hers_already(house: Planned) -> None:
    house.clock.at -= timedelta(days=10)
    for name, offered in (("Amina", [house.programme]), ("Kaisa", [house.programme]), ("Stranger", [])):
        actor = await house.actor(name)
        async with house.store.look() as look:
            assert [one.id for one in await feeds.programmes_of(look, actor)] == offered
    _, token = await _feed(house, "Amina", "contact_days")
    assert len((await _read(house, token))[1]) == 12
    with pytest.raises(NotFound):
        await _feed(house, "Stranger", "contact_days")


async def test_contact_days_when_seat_is_short_then_only_hers(house: Planned) -> None:
    async with house.store.work() as work:
        days = date(2026, 3, 5), date(2026, 3, 20)
        await groups.seat(work, SYSTEM, house.groups["first"], house.people["Stranger"], *days)
    house.clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    _, token = await _feed(house, "Stranger", "contact_days")
    house.clock.at = datetime(2026, 6, 10, tzinfo=UTC)  # long after her last day she keeps what was hers
    _, entries = await _read(house, token)
    assert [one.starts.day for one in entries] == [5, 6, 16]


async def test_mine_when_two_groups_then_only_ones_own_lessons_and_no_names(house: Planned) -> None:
    _, amina = await _feed(house, "Amina")
    _, chau = await _feed(house, "Chau")
    bodies = {name: await _read(house, token) for name, token in (("Amina", amina), ("Chau", chau))}
    uids = {name: {one.uid for one in entries} for name, (_, entries) in bodies.items()}
    assert {f"{one}@oppitupa" for one in house.lessons["first"]} < uids["Amina"]
    assert uids["Amina"] & {f"{one}@oppitupa" for one in house.lessons["second"]} == set()
    assert {f"{one}@oppitupa" for one in house.lessons["second"]} < uids["Chau"]
    for body, _ in bodies.values():
        text = body.replace(b"\r\n ", b"").decode()
        assert not [name for name in house.people if name in text]


async def test_mine_when_online_then_link_and_when_on_site_then_place(house: Planned) -> None:
    _, token = await _feed(house, "Amina")
    _, entries = await _read(house, token)
    lesson = next(one for one in entries if one.uid.startswith(house.lessons["first"][0]))
    day = next(one for one in entries if one.categories == ("Contact day",))
    assert lesson.url == lesson.conference == f"{BASE}/j/{house.lessons['first'][0]}"
    assert (lesson.place, lesson.categories, lesson.sequence, lesson.cancelled) == ("", ("Lesson",), 0, False)
    assert (day.url, day.conference, day.latitude) == (None, None, 62.24)
    assert day.place == "Koulutustalo, Koulukatu 1, 40100 Jyväskylä"


async def test_mine_when_read_in_arabic_then_her_title_and_the_finnish_one_below(house: Planned) -> None:
    _, token = await _feed(house, "Amina")
    _, entries = await _read(house, token)
    lesson = next(one for one in entries if one.uid.startswith(house.lessons["first"][0]))
    assert lesson.summary == "المفردات المتخصصة في مجالك"
    assert lesson.description.splitlines() == ["Oman alan sanat", "الخدمات اللوجستية · first"]


async def test_mine_when_moved_and_cancelled_then_same_uid_and_higher_sequence(house: Planned) -> None:
    _, token = await _feed(house, "Amina")
    (_, before), (first, second) = await _read(house, token), house.lessons["first"]
    was = next(one for one in before if one.uid.startswith(second))
    assert isinstance(was.starts, datetime)
    assert isinstance(was.ends, datetime)
    house.clock.forward(minutes=1)
    async with house.store.work() as work:
        await cancel(work, first)
        await change(work, second, starts=was.starts + HOUR, ends=was.ends + HOUR)
    _, after = await _read(house, token)
    assert [one.uid for one in after] == [one.uid for one in before]
    gone, moved = (next(one for one in after if one.uid.startswith(which)) for which in (first, second))
    assert (gone.cancelled, gone.sequence, gone.modified, gone.summary[:11]) == (True, 1, house.clock.at, "Cancelled: ")
    assert moved == replace(
        was, starts=was.starts + timedelta(hours=1), ends=was.ends + timedelta(hours=1), sequence=1,
        modified=house.clock.at,
    )  # fmt: skip


async def test_feed_when_nothing_changes_then_same_bytes_a_week_later(house: Planned) -> None:
    _, token = await _feed(house, "Amina")
    body, _ = await _read(house, token)
    house.clock.forward(days=7)
    assert (await _read(house, token))[0] == body


async def test_address_when_asked_twice_then_the_same(house: Planned) -> None:
    first, second = await _feed(house, "Amina"), await _feed(house, "Amina")
    assert (first[0].id, first[1]) == (second[0].id, second[1])
    amina = await house.actor("Amina")
    async with house.store.look() as look:
        assert [one.kind for one in await feeds.of(look, amina)] == ["mine"]


async def test_address_when_programme_is_not_hers_then_refused(house: Planned) -> None:
    stranger = await house.actor("Stranger")
    async with house.store.work() as work:
        for kind, target, refusal in (
            ("contact_days", house.programme, NotFound), ("contact_days", "invented", NotFound), ("all", "", Invalid),
        ):  # fmt: skip
            with pytest.raises(refusal):
                await feeds.address(work, stranger, kind, target)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-1],
        lambda t: t + "A",
        lambda t: t[:-1] + "é",
        lambda t: ("b" if t[0] == "a" else "a") + t[1:],
        lambda t: "",
    ],
)
async def test_open_when_token_is_wrong_then_not_found(house: Planned, spoil: Callable[[str], str]) -> None:
    _, token = await _feed(house, "Amina")
    async with house.store.look() as look:
        secret = await houses.secret(look)
        with pytest.raises(NotFound, match="not_found"):
            await feeds.open_feed(look, secret, spoil(token))
        with pytest.raises(NotFound, match="not_found"):
            await feeds.open_feed(look, b"another house", token)


async def test_renew_when_done_then_old_address_empties_for_two_weeks_and_is_gone(house: Planned) -> None:
    feed, old = await _feed(house, "Amina")
    amina = await house.actor("Amina")
    async with house.store.work() as work:
        await feeds.renew(work, amina, feed.id)
    _, new = await _feed(house, "Amina")
    assert new != old
    assert len((await _read(house, new))[1]) == 14
    body, entries = await _read(house, old)
    assert ical.complete(body)
    assert [(one.starts, one.summary) for one in entries] == [
        (date(2026, 3, 9), "This calendar address does not work any more")
    ]
    house.clock.forward(days=14, seconds=-1)
    assert len((await _read(house, old))[1]) == 1
    house.clock.forward(seconds=1)
    with pytest.raises(NotFound, match="feed_gone"):
        await _read(house, old)


async def test_renew_when_by_others_then_only_by_who_invites(house: Planned) -> None:
    feed, _ = await _feed(house, "Amina")
    for name, refusal in (("Bilal", NotFound), ("Veera", Forbidden), ("Stranger", NotFound)):
        actor = await house.actor(name)
        with pytest.raises(refusal):
            async with house.store.work() as work:
                await feeds.renew(work, actor, feed.id)
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        assert (await feeds.renew(work, kaisa, feed.id)).generation == 2


async def test_contact_days_when_right_ends_then_only_a_notice(house: Planned) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        right = Right("counsellor", "programme", house.programme)
        grant = await people.appoint(work, kaisa, house.people["Stranger"], right)
    _, token = await _feed(house, "Stranger", "contact_days")
    assert len((await _read(house, token))[1]) == 12
    async with house.store.work() as work:
        await people.dismiss(work, kaisa, grant.id)
    assert [one.transparent for one in (await _read(house, token))[1]] == [True]


async def test_streams_when_anything_shown_changes_then_one_of_them_moves(house: Planned) -> None:
    """Each act that changes the bytes of a feed must be told on a stream that the feed follows."""
    _, token = await _feed(house, "Amina")
    kaisa, amina = await house.actor("Kaisa"), await house.actor("Amina")
    place = (await house.line()).days[0].place
    assert place is not None
    async with house.store.work() as work:
        await people.appoint(work, SYSTEM, amina.person, Right("tutor", "programme", house.programme))
    first = house.lessons["first"][0]
    day = next(day for day in (await house.line()).days if day.n == 8)
    new = lessons.NewLesson(house.groups["first"], day.id, day.starts, day.ends)
    acts = (
        lambda work: houses.set_house(work, SYSTEM, NewHouse(name="Other name")),
        lambda work: people.change(work, SYSTEM, amina.person, NewPerson(name="Amina", language="en")),
        lambda work: places.furnish(work, kaisa, house.programme, place.id, NewPlace(name="Elsewhere")),
        lambda work: groups.rename(work, kaisa, house.groups["first"], "Renamed"),
        lambda work: cancel(work, first),
        lambda work: lessons.plan(work, kaisa, house.programme, [new]),
        lambda work: lessons.lead(work, kaisa, house.lessons["second"][0], amina.person),
        lambda work: groups.unseat(work, kaisa, house.seats["Amina"], "employed"),
    )
    for act in acts:
        before, (body, _) = await _numbers(house, token), await _read(house, token)
        house.clock.forward(minutes=1)
        async with house.store.work() as work:
            await act(work)
        after, (changed, _) = await _numbers(house, token), await _read(house, token)
        assert changed != body
        assert any(after[stream] > number for stream, number in before.items())


async def _numbers(house: Planned, token: str) -> dict[str, int]:
    async with house.store.look() as look:
        opened = await feeds.open_feed(look, await houses.secret(look), token)
        return await look.numbers(await feeds.streams(look, opened))


async def test_streams_when_seated_in_a_new_programme_then_it_is_followed(house: Planned) -> None:
    _, token = await _feed(house, "Stranger")
    before = await _numbers(house, token)
    assert set(before) == {"house", house.people["Stranger"]}
    async with house.store.work() as work:
        await groups.seat(work, SYSTEM, house.groups["first"], house.people["Stranger"])
    after = await _numbers(house, token)
    assert set(after) == {*before, house.programme}
    assert after[house.people["Stranger"]] > before[house.people["Stranger"]]


async def test_fetched_when_noted_then_shown_to_her(house: Planned) -> None:
    feed, _ = await _feed(house, "Amina")
    other, _ = await _feed(house, "Chau")
    at = house.clock.at + timedelta(minutes=3)
    async with house.store.work() as work:
        await feeds.fetched(work, [Fetch(feed.id, "Thunderbird", at), Fetch(other.id, "Outlook", at)])
        await feeds.fetched(work, [])
    amina = await house.actor("Amina")
    async with house.store.look() as look:
        assert [(one.client, one.fetched) for one in await feeds.of(look, amina)] == [("Thunderbird", at)]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Google-Calendar-Importer", "Google Calendar"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.0", "Thunderbird"),
        ("iOS/17.5 (21F79) dataaccessd/1.0", "Apple Calendar"),
        ("macOS/14.5 (23F79) CalendarAgent/1013", "Apple Calendar"),
        ("Microsoft Office/16.0 (Windows NT 10.0)", "Outlook"),
        ("Mozilla/5.0 (Windows NT 10.0) Firefox/128.0", "Web browser"),
        ("vdirsyncer/0.19", "vdirsyncer"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_client_when_agent_is_known_then_its_name(agent: str, name: str) -> None:
    assert feeds.client_name(agent) == name


async def test_feed_when_more_lessons_then_no_more_statements(house: Planned) -> None:
    _, token = await _feed(house, "Amina")
    line, counts = await house.line(), []
    async with house.store.look() as look:  # one of its own: what it read may or may not be remembered by then
        secret = await houses.secret(look)
    for hour in (0, 1):
        async with house.store.look() as look:
            with counted(look) as said:
                opened = await feeds.open_feed(look, secret, token)
                await feeds.streams(look, opened)
                await feeds.contents(look, opened, say, BASE, secret)
            counts.append(len(said))
        new = [
            lessons.NewLesson(
                house.groups["first"],
                day.id,
                day.starts + timedelta(hours=hour),
                day.starts + timedelta(hours=hour + 1),
            )
            for day in line.days[6:9]
        ]
        async with house.store.work() as work:
            await lessons.plan(work, SYSTEM, house.programme, new)
    assert counts == [9, 9]


async def test_name_when_hostile_then_feed_is_still_whole(house: Planned) -> None:
    async with house.store.work() as work:
        await people.change(work, SYSTEM, house.people["Veera"], NewPerson(name="Ve\r\nBEGIN:VEVENT\x07era"))
        await groups.rename(work, SYSTEM, house.groups["first"], "=cmd()\\;,\u2028x")
        fields = await programmes.fields(work, SYSTEM, house.programme)
        await groups.form(work, SYSTEM, NewGroup(house.programme, fields[0].id, "BEGIN:VCALENDAR"))
    _, token = await _feed(house, "Amina")
    body, entries = await _read(house, token)
    assert ical.complete(body)
    assert body.count(b"BEGIN:VEVENT") == len(entries) == 14
    async with house.store.look() as look:
        assert (await rights.actor_of(look, house.people["Veera"])).name == "Ve BEGIN:VEVENTera"
