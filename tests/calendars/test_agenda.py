"""The agenda: what is hers and nothing else, what is now, and the house at a glance."""

from datetime import UTC, date, datetime, timedelta

import pytest

from calendars import agenda, groups, lessons, rights
from calendars.agenda import Engagement, MyDay
from calendars.errors import Forbidden, NotFound
from calendars.grants import Right
from calendars.lessons import NewLesson
from calendars.people import people
from calendars.rights import Scope
from calendars.tables import Lesson
from tests.calendars.planned import MONDAY, SYSTEM, Planned, counted
from tests.calendars.proposing import cancel

FAR = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def _all(house: Planned, name: str) -> list[Engagement]:
    actor = await house.actor(name)
    async with house.store.look() as look:
        return await agenda.agenda(look, actor, actor.person, datetime(2026, 1, 1, tzinfo=UTC), FAR)


async def _now(house: Planned, name: str, at: datetime) -> MyDay:
    actor = await house.actor(name)
    async with house.store.look() as look:
        return await agenda.now(look, actor, at)


def _lessons(found: list[Engagement]) -> list[str]:
    return [one.id for one in found if one.kind == "lesson"]


async def test_agenda_when_two_groups_then_each_learner_has_only_her_own(house: Planned) -> None:
    amina, chau = await _all(house, "Amina"), await _all(house, "Chau")
    assert _lessons(amina) == house.lessons["first"]
    assert _lessons(chau) == house.lessons["second"]
    assert [one.kind for one in amina].count("contact") == 12
    assert {one.role for one in amina} == {"learner"}


async def test_agenda_when_seat_is_short_then_only_its_days(house: Planned) -> None:
    async with house.store.work() as work:
        await groups.seat(
            work, SYSTEM, house.groups["first"], house.people["Stranger"], date(2026, 3, 6), date(2026, 3, 8)
        )
    found = await _all(house, "Stranger")
    assert [(one.kind, one.date) for one in found] == [("contact", date(2026, 3, 6))]


async def test_agenda_when_teacher_then_led_lessons_and_the_programmes_contact_days(house: Planned) -> None:
    veera = await _all(house, "Veera")
    assert _lessons(veera) == house.lessons["first"]
    assert [one.role for one in veera if one.kind == "lesson"] == ["teacher", "teacher"]
    assert [one.role for one in veera if one.kind == "contact"] == ["staff"] * 12
    assert await _all(house, "Kaisa") == []  # an organisation's coordinator is not on the road every contact day


async def test_agenda_when_she_leads_and_learns_then_once_as_leader(house: Planned) -> None:
    async with house.store.work() as work:
        await people.appoint(work, SYSTEM, house.people["Amina"], Right("tutor", "programme", house.programme))
        await lessons.lead(work, SYSTEM, house.lessons["first"][0], house.people["Amina"], "tutor")
    found = [one for one in await _all(house, "Amina") if one.kind == "lesson"]
    assert [(one.id, one.role) for one in found] == list(zip(house.lessons["first"], ("tutor", "learner"), strict=True))


async def test_agenda_when_cancelled_then_marked_and_kept(house: Planned) -> None:
    async with house.store.work() as work:
        await cancel(work, house.lessons["first"][0])
    found = [one for one in await _all(house, "Amina") if one.kind == "lesson"]
    assert [one.cancelled for one in found] == [True, False]


async def test_agenda_when_of_another_then_only_for_who_sees_the_plan(house: Planned) -> None:
    amina = house.people["Amina"]
    async with house.store.look() as look:
        for name in ("Kaisa", "Oona"):
            actor = await rights.actor_of(look, house.people[name])
            assert _lessons(await agenda.agenda(look, actor, amina, MONDAY, FAR)) == house.lessons["first"]
        for name in ("Veera", "Bilal", "Stranger"):
            actor = await rights.actor_of(look, house.people[name])
            with pytest.raises((Forbidden, NotFound)):
                await agenda.agenda(look, actor, amina, MONDAY, FAR)


