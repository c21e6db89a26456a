"""Proposed groups: who is asked about, what stays when it is changed, what accepting gives."""

from datetime import date, timedelta

import pytest

from calendars import groupings, groups, rights
from calendars.clock import day_of
from calendars.errors import Conflict, Forbidden, Invalid, NotFound, Overlaps
from calendars.grouping.problem import Cost
from calendars.grouping.search import form
from calendars.groupings import NEW, Desk, level_of
from calendars.people import enrolments
from calendars.rights import Target
from calendars.store import Store
from calendars.tables import GroupDraft
from tests.calendars.grouped import accept_thirty, wish
from tests.calendars.planned import SYSTEM, Planned, counted, plan_house


@pytest.fixture
async def house(store: Store) -> Planned:
    return await plan_house(store)


async def waiting(house: Planned, counts: tuple[int, ...] = (14, 9, 7)) -> list[str]:
    async with house.store.work() as work:
        return await accept_thirty(work, house, counts)


async def propose(house: Planned, smallest: int = 4, largest: int = 8, seconds: float = 2) -> Desk:
    """What the page does: ask, search outside, lay down."""
    async with house.store.look() as look:
        asked = await groupings.sized(look, SYSTEM, house.programme, smallest, largest)
    made = form(asked, seconds)
    async with house.store.work() as work:
        await groupings.lay(work, SYSTEM, house.programme, asked, made)
    return await desk(house)


async def desk(house: Planned) -> Desk:
    async with house.store.look() as look:
        return await groupings.desk(look, SYSTEM, house.programme)


async def put(house: Planned, person: str, group: str) -> Desk:
    async with house.store.work() as work:
        await groupings.put(work, SYSTEM, house.programme, person, group)
    return await desk(house)


async def lock(house: Planned, what: str, *, on: bool = True) -> None:
    async with house.store.work() as work:
        await groupings.lock(work, SYSTEM, house.programme, what, on=on)


def field_of(found: Desk, person: str) -> str | None:
    return next(one.field for one in found.learners if one.id == person)


def place(found: Desk, person: str) -> str:
    return next(one.id for one in found.drafted if person in one.people)


async def test_propose_when_the_fields_of_the_mission_then_five_groups_of_one_field_each(house: Planned) -> None:
    people = await waiting(house)
    found = await propose(house, seconds=300)  # its work is counted in swaps: no slow machine ends it sooner
    assert sorted(len(one.people) for one in found.drafted) == [4, 5, 7, 7, 7]
    fields = {one.id: one.field for one in found.learners}
    assert {fields[one] for group in found.drafted for one in group.people if fields[one] != group.field} == set()
    assert sorted(one for group in found.drafted for one in group.people) == sorted(people)
    assert (found.proven, found.loose, found.moved) == (True, (), "")


async def test_accept_when_proposed_then_groups_seats_and_nothing_waits(house: Planned) -> None:
    people = await waiting(house)
    found = await propose(house)
    names = {group.id: f"Table {number}" for number, group in enumerate(found.drafted)}
    async with house.store.work() as work:
        formed = await groupings.accept(work, SYSTEM, house.programme, names, date(2026, 3, 10))
    async with house.store.look() as look:
        members = await groups.members(look, SYSTEM, [one.id for one in formed], date(2026, 3, 10))
        before = await groups.members(look, SYSTEM, [one.id for one in formed], date(2026, 3, 9))
        now = await groupings.desk(look, SYSTEM, house.programme)
        assert await look.get(GroupDraft, house.programme) is None
    assert sorted(one.person for one in members) == sorted(people)
    assert [one.name["fi"] for one in formed] == list(names.values())
    assert (before, now.learners, now.drafted) == ([], (), ())


async def test_accept_when_two_or_eight_sit_in_each_group_then_in_as_many_statements(house: Planned) -> None:
    said: list[tuple[int, int]] = []
    for counts in ((2, 2, 2), (8, 8, 8)):
        people = await waiting(house, counts)
        found = await propose(house, 1, 8)
        names = {group.id: f"Table {number}" for number, group in enumerate(found.drafted)}
        async with house.store.work() as work:
            with counted(work) as statements:
                formed = await groupings.accept(work, SYSTEM, house.programme, names, date(2026, 3, 9))
        said.append((len(formed), sum(not one.startswith("INSERT") for one in statements)))
        async with house.store.look() as look:
            members = await groups.members(look, SYSTEM, [one.id for one in formed])
            for one in people:
                assert {"learner"} <= (await rights.actor_of(look, one)).roles
        assert sorted(one.person for one in members) == sorted(people)
    assert said[0] == said[1]


