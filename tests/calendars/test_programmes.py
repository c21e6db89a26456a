"""Programmes: the plan of S0 as rows, and who sees it."""

import dataclasses
from collections import Counter
from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import update

from calendars import chains, groups, places, programmes, rights
from calendars.blueprints.shipped import load
from calendars.errors import Forbidden, Invalid, NotFound
from calendars.grants import Right
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.places import NewPlace
from calendars.programmes import NewProgramme
from calendars.tables import Programme
from tests.calendars.planned import SYSTEM, Planned, counted


async def test_plan_when_s0_starts_in_march_then_sixty_days_of_two_kinds(house: Planned) -> None:
    line = await house.line()
    assert line.counts == {"contact": 12, "online": 48}
    assert [day.n for day in line.days] == list(range(1, 61))
    assert (line.programme.starts, line.programme.ends) == (date(2026, 3, 2), date(2026, 5, 28))
    assert [day.n for day in line.days if day.kind == "contact"] == [1, 2, 3, 4, 5, 11, 35, 56, 57, 58, 59, 60]
    assert set(line.programme.holidays) == {"2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14"}
    assert (line.n, line.past, line.today) == (6, 5, date(2026, 3, 9))


async def test_plan_when_clocks_change_then_local_hours_stay(house: Planned) -> None:
    days = (await house.line()).days
    local = {(day.starts.astimezone(UTC).hour, day.date >= date(2026, 3, 29)) for day in days}
    assert local == {(7, False), (6, True)}


async def test_plan_when_made_then_place_fields_topics_and_rules_are_kept(house: Planned) -> None:
    amina = await house.actor("Amina")
    async with house.store.look() as look:
        line = await programmes.line(look, amina, house.programme)
        fields = await programmes.fields(look, amina, house.programme)
    first, sixth = line.days[0], line.days[5]
    assert first.place is not None
    assert first.place.name == "Koulutustalo"
    assert sixth.place is None
    assert (first.title["en"], first.service) == ("Orientation", "labour_market_training")
    assert [(one.starts.hour, one.ends.hour, one.needs) for one in sixth.lessons] == [
        (8, 10, ("field",)), (11, 13, ("language",))
    ]  # fmt: skip
    assert [(one.code, one.isced) for one in fields] == [("care", "09"), ("logistics", "1041"), ("sales", "0416")]
    assert len(line.programme.topics) == 8
    assert line.programme.topics["vocabulary"]["hours"] == 48
    rules = line.programme.rules
    assert (rules["lease"], rules["doors_before"], rules["doors_after"]) == (40, 300, 900)


async def test_blueprint_of_when_planned_then_the_whole_blueprint_whatever_it_was(house: Planned) -> None:
    mine = dataclasses.replace(load("catch-up-with-work"), name="my-evenings", version="2.1")
    new = NewProgramme(blueprint=mine, start=date(2026, 9, 15), organisation=house.organisation)
    async with house.store.work() as work:
        planned = await programmes.plan(work, SYSTEM, new)
    async with house.store.look() as look:
        assert await programmes.blueprint_of(look, planned.id) == mine
        assert await programmes.blueprint_of(look, house.programme) == load("occupation-for-immigrants")
        with pytest.raises(NotFound):
            await programmes.blueprint_of(look, "nobody")


async def test_blueprint_of_when_planned_before_it_was_kept_then_the_shipped_one_of_that_name(house: Planned) -> None:
    async with house.store.work() as work:
        await work.session.execute(update(Programme).values(model=""))
    async with house.store.look() as look:
        assert await programmes.blueprint_of(look, house.programme) == load("occupation-for-immigrants")


async def test_plan_when_weekly_peer_group_then_each_meeting_is_a_day(house: Planned) -> None:
    new = NewProgramme(
        blueprint=load("catch-up-with-work"), start=date(2026, 9, 15), organisation=house.organisation
    )  # fmt: skip
    async with house.store.work() as work:
        programme = await programmes.plan(work, SYSTEM, new)
        line = await programmes.line(work, SYSTEM, programme.id)
    assert Counter(day.starts.hour for day in line.days) == {14: 6, 15: 2}
    assert all(len(day.lessons) == 1 and day.lessons[0].starts == day.starts for day in line.days)


@pytest.mark.parametrize(("name", "refusal"), [("Amina", NotFound), ("Veera", NotFound), ("Oona", NotFound)])
async def test_plan_when_not_a_planner_then_refused(house: Planned, name: str, refusal: type[Exception]) -> None:
    actor = await house.actor(name)
    new = NewProgramme(
        blueprint=load("occupation-for-immigrants"), start=date(2026, 9, 7), organisation=house.organisation
    )  # fmt: skip
    with pytest.raises(refusal):
        async with house.store.work() as work:
            await programmes.plan(work, actor, new)


