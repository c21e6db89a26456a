"""The database's way from any released form to the present one, and the question whether it has gone it."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from calendars import tables as _planned
from calendars.databases.engines import translated
from calendars.store import Base, sqlite_engine
from classroom import tables as _lived
from server.auth import tables as _sign_ins

FOLDER: Final = Path(__file__).parent
METADATA: Final = Base.metadata
"""Every table of the house: the three files of tables have put theirs here."""
ROOMS: Final = (_planned, _lived, _sign_ins)
LOCK: Final = 60_122_025  # any number, as long as every process of ours takes the same


def head() -> str:
    """The newest step, by the names of the files: nothing heavy is loaded to know it."""
    return max(path.stem.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


async def migrate(url: str) -> bool:
    """Bring the database to the newest step. True if there was anything to do. Raises Unavailable."""
    where = make_url(url)
    embedded = where.get_backend_name() == "sqlite"
    if embedded and where.database:
        Path(where.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # On SQLite too each step is one transaction: its driver would commit in the middle of it.
    engine = sqlite_engine(url, "BEGIN IMMEDIATE", size=1) if embedded else create_async_engine(url)
    try:
        with translated():
            async with engine.begin() as connection:
                if connection.dialect.name == "postgresql":  # two processes that start at once: one waits here
                    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                if await connection.run_sync(step_of) == head():
                    return False
                await connection.run_sync(upgrade)
                return True
    finally:
        await engine.dispose()


async def standing(url: str) -> str | None:
    """The step of a database, None for an empty one or none at all. Raises Unavailable."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite" and not Path(where.database or "").exists():  # noqa: ASYNC240
        return None
    engine = create_async_engine(url)
    try:
        with translated():
            async with engine.connect() as connection:
                return await connection.run_sync(step_of)
    finally:
        await engine.dispose()


def step_of(connection: Connection) -> str | None:
    """The step at which this database stands; None for one that is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(connection: Connection, target: str = "head") -> None:
    """Walk the steps up to `target` on an open connection."""
    from alembic import command  # a second of loading that only this needs

    command.upgrade(configuration(connection), target)


def configuration(connection: Connection) -> Any:
    """Alembic's own settings, for this connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
