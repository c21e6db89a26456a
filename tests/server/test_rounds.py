"""Rounds over several servers: a slow one, a broken one and a good one, each alone with its own trouble."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from calendars import chains, groups
from calendars.clock import Clock
from calendars.errors import Unavailable
from calendars.rights import target_of_lesson
from calendars.store import Store
from calendars.tables import Lesson
from classroom import epochs, moves, register, rooms
from classroom.tables import RoomStay
from classroom.video.builtin import Builtin
from classroom.video.choose import Providers, line_of
from classroom.video.line import Line
from classroom.video.provider import Asked, Call, Door, Guest, Sighting
from server.auth import devices, signin
from server.auth.device import Device
from server.rounds import PATIENT, Rounds
from tests.calendars.planned import MONDAY, SYSTEM, Planned, plan_house
from tests.contracts.test_bad_servers import BAD, bad


@dataclass
class Rooms:
    """A provider whose rooms a test fills by hand."""

    name: str
    people: dict[str, datetime | None] = field(default_factory=dict)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False
    unready: bool = False
    prepared: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    asked: int = 0

    async def prepare(self, asked: Asked) -> str:
        if self.unready:
            raise Unavailable("video_failed", server=self.name, key="full")
        self.prepared.append(asked.name)
        return f"run {len(self.prepared)}"

    async def end(self, lesson: str) -> bool:
        """As a BigBlueButton ends: the first time it sends out, then nothing is left."""
        self.ended.append(lesson)
        gone = not self.people
        self.people.clear()
        return gone

    async def remove(self, lesson: str, person: str) -> None:
        self.removed.append(person)
        if self.broken:
            raise Unavailable("video_away", server=self.name)
        self.people.pop(person, None)

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        return Door(self.name, f"https://{self.name}/{asked.lesson}/{guest.person}")

    async def present(self, lesson: str) -> Mapping[str, datetime | None]:
        self.asked += 1
        await self.answers.wait()
        if self.broken:
            raise Unavailable("video_away", server=self.name)
        return dict(self.people)


@dataclass
class Round:
    """The first group's lesson at ten, and rounds over a slow server and a good one; the programme takes the good."""

    house: Planned
    slow: Rooms
    good: Rooms
    rounds: Rounds
    epoch: str

    async def choose(self, *providers: str) -> None:
        """A second later the programme takes these."""
        self.house.clock.forward(seconds=1)
        async with self.house.store.work() as work:
            await chains.choose(work, SYSTEM, self.house.programme, providers)

    async def go(self, *, later: float = 0, whole: bool = True) -> None:
        """One round so many seconds later, to its end."""
        self.house.clock.forward(seconds=later)
        await self.rounds.begin()
        if whole:
            await self.rounds.ended()

    async def stays(self) -> list[tuple[str, bool]]:
        """Each stay in the lesson: whose room, and whether she is in still."""
        query = select(RoomStay).where(RoomStay.lesson == self.house.lessons["first"][0]).order_by(RoomStay.provider)
        async with self.house.store.look() as look:
            return [(one.provider, one.closed is None) for one in await look.all(query)]


@pytest.fixture
async def round_(store: Store) -> Round:
    house = await plan_house(store)
    house.clock.at = MONDAY + timedelta(hours=1)
    amina = house.people["Amina"]
    slow, good = Rooms("slow", {amina: house.clock.at}), Rooms("good", {amina: None})
    good.answers.set()
    async with store.work() as work:
        epoch = await epochs.begin(work)
    found = Round(house, slow, good, Rounds(store, Providers([slow, good]), epoch), epoch)
    await found.choose("good")
    return found


async def test_rounds_when_one_server_is_slow_then_the_others_are_asked_all_the_same(round_: Round) -> None:
    await round_.go()
    assert await round_.stays() == [("good", True)]
    assert round_.good.prepared == []  # somebody is in
    await round_.choose("slow")
    round_.good.people.clear()
    await round_.go(later=25, whole=False)
    await asyncio.wait_for(round_.rounds._busy["good"], 10)
    assert await round_.stays() == [("good", False)]  # she is gone there, though the slow one has not answered
    await round_.go(later=25, whole=False)
    assert round_.slow.asked == 1  # it is not asked again before it has answered
    round_.slow.answers.set()
    await round_.rounds.ended()
    assert await round_.stays() == [("good", False), ("slow", True)]