@pytest.mark.parametrize(
    "place", [NewPlace(name=""), NewPlace(name="x", latitude=91, longitude=0), NewPlace(name="x", latitude=1)]
)
async def test_plan_when_place_is_wrong_then_nothing_stays(house: Planned, place: NewPlace) -> None:
    new = NewProgramme(
        blueprint=load("occupation-for-immigrants"), start=date(2026, 9, 7), organisation=house.organisation,
        places={"house": place},
    )  # fmt: skip
    with pytest.raises(Invalid):
        async with house.store.work() as work:
            await programmes.plan(work, SYSTEM, new)
    async with house.store.look() as look:
        assert len(await programmes.of(look, SYSTEM)) == 1


async def test_provider_when_chosen_then_revision_moves_once(house: Planned) -> None:
    kaisa, oona = await house.actor("Kaisa"), await house.actor("Oona")
    async with house.store.work() as work:
        await chains.choose(work, kaisa, house.programme, ["jitsi"])
        await chains.choose(work, kaisa, house.programme, ["jitsi"])
    programme = (await house.line()).programme
    assert (programme.provider, programme.revision) == ("jitsi", 2)
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await chains.choose(work, kaisa, house.programme, ["Jitsi; rm"])
    with pytest.raises(Forbidden):
        async with house.store.work() as work:
            await chains.choose(work, oona, house.programme, ["builtin"])


async def test_place_when_furnished_then_its_days_get_a_sequence(house: Planned) -> None:
    kaisa = await house.actor("Kaisa")
    place = (await house.line()).days[0].place
    assert place is not None
    async with house.store.work() as work:
        await places.furnish(work, kaisa, house.programme, place.id, NewPlace(name="Kirjasto", address="Katu 2"))
    async with house.store.look() as look:
        moved = [day.place.name for day in await programmes.days(look, kaisa, house.programme) if day.place]
    assert moved == ["Kirjasto"] * 12
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await places.furnish(work, kaisa, house.programme, "elsewhere", NewPlace(name="x"))


async def test_programmes_when_listed_then_only_ones_own(house: Planned) -> None:
    async with house.store.work() as work:
        new = NewProgramme(
            blueprint=load("occupation-for-immigrants"), start=date(2026, 9, 7), organisation=house.organisation
        )  # fmt: skip
        other = (await programmes.plan(work, SYSTEM, new)).id
        guest = await people.add(work, SYSTEM, NewPerson(name="Guest"), rights.THE_HOUSE)
        await people.appoint(work, SYSTEM, guest.id, Right("guest", "lesson", house.lessons["first"][0]))
    house.people["Guest"] = guest.id
    async with house.store.look() as look:
        seen = {
            name: {one.id for one in await programmes.of(look, await rights.actor_of(look, house.people[name]))}
            for name in ("Kaisa", "Oona", "Veera", "Amina", "Guest", "Stranger")
        }
    both, first = {house.programme, other}, {house.programme}
    assert seen == {
        "Kaisa": both, "Oona": first, "Veera": first, "Amina": first, "Guest": first, "Stranger": set()
    }  # fmt: skip


async def test_line_when_programme_has_more_days_then_no_more_statements(house: Planned) -> None:
    async with house.store.look() as look:
        with counted(look) as said:
            await programmes.line(look, SYSTEM, house.programme)
    assert len(said) == 3


async def test_line_when_over_then_all_is_past_and_today_is_no_day(house: Planned) -> None:
    house.clock.at += timedelta(days=200)
    line = await house.line()
    assert (line.n, line.past) == (None, 60)


async def test_groups_when_listed_then_by_field(house: Planned) -> None:
    amina = await house.actor("Amina")
    async with house.store.look() as look:
        listed = [(group.name, field.code) for group, field in await groups.of_programme(look, amina, house.programme)]
    assert listed == [({"fi": "first"}, "logistics"), ({"fi": "second"}, "sales")]


async def test_line_when_seat_has_not_begun_then_she_sees_its_days_already(house: Planned) -> None:
    """Her day stands on this line: before her first training day her page must not be missing."""
    house.clock.at -= timedelta(days=9)
    amina, stranger = await house.actor("Amina"), await house.actor("Stranger")
    assert {scope.role for scope in amina.scopes} == {"support"}
    async with house.store.look() as look:
        assert len((await programmes.line(look, amina, house.programme)).days) == 60
        with pytest.raises(NotFound):
            await programmes.line(look, stranger, house.programme)
