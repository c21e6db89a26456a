"""Empty databases on PostgreSQL that go from one test to the next: to make one costs a third of a second of its CPU."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.programs import Postgres

NUMBERS = itertools.count()
MOST = 40
"""So many tests have one after the other: deleted rows stay in its files, and indexes get slow."""
SHAPE = """
    SELECT (SELECT count(*)::text || ' ' || sum(hashint8(oid::bigint # xmin::text::bigint)) FROM pg_class)
      || ' ' || (SELECT count(*)::text || ' ' || sum(xmin::text::bigint) FROM pg_attribute)
      || ' ' || (SELECT count(*)::text || ' ' || sum(xmin::text::bigint) FROM pg_constraint)
      || ' ' || (SELECT count(*)::text || ' ' || sum(xmin::text::bigint) FROM pg_trigger)
      || ' ' || (SELECT count(*)::text || ' ' || sum(xmin::text::bigint) FROM pg_proc)
      || ' ' || (SELECT count(*) FROM pg_db_role_setting)
"""
"""A word that any change of tables, columns, rules or settings changes."""
ALONE = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class Lender:
    """Lends each test an empty database; what comes back as it went out is emptied for the next one."""

    def __init__(self, server: Postgres, pattern: str, tables: Sequence[str]) -> None:
        self._server = server
        self._pattern = pattern
        self._empty = "SET session_replication_role = replica;" + "".join(f'DELETE FROM "{one}";' for one in tables)
        self._free: list[tuple[str, str, int]] = []
        """Name, shape when it was new, how often it was lent."""

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of an empty database with all tables, nobody else's until the end."""
        name, shape, times = self._free.pop() if self._free else self._new()
        yield self._server.url(name)
        if times < MOST and self._server.ask(name, lambda connection: self._emptied(connection, shape)):
            self._free.append((name, shape, times + 1))
        else:
            self._server.run(f"DROP DATABASE {name} WITH (FORCE)")

    def _new(self) -> tuple[str, str, int]:
        name = f"house{next(NUMBERS)}"
        self._server.run(f"CREATE DATABASE {name} TEMPLATE {self._pattern} STRATEGY wal_log")
        return name, self._server.ask(name, lambda connection: connection.fetchval(SHAPE)), 1

    async def _emptied(self, connection: Any, shape: str) -> bool:
        """Whether its tables are as they were; then nobody is in it any more and nothing stands in it."""
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(ALONE)
        if await connection.fetchval(SHAPE) != shape:
            return False
        await connection.execute(self._empty)
        return True