async def test_seat_all_when_one_of_them_cannot_then_nobody_is_seated(house: Planned) -> None:
    people = await waiting(house, (3,))
    group, day = house.groups["first"], date(2026, 3, 10)
    good = [groups.Sitting(group, one, day, day) for one in people]
    for bad, error in (
        (groups.Sitting(group, people[0], day, day), Overlaps), (groups.Sitting(group, "nobody", day, day), NotFound),
        (groups.Sitting("nowhere", people[0], day, day), NotFound),
        (groups.Sitting(group, people[0], day, day - timedelta(days=1)), Invalid),
        (groups.Sitting(group, house.people["Amina"], day, day), Overlaps),
    ):  # fmt: skip
        with pytest.raises(error):
            async with house.store.work() as work:
                await groups.seat_all(work, SYSTEM, house.programme, [*good[1:], good[0], bad])
    async with house.store.work() as work:
        assert await groups.seat_all(work, SYSTEM, house.programme, []) == []
        with pytest.raises(Forbidden):
            await groups.seat_all(work, await house.actor("Iiris"), house.programme, good)
    async with house.store.look() as look:
        assert {one.person for one in await groups.members(look, SYSTEM, [group], day)} & set(people) == set()


async def test_propose_again_when_a_group_and_a_learner_are_locked_then_they_stay(house: Planned) -> None:
    people = await waiting(house)
    found = await propose(house)
    kept = next(one for one in found.drafted if people[0] in one.people)
    loner = next(one for one in people[:14] if one not in kept.people)
    hers = place(found, loner)
    await lock(house, kept.id)
    await lock(house, loner)
    again = await propose(house)
    assert next(set(one.people) for one in again.drafted if one.id == kept.id) == set(kept.people)
    assert place(again, loner) == hers
    assert again.locked == {kept.id, loner}
    await lock(house, loner, on=False)
    assert (await desk(house)).locked == {kept.id}


async def test_put_when_moved_by_hand_then_the_cost_before_stays_to_be_compared(house: Planned) -> None:
    people = await waiting(house)
    found = await propose(house)
    person = people[0]
    hers = field_of(found, person)
    there = next(one.id for one in found.drafted if one.field == hers and person not in one.people)
    moved = await put(house, person, there)
    assert (place(moved, person), moved.moved, moved.before) == (there, person, found.cost)
    assert moved.cost != found.cost
    assert moved.proven is False
    alone = await put(house, person, NEW)
    assert [one.people for one in alone.drafted if person in one.people] == [(person,)]
    back = await put(house, person, there)
    assert [one.id for one in back.drafted] == [one.id for one in moved.drafted], "a group of nobody is gone"


async def test_put_when_of_another_field_or_unknown_then_refused_and_nothing_changes(house: Planned) -> None:
    people = await waiting(house)
    found = await propose(house)
    other = next(one.id for one in found.drafted if one.field != field_of(found, people[0]))
    with pytest.raises(Invalid, match="other_field"):
        await put(house, people[0], other)
    for person, group in ((people[0], "nowhere"), (house.people["Amina"], other), ("nobody", NEW)):
        with pytest.raises(NotFound):
            await put(house, person, group)
    with pytest.raises(NotFound):
        await lock(house, "nobody")
    assert (await desk(house)).drafted == found.drafted


async def test_desk_when_wishes_are_said_then_they_bind(house: Planned) -> None:
    people = await waiting(house)
    async with house.store.work() as work:
        await wish(work, house, "apart", people[0], people[1])
        await wish(work, house, "together", people[2], people[3])
    found = await propose(house)
    assert place(found, people[0]) != place(found, people[1])
    assert found.cost.split == (place(found, people[2]) != place(found, people[3]))


