"""Proposals: published in one act, undone while nobody has been told, told once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from calendars import agenda, rights
from calendars.changes import publishing
from calendars.changes.publishing import Wanted
from calendars.changes.touched import touched
from calendars.errors import Conflict, Forbidden, NotFound, Refused
from calendars.store import Work
from calendars.tables import Proposal
from tests.calendars.planned import MONDAY, Planned
from tests.calendars.proposing import moved, propose, publish, row_of, stands, substitute, told, undo

HOUR = timedelta(hours=1)


async def test_propose_then_nothing_has_changed_and_it_waits_for_whoever_plans(house: Planned) -> None:
    lesson = house.lessons["first"][0]
    before = await row_of(house, lesson)
    _, proposal = await substitute(house)
    after = await row_of(house, lesson)
    assert (after.revision, after.starts) == (before.revision, before.starts)
    async with house.store.look() as look:
        assert [one.id for one in await publishing.waiting(look, await house.actor("Kaisa"))] == [proposal]
        assert await publishing.waiting(look, await house.actor("Veera")) == []


async def test_publish_then_same_id_next_revision_and_the_substitute_alone_leads(house: Planned) -> None:
    lesson, proposal = await substitute(house)
    before = await row_of(house, lesson)
    await publish(house, proposal)
    row = await row_of(house, lesson)
    assert (row.id, row.revision, row.sequence) == (lesson, before.revision + 1, before.sequence + 1)
    assert row.starts == MONDAY + HOUR / 2
    toivo, veera = await house.actor("Toivo"), await house.actor("Veera")
    assert (await stands(house, lesson)).led_by == ((house.people["Toivo"], "teacher"),)
    async with house.store.look() as look:
        _, _, place = await rights.target_of_lesson(look, lesson)
        mine = await agenda.agenda(look, toivo, toivo.person, MONDAY, MONDAY + 12 * HOUR)
    assert lesson in {one.id for one in mine}
    assert rights.may(toivo, "lead", place)
    assert rights.may(veera, "lead", place)  # the group is still hers; the lesson alone was never
    assert await told(house) == [
        ("ChangesProposed", proposal), ("LessonMoved", lesson), ("ChangesPublished", proposal),
    ]  # fmt: skip


async def test_undo_then_all_stands_as_before_with_a_new_revision_and_nobody_is_told(house: Planned) -> None:
    lesson, proposal = await substitute(house)
    before, row = await stands(house, lesson), await row_of(house, lesson)
    await publish(house, proposal)
    house.clock.forward(seconds=119)
    await undo(house, proposal)
    again = await row_of(house, lesson)
    assert await stands(house, lesson) == before
    assert (again.revision, again.sequence) == (row.revision + 2, row.sequence + 2)
    toivo = await house.actor("Toivo")
    assert lesson not in {scope.id for scope in toivo.scopes}
    house.clock.forward(hours=1)
    async with house.store.work() as work:
        assert await publishing.tell_due(work) == []
    assert "ChangesTold" not in {kind for kind, _ in await told(house)}
    await undo(house, proposal)
    assert (await row_of(house, lesson)).revision == again.revision


async def test_undo_when_two_minutes_are_over_then_refused_even_before_the_chore(house: Planned) -> None:
    _, proposal = await substitute(house)
    await publish(house, proposal)
    house.clock.forward(seconds=120)
    with pytest.raises(Conflict, match="told_already"):
        await undo(house, proposal)


async def test_tell_due_when_many_workers_then_once_after_two_minutes(house: Planned) -> None:
    _, proposal = await substitute(house)
    await publish(house, proposal)

    async def chore() -> list[str]:
        async with house.store.work() as work:
            return await publishing.tell_due(work)

    house.clock.forward(seconds=119)
    assert await chore() == []
    house.clock.forward(seconds=1)
    assert sorted(await asyncio.gather(*(chore() for _ in range(4)))) == [[], [], [], [proposal]]
    assert (await told(house)).count(("ChangesTold", proposal)) == 1


async def test_tell_now_then_told_at_once_and_never_again(house: Planned) -> None:
    _, proposal = await substitute(house)
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        with pytest.raises(Conflict, match="not_published"):
            await publishing.tell_now(work, kaisa, proposal)
    await publish(house, proposal)
    for _ in range(2):
        async with house.store.work() as work:
            await publishing.tell_now(work, kaisa, proposal)
    with pytest.raises(Conflict, match="told_already"):
        await undo(house, proposal)
    house.clock.forward(seconds=600)
    async with house.store.work() as work:
        assert await publishing.tell_due(work) == []
    assert (await told(house)).count(("ChangesTold", proposal)) == 1


async def test_publish_when_new_and_cancelled_then_planned_with_rights_and_undone_as_cancelled(house: Planned) -> None:
    lesson = house.lessons["second"][0]
    old = await stands(house, lesson)
    new = replace(
        old, starts=old.starts + 3 * HOUR, ends=old.ends + 3 * HOUR, led_by=((house.people["Kaisa"], "tutor"),)
    )
    proposal = await propose(
        house, Wanted(replace(old, status="cancelled"), lesson), Wanted(new), kind="timetable", reason="teacher_ill"
    )
    await publish(house, proposal)
    async with house.store.look() as look:
        found = publishing.changes_of(await publishing.proposal(look, await house.actor("Kaisa"), proposal))
    made = next(one.lesson for one in found if one.before is None)
    assert (await stands(house, lesson)).status == "cancelled"
    assert await stands(house, made) == new
    kaisa = await house.actor("Kaisa")
    assert ("tutor", house.groups["second"]) in {(scope.role, scope.id) for scope in kaisa.scopes}
    await undo(house, proposal)
    assert (await stands(house, lesson)).status == "confirmed"
    assert (await stands(house, made)).status == "cancelled"


async def test_publish_twice_or_after_drop_then_once_or_refused(house: Planned) -> None:
    lesson, proposal = await substitute(house)
    await publish(house, proposal)
    revision = (await row_of(house, lesson)).revision
    await publish(house, proposal)
    assert (await row_of(house, lesson)).revision == revision
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        with pytest.raises(Conflict, match="published_already"):
            await publishing.drop(work, kaisa, proposal)
    await undo(house, proposal)
    with pytest.raises(Conflict, match="undone_already"):
        await publish(house, proposal)
    _, other = await substitute(house)
    for _ in range(2):
        async with house.store.work() as work:
            await publishing.drop(work, kaisa, other)
    with pytest.raises(Conflict, match="proposal_dropped"):
        await publish(house, other)


@pytest.mark.parametrize(("name", "refusal"), [("Veera", NotFound), ("Oona", Forbidden), ("Stranger", NotFound)])
async def test_every_act_when_she_does_not_plan_then_refused(house: Planned, name: str, refusal: type[Refused]) -> None:
    lesson, proposal = await substitute(house)
    actor, wanted = await house.actor(name), await moved(house, lesson, topic="")

    async def proposing(work: Work) -> None:
        await publishing.propose(work, actor, house.programme, "by_hand", [wanted])

    for act in (publishing.publish, publishing.undo, publishing.tell_now, publishing.drop, touched):
        with pytest.raises(refusal):
            async with house.store.work() as work:
                await act(work, actor, proposal)  # type: ignore[operator]
    with pytest.raises(refusal):
        async with house.store.work() as work:
            await proposing(work)


async def test_publish_and_undo_at_once_with_tell_then_either_told_or_undone_never_both(house: Planned) -> None:
    for _ in range(5):
        _, proposal = await substitute(house)
        await publish(house, proposal)
        kaisa = await house.actor("Kaisa")

        async def tell(proposal: str = proposal, kaisa: rights.Actor = kaisa) -> None:
            async with house.store.work() as work:
                await publishing.tell_now(work, kaisa, proposal)

        results = await asyncio.gather(tell(), undo(house, proposal), return_exceptions=True)
        refused = [one for one in results if isinstance(one, Conflict)]
        assert len(refused) == 1
        async with house.store.look() as look:
            row = await look.get(Proposal, proposal)
        assert row is not None
        assert (row.told is None) == (row.status == "undone")
        if row.status == "published":
            await propose_back(house, proposal)


async def propose_back(house: Planned, proposal: str) -> None:
    async with house.store.look() as look:
        changes = publishing.changes_of(await publishing.proposal(look, await house.actor("Kaisa"), proposal))
    back = [Wanted(one.before, one.lesson) for one in changes if one.before]
    await publish(house, await propose(house, *back))