async def test_rounds_when_a_server_breaks_then_its_silence_says_nothing_of_anybody(round_: Round) -> None:
    await round_.choose("slow")
    round_.slow.answers.set()
    await round_.go()
    round_.slow.broken = True
    await round_.go(later=25)
    assert await round_.stays() == [("slow", True)]
    round_.slow.broken, round_.slow.people = False, {}
    await round_.go(later=25)
    assert await round_.stays() == [("slow", False)]
    assert len(round_.slow.prepared) == 1  # empty again: made ready for whoever comes next


async def test_rounds_when_the_lesson_is_over_then_its_room_is_closed_until_nothing_of_it_is_left(
    round_: Round,
) -> None:
    await round_.go()
    async with round_.house.store.work() as work:
        await rooms.open_lesson(work, await round_.house.actor("Veera"), round_.house.lessons["first"][0])
    await round_.go(later=25)
    assert round_.good.ended == []  # it is on
    async with round_.house.store.work() as work:
        await register.close(work, await round_.house.actor("Veera"), round_.house.lessons["first"][0])
    for _ in range(4):
        await round_.go(later=25)
    assert round_.good.ended == [round_.house.lessons["first"][0]] * 2  # sent out, then found gone, then never again
    assert await round_.stays() == [("good", False)]


async def test_rounds_when_nobody_ever_came_then_the_room_is_ended_with_its_lesson_all_the_same(round_: Round) -> None:
    round_.good.people.clear()
    await round_.go()
    async with round_.house.store.look() as look:
        lesson = (await target_of_lesson(look, round_.house.lessons["first"][0]))[0]
    assert lesson.runs == {"good": "run 1"}  # what every worker's links carry from now on
    await round_.go(later=(lesson.ends - round_.house.clock.at).total_seconds() + 3600)
    assert round_.good.ended == [lesson.id]


async def test_rounds_when_a_right_ends_then_she_is_sent_out_until_the_server_has_done_it(round_: Round) -> None:
    amina, bilal = (round_.house.people[name] for name in ("Amina", "Bilal"))
    round_.good.people[bilal] = None
    await round_.go()
    assert round_.good.removed == []
    async with round_.house.store.work() as work:
        kaisa, yesterday = await round_.house.actor("Kaisa"), MONDAY.date() - timedelta(days=1)
        await groups.unseat(work, kaisa, round_.house.seats["Amina"], "other", yesterday)
    round_.good.broken = True
    await round_.go(later=25)
    round_.good.broken = False
    await round_.go(later=25)
    await round_.go(later=25)
    assert round_.good.removed == [amina]
    assert set(round_.good.people) == {bilal}


async def test_rounds_when_she_is_signed_out_everywhere_then_she_is_sent_out(round_: Round) -> None:
    amina = round_.house.people["Amina"]
    async with round_.house.store.work() as work:
        await signin.begin(work, amina, "link", Device("a telephone", own=True, zone="Europe/Helsinki"))
    await round_.go()
    assert round_.good.removed == []
    async with round_.house.store.work() as work:
        await devices.revoke_others(work, await round_.house.actor("Kaisa"), amina)
    await round_.go(later=25)
    assert round_.good.removed == [amina]


