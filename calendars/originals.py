"""Originals: the whole blueprints from which programmes were planned, whatever became of their models since then."""

from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import select

from calendars.blueprints import shipped
from calendars.blueprints.form import Blueprint
from calendars.store import Look
from calendars.tables import Programme


async def blueprints_of(look: Look, programmes: Collection[str]) -> dict[str, Blueprint]:
    """The blueprint of each of these, in one statement."""
    said = select(Programme.id, Programme.model, Programme.blueprint).where(Programme.id.in_(programmes))
    rows = await look.rows(said)
    return {id: _read(text, f"{name}.toml") if text else shipped.load(name) for id, text, name in rows}


@lru_cache(maxsize=64)
def _read(text: str, source: str) -> Blueprint:
    return shipped.parse(text, source)
