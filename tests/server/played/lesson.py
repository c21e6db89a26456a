"""Plays a lesson in fast motion against the whole product: real messages to /hooks, rounds that ask, then the register.

The house's clock is put forward from one happening to the next; signatures are made and judged by the real one.
"""

import asyncio
import heapq
import itertools
import json
import random
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from yarl import URL

from calendars import chains
from calendars.clock import SetClock, seconds
from classroom import register, reports
from server.app import build
from server.commands import report as commands
from server.commands.attendance import attendance_replay
from server.keys import STORE, VIDEO
from server.rounds import Rounds
from server.settings import Settings
from tests.calendars.planned import SYSTEM, Planned
from tests.classroom.oracle import epoch, judge
from tests.classroom.seeing import TEN
from tests.programs import free_port
from tests.server.played.script import LEARNERS, ODD, ROUND, Edge, Post, Stay, Truth, copies, last_second, stays
from tests.server.played.stages import Place, Stage
from tests.server.workers import Worker

HERE = "played"
TEACHER = Stay("Veera", 9, -300, 7230)
ENDS, LINGERS = 7200, 7200 + 45 * 60


class Motion(SetClock):
    """The house's time stands where it is put; tokens are signed and judged by the clock on the wall."""

    def outside(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Played:
    """One lesson in one room after the other. `loss`: which part of the messages never arrives."""

    house: Planned
    database: str
    luck: random.Random
    loss: float = 0.0
    prompt: bool = False
    """Whether every message arrives at once, and once."""
    truth: Truth = field(default_factory=Truth)
    sent: int = 0
    worker: TestServer = field(init=False)
    place: Place = field(init=False)
    session: ClientSession = field(init=False)
    rounds: Rounds = field(init=False)
    _due: list[tuple[int, int, int, Callable[[], Any]]] = field(default_factory=list)
    _numbers: Any = field(default_factory=itertools.count)
    _told: list[Post] = field(default_factory=list)

    @property
    def clock(self) -> SetClock:
        return self.house.clock

    async def open(self, stack: AsyncExitStack, *chain: str, **settings: str) -> None:
        """Start the product; the programme takes its rooms from these servers."""
        async with self.house.store.work() as work:
            await chains.choose(work, SYSTEM, self.house.programme, chain)
        await self._keep_rounds()
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        known = replace(Settings(), database=self.database, demo=True, url=url, **settings)  # type: ignore[arg-type]
        self.worker = Worker(build(known, self.clock), port=port)
        await self.worker.start_server()
        stack.push_async_callback(self.worker.close)
        self.session = await stack.enter_async_context(ClientSession())
        lessons = self.house.lessons
        self.place = Place(lessons["first"][0], lessons["second"][0], self.house.people, self.clock, url)
        app = self.worker.app
        self.rounds = Rounds(app[STORE], app[VIDEO], HERE)

    # --- the script -------------------------------------------------------------------------------------------------

    def plan(self, stage: Stage, events: int) -> None:
        """So many messages or more: most are comings and goings, the rest may change nothing."""
        found = stays(self.luck, events // 3, stage.devices)
        self.truth.stays += found
        self.enter(stage, [TEACHER, *found], until=ENDS + 100)
        for _ in range(events // 2):
            self.at(self.luck.randrange(last_second(found)), 4, partial(self.odd, stage))

    def enter(self, stage: Stage, found: Sequence[Stay], until: int) -> None:
        """These come and go, as far as they do before this second."""
        for stay in found:
            self.at(stay.begins, 1, partial(self.comes, stage, stay))
            if stay.ends < until:
                self.at(stay.ends, 0, partial(self.goes, stage, stay))

    def plan_rounds(self, until: int) -> None:
        """Ask all servers again and again."""
        for second in range(TEACHER.begins - ROUND, until, ROUND):
            self.at(second, 2, self.asks)

    def at(self, second: int, order: int, happens: Callable[[], Any]) -> None:
        """Let it happen then; within a second the lower order first."""
        heapq.heappush(self._due, (second, order, next(self._numbers), happens))

    async def until(self, second: int) -> None:
        """Let everything happen that is due before this second."""
        while self._due and self._due[0][0] < second:
            at, _, _, happens = heapq.heappop(self._due)
            self.clock.at = max(self.clock.at, TEN + timedelta(seconds=at))
            await happens()
        self.clock.at = max(self.clock.at, TEN + timedelta(seconds=second))

    # --- what happens -----------------------------------------------------------------------------------------------

    async def comes(self, stage: Stage, stay: Stay) -> None:
        provider = self.worker.app[VIDEO].of(stage.name)
        self.way(stay, "joined", await stage.come(self.place, provider, stay))

    async def goes(self, stage: Stage, stay: Stay) -> None:
        self.way(stay, "left", await stage.go(self.place, stay))

    def way(self, stay: Stay, edge: Edge, posts: list[Post]) -> None:
        """What becomes of messages: a teacher's arrive at once, others as luck has it."""
        if not posts:  # nobody was registered to be told
            self.truth.lost.append(stay)
        for post in posts:
            known = replace(post, stay=stay, edge=edge)
            after = (0,) if self.prompt or stay.name not in LEARNERS else copies(self.luck, self.loss)
            for later in after:
                self.at(self.now + later, 3, partial(self.send, known))
            if not after:
                self.truth.lost.append(stay)

    @property
    def now(self) -> int:
        return int((self.clock.at - TEN).total_seconds())

    async def odd(self, stage: Stage) -> None:
        """Something that may change nothing."""
        kind = self.luck.choice(ODD)
        if kind == "replayed":
            posts = [self.luck.choice(self._told)] if self._told else []
        else:
            posts = stage.odd(self.place, kind, self.luck)
        for post in posts:
            await self.send(post)

    async def send(self, post: Post) -> None:
        """One message over the wire; the answer is the one that the server needs."""
        address = URL(post.address, encoded=True)
        async with self.session.post(address, data=post.body, headers=dict(post.headers)) as answer:
            assert answer.status == post.answer, (post, answer.status)
        self.sent += 1
        if post.stay is not None:
            self._told.append(post)

    async def asks(self) -> None:
        """One round over all servers, to its end."""
        await self.rounds.begin()
        await self.rounds.ended()
        await self._keep_rounds()

    async def _keep_rounds(self) -> None:
        """The worker makes no rounds of its own."""
        async with self.house.store.work() as work:
            assert await work.lease("rounds", HERE, 86400)

    # --- what is known ----------------------------------------------------------------------------------------------

    async def close(self, stage: Stage) -> dict[str, Any]:
        """The teacher ends the lesson; what is still on its way arrives; then nobody is waited for any more."""
        await self.until(ENDS)
        async with self.house.store.work() as work:
            await register.close(work, await self.house.actor("Veera"), self.place.lesson)
        await self.until(ENDS + 1500)
        for post in stage.over(self.place):
            await self.send(post)
        self.clock.at = TEN + timedelta(seconds=LINGERS)
        await self.asks()
        return {
            "kind": "held", "received": seconds(TEN) + ENDS, "id": "held", "from": seconds(TEN),
            "to": seconds(TEN) + ENDS,
        }  # fmt: skip

    def judged(self, head: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
        """What the contract makes of these lines, by the oracle; times in them are epoch seconds."""
        names = ("received", "from", "to", "at")
        told = [
            {
                key: datetime.fromtimestamp(value, UTC).isoformat() if key in names else value
                for key, value in one.items()
            }
            for one in lines
        ]
        return judge([head, *told])

    async def outcome(self, folder: Path) -> "Outcome":
        """What `attendance trace`, `attendance replay`, the register and the report say of the lesson."""
        trace = folder / "trace.jsonl"
        wanted = Namespace(lesson=self.place.lesson, data=None, as_of=None, out=trace)
        assert await asyncio.to_thread(commands.run_trace, wanted) == 0
        assert attendance_replay(Namespace(trace=str(trace), json=True)) == 0
        async with self.house.store.look() as look:
            found = await register.register(look, SYSTEM, self.place.lesson)
            report = reports.as_json(await reports.report(look, SYSTEM, self.house.programme))
        rows = {one["learner"]: one for one in json.loads(report)["rows"] if one["lesson"] == self.place.lesson}
        lines = [json.loads(line) for line in trace.read_text().splitlines()]
        return Outcome(lines, {one.person: one.reckoning for one in found.entries}, rows)


@dataclass
class Outcome:
    """The same lesson, told three times."""

    trace: list[dict[str, Any]]
    register: dict[str, Any]
    report: dict[str, dict[str, Any]]

    def agree(self, replayed: str) -> dict[str, Any]:
        """The answer of `replay`: to the second what register, report and the oracle of its lines say."""
        answer: dict[str, Any] = json.loads(replayed)["learners"]
        for person, one in answer.items():
            one["intervals"] = [
                piece | {"from": epoch(piece["from"]), "to": epoch(piece["to"])} for piece in one["intervals"]
            ]
            known, row = self.register[person], self.report[person]
            pieces = [{"from": each.starts, "to": each.ends, "kind": each.kind} for each in known.intervals]
            assert pieces == one["intervals"]
            assert (dict(known.seconds), known.state) == (one["seconds"], one["state"])
            assert (known.late_by, known.left_early_by) == (one["late_by"], one["left_early_by"])
            assert (row["present"], row["state"]) == (one["seconds"]["present"], one["state"])
            told = [piece | {"from": epoch(piece["from"]), "to": epoch(piece["to"])} for piece in row["intervals"]]
            assert told == one["intervals"]
        assert answer == judge(self.trace)
        return answer
