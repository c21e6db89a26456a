"""The embedded room in the real product: eight people signed in to a demo, a tone of their own in each microphone.

Nothing of the product is replaced: only what the browser gives for a microphone is a tone, and only at the page's
loudspeakers is listened. The bench of tests/long tries the engine alone, on harder lines.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.journeys.conftest import Demo
from tests.journeys.voices.people import (
    AUDIBLE,
    BACK,
    LOST,
    MESH,
    MOVED,
    STAR,
    TONES,
    Voice,
    carried,
    everybody_hears_everybody,
    linked,
    seat,
    signed_in,
    until,
    voices,
)  # fmt: skip
from tests.journeys.voices.sockets import sockets

SILENT_MS = 600
"""A syllable is the most that a change of the room may cost."""


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with voices(chromium) as opened:
        yield opened


async def people_of(demo: Demo, browser: Browser, learners: int) -> list[Voice]:
    """The teacher of the open lesson and so many of its learners, each in her own browser, at the door."""
    chosen = [demo.people("teacher")[0], *demo.people("learner", demo.lesson["group"])[:learners]]
    return [await signed_in(browser, one, TONES[number]) for number, one in enumerate(chosen)]


async def all_see(people: list[Voice], kind: str) -> bool:
    """Whether each of them has one picture besides her own: the teacher's camera or the mosaic of all."""
    seen = (
        "[...document.querySelectorAll('.picture:not([data-self]):not(#door *)')].map((one) => 'mosaic' in one.dataset)"
    )
    return [await each.page.evaluate(seen) for each in people] == [[kind == "mosaic"]] * len(people)


async def enter_and_speak(demo: Demo, people: list[Voice]) -> None:
    for each in people:
        await each.enters(demo)
        assert (await each.pressed("microphone"), await each.pressed("camera")) == (False, False)
    for each in people:
        await each.presses("microphone")


async def mesh_keeps_its_limits(people: list[Voice]) -> None:
    for each in people:
        await each.presses("camera")
    await asyncio.sleep(4)
    for each, line in zip(people, await carried(people), strict=True):
        print(f"mesh of four: {each.name} {line.up:.0f} kbit/s up, {line.down:.0f} down, {min(line.fps):.1f} fps")
        assert line.up <= 450
        assert line.down <= 450


async def star_keeps_its_limits(people: list[Voice], picture: str) -> None:
    await until(lambda: all_see(people[1:], picture), 15, f"every learner sees the {picture}")
    await asyncio.sleep(3)
    lines = await carried(people)
    for each, line in zip(people, lines, strict=True):
        rates = f"{line.up:.0f} kbit/s up, {line.down:.0f} down"
        print(f"star of eight, {picture}: {each.name} {rates}, {line.fps} of {line.drawn} fps")
    assert max(line.up for line in lines[1:]) <= 150
    assert max(line.down for line in lines[1:]) <= 300
    seen = min(min(line.fps) for line in lines[1:])
    assert seen > 2
    assert seen >= 0.7 * min(lines[0].drawn)  # what was drawn arrives


@pytest.mark.alone
async def test_room_when_eight_enter_then_all_56_pairs_hear_each_other_within_the_limits(
    demo: Demo, browser: Browser
) -> None:
    people = await people_of(demo, browser, 7)
    teacher, first = people[0], people[:4]
    await enter_and_speak(demo, first)
    await linked(first, [3] * 4)
    assert await everybody_hears_everybody(first) == 12
    await mesh_keeps_its_limits(first)
    for each in first:
        await each.probe("watch", first[0 if each is not teacher else 1].tone)

    for each in people[4:]:
        await enter_and_speak(demo, [each])
    await linked(people, [7] + [1] * 7)
    assert await everybody_hears_everybody(people) == 56
    silent = [await each.page.evaluate("probe.silence.longest") for each in first]
    print(f"longest silence while the mesh became a star: {max(silent):.0f} ms")
    assert max(silent) < SILENT_MS
    assert [await each.said(STAR) for each in people] == [1] * 4 + [0] * 4
    await star_keeps_its_limits(people, "camera")
    await teacher.presses("mosaic")
    await star_keeps_its_limits(people, "mosaic")

    async def roster_knows() -> bool:
        return [await seat(teacher, each.id) for each in people[1:]] == [("here", False)] * 7

    await until(roster_knows, 10, "every learner is on the roster, with sound")


