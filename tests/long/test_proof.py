"""A thousand single bytes of a bundle, turned one at a time: each is noticed, and its place named."""

import os

from tests.calendars.planned import Planned
from tests.classroom.conftest import house as house
from tests.classroom.proof.conftest import exported, lived
from tests.classroom.proof.tampering import turn_single_bytes

RUNS = int(os.environ.get("OPPITUPA_RUNS", "1000"))


async def test_check_when_a_thousand_bytes_are_turned_then_each_place_is_named(house: Planned) -> None:
    await lived(house)
    assert turn_single_bytes(await exported(house), RUNS, 8032) == []
