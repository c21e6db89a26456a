"""Groups and seats: who sits where on which day, and what a move leaves behind."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from calendars import groups, lessons, rights
from calendars.errors import Forbidden, Invalid, NotFound, Overlaps
from calendars.groups import NewGroup
from calendars.store import Look
from calendars.tables import Grant
from tests.calendars.planned import SYSTEM, Planned, counted


async def _names(look: Look, house: Planned, group: str, day: date | None = None) -> list[str]:
    return [one.name for one in await groups.members(look, SYSTEM, [house.groups[group]], day)]


async def test_seat_when_given_then_right_lasts_for_its_local_days(house: Planned) -> None:
    async with house.store.work() as work:
        seat = await groups.seat(
            work, SYSTEM, house.groups["second"], house.people["Stranger"], date(2026, 3, 28), date(2026, 3, 30)
        )
        grant = await work.get(Grant, seat.grant)
    assert grant is not None
    assert (grant.role, grant.scope) == ("learner", house.groups["second"])
    assert grant.starts == datetime(2026, 3, 27, 22, tzinfo=UTC)
    assert grant.until == datetime(2026, 3, 30, 21, tzinfo=UTC)  # the clocks changed in between
    async with house.store.look() as look:
        assert await _names(look, house, "second", date(2026, 3, 27)) == ["Chau"]
        assert await _names(look, house, "second", date(2026, 3, 28)) == ["Chau", "Stranger"]
        assert await _names(look, house, "second", date(2026, 3, 31)) == ["Chau"]


async def test_seat_when_she_sits_in_the_programme_already_then_overlaps(house: Planned) -> None:
    for group in ("first", "second"):
        with pytest.raises(Overlaps, match="seated_already"):
            async with house.store.work() as work:
                await groups.seat(work, SYSTEM, house.groups[group], house.people["Amina"], date(2026, 5, 28))


async def test_seat_when_days_or_person_are_wrong_then_refused(house: Planned) -> None:
    days = date(2026, 4, 2), date(2026, 4, 1)
    with pytest.raises(Invalid, match="backwards"):
        async with house.store.work() as work:
            await groups.seat(work, SYSTEM, house.groups["first"], house.people["Stranger"], *days)
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await groups.seat(work, SYSTEM, house.groups["first"], "nobody")


async def test_seat_when_two_give_it_at_once_then_one_wins(house: Planned) -> None:
    async def give(group: str) -> str:
        try:
            async with house.store.work() as work:
                await groups.seat(work, SYSTEM, house.groups[group], house.people["Stranger"])
        except Overlaps:
            return "refused"
        return "seated"

    assert sorted(await asyncio.gather(give("first"), give("second"))) == ["refused", "seated"]


async def test_unseat_when_today_then_her_right_ends_at_midnight(house: Planned) -> None:
    async with house.store.work() as work:
        await groups.unseat(work, SYSTEM, house.seats["Amina"], "employed")
    assert "learner" in (await house.actor("Amina")).roles
    house.clock.at = datetime(2026, 3, 9, 22, 0, tzinfo=UTC)
    assert "learner" not in (await house.actor("Amina")).roles
    async with house.store.look() as look:
        assert await _names(look, house, "first", date(2026, 3, 9)) == ["Amina", "Bilal"]
        assert await _names(look, house, "first", date(2026, 3, 10)) == ["Bilal"]


async def test_unseat_when_reason_is_a_sentence_then_refused(house: Planned) -> None:
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await groups.unseat(work, SYSTEM, house.seats["Amina"], "She told me that she is ill")


async def test_move_when_to_another_group_then_past_stays_and_rosters_follow(house: Planned) -> None:
    first, second = house.lessons["first"][1], house.lessons["second"][0]
    async with house.store.work() as work:
        assert await lessons.freeze(work, house.lessons["first"][0]) == {house.people["Amina"], house.people["Bilal"]}
        await groups.move(work, SYSTEM, house.seats["Amina"], house.groups["second"])
    async with house.store.look() as look:
        assert await lessons.expected(look, house.lessons["first"][0]) == {house.people["Amina"], house.people["Bilal"]}
        assert await lessons.expected(look, first) == {house.people["Bilal"]}
        assert await lessons.expected(look, second) == {house.people["Amina"], house.people["Chau"]}
        assert await _names(look, house, "first", date(2026, 3, 6)) == ["Amina", "Bilal"]
        amina = await rights.actor_of(look, house.people["Amina"])
    assert {scope.id for scope in amina.scopes if scope.kind == "group"} == {house.groups["second"]}


async def test_move_when_seat_has_not_begun_then_taken_back_whole(house: Planned) -> None:
    async with house.store.work() as work:
        seat = await groups.seat(work, SYSTEM, house.groups["first"], house.people["Stranger"], date(2026, 4, 1))
        moved = await groups.move(work, SYSTEM, seat.id, house.groups["second"])
    assert (moved.first_day, moved.last_day) == (date(2026, 4, 1), date(2026, 5, 28))
    async with house.store.look() as look:
        assert await _names(look, house, "first") == ["Amina", "Bilal"]


async def test_group_when_formed_in_foreign_field_then_not_found(house: Planned) -> None:
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await groups.form(work, SYSTEM, NewGroup(house.programme, "other", "x"))


async def test_group_when_programme_has_fields_then_one_must_be_said(house: Planned) -> None:
    with pytest.raises(Invalid, match="field_missing"):
        async with house.store.work() as work:
            await groups.form(work, SYSTEM, NewGroup(house.programme, "", "x"))


async def test_group_when_renamed_then_cleaned(house: Planned) -> None:
    async with house.store.work() as work:
        group = await groups.rename(work, SYSTEM, house.groups["first"], " Uusi\x00 nimi ")
    assert group.name == {"fi": "Uusi nimi"}


@pytest.mark.parametrize(
    ("name", "refusal"), [("Veera", None), ("Oona", None), ("Kaisa", None), ("Amina", Forbidden), ("Toivo", NotFound),
                          ("Iiris", Forbidden), ("Stranger", NotFound)],
)  # fmt: skip
async def test_members_when_asked_then_only_staff_of_the_group(
    house: Planned, name: str, refusal: type[Exception] | None
) -> None:
    actor = await house.actor(name)
    async with house.store.look() as look:
        if refusal is None:
            assert len(await groups.members(look, actor, [house.groups["first"]])) == 2
        else:
            with pytest.raises(refusal):
                await groups.members(look, actor, [house.groups["first"]])


@pytest.mark.parametrize("name", ["Veera", "Oona", "Amina", "Stranger"])
async def test_plan_of_groups_when_not_a_planner_then_refused(house: Planned, name: str) -> None:
    actor = await house.actor(name)
    for act in (
        lambda work: groups.form(work, actor, NewGroup(house.programme, "x", "y")),
        lambda work: groups.seat(work, actor, house.groups["first"], house.people["Stranger"]),
        lambda work: groups.unseat(work, actor, house.seats["Amina"], "other"),
        lambda work: groups.rename(work, actor, house.groups["first"], "Mine"),
    ):
        with pytest.raises((Forbidden, NotFound)):
            async with house.store.work() as work:
                await act(work)


async def test_members_when_more_then_no_more_statements(house: Planned) -> None:
    async with house.store.look() as look:
        with counted(look) as one:
            await groups.members(look, SYSTEM, [house.groups["second"]])
        with counted(look) as three:
            assert len(await groups.members(look, SYSTEM, list(house.groups.values()))) == 3
    assert len(one) == len(three) == 1
