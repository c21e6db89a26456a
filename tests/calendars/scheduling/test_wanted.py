"""Which lessons a plan wants: each day's for each group, the same id each time, and what stands is known again."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from calendars.clock import local
from calendars.scheduling.wanted import SchoolDay, Standing, Wanted, of_group, pauses, resolved
from calendars.schooldays import Meeting

ZONE = "Europe/Helsinki"
MONDAY = date(2026, 3, 9)
BEFORE = local(MONDAY, time(7), ZONE) - timedelta(days=5)


def at(hours: str, day: date = MONDAY) -> tuple[datetime, datetime]:
    starts, _, ends = hours.partition("-")
    return local(day, time.fromisoformat(starts), ZONE), local(day, time.fromisoformat(ends), ZONE)


def school_day(day: date = MONDAY, **facts: Any) -> SchoolDay:
    starts, ends = at("09:00-15:00", day)
    lessons = (Meeting(*at("10:00-12:00", day), ("field",)), Meeting(*at("13:00-15:00", day), ("language",)))
    told = {"id": f"d{day.day}", "programme": "p", "date": day, "starts": starts, "ends": ends, "lessons": lessons}
    return SchoolDay(**(told | facts))


def standing(hours: str, **facts: Any) -> Standing:
    starts, ends = at(hours)
    return Standing(**({"id": "L1", "group": "g", "day": "d9", "starts": starts, "ends": ends} | facts))


def wanted(*held: Standing, now: datetime = BEFORE, mode: Any = "missing", **facts: Any) -> list[Wanted]:
    return of_group("g", "logistics", [school_day(**facts)], held, now, mode)


def test_day_when_nothing_stands_then_each_lesson_of_its_model_with_an_id_that_stays() -> None:
    one, other = wanted()
    assert (one.id, one.needs, one.minutes, one.series) == ("g.d9.0", ("field:logistics",), 120, "g/field:logistics")
    assert (other.id, other.needs) == ("g.d9.1", ("language",))
    assert one.windows == (("d9", at("09:00-15:00")),)
    assert (one.standing, one.stays) == (None, "")


def test_field_when_a_group_has_none_then_whoever_teaches() -> None:
    assert resolved(("field", "language"), "") == ("teacher", "language")


@pytest.mark.parametrize(
    ("mode", "days_before", "stays", "window"),
    [
        ("missing", 5, "whole", "13:00-15:00"),
        ("anew", 5, "", "09:00-15:00"),
        ("anew", 0, "whole", "13:00-15:00"),
    ],
)
def test_lesson_when_it_stands_then_it_keeps_its_id_and_moves_only_when_asked_and_not_tomorrow(
    mode: str, days_before: int, stays: str, window: str
) -> None:
    held = standing("13:00-15:00", needs=("language",), leaders=("t1",))
    now = local(MONDAY, time(7), ZONE) - timedelta(days=days_before)
    found = {one.id: one for one in wanted(held, now=now, mode=mode)}
    assert set(found) == {"g.d9.0", "L1"}
    assert (found["L1"].stays, found["L1"].windows) == (stays, (("d9", at(window)),))


def test_lesson_when_moved_before_then_it_is_known_by_what_it_asks_and_not_by_its_hours() -> None:
    held = standing("13:00-15:00", needs=("field:logistics",), leaders=("t1",))
    assert [(one.id, one.needs) for one in wanted(held)] == [("L1", ("field:logistics",)), ("g.d9.1", ("language",))]


def test_lesson_when_nobody_said_what_it_asks_then_its_hours_tell() -> None:
    held = standing("13:15-15:00", leaders=("t1",))
    assert [(one.id, one.needs) for one in wanted(held)] == [("g.d9.0", ("field:logistics",)), ("L1", ("language",))]


@pytest.mark.parametrize("mode", ["missing", "anew"])
def test_lesson_when_moved_by_hand_to_quite_other_hours_then_no_other_is_planned_in_its_place(mode: str) -> None:
    first = standing("07:30-09:30", id="L1", leaders=("t1",))
    second = standing("09:30-11:30", id="L2", leaders=("t2",))
    found = wanted(second, first, mode=mode)
    assert [(one.id, one.needs) for one in found] == [("L2", ("field:logistics",)), ("L1", ("language",))]


def test_lesson_when_shorter_and_at_quite_other_hours_then_it_stays_beside_what_the_model_wants() -> None:
    found = wanted(standing("12:00-13:00", id="L9", leaders=("t1",)))
    assert [one.id for one in found] == ["g.d9.0", "g.d9.1", "L9"]


def test_lesson_when_nobody_leads_it_then_its_hours_stay_and_a_leader_is_sought() -> None:
    assert [one.stays for one in wanted(standing("10:00-12:00"))] == ["time", ""]


def test_lesson_when_it_has_begun_then_nothing_of_it_changes() -> None:
    held = standing("10:00-12:00")
    found = {one.id: one.stays for one in wanted(held, now=held.starts + timedelta(minutes=1), mode="anew")}
    assert found == {"L1": "whole", "g.d9.1": ""}


def test_lesson_when_planned_by_hand_beside_the_model_then_it_stays_too() -> None:
    extra = standing("12:00-13:00", id="L9", needs=("tutor",), leaders=("t1",))
    found = {one.id: (one.stays, one.needs) for one in wanted(extra, mode="anew")}
    assert found == {"g.d9.0": ("", ("field:logistics",)), "g.d9.1": ("", ("language",)), "L9": ("whole", ("tutor",))}


@pytest.mark.parametrize(("mode", "ids"), [("missing", ["g.d9.1"]), ("anew", ["g.d9.0", "g.d9.1"])])
def test_lesson_when_cancelled_then_it_comes_back_only_in_a_plan_made_anew(mode: str, ids: list[str]) -> None:
    assert [one.id for one in wanted(standing("10:00-12:00", cancelled=True), mode=mode)] == ids


@pytest.mark.parametrize(
    ("now", "ids"),
    [("08:00", ["g.d9.0", "g.d9.1"]), ("12:29", ["g.d9.0", "g.d9.1"]), ("12:31", []), ("16:00", [])],
)
def test_day_when_too_little_of_it_is_left_then_nothing_new(now: str, ids: list[str]) -> None:
    assert [one.id for one in wanted(now=local(MONDAY, time.fromisoformat(now), ZONE))] == ids


def test_topics_when_the_day_has_some_then_they_come_in_turn_for_each_kind_of_lesson() -> None:
    days = [school_day(MONDAY + timedelta(days=n), topics=("a", "b")) for n in range(3)]
    found = of_group("g", "logistics", days, (), BEFORE, "missing")
    assert [one.topic for one in found if one.needs == ("language",)] == ["a", "b", "a"]
    assert [one.topic for one in found if one.needs != ("language",)] == ["a", "b", "a"]


def test_pauses_are_the_hours_between_the_lessons_of_the_model() -> None:
    assert pauses(school_day()) == [at("12:00-13:00")]
    assert pauses(replace(school_day(), lessons=())) == []
