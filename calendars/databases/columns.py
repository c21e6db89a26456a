"""What every table is made of: the one base, instants, random public ids, foreign keys without cascades."""

import secrets
from base64 import b32encode
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_id() -> str:
    """A random public id of 100 bits, never reused; its letters are safe in URLs, HTML ids and room names."""
    return b32encode(secrets.token_bytes(13))[:20].decode().lower()  # in one draw: an import makes forty thousand


class Base(DeclarativeBase):
    """The one base of all tables, with names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime with microseconds, the same on both databases (SQLite itself knows no zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def owner(target: str) -> ForeignKey:
    """A foreign key; nothing is ever deleted with its owner, so there is no cascade."""
    return ForeignKey(target)


def key() -> Any:
    """A primary key that the outside may see."""
    return mapped_column(primary_key=True, default=new_id)
