"""The planned house again, one hour before its first lesson: what the tests of the classroom stand on."""

from datetime import timedelta

import pytest

from calendars.store import Store
from tests.calendars.planned import MONDAY, Planned, plan_house


@pytest.fixture
async def house(store: Store) -> Planned:
    """Monday 9 March 2026, 10.00 in Helsinki: the first group's lesson begins (10.00-12.00, Veera; Amina and Bilal)."""
    planned = await plan_house(store)
    planned.clock.at = MONDAY + timedelta(hours=1)
    return planned
