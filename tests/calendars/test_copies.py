"""Copies: a programme goes to another municipality as one file, with everything but its people and its ids."""

import dataclasses
from datetime import date

import pytest
from sqlalchemy import select, update

from calendars import copies, models, places, programmes, schooldays
from calendars.blueprints import shipped
from calendars.blueprints.text import written
from calendars.errors import Forbidden, Invalid, NotFound
from calendars.places import NewPlace
from calendars.programmes import NewProgramme
from calendars.tables import Day, Field, Organisation, Phase, Programme
from tests.calendars.planned import SYSTEM, Planned

OCCUPATION = "occupation-for-immigrants"


async def exported(house: Planned, name: str = "Kaisa") -> str:
    actor = await house.actor(name)
    async with house.store.look() as look:
        return written(await copies.exported(look, actor, house.programme))


async def test_exported_when_only_the_house_is_another_then_places_come_along_and_the_version_counts_up(
    house: Planned,
) -> None:
    copy = shipped.parse(await exported(house), "copy.toml")
    original = shipped.load(OCCUPATION)
    assert (copy.places["house"].name, copy.places["house"].address) == ("Koulutustalo", "Koulukatu 1, 40100 Jyväskylä")
    assert dataclasses.replace(copy, version="1.1") == original


async def test_exported_when_place_field_and_rules_were_changed_then_they_are_in_the_file(house: Planned) -> None:
    async with house.store.work() as work:
        place = (await work.all(select(Day.place).where(Day.programme == house.programme, Day.n == 1)))[0]
        await places.furnish(work, SYSTEM, house.programme, place, NewPlace(name="Kylätalo", address="Kylätie 2"))
        await work.run(update(Field).where(Field.code == "care").values(isced="0913"))
        programme = await work.get(Programme, house.programme)
        assert programme is not None
        programme.rules = programme.rules | {"present_percent": 70}
    copy = shipped.parse(await exported(house), "copy.toml")
    assert (copy.version, copy.places["house"].name, copy.fields["care"].isced) == ("1.2", "Kylätalo", "0913")
    assert (list(copy.fields), copy.attendance.present_percent) == (["logistics", "care", "sales"], 70)


async def test_copy_when_planned_in_another_municipality_then_all_but_ids_holidays_and_fields_arrives(
    house: Planned,
) -> None:
    """Scenario 39: exported, other fields written into the file, planned elsewhere with other holidays."""
    text = (await exported(house)).replace("[fields.care]", "[fields.cooking]").replace('"09"', '"1013"')
    text = text.replace('version = "1.1"', 'version = "1.2"')  # as its refusal says where 1.1 is the shipped one
    async with house.store.work() as work:
        work.add(Organisation(id="elsewhere", name="Naapurikunta", telephone=""))
        await work.flush()
        model = await models.bring_in(work, SYSTEM, "elsewhere", text, "copy.toml")
        new = NewProgramme(blueprint=model, start=date(2026, 3, 2), organisation="elsewhere", country="EE")
        copy = (await programmes.plan(work, SYSTEM, new)).id
    async with house.store.look() as look:
        one, two = [await programmes.line(look, SYSTEM, each) for each in (house.programme, copy)]
        phases = [list(await look.all(select(Phase).where(Phase.programme == each).order_by(Phase.position)))
                  for each in (house.programme, copy)]  # fmt: skip
        fields = [one.code for one in await programmes.fields(look, SYSTEM, copy)]
        kept = await programmes.blueprint_of(look, copy)
    assert [(day.n, day.kind, day.phase, day.title) for day in one.days] == [
        (day.n, day.kind, day.phase, day.title) for day in two.days
    ]
    assert (one.programme.topics, one.programme.rules, one.programme.name) == (
        two.programme.topics, two.programme.rules, two.programme.name,
    )  # fmt: skip
    ours, theirs = [
        [(each.code, each.service, each.lessons, each.topics, each.name) for each in half] for half in phases
    ]
    assert ours == theirs
    original = shipped.load(OCCUPATION)
    assert (kept.entry, kept.tutoring, kept.phases, kept.groups) == (
        original.entry, original.tutoring, original.phases, original.groups,
    )  # fmt: skip
    assert fields == ["cooking", "logistics", "sales"]
    assert (one.programme.ends, two.programme.ends) == (date(2026, 5, 28), date(2026, 5, 26))
    ids = [{each.programme.id, *(day.id for day in each.days)} for each in (one, two)]
    assert ids[0] & ids[1] == set()


async def test_copy_when_same_country_then_the_same_days(house: Planned) -> None:
    copy = schooldays.plan(shipped.parse(await exported(house), "copy.toml"), date(2026, 3, 2))
    assert [(day.n, day.date, day.kind) for day in copy.days] == [
        (day.n, day.date, day.kind) for day in (await house.line()).days
    ]


async def test_compared_when_two_then_side_by_side_and_one_alone_or_five_refused(house: Planned) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        ids = [house.programme] + [
            (await programmes.plan(work, kaisa, NewProgramme(
                blueprint=shipped.load("kohti-tyota"), start=date(2026, 8, 10), organisation=house.organisation
            ))).id for _ in range(4)
        ]  # fmt: skip
    async with house.store.look() as look:
        found = await copies.compared(look, kaisa, ids[:2])
        assert [one.line.counts for one in found] == [{"contact": 12, "online": 48}, {"contact": 25, "workplace": 35}]
        for chosen in (ids[:1], ids, [ids[0], ids[0]]):
            with pytest.raises(Invalid):
                await copies.compared(look, kaisa, chosen)


@pytest.mark.parametrize(("name", "refusal"), [("Oona", Forbidden), ("Veera", Forbidden), ("Stranger", NotFound)])
async def test_exported_when_not_a_planner_then_refused(house: Planned, name: str, refusal: type[Exception]) -> None:
    with pytest.raises((refusal, NotFound)):
        await exported(house, name)
