"""A break of a programme that runs: days move over it with their ids and lessons, and back again to the minute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from calendars import agenda, lessons
from calendars.appointments import appointments, quotas
from calendars.appointments.checks import NewAppointment
from calendars.changes.touched import touched
from calendars.days import breaks
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.people import lengths
from calendars.people.lengths import NewLength
from calendars.tables import Day, Lesson, Programme
from classroom import reports
from tests.calendars.crew import ill
from tests.calendars.daily import another, codes, day, done, picture, proposed, row, said_yes, teach
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.calendars.proposing import undo

FIRST, LAST = date(2026, 3, 23), date(2026, 3, 27)
"""The week of days 16 to 20; clocks go on in the night before the next one."""


async def test_add_when_proposed_then_nothing_has_moved_yet(house: Planned) -> None:
    before = await picture(house)
    proposal = await proposed(house, breaks.add, FIRST, LAST)
    assert await picture(house) == before
    assert len((await row(house, proposal)).rows) == 45 + 1 + 1 + 3  # days 16 to 60, the break, the span, three seats


async def test_add_when_published_then_days_move_over_it_and_the_end_is_five_training_days_later(
    house: Planned,
) -> None:
    before = await picture(house)
    await done(house, breaks.add, FIRST, LAST)
    after = await picture(house)
    assert after.days.keys() == before.days.keys()
    assert {id: one[0] for id, one in after.days.items()} == {id: one[0] for id, one in before.days.items()}
    assert after.dates == sorted(after.dates)
    assert after.dates[:15] == before.dates[:15]
    assert after.dates[15] == date(2026, 3, 30)
    assert not [one for one in after.dates if FIRST <= one <= LAST]
    assert (before.span[1], after.span[1]) == (date(2026, 5, 28), date(2026, 6, 4))
    assert set(after.seats.values()) == {(date(2026, 3, 2), date(2026, 6, 4))}
    assert {until for _, until in after.rights.values()} == {datetime(2026, 6, 4, 21, tzinfo=UTC)}
    assert after.counts == before.counts == {"contact": 12, "online": 48}
    assert after.breaks == [(FIRST, LAST)]


async def test_add_when_clocks_change_between_then_lessons_keep_id_and_local_hour_and_calendars_notice(
    house: Planned,
) -> None:
    lesson, near = await teach(house, 16), await teach(house, 15)
    async with house.store.look() as look:
        before = {id: await look.get(Lesson, id) for id in (lesson, near)}
    assert before[lesson] is not None
    await done(house, breaks.add, FIRST, LAST)
    async with house.store.look() as look:
        after, other = await look.get(Lesson, lesson), await look.get(Lesson, near)
        expected = await lessons.expected(look, lesson)
    assert after is not None
    assert before[lesson].starts == datetime(2026, 3, 23, 7, tzinfo=UTC)  # nine in Helsinki
    assert after.starts == datetime(2026, 3, 30, 6, tzinfo=UTC)  # nine in summer time
    assert (after.sequence, after.revision) == (1, 2)
    assert other == before[near] or (other is not None and other.sequence == 0)
    assert expected == {house.people["Amina"], house.people["Bilal"]}


async def test_add_when_lessons_are_given_up_then_cancelled_and_the_days_move_all_the_same(house: Planned) -> None:
    lesson = await teach(house, 16)
    before = await picture(house)
    await done(house, breaks.add, FIRST, LAST, lessons="give_up")
    after = await picture(house)
    assert after.lessons[lesson][3] == "cancelled"
    assert after.lessons[lesson][:3] == before.lessons[lesson][:3]
    assert after.dates[15] == date(2026, 3, 30)


async def test_add_when_undone_within_two_minutes_then_everything_is_as_before(house: Planned) -> None:
    await teach(house, 16)
    before = await picture(house)
    proposal = await done(house, breaks.add, FIRST, LAST)
    house.clock.forward(seconds=119)
    await undo(house, proposal)
    assert await picture(house) == before


async def test_take_away_when_it_was_added_then_dates_and_times_are_as_before(house: Planned) -> None:
    await teach(house, 16)
    before = await picture(house)
    await done(house, breaks.add, FIRST, LAST)
    async with house.store.look() as look:
        kept = await breaks.of(look, SYSTEM, house.programme)
    await done(house, breaks.take_away, kept[0].id)
    assert await picture(house) == before


async def test_change_when_shortened_then_the_days_move_back_into_what_is_free(house: Planned) -> None:
    await done(house, breaks.add, FIRST, LAST)
    async with house.store.look() as look:
        kept = (await breaks.of(look, SYSTEM, house.programme))[0].id
    await done(house, breaks.change, kept, FIRST, date(2026, 3, 24))
    after = await picture(house)
    assert after.dates[15] == date(2026, 3, 25)
    assert after.span[1] == date(2026, 6, 1)
    assert after.breaks == [(FIRST, date(2026, 3, 24))]
    house.clock.at = datetime(2026, 3, 23, 8, tzinfo=UTC)
    with pytest.raises(Conflict, match="break_begun"):
        await proposed(house, breaks.take_away, kept)
    with pytest.raises(Conflict, match="break_begun"):
        await proposed(house, breaks.change, kept, date(2026, 3, 24), date(2026, 3, 24))
    await done(house, breaks.change, kept, FIRST, FIRST)
    assert (await picture(house)).dates[15] == date(2026, 3, 24)


async def test_add_when_somebody_has_38_or_75_days_then_she_keeps_her_number(house: Planned) -> None:
    async with house.store.work() as work:
        for name, days in (("Amina", 38), ("Bilal", 75)):
            new = NewLength(days=days, grounds="Her own")
            await lengths.set_length(work, SYSTEM, house.programme, house.people[name], new)
    before = await picture(house)
    await done(house, breaks.add, FIRST, LAST)
    async with house.store.look() as look:
        own = {name: await lengths.of(look, SYSTEM, house.programme, house.people[name]) for name in ("Amina", "Bilal")}
    after = await picture(house)
    assert {name: len(one.days) for name, one in own.items()} == {"Amina": 38, "Bilal": 75}
    assert after.seats[house.seats["Bilal"]][1] == after.dates[74] > before.dates[74]
    assert after.seats[house.seats["Amina"]][1] == after.dates[37]
    assert after.span[1] == date(2026, 6, 4)


async def test_add_when_a_teacher_is_taken_or_away_then_moved_without_her_and_it_is_said(house: Planned) -> None:
    taken, away = await teach(house, 16, leader="Veera"), await teach(house, 17, leader="Toivo")
    programme, group, _ = await another(house, "kohti-tyota", date(2026, 3, 30))
    async with house.store.work() as work:
        other = (await work.all(select(Day).where(Day.programme == programme, Day.n == 1)))[0]
        starts = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)
        new = lessons.NewLesson(group, other.id, starts, starts + timedelta(hours=1), "", (house.people["Veera"],))
        await lessons.plan(work, SYSTEM, programme, [new])
    await ill(house, "Toivo", datetime(2026, 3, 31, 5, tzinfo=UTC))
    proposal = await proposed(house, breaks.add, FIRST, LAST)
    clashes = (await row(house, proposal)).about["clashes"]
    named = {(one["code"], one["lesson"], one["who"]) for one in clashes}
    assert named == {
        ("leader_busy", taken, house.people["Veera"]), ("leader_away", away, house.people["Toivo"]),
    }  # fmt: skip
    await said_yes(house, proposal)
    async with house.store.look() as look:
        assert await lessons.leaders(look, taken, away) == []
        assert (await look.get(Lesson, taken)).starts == datetime(2026, 3, 30, 6, tzinfo=UTC)  # type: ignore[union-attr]


async def test_add_when_a_learner_has_an_appointment_then_given_up_with_her_name(house: Planned) -> None:
    lesson = await teach(house, 16)
    starts = datetime(2026, 3, 30, 6, 15, tzinfo=UTC)
    async with house.store.work() as work:
        new = NewAppointment(
            kind="interview", starts=starts, ends=starts + timedelta(minutes=30), partners=(house.people["Oona"],),
            learner=house.people["Amina"],
        )  # fmt: skip
        meeting = (await appointments.plan(work, SYSTEM, house.programme, [new]))[0].id
    proposal = await proposed(house, breaks.add, FIRST, LAST)
    clash, stays = (await row(house, proposal)).about["clashes"]
    assert (stays["code"], stays["n"]) == ("appointments_stay", 21)  # an employer agreed to it
    assert (clash["code"], clash["lesson"], clash["who"], clash["other"]) == (
        "appointment", lesson, house.people["Amina"], meeting,
    )  # fmt: skip
    await said_yes(house, proposal)
    assert (await picture(house)).lessons[lesson][3] == "cancelled"


async def test_add_then_tutoring_opens_and_ends_later_and_booked_days_before_are_named(house: Planned) -> None:
    starts = datetime(2026, 6, 1, 8, tzinfo=UTC)
    async with house.store.work() as work:
        new = NewAppointment(
            kind="tutoring", starts=starts, ends=starts + timedelta(minutes=30), partners=(house.people["Oona"],),
            learner=house.people["Amina"], subject="education",
        )  # fmt: skip
        await appointments.plan(work, SYSTEM, house.programme, [new])
    proposal = await proposed(house, breaks.add, FIRST, LAST)
    assert await codes(house, proposal) == ["tutoring_before"]
    await said_yes(house, proposal)
    async with house.store.look() as look:
        found = await look.get(Programme, house.programme)
        assert found is not None
        quota = await quotas.quota_of(look, found)
    assert quota is not None
    assert (quota.window.opens, quota.window.until) == (date(2026, 6, 5), date(2026, 9, 4))


async def test_add_then_whoever_sits_is_touched_and_her_calendar_has_the_new_day(house: Planned) -> None:
    lesson = await teach(house, 16)
    proposal = await proposed(house, breaks.add, FIRST, LAST)
    kaisa = await house.actor("Kaisa")
    async with house.store.look() as look:
        found = await touched(look, kaisa, proposal)
    assert [one.id for one in found.learners] == [house.people[name] for name in ("Amina", "Bilal", "Chau")]
    assert found.learners_of == {lesson: {house.people["Amina"], house.people["Bilal"]}}
    assert len(found.day_changes) == 45
    await said_yes(house, proposal)
    amina = await house.actor("Amina")
    async with house.store.look() as look:
        mine = await agenda.agenda(look, amina, amina.person, MONDAY, MONDAY + timedelta(days=30))
    assert [one.starts for one in mine if one.id == lesson] == [datetime(2026, 3, 30, 6, tzinfo=UTC)]


async def test_add_then_reports_of_an_instant_before_it_are_the_same_bytes(house: Planned) -> None:
    house.clock.forward(days=1)
    instant = house.clock.at
    async with house.store.look() as look:
        before = reports.as_json(await reports.report(look, SYSTEM, house.programme, instant))
    house.clock.forward(minutes=1)
    await done(house, breaks.add, FIRST, LAST)
    house.clock.forward(days=40)
    async with house.store.look() as look:
        assert reports.as_json(await reports.report(look, SYSTEM, house.programme, instant)) == before


async def test_publish_when_a_lesson_was_planned_meanwhile_then_refused_and_nothing_moves(house: Planned) -> None:
    proposal = await proposed(house, breaks.add, FIRST, LAST)
    await teach(house, 16)
    before = await picture(house)
    with pytest.raises(Conflict, match="proposal_stale"):
        await said_yes(house, proposal)
    assert await picture(house) == before


async def test_publish_when_another_break_came_between_then_refused(house: Planned) -> None:
    proposal = await proposed(house, breaks.add, FIRST, LAST)
    await done(house, breaks.add, date(2026, 4, 13), date(2026, 4, 14))
    with pytest.raises(Conflict, match="proposal_stale"):
        await said_yes(house, proposal)


async def test_add_when_a_programme_has_a_series_then_it_skips_the_week(house: Planned) -> None:
    programme, _, _ = await another(house, "catch-up-with-work", date(2026, 9, 15))
    before = await picture(house, programme)
    house.clock.at = datetime(2026, 9, 20, 8, tzinfo=UTC)
    await done(house, breaks.add, date(2026, 10, 12), date(2026, 10, 18), programme=programme)
    after = await picture(house, programme)
    assert [one.weekday() for one in after.dates] == [1] * 8
    assert after.dates == [*before.dates[:4], *before.dates[5:], before.dates[-1] + timedelta(days=7)]
    hours = {one[4].astimezone(UTC).hour for one in after.days.values()}
    assert hours == {14, 15}


async def test_add_when_planned_with_weekdays_and_a_break_then_both_hold(house: Planned) -> None:
    programme, _, _ = await another(
        house, "kohti-tyota", date(2026, 8, 10), weekdays=("mon", "wed"),
        breaks=((date(2026, 10, 12), date(2026, 10, 18)),),
    )  # fmt: skip
    before = await picture(house, programme)
    assert before.breaks == [(date(2026, 10, 12), date(2026, 10, 18))]
    await done(house, breaks.add, date(2026, 9, 7), date(2026, 9, 8), programme=programme)
    after = await picture(house, programme)
    assert {one.weekday() for one in after.dates} == {0, 2}
    assert len(after.dates) == 60
    assert date(2026, 9, 7) not in after.dates
    assert date(2026, 10, 12) not in after.dates


@pytest.mark.parametrize(
    ("first", "last", "error", "code"),
    [
        (date(2026, 3, 27), date(2026, 3, 23), Invalid, "break_backwards"),
        (date(2026, 3, 9), date(2026, 3, 12), Invalid, "past_already"),
        (date(2026, 3, 2), date(2026, 3, 3), Invalid, "past_already"),
        (date(2026, 3, 28), date(2026, 3, 29), Invalid, "nothing_changes"),
        (date(2026, 7, 1), date(2026, 7, 5), Invalid, "nothing_changes"),
        (date(2026, 4, 1), date(2027, 4, 1), Invalid, "break_too_long"),
    ],
)
async def test_add_when_it_cannot_be_then_refused(
    house: Planned, first: date, last: date, error: type[Exception], code: str
) -> None:
    with pytest.raises(error, match=code):
        await proposed(house, breaks.add, first, last)


@pytest.mark.parametrize("who", ["Veera", "Oona", "Iiris", "Amina", "Stranger"])
async def test_every_act_when_she_does_not_plan_then_refused(house: Planned, who: str) -> None:
    actor = await house.actor(who)
    with pytest.raises((NotFound, Forbidden)):
        async with house.store.work() as work:
            await breaks.add(work, actor, house.programme, FIRST, LAST)
    assert await day(house, 16)
