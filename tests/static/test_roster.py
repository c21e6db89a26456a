"""static/roster.js and classroom/roster.py are one set of rules: the same facts give the same roster."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom import roster as house

PEOPLE = ["amira", "bilal", "teacher"]
VISITS = ["v1", "v2", "v3"]
Apply = Callable[..., Any]


def seat(person: str) -> dict[str, Any]:
    return {
        "person": person, "name": person.title(), "telephone": "", "role": "learner", "expected": True,
        "state": "expected", "since": None, "first": None, "late_by": 0, "step": None, "sound": None, "hand": None,
        "devices": 0, "visits": {}, "ended": "", "end": "",
    }  # fmt: skip


def empty() -> dict[str, Any]:
    return {
        "lesson": "l1", "number": 7, "starts": "2026-03-10T08:00:00Z", "ends": "2026-03-10T09:30:00Z",
        "doors_open": "2026-03-10T07:55:00Z", "late_after": 300, "opened": None, "closed": None, "pause": None,
        "seats": [seat(person) for person in PEOPLE],
    }  # fmt: skip


person = st.sampled_from(PEOPLE)
visit = st.sampled_from(VISITS)
kinds = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("Entered"), "person": person, "visit": visit, "role": st.just("learner"),
         "late_by": st.sampled_from([0, 299, 300, 301, 4000])}
    ),
    st.fixed_dictionaries({"kind": st.sampled_from(["Dropped", "Resumed", "Left"]), "person": person, "visit": visit}),
    st.fixed_dictionaries({"kind": st.just("SoundChanged"), "person": person, "visit": visit, "on": st.booleans()}),
    st.fixed_dictionaries(
        {"kind": st.just("CouldNotEnter"), "person": person, "step": st.sampled_from(["room_full", "device"])}
    ),
    st.fixed_dictionaries({"kind": st.sampled_from(["HandRaised", "HandLowered"]), "person": person}),
    st.fixed_dictionaries({"kind": st.just("LessonOpened"), "held_from": st.just("2026-03-10T08:01:00Z")}),
    st.fixed_dictionaries({"kind": st.sampled_from(["PauseStarted", "PauseEnded", "LessonClosed", "Said"])}),
    st.fixed_dictionaries({"kind": st.just("RegisterSigned"), "by": person}),
    st.fixed_dictionaries({"kind": st.just("SeatsChanged")}),
    st.fixed_dictionaries(
        {"kind": st.just("RegisterCorrected"), "person": person, "how": st.sampled_from(["phone", "held"])}
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def apply(script: Callable[[str], Apply]) -> Apply:
    opened = script("roster.js")
    return lambda roster, fact: opened("apply", roster, fact)


@given(facts=st.lists(kinds, max_size=25), skip=st.integers(0, 60))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_facts_give_the_same_roster_in_both_languages(apply: Apply, facts: list[Any], skip: int) -> None:
    here = there = empty()
    for at, fact in enumerate(facts):
        # One in many has a hole before it: both must ask for a new snapshot.
        number = here["number"] + (2 if at == skip else 1)
        told = {**fact, "stream": "l1", "number": number, "at": f"2026-03-10T08:{at:02d}:00Z"}
        after, mirrored = house.apply(here, told), apply(there, told)
        assert mirrored == after
        if after is None or mirrored is None:
            return
        here, there = after, mirrored


def test_a_fact_that_is_known_already_changes_nothing(apply: Apply) -> None:
    old = {"kind": "HandRaised", "person": "amira", "stream": "l1", "number": 7, "at": "2026-03-10T08:00:00Z"}
    assert apply(empty(), old) == empty()


@pytest.mark.parametrize(("number", "person"), [(9, "amira"), (8, "stranger")])
def test_a_hole_or_a_stranger_asks_for_a_new_snapshot(apply: Apply, number: int, person: str) -> None:
    fact = {"kind": "HandRaised", "person": person, "stream": "l1", "number": number, "at": "2026-03-10T08:00:00Z"}
    assert apply(empty(), fact) is None


def test_two_devices_are_one_person_until_the_last_one_is_gone(apply: Apply) -> None:
    roster = empty()
    for number, (kind, visit) in enumerate(
        [("Entered", "v1"), ("Entered", "v2"), ("Dropped", "v1"), ("Left", "v2")], start=8
    ):
        fact = {"kind": kind, "person": "amira", "visit": visit, "late_by": 0, "role": "learner", "number": number}
        roster = apply(roster, {**fact, "stream": "l1", "at": f"2026-03-10T08:0{number - 8}:00Z"})
        state, devices = roster["seats"][0]["state"], roster["seats"][0]["devices"]
        assert (state, devices) == {8: ("here", 1), 9: ("here", 2), 10: ("here", 1), 11: ("left", 0)}[number]
