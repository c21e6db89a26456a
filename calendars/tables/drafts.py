"""Groups that are proposed and not yet formed: what a coordinator looks at, changes, locks and accepts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, owner


class GroupDraft(Base):
    """The proposal of a programme's groups as it stands; one for a programme, gone when accepted or laid aside."""

    __tablename__ = "group_drafts"
    programme: Mapped[str] = mapped_column(owner("programmes.id"), primary_key=True)
    smallest: Mapped[int]
    largest: Mapped[int]
    groups: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each with its `id`, the id of its `field` (None: no fields) and the ids of its `people`; never a name."""
    locked: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Ids of groups and of people that stay where they are when the rest is proposed again."""
    words: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """What was found important when they were proposed, in the words of calendars/grouping/weighing.py."""
    proven: Mapped[bool] = mapped_column(default=False)
    """Whether nothing better exists for the people and wishes of that moment, before anything was changed by hand."""
    moved: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The last change by hand: `person`, and what level, time, km and split cost `before` it."""
    modified: Mapped[datetime] = mapped_column(Instant)
    modified_by: Mapped[str | None]
