"""A journey that hangs ends, and says where it stood."""

import asyncio
import subprocess
import sys

import pytest

from tests.journeys.conftest import bounded
from tests.journeys.furnished import first_line


async def test_journey_when_it_hangs_then_it_ends_with_the_place_where_it_stood() -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    with pytest.raises(AssertionError) as told:
        await bounded(hangs, 0.05)()
    assert str(told.value) == "this journey did not end within 0.05 s; above is where it stood"
    # Debian's Python 3.11.2 does not yet name the cancelling as the cause of the time-out; as its context it always is.
    stood = told.value.__cause__.__context__ if told.value.__cause__ else None
    assert isinstance(stood, asyncio.CancelledError)
    names = []
    frame = stood.__traceback__
    while frame:
        names.append(frame.tb_frame.f_code.co_name)
        frame = frame.tb_next
    assert "hangs" in names


async def test_journey_when_a_wait_of_its_own_runs_out_then_that_is_what_failed() -> None:
    async def waits() -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)

    with pytest.raises(TimeoutError):
        await bounded(waits, 5)()


async def test_every_journey_has_its_end(request: pytest.FixtureRequest) -> None:
    assert request.function.__wrapped__.__name__ == "test_every_journey_has_its_end"


@pytest.mark.parametrize("script", ["import time; time.sleep(60)", "pass"])
def test_demo_when_it_prints_nothing_then_nobody_waits_for_ever(script: str) -> None:
    silent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    with silent, pytest.raises(AssertionError, match=r"printed no line within 0\.5 s"):
        first_line(silent, 0.5)