async def test_rounds_when_the_database_is_slow_then_what_links_must_carry_is_written_all_the_same(
    round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.rounds.WITHIN", 0.2)  # seconds of patience with the server; its answer comes at once
    store, lesson = round_.house.store, round_.house.lessons["first"][0]
    held = asyncio.Event()

    async def hold() -> None:
        async with store.work() as work:
            await work.run(select(Lesson.id).where(Lesson.id == lesson).with_for_update())
            held.set()
            await asyncio.sleep(0.5)

    @dataclass
    class Busy(Rooms):
        async def prepare(self, asked: Asked) -> str:
            holders.append(asyncio.create_task(hold()))
            await held.wait()
            return await super().prepare(asked)

    holders: list[asyncio.Task[None]] = []
    busy = Busy("good", answers=round_.good.answers)
    await replace(round_, rounds=Rounds(store, Providers([busy, Builtin()]), round_.epoch)).go()
    await asyncio.gather(*holders)
    async with store.look() as look:
        assert (await target_of_lesson(look, lesson))[0].runs == {"good": "run 1"}


async def test_rounds_when_a_server_cannot_send_out_then_it_is_logged_once_that_somebody_stays(
    round_: Round,
) -> None:
    """As a BigBlueButton cannot."""

    @dataclass
    class Keeping:
        name: str
        people: dict[str, datetime | None]

        async def prepare(self, _asked: Asked) -> str:
            return ""

        def link(self, _asked: Asked, _guest: Guest, _now: datetime) -> Door:
            return Door(self.name)

        async def present(self, _lesson: str) -> Mapping[str, datetime | None]:
            return dict(self.people)

    keeping = Keeping("good", dict(round_.good.people))
    store = round_.house.store
    found = replace(round_, rounds=Rounds(store, Providers([keeping, Builtin()]), round_.epoch))

    async def told() -> int:
        with capture_logs() as lines:
            await found.go(later=25)
        return [one["event"] for one in lines].count("room_unwelcome")

    assert await told() == 0
    async with store.work() as work:
        kaisa, yesterday = await round_.house.actor("Kaisa"), MONDAY.date() - timedelta(days=1)
        await groups.unseat(work, kaisa, round_.house.seats["Amina"], "other", yesterday)
    assert [await told() for _ in range(3)] == [1, 0, 0]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["not our key", "an error inside a 200", "a hundred megabytes of XML", "entities"])
@pytest.mark.parametrize("kind", ["bigbluebutton", "livekit", "galene"])
async def test_rounds_when_a_server_is_there_and_gives_no_room_then_the_lesson_goes_on_in_the_next(
    round_: Round, kind: str, name: str
) -> None:
    act, codes = BAD[name]
    async with bad(kind, act) as (provider, _heard):
        lesson, store = round_.house.lessons["first"][0], round_.house.store
        rounds = replace(round_, rounds=Rounds(store, Providers([provider, Builtin()]), round_.epoch))
        await rounds.choose(provider.name)
        for number in range(PATIENT + 1):
            async with store.look() as look:
                found = [(one.before, one.provider) for one in await moves.of_lesson(look, lesson)]
            assert found == ([(provider.name, "builtin")] if number == PATIENT else [])
            await rounds.go(later=25)
        async with store.look() as look:
            (moved,) = await moves.of_lesson(look, lesson)
        line = line_of(provider)
        assert line is not None
        assert {moved.why, line.health.problem} <= codes


@dataclass
class Telling(Rooms):
    """One that tells by itself, by a hook that `prepare` makes."""

    line: Line = field(default_factory=lambda: Line("https://video.example.org", Clock()))

    def evidence(self, _call: Call, _now: datetime) -> Sequence[Sighting]:
        return ()


async def test_rounds_when_people_are_in_a_room_that_tells_then_its_hook_is_made_anew_and_nobody_is_moved(
    round_: Round,
) -> None:
    telling = Telling("good", dict(round_.good.people), round_.good.answers)
    store = round_.house.store
    found = replace(round_, good=telling, rounds=Rounds(store, Providers([telling, Builtin()]), round_.epoch))
    await found.go()
    await found.go(later=25)
    assert (len(telling.prepared), telling.line.health.problem) == (2, None)
    await found.go(later=120)
    assert telling.line.health.problem == "video_untold"  # she was found by asking alone
    telling.unready = True
    for _ in range(PATIENT + 1):
        await found.go(later=25)
    async with store.look() as look:
        assert await moves.of_lesson(look, round_.house.lessons["first"][0]) == []
    assert await found.stays() == [("good", True)]