async def test_agenda_when_read_then_topic_group_field_and_leaders_are_told(house: Planned) -> None:
    lesson = next(one for one in await _all(house, "Amina") if one.kind == "lesson")
    assert lesson.title["en"] == "Specialist vocabulary of your field"
    assert lesson.group is not None
    assert lesson.group.name == {"fi": "first"}
    assert lesson.field is not None
    assert lesson.field.code == "logistics"
    assert [one.name for one in lesson.leaders] == ["Veera"]
    assert (lesson.online, lesson.place, lesson.zone) == (True, None, "Europe/Helsinki")


async def test_now_when_doors_are_closed_then_next_counts_down(house: Planned) -> None:
    first, second = house.lessons["first"]
    ten = MONDAY + HOUR
    before = await _now(house, "Amina", ten - timedelta(minutes=5, seconds=1))
    assert (before.now, before.next and before.next.id) == (None, first)
    assert [one.id for one in before.later] == [second]
    assert before.next is not None
    assert before.next.opens == ten - timedelta(minutes=5)
    at_the_door = await _now(house, "Amina", ten - timedelta(minutes=5))
    assert (at_the_door.now and at_the_door.now.id, at_the_door.next and at_the_door.next.id) == (first, second)
    assert [one.id for one in at_the_door.today] == [first, second]


async def test_now_when_the_next_lesson_is_months_away_then_it_is_named_all_the_same(house: Planned) -> None:
    day = await _now(house, "Amina", MONDAY - timedelta(days=70))
    assert (day.now, day.next and day.next.id, day.today) == (None, house.lessons["first"][0], [])


async def test_now_when_teacher_then_doors_open_half_an_hour_before(house: Planned) -> None:
    day = await _now(house, "Veera", MONDAY + timedelta(minutes=31))
    assert day.now is not None
    assert day.now.id == house.lessons["first"][0]


async def test_now_when_lesson_runs_over_or_closes_early_then_it_follows(house: Planned) -> None:
    lesson = house.lessons["first"][0]
    ends = MONDAY + 3 * HOUR
    assert (await _now(house, "Amina", ends)).now is None
    async with house.store.work() as work:
        row = await work.get(Lesson, lesson)
        assert row is not None
        row.opened = ends - HOUR
    assert (await _now(house, "Amina", ends)).now is not None
    assert (await _now(house, "Amina", ends + timedelta(minutes=15))).now is None
    async with house.store.work() as work:
        row = await work.get(Lesson, lesson)
        assert row is not None
        row.closed = ends - HOUR / 2
    assert (await _now(house, "Amina", ends - HOUR / 4)).now is None


async def test_now_when_contact_day_then_on_site_and_the_next_one_after_it(house: Planned) -> None:
    friday = datetime(2026, 3, 6, 8, tzinfo=UTC)
    day = await _now(house, "Amina", friday)
    assert day.on_site is not None
    assert day.on_site.date == date(2026, 3, 6)
    assert day.on_site.place is not None
    assert day.on_site.place.address == "Koulukatu 1, 40100 Jyväskylä"
    assert day.contact is not None
    assert day.contact.day.n == 11
    monday = await _now(house, "Amina", MONDAY)
    assert (monday.on_site, monday.contact and monday.contact.day.n) == (None, 11)


async def test_now_when_everything_is_over_then_all_is_empty(house: Planned) -> None:
    day = await _now(house, "Amina", FAR)
    assert (day.now, day.next, day.today, day.on_site, day.contact) == (None, None, [], None, None)


async def test_house_when_looked_at_then_what_is_on_or_begins_within_the_hour(house: Planned) -> None:
    (ten, one), (twelve,) = house.lessons["first"], house.lessons["second"]

    async def at(hour: int, minute: int, name: str = "Kaisa") -> list[str]:
        actor = await house.actor(name)
        async with house.store.look() as look:
            return [
                found.id for found in await agenda.house(look, actor, datetime(2026, 3, 9, hour, minute, tzinfo=UTC))
            ]

    assert await at(6, 59) == []
    assert await at(7, 1) == [ten]
    assert await at(9, 30) == [ten, twelve]
    assert await at(10, 30) == [twelve, one]
    assert await at(13, 0) == []
    assert await at(9, 30, "Veera") == [ten]
    assert await at(9, 30, "Oona") == [ten, twelve]
    assert await at(9, 30, "Amina") == []
    assert await at(9, 30, "Stranger") == []
    async with house.store.work() as work:
        await cancel(work, ten)
    assert await at(9, 30) == [twelve]


