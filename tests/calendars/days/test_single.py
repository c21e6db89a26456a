"""One day that moves, falls out, or is held otherwise than planned."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from calendars import agenda, lessons, programmes, weeks
from calendars.changes import publishing
from calendars.days import single, span
from calendars.errors import Conflict, Invalid
from calendars.lessons import NewLesson
from calendars.people import lengths
from calendars.people.lengths import NewLength
from calendars.tables import Enrolment, Lesson, Seat
from classroom import reports, rooms
from tests.calendars.daily import another, codes, day, done, picture, proposed, row, said_yes, teach
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.proposing import undo

SATURDAY = date(2026, 3, 28)


async def lesson_of(house: Planned, id: str) -> Lesson:
    async with house.store.look() as look:
        found = await look.get(Lesson, id)
    assert found is not None
    return found


async def test_move_when_to_a_saturday_then_only_if_she_says_so_and_with_a_warning(house: Planned) -> None:
    lesson, moving = await teach(house, 16), await day(house, 16)
    before = await picture(house)
    with pytest.raises(Invalid, match="free_day"):
        await proposed(house, single.move, moving, SATURDAY)
    proposal = await proposed(house, single.move, moving, SATURDAY, free_day=True)
    assert await codes(house, proposal) == ["free_day"]
    await said_yes(house, proposal)
    after = await picture(house)
    assert after.days[moving][:2] == (20, SATURDAY)  # the twentieth by now; those that it passed come one earlier
    assert after.dates == sorted([*(one for one in before.dates if one != date(2026, 3, 23)), SATURDAY])
    assert [one[0] for one in sorted(after.days.values())] == list(range(1, 61))
    found = await lesson_of(house, lesson)
    assert (found.starts, found.sequence) == (datetime(2026, 3, 28, 7, tzinfo=UTC), 1)
    assert after.seats == before.seats
    await undo(house, proposal)
    assert await picture(house) == before


async def test_move_when_behind_the_end_then_the_programme_ends_there(house: Planned) -> None:
    moving = await day(house, 60)
    await done(house, single.move, moving, date(2026, 6, 9))
    after = await picture(house)
    assert after.span[1] == date(2026, 6, 9)
    assert set(after.seats.values()) == {(date(2026, 3, 2), date(2026, 6, 9))}


async def test_move_when_somebody_has_38_days_then_she_still_has_38(house: Planned) -> None:
    async with house.store.work() as work:
        new = NewLength(days=38, grounds="Her own")
        await lengths.set_length(work, SYSTEM, house.programme, house.people["Amina"], new)
    await done(house, single.move, await day(house, 30), date(2026, 5, 30), free_day=True)
    async with house.store.look() as look:
        own = await lengths.of(look, SYSTEM, house.programme, house.people["Amina"])
    assert len(own.days) == 38


@pytest.mark.parametrize(
    ("n", "to", "code"),
    [
        (16, date(2026, 3, 24), "day_taken"), (16, date(2026, 3, 9), "past_already"),
        (16, date(2026, 3, 23), "nothing_changes"),
        (16, date(2026, 4, 3), "free_day"), (16, date(2028, 3, 1), "day_too_far"), (5, date(2026, 6, 1), "day_begun"),
        (6, date(2026, 6, 1), "day_begun"),
    ],
)  # fmt: skip
async def test_move_when_it_cannot_be_then_refused(house: Planned, n: int, to: date, code: str) -> None:
    moving = await day(house, n)
    before = await picture(house)
    with pytest.raises((Invalid, Conflict), match=code):
        await proposed(house, single.move, moving, to)
    assert await picture(house) == before


async def test_cancel_when_the_programme_goes_on_longer_then_its_kind_comes_back_behind(house: Planned) -> None:
    before = await picture(house)
    contact = next(id for id, one in before.days.items() if one[2] == "contact" and one[0] > 6)
    await done(house, single.cancel, contact, longer=True)
    after = await picture(house)
    assert (contact in after.days, len(after.days), after.counts) == (False, 60, before.counts)
    assert after.span[1] == date(2026, 5, 29)
    assert after.dates == sorted(after.dates)


async def test_cancel_when_it_is_given_up_then_no_absence_a_cancelled_lesson_and_a_day_less(house: Planned) -> None:
    lesson, gone = await teach(house, 16), await day(house, 16)
    proposal = await done(house, single.cancel, gone, longer=False)
    amina = await house.actor("Amina")
    async with house.store.look() as look:
        mine = await agenda.agenda(look, amina, amina.person, house.clock.at, house.clock.at + timedelta(days=30))
    assert [one.cancelled for one in mine if one.id == lesson] == [True]
    house.clock.at = datetime(2026, 3, 24, 12, tzinfo=UTC)
    async with house.store.work() as work:
        await lessons.freeze_due(work)
        await rooms.close_forgotten(work)
    async with house.store.look() as look:
        report = await reports.report(look, SYSTEM, house.programme)
    assert lesson not in {one.lesson for one in report.rows}
    assert report.totals["days"] == {"contact": 12, "online": 47}
    assert (await picture(house)).span[1] == date(2026, 5, 28)
    assert proposal


async def test_cancel_when_somebody_has_a_number_of_her_own_then_a_day_is_laid_for_her(house: Planned) -> None:
    async with house.store.work() as work:
        new = NewLength(days=62, grounds="Her own")
        await lengths.set_length(work, SYSTEM, house.programme, house.people["Bilal"], new)
    await done(house, single.cancel, await day(house, 16), longer=False)
    async with house.store.look() as look:
        own = await lengths.of(look, SYSTEM, house.programme, house.people["Bilal"])
    after = await picture(house)
    assert (len(own.days), own.programme_days) == (62, 59)
    assert sum(one[6] for one in after.days.values()) == 3


async def test_cancel_when_the_row_has_no_day_of_her_week_then_refused_and_no_search_without_an_end(
    house: Planned,
) -> None:
    moving = await day(house, 16)
    await done(house, single.move, moving, SATURDAY, free_day=True)
    async with house.store.work() as work:
        new = NewLength(days=58, grounds="Her own")
        await lengths.set_length(work, SYSTEM, house.programme, house.people["Bilal"], new)
        seat = await work.get(Seat, house.seats["Bilal"])
        own = await work.one(select(Enrolment).where(Enrolment.person == house.people["Bilal"]))
        assert seat is not None
        seat.weekdays, own.days = weeks.kept(["sat"]), 1
    before = await picture(house)
    with pytest.raises(Invalid, match="no_days_left"):
        await proposed(house, single.cancel, moving, longer=False)
    assert await picture(house) == before


async def test_turn_when_contact_becomes_online_and_back_then_room_and_house_change_and_the_time_does_not(
    house: Planned,
) -> None:
    held = await picture(house)
    contact = next(id for id, one in held.days.items() if one[2] == "contact" and one[0] > 6)
    n, place = held.days[contact][0], held.days[contact][3]
    lesson = await teach(house, n)
    before = await picture(house)
    await done(house, single.turn, contact, "online")
    amina = await house.actor("Amina")
    async with house.store.look() as look:
        one = await agenda.of_lesson(look, amina, lesson)
        found = await agenda.contact_days(look, amina, house.programme)
    assert (one.online, one.place, one.starts) == (True, None, before.lessons[lesson][1])
    assert (await lesson_of(house, lesson)).sequence == 1
    assert len(found) == 11
    await done(house, single.turn, contact, "contact", place)
    async with house.store.look() as look:
        one = await agenda.of_lesson(look, amina, lesson)
    assert (one.online, one.place.id if one.place else None) == (False, place)
    assert (await lesson_of(house, lesson)).sequence == 2
    assert await picture(house) == before


async def test_turn_when_it_cannot_be_then_refused(house: Planned) -> None:
    ahead = await day(house, 16)
    for kind, place, code in (
        ("workplace", "", "bad_choice"), ("contact", "nowhere", "bad_choice"), ("online", "", "nothing_changes"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=code):
            await proposed(house, single.turn, ahead, kind, place)
    with pytest.raises(Conflict, match="day_begun"):
        await proposed(house, single.turn, await day(house, 6), "contact", "")


async def test_turn_when_two_houses_on_one_day_then_named(house: Planned) -> None:
    """Another programme of the organisation has Veera in its own house on that day."""
    programme, group, _ = await another(house, "kohti-tyota", date(2026, 3, 23))
    line = await picture(house, programme)
    first = min(line.days, key=lambda id: line.days[id][0])
    starts = line.days[first][4]
    async with house.store.work() as work:
        new = lessons.NewLesson(group, first, starts, starts + timedelta(minutes=30), "", (house.people["Veera"],))
        await lessons.plan(work, SYSTEM, programme, [new])
    await teach(house, 16, hour=4)
    async with house.store.look() as look:
        here = next(one for one in await single.places(look, SYSTEM, house.programme) if one.name == "Koulutustalo")
    proposal = await proposed(house, single.turn, await day(house, 16), "contact", here.id)
    assert await codes(house, proposal) == ["two_sites"]


async def test_go_on_when_extra_days_are_there_then_they_become_everybodys(house: Planned) -> None:
    async with house.store.work() as work:
        new = NewLength(days=75, grounds="Her own")
        await lengths.set_length(work, SYSTEM, house.programme, house.people["Bilal"], new)
    before = await picture(house)
    proposal = await done(house, span.go_on, 5)
    after = await picture(house)
    assert (len(after.days), sum(not one[6] for one in after.days.values())) == (75, 65)
    assert after.dates == before.dates
    assert after.seats[house.seats["Bilal"]] == before.seats[house.seats["Bilal"]]
    assert after.seats[house.seats["Amina"]][1] == after.span[1] == after.dates[64]
    assert (await row(house, proposal)).about["laid"] == 0
    await undo(house, proposal)
    assert await picture(house) == before


async def test_go_on_when_nobody_has_more_then_days_like_the_last_one_over_holidays(house: Planned) -> None:
    await done(house, span.go_on, 20)
    after = await picture(house)
    assert (len(after.days), after.counts) == (80, {"contact": 32, "online": 48})
    assert date(2026, 6, 19) not in after.dates  # Midsummer eve
    assert after.span[1] == after.dates[-1] == date(2026, 6, 26)


async def test_end_earlier_then_days_and_lessons_fall_out_and_seats_end_but_for_whoever_has_her_own_number(
    house: Planned,
) -> None:
    async with house.store.work() as work:
        new = NewLength(days=54, grounds="Her own")
        await lengths.set_length(work, SYSTEM, house.programme, house.people["Bilal"], new)
    lesson = await teach(house, 58, "second", "Toivo")
    before = await picture(house)
    last = before.dates[49]
    proposal = await done(house, span.end_earlier, last)
    after = await picture(house)
    assert after.span[1] == last
    assert (len(after.days), sum(one[6] for one in after.days.values())) == (54, 4)
    assert after.seats[house.seats["Bilal"]] == before.seats[house.seats["Bilal"]]
    assert after.seats[house.seats["Chau"]][1] == last
    assert after.lessons[lesson][3] == "cancelled"
    chau = await house.actor("Chau")
    async with house.store.look() as look:
        mine = await agenda.agenda(look, chau, chau.person, house.clock.at, house.clock.at + timedelta(days=99))
    assert [(one.id, one.cancelled) for one in mine if one.id == lesson] == [(lesson, True)]
    await undo(house, proposal)
    assert await picture(house) == before


@pytest.mark.parametrize(
    ("last", "code"),
    [(date(2026, 3, 6), "past_already"), (date(2026, 5, 28), "nothing_changes"), (date(2026, 6, 5), "nothing_changes")],
)
async def test_end_earlier_when_it_cannot_be_then_refused(house: Planned, last: date, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        await proposed(house, span.end_earlier, last)


@pytest.mark.parametrize("days", [0, -3, 201])
async def test_go_on_when_too_few_or_too_many_then_refused(house: Planned, days: int) -> None:
    with pytest.raises(Invalid, match="bad_days"):
        await proposed(house, span.go_on, days)


async def test_cancelled_lessons_stay_visible(house: Planned) -> None:
    lesson = await teach(house, 20)
    await done(house, single.cancel, await day(house, 20), longer=True)
    async with house.store.look() as look:
        statuses = await look.all(select(Lesson.status).where(Lesson.id == lesson))
    assert list(statuses) == ["cancelled"]


async def test_cancel_then_the_report_of_an_instant_before_it_counts_the_days_as_they_were(house: Planned) -> None:
    """Also after an undo, and of an instant between two changes."""
    moments = []
    for act, args, more in (
        (single.cancel, (await day(house, 16),), {"longer": False}), (span.go_on, (4,), {}),
        (span.end_earlier, (date(2026, 5, 20),), {}),
    ):  # fmt: skip
        moments.append(house.clock.at)
        house.clock.forward(minutes=5)
        proposal = await done(house, act, *args, **more)
        house.clock.forward(seconds=30)
    moments.append(house.clock.at)
    house.clock.forward(seconds=30)
    await undo(house, proposal)
    house.clock.forward(days=1)
    async with house.store.look() as look:
        counts = [(await reports.report(look, SYSTEM, house.programme, at)).totals["days"] for at in moments]
        now = (await reports.report(look, SYSTEM, house.programme)).totals["days"]
    assert counts == [
        {"contact": 12, "online": 48}, {"contact": 12, "online": 47}, {"contact": 16, "online": 47},
        {"contact": 7, "online": 46},
    ]  # fmt: skip
    assert now == {"contact": 16, "online": 47}


async def test_cancel_when_a_contact_day_falls_out_then_its_feed_has_it_cancelled_and_the_new_one(
    house: Planned,
) -> None:
    held = await picture(house)
    contact = next(id for id, one in held.days.items() if one[2] == "contact" and one[0] > 6)
    await done(house, single.cancel, contact, longer=True)
    amina = await house.actor("Amina")
    async with house.store.look() as look:
        found = await agenda.contact_days(look, amina, house.programme)
    assert [one.id for one in found if one.cancelled] == [contact]
    assert len({one.date for one in found if not one.cancelled}) == 12
    assert [one.day.sequence for one in found if one.cancelled] == [1]
    assert max(one.date for one in found) == date(2026, 5, 29)


async def test_day_when_turned_then_into_whatever_its_model_has_and_what_it_costs_is_said(house: Planned) -> None:
    programme, group, _ = await another(house, "kohti-tyota", date(2026, 8, 10))
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        assert await single.kinds(work, kaisa, programme) == ["contact", "online", "workplace"]
        assert await single.kinds(work, kaisa, house.programme) == ["contact", "online"]
        first = (await programmes.days(work, SYSTEM, programme))[0]
        starts = first.starts + timedelta(hours=1)
        new = NewLesson(group, first.id, starts, starts + timedelta(hours=1), "", (house.people["Veera"],))
        lesson = (await lessons.plan(work, SYSTEM, programme, [new]))[0].id
    before = await picture(house, programme)
    proposal = await proposed(house, single.turn, first.id, "workplace", programme=programme)
    assert await codes(house, proposal) == ["lessons_given_up"]
    await said_yes(house, proposal)
    after = await picture(house, programme)
    assert (after.days[first.id][2:4], after.lessons[lesson][3]) == (("workplace", None), "cancelled")
    async with house.store.work() as work:
        await publishing.undo(work, kaisa, proposal)
    assert await picture(house, programme) == before
    with pytest.raises(Invalid):
        await proposed(house, single.turn, await day(house, 16), "workplace")
