"""What was known at a past instant stays what it was: the same bytes for ever, whatever happened afterwards."""

import os
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from calendars.errors import Conflict, Refused
from classroom import ledger, register, reports, rooms, trace
from classroom.attendance import reckon
from classroom.register import Correction
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.proposing import cancel, change
from tests.classroom.living import Living

RUNS = max(4, int(os.environ.get("OPPITUPA_RUNS", "200")) // 20)


@dataclass
class Asked:
    """What the house answered at an instant, and what it must answer for ever."""

    at: datetime
    report: str
    trace: str


@dataclass
class Lived:
    """A day with a lesson in it, and the answers that the house gave while it lasted."""

    house: Planned
    living: Living
    luck: random.Random
    asked: list[Asked] = field(default_factory=list)

    async def ask(self) -> None:
        at = self.house.clock.at
        self.asked.append(
            Asked(at, await report_at(self.house, at), await trace_at(self.house, self.living.lesson, at))
        )
        self.house.clock.at += timedelta(milliseconds=self.luck.choice([1, 700]))

    async def happen(self) -> None:
        """One thing that people do in a lesson; what the house refuses did not happen."""
        luck, living, house = self.luck, self.living, self.house
        house.clock.at += timedelta(
            seconds=luck.choice([1, 7, 15, 15, 16, 30, 41, 95]), microseconds=luck.randint(0, 9)
        )
        deed = luck.choice(["enter", "beat", "beat", "beat", "beat", "hush", "leave", "lose", "kill", "pause", "hand"])
        sockets = living.sockets
        if deed == "enter" or not sockets:
            await living.enter(luck.choice(["Amina", "Bilal", "Veera"]))
        elif deed == "beat":
            for one in luck.sample(sockets, luck.randint(1, len(sockets))):
                await living.beat(one)
        elif deed == "kill":
            await living.kill(luck.choice([1, 20]))
        elif deed in ("hush", "leave", "lose"):
            await getattr(living, deed)(luck.choice(sockets))
        else:
            await self.say(deed)

    async def say(self, deed: str) -> None:
        """One act of a teacher."""
        house, lesson = self.house, self.living.lesson
        veera, now = await house.actor("Veera"), house.clock.at
        bilal = house.people["Bilal"]
        try:
            async with house.store.work() as work:
                if deed == "pause":
                    running = await rooms.running_pause(work, lesson)
                    await (rooms.resume if running else rooms.pause)(work, veera, lesson)
                elif deed == "hand":
                    said = Correction(bilal, "phone", now - timedelta(minutes=5), now, "She rang")
                    await register.correct(work, veera, lesson, said)
                elif deed == "held":
                    await register.correct_held(work, veera, lesson, now - timedelta(minutes=9), now)
                elif deed == "reopen":
                    await register.reopen(work, veera, lesson, "A note came")
                elif deed == "cancel":
                    await cancel(work, house.lessons["second"][0])
                else:
                    await {"open": rooms.open_lesson, "close": register.close, "sign": register.sign}[deed](
                        work, veera, lesson
                    )
        except Refused:
            return


async def report_at(house: Planned, at: datetime | None) -> str:
    async with house.store.look() as look:
        return reports.as_json(await reports.report(look, SYSTEM, house.programme, at))


async def trace_at(house: Planned, lesson: str, at: datetime | None) -> str:
    async with house.store.look() as look:
        found, programme, _ = await reports.rights.target_of_lesson(look, lesson)
        times, rules = rooms.times(found, programme.rules), rooms.rules_of(programme)
        return "\n".join(trace.write(await ledger.trace(look, found, times, rules, at)))


def rows_of(text: str, lesson: str) -> dict[str, tuple[int, str]]:
    found = reports.json.loads(text)["rows"]
    return {row["learner"]: (row["present"], row["state"]) for row in found if row["lesson"] == lesson}


@pytest.mark.parametrize("seed", range(RUNS))
async def test_any_past_instant_when_asked_again_then_the_same_bytes(house: Planned, seed: int) -> None:
    luck = random.Random(seed)
    living = Living(house, house.lessons["first"][0])
    await living.start()
    lived = Lived(house, living, luck)
    if luck.random() < 0.5:
        await lived.say("open")
    for _ in range(30):
        await lived.happen()
        await lived.ask()
    for deed in ("pause", "held", "close", "hand", "sign", "reopen", "hand", "held", "sign", "cancel", "reopen"):
        house.clock.at += timedelta(minutes=luck.choice([0, 1, 30]), seconds=luck.randint(1, 50))
        await lived.say(deed)
        await lived.ask()
    house.clock.at += timedelta(hours=5)
    for one in lived.asked:
        assert await report_at(house, one.at) == one.report
        assert await trace_at(house, living.lesson, one.at) == one.trace
        known = reckon(trace.read(one.trace.splitlines()))
        rows = rows_of(one.report, living.lesson)
        assert rows in ({}, {person: (found.seconds["present"], found.state) for person, found in known.items()})


async def test_signed_when_the_register_was_reopened_later_then_it_was_signed_then(house: Planned) -> None:
    lived = Lived(house, Living(house, house.lessons["first"][0]), random.Random(1))
    await lived.living.start()
    await lived.living.enter("Veera")
    signed = []
    for deed in ("close", "sign", "reopen", "sign"):
        house.clock.at += timedelta(hours=1)
        await lived.say(deed)
        signed.append(house.clock.at)
    for at, said in zip(signed, (False, True, False, True), strict=True):
        found = reports.json.loads(await report_at(house, at))["rows"]
        assert {row["signed"] for row in found if row["lesson"] == lived.living.lesson} == {said}


async def test_report_when_no_instant_is_named_then_the_one_it_prints_gives_the_same_bytes(house: Planned) -> None:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    await living.enter("Amina")
    house.clock.at += timedelta(seconds=15, microseconds=250_000)
    for one in living.sockets:
        await living.beat(one)
    house.clock.at += timedelta(seconds=1, microseconds=125_000)
    told = await report_at(house, None)
    printed = reports.json.loads(told)["as_of"]
    assert printed == "2026-03-09T10:00:16.375000+02:00"
    assert rows_of(told, living.lesson)[house.people["Amina"]][0] == 15
    house.clock.at += timedelta(seconds=15)
    for one in living.sockets:
        await living.beat(one)
    assert await report_at(house, datetime.fromisoformat(printed)) == told


async def test_report_when_the_instant_lies_ahead_then_it_says_what_is_known_now(house: Planned) -> None:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    house.clock.at += timedelta(minutes=10)
    assert await report_at(house, house.clock.at + timedelta(days=9)) == await report_at(house, None)
    ahead = await trace_at(house, living.lesson, house.clock.at + timedelta(days=9))
    assert ahead == await trace_at(house, living.lesson, house.clock.at)


async def test_move_when_the_planned_end_has_passed_then_refused_because_reports_may_hold_it(house: Planned) -> None:
    lesson = house.lessons["second"][0]
    house.clock.at += timedelta(hours=9)
    later = house.clock.at + timedelta(hours=1)
    with pytest.raises(Conflict) as refused:
        async with house.store.work() as work:
            await change(work, lesson, starts=later, ends=later + timedelta(hours=1))
    assert refused.value.code == "lesson_begun"
