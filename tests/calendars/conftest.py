"""The planned house for every test of the plan."""

import pytest

from calendars.store import Store
from tests.calendars.planned import Planned, plan_house


@pytest.fixture
async def house(store: Store) -> Planned:
    """Two groups, three learners, two teachers and the office, on training day 6."""
    return await plan_house(store)