async def test_house_when_a_lesson_runs_over_then_it_is_shown_until_its_doors_close(house: Planned) -> None:
    ten = house.lessons["first"][0]
    async with house.store.work() as work:
        found, programme, _ = await rights.target_of_lesson(work, ten)
        found.opened, programme.rules = found.starts, programme.rules | {"doors_after": 7200}
    shown = []
    for late in (3600, 7199, 7200):
        async with house.store.look() as look:
            on = await agenda.house(look, await house.actor("Veera"), found.ends + timedelta(seconds=late))
            shown.append(ten in [one.id for one in on])
    assert shown == [True, True, False]


async def test_agenda_when_more_lessons_then_no_more_statements(house: Planned) -> None:
    day = next(day for day in (await house.line()).days if day.n == 7)
    amina, kaisa = await house.actor("Amina"), await house.actor("Kaisa")
    counts = []
    for n in range(2):
        async with house.store.look() as look:
            with counted(look) as said:
                await agenda.now(look, amina, MONDAY)
            with counted(look) as seen:
                await agenda.house(look, kaisa, MONDAY + HOUR)
        counts.append((len(said), len(seen)))
        async with house.store.work() as work:
            new = [
                NewLesson(house.groups["first"], day.id, day.starts + k * HOUR, day.starts + (k + 1) * HOUR)
                for k in range(3 * n, 3 * n + 3)
            ]
            await lessons.plan(work, SYSTEM, house.programme, new)
    assert counts == [(3, 2), (3, 2)]


async def test_agenda_when_workplace_counsellor_then_programme_days_are_hers(house: Planned) -> None:
    assert [one.kind for one in await _all(house, "Oona")] == ["contact"] * 12
    async with house.store.work() as work:
        await people.appoint(work, SYSTEM, house.people["Stranger"], Right("board", "programme", house.programme))
    assert await _all(house, "Stranger") == []


@pytest.mark.parametrize(("name", "role"), [("Amina", "learner"), ("Veera", "teacher"), ("Oona", "counsellor")])
async def test_lesson_when_met_then_with_ones_own_role(house: Planned, name: str, role: str) -> None:
    actor, lesson = await house.actor(name), house.lessons["first"][0]
    async with house.store.look() as look:
        with counted(look) as said:
            found = await agenda.of_lesson(look, actor, lesson)
    assert (found.id, found.role, found.online, [one.name for one in found.leaders]) == (lesson, role, True, ["Veera"])
    assert len(said) == 3


@pytest.mark.parametrize(
    ("name", "verb", "refusal"),
    [
        ("Amina", "plan", Forbidden), ("Iiris", "see_lesson", Forbidden), ("Chau", "see_lesson", NotFound),
        ("Toivo", "enter", NotFound), ("Stranger", "see_lesson", NotFound),
    ],
)  # fmt: skip
async def test_lesson_when_not_hers_then_refused(
    house: Planned, name: str, verb: str, refusal: type[Exception]
) -> None:
    actor = await house.actor(name)
    async with house.store.look() as look:
        with pytest.raises(refusal):
            await agenda.of_lesson(look, actor, house.lessons["first"][0], verb)


async def test_lesson_when_her_seat_has_ended_or_not_begun_then_seen_still_and_never_entered(house: Planned) -> None:
    lesson = house.lessons["first"][0]
    for days in (-9, 200):  # before the first training day, and long after the last
        house.clock.at = MONDAY + timedelta(days=days)
        actor = await house.actor("Amina")
        assert actor.scopes == (Scope("support", "self", actor.person),)
        async with house.store.look() as look:
            found = await agenda.of_lesson(look, actor, lesson)
            assert (found.id, found.role) == (lesson, "learner")
            with pytest.raises(NotFound):
                await agenda.of_lesson(look, actor, lesson, "enter")
            with pytest.raises(NotFound):
                await agenda.of_lesson(look, actor, house.lessons["second"][0])
