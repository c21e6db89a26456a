"""Appointments: talks, interviews and visits beside the lessons; swaps of two; and the ledger of tutoring minutes."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.appendonly import append_only
from calendars.databases.columns import Base, Instant, key, owner

PRIVATE: Final = frozenset({"support"})
"""The kinds of appointments that are support services: of them others may know only that somebody is taken."""


class Appointment(Base):
    """A time with somebody: booked by one learner, offered to whoever takes it first, or a visit of a whole group."""

    __tablename__ = "appointments"
    __table_args__ = (
        Index("ix_appointments_programme_starts", "programme", "starts"),
        Index("ix_appointments_learner_starts", "learner", "starts"),
        Index("ix_appointments_starts", "starts"),
    )
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"))
    kind: Mapped[str]
    """One of `appointment_kinds.KINDS`."""
    learner: Mapped[str | None] = mapped_column(owner("people.id"))
    group: Mapped[str | None] = mapped_column(owner("groups.id"), index=True)
    """Who goes together on a visit, or to whom alone an open time is offered."""
    starts: Mapped[datetime] = mapped_column(Instant)
    ends: Mapped[datetime] = mapped_column(Instant)
    way: Mapped[str]
    """online, phone, on_site."""
    place: Mapped[str | None] = mapped_column(owner("places.id"))
    spot: Mapped[str] = mapped_column(default="")
    """The room in that house, or the number to call."""
    title: Mapped[str] = mapped_column(default="")
    """What a visit is called; a talk has the words of its kind."""
    transport: Mapped[str] = mapped_column(default="")
    gear: Mapped[str] = mapped_column(default="")
    visit: Mapped[str | None] = mapped_column(index=True)
    """What the rows of one visit share: there is one for each group and each chosen learner that goes."""
    subject: Mapped[str] = mapped_column(default="")
    """The code of a subject of tutoring."""
    offer: Mapped[bool] = mapped_column(default=False)
    """Whether it was offered openly: when its learner gives it back, it is offered again."""
    status: Mapped[str]
    """offered, confirmed, cancelled."""
    reason: Mapped[str] = mapped_column(default="")
    """Why it was cancelled, as a code."""
    outcome: Mapped[str] = mapped_column(default="")
    """held, no_show; empty: not entered yet."""
    held: Mapped[int | None]
    """Minutes that it really lasted."""
    revision: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[str | None]
    modified: Mapped[datetime] = mapped_column(Instant)


class Partner(Base):
    """With whom an appointment is: one of the staff, or a guest of it such as an employer."""

    __tablename__ = "partners"
    appointment: Mapped[str] = mapped_column(owner("appointments.id"), primary_key=True)
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True, index=True)
    guest: Mapped[str] = mapped_column(default="", server_default="")
    """As what somebody from outside was brought in: officer, interpreter, employer; empty: staff, or its host."""


class Swap(Base):
    """A learner asks to give her time for another's of the same kind; whoever agrees first has it."""

    __tablename__ = "swaps"
    __table_args__ = (Index("ix_swaps_appointment_status", "appointment", "status"),)
    id: Mapped[str] = key()
    appointment: Mapped[str] = mapped_column(owner("appointments.id"))
    sequence: Mapped[int]
    """Of the appointment when it was asked: what has moved since is not what was offered."""
    asked_by: Mapped[str] = mapped_column(owner("people.id"))
    asked: Mapped[datetime] = mapped_column(Instant)
    status: Mapped[str]
    """asked, agreed, withdrawn."""
    other: Mapped[str | None] = mapped_column(owner("appointments.id"))
    """The appointment of whoever agreed."""
    settled: Mapped[datetime | None] = mapped_column(Instant)


class TutoringEntry(Base):
    """One line of a learner's account of tutoring minutes. It only grows; each line carries the sums after it."""

    __tablename__ = "tutoring"
    __table_args__ = (
        Index("ix_tutoring_account", "programme", "person", "number", unique=True),
        CheckConstraint("used >= 0 AND reserved >= 0 AND used + reserved <= quota", name="never_overdrawn"),
    )
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"))
    person: Mapped[str] = mapped_column(owner("people.id"))
    number: Mapped[int]
    kind: Mapped[str]
    """reserved, released, held, no_show."""
    appointment: Mapped[str] = mapped_column(owner("appointments.id"), index=True)
    reserving: Mapped[int]
    using: Mapped[int]
    """By how much this line changes the two sums."""
    reserved: Mapped[int]
    used: Mapped[int]
    quota: Mapped[int]
    """What she may use in all, after this line."""
    subject: Mapped[str] = mapped_column(default="")
    way: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    """Why it was allowed outside the window, or entered late."""
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str]


append_only(Base.metadata.tables[TutoringEntry.__tablename__])


class TutoringGrant(Base):
    """More minutes than a programme promised, given to one learner for a written reason. It only grows."""

    __tablename__ = "tutoring_grants"
    __table_args__ = (
        Index("ix_tutoring_grants_account", "programme", "person"),
        CheckConstraint("minutes > 0", name="more"),
    )
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"))
    person: Mapped[str] = mapped_column(owner("people.id"))
    minutes: Mapped[int]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str]


append_only(Base.metadata.tables[TutoringGrant.__tablename__])


class Employer(Base):
    """A company that meets learners; its contact comes by a link of her own."""

    __tablename__ = "employers"
    id: Mapped[str] = key()
    organisation: Mapped[str] = mapped_column(owner("organisations.id"), index=True)
    name: Mapped[str]
    contact: Mapped[str] = mapped_column(owner("people.id"), index=True)


class Interview(Base):
    """An appointment with an employer, and what came of it."""

    __tablename__ = "interviews"
    appointment: Mapped[str] = mapped_column(owner("appointments.id"), primary_key=True)
    employer: Mapped[str] = mapped_column(owner("employers.id"), index=True)
    result: Mapped[str] = mapped_column(default="")
    """internship, job, second_talk, declined, withdrew; empty: not known yet."""
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    """Of the internship."""
    noted_by: Mapped[str | None]
    noted: Mapped[datetime | None] = mapped_column(Instant)


class RoomLine(Base):
    """Where the rooms of a programme's online appointments stand: a line beside its own, which no report counts."""

    __tablename__ = "room_lines"
    programme: Mapped[str] = mapped_column(owner("programmes.id"), primary_key=True)
    line: Mapped[str] = mapped_column(owner("programmes.id"))
    phase: Mapped[str] = mapped_column(owner("phases.id"))
    group: Mapped[str] = mapped_column(owner("groups.id"))
