"""Which shape the embedded room has: a mesh while few are in, a star through a teacher's browser from five on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MESH_AT_MOST = 4
"""A fifth voice is too much for a learner's upload when each of them goes to each other directly."""

MESH_AGAIN_AT = 3
"""A star goes back to a mesh one person later than it came, so that one who comes and goes does not flap the room."""

AT_HOME, AT_MOST = 8, 10
"""Eight people are always let in; nine and ten only if the centre's line carries them."""

VISITORS_AT_MOST = 2
"""An interpreter and one more, beside a full class: what they cost the centre's line is borne for an hour."""

KBIT_PER_LEARNER = 190
"""What one more learner costs the centre's upload: her picture, the mixed voices and the headers (measured)."""

CENTRES = frozenset({"teacher", "tutor"})
"""A learner's phone is never asked to carry the class."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One connection of one person; `up_kbit` is the upload that her browser measured, if it has."""

    connection: str
    person: str
    role: str
    since: datetime
    up_kbit: int | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """How the people in a room are linked, through whom, and how many may be in."""

    kind: Literal["mesh", "star"]
    center: str | None
    capacity: int


def one_each(people: Sequence[Peer]) -> list[Peer]:
    """The newest connection of each person, in the order in which the people came.

    Sound and picture live in one tab: a second one takes over, and a connection that died unnoticed never stays
    the centre.
    """
    newest: dict[str, Peer] = {}
    for peer in sorted(people, key=lambda peer: (peer.since, peer.connection)):
        newest[peer.person] = peer
    first: dict[str, datetime] = {}
    for peer in people:
        first[peer.person] = min(first.get(peer.person, peer.since), peer.since)
    return sorted(newest.values(), key=lambda peer: (first[peer.person], peer.person))


def shape(people: Sequence[Peer], previous: Shape | None = None) -> Shape:
    """Decide the shape for these people; `previous` keeps the room still when nothing forces it to move.

    Without a teacher or tutor a mesh goes on by itself. A star without one has no centre: everybody waits for her,
    and her reload of two seconds does not tear the room down and up again.
    """
    present = one_each(people)
    star_before = previous is not None and previous.kind == "star"
    limit = MESH_AGAIN_AT if star_before else MESH_AT_MOST
    center = _center(present, previous)
    return Shape(
        kind="mesh" if len(present) <= limit else "star",
        center=center.connection if center else None,
        capacity=_capacity(center),
    )


def _center(present: Sequence[Peer], previous: Shape | None) -> Peer | None:
    """The centre that was, else the one of the staff who has been in longest."""
    staff = [peer for peer in present if peer.role in CENTRES]
    kept = [peer for peer in staff if previous is not None and peer.connection == previous.center]
    return next(iter(kept or staff), None)


def _capacity(center: Peer | None) -> int:
    """Eight, or as many more as the centre's measured upload carries beside herself."""
    if center is None or center.up_kbit is None:
        return AT_HOME
    return min(AT_MOST, max(AT_HOME, 1 + center.up_kbit // KBIT_PER_LEARNER))
