"""She who was away comes after all: her lessons go back to her, those of a substitute only if he knows of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from calendars import grants, rights
from calendars.changes import publishing
from calendars.errors import Conflict, Invalid, NotFound
from calendars.grants import Right
from calendars.people import colleagues
from calendars.repair import absences, asked, repairs, returning, substitutes
from calendars.repair.returning import Returned
from calendars.store import new_id
from calendars.tables import Grant, Organisation, Request
from tests.calendars.crew import HOUR, hire, ill, seek
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.calendars.proposing import moved, propose, publish, stands

SECRET = b"the house's own"


async def offered(house: Planned, who: str, person: str = "Veera") -> list[Returned]:
    async with house.store.look() as look:
        return await returning.of(look, await house.actor(who), house.people[person])


async def back(house: Planned, who: str, *lessons: str, agreed: bool = False) -> str:
    actor = await house.actor(who)
    async with house.store.work() as work:
        return (await returning.give_back(work, actor, house.people["Veera"], lessons, agreed=agreed))[0].id


async def well(house: Planned, absence: str) -> None:
    """Veera can come after all."""
    veera = await house.actor("Veera")
    async with house.store.work() as work:
        await absences.withdraw(work, veera, absence)


async def away(house: Planned, *, yes: bool) -> str:
    """Veera is ill; Aava, who is asked for both her lessons, says yes, or nobody answers. The absence."""
    await hire(house, "Aava", "field:logistics", "language")
    absence = (await ill(house, "Veera")).id
    house.clock.at = MONDAY - 2 * HOUR
    await seek(house, first="Aava")
    if yes:
        async with house.store.work() as work:
            request = await work.one(select(Request).where(Request.person == house.people["Aava"]))
            await substitutes.answer(work, SECRET, asked.token(SECRET, request.id), "yes")
        return absence
    done = 1
    while done:
        house.clock.at += timedelta(minutes=11)
        async with house.store.work() as work:
            done = await substitutes.go_on(work)
    return absence


async def test_lessons_when_nobody_came_and_she_comes_after_all_then_back_as_they_were(house: Planned) -> None:
    before = [await stands(house, one) for one in house.lessons["first"]]
    absence = await away(house, yes=False)
    assert await offered(house, "Kaisa") == []  # she is away still
    await well(house, absence)
    for who in ("Kaisa", "Veera"):
        assert [(one.lesson.id, one.by) for one in await offered(house, who)] == [
            (one, ()) for one in house.lessons["first"]
        ]
    assert await offered(house, "Toivo") == []
    with pytest.raises(NotFound):
        await back(house, "Toivo", *house.lessons["first"])
    proposal = await back(house, "Veera", *house.lessons["first"])
    assert [await stands(house, one) for one in house.lessons["first"]] == before
    assert rights.may(await house.actor("Veera"), "lead", (await lesson_target(house, house.lessons["first"][0])))
    assert await offered(house, "Kaisa") == []
    async with house.store.work() as work:
        await publishing.undo(work, await house.actor("Kaisa"), proposal)
    assert {(await stands(house, one)).status for one in house.lessons["first"]} == {"cancelled"}


async def test_lessons_when_a_substitute_said_yes_then_back_only_by_who_says_that_he_knows(house: Planned) -> None:
    first, second = house.lessons["first"]
    await well(house, await away(house, yes=True))
    found = [(one.lesson.id, [who.name for who in one.by]) for one in await offered(house, "Veera")]
    assert found == [(first, ["Aava"]), (second, ["Aava"])]
    with pytest.raises(Invalid) as refused:
        await back(house, "Veera", first)
    assert refused.value.code == "not_agreed"
    await back(house, "Kaisa", first, agreed=True)
    assert (await stands(house, first)).leaders == (house.people["Veera"],)
    assert (await stands(house, second)).leaders == (house.people["Aava"],)
    house.clock.at = MONDAY + 4 * HOUR  # it has begun
    assert await offered(house, "Kaisa") == []


async def test_lessons_when_changed_by_hand_or_she_left_then_not_offered(house: Planned) -> None:
    await well(house, await away(house, yes=True))
    lesson = house.lessons["first"][0]
    await publish(house, await propose(house, await moved(house, lesson, led_by=((house.people["Toivo"], "teacher"),))))
    assert [one.lesson.id for one in await offered(house, "Kaisa")] == house.lessons["first"][1:]
    elsewhere = new_id()
    async with house.store.work() as work:
        await colleagues.stop(work, SYSTEM, house.people["Veera"])
        await work.run(update(Grant).where(Grant.person == house.people["Veera"]).values(until=work.now))
        work.add(Organisation(id=elsewhere, name="Toinen"))
        await work.flush()
        await grants.lay(work, SYSTEM, [(house.people["Veera"], Right("teacher", "organisation", elsewhere))])
    assert await offered(house, "Kaisa") == []
    assert await offered(house, "Veera") == []
    with pytest.raises(NotFound):
        await back(house, "Veera", house.lessons["first"][1], agreed=True)


async def test_lessons_when_they_were_cancelled_while_nobody_led_them_then_she_cannot_bring_them_back(
    house: Planned,
) -> None:
    async with house.store.work() as work:
        await repairs.rule(work, SYSTEM, house.programme, "independent", "Lue sivu 12")
    await well(house, await away(house, yes=False))
    first, second = house.lessons["first"]
    assert [one.lesson.id for one in await offered(house, "Veera")] == [first, second]
    await publish(house, await propose(house, await moved(house, first, status="cancelled")))
    assert [one.lesson.id for one in await offered(house, "Veera")] == [second]
    with pytest.raises(Conflict):
        await back(house, "Veera", first)


async def lesson_target(house: Planned, lesson: str) -> rights.Target:
    async with house.store.look() as look:
        return (await rights.target_of_lesson(look, lesson))[2]
