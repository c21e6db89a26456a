"""What a timetable depends on is read from the plan, the same few statements for one programme and for three."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from calendars import groups, lessons, programmes, rights
from calendars.appointments import appointments
from calendars.appointments.checks import NewAppointment
from calendars.blueprints.shipped import load
from calendars.clock import local
from calendars.errors import Forbidden, Invalid, NotFound
from calendars.grants import Right
from calendars.groups import NewGroup
from calendars.lessons import NewLesson
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.places import NewPlace
from calendars.programmes import NewProgramme
from calendars.scheduling import answered, scheduling
from calendars.scheduling.problems import Plan, pose
from calendars.scheduling.scheduling import Lack
from calendars.store import Work, new_id
from calendars.tables import Ability, Absence, Load, Organisation, Place, Profile, WorkingTime
from calendars.timetable.check import judge
from calendars.timetable.papers import read_problem, read_timetable
from tests.calendars.greedy import Greedy
from tests.calendars.planned import SYSTEM, Planned, counted

ZONE = "Europe/Helsinki"
ALL = ("field", "language", "counsellor")


async def able(house: Planned, *names: str, abilities: tuple[str, ...] = ALL) -> None:
    """These people teach here and can do this."""
    async with house.store.work() as work:
        for name in names:
            await people.appoint(work, SYSTEM, house.people[name], Right("teacher", "organisation", house.organisation))
            work.add(*[Ability(person=house.people[name], ability=one) for one in abilities])


async def gathered(house: Planned, *others: str, mode: Any = "missing") -> Plan:
    async with house.store.look() as look:
        return await scheduling.gather(look, SYSTEM, (house.programme, *others), mode)


async def another(work: Work, house: Planned, name: str) -> str:
    """A second programme of the same organisation in the same house, with a group."""
    new = NewProgramme(
        blueprint=load("occupation-for-immigrants"), start=date(2026, 3, 2), organisation=house.organisation,
        places={"house": NewPlace(name="Koulutustalo ", address="Koulukatu 1, 40100 Jyväskylä")},
    )  # fmt: skip
    made = (await programmes.plan(work, SYSTEM, new)).id
    fields = await programmes.fields(work, SYSTEM, made)
    await groups.form(work, SYSTEM, NewGroup(made, fields[0].id, name))
    return made


async def test_plan_when_solved_then_the_judge_and_the_clashes_agree_and_ids_stay(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    plan = await gathered(house)
    posed = pose(plan)
    answer = Greedy(posed.problem).solve()
    assert judge(read_problem(posed.problem), read_timetable(answer)).broken == ()
    found = [one for one in answered.placed(answered.meaning(plan, posed), answer) if one.learner is None]
    assert len(found) == 218  # on 55 days two lessons for two groups; the first group has its own of today already
    kept = {one["id"] for one in posed.problem["activities"] if one["fixed"] and one["needs"]} | set(posed.left_out)
    assert kept == {*house.lessons["first"], *house.lessons["second"]}
    new = [NewLesson(one.group, one.day, one.starts, one.ends, one.topic,
                     tuple(who for who, _ in one.leaders), needs=one.needs) for one in found]  # fmt: skip
    async with house.store.work() as work:
        rows = await lessons.plan(work, SYSTEM, house.programme, new)  # raises Overlaps if anybody were in two at once
    assert {row.starts.astimezone(None).minute for row in rows} == {0, 30}
    again = await gathered(house)
    assert {one.stays for one in again.wanted if one.learner is None} == {"whole"}
    moved = pose(await gathered(house, mode="anew"))
    assert moved.previous is not None
    assert {row.id for row in rows} <= {one["activity"] for one in moved.previous["placed"]}


async def test_plan_when_made_anew_then_the_judge_accepts_where_everything_stands(house: Planned) -> None:
    """A plan read back as a previous timetable keeps every rule that it kept when it was made."""
    await able(house, "Veera", "Toivo")
    plan = await gathered(house)
    posed = pose(plan)
    answer = Greedy(posed.problem).solve()
    found = [one for one in answered.placed(answered.meaning(plan, posed), answer) if one.learner is None]
    new = [NewLesson(one.group, one.day, one.starts, one.ends, one.topic,
                     tuple(who for who, _ in one.leaders), needs=one.needs) for one in found]  # fmt: skip
    async with house.store.work() as work:
        await lessons.plan(work, SYSTEM, house.programme, new)
    moved = pose(await gathered(house, mode="anew"))
    assert moved.previous is not None
    broken = judge(read_problem(moved.problem), read_timetable(moved.previous)).broken
    assert {one.why for one in broken} == {"missing"}
    lacking = {one.id for one in (await gathered(house)).wanted if one.standing is None}
    assert {id for one in broken for id in one.activities} == lacking  # the talks, which no plan holds yet


async def test_teachers_when_read_then_abilities_hours_loads_and_absences_are_theirs(house: Planned) -> None:
    await able(house, "Veera", abilities=("field:logistics", "language"))
    ill = (local(date(2026, 3, 11), time(), ZONE), local(date(2026, 3, 14), time(), ZONE))
    async with house.store.work() as work:
        veera = house.people["Veera"]
        work.add(
            WorkingTime(id=new_id(), person=veera, weekday="mon", starts=time(9), ends=time(15)),
            Load(person=veera, minutes_a_day=240, minutes_a_week=None),
            Absence(id=new_id(), person=veera, starts=ill[0], ends=ill[1], kind="ill", source="own",
                    reported=work.now, reported_by=veera),
            Absence(id=new_id(), person=veera, starts=ill[1], ends=ill[1] + timedelta(days=9), kind="ill", source="own",
                    reported=work.now, reported_by=veera, withdrawn=work.now),
        )  # fmt: skip
    plan = await gathered(house)
    found = next(one for one in plan.teachers if one.id == veera)
    assert found.can == {"field:logistics", "language", "teacher"}
    assert dict(found.works) == {"mon": [(time(9), time(15))]}
    assert (found.minutes_a_day, found.minutes_a_week, found.taken) == (240, None, (ill,))


async def test_teacher_when_she_leads_elsewhere_then_she_is_taken_there(house: Planned) -> None:
    await able(house, "Veera")
    async with house.store.work() as work:
        other = await another(work, house, "third")
        formed = await groups.of_programme(work, SYSTEM, other)
        day = next(one for one in (await programmes.line(work, SYSTEM, other)).days if one.n == 8)
        span = (day.lessons[0].starts, day.lessons[0].ends)
        one = NewLesson(formed[0][0].id, day.id, *span, leaders=(house.people["Veera"],))
        await lessons.plan(work, SYSTEM, other, [one])
    alone, together = await gathered(house), await gathered(house, other)
    assert [found.taken for found in alone.teachers if found.id == house.people["Veera"]] == [(span,)]
    assert [found.taken for found in together.teachers if found.id == house.people["Veera"]] == [()]
    assert len(together.groups) == 3


async def test_house_when_two_programmes_meet_in_it_then_its_rooms_are_shared(house: Planned) -> None:
    async with house.store.work() as work:
        other = await another(work, house, "third")
        place = (await programmes.days(work, SYSTEM, other))[0].place
        row = await work.get(Place, place.id if place else "")
        assert row is not None
        row.rooms = 2
    plan = await gathered(house, other)
    assert list(plan.rooms.values()) == [2]
    assert {one.site for one in plan.wanted} == {None, *plan.rooms}


async def test_group_when_its_people_said_when_they_are_free_then_the_rest_is_disliked(house: Planned) -> None:
    async with house.store.work() as work:
        for name, free in (("Amina", ["mon_am", "tue_am"]), ("Bilal", ["mon_am"])):
            work.add(Profile(person=house.people[name], free=free, modified=work.now, levels={}, languages=[], km={}))
    first = next(one for one in (await gathered(house)).groups if one.id == house.groups["first"])
    assert (first.size, first.disliked["tue_am"], first.disliked["wed_pm"]) == (2, 1, 2)
    assert "mon_am" not in first.disliked


async def test_wanted_when_something_is_missing_then_it_is_said_what(house: Planned) -> None:
    nobody = scheduling.lacking(await gathered(house))
    assert nobody == [Lack(code="nobody_can", needs=("field:logistics", "field:sales", "language"))]
    await able(house, "Veera", abilities=("language", "field:sales"))
    assert scheduling.lacking(await gathered(house)) == [Lack(code="nobody_can", needs=("field:logistics",))]
    await able(house, "Toivo", abilities=("field",))
    assert scheduling.lacking(await gathered(house)) == []
    async with house.store.work() as work:
        empty = (await programmes.plan(work, SYSTEM, NewProgramme(
            blueprint=load("kohti-tyota"), start=date(2026, 8, 10), organisation=house.organisation))).id  # fmt: skip
    async with house.store.look() as look:
        assert scheduling.lacking(await scheduling.gather(look, SYSTEM, (empty,), "missing")) == [
            Lack(code="no_groups")
        ]


async def test_peer_group_when_planned_then_its_meeting_has_one_hour_and_two_tutors(house: Planned) -> None:
    async with house.store.work() as work:
        new = NewProgramme(
            blueprint=load("catch-up-with-work"), start=date(2026, 9, 15), organisation=house.organisation
        )
        made = (await programmes.plan(work, SYSTEM, new)).id
        await groups.form(work, SYSTEM, NewGroup(made, "", "peers"))
        for name in ("Veera", "Toivo"):
            await people.appoint(work, SYSTEM, house.people[name], Right("tutor", "programme", made))
    async with house.store.look() as look:
        plan = await scheduling.gather(look, SYSTEM, (made,), "missing")
    posed = pose(plan)
    answer = Greedy(posed.problem).solve()
    found = list(answered.placed(answered.meaning(plan, posed), answer))
    meetings = [one for one in found if one.needs == ("tutor", "tutor")]
    assert len(meetings) == 8
    assert {one.starts.hour for one in meetings} == {14, 15}
    assert {role for one in meetings for _, role in one.leaders} == {"tutor"}
    assert {len(one.leaders) for one in meetings} == {2}


async def test_programmes_when_read_then_only_by_whoever_plans_them_and_of_one_organisation(house: Planned) -> None:
    async with house.store.work() as work:
        far = Organisation(id=new_id(), name="Vieras Oy", telephone="")
        work.add(far)
        await work.flush()
        new = NewProgramme(blueprint=load("kohti-tyota"), start=date(2026, 8, 10), organisation=far.id)
        foreign = (await programmes.plan(work, SYSTEM, new)).id
        somebody = await people.add(work, SYSTEM, NewPerson(name="Hilla", language="fi"), rights.THE_HOUSE)
        house.people["Hilla"] = somebody.id
        await people.appoint(work, SYSTEM, somebody.id, Right("counsellor", "programme", house.programme))
    kaisa, hilla = await house.actor("Kaisa"), await house.actor("Hilla")
    async with house.store.look() as look:
        with pytest.raises(NotFound):
            await scheduling.gather(look, kaisa, (house.programme, foreign), "missing")
        with pytest.raises(Forbidden):
            await scheduling.gather(look, hilla, (house.programme,), "missing")
        with pytest.raises(Invalid) as refused:
            await scheduling.gather(look, SYSTEM, (house.programme, foreign), "missing")
    assert refused.value.code == "other_organisation"


async def test_reading_when_appointments_stand_then_their_people_and_the_learners_group_are_taken(
    house: Planned,
) -> None:
    await able(house, "Veera", "Toivo")
    starts = local(date(2026, 3, 11), time(10), ZONE)
    talk = NewAppointment(
        kind="guidance", starts=starts, ends=starts + timedelta(minutes=20), partners=(house.people["Veera"],),
        learner=house.people["Amina"],
    )  # fmt: skip
    before = await gathered(house)
    async with house.store.work() as work:
        await appointments.plan(work, SYSTEM, house.programme, [talk])
    after = await gathered(house)
    more = {one.id for one in (*after.teachers, *after.groups) if (talk.starts, talk.ends) in one.taken}
    assert more == {house.people["Veera"], house.groups["first"]}
    assert [(one.id, one.taken) for one in before.teachers if one.id not in more] == [
        (one.id, one.taken) for one in after.teachers if one.id not in more
    ]


async def test_reading_when_three_programmes_then_as_many_statements_as_for_one(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    async with house.store.work() as work:
        others = [await another(work, house, name) for name in ("third", "fourth")]
    said = []
    for which in ((), tuple(others)):
        async with house.store.look() as look:
            with counted(look) as statements:
                await scheduling.gather(look, SYSTEM, (house.programme, *which), "missing")
            said.append(len(statements))
    assert said[0] == said[1]


async def test_weights_when_kept_then_they_are_the_programmes(house: Planned) -> None:
    async with house.store.work() as work:
        await scheduling.weigh(work, SYSTEM, house.programme, {"teacher": "always"})
        await scheduling.weigh(work, SYSTEM, house.programme, {"teacher": "always", "gaps": "little"})
    expected = {"teacher": "always", "hours": "much", "gaps": "little"}
    async with house.store.look() as look:
        assert await scheduling.weighed(look, SYSTEM, house.programme) == expected
    assert dict((await gathered(house)).words) == expected
    with pytest.raises(Invalid):
        async with house.store.work() as work:
            await scheduling.weigh(work, SYSTEM, house.programme, {"taste": "much"})
