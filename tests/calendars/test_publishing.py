"""Proposals: published in one act or not at all, undone while nobody has been told, told once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calendars import agenda, feeds, lessons, publishing, rights
from calendars.errors import Conflict, Forbidden, Invalid, NotFound, Overlaps, Refused
from calendars.lessons import NewLesson
from calendars.publishing import Wanted
from calendars.standings import Standing, standings
from calendars.store import Work, new_id
from calendars.tables import Absence, Lesson, Proposal
from calendars.touched import touched
from tests.calendars.planned import MONDAY, SYSTEM, Planned, counted

HOUR = timedelta(hours=1)


async def stands(house: Planned, lesson: str) -> Standing:
    async with house.store.look() as look:
        return (await standings(look, [lesson]))[lesson][1]


async def row_of(house: Planned, lesson: str) -> Lesson:
    async with house.store.look() as look:
        return (await rights.target_of_lesson(look, lesson))[0]


async def propose(house: Planned, *wanted: Wanted, kind: str = "by_hand", **about: Any) -> str:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        return (await publishing.propose(work, kaisa, house.programme, kind, wanted, about)).id


async def moved(house: Planned, lesson: str, **facts: Any) -> Wanted:
    return Wanted(replace(await stands(house, lesson), **facts), lesson)


async def publish(house: Planned, proposal: str) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await publishing.publish(work, kaisa, proposal)


async def undo(house: Planned, proposal: str) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await publishing.undo(work, kaisa, proposal)


async def told(house: Planned) -> list[tuple[str, str]]:
    """(kind, lesson or proposal) of every fact on the programme's stream since the morning."""
    async with house.store.look() as look:
        facts = await look.trail(house.programme, 0)
    return [(one.kind, one.body.get("lesson") or one.body.get("proposal", "")) for one in facts if one.at >= MONDAY]


async def substitute(house: Planned) -> tuple[str, str]:
    """Toivo instead of Veera in the first lesson of the first group, one hour later; proposed, not published."""
    lesson = house.lessons["first"][0]
    after = await moved(house, lesson, led_by=((house.people["Toivo"], "teacher"),), starts=MONDAY + 30 * HOUR / 60)
    return lesson, await propose(house, after, kind="repair")


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


async def test_publish_when_only_who_leads_changes_then_calendars_keep_their_sequence(house: Planned) -> None:
    lesson = house.lessons["second"][0]
    proposal = await propose(house, await moved(house, lesson, led_by=((house.people["Kaisa"], "teacher"),)))
    before = await row_of(house, lesson)
    await publish(house, proposal)
    row = await row_of(house, lesson)
    assert (row.revision, row.sequence) == (before.revision + 1, before.sequence)


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


async def test_publish_when_one_of_three_cannot_be_then_none_is(house: Planned) -> None:
    first, second = house.lessons["first"]
    toivo = ((house.people["Toivo"], "teacher"),)
    proposal = await propose(house, await moved(house, first, topic=""), await moved(house, second, led_by=toivo))
    async with house.store.work() as work:  # meanwhile he got another lesson at that time
        row = await row_of(house, second)
        new = NewLesson(house.groups["second"], row.day, row.starts, row.ends, "", (house.people["Toivo"],))
        await lessons.plan(work, SYSTEM, house.programme, [new])
    before = await row_of(house, first)
    with pytest.raises(Overlaps, match="taken_already"):
        await publish(house, proposal)
    after = await row_of(house, first)
    assert (after.revision, after.topic) == (before.revision, "vocabulary")


async def test_publish_when_a_lesson_changed_meanwhile_then_stale_and_named(house: Planned) -> None:
    lesson, proposal = await substitute(house)
    async with house.store.work() as work:
        await lessons.retitle(work, SYSTEM, lesson, "")
    with pytest.raises(Conflict, match="proposal_stale") as refused:
        await publish(house, proposal)
    assert refused.value.facts["lesson"] == lesson


async def test_publish_when_a_lesson_began_meanwhile_then_refused(house: Planned) -> None:
    lesson, proposal = await substitute(house)
    async with house.store.work() as work:
        row = (await rights.target_of_lesson(work, lesson))[0]
        row.opened = work.now
    with pytest.raises(Conflict, match="lesson_begun"):
        await publish(house, proposal)


async def test_publish_when_its_time_has_passed_meanwhile_then_refused(house: Planned) -> None:
    _, proposal = await substitute(house)
    house.clock.forward(minutes=31)
    with pytest.raises(Conflict, match="past_already"):
        await publish(house, proposal)


