"""What video rooms tell: in the ledger once, whoever tells it, however often, in whatever order; and nothing else."""

import asyncio
import json
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from calendars import chains
from calendars.clock import seconds
from calendars.store import Store
from classroom import moves, register, trace
from classroom.attendance import reckon
from classroom.sightings import Taken
from classroom.tables import Evidence, RoomStay
from classroom.testimony import Held
from tests.calendars.planned import SYSTEM, Planned
from tests.classroom.oracle import judge
from tests.classroom.seeing import TEN, Seeing


@pytest.fixture
async def seeing(house: Planned) -> Seeing:
    found = Seeing(house)
    await found.had("livekit")
    return found


async def lines(seeing: Seeing) -> int:
    async with seeing.house.store.look() as look:
        found: int = await look.one(select(func.count()).where(Evidence.kind == "provider"))
        return found


async def test_take_when_two_tabs_join_and_one_leaves_then_she_is_in_until_the_other_does(seeing: Seeing) -> None:
    seeing.house.clock.at = TEN + timedelta(hours=1)
    told = [
        seeing.seen("Amina", "joined", 10, "a"), seeing.seen("Amina", "joined", 40, "b"),
        seeing.seen("Amina", "left", 300, "a"), seeing.seen("Amina", "left", 900.9, "b"),
    ]  # fmt: skip
    assert await seeing.take(*told) == Taken(new=4)
    assert await seeing.room("Amina") == [(10, 900)]
    assert await seeing.take(*reversed(told)) == Taken(known=4)
    assert await lines(seeing) == 4


def walks(luck: random.Random, seeing: Seeing) -> tuple[list[Any], dict[str, set[int]]]:
    """Stays of three connections of two people, and the seconds that they come to, cell by cell."""
    told, cells = [], {"Amina": set[int](), "Bilal": set[int]()}
    for number in range(3):
        name, at = luck.choice(["Amina", "Bilal"]), luck.randrange(60)
        for _ in range(luck.randrange(1, 5)):
            joined = at
            left = joined + luck.randrange(1, 400)
            at = left + luck.randrange(300)
            told += [seeing.seen(name, "joined", joined, f"c{number}"), seeing.seen(name, "left", left, f"c{number}")]
            cells[name] |= set(range(joined, left))
    return told, cells


@pytest.mark.parametrize("seed", range(2))
async def test_take_when_doubled_and_out_of_order_then_the_seconds_are_those_of_the_truth(
    seeing: Seeing, seed: int
) -> None:
    luck = random.Random(seed)
    seeing.house.clock.at = TEN + timedelta(hours=3)
    told, cells = walks(luck, seeing)
    sent = [one for one in told for _ in range(luck.choice([1, 1, 2]))]
    luck.shuffle(sent)
    while sent:
        await seeing.take(*[sent.pop() for _ in range(min(len(sent), luck.randrange(1, 4)))])
    assert await lines(seeing) == len(told)
    for name in ("Amina", "Bilal"):
        assert {cell for begin, end in await seeing.room(name) for cell in range(begin, end)} == cells[name]
    found = await seeing.trace()
    written = [json.loads(line) for line in trace.write(found)]
    assert {one: found.seconds["present"] for one, found in reckon(found).items()} == {
        learner: one["seconds"]["present"] for learner, one in judge(written).items()
    }


async def test_take_when_it_is_no_evidence_of_this_room_then_it_is_counted_and_kept_out(seeing: Seeing) -> None:
    seeing.house.clock.at = TEN + timedelta(minutes=30)
    other = seeing.house.lessons["second"][0]
    told = [
        (seeing.seen("Amina", "joined", 0, lesson="nowhere"), "not_its_lesson"),
        (seeing.seen("Amina", "joined", 0, lesson="a\0b'"), "not_its_lesson"),
        (seeing.seen("Amina", "joined", 1800, lesson=other), "may_not_enter"),
        (seeing.seen("Stranger", "joined", 0), "may_not_enter"),
        (seeing.seen("Iiris", "joined", 0), "may_not_enter"),
        (seeing.seen("Amina typed by hand", "joined", 0), "may_not_enter"),
        (seeing.seen("Amina", "joined", -6000), "not_its_time"),
        (seeing.seen("Amina", "joined", 86400), "from_the_future"),
        (seeing.seen("Amina", "left", 30 * 60 + 121), "from_the_future"),
    ]  # fmt: skip
    expected: dict[str, int] = {}
    for _, why in told:
        expected[why] = expected.get(why, 0) + 1
    assert await seeing.take(*(one for one, _ in told)) == Taken(
        kept_out=expected, ahead=timedelta(seconds=86400 - 1800)
    )
    assert await seeing.take(seeing.seen("Amina", "joined", 0), provider="jitsi") == Taken(
        kept_out={"not_its_lesson": 1}
    )
    assert await lines(seeing) == 0
    # A clock of theirs that is a little ahead: nothing is seen before it was told.
    assert (await seeing.take(seeing.seen("Amina", "joined", 30 * 60 + 90))).new == 1
    seeing.house.clock.at += timedelta(minutes=10)
    await seeing.take(seeing.seen("Amina", "left", 40 * 60, key="x" * 5000, connection="c1"))
    assert await seeing.room("Amina") == [(1800, 2400)]


async def test_take_when_the_programme_has_moved_before_the_lesson_then_the_server_before_tells_nothing_of_it(
    seeing: Seeing,
) -> None:
    seeing.house.clock.at = TEN - timedelta(minutes=30)
    await seeing.moves("bbb")
    seeing.house.clock.at = TEN + timedelta(minutes=30)
    for provider in ("livekit", "builtin", "never"):  # the last two gave the rooms first, and none at all
        told = await seeing.take(seeing.seen("Amina", "joined", 0), provider=provider)
        assert told.new == 0
        assert sum(told.kept_out.values()) == 1
    assert (await seeing.take(seeing.seen("Amina", "joined", 0), seeing.seen("Amina", "left", 60))).new == 2
    assert await seeing.room("Amina") == [(0, 60)]


