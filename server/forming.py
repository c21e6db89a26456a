"""Groups are sought outside this process: by a child at low priority, one at a time, for a few seconds."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from calendars.errors import Invalid, Unavailable
from calendars.grouping import reading
from calendars.grouping.better import Better, Standing
from calendars.grouping.problem import Grouping, Problem

COMMAND: Final = (sys.executable, "-m", "calendars.grouping")
SECONDS: Final = 3.0
LARGE: Final = 120
"""From so many learners on it may search longer."""
MORE_SECONDS: Final = 8.0
OVERTIME: Final = 15.0  # seconds beyond it after which a search that still runs is broken
WAITS: Final = 30.0  # seconds that whoever comes second may wait for her turn
TURN: Final = web.AppKey("TURN", asyncio.Lock)


async def formed(app: web.Application, problem: Problem) -> Grouping:
    """The best groups found in a few seconds. Raises Invalid where there are none, and Unavailable."""
    seconds = MORE_SECONDS if len(problem.learners) >= LARGE else SECONDS
    answer = await _in_turn(app, {"problem": reading.problem_as_json(problem), "seconds": seconds, "seed": 0}, seconds)
    if "impossible" in answer:
        raise Invalid("no_such_groups")
    return reading.grouping(json.dumps(answer["grouping"]))


async def bettered(app: web.Application, problem: Problem, groups: Sequence[Standing]) -> Better:
    """The steps that are worth it from the groups as they are formed today. Raises Unavailable."""
    standing = [{"id": one.id, "field": one.field, "learners": list(one.learners)} for one in groups]
    answer = await _in_turn(app, {"problem": reading.problem_as_json(problem), "groups": standing}, SECONDS)
    return reading.better(answer["better"])


async def _in_turn(app: web.Application, order: Mapping[str, object], seconds: float) -> Any:
    turn = app[TURN]
    try:
        async with asyncio.timeout(WAITS):
            await turn.acquire()
    except TimeoutError:
        raise Unavailable("groups_wait") from None
    try:
        return await _asked(json.dumps(order).encode(), seconds)
    finally:
        turn.release()


async def _asked(order: bytes, seconds: float) -> Any:
    child = await asyncio.create_subprocess_exec(
        *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(seconds + OVERTIME):
            said, _ = await child.communicate(order)
        return json.loads(said)
    except (TimeoutError, ValueError):
        raise Unavailable("search_broke") from None
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
