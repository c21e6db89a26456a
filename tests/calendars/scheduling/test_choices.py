"""Where a lesson of a proposal may lie: every place is judged as the proposal would be, with the lesson put there."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars.clock import local
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.grants import Right
from calendars.people.people import appoint
from calendars.scheduling import adjusting, choices
from calendars.scheduling.adjusting import Spot
from calendars.scheduling.choices import AS_IT_IS, Stage
from calendars.store import new_id
from calendars.tables import Load, WorkingTime
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.scheduling.test_adjusting import broken, changes, first_of, laid
from tests.calendars.scheduling.test_scheduling import ZONE, able

MONDAY = date(2026, 3, 16)


@pytest.fixture
async def proposal(house: Planned) -> str:
    await able(house, "Veera", "Toivo")
    return await laid(house)


async def staged(house: Planned, proposal: str) -> Stage:
    kaisa = await house.actor("Kaisa")
    async with house.store.look() as look:
        return await choices.stage(look, kaisa, proposal, MONDAY, MONDAY)


async def put(house: Planned, proposal: str, lesson: str, spot: Spot, who: str = "Kaisa") -> None:
    actor = await house.actor(who)
    async with house.store.work() as work:
        await adjusting.put(work, actor, proposal, lesson, spot)


async def test_places_when_each_is_tried_then_the_proposal_breaks_just_what_was_told(
    house: Planned, proposal: str
) -> None:
    """Every third start of every day, and every person: put there, the proposal's own page says the same."""
    one = (await first_of(house, proposal, 11))[0]
    async with house.store.work() as work:  # so that loads and working times have a part in it, and one who cannot
        await appoint(work, SYSTEM, house.people["Oona"], Right("tutor", "programme", house.programme))
        work.add(Load(person=house.people["Veera"], minutes_a_day=180, minutes_a_week=900))
        work.add(
            WorkingTime(
                id=new_id(), person=house.people["Toivo"], weekday="tue", starts=time(8), ends=time(12)
            )
        )  # fmt: skip
    days = [day for day in (await house.line()).days if MONDAY <= day.date < MONDAY + timedelta(days=7)]
    people = [house.people[name] for name in ("Veera", "Toivo", "Oona") if house.people[name] not in one.after.leaders]
    instead = one.after.leaders[0]
    found = choices.places(await staged(house, proposal), one.lesson, days, people, house.clock.now(), instead)
    assert set(found) == {AS_IT_IS, *people}
    codes = set[str]()
    for who, by_day in found.items():
        for day in days[:3]:
            for run in by_day[day.id][::2]:
                spot = Spot(
                    day=day.id, starts=time(run.first // 60, run.first % 60), who=who, instead_of=instead if who else ""
                )
                await put(house, proposal, one.lesson, spot)
                told = {each.code for each in run.breaks}
                assert told <= set(await broken(house, proposal)), (who, day.n, run)
                assert bool(told) == await worse(house, proposal, one.lesson), (who, day.n, run)
                codes |= told
                if who:  # back to whom it had
                    back = Spot(day=day.id, starts=spot.starts, who=instead, instead_of=who)
                    await put(house, proposal, one.lesson, back)
    assert {"group_twice", "leader_twice", "cannot", "not_at_work"} <= codes


async def worse(house: Planned, proposal: str, lesson: str) -> bool:
    """Whether the proposal breaks anything in which this lesson has a part, or that it would not break without it."""
    kaisa = await house.actor("Kaisa")
    async with house.store.look() as look:
        wrong, _ = await choices.breaks(look, kaisa, proposal)
    return bool(wrong)


async def test_places_when_a_time_is_past_or_outside_the_day_then_it_is_none(house: Planned, proposal: str) -> None:
    one = (await first_of(house, proposal, 11))[0]
    day = next(day for day in (await house.line()).days if day.id == one.after.day)
    stage = await staged(house, proposal)
    zone = ZoneInfo(ZONE)
    opens, closes = (at.astimezone(zone) for at in (day.starts, day.ends))
    runs = choices.places(stage, one.lesson, [day], [], house.clock.now())[AS_IT_IS][day.id]
    length = int((one.after.ends - one.after.starts).total_seconds()) // 60
    ends = (opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute - length)
    assert (runs[0].first, runs[-1].last) == (ends[0], ends[1] - ends[1] % choices.STEP)
    noon = choices.places(stage, one.lesson, [day], [], local(day.date, time(11), ZONE))[AS_IT_IS][day.id]
    assert noon[0].first == 11 * 60 + choices.STEP
    assert choices.places(stage, one.lesson, [day], [], day.ends)[AS_IT_IS][day.id] == []


async def test_lesson_when_put_then_as_long_and_as_led_as_before_but_for_whom_it_was_given_to(
    house: Planned, proposal: str
) -> None:
    one = (await first_of(house, proposal, 11))[0]
    other = next(day for day in (await house.line()).days if day.n == 12)
    heir = next(house.people[name] for name in ("Veera", "Toivo") if house.people[name] not in one.after.leaders)
    spot = Spot(day=other.id, starts=time(9, 15), who=heir, instead_of=one.after.leaders[0])
    await put(house, proposal, one.lesson, spot)
    after = (await changes(house, proposal))[one.lesson].after
    assert (after.day, after.starts) == (other.id, local(other.date, time(9, 15), ZONE))
    assert (after.ends - after.starts, after.led_by) == (one.after.ends - one.after.starts, ((heir, "teacher"),))
    assert (after.topic, after.needs) == (one.after.topic, one.after.needs)


async def test_lesson_when_put_where_it_cannot_be_then_it_stays(house: Planned, proposal: str) -> None:
    one = (await first_of(house, proposal, 11))[0]
    for spot, refused in (
        (Spot(day="nowhere", starts=time(9)), NotFound), (Spot(day=one.after.day, starts=time(23, 30)), Invalid),
        (Spot(day=one.after.day, starts=time(9), who="nobody"), Invalid),
        (Spot(day=one.after.day, starts=time(9), who=house.people["Oona"]), Invalid),
        (Spot(day=one.after.day, starts=time(9), who=one.after.leaders[0]), Invalid),
    ):  # fmt: skip
        with pytest.raises(refused):
            await put(house, proposal, one.lesson, spot)
    with pytest.raises((Forbidden, NotFound)):
        await put(house, proposal, one.lesson, Spot(day=one.after.day, starts=time(9)), "Oona")
    kaisa = await house.actor("Kaisa")
    assert (await changes(house, proposal))[one.lesson] == one
    async with house.store.work() as work:
        await adjusting.publishing.drop(work, kaisa, proposal)
    with pytest.raises(Conflict, match="proposal_dropped"):
        await put(house, proposal, one.lesson, Spot(day=one.after.day, starts=time(9)))
