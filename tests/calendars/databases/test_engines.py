"""A step of the database is never torn: begun here or in a task of its own, cancelled or not."""

import asyncio

import pytest

from calendars.databases.engines import unbroken

EITHER = pytest.mark.parametrize("here", [False, True])


async def step(gate: asyncio.Event, done: list[str]) -> str:
    """Waits twice before it ends, as a statement that hops does."""
    await gate.wait()
    await asyncio.sleep(0)
    done.append("to its end")
    return "answer"


@EITHER
async def test_unbroken_when_the_step_waits_then_its_answer_comes(here: bool) -> None:
    gate, done = asyncio.Event(), []
    asyncio.get_running_loop().call_later(0.01, gate.set)
    assert (await unbroken(step(gate, done), here=here), done) == ("answer", ["to its end"])


@EITHER
async def test_unbroken_when_cancelled_in_the_middle_then_the_step_ends_first(here: bool) -> None:
    gate, done = asyncio.Event(), []
    caller = asyncio.create_task(unbroken(step(gate, done), here=here))
    await asyncio.sleep(0.01)
    caller.cancel()
    await asyncio.sleep(0.01)
    assert (caller.done(), done) == (False, [])
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert done == ["to its end"]


@EITHER
@pytest.mark.parametrize("waits", [False, True])
async def test_unbroken_when_the_step_fails_then_its_error_comes(here: bool, waits: bool) -> None:
    async def fails() -> None:
        if waits:
            await asyncio.sleep(0.001)
        raise LookupError("of the step")

    with pytest.raises(LookupError, match="of the step"):
        await unbroken(fails(), here=here)


@EITHER
async def test_unbroken_when_what_the_step_waits_for_fails_then_it_may_catch_that(here: bool) -> None:
    waited: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def catches() -> str:
        try:
            await waited
        except LookupError:
            return "caught"
        return "missed"

    asyncio.get_running_loop().call_later(0.01, waited.set_exception, LookupError())
    assert await unbroken(catches(), here=here) == "caught"


async def test_unbroken_when_there_is_nothing_to_wait_for_then_nobody_else_gets_a_turn() -> None:
    turns: list[str] = []

    async def quick() -> str:
        return "answer"

    asyncio.get_running_loop().call_soon(turns.append, "another's")
    assert (await unbroken(quick(), here=True), turns) == ("answer", [])
