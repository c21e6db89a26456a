"""What happens in a lesson that is played in fast motion: who comes and goes when, and what becomes of the messages.

All seconds are counted from ten o'clock, when the lesson begins. Nothing here knows the product.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

LEARNERS = ("Amina", "Bilal")
FIRST, LAST = -60, 7000
"""In these seconds learners come and go; the lesson lasts until 7200."""
ROUND = 25
"""Seconds between two questions to a server."""
Edge = Literal["joined", "left"]
ODD = ("forged", "stale", "typed", "other_room", "nowhere", "past", "replayed")
"""Messages that may change nothing: of another sender, too old, of nobody, of other rooms and times, told long ago."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One person's device in the room: [begins, ends)."""

    name: str
    device: int
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Post:
    """One message on its way to us. `stay` and `edge`: what it tells of, if it may count."""

    address: str
    body: bytes
    headers: Mapping[str, str]
    stay: Stay | None = None
    edge: Edge = "joined"
    answer: int = 200
    """What we must answer."""


@dataclass
class Truth:
    """What was played, and which of it was never told."""

    stays: list[Stay] = field(default_factory=list)
    lost: list[Stay] = field(default_factory=list)
    """Those of which a message was lost."""

    def cells(self, name: str) -> set[int]:
        """The seconds in which she was in."""
        return {second for one in self.stays if one.name == name for second in range(one.begins, one.ends)}

    def lines(self, people: Mapping[str, str], began: int) -> list[dict[str, Any]]:
        """The same as lines of an attendance trace, each connection a provider of its own; times in epoch seconds."""
        return [
            {
                "received": began + at, "kind": "provider", "learner": people[one.name], "provider": f"c{number}",
                "event": edge, "at": began + at, "id": f"{number} {edge}",
            }
            for number, one in enumerate(self.stays)
            if one.name in LEARNERS
            for edge, at in (("joined", one.begins), ("left", one.ends))
        ]  # fmt: skip

    def wrong(self, name: str, told: set[int]) -> tuple[set[int], set[int]]:
        """Seconds that are missing or invented and may not be.

        Missing may be what lies within two rounds of an end of a stay of which a message was lost (whoever has told of
        herself a moment ago is asked after a round later). Invented may be a gap shorter than that: a stay whose
        good-bye was lost goes on where a question finds her and no newer one is told yet.
        """
        true, lost = self.cells(name), _near(name, self.lost)
        return true - told - lost, {second for second in told - true if not _in_short_gap(second, true)}


def _near(name: str, found: Iterable[Stay]) -> set[int]:
    """The seconds within two rounds of an end of one of these stays of hers."""
    ends = {end for one in found if one.name == name for end in (one.begins, one.ends)}
    return {second for end in ends for second in range(end - 2 * ROUND, end + 2 * ROUND + 1)}


def _in_short_gap(second: int, true: set[int]) -> bool:
    around = range(second - 2 * ROUND, second + 2 * ROUND + 1)
    before = [one for one in around if one < second and one in true]
    after = [one for one in around if one > second and one in true]
    return bool(before and after) and after[0] - before[-1] <= 2 * ROUND + 1


def stays(luck: random.Random, count: int, devices: int) -> list[Stay]:
    """So many stays of the two learners: often only for a moment, sometimes in the same second again."""
    found: list[Stay] = []
    for name in LEARNERS:
        for device in range(devices):
            found += _of(luck, name, device, count // (devices * len(LEARNERS)))
    return found


def _of(luck: random.Random, name: str, device: int, count: int) -> Iterator[Stay]:
    at = FIRST + luck.randrange(60)
    for _ in range(count):
        ends = at + luck.choice([1, 3, 20, 60])
        if ends > LAST:
            return
        yield Stay(name, device, at, ends)
        at = ends + luck.choice([0, 0, 1, 5, 40])


def copies(luck: random.Random, loss: float) -> Sequence[int]:
    """After how many seconds each copy of a message arrives: at once, late, twice, or never."""
    if luck.random() < loss:
        return ()
    first = luck.choice([0, 0, 0, 0, 1, 3, luck.randrange(290)])
    return (first, luck.randrange(600)) if luck.random() < 0.15 else (first,)


def last_second(found: Iterable[Stay]) -> int:
    """When the last of them goes."""
    return max(one.ends for one in found)
