"""The funder's report and a learner's own hours: the same lines, whoever asks and whenever."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from calendars import groups, lessons, programmes, rights
from calendars.blueprints.shipped import load
from calendars.errors import NotFound
from calendars.groups import NewGroup
from calendars.lessons import NewLesson
from calendars.programmes import NewProgramme
from classroom import register, reports
from tests.calendars.planned import SYSTEM, Planned, counted
from tests.classroom.living import Living


async def lived(house: Planned, lesson: str) -> None:
    """Veera, Amina and Bilal are in for a minute; then the lesson is closed."""
    living = Living(house, lesson)
    await living.start()
    for name in ("Veera", "Amina", "Bilal"):
        await living.enter(name)
    for _ in range(2):
        house.clock.at += timedelta(seconds=30)
        for one in living.sockets:
            await living.beat(one)
    async with house.store.work() as work:
        await register.close(work, await house.actor("Veera"), lesson)


async def test_own_rows_when_asked_by_herself_then_the_reports_lines_of_her_alone(house: Planned) -> None:
    await lived(house, house.lessons["first"][0])
    house.clock.at += timedelta(hours=8)
    async with house.store.work() as work:
        await lessons.freeze_due(work)
    amina = house.people["Amina"]
    async with house.store.look() as look:
        found = await reports.report(look, SYSTEM, house.programme)
        own = await reports.own_rows(look, await house.actor("Amina"), amina)
        for name in ("Kaisa", "Iiris"):
            assert await reports.own_rows(look, await house.actor(name), amina) == own
        with pytest.raises(NotFound):
            await reports.own_rows(look, await house.actor("Bilal"), amina)
    assert own == [row for row in found.rows if row.learner == amina]
    assert [row.present for row in own] == [60, 0]
    assert reports.sums(own) == found.totals["by_learner"][amina]


async def test_own_rows_when_there_is_one_lesson_or_two_then_as_many_statements(house: Planned) -> None:
    told = []
    for lesson in house.lessons["first"]:
        async with house.store.work() as work:
            await lessons.freeze(work, lesson)
        house.clock.at += timedelta(hours=4)
        async with house.store.look() as look:
            with counted(look) as said:
                rows = await reports.own_rows(look, await house.actor("Amina"), house.people["Amina"])
        told.append((len(rows), len(said)))
    assert [rows for rows, _ in told] == [1, 2]
    assert told[0][1] == told[1][1]


async def test_report_when_a_lesson_is_planned_afterwards_then_a_past_instant_does_not_know_it(house: Planned) -> None:
    house.clock.at += timedelta(hours=8)
    then, answers = house.clock.at, []
    for _ in range(2):
        async with house.store.look() as look:
            answers.append(reports.as_json(await reports.report(look, SYSTEM, house.programme, then)))
        house.clock.at += timedelta(hours=1)
        async with house.store.work() as work:
            day = next(one for one in (await programmes.line(work, SYSTEM, house.programme)).days if one.n == 5)
            late = NewLesson(house.groups["second"], day.id, day.starts, day.ends)
            if len(answers) == 1:
                await lessons.plan(work, SYSTEM, house.programme, [late])
    assert answers[0] == answers[1]
    async with house.store.look() as look:
        now = await reports.report(look, SYSTEM, house.programme)
    assert len(now.rows) == answers[0].count('"learner"') + 1


async def test_names_when_another_language_is_taught_then_the_groups_bear_the_names_they_were_given(
    house: Planned,
) -> None:
    async with house.store.work() as work:
        model = replace(load("kohti-tyota"), teaching_language="en")
        new = NewProgramme(blueprint=model, start=date(2026, 3, 9), organisation=house.organisation)
        programme = await programmes.plan(work, SYSTEM, new)
        group = await groups.form(work, SYSTEM, NewGroup(programme.id, "", "Village"))
    async with house.store.look() as look:
        found = await reports.report(look, rights.system(), programme.id)
        assert await reports.names(look, SYSTEM, found) == {group.id: "Village"}
