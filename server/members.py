"""The sockets of this worker: who is behind each, in which rooms, and what its last evidence was."""

import time
from dataclasses import dataclass, field
from datetime import datetime

from calendars.rights import Actor
from calendars.store import new_id
from classroom.visits import Connection, Stay

EVENTS_AT_ONCE, EVENTS_PER_SECOND = 200, 40  # a star of ten signals about 110 messages when everybody joins at once


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
    watching: set[str] = field(default_factory=set)
    beat: int = 0
    """Number of the newest beat; only its acknowledgement is evidence."""
    answered: bool = True
    next_beat: float = 0.0
    saved: datetime | None = None
    allowance: float = EVENTS_AT_ONCE
    filled: float = field(default_factory=time.monotonic)

    def may_speak(self) -> bool:
        """Whether this socket keeps to what a person can do; a flood is cut off."""
        now = time.monotonic()
        self.allowance = min(EVENTS_AT_ONCE, self.allowance + (now - self.filled) * EVENTS_PER_SECOND)
        self.filled = now
        self.allowance -= 1
        return self.allowance >= 0


class Members:
    """All sockets of this worker, found by socket or by connection."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self._by_sid: dict[str, Member] = {}
        self._by_connection: dict[str, Member] = {}

    def add(self, sid: str, actor: Actor, device: str) -> Member:
        member = Member(sid, actor, Connection(new_id(), self.epoch, device))
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

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(list(self._by_sid.values()))

    def __len__(self) -> int:
        return len(self._by_sid)