async def test_desk_when_somebody_comes_or_goes_later_then_she_is_loose_or_left_out(house: Planned) -> None:
    people = await waiting(house, (8,))
    await propose(house)
    async with house.store.work() as work:
        await groups.seat(work, SYSTEM, house.groups["first"], people[0])
        later = await accept_thirty(work, house, (1,))
    found = await desk(house)
    assert found.loose == tuple(later)
    assert people[0] not in {one for group in found.drafted for one in group.people}
    assert isinstance(found.cost, Cost)
    moved = await put(house, later[0], found.drafted[0].id)
    assert moved.loose == ()


async def test_lay_aside_when_done_then_gone_and_a_second_time_refused(house: Planned) -> None:
    await waiting(house, (5,))
    await propose(house)
    async with house.store.work() as work:
        await groupings.lay_aside(work, SYSTEM, house.programme)
    assert (await desk(house)).drafted == ()
    async with house.store.work() as work:
        with pytest.raises(Conflict, match="no_proposal"):
            await groupings.lay_aside(work, SYSTEM, house.programme)


@pytest.mark.parametrize(
    ("sizes", "code"), [((0, 8), "smallest_above_largest"), ((9, 8), "smallest_above_largest"), ((1, 0), "bad_size")]
)
async def test_sized_when_the_sizes_cannot_be_then_refused(house: Planned, sizes: tuple[int, int], code: str) -> None:
    await waiting(house, (3,))
    with pytest.raises(Invalid, match=code):
        await propose(house, *sizes)


async def test_sized_when_nobody_waits_then_refused(house: Planned) -> None:
    with pytest.raises(Invalid, match="nobody_to_group"):
        await propose(house)


async def test_accept_when_a_name_is_missing_or_the_day_is_outside_then_nobody_is_seated(house: Planned) -> None:
    await waiting(house, (5,))
    found = await propose(house)
    names = {group.id: "A" for group in found.drafted}
    for named, day, code in (({}, None, "empty"), (names, date(2027, 1, 1), "outside_the_programme")):
        with pytest.raises(Invalid, match=code):
            async with house.store.work() as work:
                await groupings.accept(work, SYSTEM, house.programme, named, day)
    assert len((await desk(house)).learners) == 5


async def test_acts_when_asked_by_others_then_refused(house: Planned) -> None:
    await waiting(house, (5,))
    found = await propose(house)
    teacher, counsellor = await house.actor("Veera"), await house.actor("Oona")
    for actor, refusal in ((teacher, NotFound), (counsellor, Forbidden)):
        async with house.store.work() as work:
            with pytest.raises(refusal):
                await groupings.desk(work, actor, house.programme)
            with pytest.raises(refusal):
                await groupings.put(work, actor, house.programme, found.learners[0].id, NEW)
            with pytest.raises(refusal):
                await groupings.accept(work, actor, house.programme, {})
    assert rights.may(await house.actor("Kaisa"), "plan", Target(house.organisation, house.programme))


@pytest.mark.parametrize("count", [1, 3])
async def test_desk_when_one_or_three_wait_then_as_many_statements(house: Planned, count: int) -> None:
    await waiting(house, (count,))
    await propose(house, 1, 2)
    async with house.store.look() as look:
        with counted(look) as said:
            await groupings.desk(look, SYSTEM, house.programme)
    assert len(said) == 7


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        ({"listening": "B1.1", "speaking": "A2.1", "reading": "A1.1"}, "A2.1"),
        ({"speaking": "B1.2"}, "B1.2"),
        ({"reading": "B1.1", "writing": "A1.3"}, "A1.3"),
        ({}, None),
    ],
)
def test_level_when_skills_differ_then_what_she_can_hear_and_say(levels: dict[str, str], told: str | None) -> None:
    assert level_of(levels) == told


async def test_desk_when_her_own_days_have_passed_then_she_waits_for_no_group(house: Planned) -> None:
    people = await waiting(house, (2,))
    async with house.store.work() as work:
        row = await enrolments.enrolled(work, SYSTEM, house.programme, people[0])
        row.last_day = day_of(work.now, "Europe/Helsinki") - timedelta(days=1)
    assert [one.id for one in (await desk(house)).learners] == people[1:]
