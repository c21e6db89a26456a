"""The embedded room's engine in real browsers: who hears and sees whom, proved by a tone of everybody's own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.journeys.room_bench import line as cable
from tests.journeys.room_bench.people import Somebody, chromium, comes, linked, unmute, until
from tests.journeys.room_bench.signalling import Bench, bench

TONES = [400 + 170 * number for number in range(8)]
"""Far enough from each other and from each other's overtones."""
AUDIBLE, APART = -45, 24
"""In decibel: a voice that is there, and how much weaker one's own has to be that is not."""
GAP_MS = 500

pytestmark = pytest.mark.skipif(not Path("/usr/bin/chromium").exists(), reason="install chromium")


@pytest.fixture
async def room() -> AsyncIterator[Bench]:
    async with bench() as made:
        yield made


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


async def enter(browser: Browser, room: Bench, number: int, role: str = "learner", **more: str) -> Somebody:
    return await comes(browser, room.url, f"p{number}", TONES[number], role, **more)


async def enter_all(browser: Browser, room: Bench, count: int) -> list[Somebody]:
    """A teacher and learners; in a star she has all the links and each of them one."""
    people = [await enter(browser, room, 0, "teacher")]
    people += [await enter(browser, room, number) for number in range(1, count)]
    await linked(people, [count - 1] * count if count <= 4 else [count - 1] + [1] * (count - 1))
    await unmute(people)
    return people


async def assert_all_hear_all_but_themselves(people: Sequence[Somebody]) -> int:
    """Everybody's tone at everybody else, nobody's at herself; gives the number of pairs."""
    tones = [each.tone for each in people]

    async def heard() -> bool:
        tables = await asyncio.gather(*(each.hears(tones) for each in people))
        for row, levels in enumerate(tables):
            others = [level for column, level in enumerate(levels) if column != row]
            if min(others) < AUDIBLE or levels[row] > min(others) - APART:
                print(f"  {people[row].name} hears {levels}")
                return False
        return True

    await until(heard, 15, "everybody hears everybody but herself")
    return len(people) * (len(people) - 1)


async def rates(someone: Somebody) -> tuple[float, float]:
    """All that goes out and comes in, kbit/s with headers."""
    links = (await someone.say("bench.stats()")).values()
    return sum(each["up"] for each in links), sum(each["down"] for each in links)


async def watch(pairs: dict[Somebody, int]) -> None:
    for ear, tone in pairs.items():
        await ear.say("tone => bench.watch(tone)", tone)


async def longest_gap(people: Sequence[Somebody]) -> float:
    return float(max([await each.say("bench.gap") for each in people]))


async def test_mesh_when_three_are_in_then_all_hear_and_see_each_other_move(browser: Browser, room: Bench) -> None:
    people = await enter_all(browser, room, 3)
    assert await assert_all_hear_all_but_themselves(people) == 6
    assert [await each.say("bench.pictures.size") for each in people] == [0, 0, 0]
    for each in people:
        await each.say("bench.call.camera(true)")

    async def decoded() -> list[int]:
        tables = [(await each.say("bench.stats()")).values() for each in people]
        return [link["framesDecoded"] for table in tables for link in table]

    async def all_move() -> bool:
        return len(await decoded()) == 6 and min(await decoded()) > 0

    await until(all_move, 15, "six pictures")
    before = await decoded()
    await asyncio.sleep(5)
    assert min(after - old for old, after in zip(before, await decoded(), strict=True)) > 20
    for each in people:
        assert await each.say("bench.pictures.size") == 2
        up, down = await rates(each)
        print(f"mesh of three: {each.name} {up:.0f} kbit/s up, {down:.0f} down")
        assert up <= 450
        assert down <= 450
    await people[1].say("bench.call.camera(false)")

    async def one_less() -> bool:
        return [await each.say("bench.pictures.size") for each in people] == [1, 2, 1]

    await until(one_less, 5, "her picture is taken away")


async def test_star_when_eight_enter_then_all_56_pairs_hear_each_other_within_the_limits(
    browser: Browser, room: Bench
) -> None:
    people = await enter_all(browser, room, 8)
    teacher, learners = people[0], people[1:]
    assert await assert_all_hear_all_but_themselves(people) == 56
    assert room.rooms["l1"].sound == {await each.connection(): True for each in people}
    for each in people[:4]:
        await each.say("bench.call.camera(true)")
    for picture in ("camera", "mosaic"):
        await teacher.say("on => bench.call.mosaic(on)", picture == "mosaic")
        await asyncio.sleep(7)
        for each in learners:
            up, down = await rates(each)
            print(f"star of eight, {picture}: {each.name} {up:.0f} kbit/s up, {down:.0f} down")
            assert up <= 150
            assert down <= 300
            shown = await each.say("bench.events.filter(([type]) => type == 'picture').pop()[1].mosaic")
            assert shown == (picture == "mosaic")
            assert min(link["fps"] for link in (await each.say("bench.stats()")).values()) > 2
        up, down = await rates(teacher)
        print(f"star of eight, {picture}: the teacher {up:.0f} kbit/s up, {down:.0f} down")
        assert await teacher.say("bench.pictures.size") == 3


