"""The sockets of this worker: who is behind each, in which rooms, and what its last evidence was."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from calendars.rights import Actor
from calendars.store import new_id
from classroom.visits import Connection, Stay
from server.engine import Allowance

KNOWN_MOST = 5_000  # people of whom it is remembered how often they entered
SOCKETS_MOST = 100  # of one person at one worker
ENTRANCES_AT_ONCE, ENTRANCES_PER_SECOND = 60, 0.5  # of one person, by whatever sockets: each is kept for good
EVENTS_AT_ONCE, EVENTS_PER_SECOND = 200, 40  # a star of ten signals about 110 messages when everybody joins at once


@dataclass(slots=True)
class Awake:
    """Unbroken evidence from `a` to `b` that has no stay yet."""

    a: datetime
    b: datetime


@dataclass(slots=True)
class Member:
    """One socket that is signed in."""

    sid: str
    actor: Actor
    connection: Connection
    stays: dict[str, Stay] = field(default_factory=dict)
    heard: dict[str, datetime] = field(default_factory=dict)
    """Last evidence by lesson."""
    silent: set[str] = field(default_factory=set)
    untold: set[str] = field(default_factory=set)
    """Of the silent ones, those of whom nobody may have been told yet."""
    woken: dict[str, list[Awake]] = field(default_factory=dict)
    """By lesson: stretches of evidence after a sleep beyond the lease, each to become a stay of its own."""
    watching: set[str] = field(default_factory=set)
    beat: int = 0
    """Number of the newest beat; only its acknowledgement is evidence."""
    next_beat: float = 0.0
    saved: datetime | None = None
    allowance: Allowance = field(default_factory=lambda: Allowance(EVENTS_AT_ONCE, EVENTS_PER_SECOND))
    entrances: Allowance = field(default_factory=lambda: Allowance(ENTRANCES_AT_ONCE, ENTRANCES_PER_SECOND))
    """One for all sockets of a person."""
    cut_off: bool = False
    has_entered: bool = False
    """Whether it ever tried to: an entering that was committed may have been told as failed."""

    def may_speak(self) -> bool:
        """Whether this socket keeps to what a person can do; a flood is cut off."""
        return self.allowance.spend()


class Members:
    """All sockets of this worker, found by socket or by connection."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self._by_sid: dict[str, Member] = {}
        self._by_connection: dict[str, Member] = {}
        self._entrances: OrderedDict[str, Allowance] = OrderedDict()

    def add(self, sid: str, actor: Actor, device: str) -> Member:
        member = Member(sid, actor, Connection(new_id(), self.epoch, device))
        member.entrances = self._entrances.pop(actor.person, member.entrances)
        self._entrances[actor.person] = member.entrances  # outlives the socket: coming back makes nobody a newcomer
        if len(self._entrances) > KNOWN_MOST:
            self._entrances.popitem(last=False)
        self._by_sid[sid] = self._by_connection[member.connection.id] = member
        return member

    def of(self, sid: str) -> Member | None:
        return self._by_sid.get(sid)

    def behind(self, connection: str) -> Member | None:
        return self._by_connection.get(connection)

    def remove(self, sid: str) -> Member | None:
        member = self._by_sid.pop(sid, None)
        if member is not None:
            self._by_connection.pop(member.connection.id, None)
        return member

    def crowds(self, person: str) -> bool:
        """Whether somebody has more sockets here than any number of devices and pages would open."""
        return sum(member.actor.person == person for member in self._by_sid.values()) >= SOCKETS_MOST

    def __iter__(self) -> Iterator[Member]:
        return iter(list(self._by_sid.values()))

    def __len__(self) -> int:
        return len(self._by_sid)
