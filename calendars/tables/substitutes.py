"""The search for somebody who leads a lesson instead: whom it asks, one after another, and what each answered."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Search(Base):
    """Lessons of one programme that lose one leader together, and who will be asked for them."""

    __tablename__ = "searches"
    __table_args__ = (Index("ix_searches_ended", "ended"),)
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"), index=True)
    absent: Mapped[str] = mapped_column(owner("people.id"))
    lessons: Mapped[list[str]] = mapped_column(JSON)
    queue: Mapped[list[str]] = mapped_column(JSON)
    """Who is asked after the one who is asked now, in this order."""
    made: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str | None]
    ended: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(default="")
    """yes, nobody, withdrawn; empty while it goes on."""


class Request(Base):
    """One person is asked whether she leads the lessons of a search."""

    __tablename__ = "requests"
    __table_args__ = (Index("ix_requests_search_number", "search", "number", unique=True),)
    id: Mapped[str] = key()
    search: Mapped[str] = mapped_column(owner("searches.id"))
    number: Mapped[int]
    """Which of those who are asked she is, from one on."""
    person: Mapped[str] = mapped_column(owner("people.id"), index=True)
    asked: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    """From then on the next one is asked."""
    answered: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(default="")
    """yes, no, silent, over; empty while nobody answered."""
