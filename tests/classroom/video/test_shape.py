"""The room's shape: when the mesh becomes a star, who is its centre, how many fit."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.video.shape import Peer, Shape, one_each, shape

NINE = datetime(2026, 9, 7, 6, 0, tzinfo=UTC)


def peer(
    name: str,
    role: str = "learner",
    minute: int = 0,
    up: int | None = None,
    tab: str = "",
) -> Peer:
    return Peer(f"c-{name}{tab}", name, role, NINE + timedelta(minutes=minute), up)


def learners(count: int) -> list[Peer]:
    return [peer(f"l{number}", minute=number) for number in range(count)]


TEACHER = peer("t1", "teacher", 5)
TUTOR = peer("t2", "tutor", 3)


@pytest.mark.parametrize(("count", "kind"), [(0, "mesh"), (1, "mesh"), (3, "mesh"), (4, "star"), (7, "star")])
def test_kind_when_a_teacher_and_so_many_learners_then_star_from_the_fifth_person(count: int, kind: str) -> None:
    assert shape([TEACHER, *learners(count)]) == Shape(kind, TEACHER.connection, 8)  # type: ignore[arg-type]


def test_kind_when_five_become_four_then_the_star_stays_until_three() -> None:
    star = shape([TEACHER, *learners(4)])
    still = shape([TEACHER, *learners(3)], star)
    mesh = shape([TEACHER, *learners(2)], still)
    again = shape([TEACHER, *learners(3)], mesh)
    assert [each.kind for each in (star, still, mesh, again)] == [
        "star",
        "star",
        "mesh",
        "mesh",
    ]


def test_center_when_two_of_the_staff_then_who_came_first() -> None:
    assert shape([TEACHER, *learners(4), TUTOR]).center == TUTOR.connection


def test_center_when_an_earlier_one_comes_back_then_the_present_center_stays() -> None:
    before = shape([TEACHER, *learners(4)])
    assert shape([TUTOR, TEACHER, *learners(4)], before).center == TEACHER.connection


def test_center_when_she_leaves_then_the_second_takes_over() -> None:
    before = shape([TEACHER, TUTOR, *learners(4)])
    assert before.center == TUTOR.connection
    assert shape([TEACHER, *learners(4)], before).center == TEACHER.connection


def test_center_when_she_reloads_then_her_new_connection_though_the_dead_one_is_still_known() -> None:
    before = shape([TEACHER, *learners(4)])
    reloaded = peer("t1", "teacher", 9, tab="-again")
    assert shape([TEACHER, reloaded, *learners(4)], before) == Shape("star", reloaded.connection, 8)


def test_center_when_nobody_of_the_staff_is_in_then_none_and_few_still_hear_each_other() -> None:
    assert shape(learners(4)) == Shape("mesh", None, 8)
    assert shape(learners(5)) == Shape("star", None, 8)


def test_shape_when_the_teacher_of_five_is_away_for_a_moment_then_the_four_wait_in_the_star() -> None:
    before = shape([TEACHER, *learners(4)])
    assert shape(learners(4), before) == Shape("star", None, 8)


@pytest.mark.parametrize(
    ("up", "capacity"),
    [
        (None, 8),
        (0, 8),
        (1330, 8),
        (1519, 8),
        (1520, 9),
        (1709, 9),
        (1710, 10),
        (50_000, 10),
    ],
)
def test_capacity_when_the_line_was_measured_then_eight_at_home_and_ten_at_most(up: int | None, capacity: int) -> None:
    assert shape([peer("t1", "teacher", up=up), *learners(4)]).capacity == capacity


def test_capacity_when_a_learner_has_a_fast_line_then_it_does_not_count() -> None:
    assert shape([TEACHER, peer("l1", up=9_000), *learners(3)]).capacity == 8


def test_one_each_when_two_tabs_then_the_newest_in_the_place_of_the_first() -> None:
    early, late, other = (
        peer("l1", minute=1),
        peer("l1", minute=7, tab="-two"),
        peer("l2", minute=4),
    )
    assert one_each([other, late, early]) == [late, other]


peers = st.lists(
    st.builds(
        lambda connection, person, role, minute: Peer(f"c{connection}", person, role, NINE + timedelta(minutes=minute)),
        st.integers(0, 99),
        st.sampled_from("abcdefghijkl"),
        st.sampled_from(["learner", "teacher", "tutor", "counsellor"]),
        st.integers(0, 60),
    ),
    max_size=14,
    unique_by=lambda peer: peer.connection,
)


@given(rooms=st.lists(peers, max_size=6))
def test_shape_when_any_people_then_the_center_is_staff_and_in_the_room(
    rooms: Sequence[Sequence[Peer]],
) -> None:
    now: Shape | None = None
    for room in rooms:
        now = shape(room, now)
        staff = {peer.connection for peer in one_each(room) if peer.role in {"teacher", "tutor"}}
        assert (now.center in staff) == bool(staff)
        assert shape(list(reversed(room)), now) == now


@given(people=peers)
def test_shape_when_one_comes_and_goes_at_the_edge_then_the_kind_changes_once(
    people: Sequence[Peer],
) -> None:
    base = [TEACHER, *learners(3)]
    states = [shape(base)]
    for turn in range(6):
        states.append(shape(base if turn % 2 else [*base, peer("l9", minute=30)], states[-1]))
    assert sum(before.kind != after.kind for before, after in pairwise(states)) == 1
