"""Statements are compiled once in a run of tests, not once in every test: each has an engine of its own.

The served house has one engine for its whole life and compiles a statement once; a test that opens a house would
compile every one anew, which was a quarter of the suite's CPU time. Engines that were opened in the same way share
what depends on nothing but that: the dialect, and the statements it has compiled.
"""

from typing import Any

from sqlalchemy.engine import Dialect, Engine

ALIKE = ("_json_serializer", "_json_deserializer", "_on_connect_isolation_level", "paramstyle")
"""What a dialect was told by whoever opened the engine, beside its database and driver."""

_begin = Engine.__init__
_known: dict[tuple[Any, ...], tuple[Dialect, Any]] = {}


def _shared(
    self: Engine, pool: Any, dialect: Dialect, url: Any, logging_name: str | None = None, echo: Any = None,
    query_cache_size: int = 500, execution_options: Any = None, hide_parameters: bool = False,
) -> None:  # fmt: skip
    """Open an engine as SQLAlchemy does; then let it use the dialect and the statements of the first one like it."""
    _begin(self, pool, dialect, url, logging_name, echo, query_cache_size, execution_options, hide_parameters)
    told = (type(dialect), query_cache_size, *(getattr(dialect, name, None) for name in ALIKE))
    first = _known.get(told)
    if first and getattr(first[0], "server_version_info", None):  # it has met its database, and knows what that can do
        self.dialect, self._compiled_cache = first
    else:
        _known[told] = dialect, self._compiled_cache


def share() -> None:
    """From now on."""
    Engine.__init__ = _shared  # type: ignore[method-assign]
