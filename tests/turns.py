"""Whose turn it is on this machine: tests run side by side, and one that measures the machine runs alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_SH, flock
from pathlib import Path


@contextmanager
def turn(place: Path, *, alone: bool) -> Iterator[None]:
    """Wait until nobody else is inside, if `alone`, or else until nobody is who must be alone.

    `place` is a path that all workers of one run know; two files begin with it. Everybody goes in through one door:
    whoever waits inside it to be alone lets nobody pass, so that an endless row of others cannot keep her waiting.
    """
    with place.with_suffix(".door").open("w") as door, place.with_suffix(".room").open("w") as room:
        flock(door, LOCK_EX)
        flock(room, LOCK_EX if alone else LOCK_SH)
        door.close()
        yield
