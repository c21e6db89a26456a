"""What the planner finds in a fresh house: everybody described, every lesson led by somebody who can, work to do."""

from collections.abc import AsyncIterator
from datetime import date, time
from pathlib import Path

import pytest

from calendars import groupings, groups, programmes, rights
from calendars.blueprints.entry import Door
from calendars.blueprints.shipped import load, names
from calendars.clock import SetClock, parse_instant
from calendars.people import enrolments, profiles, staffing, wishes
from calendars.people.staffing import Span, Working
from calendars.repair import candidates
from calendars.scheduling import conflicts, scheduling
from calendars.store import Store
from server.demo import house, planner
from server.demo.cast import LEARNERS, Part
from server.demo.house import Built
from server.demo.planner import Led
from server.demo.today import house_time

CLOCK = parse_instant("2026-03-17T10:05:00+02:00")
SYSTEM = rights.system()
PLACE = "house1"


@pytest.fixture
async def school(
    request: pytest.FixtureRequest, sqlite_pattern: Path, tmp_path: Path
) -> AsyncIterator[tuple[Store, Built]]:
    """A house of the model that the test names, without the days that lie behind."""
    (tmp_path / "oppitupa.db").write_bytes(sqlite_pattern.read_bytes())
    blueprint = load(request.param)
    now = house_time(CLOCK, blueprint)
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db", SetClock(now), alone=True)
    yield store, await house.build(store, blueprint, now)
    await store.close()


@pytest.mark.parametrize("school", names(), indirect=True)
async def test_plan_when_the_house_is_fresh_then_each_lesson_has_who_can_lead_it_and_no_conflict(
    school: tuple[Store, Built],
) -> None:
    store, built = school
    async with store.look() as look:
        plan = await scheduling.gather(look, SYSTEM, (built.programme,), "missing")
        found, _ = await conflicts.ahead(look, SYSTEM, built.programme)
    can = {one.id: one.can for one in plan.teachers}
    meetings = [one for one in plan.wanted if not one.learner]
    assert found == []
    assert {one.stays for one in meetings} == {"whole"}  # all stand, and what begins tomorrow is led by enough
    assert {len(one.standing.leaders) for one in meetings if one.standing} == {len(meetings[0].needs)}
    assert [
        one.id for one in meetings if one.standing and one.standing.kept is False
        and not all(need in can[who] for who, need in zip(one.standing.leaders, one.needs, strict=True))
    ] == []  # fmt: skip


@pytest.mark.parametrize("school", names(), indirect=True)
async def test_people_when_the_house_is_fresh_then_all_who_sit_are_known_and_one_was_accepted_against_a_rule(
    school: tuple[Store, Built],
) -> None:
    store, built = school
    async with store.look() as look:
        found = await enrolments.of_programme(look, SYSTEM, built.programme)
        known = {one.person.id: await profiles.of(look, SYSTEM, one.person.id) for one in found}
        door = enrolments.door((await programmes.line(look, SYSTEM, built.programme)).programme)
    sitting = {one.person.id: one for one in found if one.seat}
    assert sitting.keys() == {one for _, members in built.groups for one in members}
    assert {one.enrolment.status for one in sitting.values()} == {"accepted"}
    assert {one.unknown for one in sitting.values()} == {()}
    short = [one for one in sitting.values() if one.missed]
    assert [(len(one.missed), one.enrolment.grounds) for one in short] == (
        [(1, planner.BELOW)] if door.language else []
    )
    assert all(known[one].levels and known[one].free for one in sitting)
    assert [one.enrolment.status for one in found if not one.seat] == ["accepted"] * 4 + ["applied"] * 2


