"""Formed groups looked at again: who waits is seated in them, who is ticked moves, and what was lived stays."""

from datetime import date

import pytest

from calendars import groupings, groups, regrouping
from calendars.errors import Conflict, Forbidden, Full, Invalid, NotFound
from calendars.grouping.better import better
from calendars.grouping.search import form
from calendars.people import enrolments, seating
from calendars.store import Store
from calendars.tables import Seat
from tests.calendars.grouped import accept_thirty
from tests.calendars.planned import SYSTEM, Planned, plan_house

BEGUN = date(2026, 3, 9)


@pytest.fixture
async def house(store: Store) -> Planned:
    return await plan_house(store)


async def formed(house: Planned) -> list[str]:
    """Nine and four learners in groups that are formed; their ids."""
    async with house.store.work() as work:
        people = await accept_thirty(work, house, (9, 4))
    async with house.store.look() as look:
        asked = await groupings.sized(look, SYSTEM, house.programme, 4, 8)
    async with house.store.work() as work:
        await groupings.lay(work, SYSTEM, house.programme, asked, form(asked, 1))
        names = {
            one.id: f"Table {n}" for n, one in enumerate((await groupings.desk(work, SYSTEM, house.programme)).drafted)
        }
        await groupings.accept(work, SYSTEM, house.programme, names, BEGUN)
    return people


async def today(house: Planned) -> regrouping.Today:
    async with house.store.look() as look:
        return await regrouping.today(look, SYSTEM, house.programme)


async def test_today_when_groups_are_formed_then_who_sits_and_who_waits_of_each_field(house: Planned) -> None:
    people = await formed(house)
    async with house.store.work() as work:
        late = await accept_thirty(work, house, (2, 0))
    now = await today(house)
    seats = {one: group.id for group in now.standing for one in group.learners}
    assert set(people) <= seats.keys()
    assert {one.id for one in now.problem.learners} - seats.keys() == set(late)
    fields = {one.id: one.field for one in now.groups}
    assert {one.field == fields[seats[one.id]] for one in now.problem.learners if one.id in seats} == {True}


async def test_settle_when_some_are_ticked_then_only_they_and_the_past_stays(house: Planned) -> None:
    people = await formed(house)
    async with house.store.work() as work:
        (late,) = await accept_thirty(work, house, (1, 0))
    now = await today(house)
    mine = {one.field: [group for group in now.standing if group.field == one.field] for one in now.problem.learners}
    mover = next(one for one in now.problem.learners if one.id == people[0])
    here = next(group for group in now.standing if mover.id in group.learners)
    there = next(group for group in mine[mover.field] if group.id != here.id)
    async with house.store.work() as work:
        done = await regrouping.settle(
            work, SYSTEM, house.programme, {mover.id: there.id, late: here.id}, date(2026, 3, 12)
        )
    assert done == 2
    async with house.store.look() as look:
        days = {}
        for day in (date(2026, 3, 11), date(2026, 3, 12)):
            rows = await groups.members(look, SYSTEM, [one.id for one in now.standing], day)
            days[day] = {one.person: one.group for one in rows}
    before, after = days.values()
    assert (before[mover.id], after[mover.id]) == (here.id, there.id)
    assert (before.get(late), after[late]) == (None, here.id)
    assert {one: group for one, group in after.items() if one not in (mover.id, late)} == {
        one: group for one, group in before.items() if one != mover.id
    }


async def test_settle_when_a_group_overflows_or_a_choice_is_wrong_then_nothing_changes(house: Planned) -> None:
    people = await formed(house)
    now = await today(house)
    async with house.store.look() as look:
        seats = len(await look.all(Seat.__table__.select()))
    field = next(one.field for one in now.problem.learners if one.id == people[0])
    table = next(group.id for group in now.standing if people[0] in group.learners)
    other = next(group.id for group in now.standing if group.field != field)
    most = now.problem.largest
    async with house.store.work() as work:
        many = await accept_thirty(work, house, (most, 0))
    wrong: list[tuple[dict[str, str], type[Exception], str]] = [
        ({}, Invalid, "nothing_chosen"), ({people[0]: other}, Invalid, "other_field"),
        ({people[0]: table}, Conflict, "sits_there_already"), ({"nobody": table}, NotFound, "not_found"),
        ({people[0]: "nowhere"}, NotFound, "not_found"), (dict.fromkeys(many, table), Full, "group_full"),
    ]  # fmt: skip
    for changes, kind, code in wrong:
        with pytest.raises(kind, match=code):
            async with house.store.work() as work:
                await regrouping.settle(work, SYSTEM, house.programme, changes, date(2026, 3, 12))
    with pytest.raises(Invalid, match="outside_the_programme"):
        async with house.store.work() as work:
            await regrouping.settle(work, SYSTEM, house.programme, {people[0]: table}, date(2030, 1, 1))
    async with house.store.look() as look:
        assert len(await look.all(Seat.__table__.select())) == seats


@pytest.mark.parametrize("who", ["Veera", "Oona", "Iiris", "Amina", "Stranger"])
async def test_acts_when_she_does_not_plan_then_refused(house: Planned, who: str) -> None:
    actor = await house.actor(who)
    for act in (
        lambda work: regrouping.today(work, actor, house.programme),
        lambda work: regrouping.settle(work, actor, house.programme, {"a": "b"}),
    ):
        with pytest.raises((NotFound, Forbidden)):
            async with house.store.work() as work:
                await act(work)  # type: ignore[no-untyped-call]


async def test_settle_when_what_is_proposed_is_done_then_nobody_waits(house: Planned) -> None:
    await formed(house)
    async with house.store.work() as work:
        late = await accept_thirty(work, house, (1, 1))
        await enrolments.change(work, SYSTEM, house.programme, late[1], "waiting")
    now = await today(house)
    found = better(now.problem, now.standing)
    changes = {one.learner: one.after for step in found.steps for one in step.seats}
    assert late[0] in changes
    assert late[1] not in {one.id for one in now.problem.learners}, "the waiting list is another thing"
    async with house.store.work() as work:
        await regrouping.settle(work, SYSTEM, house.programme, changes)
        assert len(await seating.waiting(work, SYSTEM, house.programme)) == 1
    after = await today(house)
    assert {one for group in after.standing for one in group.learners} == {one.id for one in after.problem.learners}
    assert better(after.problem, after.standing).homeless == ()
