"""The search for a timetable as it stands between processes: what was asked, how far it is, what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Solve(Base):
    """One search: asked by somebody, run by one worker in a process of its own, with how far it is.

    It lives here and nowhere else, so that a lost browser, another worker or a new start finds it as it was.
    """

    __tablename__ = "solves"
    __table_args__ = (Index("ix_solves_state", "state"), Index("ix_solves_turns", "organisation", "began"))
    id: Mapped[str] = key()
    organisation: Mapped[str] = mapped_column(owner("organisations.id"))
    programme: Mapped[str] = mapped_column(owner("programmes.id"), index=True)
    """On whose page it was asked for."""
    programmes: Mapped[list[str]] = mapped_column(JSON)
    """Those whose lessons it places."""
    mode: Mapped[str]
    """missing: only what is not planned yet; anew: whatever may still move; repair: what lost its teacher."""
    seconds: Mapped[int]
    seed: Mapped[int]
    state: Mapped[str]
    """waiting, running, done, cancelled, failed, interrupted."""
    wish: Mapped[str] = mapped_column(default="")
    """enough, cancel: what somebody wants of a search that runs."""
    problem: Mapped[str] = mapped_column(Text)
    """The timetable problem as the contract writes it, and the previous timetable in `previous`; both as JSON."""
    previous: Mapped[str] = mapped_column(Text, default="")
    meaning: Mapped[str] = mapped_column(Text, default="")
    """What its ids and slots stand for in the plan, so that an answer can be read back; as JSON."""
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The last line of progress: seconds, share of the time, how much has no place, the costs."""
    best: Mapped[str] = mapped_column(Text, default="")
    """The timetable that was found, as the contract writes it."""
    proposal: Mapped[str] = mapped_column(default="")
    """What became of it: the ids of its proposals, one for each programme in which something changes."""
    failure: Mapped[str] = mapped_column(default="")
    """Why nothing came of it, as a code."""
    worker: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[str] = mapped_column(owner("people.id"))
    asked: Mapped[datetime] = mapped_column(Instant)
    began: Mapped[datetime | None] = mapped_column(Instant)
    beat: Mapped[datetime | None] = mapped_column(Instant)
    """When its worker last said that it runs."""
    ended: Mapped[datetime | None] = mapped_column(Instant)


class Weighing(Base):
    """What the coordinator of a programme finds important in a timetable, in words: `teacher`, `hours`, `gaps`."""

    __tablename__ = "weighings"
    programme: Mapped[str] = mapped_column(owner("programmes.id"), primary_key=True)
    words: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    modified: Mapped[datetime] = mapped_column(Instant)
