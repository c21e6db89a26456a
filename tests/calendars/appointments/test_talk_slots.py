"""Slots of a contact day: everybody gets one if there is room, nobody is called out of a lesson, and help is told."""

from itertools import pairwise
from random import Random

import pytest

from calendars.appointments.talk_slots import Fit, Help, Slot, Wanted, fit
from calendars.clock import Interval, without

HOUR, TWENTY = 3600, 1200


def learners(count: int) -> tuple[str, ...]:
    return tuple(f"l{n:02}" for n in range(count))


def broken(wanted: Wanted, found: Fit) -> list[str]:
    """What is wrong with these slots, by a judge that knows nothing of how they were found."""
    wrong = []
    taken = wanted.busy or {}
    for one in found.slots:
        span = Interval(one.starts, one.ends)
        if span.seconds != wanted.length or span.cut(wanted.hours) != span:
            wrong.append(f"{one}: not as long as it should be, or outside the hours")
        for who in (one.staff, one.learner):
            stands = [*wanted.breaks, *taken.get(who, ())]
            wrong += [f"{one}: {who} is taken" for other in stands if span.cut(other).seconds]
        if one.staff not in wanted.staff or one.learner not in wanted.learners:
            wrong.append(f"{one}: a stranger")
    for staff in wanted.staff:
        own = sorted(one for one in found.slots if one.staff == staff)
        wrong += [f"{staff}: {a} and {b}" for a, b in pairwise(own) if b.starts < a.ends]
    met = sorted(one.learner for one in found.slots)
    if sorted([*met, *found.left]) != sorted(wanted.learners):
        wrong.append("somebody has two slots, or none and is not told of")
    return wrong


def test_fit_when_14_learners_and_2_staff_then_14_slots_without_a_clash() -> None:
    """A day from nine to three with a break; each group has lessons in half of it."""
    everybody = learners(14)
    lessons = {
        one: [Interval(0, 3 * HOUR)] if n < 7 else [Interval(4 * HOUR, 6 * HOUR)] for n, one in enumerate(everybody)
    }
    wanted = Wanted(
        TWENTY, Interval(0, 6 * HOUR), everybody, ("oona", "otto"), (Interval(10800, 10800 + 2700),),
        lessons | {"otto": [Interval(0, HOUR)]},
    )  # fmt: skip
    found = fit(wanted)
    assert broken(wanted, found) == []
    assert (len(found.slots), found.left, found.helps) == (14, (), ())


def test_fit_when_lessons_of_the_whole_group_fill_the_day_then_nobody_is_called_out_and_help_is_told() -> None:
    everybody = learners(7)
    lessons = {one: [Interval(0, 5 * HOUR), Interval(5 * HOUR + TWENTY, 6 * HOUR)] for one in everybody}
    wanted = Wanted(TWENTY, Interval(0, 6 * HOUR), everybody, ("oona",), (), lessons)
    found = fit(wanted)
    assert broken(wanted, found) == []
    assert (len(found.slots), len(found.left)) == (1, 6)
    assert found.helps == (Help("lessons_elsewhere", 7), Help("an_hour_more", 4), Help("one_more_staff", 2))


def test_fit_when_talks_are_too_long_then_the_length_that_fits_all_is_told() -> None:
    wanted = Wanted(1800, Interval(0, 2 * HOUR), learners(6), ("oona",))
    found = fit(wanted)
    assert (len(found.slots), len(found.left)) == (4, 2)
    assert Help("shorter_talks", 6, 20) in found.helps


def test_fit_when_an_early_learner_could_be_later_then_she_makes_room() -> None:
    """The first is always free, the second only in the first slot: taking the first slot first would leave her out."""
    wanted = Wanted(TWENTY, Interval(0, 2 * TWENTY), ("a", "b"), ("oona",), (), {"b": [Interval(TWENTY, 2 * TWENTY)]})
    assert fit(wanted).slots == (Slot(0, TWENTY, "oona", "b"), Slot(TWENTY, 2 * TWENTY, "oona", "a"))


@pytest.mark.parametrize("wanted", [
    Wanted(TWENTY, Interval(0, HOUR), (), ("oona",)), Wanted(TWENTY, Interval(0, 0), ("a",), ("oona",)),
    Wanted(TWENTY, Interval(0, HOUR), ("a",), ()),
])  # fmt: skip
def test_fit_when_there_is_nothing_then_no_slot(wanted: Wanted) -> None:
    assert fit(wanted).slots == ()
    assert fit(wanted).left == wanted.learners


@pytest.mark.parametrize("seed", range(60))
def test_fit_when_anything_then_no_rule_is_broken_and_no_help_is_empty(seed: int) -> None:
    rng = Random(seed)
    everybody, staff = learners(rng.randrange(1, 16)), ("oona", "otto", "ossi")[: rng.randrange(1, 4)]
    busy = {who: spans(rng) for who in (*everybody, *staff) if rng.random() < 0.7}
    wanted = Wanted(300 * rng.randrange(1, 8), Interval(0, 300 * rng.randrange(6, 60)), everybody, staff, (), busy)
    found = fit(wanted)
    assert broken(wanted, found) == []
    assert all(one.placed > len(found.slots) for one in found.helps)


@pytest.mark.parametrize("seed", range(30))
def test_fit_when_small_then_as_many_as_trying_everything_finds(seed: int) -> None:
    """On a grid of the talks' own length, where every way can be tried."""
    rng = Random(seed)
    everybody = learners(4)
    busy = {
        who: [Interval(300 * n, 300 * n + 300) for n in range(5) if rng.random() < 0.5] for who in (*everybody, "oona")
    }
    wanted = Wanted(300, Interval(0, 1500), everybody, ("oona",), (), busy)
    assert len(fit(wanted).slots) == most(wanted, everybody, frozenset())


def most(wanted: Wanted, waiting: tuple[str, ...], used: frozenset[int]) -> int:
    if not waiting:
        return 0
    first, rest = waiting[0], waiting[1:]
    best = most(wanted, rest, used)
    for at in range(0, 1500, 300):
        free = all(without([Interval(at, at + 300)], [*(wanted.busy or {}).get(w, ())]) for w in (first, "oona"))
        if at not in used and free:
            best = max(best, 1 + most(wanted, rest, used | {at}))
    return best


def spans(rng: Random) -> list[Interval]:
    starts = sorted(rng.randrange(0, 18000) for _ in range(rng.randrange(1, 4)))
    return [Interval(one, one + rng.randrange(1, 5400)) for one in starts]
