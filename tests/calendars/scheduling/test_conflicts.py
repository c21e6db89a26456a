"""Conflicts: each kind is planted and found, once, with whom it is about; and nothing is found in a good plan."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from calendars.clock import local
from calendars.errors import NotFound
from calendars.scheduling import conflicts, timetables
from calendars.scheduling.conflicts import caused, found, new, talked, weeks_of
from calendars.scheduling.timetables import Met, Staff, Taught
from calendars.store import new_id
from calendars.tables import Absence, Lesson, Load, WorkingTime
from tests.calendars.planned import SYSTEM, Planned, counted
from tests.calendars.scheduling.test_scheduling import able

ZONE = "Europe/Helsinki"
MONDAY = date(2026, 3, 9)
STAFF = Staff(
    names={"t1": "Veera", "t2": "Toivo"},
    can={"t1": frozenset({"language", "field:logistics"}), "t2": frozenset({"tutor"})},
)


def taught(hours: str, id: str = "L1", group: str = "g1", who: tuple[str, ...] = ("t1",), **facts: Any) -> Taught:
    starts, _, ends = hours.partition("-")
    day = facts.pop("day", MONDAY)
    at = [local(day, time.fromisoformat(one), ZONE) for one in (starts, ends)]
    told: dict[str, Any] = {
        "lesson": id, "programme": "p", "zone": ZONE, "group": group, "group_name": {"fi": group}, "field": "",
        "n": 6, "date": day, "kind": "online", "starts": at[0], "ends": at[1], "topic": {}, "needs": ("language",),
        "leaders": tuple((one, one) for one in who),
    }  # fmt: skip
    return Taught(**(told | facts))


def site(hours: str, id: str, group: str, who: str = "t1", **facts: Any) -> Taught:
    return taught(hours, id, group, (who,), **({"place": "house", "rooms": 1, "needs": ()} | facts))


def told(lessons: list[Taught], staff: Staff = STAFF) -> list[tuple[str, tuple[str, ...], str]]:
    return [(one.code, tuple(each.lesson for each in one.lessons), one.person) for one in found(lessons, staff)]


GOOD = [taught("10:00-12:00"), taught("12:00-14:00", "L2"), site("14:00-15:00", "L3", "g2")]


def test_plan_when_good_then_no_conflict() -> None:
    assert told(GOOD) == []


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        (taught("11:00-13:00", "X", who=("t2",), needs=("tutor",)),
         [("group_twice", ("L1", "X"), ""), ("group_twice", ("X", "L2"), "")]),
        (taught("11:30-12:00", "X", "g9"), [("leader_twice", ("L1", "X"), "t1")]),
        (taught("16:00-17:00", "X", who=()), [("unled", ("X",), "")]),
        (taught("16:00-17:00", "X", who=("t2",), needs=("tutor", "tutor")), [("too_few", ("X",), "")]),
        (taught("16:00-17:00", "X", who=("t2",)), [("cannot", ("X",), "t2")]),
        (taught("16:00-17:00", "X", who=("t2",), needs=()), []),
        (taught("16:00-17:00", "X", who=("t2", "t1"), needs=("language", "tutor")), []),
        (taught("16:00-17:00", "X", who=("t1", "t2"), needs=("language", "language")), [("cannot", ("X",), "t2")]),
        (site("14:30-15:30", "X", "g3", "t2"), [("rooms", ("L3", "X"), "")]),
        (site("15:00-16:00", "X", "g3", "t2"), []),
        (site("08:00-09:00", "X", "g3", place="barn"), [("two_sites", ("X", "L3"), "t1")]),
    ],
)  # fmt: skip
def test_conflict_when_planted_then_found_once(planted: Taught, expected: object) -> None:
    assert told([*GOOD, planted]) == expected


def test_lessons_when_a_long_one_covers_two_then_both_are_named() -> None:
    lessons = [taught("08:30-12:00", "A"), taught("09:00-10:00", "B", "g2"), taught("10:30-11:00", "C", "g3")]
    assert told(lessons) == [("leader_twice", ("A", "B"), "t1"), ("leader_twice", ("A", "C"), "t1")]


def test_leader_when_away_then_each_of_her_lessons_then() -> None:
    away = (local(MONDAY, time(11), ZONE), local(MONDAY, time(13), ZONE))
    staff = replace(STAFF, away={"t1": [away]})
    assert told(GOOD, staff) == [("away", ("L1",), "t1"), ("away", ("L2",), "t1")]


def test_group_and_leader_when_they_meet_somebody_then_or_she_does_not_work_then_each_is_said() -> None:
    meets = (local(MONDAY, time(11, 30), ZONE), local(MONDAY, time(12), ZONE))
    hours = [WorkingTime(id="w", person="t1", weekday="mon", starts=time(8), ends=time(14))]
    staff = replace(STAFF, taken={"g1": [meets], "t1": [meets]}, works={"t1": hours})
    assert told(GOOD, staff) == [
        ("group_taken", ("L1",), ""), ("taken", ("L1",), "t1"), ("not_at_work", ("L3",), "t1"),
    ]  # fmt: skip


def test_lesson_when_added_then_only_what_it_causes_is_found_though_another_is_named() -> None:
    staff = replace(STAFF, a_day={"t1": 240})
    long = [taught("08:00-12:00", "A"), taught("09:00-10:00", "B", "g2", ("t2",))]
    late = taught("13:00-14:00", "X", "g3")
    assert [one.code for one in found(long, staff)] == ["cannot"]
    assert [(one.code, one.lessons[0].lesson, one.count) for one in caused([late], long, staff)] == [
        ("day_too_long", "A", 300)
    ]


def test_week_when_too_long_already_then_new_only_where_it_grows() -> None:
    week = [taught("09:00-13:00", f"L{n}", f"g{n}", day=MONDAY + timedelta(days=n)) for n in range(4)]
    staff = replace(STAFF, a_week={"t1": 600})
    less, more = found(week[1:], staff), found(week, staff)
    assert [[one.count for one in each] for each in (less, more)] == [[720], [960]]
    assert new(more, less) == []
    assert new(less, more) == more
    later = [replace(one, date=one.date + timedelta(7), starts=one.starts + timedelta(7), ends=one.ends + timedelta(7))
             for one in week]  # fmt: skip
    assert new(more, found(later, staff)) == found(later, staff)


def test_load_when_above_the_limits_then_the_day_and_the_week_once() -> None:
    week = [taught("09:00-13:00", f"L{n}", f"g{n}", day=MONDAY + timedelta(days=n)) for n in range(3)]
    staff = replace(STAFF, a_day={"t1": 180}, a_week={"t1": 600})
    assert [(one.code, one.count, one.most) for one in found(week, staff)] == [
        ("day_too_long", 240, 180), ("week_too_long", 720, 600), ("day_too_long", 240, 180), ("day_too_long", 240, 180),
    ]  # fmt: skip
    assert weeks_of(week) == {"t1": {(2026, 11): 720}}


def test_load_when_her_talks_are_added_then_they_count_on_days_with_lessons() -> None:
    noon, late = taught("12:00-13:00", "X"), taught("23:30-23:45", "Y", day=MONDAY + timedelta(days=6))
    talks = [Met(one.starts, one.ends) for one in (noon, late)]
    week = [taught("09:00-12:00", "L0", day=MONDAY), taught("09:00-12:00", "L1", "g2", day=MONDAY + timedelta(days=1))]
    staff = replace(STAFF, a_day={"t1": 180}, a_week={"t1": 400}, talks={"t1": talks})
    assert [(one.code, one.count, one.most, one.period) for one in found(week, staff)] == [
        ("day_too_long", 240, 180, MONDAY), ("week_too_long", 435, 400, (2026, 11)),
    ]  # fmt: skip
    assert found(week, replace(staff, a_day={"t1": 240}, a_week={"t1": 435})) == []


def test_load_when_a_day_or_a_week_has_talks_alone_then_it_may_be_too_long_as_well() -> None:
    led = taught("09:00-10:00", "L0", day=MONDAY)
    days = [MONDAY + timedelta(days=n) for n in (0, 1, 8, 9)]
    talks = [
        Met(one.starts, one.ends, "p")
        for day in days for one in (taught("12:00-14:00", day=day), taught("14:00-15:30", day=day))
    ]  # fmt: skip
    staff = replace(STAFF, a_day={"t1": 180}, a_week={"t1": 400}, talks={"t1": talks, "t2": talks})
    before = talks[0].starts
    alone = list(talked([led], staff, ZONE, before))
    assert [(one.code, one.person, one.count, one.most, one.period, len(one.talks)) for one in alone] == [
        ("day_too_long", "t1", 210, 180, days[1], 2), ("day_too_long", "t1", 210, 180, days[2], 2),
        ("week_too_long", "t1", 420, 400, (2026, 12), 4), ("day_too_long", "t1", 210, 180, days[3], 2),
    ]  # fmt: skip
    assert all(one.programmes == {"p"} and one.starts == one.talks[0].starts for one in alone)
    late = list(talked([led], staff, ZONE, talks[-1].starts))
    assert [(one.code, one.period) for one in late] == [("week_too_long", (2026, 12)), ("day_too_long", days[3])]
    assert list(talked([led], replace(staff, a_day={"t1": 210}, a_week={"t1": 420}), ZONE, before)) == []


def test_rooms_when_nobody_counted_them_then_there_are_enough() -> None:
    assert told([site("14:00-15:00", f"L{n}", f"g{n}", f"t{n}", rooms=None) for n in range(5)]) == []


def test_lessons_when_their_day_has_become_a_public_holiday_then_named_once_for_all_of_it() -> None:
    easter = date(2026, 4, 6)
    lessons = [
        taught("10:00-11:00", "A", day=easter, country="FI"), taught("12:00-13:00", "B", day=easter, country="FI"),
        taught("10:00-11:00", "C", day=easter, group="g2", who=("t2",), needs=("tutor",)),
        taught("10:00-11:00", "D", day=easter + timedelta(days=1), country="FI"),
    ]  # fmt: skip
    named = [(one.code, [each.lesson for each in one.lessons], one.count, one.name) for one in found(lessons, STAFF)]
    assert named == [("holiday", ["A", "B"], 2, "Toinen pääsiäispäivä")]


async def test_house_when_something_is_wrong_then_whoever_sees_the_plan_sees_it(house: Planned) -> None:
    await able(house, "Toivo", abilities=("field:sales",))
    async with house.store.work() as work:
        veera, first = house.people["Veera"], house.lessons["first"][0]
        row = await work.get(Lesson, first)
        assert row is not None
        row.needs = ["field:logistics"]
        work.add(
            Absence(id=new_id(), person=veera, starts=row.starts, ends=row.ends, kind="ill", source="own",
                    reported=work.now, reported_by=veera),
            Load(person=veera, minutes_a_day=None, minutes_a_week=200),
        )  # fmt: skip
    oona, amina = await house.actor("Oona"), await house.actor("Amina")
    async with house.store.look() as look:
        wrong, staff = await conflicts.ahead(look, oona, house.programme)
        with pytest.raises(NotFound):
            await conflicts.ahead(look, amina, house.programme)
    assert [(one.code, one.person, one.count, one.most) for one in wrong] == [
        ("away", veera, 0, 0), ("cannot", veera, 0, 0), ("week_too_long", veera, 240, 200),
    ]  # fmt: skip
    assert (staff.names[veera], wrong[0].lessons[0].lesson) == ("Veera", first)


async def test_timetable_when_read_then_of_the_days_asked_with_names_and_in_as_many_statements(house: Planned) -> None:
    async with house.store.look() as look:
        with counted(look) as few:
            today = await timetables.between(look, SYSTEM, house.programme, MONDAY, MONDAY)
        with counted(look) as many:
            later = await timetables.between(
                look, SYSTEM, house.programme, MONDAY + timedelta(days=1), date(2026, 5, 1)
            )
    assert [(one.group_name["fi"], one.leaders[0][1], one.minutes, one.n) for one in today] == [
        ("first", "Veera", 120, 6), ("second", "Toivo", 60, 6), ("first", "Veera", 120, 6),
    ]  # fmt: skip
    assert (later, len(few)) == ([], len(many))
