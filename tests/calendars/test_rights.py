"""Rights: the matrix, the order of scopes, and the difference between no and never heard of."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from calendars import rights
from calendars.errors import Forbidden, NotFound
from calendars.grants import Right
from calendars.people import people
from calendars.rights import HOUSE, MATRIX, SCOPES, STAFF, THE_HOUSE, Actor, Scope, Target
from calendars.tables import Lesson
from tests.calendars.planned import SYSTEM, Planned

HERE = Target("o1", "p1", "g1", "l1")
ABOVE = {
    "house": Scope("coordinator", "house", HOUSE),
    "organisation": Scope("coordinator", "organisation", "o1"),
    "programme": Scope("coordinator", "programme", "p1"),
    "group": Scope("coordinator", "group", "g1"),
    "lesson": Scope("coordinator", "lesson", "l1"),
}


def actor(*scopes: Scope) -> Actor:
    return Actor("me", "Me", "fi", 1, scopes)


@pytest.mark.parametrize("kind", list(ABOVE))
def test_right_when_held_above_then_covers_all_below_and_nothing_beside(kind: str) -> None:
    me = actor(ABOVE[kind])
    assert rights.may(me, "plan", HERE)
    beside = {
        "house": None, "organisation": Target("o2", "p2", "g2", "l2"), "programme": Target("o1", "p2", "g2", "l2"),
        "group": Target("o1", "p1", "g2", "l2"), "lesson": Target("o1", "p1", "g1", "l2"),
    }[kind]  # fmt: skip
    assert beside is None or not rights.may(me, "plan", beside)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("organisation", THE_HOUSE),
        ("programme", Target("o1")),
        ("group", Target("o1", "p1")),
        ("lesson", Target("o1", "p1", "g1")),
    ],
)
def test_right_when_held_below_then_covers_nothing_above(kind: str, target: Target) -> None:
    assert not rights.may(actor(ABOVE[kind]), "plan", target)


def test_self_when_asked_then_only_oneself_and_only_ones_own() -> None:
    me = actor(Scope("support", "self", "me"))
    assert rights.may(me, "see_own", Target(person="me"))
    assert not rights.may(me, "see_own", Target(person="you"))
    assert not rights.may(me, "see_own", HERE)
    assert not rights.knows(me, Target(person="me"))
    assert not me.is_staff


@pytest.mark.parametrize(
    ("scopes", "refusal"),
    [
        ((), NotFound),
        ((Scope("learner", "group", "g2"),), NotFound),
        ((Scope("board", "programme", "p1"),), NotFound),
        ((Scope("learner", "group", "g1"),), Forbidden),
        ((Scope("inspector", "programme", "p1"),), Forbidden),
    ],
)
def test_ask_when_refused_then_only_who_may_know_hears_no(scopes: tuple[Scope, ...], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rights.ask(actor(*scopes), "plan", HERE)


def test_role_when_several_are_held_then_the_strongest_counts() -> None:
    me = actor(Scope("learner", "group", "g1"), Scope("tutor", "lesson", "l1"), Scope("coordinator", "programme", "p2"))
    assert rights.role_in(me, HERE) == "tutor"
    assert rights.role_in(me, Target("o1", "p2", "g9", "l9")) == "coordinator"
    with pytest.raises(NotFound):
        rights.role_in(me, Target("o1", "p3"))


def test_matrix_when_read_then_every_role_but_a_visitor_sees_her_own_and_staff_is_in_it() -> None:
    assert {role for role, verbs in MATRIX.items() if "see_own" not in verbs} == {"visitor"}
    assert MATRIX.keys() > STAFF
    assert set(SCOPES) == {*ABOVE, "self"}


@pytest.mark.parametrize(
    ("name", "seen"), [("Kaisa", 3), ("Oona", 3), ("Veera", 2), ("Toivo", 1), ("Iiris", 0), ("Amina", 0)]
)
async def test_narrowed_when_listed_then_only_lessons_in_scope(house: Planned, name: str, seen: int) -> None:
    me = await house.actor(name)
    async with house.store.look() as look:
        assert len(await look.all(rights.narrowed(select(Lesson), me, "see_roster"))) == seen
        assert len(await look.all(rights.narrowed(select(Lesson), SYSTEM, "plan"))) == 3


async def test_right_when_its_time_is_over_or_not_come_then_not_held(house: Planned) -> None:
    now, person = house.clock.at, house.people["Stranger"]
    scope = house.groups["first"]
    async with house.store.work() as work:
        for role, starts, until in (
            ("teacher", None, now), ("tutor", now + timedelta(seconds=1), None), ("counsellor", now, None),
        ):  # fmt: skip
            await people.appoint(work, SYSTEM, person, Right(role, "group", scope, starts, until))
    assert (await house.actor("Stranger")).roles == {"counsellor", "support"}
    house.clock.forward(seconds=1)
    assert (await house.actor("Stranger")).roles == {"counsellor", "tutor", "support"}


async def test_targets_when_unknown_then_not_found(house: Planned) -> None:
    async with house.store.look() as look:
        for find in (rights.target_of_lesson, rights.target_of_programme, rights.target_of_group, rights.actor_of):
            with pytest.raises(NotFound):
                await find(look, "invented")
        _, _, lesson = await rights.target_of_lesson(look, house.lessons["first"][0])
    assert lesson == Target(house.organisation, house.programme, house.groups["first"], house.lessons["first"][0])