async def test_take_when_the_lesson_has_moved_then_each_server_counts_for_its_own_time(seeing: Seeing) -> None:
    async with seeing.house.store.work() as work:
        await chains.choose(work, SYSTEM, seeing.house.programme, ["livekit", "bbb"])
    seeing.house.clock.at = TEN + timedelta(minutes=10)
    async with seeing.house.store.work() as work:
        await moves.go_on(work, seeing.lesson, lambda name: "video_silent" if name == "livekit" else "")
    seeing.house.clock.at = TEN + timedelta(minutes=30)
    await seeing.take(
        seeing.seen("Amina", "joined", 100), seeing.seen("Amina", "left", 1500),  # sits on in the room that was left
        seeing.seen("Bilal", "joined", 700, "late"), seeing.seen("Bilal", "left", 1500, "late"),
    )  # fmt: skip
    assert await seeing.room("Amina") == [(100, 600)]
    assert await seeing.room("Bilal") == []
    await seeing.take(
        seeing.seen("Amina", "joined", 200, "early"), seeing.seen("Amina", "left", 300, "early"),
        seeing.seen("Bilal", "joined", 590, "slow clock"), seeing.seen("Bilal", "left", 1200, "slow clock"),
        provider="bbb",
    )  # fmt: skip
    assert await seeing.room("Amina") == [(100, 600)]
    assert await seeing.room("Bilal") == [(600, 1200)]


async def test_take_when_two_workers_are_told_the_same_at_once_then_it_is_written_once(
    seeing: Seeing, database: str
) -> None:
    seeing.house.clock.at = TEN + timedelta(minutes=30)
    told = [seeing.seen("Amina", "joined", n, f"c{n}") for n in range(5)]
    others = [Store(database, seeing.house.clock) for _ in range(2)]
    try:
        beside = [
            Seeing(Planned(one, **{k: v for k, v in vars(seeing.house).items() if k != "store"})) for one in others
        ]
        found = await asyncio.gather(*(one.take(*told) for one in [seeing, *beside] for _ in range(2)))
    finally:
        for one in others:
            await one.close()
    assert sum(one.new for one in found) == 5
    assert {one.new + one.known for one in found} == {5}
    async with seeing.house.store.look() as look:
        numbers = await look.all(select(Evidence.number).order_by(Evidence.number))
        assert list(numbers) == [1, 2, 3, 4, 5]
        assert await look.one(select(func.count()).select_from(RoomStay)) == 5


async def test_take_when_the_lesson_is_over_then_the_register_follows_until_it_is_signed(seeing: Seeing) -> None:
    veera = await seeing.house.actor("Veera")
    await seeing.take(seeing.seen("Veera", "joined", -600), seeing.seen("Amina", "joined", 0))
    seeing.house.clock.at = TEN + timedelta(hours=2)
    async with seeing.house.store.work() as work:
        await register.close(work, veera, seeing.lesson)

    async def marks() -> list[tuple[int, str, int]]:
        async with seeing.house.store.look() as look:
            found = await register.register(look, SYSTEM, seeing.lesson)
        entry = next(one for one in found.entries if one.name == "Amina")
        return [(one.version, one.state, one.seconds["present"]) for one in entry.marks]

    assert await marks() == [(1, "absent", 0)]  # she joined; nobody has said yet until when she was in
    seeing.house.clock.at += timedelta(minutes=20)
    await seeing.take(seeing.seen("Amina", "left", 7200))
    assert await marks() == [(1, "absent", 0), (2, "present", 7200)]
    async with seeing.house.store.work() as work:
        await register.sign(work, veera, seeing.lesson)
    before = await marks()
    assert (await seeing.take(seeing.seen("Amina", "left", 60), seeing.seen("Amina", "joined", 61))).new == 2
    assert await marks() == before


async def test_take_when_her_teacher_comes_straight_into_the_room_then_the_lesson_is_held_and_only_learners_are_marked(
    seeing: Seeing,
) -> None:
    seeing.house.clock.at = TEN + timedelta(minutes=5)
    await seeing.take(seeing.seen("Veera", "joined", -300), seeing.seen("Kaisa", "joined", -400))
    async with seeing.house.store.look() as look:
        found = await register.register(look, SYSTEM, seeing.lesson)
    assert found.lesson.opened == TEN
    assert sorted(one.name for one in found.entries) == ["Amina", "Bilal"]
    assert found.trace.lines[-1].starts == seconds(TEN)  # type: ignore[union-attr]


@pytest.mark.parametrize(("left", "until"), [(5400, 5400), (None, 2 * 3600)])
async def test_forgotten_when_who_leads_was_in_the_providers_room_alone_then_it_was_held_while_she_was(
    seeing: Seeing, left: int | None, until: int
) -> None:
    seeing.house.clock.at = TEN
    await seeing.take(seeing.seen("Veera", "joined", 0), seeing.seen("Amina", "joined", 0))
    if left is not None:
        seeing.house.clock.at += timedelta(seconds=left)
        await seeing.take(seeing.seen("Veera", "left", left))
    seeing.house.clock.at = TEN + timedelta(hours=4)
    await seeing.take(seeing.seen("Amina", "left", 5400))
    async with seeing.house.store.work() as work:
        await register.close_forgotten(work)
    held = (await seeing.trace()).lines
    assert [(one.starts, one.ends) for one in held if isinstance(one, Held)] == [(seconds(TEN), seconds(TEN) + until)]
    assert (await seeing.reckoned("Amina")).seconds["present"] == 5400
