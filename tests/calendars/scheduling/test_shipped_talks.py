"""From a shipped model to a time for every talk: asked, searched, published, and counted from the rows themselves."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import cast

import pytest
from sqlalchemy import select

from calendars import groups, houses, programmes, rights
from calendars.blueprints import shipped
from calendars.blueprints.form import Blueprint, Step
from calendars.changes import publishing
from calendars.clock import SetClock
from calendars.grants import Right
from calendars.groups import NewGroup
from calendars.houses import NewHouse
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.programmes import NewProgramme
from calendars.scheduling import proposed, solves
from calendars.scheduling.solves import NewSolve
from calendars.store import Store, Work
from calendars.tables import Ability, Appointment, Day, Leader, Lesson, Partner
from calendars.timetable.check import judge
from calendars.timetable.papers import read_problem, read_timetable
from calendars.timetable.problem import read
from calendars.timetable.solve import solve
from tests.calendars.planned import SYSTEM

OCCUPATION = "occupation-for-immigrants"
EFFORT = 20_000
Span = tuple[datetime, datetime]


@dataclass
class House:
    """A programme, its people by group, and who meets them."""

    programme: str
    learners: dict[str, list[str]] = field(default_factory=dict)
    counsellors: list[str] = field(default_factory=list)
    kaisa: str = ""
    """Who plans it."""


async def built(store: Store, model: Blueprint, sizes: Iterable[int], teachers: int) -> House:
    """Groups of these sizes, a teacher for each, so many of the language, and two counsellors."""
    cast(SetClock, store.clock).at = datetime(2026, 9, 1, 6, tzinfo=UTC)
    async with store.work() as work:
        await houses.found(work, NewHouse(name="Tervetulotalo", telephone="+358 40 000 0000"))
        organisation = (await houses.organisations(work, SYSTEM))[0].id
        new = NewProgramme(blueprint=model, start=date(2026, 9, 7), organisation=organisation)
        house = House((await programmes.plan(work, SYSTEM, new)).id)
        fields = await programmes.fields(work, SYSTEM, house.programme)
        for n, size in enumerate(sizes):
            group = (await groups.form(work, SYSTEM, NewGroup(house.programme, fields[n].id, f"group {n}"))).id
            await _staff(work, house, "teacher", f"field:{fields[n].code}")
            house.learners[group] = []
            for k in range(size):
                person = await people.add(work, SYSTEM, NewPerson(name=f"Learner {n} {k}"), rights.THE_HOUSE)
                await groups.seat(work, SYSTEM, group, person.id)
                house.learners[group].append(person.id)
        for _ in range(teachers):
            await _staff(work, house, "teacher", "language")
        house.kaisa = await _staff(work, house, "coordinator")
        house.counsellors = [await _staff(work, house, "counsellor") for _ in range(2)]
    return house


async def _staff(work: Work, house: House, role: str, *abilities: str) -> str:
    who = (await people.add(work, SYSTEM, NewPerson(name=f"{role} {' '.join(abilities)}"), rights.THE_HOUSE)).id
    await people.appoint(work, SYSTEM, who, Right(role, "programme", house.programme))
    work.add(*(Ability(person=who, ability=one) for one in abilities))
    return who


async def searched(store: Store, house: House) -> str:
    """A search as the product makes it; what it found must keep every rule. Returns its id."""
    async with store.work() as work:
        kaisa = await rights.actor_of(work, house.kaisa)
        id = (await solves.ask(work, kaisa, NewSolve(programme=house.programme))).id
    async with store.work() as work:
        job = await solves.claim(work, "w1")
        assert job is not None
        problem = json.loads(job.problem)
        answer = solve(read(problem), effort=EFFORT, seed=job.seed, firm=True)
        assert judge(read_problem(problem), read_timetable(answer)).broken == ()
        assert answer["unplaced"] == []
        await solves.end(work, id, "w1", "done", best=json.dumps(answer))
    return id


async def published(store: Store, house: House) -> None:
    id = await searched(store, house)
    async with store.work() as work:
        kaisa = await rights.actor_of(work, house.kaisa)
        for proposal in await proposed.propose(work, kaisa, id):
            await publishing.publish(work, kaisa, proposal)


@dataclass(frozen=True)
class Standing:
    """The rows of what is planned: who is where, and each talk with its learner, kind and part of the programme."""

    taken: dict[str, list[Span]]
    talks: list[tuple[str, str, str, Span]]
    of_day: dict[date, set[str]]


async def standing(store: Store, house: House) -> Standing:
    """All lessons and talks of a programme, by whoever is in them."""
    taken: dict[str, list[Span]] = defaultdict(list)
    talks, with_whom = [], defaultdict[date, set[str]](set)
    async with store.look() as look:
        phases = {day.date: day.phase for day in await look.all(select(Day).where(Day.programme == house.programme))}
        for lesson, leader in await look.rows(select(Lesson, Leader).join(Leader, Leader.lesson == Lesson.id)):
            taken[leader.person].append((lesson.starts, lesson.ends))
        for lesson in await look.all(select(Lesson).where(Lesson.status == "confirmed")):
            for learner in house.learners[lesson.group]:
                taken[learner].append((lesson.starts, lesson.ends))
        for row, partner in await look.rows(
            select(Appointment, Partner).join(Partner, Partner.appointment == Appointment.id)
        ):
            span = (row.starts, row.ends)
            taken[partner.person].append(span)
            taken[str(row.learner)].append(span)
            talks.append((str(row.learner), row.kind, phases[row.starts.date()], span))
            with_whom[row.starts.date()].add(partner.person)
    return Standing(taken, talks, with_whom)


def overlapping(spans: Iterable[Span]) -> list[tuple[Span, Span]]:
    return [(one, other) for one, other in pairwise(sorted(spans)) if other[0] < one[1]]


async def test_model_when_planned_for_24_in_3_groups_with_2_counsellors_then_each_talk_gets_a_time(
    store: Store,
) -> None:
    house = await built(store, shipped.load(OCCUPATION), (8, 8, 8), 2)
    await published(store, house)
    found = await standing(store, house)
    who = [learner for those in house.learners.values() for learner in those]
    count = Counter((learner, kind) for learner, kind, _, _ in found.talks)
    promised = {"individual_discussion": 3, "language_assessment": 2, "interim_assessment": 1}
    assert count == {(learner, kind): number for learner in who for kind, number in promised.items()}
    assert max(Counter((learner, kind, phase) for learner, kind, phase, _ in found.talks).values()) == 1
    assert {one: overlapping(spans) for one, spans in found.taken.items() if overlapping(spans)} == {}
    assert {ends - starts for *_, (starts, ends) in found.talks} == {timedelta(minutes=20)}
    # Half an hour at noon is everybody's own, in Helsinki from half past eleven: three hours after UTC in September.
    noon = [
        span for spans in found.taken.values() for span in spans
        if found.of_day.get(span[0].date()) and _meets(span, time(11, 30), time(12))
    ]  # fmt: skip
    assert noon == []


def _meets(span: Span, first: time, last: time) -> bool:
    hour = 3 if span[0] < datetime(2026, 10, 25, 1, tzinfo=UTC) else 2
    starts, ends = (at + timedelta(hours=hour) for at in span)
    return starts.time() < last and ends.time() > first


def one_contact_day() -> Blueprint:
    """The shipped model with a single day, on which each is promised a talk with a counsellor."""
    model = shipped.load(OCCUPATION)
    meeting = model.phases["meeting"]
    talk = [one for one in meeting.activities if one.kind == "individual_discussion"]
    return replace(
        model, line=(Step(phase="meeting", days=1),), phases={"meeting": replace(meeting, activities=tuple(talk))},
        questions=replace(model.questions, feedback_days=()),
    )  # fmt: skip


async def test_contact_day_when_14_learners_and_2_staff_then_14_talks_without_a_clash(store: Store) -> None:
    """The acceptance check of S0-10, by the search."""
    house = await built(store, one_contact_day(), (7, 7), 1)
    await published(store, house)
    found = await standing(store, house)
    assert sorted(learner for learner, *_ in found.talks) == sorted(
        one for those in house.learners.values() for one in those
    )
    assert {person for those in found.of_day.values() for person in those} == set(house.counsellors)
    assert {one: overlapping(spans) for one, spans in found.taken.items() if overlapping(spans)} == {}
    assert len({span for *_, span in found.talks}) >= 7  # two at a time


@pytest.mark.parametrize("name", ["employment-or-entrepreneurship"])
async def test_other_models_when_planned_for_24_then_the_search_leaves_nothing_out(store: Store, name: str) -> None:
    await searched(store, await built(store, shipped.load(name), (8, 8, 8), 2))
