"""The embedded room of the real product over lines that are poor or cut: a browser in a network of its own.

Root and iproute2 lay the cable (tests/journeys/room_bench/line.py); the house speaks HTTPS on our end of it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.journeys.conftest import Demo, start, stop
from tests.journeys.room_bench import line as cable
from tests.journeys.voices.people import (
    TONES,
    Voice,
    carried,
    everybody_hears_everybody,
    linked,
    seat,
    signed_in,
    until,
    voices,
)

LINE_KBIT = 256
INVENTED_AT_MOST = 0.005
"""Of the sound that the decoder plays: what it had to make up because a packet did not come."""

pytestmark = pytest.mark.skipif(not cable.POSSIBLE, reason="run as root with iproute2: a network is laid")


@dataclass
class Far:
    """A house on our end of a cable, a browser here for everybody near, and one at the far end."""

    line: cable.Line
    demo: Demo
    near: Browser
    far: Browser
    people: list[Voice] = field(default_factory=list)

    async def near_people(self, learners: int) -> list[Voice]:
        """The teacher and learners on good lines, inside and speaking."""
        chosen = [self.demo.people("teacher")[0], *self.demo.people("learner", self.demo.lesson["group"])[:learners]]
        found = [await signed_in(self.near, one, TONES[number]) for number, one in enumerate(chosen)]
        for each in found:
            await each.enters(self.demo)
        for each in found:
            await each.presses("microphone")
        return found

    async def far_person(self, number: int) -> Voice:
        """A learner at the far end, inside and speaking."""
        person = self.demo.people("learner", self.demo.lesson["group"])[number]
        found = await signed_in(self.far, person, TONES[10])
        await found.enters(self.demo)
        await found.presses("microphone")
        return found


@pytest.fixture
async def far(chromium: str, tmp_path: Path) -> AsyncIterator[Far]:
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(cable.line())
        clock = ("--clock", "2026-03-10T10:05:00+02:00")
        demo = await start(tmp_path / "house", "--classmates", "0", "--host", line.here, *clock)
        stack.push_async_callback(stop, demo)
        program = tmp_path / "far-chromium"
        program.write_text(f'#!/bin/sh\nexec ip netns exec {line.name} "{chromium}" "$@"\n')
        program.chmod(0o755)
        trusting = "--ignore-certificate-errors"
        near = await stack.enter_async_context(voices(chromium, trusting))
        yield Far(line, demo, near, await stack.enter_async_context(voices(program, trusting)))


async def test_star_when_one_learner_has_256_kbit_each_way_then_no_sound_is_lost(far: Far) -> None:
    people = await far.near_people(6)
    await far.line.narrow(LINE_KBIT)
    ann = await far.far_person(6)
    teacher = people[0]
    await linked([*people, ann], [7] + [1] * 7, 60)
    await everybody_hears_everybody([*people, ann], 60)
    for each in (teacher, ann):
        await each.presses("camera")
    await asyncio.sleep(10)
    measured = await carried([*people, ann], 15)
    for each, one in zip([*people, ann], measured, strict=True):
        print(f"{each.name}: {one.up:.0f} kbit/s up, {one.down:.0f} down, {one.invented:.2%} invented, fps {one.fps}")
    assert max(one.invented for one in measured) <= INVENTED_AT_MOST
    assert min(measured[-1].fps) > 8
    assert await seat(teacher, ann.id) == ("here", False)


@pytest.mark.parametrize("how", ["the cable is out", "packets are swallowed"])
async def test_star_when_a_line_is_cut_for_twenty_seconds_then_she_is_back_without_a_click(far: Far, how: str) -> None:
    people = await far.near_people(3)
    ann = await far.far_person(3)
    everybody = [*people, ann]
    await linked(everybody, [4, 1, 1, 1, 1])
    await everybody_hears_everybody(everybody)
    await (far.line.cut() if how == "the cable is out" else far.line.swallow())
    await asyncio.sleep(20)
    await everybody_hears_everybody(people)
    await (far.line.mend() if how == "the cable is out" else far.line.spit())
    clock = asyncio.get_running_loop().time
    mended = clock()

    async def hears_the_teacher() -> bool:
        return (await ann.hears([people[0].tone]))[0] > -45

    await until(hears_the_teacher, 60, "she hears again")
    heard = clock() - mended
    await everybody_hears_everybody(everybody, 60)

    async def on_the_roster() -> bool:
        return await seat(people[0], ann.id) == ("here", False)

    await until(on_the_roster, 30, "her seat is lit, with sound")
    print(f"{how}: she hears {heard:.1f} s after the line is back, everybody after {clock() - mended:.1f} s")
    assert heard < 15
