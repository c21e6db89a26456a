"""Proposed changes of the plan: what stands before and after, and how far each proposal has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Proposal(Base):
    """Changes of one programme's lessons that are made in one act, undone in one act and told once."""

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_programme_made", "programme", "made"),)
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"))
    kind: Mapped[str]
    """timetable, repair, by_hand, days."""
    status: Mapped[str]
    """open, dropped, published, undone."""
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each with the `lesson`, and how it stands `before` (None: it is new) and `after`."""
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """Beside the lessons: the days, breaks and seats that change, each as it stands `before` and `after`."""
    talks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """The talks that it arranges besides, as `changes/arranging.py` writes them; with their ids once published."""
    about: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Why it was proposed and what it weighs, as codes, ids and numbers; never a sentence about anybody."""
    made: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str | None]
    published: Mapped[datetime | None] = mapped_column(Instant, index=True)
    published_by: Mapped[str | None]
    told: Mapped[datetime | None] = mapped_column(Instant)
    """When those whom it touches were told; from then on it cannot be undone."""
    undone: Mapped[datetime | None] = mapped_column(Instant)
