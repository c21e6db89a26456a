"""A lesson goes on in another room when its server is away or whoever leads says so, once and for everybody in it."""

from datetime import timedelta

import pytest

from calendars import chains
from calendars.appointments import appointments
from calendars.appointments.checks import NewAppointment
from calendars.errors import Conflict, Forbidden, Invalid
from calendars.facts import Told
from calendars.lessons import doors
from classroom import moves, register, reports, roster, serverstates
from classroom.seats import apply
from classroom.video.choose import Known
from classroom.video.health import Health
from tests.calendars.planned import SYSTEM, Planned
from tests.classroom.living import Living

CHAIN = ["jitsi", "town"]


def but(*away: str) -> moves.WhyNot:
    return lambda name: "video_silent" if name in away else ""


async def chosen(house: Planned) -> str:
    """The first lesson, on, in a programme with a chain; its teacher inside."""
    async with house.store.work() as work:
        await chains.choose(work, SYSTEM, house.programme, CHAIN)
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    return living.lesson


async def moved(house: Planned, lesson: str) -> list[tuple[str, str, str]]:
    async with house.store.look() as look:
        return [(one.before, one.provider, one.why) for one in await moves.of_lesson(look, lesson)]


async def test_lesson_when_its_server_dies_then_one_row_one_fact_and_never_back_by_itself(house: Planned) -> None:
    lesson = await chosen(house)
    heard: list[Told] = []
    house.store.listen(heard.extend)
    async with house.store.look() as look:
        held = await roster.roster(look, await house.actor("Veera"), lesson)
    for _ in range(2):  # the chore and a click, or two chores: the second finds it done
        async with house.store.work() as work:
            assert await moves.go_on_due(work, [], but()) == []
            await moves.go_on_due(work, ["jitsi"], but("jitsi"))
            assert await moves.go_on(work, lesson, but("jitsi")) == "town"
    assert await moved(house, lesson) == [("jitsi", "town", "video_silent")]
    (fact,) = [one for one in heard if one.kind == "RoomMoved"]
    assert (fact.audience, fact.body["provider"]) == ("lesson", "town")
    async with house.store.look() as look:
        assert await roster.roster(look, await house.actor("Veera"), lesson) == apply(held, fact.message())

    async with house.store.work() as work:  # the first one is well again, then both are away
        assert await moves.go_on(work, lesson, but()) == "town"
        assert await moves.go_on(work, lesson, but("jitsi", "town")) == "builtin"
        assert await moves.go_on(work, lesson, but("jitsi", "town")) == "builtin"
    async with house.store.work() as work:
        await register.close(work, await house.actor("Veera"), lesson)
        await chains.choose(work, SYSTEM, house.programme, ["other"])
    async with house.store.look() as look:
        found = await register.register(look, SYSTEM, lesson)
        told = (await reports.report(look, SYSTEM, house.programme)).moves
    assert (found.lesson.room, [one.provider for one in found.moves]) == ("builtin", ["town", "builtin"])
    assert [(one["from"], one["to"], one["why"]) for one in told] == await moved(house, lesson)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_lesson_when_it_is_over_then_it_says_where_it_was_whatever_the_programme_takes_later(
    house: Planned,
) -> None:
    lesson = await chosen(house)
    async with house.store.work() as work:
        await register.close(work, await house.actor("Veera"), lesson)
        await moves.choose(work, SYSTEM, house.programme, ["builtin"])
    async with house.store.look() as look:
        assert (await register.register(look, SYSTEM, lesson)).lesson.room == "jitsi"
    assert await moved(house, lesson) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_lesson_when_its_programme_chooses_other_rooms_then_those_that_are_on_go_there(house: Planned) -> None:
    lesson = await chosen(house)
    later = house.lessons["first"][1]
    async with house.store.work() as work:
        await moves.choose(work, await house.actor("Kaisa"), house.programme, ["town"])
    assert await moved(house, lesson) == [("jitsi", "town", "chosen")]
    assert await moved(house, later) == []


