"""Conflicts: each kind is planted and found, once, with whom it is about; and nothing is found in a good plan."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from calendars import conflicts, timetables
from calendars.clock import local
from calendars.conflicts import found, weeks_of
from calendars.errors import NotFound
from calendars.store import new_id
from calendars.tables import Absence, Lesson, Load
from calendars.timetables import Staff, Taught
from tests.calendars.planned import SYSTEM, Planned, counted
from tests.calendars.test_scheduling import able

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


def test_leader_when_away_then_each_of_her_lessons_then() -> None:
    away = (local(MONDAY, time(11), ZONE), local(MONDAY, time(13), ZONE))
    staff = replace(STAFF, away={"t1": [away]})
    assert told(GOOD, staff) == [("away", ("L1",), "t1"), ("away", ("L2",), "t1")]


def test_load_when_above_the_limits_then_the_day_and_the_week_once() -> None:
    week = [taught("09:00-13:00", f"L{n}", f"g{n}", day=MONDAY + timedelta(days=n)) for n in range(3)]
    staff = replace(STAFF, a_day={"t1": 180}, a_week={"t1": 600})
    assert [(one.code, one.count, one.most) for one in found(week, staff)] == [
        ("day_too_long", 240, 180), ("week_too_long", 720, 600), ("day_too_long", 240, 180), ("day_too_long", 240, 180),
    ]  # fmt: skip
    assert weeks_of(week) == {"t1": {(2026, 11): 720}}


def test_rooms_when_nobody_counted_them_then_there_are_enough() -> None:
    assert told([site("14:00-15:00", f"L{n}", f"g{n}", f"t{n}", rooms=None) for n in range(5)]) == []


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
