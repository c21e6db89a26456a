"""The search for a substitute: asked one after another, yes takes the lessons, nobody means the rule."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from calendars import lessons, rights, weeks
from calendars.changes import publishing
from calendars.errors import Conflict, Forbidden, NotFound, Refused
from calendars.grants import Right
from calendars.people import people
from calendars.repair import absences, asked, substitutes
from calendars.repair.asked import Asked
from calendars.tables import Programme, Request, Search, Seat
from tests.calendars.crew import HOUR, hire, ill, seek
from tests.calendars.planned import MONDAY, Planned
from tests.calendars.proposing import moved, propose, publish, row_of, stands, told

SECRET = b"the house's own"
MINUTES = timedelta(minutes=1)


async def questions(house: Planned) -> list[tuple[str, str]]:
    """(name, answer) of everybody who was asked, in order."""
    known = {id: name for name, id in house.people.items()}
    async with house.store.look() as look:
        rows = await look.all(select(Request).order_by(Request.asked, Request.number))
    return [(known[one.person], one.answer) for one in rows]


async def link(house: Planned, name: str) -> str:
    async with house.store.look() as look:
        row = await look.one(select(Request).where(Request.person == house.people[name]))
    return asked.token(SECRET, row.id)


async def say(house: Planned, name: str, answer: str, signed_in: str = "") -> Asked:
    said = await link(house, name)
    async with house.store.work() as work:
        return await substitutes.answer(work, SECRET, said, answer, signed_in)


async def chore(house: Planned) -> int:
    async with house.store.work() as work:
        return await substitutes.go_on(work)


async def outcome(house: Planned) -> str:
    async with house.store.look() as look:
        row: Search = await look.one(select(Search))
    return row.outcome


@pytest.fixture
async def ready(house: Planned) -> Planned:
    """Aava and Bea can do what Veera does today, and Veera is ill."""
    await hire(house, "Aava", "field:logistics", "language")
    await hire(house, "Bea", "field:logistics", "language")
    await ill(house, "Veera")
    house.clock.at = MONDAY - HOUR
    return house


async def test_yes_then_she_leads_all_of_it_and_it_can_be_undone_until_told(ready: Planned) -> None:
    await seek(ready)
    assert await questions(ready) == [("Aava", "")]
    await say(ready, "Aava", "yes")
    for lesson in ready.lessons["first"]:
        assert (await stands(ready, lesson)).led_by == ((ready.people["Aava"], "teacher"),)
        _, _, place = await _place(ready, lesson)
        assert rights.may(await ready.actor("Aava"), "lead", place)
    assert await outcome(ready) == "yes"
    async with ready.store.look() as look:
        proposal = (await publishing.waiting(look, await ready.actor("Kaisa")))[0]
    assert (proposal.kind, proposal.published, proposal.about["absent"]) == (
        "repair", ready.clock.at, ready.people["Veera"],
    )  # fmt: skip


async def _place(house: Planned, lesson: str) -> tuple[object, object, rights.Target]:
    async with house.store.look() as look:
        return await rights.target_of_lesson(look, lesson)


async def test_no_then_the_next_is_asked_at_once_and_silence_lasts_ten_minutes(ready: Planned) -> None:
    await hire(ready, "Cia", "field:logistics", "language")
    await seek(ready, first="Bea")
    await say(ready, "Bea", "no")
    assert await questions(ready) == [("Bea", "no"), ("Aava", "")]
    ready.clock.forward(minutes=9, seconds=59)
    assert await chore(ready) == 0
    ready.clock.forward(seconds=1)
    assert await chore(ready) == 1
    assert await questions(ready) == [("Bea", "no"), ("Aava", "silent"), ("Cia", "")]
    await say(ready, "Aava", "yes")  # late, but nobody else has said yes
    assert await questions(ready) == [("Bea", "no"), ("Aava", "yes"), ("Cia", "over")]
    with pytest.raises(Conflict, match="somebody_else_comes"):
        await say(ready, "Cia", "yes")


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        ({}, ("cancelled", False, "")),
        ({"without_teacher": "not_held"}, ("cancelled", False, "")),
        ({"without_teacher": "independent", "independent_task": "Read page 12"}, ("confirmed", True, "Read page 12")),
    ],
)
async def test_nobody_then_the_programmes_rule_holds(
    ready: Planned, rule: dict[str, str], state: tuple[str, bool, str]
) -> None:
    async with ready.store.work() as work:
        programme = await work.get(Programme, ready.programme)
        assert programme is not None
        programme.rules = programme.rules | rule
    await seek(ready, ready.lessons["first"][0])
    for name in ("Aava", "Bea", "Toivo"):
        await say(ready, name, "no")
    found = await stands(ready, ready.lessons["first"][0])
    assert (found.status, found.independent, found.task) == state
    assert await outcome(ready) == "nobody"
    kinds = [kind for kind, _ in await told(ready) if kind in ("LessonCancelled", "LessonMoved")]
    assert kinds == []  # it was an hour before the morning from which facts are counted


async def test_nobody_when_the_door_opens_then_the_rule_holds_though_one_is_still_asked(ready: Planned) -> None:
    await seek(ready, ready.lessons["first"][0])
    row = await row_of(ready, ready.lessons["first"][0])
    ready.clock.at = row.starts - 6 * MINUTES
    await chore(ready)
    assert (await stands(ready, row.id)).status == "confirmed"
    ready.clock.at = row.starts - 5 * MINUTES
    assert await chore(ready) == 1
    assert (await stands(ready, row.id)).status == "cancelled"
    with pytest.raises(Conflict, match="not_needed_any_more"):
        await say(ready, "Aava", "yes")


async def test_nobody_when_the_first_door_opens_then_the_later_lessons_are_still_asked_for(ready: Planned) -> None:
    first, *later = sorted([await row_of(ready, one) for one in ready.lessons["first"]], key=lambda row: row.starts)
    await seek(ready)
    ready.clock.at = first.starts - 5 * MINUTES
    assert await chore(ready) == 1
    assert (await stands(ready, first.id)).status == "cancelled"
    assert [(await stands(ready, row.id)).status for row in later] == ["confirmed"] * len(later)
    await say(ready, "Aava", "yes")
    assert (await stands(ready, later[0].id)).led_by == ((ready.people["Aava"], "teacher"),)
    assert (await stands(ready, first.id)).status == "cancelled"
    assert await outcome(ready) == "yes"


async def test_nobody_when_another_one_leads_it_too_then_she_goes_on_alone(ready: Planned) -> None:
    lesson = ready.lessons["first"][0]
    async with ready.store.work() as work:
        await lessons.lead(work, rights.system(), lesson, ready.people["Kaisa"], "tutor")
    await seek(ready, lesson)
    for name, _ in await questions(ready):
        await say(ready, name, "no")
    while (await questions(ready))[-1][1] == "":
        await say(ready, (await questions(ready))[-1][0], "no")
    found = await stands(ready, lesson)
    assert (found.status, found.led_by) == ("confirmed", ((ready.people["Kaisa"], "tutor"),))


async def test_two_answers_at_once_then_one_counts(ready: Planned) -> None:
    await seek(ready)
    both = await asyncio.gather(say(ready, "Aava", "yes"), say(ready, "Aava", "no"), return_exceptions=True)
    refused = [one for one in both if isinstance(one, Refused)]
    assert [one.code for one in refused] == ["answered_already"]
    assert len(await questions(ready)) == (1 if isinstance(both[0], Asked) else 2)


async def test_the_same_answer_twice_then_once(ready: Planned) -> None:
    await seek(ready)
    await asyncio.gather(*(say(ready, "Aava", "yes") for _ in range(3)))
    assert (await row_of(ready, ready.lessons["first"][0])).revision == 2


async def test_answer_after_withdrawal_then_refused_and_nothing_changed(ready: Planned) -> None:
    await seek(ready)
    veera = await ready.actor("Veera")
    async with ready.store.work() as work:
        absence = (await absences.of(work, veera, veera.person))[0]
        await absences.withdraw(work, veera, absence.id)
    assert await outcome(ready) == "withdrawn"
    with pytest.raises(Conflict, match="not_needed_any_more"):
        await say(ready, "Aava", "yes")
    assert (await stands(ready, ready.lessons["first"][0])).leaders == (ready.people["Veera"],)


async def test_answer_after_the_lesson_began_then_refused(ready: Planned) -> None:
    lesson = ready.lessons["first"][0]
    await seek(ready, lesson)
    ready.clock.at = (await row_of(ready, lesson)).starts
    with pytest.raises(Conflict, match="lesson_begun"):
        await say(ready, "Aava", "yes")


async def test_answer_when_a_forged_or_foreign_link_then_refused(ready: Planned) -> None:
    await seek(ready)
    genuine = await link(ready, "Aava")
    for wrong in (genuine[:-1] + ("A" if genuine[-1] != "A" else "B"), "x.y", asked.token(SECRET, "x"), ""):
        with pytest.raises(NotFound, match="link_not_good"):
            async with ready.store.look() as look:
                await asked.asked(look, SECRET, wrong)
    with pytest.raises(Forbidden, match="asked_somebody_else"):
        await say(ready, "Aava", "yes", signed_in=ready.people["Bea"])


async def test_yes_when_she_is_taken_meanwhile_then_refused_and_she_may_still_say_no(ready: Planned) -> None:
    await seek(ready)
    await ill(ready, "Aava")
    with pytest.raises(Conflict, match="away_then"):
        await say(ready, "Aava", "yes")
    await say(ready, "Aava", "no")
    assert (await questions(ready))[0] == ("Aava", "no")


async def test_yes_when_she_leads_it_too_by_now_then_she_leads_it_once_and_alone(ready: Planned) -> None:
    lesson = ready.lessons["first"][0]
    await seek(ready, lesson)
    async with ready.store.work() as work:
        await lessons.lead(work, rights.system(), lesson, ready.people["Aava"], "tutor")
    await say(ready, "Aava", "yes")
    assert (await stands(ready, lesson)).led_by == ((ready.people["Aava"], "teacher"),)


async def test_withdrawal_by_one_who_invites_and_plans_nothing_then_nobody_is_asked_any_more(ready: Planned) -> None:
    await seek(ready)
    async with ready.store.work() as work:
        await people.appoint(work, rights.system(), ready.people["Stranger"], Right("admin", "house", rights.HOUSE))
    admin = await ready.actor("Stranger")
    async with ready.store.work() as work:
        absence = (await absences.of(work, admin, ready.people["Veera"]))[0]
        await absences.withdraw(work, admin, absence.id)
    assert await outcome(ready) == "withdrawn"


async def test_seek_twice_or_for_what_she_does_not_lead_then_refused(ready: Planned) -> None:
    await seek(ready)
    with pytest.raises(Conflict, match="asked_already"):
        await seek(ready, ready.lessons["first"][0])
    with pytest.raises(Conflict, match="proposal_stale"):
        await seek(ready, ready.lessons["second"][0])


async def test_stop_then_nobody_is_asked_any_more(ready: Planned) -> None:
    search = await seek(ready)
    kaisa, veera = await ready.actor("Kaisa"), await ready.actor("Veera")
    async with ready.store.work() as work:
        with pytest.raises(NotFound):
            await substitutes.stop(work, veera, search.id)
    for _ in range(2):
        async with ready.store.work() as work:
            await substitutes.stop(work, kaisa, search.id)
    assert await questions(ready) == [("Aava", "over")]
    ready.clock.forward(hours=1)
    assert await chore(ready) == 0


async def test_go_on_when_the_coordinator_gave_it_to_another_then_it_ends(ready: Planned) -> None:
    lesson = ready.lessons["first"][0]
    await seek(ready, lesson)
    given = await moved(ready, lesson, led_by=((ready.people["Toivo"], "teacher"),))
    await publish(ready, await propose(ready, given))
    assert await chore(ready) == 1
    assert await outcome(ready) == "withdrawn"


async def test_of_person_and_searches_then_she_and_whoever_plans_see_the_question(ready: Planned) -> None:
    await seek(ready)
    seen = []
    async with ready.store.look() as look:
        for name in ("Aava", "Bea"):
            seen.append([one.absent.name for one in await asked.of_person(look, await ready.actor(name))])
        open_now = await asked.searches(look, await ready.actor("Kaisa"))
    assert seen == [["Veera"], []]
    assert [(one.person.name, len(one.lessons)) for one in open_now] == [("Aava", 2)]


async def test_asked_when_a_learner_comes_on_other_weekdays_then_not_counted_among_those_of_the_lesson(
    ready: Planned,
) -> None:
    await seek(ready)
    counts = []
    for _ in range(2):
        async with ready.store.look() as look:
            (found,) = await asked.of_person(look, await ready.actor("Aava"))
        counts.append({one.learners for one in found.about.values()})
        async with ready.store.work() as work:
            seat = await work.get(Seat, ready.seats["Amina"])
            assert seat is not None
            seat.weekdays = weeks.kept(["fri"])
    assert counts == [{2}, {1}]
