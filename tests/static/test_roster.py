"""static/roster.js and classroom/roster.py are one set of rules: the same facts give the same roster."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classroom import seats as house

PEOPLE = ["amira", "bilal", "teacher"]
VISITS = ["v1", "v2", "v3"]
Apply = Callable[..., Any]


def seat(person: str) -> dict[str, Any]:
    return {
        "person": person, "name": person.title(), "telephone": "", "role": "learner", "expected": True,
        "state": "expected", "since": None, "first": None, "late_by": 0, "step": None, "sound": None, "hand": None,
        "devices": 0, "visits": {}, "ended": "", "end": "", "room": None, "said": None,
        "tapped": None, "stands_on": None,
    }  # fmt: skip


def empty() -> dict[str, Any]:
    return {
        "lesson": "l1", "number": 7, "starts": "2026-03-10T08:00:00Z", "ends": "2026-03-10T09:30:00Z",
        "doors_open": "2026-03-10T07:55:00Z", "late_after": 300, "opened": None, "closed": None, "pause": None,
        "moved": None,
        "seats": [seat(person) for person in PEOPLE],
    }  # fmt: skip


person = st.sampled_from(PEOPLE)
visit = st.sampled_from(VISITS)
instants = st.sampled_from(["2026-03-10T07:59:00Z", "2026-03-10T08:03:00Z", "2026-03-10T08:07:00Z"])
openings = st.sampled_from(["2026-03-10T08:59:00Z", "2026-03-10T08:10:00Z"])
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
    st.fixed_dictionaries({"kind": st.just("LessonOpened"), "held_from": openings}),
    st.fixed_dictionaries({"kind": st.sampled_from(["PauseStarted", "PauseEnded", "LessonClosed", "Said"])}),
    st.fixed_dictionaries(
        {"kind": st.just("RoomMoved"), "provider": st.just("builtin"), "why": st.sampled_from(["by_hand", "gone"])}
    ),
    st.fixed_dictionaries({"kind": st.just("RegisterSigned"), "by": person}),
    st.fixed_dictionaries({"kind": st.just("SeatsChanged")}),
    st.fixed_dictionaries(
        {"kind": st.just("RegisterCorrected"), "person": person,
         "how": st.sampled_from(["phone", "paper", "held", "taken_back"]),
         "since": st.sampled_from(["", "2026-03-10T07:58:00Z"]),
         "over": st.sampled_from(["", "", "2026-03-10T08:02:00Z"]), "late_by": st.sampled_from([0, 400])}
    ),
    st.fixed_dictionaries({"kind": st.just("SaidHere"), "person": person, "late_by": st.sampled_from([0, 301])}),
    st.fixed_dictionaries(
        {"kind": st.just("SeenInRoom"), "person": person, "role": st.just("learner"), "provider": st.just("livekit"),
         "first": instants, "since": instants | st.just(""), "left": instants, "late_by": st.sampled_from([0, 301])}
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


def test_whoever_the_room_sees_is_here_though_her_own_page_sleeps(apply: Apply) -> None:
    """A phone that opens the room's own app; the word of the teacher counts for less than being seen."""
    roster = empty()
    seen = {"kind": "SeenInRoom", "provider": "livekit", "role": "learner", "late_by": 0}
    facts = [
        {"kind": "Entered", "visit": "v1", "late_by": 0, "role": "learner"},
        seen | {"first": "2026-03-10T08:00:30Z", "since": "2026-03-10T08:00:30Z", "left": ""},
        {"kind": "Dropped", "visit": "v1"},
        {"kind": "RegisterCorrected", "how": "phone", "since": "2026-03-10T08:02:00Z", "late_by": 120},
        seen | {"first": "2026-03-10T08:00:30Z", "since": "", "left": "2026-03-10T08:04:00Z"},
    ]
    told = []
    for number, fact in enumerate(facts, start=8):
        known = {"person": "amira", "stream": "l1", "number": number, "at": f"2026-03-10T08:0{number - 8}:00Z"}
        roster = apply(roster, known | fact)
        told.append((roster["seats"][0]["state"], roster["seats"][0]["stands_on"]))
    assert told == [("here", "page"), ("here", "page"), ("here", "room"), ("here", "room"), ("here", "phone")]
    assert roster["seats"][0]["since"] == "2026-03-10T08:00:00Z"


def test_two_devices_are_one_person_until_the_last_one_is_gone(apply: Apply) -> None:
    roster = empty()
    for number, (kind, visit) in enumerate(
        [("Entered", "v1"), ("Entered", "v2"), ("Dropped", "v1"), ("Left", "v2")], start=8
    ):
        fact = {"kind": kind, "person": "amira", "visit": visit, "late_by": 0, "role": "learner", "number": number}
        roster = apply(roster, {**fact, "stream": "l1", "at": f"2026-03-10T08:0{number - 8}:00Z"})
        state, devices = roster["seats"][0]["state"], roster["seats"][0]["devices"]
        assert (state, devices) == {8: ("here", 1), 9: ("here", 2), 10: ("here", 1), 11: ("left", 0)}[number]