async def test_publish_when_the_substitute_fell_ill_meanwhile_then_refused(house: Planned) -> None:
    _, proposal = await substitute(house)
    async with house.store.work() as work:
        work.add(
            Absence(
                id=new_id(), person=house.people["Toivo"], starts=MONDAY, ends=MONDAY + 12 * HOUR, kind="ill",
                source="own", reported=MONDAY,
            )
        )  # fmt: skip
    with pytest.raises(Conflict, match="away_then"):
        await publish(house, proposal)


async def test_undo_when_a_lesson_changed_since_then_refused(house: Planned) -> None:
    lesson, proposal = await substitute(house)
    await publish(house, proposal)
    async with house.store.work() as work:
        await lessons.retitle(work, SYSTEM, lesson, "")
    with pytest.raises(Conflict, match="proposal_stale"):
        await undo(house, proposal)


async def test_undo_when_the_freed_hour_was_given_away_then_overlaps(house: Planned) -> None:
    lesson = house.lessons["first"][0]
    old = await stands(house, lesson)
    veera = ((house.people["Veera"], "teacher"),)
    proposal = await propose(house, await moved(house, lesson, led_by=((house.people["Toivo"], "teacher"),)))
    await publish(house, proposal)
    async with house.store.work() as work:
        new = NewLesson(house.groups["second"], old.day, old.starts, old.starts + HOUR, "", (veera[0][0],))
        await lessons.plan(work, SYSTEM, house.programme, [new])
    with pytest.raises(Overlaps, match="taken_already"):
        await undo(house, proposal)


async def test_publish_when_two_lessons_change_places_then_no_clash(house: Planned) -> None:
    one, other = house.lessons["first"]
    a, b = await stands(house, one), await stands(house, other)
    proposal = await propose(
        house,
        Wanted(replace(a, starts=b.starts, ends=b.ends), one),
        Wanted(replace(b, starts=a.starts, ends=a.ends), other),
    )
    await publish(house, proposal)
    assert ((await stands(house, one)).starts, (await stands(house, other)).starts) == (b.starts, a.starts)


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


@pytest.mark.parametrize(
    ("facts", "code", "kind"),
    [
        ({}, "nothing_changes", Invalid),
        ({"topic": "unknown"}, "bad_choice", Invalid),
        ({"ends": MONDAY}, "backwards", Invalid),
        ({"starts": MONDAY - HOUR}, "past_already", Conflict),
        ({"starts": MONDAY + 30 * HOUR, "ends": MONDAY + 31 * HOUR}, "not_on_this_day", Invalid),
        ({"led_by": (("nobody", "teacher"),)}, "not_found", NotFound),
    ],
)
async def test_propose_when_it_cannot_stand_then_refused(
    house: Planned, facts: dict[str, Any], code: str, kind: type[Refused]
) -> None:
    wanted = await moved(house, house.lessons["first"][0], **facts)
    with pytest.raises(kind, match=code):
        await propose(house, wanted)


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


async def test_touched_then_learners_and_teachers_of_before_and_after_in_as_many_statements(house: Planned) -> None:
    one, other = house.lessons["first"]
    toivo = ((house.people["Toivo"], "teacher"),)
    kaisa = await house.actor("Kaisa")
    single = await propose(house, await moved(house, one, led_by=toivo))
    three = await propose(
        house, await moved(house, one, led_by=toivo), await moved(house, other, topic=""),
        await moved(house, house.lessons["second"][0], topic=""),
    )  # fmt: skip
    said = []
    for proposal in (single, three):
        async with house.store.look() as look:
            with counted(look) as statements:
                found = await touched(look, kaisa, proposal)
        said.append(len(statements))
    assert said[0] == said[1]
    assert [person.name for person in found.learners] == ["Amina", "Bilal", "Chau"]
    assert sorted(person.name for person in found.leaders.values()) == ["Toivo", "Veera"]
    assert found.learners_of[one] == {house.people["Amina"], house.people["Bilal"]}
    assert len(found.changes) == 3


async def test_feeds_when_published_and_undone_then_the_learner_sees_what_stands(house: Planned) -> None:
    lesson, proposal = await substitute(house)

    async def entry() -> tuple[datetime, int, bool]:
        amina = await house.actor("Amina")
        async with house.store.work() as work:
            feed = await feeds.address(work, amina, "mine")
        async with house.store.look() as look:
            opened = feeds.OpenFeed(feed, amina, withdrawn=False)
            _, entries = await feeds.contents(look, opened, lambda text, **facts: text, "http://house", b"secret")
        found = next(one for one in entries if one.uid == f"{lesson}@oppitupa")
        assert isinstance(found.starts, datetime)
        return found.starts, found.sequence, found.cancelled

    before = await entry()
    await publish(house, proposal)
    assert await entry() == (MONDAY + HOUR / 2, before[1] + 1, False)
    await undo(house, proposal)
    assert await entry() == (before[0], before[1] + 2, False)
    assert before[0].tzinfo == UTC