@pytest.mark.parametrize("school", ["occupation-for-immigrants"], indirect=True)
async def test_desk_when_the_house_is_fresh_then_four_wait_for_a_group_of_one_field_two_of_them_together(
    school: tuple[Store, Built],
) -> None:
    store, built = school
    async with store.look() as look:
        desk = await groupings.desk(look, SYSTEM, built.programme)
        pairs = {
            (one.kind, frozenset((one.one, one.other)))
            for one in await wishes.of_programme(look, SYSTEM, built.programme)
        }
        formed = [group.field for group, _ in await groups.of_programme(look, SYSTEM, built.programme)]
    assert ({one.field for one in desk.learners}, len(desk.learners)) == ({desk.learners[0].field}, 4)
    assert desk.learners[0].field in formed
    assert [len(pair) for pair in desk.together] == [2]
    apart = frozenset({built.groups[-2][1][0], built.groups[-1][1][0]})
    assert pairs == {("together", frozenset(desk.together[0])), ("apart", apart)}


@pytest.mark.parametrize("school", ["occupation-for-immigrants"], indirect=True)
async def test_substitutes_when_any_lesson_to_come_loses_its_teacher_then_somebody_can_come(
    school: tuple[Store, Built],
) -> None:
    store, built = school
    now = house_time(CLOCK, load("occupation-for-immigrants"))
    coming = [one for one in built.lessons if one.starts > now and one.starts.date() > now.date()][:8]
    assert len({one.teacher for one in coming}) == 5
    async with store.look() as look:
        for one in coming:
            found = await candidates.candidates(look, SYSTEM, [one.lesson], one.teacher)
            assert [who.person for who in found] != []


@pytest.mark.parametrize("school", ["occupation-for-immigrants"], indirect=True)
async def test_crew_when_described_then_each_has_hours_and_limits_and_one_a_morning_elsewhere(
    school: tuple[Store, Built],
) -> None:
    store, built = school
    async with store.look() as look:
        crew = {one.person: one for one in await staffing.of_programme(look, SYSTEM, built.programme)}
        teachers = {one.teacher for one in built.lessons}
        busy = {one: len(await staffing.busy(look, SYSTEM, one)) for one in teachers}
    assert {len(crew[one].working.spans) for one in teachers} == {5}
    assert {crew[one].working.minutes_a_week for one in teachers} == {28 * 60}
    assert sorted(busy.values()) == [0, 0, 0, 0, 1]


def test_spans_when_a_lesson_of_hers_lies_outside_the_usual_hours_then_that_weekday_is_longer() -> None:
    late = Led(
        "A",
        "language",
        parse_instant("2026-03-17T17:55:00+02:00"),
        parse_instant("2026-03-17T19:25:00+02:00"),
        first=False,
    )
    usual = (time(8), time(16))
    expected = [Span(day, *usual) for day in ("mon", "tue", "wed", "thu", "fri")]
    assert planner.spans_of([], usual, "Europe/Helsinki") == tuple(expected)
    expected[1] = Span("tue", time(8), time(19, 25))
    assert planner.spans_of([late], usual, "Europe/Helsinki") == tuple(expected)
    assert Working(tuple(expected)).spans[1].ends == time(19, 25)


def test_profile_when_she_is_short_then_one_step_below_in_one_skill_and_all_else_as_asked() -> None:
    door = Door(language={"listening": "A1.3", "speaking": "A1.3", "reading": "A1.3", "writing": "A1.3"})
    houses = {PLACE: "Lutakonkatu 6, 40100 Jyväskylä"}
    short = planner.profile_of(5, LEARNERS[5], door, houses, date(2026, 3, 4), short=True)
    told = planner.profile_of(5, LEARNERS[5], door, houses, date(2026, 3, 4))
    assert short.levels == {**told.levels, "speaking": "A1.2"}
    assert (told.municipality, told.km, told.languages) == ("Äänekoski", {PLACE: 45.0}, ("ru",))
    nowhere = planner.profile_of(0, Part("Amal", "ar"), Door(), {}, date(2026, 3, 4))
    assert (nowhere.municipality, nowhere.km, set(nowhere.levels.values())) == ("", {}, {"A2.1", "A2.2"})
