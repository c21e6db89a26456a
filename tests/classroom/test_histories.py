"""Random histories of learners, day by day, against a diary that knows nothing of seats: who is expected on which day.

They start late, stop early, pause and return, change groups, never come and are replaced, walk in; some of it is said
days ahead, some on the day. The diary holds one line per learner and day; the product must expect, on each day, just
those whom it names, count the same days in its report, and never touch a day that is over.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

import pytest

from calendars import groups, lessons, programmes
from calendars.lessons import NewLesson
from calendars.people import enrolments, people, seating, walkins
from calendars.people.people import NewPerson
from calendars.people.seating import Place
from calendars.rights import Target
from calendars.store import Store
from classroom import reports
from tests.calendars.planned import SYSTEM, Planned, plan_house

RUNS = max(1, int(os.environ.get("OPPITUPA_RUNS", "300")) // 100)
DAYS, LEARNERS = 12, 6
GROUPS = ("first", "second")


@dataclass
class History:
    """A house in which twelve training days pass, and the diary beside it."""

    house: Planned
    chance: Random
    diary: dict[str, dict[date, str]] = field(default_factory=dict)
    """Learner -> day -> group: the plan as it was last said, and the past as it was."""
    paused: dict[str, str] = field(default_factory=dict)
    """Who is on a pause -> her group before it."""
    queue: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    held: dict[tuple[date, str], str] = field(default_factory=dict)
    walked: int = 0
    done: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        """A lesson for each group on each day, and learners whom nobody has seated yet."""
        house = self.house
        line = await house.line()
        self.days = [day.date for day in line.days]
        async with house.store.work() as work:
            target = Target(house.organisation, house.programme)
            for name in GROUPS:
                lived = line.days[:DAYS]
                new = [NewLesson(house.groups[name], day.id, day.starts + timedelta(hours=7),
                                 day.starts + timedelta(hours=7, minutes=45), "vocabulary", (house.people["Veera"],)
                                 if name == "first" else (house.people["Toivo"],)) for day in lived]  # fmt: skip
                planned = await lessons.plan(work, SYSTEM, house.programme, new)
                self.held |= {(day.date, name): row.id for day, row in zip(lived, planned, strict=True)}
            for number in range(LEARNERS):
                person = (await people.add(work, SYSTEM, NewPerson(name=f"Learner {number}"), target)).id
                self.diary[person] = {}

    def day(self, now: date) -> date:
        """A day from now on, mostly soon."""
        ahead = [day for day in self.days if day >= now]
        return ahead[min(len(ahead) - 1, int(self.chance.expovariate(0.5)))]

    def sits(self, person: str, now: date) -> bool:
        """Whether she is expected now or later."""
        return any(day >= now for day in self.diary[person])

    def fill(self, person: str, group: str, first: date, last: date) -> None:
        self.diary[person] |= {day: group for day in self.days if first <= day <= last}

    def cut(self, person: str, after: date) -> None:
        self.diary[person] = {day: group for day, group in self.diary[person].items() if day <= after}

    def lasts(self, person: str) -> date:
        return max(self.diary[person])


async def seat_of(history: History, person: str) -> str:
    """Her newest seat."""
    async with history.house.store.look() as look:
        found = await groups.seats_of(look, SYSTEM, person)
    return max(found, key=lambda one: one[0].last_day)[0].seat


async def start(history: History, person: str, now: date) -> None:
    if history.sits(person, now) or person in history.paused or person in history.queue:
        return
    name, first = history.chance.choice(GROUPS), history.day(now)
    async with history.house.store.work() as work:
        place = Place(history.house.groups[name], first)
        assert await seating.place(work, SYSTEM, person, place, "She is ready.") is not None
    history.fill(person, name, first, history.days[-1])


async def stop(history: History, person: str, now: date) -> None:
    if not history.sits(person, now) or history.lasts(person) <= now:
        return
    last = history.day(now)
    if last >= history.lasts(person):
        return
    async with history.house.store.work() as work:
        await seating.stop(work, SYSTEM, await seat_of(history, person), "employed", last)
    history.cut(person, last)


async def pause(history: History, person: str, now: date) -> None:
    if not history.sits(person, now):
        return
    last = history.day(now)
    if last >= history.lasts(person):
        return
    group = history.diary[person][history.lasts(person)]
    async with history.house.store.work() as work:
        await seating.pause(work, SYSTEM, history.house.programme, person, "ill", last)
    history.cut(person, last)
    history.paused[person] = group


async def resume(history: History, person: str, now: date) -> None:
    if person not in history.paused:
        return
    first = history.day(now)
    if history.sits(person, first):
        return
    group = history.chance.choice(GROUPS)
    async with history.house.store.work() as work:
        place = Place(history.house.groups[group], first)
        await seating.resume(work, SYSTEM, history.house.programme, person, place)
    del history.paused[person]
    history.fill(person, group, first, history.days[-1])


async def move(history: History, person: str, now: date) -> None:
    if not history.sits(person, now) or person in history.paused:
        return
    first, last = history.day(now), history.lasts(person)
    hers = history.diary[person][last]
    if first > last or any(group != hers for day, group in history.diary[person].items() if day >= first):
        return
    there = next(name for name in GROUPS if name != hers)
    async with history.house.store.work() as work:
        await groups.move(work, SYSTEM, await seat_of(history, person), history.house.groups[there], first)
    begins = min(day for day in history.diary[person] if day >= first)
    history.cut(person, max([day for day in history.diary[person] if day < first], default=date.min))
    history.fill(person, there, begins, last)


async def wait(history: History, person: str, now: date) -> None:
    if history.sits(person, now) or person in history.paused or person in history.queue:
        return
    async with history.house.store.work() as work:
        row = await enrolments.enrolled(work, SYSTEM, history.house.programme, person)
        await enrolments.settle(work, SYSTEM, row, "waiting")
    history.queue.append(person)


async def never_came(history: History, person: str, now: date) -> None:
    if not history.queue or not history.sits(person, now) or person in history.paused:
        return
    first, last = history.day(now), history.lasts(person)
    if first > last:
        return
    group = history.diary[person][last]
    async with history.house.store.work() as work:
        seat = await seating.replace(
            work, SYSTEM, history.house.programme, person, first, after=history.queue[0], grounds="She is ready."
        )
    assert seat.person == history.queue[0]
    history.cut(person, first - timedelta(days=1))
    history.fill(history.queue.pop(0), group, first, last)


ACTS: tuple[Callable[[History, str, date], Awaitable[None]], ...] = (
    start, start, start, stop, pause, resume, resume, move, move, wait, never_came,
)  # fmt: skip


async def walk_in(history: History, now: date) -> None:
    """During the lesson, with a number that nobody has: expected from this lesson on, not before."""
    history.walked += 1
    veera = await history.house.actor("Veera")
    async with history.house.store.work() as work:
        lesson = history.held[now, "first"]
        came = await walkins.admit(work, veera, lesson, f"Walk-in {history.walked}", f"040 55 {history.walked:05}")
    assert came.seated
    history.diary[came.person] = {}
    history.fill(came.person, "first", now, history.days[-1])


async def lived(history: History) -> None:
    """Twelve days: some acts in the morning, the lists frozen, now and then somebody at the door, the evening."""
    for now in history.days[:DAYS]:
        start_of = await lesson_start(history, now)
        history.house.clock.at = start_of - timedelta(hours=6)
        for _ in range(history.chance.randint(0, 4)):
            act = history.chance.choice(ACTS)
            person = history.chance.choice(sorted(history.diary))
            history.done.append(f"{now} {act.__name__} {person}")
            await act(history, person, now)
        history.house.clock.at = start_of + timedelta(minutes=1)
        async with history.house.store.work() as work:
            for name in GROUPS:
                await lessons.freeze(work, history.held[now, name])
        if history.chance.random() < 0.15 and history.walked < 2:
            await walk_in(history, now)
        history.house.clock.at = start_of + timedelta(hours=3)


async def lesson_start(history: History, now: date) -> datetime:
    async with history.house.store.look() as look:
        line = await programmes.line(look, SYSTEM, history.house.programme)
    return next(day.starts for day in line.days if day.date == now) + timedelta(hours=7)


@pytest.mark.parametrize("seed", range(RUNS))
async def test_history_when_learners_come_and_go_then_expected_and_counted_on_their_own_days_alone(
    store: Store, seed: int
) -> None:
    house = await plan_house(store)
    history = History(house, Random(seed))
    history.diary = {house.people[name]: {} for name in ("Amina", "Bilal", "Chau")}
    house.clock.at -= timedelta(days=10)
    await history.begin()
    for name in ("Amina", "Bilal", "Chau"):
        group = "second" if name == "Chau" else "first"
        history.fill(house.people[name], group, history.days[0], history.days[-1])
    await lived(history)
    told = "\n".join(history.done)
    past = set(history.days[:DAYS])
    wanted = {
        (person, day.isoformat(), house.groups[group])
        for person, days in history.diary.items() for day, group in days.items() if day in past
    }  # fmt: skip
    async with house.store.look() as look:
        for (day, name), lesson in history.held.items():
            hers = {person for person, days in history.diary.items() if days.get(day) == name}
            assert await lessons.expected(look, lesson) == hers, f"{day} {name}\n{told}"
        found = await reports.report(look, SYSTEM, house.programme)
    mine = set(history.held.values())
    assert {(row.learner, row.day, row.group) for row in found.rows if row.lesson in mine} == wanted, told
    counts = {person: sum(who == person for who, _, _ in wanted) for person, _, _ in wanted}
    assert {one: said["expected"] for one, said in found.totals["own_days"].items()} == counts, told