async def test_star_when_the_teacher_reloads_and_then_leaves_then_all_hear_again_by_themselves(
    demo: Demo, browser: Browser
) -> None:
    people = await people_of(demo, browser, 4)
    teacher, learners = people[0], people[1:]
    await enter_and_speak(demo, people)
    await linked(people, [4, 1, 1, 1, 1])
    await everybody_hears_everybody(people)

    await teacher.page.reload()

    async def told(sentence: str) -> bool:
        return [await each.said(sentence) for each in learners] == [1] * 4

    await until(lambda: told(LOST), 10, "the page says that the teacher's line is lost")
    await teacher.enters(demo)
    await teacher.presses("microphone")
    await until(lambda: told(BACK), 10, "the page says that the teacher is back")
    await everybody_hears_everybody(people)

    second = await substitute(demo, browser)
    await second.enters(demo)
    await second.presses("microphone")
    await linked([*people, second], [5, 1, 1, 1, 1, 1])
    await everybody_hears_everybody([*people, second])
    await teacher.page.close()
    print(f"the second teacher stands in the middle: {await linked([second, *learners], [4, 1, 1, 1, 1]):.1f} s")
    await everybody_hears_everybody([second, *learners])
    await until(lambda: told(MOVED), 5, "the page says that another teacher carries the sound")
    for gone in learners[2:]:
        await gone.page.close()
    await linked([second, *learners[:2]], [2, 2, 2], 60)
    await everybody_hears_everybody([second, *learners[:2]])
    assert [await each.said(MESH) for each in learners[:2]] == [1, 1]


async def substitute(demo: Demo, browser: Browser) -> Voice:
    """Somebody who is free, whom the coordinator lets lead the lesson too, by the page that she has for it."""
    coordinator = await signed_in(browser, demo.people("coordinator")[0], 0)
    await coordinator.page.goto(f"{demo.url}/lessons/{demo.lesson['id']}/substitute")
    first = coordinator.page.locator("input[name=person]").first
    await first.check()
    chosen = await first.input_value()
    other = next(one for one in demo.listing["people"] if one["id"] == chosen)
    await coordinator.page.click("form[action$=substitute] button[data-kind=main]")
    await coordinator.page.wait_for_load_state()
    await coordinator.page.close()
    return await signed_in(browser, other, TONES[10])


async def test_room_when_one_too_many_comes_then_she_is_told_and_stands_on_the_roster(
    demo: Demo, browser: Browser
) -> None:
    lesson, learners = demo.lesson["id"], demo.people("learner", demo.lesson["group"])
    teacher = await signed_in(browser, demo.people("teacher")[0], TONES[0])
    await teacher.enters(demo)
    async with sockets(demo) as others:
        clients = [await others.enters(one, lesson) for one in (demo.people("coordinator")[0], *learners[:6])]
        ninth = await signed_in(browser, learners[6], TONES[1])
        await ninth.page.goto(f"{demo.url}/j/{lesson}")
        await ninth.page.click("#go-in")
        await ninth.page.wait_for_selector("#refused:not([hidden])")
        told = await ninth.page.inner_text("#refused-word .own")
        assert told == await ninth.probe("words", "The room is full. Your teacher sees that you came.")
        row = teacher.page.locator(f"#seats [data-person='{ninth.id}']")
        await row.and_(teacher.page.locator("[data-state=could_not_enter]")).wait_for()
        assert (await row.locator(".seat-word").inner_text()).strip() == (
            f"{await teacher.probe('words', 'could not get in')}: {await teacher.probe('words', 'the room is full')}"
        )
        assert await teacher.page.locator("#missing .alert").count() == 1
        await clients[1].call("leave", {"lesson": lesson}, timeout=10)
        await ninth.page.click("#again")
        await ninth.page.wait_for_selector("#classroom[data-stage=room]")
        await row.and_(teacher.page.locator("[data-state=here]")).wait_for()


async def test_sound_when_it_is_blocked_or_never_connects_then_one_tap_or_the_roster_says_so(
    demo: Demo, browser: Browser
) -> None:
    learners = demo.people("learner", demo.lesson["group"])
    people = await people_of(demo, browser, 1)
    await enter_and_speak(demo, people)
    lost = await signed_in(browser, learners[1], TONES[2], relay=True)  # no TURN server here, so no way at all
    await lost.enters(demo)
    listener = await signed_in(browser, learners[2], 0)
    fresh = await listener.page.context.new_page()
    await fresh.add_init_script("addEventListener('load', () => document.getElementById('go-in').click())")
    await fresh.goto(f"{demo.url}/j/{demo.lesson['id']}")
    await asyncio.sleep(3)  # no tap, so the browser lets nothing sound; each question from here would count as one
    listener = Voice(listener.id, listener.name, 0, fresh)
    await fresh.wait_for_selector("#listen:not([hidden])")

    async def roster_shows(*silent: bool) -> bool:
        return [await seat(people[0], each.id) for each in (people[1], lost, listener)] == [
            ("here", one) for one in silent
        ]

    await until(lambda: roster_shows(False, True, True), 20, "two of three are here without sound")
    box = await fresh.locator("#listen").bounding_box()
    assert box is not None
    assert (box["height"] >= 64, box["width"] >= 200) == (True, True)
    await fresh.click("#listen")
    await until(lambda: roster_shows(False, True, False), 10, "her sound is up")
    assert await fresh.is_hidden("#listen")
    await until(lambda: hears_all(listener, people), 10, "she hears both")
    await lost.page.close()


async def hears_all(ear: Voice, people: list[Voice]) -> bool:
    return min(await ear.hears([each.tone for each in people])) >= AUDIBLE
