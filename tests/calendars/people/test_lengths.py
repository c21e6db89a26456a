"""Own lengths: recognised units shorten, time that is needed lengthens, and the cohort stays as it was."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from calendars import agenda, groups, lessons, programmes, rights
from calendars.blueprints.shipped import load
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.groups import NewGroup
from calendars.lessons import NewLesson
from calendars.people import lengths, people
from calendars.people.lengths import NewLength, Unit
from calendars.people.people import NewPerson
from calendars.programmes import NewProgramme
from calendars.rights import Target
from calendars.tables import Day, Programme, Seat
from classroom import reports
from tests.calendars.planned import SYSTEM, Planned

UNITS = (Unit("Hygiene passport", 2), Unit("Safety card", 2), Unit("First aid", 2))


async def skills_centre(house: Planned) -> tuple[str, str, dict[str, str]]:
    """S2 from 9 March with a group of two, Aili and Berta."""
    async with house.store.work() as work:
        new = NewProgramme(blueprint=load("skills-centre"), start=date(2026, 3, 9), organisation=house.organisation)
        programme = (await programmes.plan(work, SYSTEM, new)).id
        group = (await groups.form(work, SYSTEM, NewGroup(programme, "", "Ryhmä"))).id
        made = {}
        for name in ("Aili", "Berta"):
            target = Target(house.organisation, programme)
            made[name] = (await people.add(work, SYSTEM, NewPerson(name=name), target)).id
            await groups.seat(work, SYSTEM, group, made[name])
    return programme, group, made


async def test_set_length_when_one_ends_on_day_38_and_one_on_day_75_then_the_cohort_stays_at_60(house: Planned) -> None:
    programme, _, made = await skills_centre(house)
    async with house.store.work() as work:
        before = await work.get(Programme, programme)
        assert before is not None
        ends, line = before.ends, (await programmes.line(work, SYSTEM, programme)).days
        first = await lengths.set_length(
            work, SYSTEM, programme, made["Aili"], NewLength(days=38, grounds="She found work")
        )
        second = await lengths.set_length(
            work, SYSTEM, programme, made["Berta"], NewLength(days=75, grounds="She needs more time", phase="skills")
        )
    assert first == line[37].date
    async with house.store.look() as look:
        after = await programmes.line(look, SYSTEM, programme)
        assert sum(after.counts.values()) == 60
        assert after.programme.ends == ends
        extra = [one for one in after.days if one.extra]
        assert [one.n for one in extra] == list(range(61, 76))
        assert extra[-1].date == second
        assert {one.phase for one in extra} == {"skills"}
        assert all(one.date.weekday() < 5 and one.date.isoformat() not in after.programme.holidays for one in extra)
        own = {name: await lengths.of(look, SYSTEM, programme, one) for name, one in made.items()}
        assert {name: (len(one.days), one.programme_days, one.own) for name, one in own.items()} == {
            "Aili": (38, 60, True), "Berta": (75, 60, True),
        }  # fmt: skip
        assert own["Berta"].days[-1] == second
        found = await reports.report(look, SYSTEM, programme)
        assert sum(found.totals["days"].values()) == 60
        berta = await rights.actor_of(look, made["Berta"])
        on_site = await agenda.all_of(look, berta, datetime(2026, 3, 1, tzinfo=UTC))
        kinds = Counter(one.kind for one in on_site)
        assert sum(kinds.values()) == sum(one.kind in agenda.ON_SITE for one in after.days)


async def test_set_length_when_lessons_are_on_her_days_then_expected_there_and_counted_as_hers(house: Planned) -> None:
    programme, group, made = await skills_centre(house)
    async with house.store.work() as work:
        await lengths.set_length(work, SYSTEM, programme, made["Aili"], NewLength(days=38, grounds="Work"))
        await lengths.set_length(work, SYSTEM, programme, made["Berta"], NewLength(days=62, grounds="Time"))
        line = await programmes.line(work, SYSTEM, programme)
        new = [NewLesson(group, day.id, day.starts, day.starts + timedelta(hours=1)) for day in line.days]
        planned = await lessons.plan(work, SYSTEM, programme, new)
        found = [await lessons.expected(work, one.id) for one in planned]
    counts = Counter(person for one in found for person in one)
    assert counts == {made["Aili"]: 38, made["Berta"]: 62}
    house.clock.at = datetime(2026, 8, 1, tzinfo=UTC)
    async with house.store.look() as look:
        report = await reports.report(look, SYSTEM, programme)
        hours = {name: report.totals["by_learner"][one]["planned"] // 3600 for name, one in made.items()}
    assert hours == {"Aili": 38, "Berta": 62}
    assert report.totals["planned"] == (38 + 62) * 3600


async def test_set_length_when_three_units_are_recognised_then_six_days_less_and_the_plan_says_why(
    house: Planned,
) -> None:
    amina = house.people["Amina"]
    async with house.store.work() as work:
        last = await lengths.set_length(work, SYSTEM, house.programme, amina, NewLength(units=UNITS))
    async with house.store.look() as look:
        own = await lengths.of(look, await house.actor("Amina"), house.programme, amina)
        told = [one.body for one in await look.trail(house.programme, 0) if one.kind == "LengthSet"]
    assert (len(own.days), own.programme_days, own.days[-1], own.units) == (54, 60, last, UNITS)
    assert told == [{"person": amina, "days": 54, "recognised": 3, "by": ""}]


async def test_set_length_when_she_began_late_and_paused_then_her_own_days_are_counted(house: Planned) -> None:
    amina = house.people["Amina"]
    async with house.store.work() as work:
        await groups.unseat(work, SYSTEM, house.seats["Amina"], "ill", date(2026, 3, 10))
        await work.flush()
        await groups.seat(work, SYSTEM, house.groups["first"], amina, date(2026, 3, 16))
        await lengths.set_length(work, SYSTEM, house.programme, amina, NewLength(days=60, grounds="She was ill"))
    async with house.store.look() as look:
        own = await lengths.of(look, SYSTEM, house.programme, amina)
        line = await programmes.line(look, SYSTEM, house.programme)
    assert len(own.days) == 60
    assert sum(one.extra for one in line.days) == 3  # the days of her pause
    assert date(2026, 3, 11) not in own.days


async def test_set_length_when_the_programmes_last_days_were_taken_out_then_hers_have_numbers_of_their_own(
    house: Planned,
) -> None:
    programme, _, made = await skills_centre(house)
    async with house.store.work() as work:
        line = (await programmes.line(work, SYSTEM, programme)).days
        gone = [one.id for one in line[-2:]]
        await work.run(update(Day).where(Day.id.in_(gone)).values(status="cancelled"))
    async with house.store.work() as work:
        await lengths.set_length(work, SYSTEM, programme, made["Berta"], NewLength(days=61, grounds="Time"))
        after = await programmes.line(work, SYSTEM, programme)
    assert [one.n for one in after.days if one.extra] == [61, 62, 63]


async def test_set_length_when_said_again_then_no_second_set_of_days(house: Planned) -> None:
    programme, _, made = await skills_centre(house)
    for days in (75, 70, 75, 60):
        async with house.store.work() as work:
            await lengths.set_length(work, SYSTEM, programme, made["Berta"], NewLength(days=days, grounds="Time"))
    async with house.store.look() as look:
        line = await programmes.line(look, SYSTEM, programme)
        own = await lengths.of(look, SYSTEM, programme, made["Berta"])
    assert sum(one.extra for one in line.days) == 15
    assert (len(own.days), own.own) == (60, False)


@pytest.mark.parametrize(
    ("new", "error", "code"),
    [
        (NewLength(days=70), Invalid, "reason_missing"),
        (NewLength(days=19, grounds="x"), Invalid, "too_few_days"),
        (NewLength(days=91, grounds="x"), Invalid, "too_many_days"),
        (NewLength(days=70, grounds="x", phase="nothing"), Invalid, "bad_choice"),
        (NewLength(units=[Unit("x", 0)]), Invalid, "bad_number"),
        (NewLength(units=[Unit(" ", 2)]), Invalid, "empty"),
    ],
)
async def test_set_length_when_it_cannot_be_then_refused(
    house: Planned, new: NewLength, error: type[Exception], code: str
) -> None:
    programme, _, made = await skills_centre(house)
    with pytest.raises(error, match=code):
        async with house.store.work() as work:
            await lengths.set_length(work, SYSTEM, programme, made["Aili"], new)
    async with house.store.look() as look:
        assert not (await lengths.of(look, SYSTEM, programme, made["Aili"])).own


async def test_set_length_when_she_sits_nowhere_or_it_is_over_then_refused(house: Planned) -> None:
    programme, _, made = await skills_centre(house)
    new = NewLength(days=30, grounds="x")
    with pytest.raises(Conflict, match="no_seat"):
        async with house.store.work() as work:
            await lengths.set_length(work, SYSTEM, programme, house.people["Stranger"], new)
    house.clock.at = datetime(2026, 5, 20, 7, tzinfo=UTC)
    with pytest.raises(Invalid, match="ends_already"):
        async with house.store.work() as work:
            await lengths.set_length(work, SYSTEM, programme, made["Aili"], NewLength(days=30, grounds="x"))


@pytest.mark.parametrize("who", ["Veera", "Oona", "Iiris", "Amina", "Stranger"])
async def test_set_length_when_she_does_not_plan_then_refused(house: Planned, who: str) -> None:
    actor = await house.actor(who)
    new = NewLength(days=50, grounds="x")
    with pytest.raises((NotFound, Forbidden)):
        async with house.store.work() as work:
            await lengths.set_length(work, actor, house.programme, house.people["Bilal"], new)
    async with house.store.look() as look:
        assert (await look.get(Seat, house.seats["Bilal"])).last_day == date(2026, 5, 28)  # type: ignore[union-attr]
