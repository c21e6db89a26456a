"""*I am here*: one second of evidence, her own word on the roster, and her teacher's where it shall count."""

from datetime import timedelta
from itertools import pairwise

import pytest

from calendars.clock import Clock
from calendars.errors import NotFound, NotOpen
from calendars.rights import target_of_lesson
from classroom import ledger, register, rooms, roster, taps, telephone
from classroom.attendance import reckon
from classroom.register import Correction
from classroom.testimony import Span
from classroom.video.builtin import Builtin
from classroom.video.line import Line
from classroom.video.link import Link, host_of
from classroom.video.livekit import LiveKit
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.classroom.living import Living

TEN = MONDAY + timedelta(hours=1)


async def taps_at(house: Planned, minutes: float, name: str = "Bilal") -> None:
    house.clock.at = TEN + timedelta(minutes=minutes)
    async with house.store.work() as work:
        await taps.say_here(work, await house.actor(name), house.lessons["first"][0])


async def seat(house: Planned, name: str = "Bilal") -> tuple[str, str | None]:
    async with house.store.look() as look:
        found = await roster.roster(look, await house.actor("Veera"), house.lessons["first"][0])
    return next((one["state"], one["stands_on"]) for one in found["seats"] if one["person"] == house.people[name])


async def seconds_of(house: Planned, name: str = "Bilal") -> dict[str, int]:
    async with house.store.look() as look:
        found = await register.register(look, SYSTEM, house.lessons["first"][0])
    return dict(reckon(found.trace)[house.people[name]].seconds)


async def test_taps_when_pressed_on_and_on_then_they_alone_make_no_second_present(house: Planned) -> None:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    for seconds in (*range(60, 600, 10), *range(600, 1200, 85), 1800):
        await taps_at(house, seconds / 60)
    assert set((await seconds_of(house)).values()) == {0}
    async with house.store.look() as look:
        lesson, programme, _ = await target_of_lesson(look, living.lesson)
        trace = await ledger.trace(look, lesson, rooms.times(lesson, programme.rules), rooms.rules_of(programme))
    hers = [one for one in trace.lines if isinstance(one, Span) and one.learner == house.people["Bilal"]]
    assert {(one.starts - one.ends, one.connection) for one in hers} == {(0, "tap")}
    assert min(after.starts - one.starts for one, after in pairwise(hers)) > programme.rules["grace"]
    assert await seat(house) == ("here", "own")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_seat_when_she_tapped_then_her_page_the_telephone_and_her_good_bye_go_before_it(house: Planned) -> None:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    await taps_at(house, 6)
    assert await seat(house) == ("late", "own")
    await living.enter("Bilal")
    assert await seat(house) == ("late", "page")
    await living.hush(living.sockets[-1])  # the room's own app is in front now
    assert await seat(house) == ("late", "own")
    async with house.store.work() as work:
        await telephone.record(work, await house.actor("Veera"), living.lesson, house.people["Bilal"])
    assert await seat(house) == ("late", "phone")
    async with house.store.work() as work:
        await telephone.take_back(work, await house.actor("Veera"), living.lesson, house.people["Bilal"])
    house.clock.at += timedelta(minutes=1)
    await living.enter("Bilal")
    await living.leave(living.sockets[-1])
    assert await seat(house) == ("left", None)
    await taps_at(house, 20)
    assert await seat(house) == ("late", "own")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_word_when_her_teacher_confirms_it_then_it_counts_with_the_teachers_name(house: Planned) -> None:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    await taps_at(house, 1)
    await taps_at(house, 51)
    house.clock.at = TEN + timedelta(hours=1)
    veera = await house.actor("Veera")
    async with house.store.work() as work:
        await register.close(work, veera, living.lesson)
    said = Correction(house.people["Bilal"], "teacher", TEN + timedelta(minutes=1), TEN + timedelta(minutes=51), "Yes")
    async with house.store.work() as work:
        await register.correct(work, veera, living.lesson, said)
    assert (await seconds_of(house))["corrected"] == 3000


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_tap_when_doors_are_shut_or_it_is_not_hers_then_refused_and_of_whoever_leads_nothing_is_written(
    house: Planned,
) -> None:
    for minutes, refusal in ((-90, NotOpen), (700, NotOpen)):
        with pytest.raises(refusal):
            await taps_at(house, minutes)
    with pytest.raises(NotFound):
        await taps_at(house, 5, "Chau")
    await taps_at(house, 5, "Veera")
    async with house.store.look() as look:
        assert (await register.register(look, SYSTEM, house.lessons["first"][0])).evidence == ()


def test_rooms_when_they_say_who_is_in_or_not_then_known() -> None:
    address, clock = "https://teams.example.org/l/meetup", Clock()
    assert not taps.tells(Link(address, Line(f"https://{host_of(address)}", clock)))
    assert not taps.tells(Builtin())
    assert taps.tells(
        LiveKit(Line("https://livekit.example.org", clock), clock, "key", "a secret", "https://x.example")
    )
