"""Changes of days as Kaisa makes them, and what a programme's days, lessons and seats are at one moment."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from calendars import groups, lessons, programmes
from calendars.blueprints.shipped import load
from calendars.changes import publishing
from calendars.groups import NewGroup
from calendars.lessons import NewLesson
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.programmes import NewProgramme
from calendars.rights import Target
from calendars.tables import Break, Day, Grant, Group, Lesson, Programme, Proposal, Seat
from tests.calendars.planned import SYSTEM, Planned

Act = Callable[..., Awaitable[Proposal]]


@dataclass(frozen=True)
class Picture:
    """What must be the same again after an undo: no revisions, no sequences."""

    days: dict[str, tuple[Any, ...]]
    lessons: dict[str, tuple[Any, ...]]
    seats: dict[str, tuple[date, date]]
    rights: dict[str, tuple[datetime | None, datetime | None]]
    span: tuple[date, date]
    breaks: list[tuple[date, date]]

    @property
    def dates(self) -> list[date]:
        return [one[1] for one in sorted(self.days.values())]

    @property
    def counts(self) -> Counter[str]:
        return Counter(one[2] for one in self.days.values() if not one[6])


async def picture(house: Planned, programme: str = "") -> Picture:
    """Everything that stands, as plain values: the days that are held, the lessons that take place."""
    programme = programme or house.programme
    async with house.store.look() as look:
        days = await look.all(select(Day).where(Day.programme == programme, Day.status == "confirmed"))
        held = await look.all(select(Lesson).where(Lesson.programme == programme))
        seats = await look.all(select(Seat).join(Group, Group.id == Seat.group).where(Group.programme == programme))
        grants = {one.id: one for one in await look.all(select(Grant))}
        breaks = await look.all(
            select(Break).where(Break.programme == programme, Break.status == "confirmed").order_by(Break.first)
        )
        found = await look.get(Programme, programme)
    assert found is not None
    return Picture(
        {d.id: (d.n, d.date, d.kind, d.place, d.starts, d.ends, d.extra, d.phase) for d in days},
        {one.id: (one.day, one.starts, one.ends, one.status) for one in held},
        {one.id: (one.first_day, one.last_day) for one in seats},
        {one.id: (grants[one.grant].starts, grants[one.grant].until) for one in seats},
        (found.starts, found.ends), [(one.first, one.last) for one in breaks],
    )  # fmt: skip


async def proposed(house: Planned, act: Act, *args: Any, programme: str = "", **more: Any) -> str:
    """Kaisa asks for a change of days; nothing has changed yet."""
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        return (await act(work, kaisa, programme or house.programme, *args, **more)).id


async def done(house: Planned, act: Act, *args: Any, programme: str = "", **more: Any) -> str:
    """She asks and says yes."""
    return await said_yes(house, await proposed(house, act, *args, programme=programme, **more))


async def said_yes(house: Planned, proposal: str) -> str:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await publishing.publish(work, kaisa, proposal)
    return proposal


async def row(house: Planned, proposal: str) -> Proposal:
    async with house.store.look() as look:
        found = await look.get(Proposal, proposal)
    assert found is not None
    return found


async def codes(house: Planned, proposal: str) -> list[str]:
    """What the proposal warns of."""
    return [one["code"] for one in (await row(house, proposal)).about["clashes"]]


async def day(house: Planned, n: int, programme: str = "") -> str:
    """The id of the n-th day."""
    async with house.store.look() as look:
        found: str | None = await look.one(
            select(Day.id).where(Day.programme == (programme or house.programme), Day.n == n)
        )
    assert found is not None
    return found


async def teach(house: Planned, n: int, group: str = "first", leader: str = "Veera", hour: int = 0) -> str:
    """One lesson on the n-th day, so many hours after the day begins."""
    async with house.store.work() as work:
        line = await programmes.line(work, SYSTEM, house.programme)
        found = next(one for one in line.days if one.n == n)
        starts = found.starts + timedelta(hours=hour)
        new = NewLesson(house.groups[group], found.id, starts, starts + timedelta(hours=1), "", (house.people[leader],))
        return (await lessons.plan(work, SYSTEM, house.programme, [new]))[0].id


async def another(house: Planned, blueprint: str, start: date, **more: Any) -> tuple[str, str, str]:
    """One more programme of the same organisation: its id, a group, and its one learner."""
    async with house.store.work() as work:
        new = NewProgramme(blueprint=load(blueprint), start=start, organisation=house.organisation, **more)
        programme = (await programmes.plan(work, SYSTEM, new)).id
        fields = await programmes.fields(work, SYSTEM, programme)
        group = await groups.form(work, SYSTEM, NewGroup(programme, fields[0].id if fields else "", "Ryhmä"))
        learner = (await people.add(work, SYSTEM, NewPerson(name="Uusi"), Target(house.organisation, programme))).id
        await groups.seat(work, SYSTEM, group.id, learner)
    return programme, group.id, learner
