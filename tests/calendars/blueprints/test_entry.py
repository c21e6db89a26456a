"""The door: what somebody meets, misses, and what nobody knows yet."""

from datetime import date

import pytest

from calendars.blueprints import entry
from calendars.blueprints.entry import LEVELS, Door, Known
from calendars.blueprints.shipped import load

START = date(2026, 3, 2)
DOOR = entry.door_of({"entry": entry.kept(load("employment-or-entrepreneurship"))})
CHECKS = ["check:highly-educated", "check:unemployed", "check:motivated", "check:computer"]
LANGUAGE = [f"language:{skill}" for skill in ("listening", "speaking", "reading", "writing")]


def known(level: str, **others: str) -> Known:
    levels = dict.fromkeys(("listening", "speaking", "reading", "writing"), level) | others
    seen = ("highly-educated", "unemployed", "motivated", "computer")
    return Known(levels=levels, born=date(1990, 1, 1), seen=seen)


def test_door_when_of_programme_two_then_a2_in_each_skill_age_and_checklist() -> None:
    assert DOOR.criteria == [*LANGUAGE, "age", *CHECKS]
    assert not DOOR.refuses


@pytest.mark.parametrize(
    ("level", "missed"), [("A1.3", LANGUAGE), ("A2.1", []), ("A2.2", []), ("C1", []), ("A0", LANGUAGE)]
)
def test_missed_when_level_is_below_then_each_skill_is_named(level: str, missed: list[str]) -> None:
    assert entry.missed(DOOR, known(level), START) == missed
    assert entry.unknown(DOOR, known(level), START) == []


def test_missed_when_one_skill_is_below_then_only_it() -> None:
    assert entry.missed(DOOR, known("B1.1", writing="A1.3"), START) == ["language:writing"]


def test_unknown_when_nothing_is_known_then_everything_and_nothing_is_missed() -> None:
    assert entry.missed(DOOR, Known(), START) == []
    assert entry.unknown(DOOR, Known(), START) == DOOR.criteria
    assert entry.met(DOOR, Known(), START) == []


@pytest.mark.parametrize(
    ("born", "met"),
    [(date(2009, 3, 2), True), (date(2009, 3, 3), False), (date(2008, 2, 29), True)],
)
def test_age_when_counted_then_on_the_first_day(born: date, met: bool) -> None:
    assert entry.missed(Door(least_age=17), Known(born=born), START) == ([] if met else ["age"])


def test_age_when_born_on_the_29th_of_february_then_older_on_the_first_of_march() -> None:
    assert [entry.age_on(date(2008, 2, 29), day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [17, 18]


@pytest.mark.parametrize(("registered", "missed", "unknown"), [(True, 0, 0), (False, 1, 0), (None, 0, 1)])
def test_register_when_needed_then_no_is_a_miss_and_silence_is_not(
    registered: bool | None, missed: int, unknown: int
) -> None:
    door = Door(register_needed=True)
    assert len(entry.missed(door, Known(registered=registered), START)) == missed
    assert len(entry.unknown(door, Known(registered=registered), START)) == unknown


def test_door_when_the_programme_is_older_than_its_rules_then_open() -> None:
    assert entry.door_of({}) == Door()
    assert Door().criteria == []


def test_levels_when_compared_then_in_the_order_of_the_contract() -> None:
    assert LEVELS == ("A0", "A1.1", "A1.2", "A1.3", "A2.1", "A2.2", "B1.1", "B1.2", "B2.1", "B2.2", "C1", "C2")
