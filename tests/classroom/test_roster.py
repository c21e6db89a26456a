"""snapshot + facts == next snapshot, after every act of a random lesson."""

import random
from datetime import timedelta
from typing import Any

import pytest

from calendars.facts import Told
from calendars.rights import target_of_lesson
from classroom import board, register, rooms, roster, taps, visits, watching
from classroom.register import Correction
from classroom.seats import apply
from tests.calendars.planned import Planned, counted
from tests.classroom.living import Living
from tests.classroom.seeing import TEN, Seeing


async def snapshot(house: Planned, lesson: str) -> dict[str, Any]:
    async with house.store.look() as look:
        return await roster.roster(look, await house.actor("Veera"), lesson)


@pytest.mark.parametrize("seed", range(6))
async def test_snapshot_and_facts_give_the_next_snapshot_after_every_act(house: Planned, seed: int) -> None:
    luck = random.Random(seed)
    living, seeing = Living(house, house.lessons["first"][0]), Seeing(house)
    await living.start()
    await seeing.had("livekit")
    heard: list[Told] = []
    house.store.listen(heard.extend)
    await living.enter("Veera")
    heard.clear()
    held = await snapshot(house, living.lesson)
    for _ in range(35):
        house.clock.at += timedelta(seconds=luck.choice([1, 15, 30, 50, 400]))
        await (deed(luck, living, house) if luck.random() < 0.7 else elsewhere(luck, seeing))
        for fact in [one for one in heard if one.stream == living.lesson]:
            after = apply(held, fact.message())
            assert after is not None
            held = after
        heard.clear()
        fresh = await snapshot(house, living.lesson)
        assert held == fresh


async def elsewhere(luck: random.Random, seeing: Seeing) -> None:
    """What is told of people whom our own page may not see: late, out of order, by asking, or by their teacher."""
    house, name = seeing.house, luck.choice(["Amina", "Bilal"])
    ago = (house.clock.at - TEN).total_seconds() - luck.choice([0, 0, 20, 300, 3000])
    if (chance := luck.random()) < 0.6:
        await seeing.take(seeing.seen(name, luck.choice(["joined", "left"]), ago, luck.choice(["c1", "c2"])))
    elif chance < 0.7:
        async with house.store.work() as work:
            await taps.say_here(work, await house.actor(name), seeing.lesson)
    elif chance < 0.85:
        async with house.store.work() as work:
            people = {house.people[one]: None for one in luck.sample(["Amina", "Bilal"], luck.randrange(3))}
            await watching.reconcile(work, "livekit", seeing.lesson, people, house.clock.at)
    else:
        until = max(TEN + timedelta(seconds=1), house.clock.at + timedelta(seconds=luck.choice([-5, 600])))
        said = Correction(house.people[name], luck.choice(["phone", "teacher", "remove"]), TEN, until, "She called")
        async with house.store.work() as work:
            await register.correct(work, await house.actor("Veera"), seeing.lesson, said)


async def deed(luck: random.Random, living: Living, house: Planned) -> None:
    """One act of the lesson, of any kind."""
    mine = [one for one in living.sockets if one.stay.role == "learner"]
    chance = luck.random()
    if chance < 0.3 or not mine:
        await living.enter(luck.choice(["Amina", "Bilal"]))
    elif chance < 0.45:
        await living.beat(luck.choice(mine))
    elif chance < 0.6:
        await living.hush(luck.choice(mine))
    elif chance < 0.7:
        await living.leave(luck.choice(mine))
    elif chance < 0.78:
        await living.lose(luck.choice(mine))
    else:
        await by_the_way(luck, living, house, luck.choice(mine))


async def by_the_way(luck: random.Random, living: Living, house: Planned, one: Any) -> None:
    teacher, name = await house.actor("Veera"), {id: name for name, id in house.people.items()}[one.person]
    actor = await house.actor(name)
    async with house.store.work() as work:
        _, _, target = await target_of_lesson(work, living.lesson)
        chance = luck.random()
        if chance < 0.35:
            await visits.sounding(work, actor, one.stay.visit, luck.random() < 0.5)
        elif chance < 0.7:
            await board.hand(work, actor, target, up=luck.random() < 0.6)
        elif chance < 0.85:
            await visits.refused(work, await house.actor("Bilal"), living.lesson, "device")
        elif await rooms.running_pause(work, living.lesson):
            await rooms.resume(work, teacher, living.lesson)
        else:
            await rooms.pause(work, teacher, living.lesson)


async def test_apply_when_the_register_moves_what_was_held_then_only_a_new_snapshot_tells(house: Planned) -> None:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    veera, starts = await house.actor("Veera"), house.clock.at
    heard: list[Told] = []
    house.store.listen(heard.extend)
    anew = []
    for act in (
        lambda work: register.excuse(work, veera, living.lesson, house.people["Bilal"], "own_illness"),
        lambda work: register.correct_held(work, veera, living.lesson, starts, starts + timedelta(minutes=9)),
        lambda work: register.sign(work, veera, living.lesson),
        lambda work: register.reopen(work, veera, living.lesson, "A note came"),
    ):
        held = await snapshot(house, living.lesson)
        heard.clear()
        house.clock.at += timedelta(minutes=10)
        async with house.store.work() as work:
            await act(work)
        for fact in heard:
            held = held if held is None else apply(held, fact.message())
        assert held is None or held == await snapshot(house, living.lesson)
        anew.append(held is None)
    assert anew == [False, True, True, False]


async def test_roster_when_there_is_one_lesson_or_three_then_as_many_statements(house: Planned) -> None:
    async with house.store.look() as look:
        every = [(await target_of_lesson(look, one))[:2] for one in [*house.lessons["first"], *house.lessons["second"]]]
        with counted(look) as one:
            await roster.snapshots(look, every[:1])
        with counted(look) as three:
            await roster.snapshots(look, every)
    assert len(one) == len(three)


async def test_apply_when_a_number_is_missing_then_only_a_new_snapshot_helps(house: Planned) -> None:
    held = await snapshot(house, house.lessons["first"][0])
    assert apply(held, {"kind": "PauseEnded", "number": held["number"] + 2, "by": "x"}) is None
    assert apply(held, {"kind": "PauseEnded", "number": held["number"], "by": "x"}) == held
