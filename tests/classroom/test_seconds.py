"""Sets of seconds: counting in them, cutting them out, and painting layers over each other."""

from calendars.clock import Interval
from classroom.seconds import Seconds, painted

OVERLAPPING = [Interval(10, 20), Interval(15, 30), Interval(5, 5), Interval(40, 50), Interval(42, 43)]


def test_seconds_when_intervals_overlap_then_each_counts_once() -> None:
    whole = Seconds(OVERLAPPING)
    assert whole.intervals == [Interval(10, 30), Interval(40, 50)]
    assert [whole.before(at) for at in (0, 10, 11, 30, 35, 40, 45, 99)] == [0, 0, 1, 20, 20, 20, 25, 30]
    assert whole.within(Interval(25, 45)) == 10


def test_outside_when_some_is_taken_then_the_rest_in_order() -> None:
    whole = Seconds(OVERLAPPING)
    assert list(whole.outside(Interval(0, 60))) == [Interval(0, 10), Interval(30, 40), Interval(50, 60)]
    assert list(whole.outside(Interval(12, 28))) == []
    assert list(whole.outside(Interval(20, 35))) == [Interval(30, 35)]
    assert list(whole.outside(Interval(32, 32))) == []
    assert list(Seconds([]).outside(Interval(1, 2))) == [Interval(1, 2)]


def test_painted_when_layers_overlap_then_the_first_shows_in_maximal_intervals() -> None:
    layers = [[Interval(10, 20)], [Interval(0, 12), Interval(5, 15), Interval(18, 25), Interval(25, 30)]]
    assert list(painted(layers, Interval(2, 28))) == [
        (Interval(2, 10), 1),
        (Interval(10, 20), 0),
        (Interval(20, 28), 1),
    ]
