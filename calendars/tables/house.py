"""The house, whose it is, who is in it and by what right."""

from datetime import datetime

from sqlalchemy import JSON, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class House(Base):
    """The one row of settings that the administrator sees."""

    __tablename__ = "house"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    telephone: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="Europe/Helsinki")
    country: Mapped[str] = mapped_column(default="FI")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    logo: Mapped[bytes | None]
    secret: Mapped[bytes]
    """The root of all derived secrets of this house: personal links, feeds, tokens."""
    rooms: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Whose video rooms a new programme takes, in this order; the house's own room comes after all of them."""
    set_at: Mapped[datetime | None] = mapped_column(Instant)


class Organisation(Base):
    """Who gives a programme; one by default."""

    __tablename__ = "organisations"
    id: Mapped[str] = key()
    name: Mapped[str]
    telephone: Mapped[str] = mapped_column(default="")


class Person(Base):
    """Somebody whom the house knows. Names stand here alone; everything else carries the id."""

    __tablename__ = "people"
    id: Mapped[str] = key()
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="fi")
    telephone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    alias: Mapped[str | None]
    """Shown in place of the name everywhere under a non-disclosure order."""
    generation: Mapped[int] = mapped_column(default=1)
    """Of the personal link; renewing it makes every older one worthless."""
    revision: Mapped[int] = mapped_column(default=1)
    """Moves with her rights and sign-ins, so that open sockets notice within a second."""
    added: Mapped[datetime] = mapped_column(Instant)
    outside: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Came by the link of a visitor: she has no page of her own, and no other way in."""

    @property
    def shown(self) -> str:
        """The name that others may see."""
        return self.alias or self.name


class Grant(Base):
    """A right: this person is this in this scope from one day to another."""

    __tablename__ = "grants"
    __table_args__ = (Index("ix_grants_person_until", "person", "until"),)
    id: Mapped[str] = key()
    person: Mapped[str] = mapped_column(owner("people.id"))
    role: Mapped[str]
    scope_kind: Mapped[str]
    scope: Mapped[str]
    starts: Mapped[datetime | None] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)
    given_by: Mapped[str | None]
    given: Mapped[datetime] = mapped_column(Instant)
