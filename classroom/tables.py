"""What was lived, as tables.

`visits` move forward while they are open; `evidence`, `marks`, `moves` and the proof (`links`, `link_seals`) are
append-only (a trigger refuses change); `signals` live for seconds.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.appendonly import append_only
from calendars.databases.columns import Base, Instant, key, owner


class Epoch(Base):
    """One life of one server process; it makes an outage of ours provable."""

    __tablename__ = "epochs"
    id: Mapped[str] = key()
    started: Mapped[datetime] = mapped_column(Instant)
    alive: Mapped[datetime] = mapped_column(Instant)
    ended: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(default="")


class Visit(Base):
    """One stay of one connection in a lesson's room: [a, b], b being its last durable evidence.

    A connection that slept longer than the lease and wakes begins its next part. (epoch, connection, part) makes
    every write of b idempotent and free of order: b = max(b, …).
    """

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("epoch", "connection", "lesson", "part"),
        Index("ix_visits_lesson_person", "lesson", "person"),
        Index("ix_visits_open", "epoch", "closed"),
    )
    id: Mapped[str] = key()
    epoch: Mapped[str] = mapped_column(owner("epochs.id"))
    connection: Mapped[str]
    """Random, made by the server for one socket; never the client's word."""
    part: Mapped[int] = mapped_column(default=1)
    """Which stay of this connection it is: one that slept beyond the lease and woke begins the next."""
    lesson: Mapped[str] = mapped_column(owner("lessons.id"))
    person: Mapped[str] = mapped_column(owner("people.id"))
    role: Mapped[str]
    device: Mapped[str] = mapped_column(default="")
    media: Mapped[bool] = mapped_column(default=True)
    """Whether her browser takes part in sound and picture; without it she has the board alone."""
    a: Mapped[datetime] = mapped_column(Instant)
    b: Mapped[datetime] = mapped_column(Instant)
    steps: Mapped[str | None]
    """Every move of `b`, and when it was known; None for a stay that was lived in fast motion, without beats."""
    lost: Mapped[datetime | None] = mapped_column(Instant)
    """Since when nothing is heard, while the stay is still open."""
    closed: Mapped[datetime | None] = mapped_column(Instant)
    end: Mapped[str] = mapped_column(default="")
    """leave or lost, once closed."""
    sound: Mapped[bool | None]
    """Whether her sound is connected; None while nobody knows."""
    up: Mapped[int | None]
    """Measured upload of her line, kbit/s."""


class Evidence(Base):
    """Anything that speaks for or against presence, as it was received. Never changed, never deleted."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("lesson", "number"),
        Index("ix_evidence_lesson_received", "lesson", "received"),
        Index("ix_evidence_origin", "origin", unique=True),
    )
    id: Mapped[str] = key()
    lesson: Mapped[str] = mapped_column(owner("lessons.id"))
    number: Mapped[int]
    received: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str]
    person: Mapped[str | None] = mapped_column(owner("people.id"))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The line of the attendance trace, less `received`, `kind`, `learner` and `id`."""
    by: Mapped[str | None]
    origin: Mapped[str | None]
    """By what a video provider knows this line, so that it stands here once however often it is told."""


class RoomStay(Base):
    """What a provider has told of one connection of a person so far; the lines themselves stand in the evidence.

    While it is open nothing is credited beyond `b`, the last instant at which the provider saw her in.
    """

    __tablename__ = "room_stays"
    __table_args__ = (
        UniqueConstraint("lesson", "provider", "connection", "person"),
        Index("ix_room_stays_closed", "closed"),
    )
    id: Mapped[str] = key()
    lesson: Mapped[str] = mapped_column(owner("lessons.id"))
    provider: Mapped[str]
    connection: Mapped[str]
    """Empty for one that was found by asking who is in."""
    person: Mapped[str] = mapped_column(owner("people.id"))
    role: Mapped[str]
    first: Mapped[datetime] = mapped_column(Instant)
    """When she first joined on it."""
    a: Mapped[datetime] = mapped_column(Instant)
    """Since when she is in, or was in last."""
    b: Mapped[datetime] = mapped_column(Instant)
    closed: Mapped[datetime | None] = mapped_column(Instant)
    """When she left; None while she is in."""
    told: Mapped[datetime] = mapped_column(Instant)
    """When the last line about it was received."""
    steps: Mapped[str] = mapped_column(default="")
    """Every move of `b` by asking, and when it was known."""

    @property
    def name(self) -> str:
        """By which its lines stand in the evidence: connections are told apart, so that their union is the truth."""
        return f"{self.provider}/{self.connection}" if self.connection else self.provider