async def test_appointment_when_its_programme_chooses_other_rooms_then_whoever_is_in_it_is_told_to_go_there(
    house: Planned,
) -> None:
    starts = house.clock.at + timedelta(minutes=5)
    oona, chau = house.people["Oona"], house.people["Chau"]
    new = NewAppointment(
        kind="guidance", way="online", starts=starts, ends=starts + timedelta(minutes=30), learner=chau,
        partners=(oona,),
    )  # fmt: skip
    async with house.store.work() as work:
        (talk,) = await appointments.plan(work, await house.actor("Oona"), house.programme, [new])
        await chains.choose(work, SYSTEM, house.programme, CHAIN)
    house.clock.at = starts + timedelta(minutes=2)
    heard: list[Told] = []
    house.store.listen(heard.extend)
    for rooms in (["town"], ["town"], ["builtin"]):
        async with house.store.work() as work:
            await moves.choose(work, await house.actor("Kaisa"), house.programme, rooms)
    told = [(one.stream, one.body["provider"]) for one in heard if one.kind == "RoomMoved" and one.stream == talk.id]
    assert told == [(talk.id, "town"), (talk.id, "builtin")]
    assert await moved(house, talk.id) == [("jitsi", "town", "chosen"), ("town", "builtin", "chosen")]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_lesson_when_whoever_leads_moves_it_then_there_and_back_but_to_nowhere_else(house: Planned) -> None:
    lesson = await chosen(house)
    veera = await house.actor("Veera")
    for provider in ("builtin", "builtin", "jitsi"):
        async with house.store.work() as work:
            await moves.move(work, veera, lesson, provider, but("town"))
    assert await moved(house, lesson) == [("jitsi", "builtin", "by_hand"), ("builtin", "jitsi", "by_hand")]
    for actor, provider, refusal in (
        (veera, "zoom", Invalid), (veera, "town", Conflict), (await house.actor("Amina"), "builtin", Forbidden),
    ):  # fmt: skip
        with pytest.raises(refusal):
            async with house.store.work() as work:
                await moves.move(work, actor, lesson, provider, but("town"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_due_when_a_server_is_away_then_only_lessons_that_are_on_move(house: Planned) -> None:
    lesson = await chosen(house)
    async with house.store.look() as look:
        found = (await register.register(look, SYSTEM, lesson)).lesson
        closes = doors(found, {}).closes
    house.clock.at = closes + timedelta(hours=3)
    async with house.store.work() as work:
        assert await moves.go_on_due(work, CHAIN, but(*CHAIN)) == []


async def test_states_when_processes_report_in_any_order_then_the_newest_stays_and_each_turn_is_told_once(
    house: Planned,
) -> None:
    now = house.clock.now()
    well = Health("well", None, None, {}, None, now)
    fell = Health("resting", now, "video_silent", {"server": "x"}, now + timedelta(seconds=5), now)
    back = Health("well", now, "video_silent", {"server": "x"}, now + timedelta(seconds=5), now + timedelta(seconds=9))
    heard: list[Told] = []
    house.store.listen(heard.extend)
    for found in (well, fell, well, fell, back, fell):
        async with house.store.work() as work:
            await serverstates.report(work, {"jitsi": found})
    assert [one.kind for one in heard] == ["ServerFell", "ServerBack"]
    async with house.store.look() as look:
        (known,) = (await serverstates.known(look)).values()
    assert not known.away
    assert (known.answered, known.problem, known.facts) == (now + timedelta(seconds=9), "video_silent", {"server": "x"})
    assert [serverstates.is_news(known, one) for one in (Health(), well, back)] == [False, False, False]
    assert serverstates.is_news(None, well)
    assert serverstates.is_news(Known(now), Health(answered=now + timedelta(seconds=61)))
