"""What a played lesson stands on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from calendars.clock import SetClock
from calendars.store import Store
from tests.calendars.planned import plan_house
from tests.server.played.lesson import Motion
from tests.server.played.plays import Play


@pytest.fixture
def clock() -> SetClock:
    """A clock that is put forward by hand, while signatures live in real time."""
    return Motion(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
async def play(
    store: Store, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest,
) -> Play:  # fmt: skip
    """A planned house, and luck that is the same for the same test."""
    monkeypatch.setenv("OPPITUPA_DATABASE", database)
    return Play(await plan_house(store), database, tmp_path, capsys, request.node.name)
