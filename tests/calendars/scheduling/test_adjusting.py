"""A proposed timetable by hand: moved and held, what breaks is named at once, and the next search goes around it."""

import json
from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

import pytest

from calendars.changes import publishing
from calendars.changes.byhand import Edit
from calendars.changes.standings import Change
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.scheduling import adjusting, choices, proposed, solves
from calendars.scheduling.solves import NewSolve
from tests.calendars.greedy import Greedy
from tests.calendars.planned import Planned
from tests.calendars.scheduling.test_scheduling import ZONE, able


async def searched(house: Planned, **facts: object) -> str:
    """A search that has ended with the plainest answer."""
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        id = (await solves.ask(work, kaisa, replace(NewSolve(programme=house.programme), **facts))).id  # type: ignore[arg-type]
    async with house.store.work() as work:
        job = await solves.claim(work, "w1")
        assert job is not None
        await solves.end(work, id, "w1", "done", best=json.dumps(Greedy(json.loads(job.problem)).solve()))
    return id


async def laid(house: Planned, **facts: object) -> str:
    """The proposal of such a search."""
    id, kaisa = await searched(house, **facts), await house.actor("Kaisa")
    async with house.store.work() as work:
        return (await proposed.propose(work, kaisa, id))[0]


async def changes(house: Planned, proposal: str) -> dict[str, Change]:
    kaisa = await house.actor("Kaisa")
    async with house.store.look() as look:
        row = await publishing.proposal(look, kaisa, proposal)
        return {one.lesson: one for one in publishing.changes_of(row)}


def moved(one: Change, **facts: object) -> Edit:
    """As it is proposed, but for these."""
    edit = Edit(
        day=one.after.day, starts=time(10), ends=time(12), topic=one.after.topic, led_by=one.after.led_by,
        instead_of=one.after.leaders,
    )  # fmt: skip
    return replace(edit, **facts)  # type: ignore[arg-type]


async def adjust(house: Planned, proposal: str, lesson: str, edit: Edit, who: str = "Kaisa") -> None:
    actor = await house.actor(who)
    async with house.store.work() as work:
        await adjusting.adjust(work, actor, proposal, lesson, edit)


async def broken(house: Planned, proposal: str) -> list[str]:
    kaisa = await house.actor("Kaisa")
    async with house.store.look() as look:
        return [one.code for one in (await choices.breaks(look, kaisa, proposal))[0]]


async def first_of(house: Planned, proposal: str, day: int = 10) -> list[Change]:
    """What is proposed for the first group on a training day, in the order of time."""
    on = next(one.id for one in (await house.line()).days if one.n == day)
    each = (await changes(house, proposal)).values()
    hers = [one for one in each if one.after.day == on and one.after.group == house.groups["first"]]
    return sorted(hers, key=lambda one: one.after.starts)


@pytest.fixture
async def proposal(house: Planned) -> str:
    await able(house, "Veera", "Toivo")
    return await laid(house)


async def test_proposal_when_nobody_touched_it_then_nothing_is_broken_and_nothing_held(
    house: Planned, proposal: str
) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.look() as look:
        assert await adjusting.held(look, kaisa, proposal) == []
    assert await broken(house, proposal) == []


async def test_lesson_when_moved_onto_another_then_what_breaks_is_named_and_publishing_refuses(
    house: Planned, proposal: str
) -> None:
    one, other = await first_of(house, proposal)
    hours = {"starts": time(13), "ends": time(14)}
    await adjust(house, proposal, one.lesson, moved(one, **hours))
    assert "group_twice" in await broken(house, proposal)
    kaisa = await house.actor("Kaisa")
    with pytest.raises(Conflict, match="taken_already"):
        async with house.store.work() as work:
            await publishing.publish(work, kaisa, proposal)
    starts, ends = (at.astimezone(ZoneInfo(ZONE)).time() for at in (one.after.starts, one.after.ends))
    await adjust(house, proposal, one.lesson, moved(one, starts=starts, ends=ends))
    assert await broken(house, proposal) == []
    assert (await changes(house, proposal))[other.lesson] == other


async def test_lesson_when_given_to_somebody_who_is_no_teacher_of_it_then_it_is_said(
    house: Planned, proposal: str
) -> None:
    one = (await first_of(house, proposal))[0]
    await adjust(house, proposal, one.lesson, moved(one, led_by=((house.people["Oona"], "teacher"),)))
    assert await broken(house, proposal) == ["cannot"]


async def test_search_when_made_again_then_held_lessons_stay_as_they_were_put(house: Planned, proposal: str) -> None:
    one, other = await first_of(house, proposal)
    day = next(day.id for day in (await house.line()).days if day.n == 11)
    await adjust(house, proposal, one.lesson, moved(one, starts=time(9), ends=time(11)))
    await adjust(house, proposal, other.lesson, moved(other, day=day, starts=time(8), ends=time(9)))
    wanted = {lesson: (await changes(house, proposal))[lesson].after for lesson in (one.lesson, other.lesson)}
    count = len(await changes(house, proposal))
    again = await laid(house, around=proposal)
    found = await changes(house, again)
    assert {lesson: found[lesson].after for lesson in wanted} == wanted
    assert (len(found), await broken(house, again)) == (count, [])
    kaisa = await house.actor("Kaisa")
    async with house.store.look() as look:
        assert {each.change.lesson for each in await adjusting.held(look, kaisa, again)} == set(wanted)
        assert (await publishing.proposal(look, kaisa, proposal)).status == "dropped"


async def test_hold_when_taken_and_given_back_then_the_search_may_move_it(house: Planned, proposal: str) -> None:
    kaisa, one = await house.actor("Kaisa"), (await first_of(house, proposal))[0]
    for held, expected in ((True, [one.lesson]), (True, [one.lesson]), (False, []), (False, [])):
        async with house.store.work() as work:
            await adjusting.hold(work, kaisa, proposal, one.lesson, held=held)
            assert [each.change.lesson for each in await adjusting.held(work, kaisa, proposal)] == expected


@pytest.mark.parametrize(
    ("facts", "refused", "code"),
    [
        ({"starts": time(12), "ends": time(12)}, Invalid, "backwards"),
        ({"day": "nowhere"}, NotFound, "not_found"),
        ({"led_by": (("nobody", "teacher"),)}, NotFound, "not_found"),
    ],
)
async def test_lesson_when_put_where_it_makes_no_sense_then_it_stays(
    house: Planned, proposal: str, facts: dict[str, object], refused: type[Exception], code: str
) -> None:
    one = (await first_of(house, proposal))[0]
    with pytest.raises(refused, match=code):
        await adjust(house, proposal, one.lesson, moved(one, **facts))
    assert (await changes(house, proposal))[one.lesson] == one


async def test_proposal_when_published_or_not_hers_then_nobody_adjusts_it(house: Planned, proposal: str) -> None:
    one = (await first_of(house, proposal))[0]
    with pytest.raises((Forbidden, NotFound)):
        await adjust(house, proposal, one.lesson, moved(one), "Veera")
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await publishing.publish(work, kaisa, proposal)
    with pytest.raises(Conflict, match="published_already"):
        await adjust(house, proposal, one.lesson, moved(one))
