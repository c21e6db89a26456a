"""Talks in the timetable: of each learner beside the lessons; what is booked stays, what is found is arranged."""

import json
from datetime import timedelta
from typing import Any

import pytest

from calendars import rights
from calendars.appointments import appointments, diary, tutoring
from calendars.appointments.checks import NewAppointment
from calendars.changes import publishing
from calendars.errors import Conflict, Overlaps
from calendars.grants import Right
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.scheduling import proposed, scheduling, solves
from calendars.scheduling.problems import Plan, pose
from calendars.scheduling.solves import NewSolve
from calendars.scheduling.wanted import Wanted
from calendars.store import Store
from calendars.tables import Ability
from calendars.timetable.check import judge
from calendars.timetable.papers import read_problem, read_timetable
from tests.calendars.greedy import Greedy
from tests.calendars.planned import SYSTEM
from tests.calendars.talking import MINUTE, Talking, plan_talking


@pytest.fixture
async def house(store: Store) -> Talking:
    """Four learners in two groups; Veera and Toivo teach everything, Oona and Otto counsel."""
    house = await plan_talking(store, 4)
    async with store.work() as work:
        toivo = house.staff["Toivo"] = (await people.add(work, SYSTEM, NewPerson(name="Toivo"), rights.THE_HOUSE)).id
        await people.appoint(work, SYSTEM, toivo, Right("teacher", "programme", house.programme))
        for who in (house.staff["Veera"], toivo):
            work.add(*(Ability(person=who, ability=one) for one in ("language", "field")))
    return house


async def gathered(house: Talking) -> Plan:
    async with house.store.look() as look:
        return await scheduling.gather(look, SYSTEM, (house.programme,), "missing")


def of(plan: Plan, learner: str) -> list[Wanted]:
    return [one for one in plan.wanted if one.learner == learner]


async def book(house: Talking, learner: str, day: int, hour: int, minute: int, *staff: str, **facts: Any) -> str:
    """Kaisa books a talk of 20 minutes on a training day by hand."""
    starts = house.days[day - 1].starts + timedelta(hours=hour, minutes=minute)
    told: dict[str, Any] = {"kind": "individual_discussion"} | facts
    new = NewAppointment(
        starts=starts, ends=starts + 20 * MINUTE, learner=learner, partners=tuple(house.staff[one] for one in staff),
        **told,
    )  # fmt: skip
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        return (await appointments.plan(work, kaisa, house.programme, [new]))[0].id


async def searched(house: Talking) -> str:
    """A search that is asked for and has ended with the plainest answer; returns its id."""
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        id = (await solves.ask(work, kaisa, NewSolve(programme=house.programme))).id
    async with house.store.work() as work:
        job = await solves.claim(work, "w1")
        assert job is not None
        answer = Greedy(json.loads(job.problem)).solve()
        await solves.end(work, id, "w1", "done", best=json.dumps(answer))
    return id


async def proposal_of(house: Talking) -> str:
    id, kaisa = await searched(house), await house.actor("Kaisa")
    async with house.store.work() as work:
        return (await proposed.propose(work, kaisa, id))[0]


async def publish(house: Talking, proposal: str) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await publishing.publish(work, kaisa, proposal)


async def talks_of(house: Talking, learner: str) -> list[diary.Talk]:
    actor = await house.actor(learner)
    async with house.store.look() as look:
        return await diary.of_person(look, actor, learner, house.days[0].starts, house.days[-1].ends)


async def test_model_when_read_then_each_learner_lacks_a_talk_of_each_kind_in_each_contact_part(house: Talking) -> None:
    plan = await gathered(house)
    assert {learner: sorted(one.kind for one in of(plan, learner)) for learner in house.learners} == dict.fromkeys(
        house.learners, ["individual_discussion"] * 3 + ["interim_assessment"] + ["language_assessment"] * 2
    )
    assert {one.minutes for one in plan.wanted if one.learner} == {20}
    on = {day for one in plan.wanted if one.learner for day, _ in one.windows}
    assert {day.kind for day in house.days if day.id in on} == {"contact"}


async def test_problem_when_solved_then_the_judge_finds_no_broken_rule_and_the_counsellor_stays(house: Talking) -> None:
    plan = await gathered(house)
    problem = pose(plan).problem
    answer = Greedy(problem).solve()
    assert (answer["unplaced"], judge(read_problem(problem), read_timetable(answer)).broken) == ([], ())
    own = {one["id"]: one for one in problem["activities"] if one["learner"] in house.learners}
    met: dict[str, set[tuple[str, ...]]] = {}
    for one in answer["placed"]:
        if one["activity"] in own and own[one["activity"]]["needs"] == ["counsellor"]:
            met.setdefault(own[one["activity"]]["learner"], set()).add(tuple(one["teachers"]))
    assert {learner: len(those) for learner, those in met.items()} == dict.fromkeys(house.learners, 1)


async def test_talk_when_booked_by_hand_then_it_stands_and_the_rest_keeps_its_counsellor(house: Talking) -> None:
    ada = house.learners[0]
    booked = await book(house, ada, 3, 2, 30, "Otto")
    problem = pose(await gathered(house)).problem
    mine = {one["id"]: one for one in problem["activities"] if one["learner"] == ada}
    assert mine[booked]["fixed"]["teachers"] == [house.staff["Otto"]]
    answer = Greedy(problem).solve()
    talks = {id for id, one in mine.items() if one["needs"] == ["counsellor"]}
    staff = [one["teachers"] for one in answer["placed"] if one["activity"] in talks]
    assert staff == [[house.staff["Otto"]]] * 3
    assert judge(read_problem(problem), read_timetable(answer)).broken == ()


