"""How a server is tried before the first lesson: address, clock, secret and a round trip, each told in one line."""

from collections.abc import Awaitable, Callable
from typing import Literal

from calendars.errors import Refused
from classroom.video.line import MOST_SKEW, Line
from classroom.video.provider import Finding

Step = Callable[[], Awaitable[object]]
"""One call to the server; raises Refused where it does not go well."""


async def walk(line: Line, address: Step, secret: Step, round_trip: Step, most: float = MOST_SKEW) -> list[Finding]:
    """Each step as far as the one before it allows; a wrong clock stops nothing, since it may be why the rest fails.

    `most`: the seconds by which the clock there may be off. A server that rests is called all the same.
    """
    line.wake()
    told = [await _step("address", address)]
    if told[-1].problem is None:
        told.append(_clock(line, most))
        told.append(await _step("secret", secret))
    if told[-1].problem is None:
        told.append(await _step("round_trip", round_trip))
    return told


def _clock(line: Line, most: float) -> Finding:
    """How far their clock was from ours in the answer before; a server that tells no time is not blamed."""
    return Finding("clock") if abs(line.skew or 0.0) <= most else Finding("clock", *line.clock_off())


async def _step(what: Literal["address", "secret", "round_trip"], step: Step) -> Finding:
    try:
        await step()
    except Refused as refused:
        return Finding(what, refused.code, {name: str(value) for name, value in refused.facts.items()})
    return Finding(what)
