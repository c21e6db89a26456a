"""The days that the house has lived: in fast motion, by the very acts that a lesson uses, on a clock of its own.

Most learners are on time and stay; some come late, some lose their line, now and then one is ill. A fixed seed makes
every new house live the same days.
"""

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from calendars import rights
from calendars.clock import SetClock
from calendars.rights import Actor
from calendars.store import Store, Work, new_id
from classroom import epochs, register, rooms, visits
from classroom.visits import Connection, Stay
from server.demo.house import Laid

Step = Callable[[Work], Awaitable[None]]
TICK = 30  # seconds; what happens within one tick is one work
SEEN = "Nähty paikan päällä"  # as its Finnish teachers write it down


class Lived:
    """Lives lessons one after another."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        self._store = store
        self._clock = clock
        self._luck = random.Random(20260310)
        self._steps: dict[int, list[Step]] = defaultdict(list)
        self._actors: dict[str, Actor] = {}
        self._epoch = ""

    async def live(self, past: Sequence[Laid]) -> None:
        """Live all of them, in the order of time."""
        by_start: dict[datetime, list[Laid]] = defaultdict(list)
        for one in past:
            by_start[one.starts].append(one)
        self._clock.at = min(by_start, default=self._clock.at) - timedelta(hours=1)
        async with self._store.work() as work:
            self._epoch = await epochs.begin(work)
        for starts in sorted(by_start):
            for one in by_start[starts]:
                self._on_site(one) if one.on_site else self._online(one)
            await self._play()
        async with self._store.work() as work:
            await epochs.end(work, self._epoch)

    def _at(self, instant: datetime, step: Step) -> None:
        self._steps[int(instant.timestamp()) // TICK].append(step)

    async def _play(self) -> None:
        steps, self._steps = self._steps, defaultdict(list)
        for tick in sorted(steps):
            self._clock.at = datetime.fromtimestamp(tick * TICK, self._clock.at.tzinfo)
            async with self._store.work() as work:
                for step in steps[tick]:
                    await step(work)

    async def _actor(self, work: Work, person: str) -> Actor:
        if person not in self._actors:
            self._actors[person] = await rights.actor_of(work, person)
        return self._actors[person]

    def _online(self, past: Laid) -> None:
        for leader in (past.teacher, *past.beside):
            self._visit(past, leader, past.starts - timedelta(minutes=4), past.ends + timedelta(minutes=1))
        for person in past.learners:
            chance = self._luck.random()
            early = past.starts - timedelta(seconds=self._luck.randint(20, 280))
            if chance < 0.04:
                self._excuse(past, person, self._luck.choice(("own_illness", "child_ill", "job_interview")))
            elif chance < 0.06:
                continue  # nobody knows why
            elif chance < 0.13:
                late = past.starts + timedelta(seconds=self._luck.randint(330, 1500))
                self._visit(past, person, late, past.ends + timedelta(seconds=20))
            elif chance < 0.22:
                self._interrupted(past, person, early)
            else:
                self._visit(past, person, early, past.ends + timedelta(seconds=self._luck.randint(0, 60)))
        middle = past.starts + (past.ends - past.starts) / 2
        self._at(middle, self._lead(past, rooms.pause))
        self._at(middle + timedelta(minutes=10), self._lead(past, rooms.resume))
        self._at(past.ends + timedelta(minutes=2), self._lead(past, register.close))
        self._at(past.ends + timedelta(minutes=6), self._lead(past, register.sign))

    def _interrupted(self, past: Laid, person: str, first: datetime) -> None:
        cut = past.starts + timedelta(seconds=self._luck.randint(900, 4000))
        back = cut + timedelta(seconds=self._luck.choice((25, 50, 75, 140, 300)))
        self._visit(past, person, first, cut, end="lost")
        self._visit(past, person, back, past.ends + timedelta(seconds=10))

    def _visit(self, past: Laid, person: str, first: datetime, last: datetime, end: str = "leave") -> None:
        stay: list[Stay] = []

        async def come(work: Work) -> None:
            connection = Connection(new_id(), self._epoch, "history", beats=False)
            stay.append(await visits.enter(work, await self._actor(work, person), past.lesson, connection, media=False))

        async def go(work: Work) -> None:
            heard = work.now - timedelta(seconds=TICK / 2)
            await (
                visits.leave(work, stay[0], heard)
                if end == "leave"
                else visits.lost(work, stay[0].connection, {stay[0].visit: heard})
            )

        self._at(first, come)
        self._at(last, go)

    def _on_site(self, past: Laid) -> None:
        here: list[str] = []
        ill: list[str] = []
        for person in past.learners:
            (ill if self._luck.random() < 0.05 else here).append(person)

        async def tick(work: Work) -> None:
            teacher = await self._actor(work, past.teacher)
            await register.tick(work, teacher, past.lesson, here, SEEN)

        self._at(past.ends + timedelta(minutes=1), tick)
        for person in ill:
            self._excuse(past, person, "own_illness")
        self._at(past.ends + timedelta(minutes=6), self._lead(past, register.sign))

    def _excuse(self, past: Laid, person: str, code: str) -> None:
        async def excuse(work: Work) -> None:
            await register.excuse(work, await self._actor(work, past.teacher), past.lesson, person, code)  # type: ignore[arg-type]

        self._at(past.ends + timedelta(minutes=4), excuse)

    def _lead(self, past: Laid, act: Callable[[Work, Actor, str], Awaitable[None]]) -> Step:
        async def step(work: Work) -> None:
            await act(work, await self._actor(work, past.teacher), past.lesson)

        return step
