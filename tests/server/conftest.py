"""A house that is served by several workers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from calendars.store import Store
from tests.calendars.planned import plan_house
from tests.server.workers import House


@pytest.fixture
async def house(store: Store, database: str) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield House(await plan_house(store), database, stack)
