"""The plays: one server that tells, one that is asked for what was lost, one that tells nothing, one that dies."""

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from calendars.clock import seconds
from classroom import moves
from classroom.tables import Evidence
from classroom.video.choose import line_of
from server import video
from server.keys import STORE, VIDEO
from tests.calendars.planned import Planned
from tests.classroom.seeing import TEN
from tests.server.played.lesson import ENDS, TEACHER, Played
from tests.server.played.script import LEARNERS, ROUND, Stay, last_second, stays
from tests.server.played.stages import GaleneStage, Stage, stage_of

BEGAN = seconds(TEN)


class Play:
    """What every play needs: an empty house, its database, a folder for files, and how to hear what is printed."""

    def __init__(
        self, house: Planned, database: str, folder: Path, heard: pytest.CaptureFixture[str], seed: str
    ) -> None:
        self.house, self.database, self.folder, self.heard = house, database, folder, heard
        self.luck = random.Random(seed)

    async def told(self, kind: str, events: int) -> None:
        """Every message arrives at least once, however late; nobody is asked. To the second it is what was played."""
        async with AsyncExitStack() as stack:
            played, stage = await self._opened(stack, kind)
            await played.until(TEACHER.begins)
            await played.asks()
            if kind == "jitsi":
                played.loss = 0.3  # its last message tells again of everybody
            played.plan(stage, events)
            held = await played.close(stage)
            assert played.sent >= events
            answer, head = await self._agreed(played)
            assert answer == played.judged(head, [*played.truth.lines(self.house.people, BEGAN), held])
            await self._nothing_elsewhere(played)

    async def reconciled(self, kind: str, events: int) -> None:
        """Some messages never arrive, once the hook itself vanishes: asking finds what they would have told."""
        async with AsyncExitStack() as stack:
            played, stage = await self._opened(stack, kind)
            played.loss = 0.1
            played.plan(stage, events)
            last = last_second(played.truth.stays)
            played.plan_rounds(last + 4 * ROUND)
            if kind == "bigbluebutton":
                await played.until(last // 2)
                stage.fake.hooks.clear()  # type: ignore[attr-defined]
            await played.close(stage)
            if kind == "bigbluebutton":
                assert stage.fake.hooks  # type: ignore[attr-defined]
            answer, _ = await self._agreed(played)
            assert played.truth.lost
            for name in LEARNERS:
                told = cells(answer[self.house.people[name]])
                assert played.truth.wrong(name, told) == (set(), set()), name
            await self._nothing_elsewhere(played)

    async def observed(self, events: int) -> None:
        """Galene tells nothing: she was in from the first question that found her to the last."""
        async with AsyncExitStack() as stack:
            played, stage = await self._opened(stack, "galene")
            assert isinstance(stage, GaleneStage)
            await played.until(TEACHER.begins - ROUND)
            await played.asks()
            played.plan(stage, events)
            asked: list[tuple[int, set[str]]] = []

            async def asks() -> None:
                await played.asks()
                asked.append((played.now, {stay.name for stay in stage.inside}))

            happened = 2 * len(played.truth.stays)
            for second in range(TEACHER.begins, last_second(played.truth.stays) + 4 * ROUND, ROUND):
                played.at(second, 2, asks)
            await played.until(0)
            await stage.walk_in(played.place, "Amina")
            held = await played.close(stage)
            played.truth.stays = [stay for name in LEARNERS for stay in found_by(asked, name)]
            answer, head = await self._agreed(played)
            assert answer == played.judged(head, [*played.truth.lines(self.house.people, BEGAN), held])
            assert happened >= events // 2
            await self._nothing_elsewhere(played)

    async def dies(self, events: int) -> None:
        """The first server dies in the middle of the lesson: it goes on in the next room of the chain."""
        async with AsyncExitStack() as stack, AsyncExitStack() as mortal:
            clock = self.house.clock
            first, one = await mortal.enter_async_context(stage_of("bigbluebutton", clock))
            second, other = await stack.enter_async_context(stage_of("livekit", clock))
            played = Played(self.house, self.database, self.luck, prompt=True)
            await played.open(stack, first.name, second.name, **one, **other)
            planned = stays(
                self.luck, events // 4, 1
            )  # of two devices without a good-bye only the newer is seen to its end
            death = last_second(planned) * 2 // 3
            began = [stay for stay in planned if stay.begins < death]
            played.enter(first, [TEACHER, *began], until=death)
            played.plan_rounds(death)
            await played.until(death)
            await mortal.aclose()
            line = line_of(played.worker.app[VIDEO].of(first.name))
            assert line is not None
            seen = max(range(TEACHER.begins - ROUND, death, ROUND))
            while line.health.state == "well":
                await played.until(played.now + ROUND)
                await played.asks()
            await self._moved(played, first, second)
            later = played.now + 10
            went = [
                Stay(one.name, 0, one.begins + later + 60, one.ends + later + 60) for one in planned if not one.device
            ]
            back = Stay("Veera", 8, later, ENDS + 30)
            played.enter(second, [back, *went], until=ENDS + 100)
            for at in range(later, last_second(went) + 4 * ROUND, ROUND):
                played.at(at, 2, played.asks)
            held = await played.close(second)
            cut = [
                Stay(one.name, one.device, one.begins, max(seen, one.begins + 1)) for one in began if one.ends >= death
            ]
            played.truth.stays = [*(one for one in began if one.ends < death), *cut, *went]
            answer, head = await self._agreed(played)
            assert answer == played.judged(head, [*played.truth.lines(self.house.people, BEGAN), held])

    async def flooded(self, kind: str, many: int) -> None:
        """One message comes again and again, all at once, between as many that are forged: it is one line."""
        async with AsyncExitStack() as stack:
            played, stage = await self._opened(stack, kind)
            await played.until(TEACHER.begins)
            await played.asks()
            (post,) = await stage.come(played.place, played.worker.app[VIDEO].of(stage.name), TEACHER)
            forged = [one for _ in range(many) for one in stage.odd(played.place, "forged", self.luck)]
            await asyncio.gather(*(played.send(one) for one in [*[post] * many, *forged]))
            async with played.session.get(f"{played.place.url}/health/ready") as answer:
                assert answer.status == 200
            async with self.house.store.look() as look:
                assert await look.one(select(func.count()).where(Evidence.kind == "provider")) == 1
            assert played.sent >= 2 * many

    async def _opened(self, stack: AsyncExitStack, kind: str) -> tuple[Played, Any]:
        stage, settings = await stack.enter_async_context(stage_of(kind, self.house.clock))
        played = Played(self.house, self.database, self.luck)
        await played.open(stack, stage.name, **settings)
        return played, stage

    async def _agreed(self, played: Played) -> tuple[dict[str, Any], dict[str, Any]]:
        """What register, report, trace and replay say alike, and the first line of the trace."""
        outcome = await played.outcome(self.folder)
        *_logged, replayed = self.heard.readouterr().out.splitlines()
        return outcome.agree(replayed), outcome.trace[0]

    async def _nothing_elsewhere(self, played: Played) -> None:
        """Nobody stands in the ledger of another lesson, nor anybody who was typed by hand."""
        async with self.house.store.look() as look:
            found = await look.rows(
                select(Evidence.lesson, Evidence.person).where(Evidence.kind == "provider").distinct()
            )
        people = {self.house.people[name] for name in (*LEARNERS, "Veera")}
        assert set(found) == {(played.place.lesson, person) for person in people}

    async def _moved(self, played: Played, first: Stage, second: Stage) -> None:
        """The house has noticed, and a learner's click leads to the next room."""
        app = played.worker.app
        await video.report(app)
        async with app[STORE].work() as work:
            await video.go_on(work, app[VIDEO])
        async with app[STORE].look() as look:
            rows = [(one.before, one.provider, one.why) for one in await moves.of_lesson(look, played.place.lesson)]
        assert rows == [(first.name, second.name, "video_unreachable")]


def cells(answer: dict[str, Any]) -> set[int]:
    """The seconds of kind room after ten."""
    return {
        second - BEGAN
        for one in answer["intervals"]
        if one["kind"] == "room"
        for second in range(one["from"], one["to"])
    }


def found_by(asked: list[tuple[int, set[str]]], name: str) -> list[Stay]:
    """Her stays as questions at these seconds find them; one that finds her once says a second."""
    found: list[Stay] = []
    since = until = None
    for second, people in [*asked, (10**6, set[str]())]:
        if name in people:
            since, until = second if since is None else since, second
        elif since is not None and until is not None:
            found.append(Stay(name, 0, since, max(until, since + 1)))
            since = until = None
    return found
