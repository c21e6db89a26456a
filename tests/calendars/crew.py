"""Who could come instead: more teachers for the planned house, with what they can do and when they work."""

from datetime import datetime, time, timedelta

from calendars import lessons, rights
from calendars.grants import Right
from calendars.lessons import NewLesson
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.repair import absences, substitutes
from calendars.store import new_id
from calendars.tables import Ability, Absence, Load, Search, WorkingTime
from tests.calendars.planned import MONDAY, SYSTEM, Planned

HOUR = timedelta(hours=1)


async def hire(house: Planned, name: str, *abilities: str, role: str = "teacher") -> str:
    """Somebody new who works for the programme and can do these things."""
    async with house.store.work() as work:
        row = await people.add(work, SYSTEM, NewPerson(name=name), rights.THE_HOUSE)
        await people.appoint(work, SYSTEM, row.id, Right(role, "programme", house.programme))
        work.add(*(Ability(person=row.id, ability=one) for one in abilities))
    house.people[name] = row.id
    return row.id


async def works(house: Planned, name: str, weekday: str, starts: int, ends: int) -> None:
    """Her working time on one weekday."""
    async with house.store.work() as work:
        work.add(
            WorkingTime(
                id=new_id(), person=house.people[name], weekday=weekday, starts=time(starts), ends=time(ends)
            )
        )  # fmt: skip


async def bears(house: Planned, name: str, day: int | None = None, week: int | None = None) -> None:
    """How much she may teach, in minutes."""
    async with house.store.work() as work:
        work.add(Load(person=house.people[name], minutes_a_day=day, minutes_a_week=week))


async def ill(house: Planned, name: str, starts: datetime = MONDAY, hours: int = 12) -> Absence:
    """She reports herself."""
    actor = await house.actor(name)
    async with house.store.work() as work:
        return await absences.report(work, actor, actor.person, starts, starts + hours * HOUR)


async def seek(house: Planned, *lessons: str, first: str = "") -> Search:
    """Kaisa lets the house ask for somebody instead of Veera."""
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        return await substitutes.seek(
            work, kaisa, lessons or house.lessons["first"], house.people["Veera"], house.people.get(first, "")
        )


async def teaches(house: Planned, name: str, group: str, starts: datetime, ends: datetime) -> str:
    """One more lesson of hers on training day 6."""
    day = next(day for day in (await house.line()).days if day.n == 6)
    new = NewLesson(house.groups[group], day.id, starts, ends, "", (house.people[name],))
    async with house.store.work() as work:
        return (await lessons.plan(work, SYSTEM, house.programme, [new]))[0].id