async def test_talks_when_booked_with_two_then_nobody_is_asked_to_be_the_same(house: Talking) -> None:
    """A rule that the past has broken already would let nothing be placed any more."""
    ada = house.learners[0]
    await book(house, ada, 3, 2, 30, "Otto")
    await book(house, ada, 35, 2, 30, "Oona")
    problem = pose(await gathered(house)).problem
    assert {one["same_teacher"] for one in problem["activities"] if one["learner"] == ada} == {None}
    assert Greedy(problem).solve()["unplaced"] == []


async def test_talk_when_booked_at_an_odd_minute_then_its_hour_is_taken_and_the_grid_stays(house: Talking) -> None:
    plain = pose(await gathered(house)).problem["slots_per_day"]
    booked = await book(house, house.learners[0], 3, 2, 33, "Otto")
    posed = pose(await gathered(house))
    assert (posed.problem["slots_per_day"], posed.left_out) == (plain, (booked,))
    answer = Greedy(posed.problem).solve()
    assert judge(read_problem(posed.problem), read_timetable(answer)).broken == ()


async def test_talk_when_she_did_not_come_then_it_is_promised_still(house: Talking) -> None:
    ada = house.learners[0]
    booked = await book(house, ada, 3, 2, 30, "Otto")
    kinds = sorted(one.kind for one in of(await gathered(house), ada))
    house.clock.at = house.days[2].ends
    otto = await house.actor("Otto")
    async with house.store.work() as work:
        await tutoring.miss(work, otto, booked)
    assert sorted(one.kind for one in of(await gathered(house), ada)) == kinds


async def test_learner_when_she_comes_late_then_only_days_of_hers_are_asked(house: Talking) -> None:
    house.clock.at = house.days[11].starts  # the first contact days are over
    plan = await gathered(house)
    assert {learner: len(of(plan, learner)) for learner in house.learners} == dict.fromkeys(house.learners, 4)
    first = min(starts for one in plan.wanted if one.learner for _, (starts, _) in one.windows)
    assert first == house.days[34].starts


async def test_proposal_when_published_then_each_learner_sees_her_own_talks_and_no_other(house: Talking) -> None:
    proposal = await proposal_of(house)
    assert {len(await talks_of(house, learner)) for learner in house.learners} == {0}
    await publish(house, proposal)
    for learner in house.learners:
        mine = await talks_of(house, learner)
        assert sorted(one.kind for one in mine) == [
            *["individual_discussion"] * 3, "interim_assessment", *["language_assessment"] * 2,
        ]  # fmt: skip
        assert {one.learner.id for one in mine if one.learner} == {learner}
        assert {one.place.name for one in mine if one.place} == {"Koulutustalo"}
    plan = await gathered(house)
    assert [one.id for one in plan.wanted if one.standing is None] == []
    problem = pose(plan).problem
    fixed = {one["id"] for one in problem["activities"] if one["fixed"] and one["needs"]}
    assert fixed == {one.id for one in plan.wanted}  # what was found is what stands, and keeps every rule


async def test_proposal_when_undone_then_its_talks_are_cancelled_with_its_lessons(house: Talking) -> None:
    proposal, kaisa = await proposal_of(house), await house.actor("Kaisa")
    await publish(house, proposal)
    async with house.store.work() as work:
        await publishing.undo(work, kaisa, proposal)
        await publishing.undo(work, kaisa, proposal)
    assert {one.status for learner in house.learners for one in await talks_of(house, learner)} == {"cancelled"}
    assert {len(of(await gathered(house), learner)) for learner in house.learners} == {6}


async def test_proposal_when_a_learner_has_changed_her_talk_then_it_cannot_be_undone(house: Talking) -> None:
    proposal, kaisa = await proposal_of(house), await house.actor("Kaisa")
    await publish(house, proposal)
    mine = (await talks_of(house, house.learners[0]))[0]
    ada = await house.actor(house.learners[0])
    async with house.store.work() as work:
        await appointments.cancel(work, ada, mine.id, "working")
    with pytest.raises(Conflict, match="proposal_stale"):
        async with house.store.work() as work:
            await publishing.undo(work, kaisa, proposal)
    assert [one.status for one in await talks_of(house, house.learners[1])] == ["confirmed"] * 6


async def test_proposal_when_a_counsellor_is_taken_meanwhile_then_nothing_of_it_is_published(house: Talking) -> None:
    proposal = await proposal_of(house)
    async with house.store.look() as look:
        talk = publishing.talks_of(await publishing.proposal(look, await house.actor("Kaisa"), proposal))[0]
    name = next(name for name, id in house.staff.items() if id == talk.partners[0])
    new = NewAppointment(kind="guidance", starts=talk.starts, ends=talk.ends, partners=talk.partners, way="phone")
    async with house.store.work() as work:
        await appointments.plan(work, await house.actor(name), house.programme, [new])
    with pytest.raises(Overlaps):
        await publish(house, proposal)
    assert {len(await talks_of(house, learner)) for learner in house.learners} == {0}
    assert [one for one in (await gathered(house)).wanted if one.standing] == []