async def test_room_when_the_fifth_comes_and_goes_then_nobody_falls_silent(browser: Browser, room: Bench) -> None:
    people = await enter_all(browser, room, 4)
    await assert_all_hear_all_but_themselves(people)
    teacher, ann, bea, cia = people
    await watch({teacher: ann.tone, ann: bea.tone, bea: ann.tone, cia: teacher.tone})
    dan = await enter(browser, room, 4)
    print(f"mesh to star: {await linked([*people, dan], [4, 1, 1, 1, 1]):.1f} s")
    await unmute([dan])
    await assert_all_hear_all_but_themselves([*people, dan])
    await dan.page.close()
    await linked(people, [3, 1, 1, 1])
    await assert_all_hear_all_but_themselves(people)
    await cia.page.close()
    print(f"star to mesh: {await linked(people[:3], [2, 2, 2]):.1f} s")
    await assert_all_hear_all_but_themselves(people[:3])
    gap = await longest_gap(people[:3])
    print(f"longest silence in both changes: {gap:.0f} ms")
    assert gap < GAP_MS
    assert [await each.codes() for each in people[:3]] == [["star", "mesh"]] * 3
    assert len(room.rooms["l1"].peers) == 3


async def test_star_when_the_center_reloads_then_all_hear_again_by_themselves(browser: Browser, room: Bench) -> None:
    people = await enter_all(browser, room, 5)
    await assert_all_hear_all_but_themselves(people)
    await watch({each: people[1].tone if each is not people[1] else people[2].tone for each in people[1:]})
    await people[0].page.reload()
    await people[0].page.click("#enter")
    await linked(people, [4, 1, 1, 1, 1])
    await unmute(people[:1])
    await assert_all_hear_all_but_themselves(people)
    print(f"the centre reloads: silent for {await longest_gap(people[1:]):.0f} ms")
    for learner in people[1:]:
        assert [code for code in await learner.codes() if code.startswith("center")] == ["center_lost", "center_back"]


async def test_star_when_the_center_leaves_then_the_second_teacher_takes_over(browser: Browser, room: Bench) -> None:
    people = await enter_all(browser, room, 5)
    second = await enter(browser, room, 5, "tutor")
    await linked([*people, second], [5, 1, 1, 1, 1, 1])
    await unmute([second])
    await assert_all_hear_all_but_themselves([*people, second])
    await people[0].page.close()
    rest = [second, *people[1:]]
    print(f"the second takes over: {await linked(rest, [4, 1, 1, 1, 1]):.1f} s")
    await assert_all_hear_all_but_themselves(rest)
    for learner in people[1:]:
        assert (await learner.codes())[-1] in {"center_moved", "center_back"}


@pytest.mark.skipif(not cable.POSSIBLE, reason="run as root with iproute2: a network is cut")
async def test_star_when_a_learners_line_is_cut_then_she_is_back_without_a_click(
    browser: Browser, tmp_path: Path
) -> None:
    async with cable.line() as line, bench("0.0.0.0") as room, cable.far_chromium(line, tmp_path) as far:
        near = room.url
        people = await enter_all(browser, room, 4)
        room.url = near.replace("0.0.0.0", line.here)
        ann = await enter(far, room, 4)
        everybody = [*people, ann]
        await linked(everybody, [4, 1, 1, 1, 1])
        await unmute([ann])
        await assert_all_hear_all_but_themselves(everybody)
        await line.cut()
        await linked(people, [3, 1, 1, 1], 30)
        await asyncio.sleep(3)
        await assert_all_hear_all_but_themselves(people)
        await line.mend()
        print(f"back after the cut: {await linked(everybody, [4, 1, 1, 1, 1], 30):.1f} s")
        await assert_all_hear_all_but_themselves(everybody)
        assert await sounds(ann) == [True, False, True]


async def sounds(someone: Somebody) -> list[bool]:
    return list(await someone.say("bench.events.filter(([type]) => type == 'sound').map(([, {on}]) => on)"))


async def test_listener_when_she_has_no_device_and_did_not_tap_then_one_tap_opens_the_sound(
    browser: Browser, room: Bench
) -> None:
    people = await enter_all(browser, room, 2)
    listener = await comes(browser, room.url, "p2", 0, auto="1", tap="no")
    await linked([*people, listener], [2, 2, 2])

    async def blocked() -> bool:
        return bool(await listener.say("bench.events.some(([type]) => type == 'blocked')"))

    await until(blocked, 5, "the page is told that sound is blocked")
    assert True not in await sounds(listener)
    await listener.page.click("#listen")

    async def opened() -> bool:
        return (await sounds(listener)) == [True]

    await until(opened, 8, "her sound is up")
    assert min(await listener.hears(TONES[:2])) > AUDIBLE


async def test_mix_when_one_voice_is_not_a_number_then_the_others_are_still_heard(
    browser: Browser, room: Bench
) -> None:
    people = await enter_all(browser, room, 5)
    await people[0].say("bench.poison()")
    await asyncio.sleep(1)
    learners = people[1:]
    await assert_all_hear_all_but_themselves(learners)
    await people[0].say("bench.heal()")
    await assert_all_hear_all_but_themselves(people)


async def test_mesh_when_a_pair_finds_no_way_then_the_teacher_carries_their_voices(
    browser: Browser, room: Bench
) -> None:
    room.deaf = {frozenset({"p1", "p2"})}
    people = [await enter(browser, room, 0, "teacher"), await enter(browser, room, 1), await enter(browser, room, 2)]
    await linked(people, [2, 1, 1])
    await unmute(people)
    await assert_all_hear_all_but_themselves(people)


async def test_call_when_one_person_has_two_tabs_then_the_newer_one_sounds_and_the_older_is_told(
    browser: Browser, room: Bench
) -> None:
    people = await enter_all(browser, room, 2)
    again = await enter(browser, room, 1)
    await linked([people[0], again, people[1]], [1, 1, 0])
    assert await people[1].codes() == ["elsewhere"]
    await again.page.close()
    await linked(people, [1, 1])
    assert await people[1].codes() == ["elsewhere", "here_again"]