class Mark(Base):
    """One version of one person's line in a lesson's register. Version 1 is what the house proposed."""

    __tablename__ = "marks"
    __table_args__ = (UniqueConstraint("lesson", "person", "version"),)
    id: Mapped[str] = key()
    lesson: Mapped[str] = mapped_column(owner("lessons.id"))
    person: Mapped[str] = mapped_column(owner("people.id"))
    version: Mapped[int]
    state: Mapped[str]
    seconds: Mapped[dict[str, int]] = mapped_column(JSON)
    late_by: Mapped[int | None]
    left_early_by: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str | None]
    signed: Mapped[bool] = mapped_column(default=False)


class Move(Base):
    """A lesson went on in another room. Never changed: whoever asks later where it was is told so."""

    __tablename__ = "moves"
    __table_args__ = (UniqueConstraint("lesson", "number"),)
    id: Mapped[str] = key()
    lesson: Mapped[str] = mapped_column(owner("lessons.id"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    before: Mapped[str]
    """Who gave the room until then, by name."""
    provider: Mapped[str]
    why: Mapped[str]
    """`by_hand`, `chosen` (its programme takes other rooms), or the code of what went wrong with the server."""
    by: Mapped[str | None]


class ServerState(Base):
    """What all processes together know of one video server: when it answered last, and what went wrong last."""

    __tablename__ = "server_states"
    server: Mapped[str] = mapped_column(primary_key=True)
    answered: Mapped[datetime | None] = mapped_column(Instant)
    fell: Mapped[datetime | None] = mapped_column(Instant)
    """When it was last found away for good; it is away until it answers after that."""
    problem: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime | None] = mapped_column(Instant)


class Call(Base):
    """The shape that the embedded room of a lesson has, so that all workers keep it still together."""

    __tablename__ = "calls"
    lesson: Mapped[str] = mapped_column(owner("lessons.id"), primary_key=True)
    shape: Mapped[str]
    center: Mapped[str | None]


class Signal(Base):
    """A letter between two browsers of a call, waiting for the worker that has the other one; gone when fetched."""

    __tablename__ = "signals"
    epoch: Mapped[str] = mapped_column(owner("epochs.id"), primary_key=True)
    """The life of the worker that is to fetch it."""
    number: Mapped[int] = mapped_column(primary_key=True)
    connection: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class Pause(Base):
    """A break of a lesson; once it is over, its line stands in the evidence too."""

    __tablename__ = "pauses"
    id: Mapped[str] = key()
    lesson: Mapped[str] = mapped_column(owner("lessons.id"), index=True)
    starts: Mapped[datetime] = mapped_column(Instant)
    ends: Mapped[datetime | None] = mapped_column(Instant)


class Message(Base):
    """Something said in the chat of a lesson."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("lesson", "number"),)
    id: Mapped[str] = key()
    lesson: Mapped[str] = mapped_column(owner("lessons.id"))
    number: Mapped[int]
    person: Mapped[str] = mapped_column(owner("people.id"))
    said: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    hidden: Mapped[bool] = mapped_column(default=False)


class Hand(Base):
    """A raised hand."""

    __tablename__ = "hands"
    lesson: Mapped[str] = mapped_column(owner("lessons.id"), primary_key=True)
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    raised: Mapped[datetime] = mapped_column(Instant)


class Link(Base):
    """One record of the proof of a programme: the canonical bytes that hold the hash of the record before them."""

    __tablename__ = "links"
    programme: Mapped[str] = mapped_column(owner("programmes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    lesson: Mapped[str | None] = mapped_column(owner("lessons.id"), index=True)
    through: Mapped[int | None]
    """Up to which number the evidence of its lesson stands in the chain with this record."""
    record: Mapped[str]
    hash: Mapped[str]
    """SHA-256 of the record, in hexadecimal."""


class LinkSeal(Base):
    """The signature over a chain up to one of its records; made by one worker at a time."""

    __tablename__ = "link_seals"
    programme: Mapped[str] = mapped_column(owner("programmes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    record: Mapped[str]


class Signer(Base):
    """A key that seals chains; the last one made is the one in use. Its secret half is sealed (sealing.py)."""

    __tablename__ = "signers"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What every chain says of it: its public half, which key it follows and why, signed by that one."""
    secret: Mapped[bytes]


for _table in (Evidence, Mark, Move, Link, LinkSeal):
    append_only(Base.metadata.tables[_table.__tablename__])
