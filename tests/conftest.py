"""What a test may ask for: a store on either database, Redis, a browser; and the list of what could not run here."""

import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from calendars.clock import SetClock
from calendars.store import Store
from server.listening import settle_memory
from server.migrations import METADATA
from tests import compiling
from tests.lending import Lender
from tests.programs import Postgres, Redis, elsewhere, lacking
from tests.turns import turn

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
FIREFOXES = ("firefox-esr", "firefox")
HERE = Path(__file__).parent
QUIET = ("journeys", "faults", "deploy")
"""Folders whose tests drive browsers, kill processes or time a line: never two of them at once."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    """A private PostgreSQL with an empty house to copy (database `pattern`)."""
    server = Postgres()
    server.run("CREATE DATABASE pattern")

    async def fill() -> None:
        engine = create_async_engine(server.url("pattern"))
        async with engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
        await engine.dispose()

    elsewhere(fill())
    yield server
    server.stop()


@pytest.fixture(scope="session")
def lender(postgresql: Postgres) -> Lender:
    """Empty houses on PostgreSQL, lent to one test after the other."""
    return Lender(postgresql, "pattern", [table.name for table in METADATA.sorted_tables])


@pytest.fixture(scope="session")
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty house in a file, to copy."""
    path = tmp_path_factory.mktemp("pattern") / "pattern.db"
    engine = create_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database with all tables; each test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_pattern"), tmp_path / "oppitupa.db")
        yield f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db"
        return
    lender: Lender = request.getfixturevalue("lender")
    with lender.lend() as address:
        yield address


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands until the test moves it."""
    return SetClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
async def store(database: str, clock: SetClock) -> AsyncIterator[Store]:
    """An empty house on either database."""
    made = Store(database, clock)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A private Redis that may be killed and started again."""
    server = Redis()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis: Redis) -> str:
    return redis.url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser that Playwright can drive."""
    found = os.environ.get("OPPITUPA_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        lacking("there is no Chromium here", "chromium (apt install chromium) or set OPPITUPA_BROWSER")
    return found


@pytest.fixture(scope="session")
def firefox() -> str:
    """The path of a Firefox as its makers ship it."""
    found = next(filter(None, map(shutil.which, FIREFOXES)), None)
    if not found:
        lacking("there is no Firefox here", "firefox-esr (apt install firefox-esr)")
    return found


class OneQuietWorker(LoadScopeScheduling):
    """One worker takes all that needs a quiet machine, one after another; the rest goes by files."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "quiet" if Path(file).parts[1] in QUIET else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Who takes what, when there are workers."""
    return OneQuietWorker(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With workers what takes longest begins first."""
    if hasattr(config, "workerinput"):  # so pytest-xdist marks a worker
        items.sort(key=lambda item: item.path.relative_to(HERE).parts[0] not in QUIET)


def pytest_collection_finish() -> None:
    """As in the served house, garbage is looked for seldom, and a statement is compiled once."""
    settle_memory()
    compiling.share()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test marked `alone` has the machine to itself: it waits for the other workers' tests, theirs wait for it."""
    if not hasattr(item.config, "workerinput") or item.config.cache is None:  # no workers, nobody to wait for
        return (yield)
    with turn(item.config.cache.mkdir("turns") / "run", alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under OPPITUPA_REQUIRE=all nothing may be left out."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("OPPITUPA_REQUIRE") == "all":
        report.outcome = "failed"
        report.longrepr = f"left out although OPPITUPA_REQUIRE=all: {_reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """`not run here: N tests, because …, install …`"""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"not run here: {count} test{'s' if count > 1 else ''}, because {reason}")


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr
    text = told[2] if isinstance(told, tuple) else str(told)
    return text.removeprefix("Skipped: ").strip()
