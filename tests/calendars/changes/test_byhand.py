"""A lesson changed by hand: this one alone, or with all later ones of its series."""

from datetime import time, timedelta

from calendars import lessons, rights
from calendars.changes import byhand
from calendars.changes.byhand import Edit
from calendars.changes.standings import change_of
from calendars.lessons import NewLesson
from calendars.tables import Proposal
from tests.calendars.planned import Planned
from tests.calendars.proposing import publish, row_of, stands

TEN, ELEVEN = time(10), time(11, 45)


async def next_day(house: Planned) -> str:
    """A lesson of the first group at the same hour on the next training day at home, led by Veera and Toivo."""
    first = await row_of(house, house.lessons["first"][0])
    day = next(day for day in (await house.line()).days if day.n > 6 and day.kind == "online")
    on = next(day for day in (await house.line()).days if day.n == 6)
    later = day.date - on.date
    new = NewLesson(
        house.groups["first"], day.id, first.starts + later, first.ends + later, "", (house.people["Veera"],),
        (house.people["Toivo"],),
    )  # fmt: skip
    async with house.store.work() as work:
        return (await lessons.plan(work, rights.system(), house.programme, [new]))[0].id


async def edit(house: Planned, lesson: str, *led_by: tuple[str, str], later: bool = False) -> Proposal:
    row, kaisa = await row_of(house, lesson), await house.actor("Kaisa")
    leaders = tuple((house.people[name], role) for name, role in led_by)
    new = Edit(
        day=row.day, starts=TEN, ends=ELEVEN, topic=row.topic, led_by=leaders, instead_of=(house.people["Veera"],)
    )
    async with house.store.work() as work:
        return await byhand.edit(work, kaisa, lesson, new, later=later)


async def test_edit_when_later_ones_too_then_proposed_and_each_keeps_its_day(house: Planned) -> None:
    other = await next_day(house)
    before = await stands(house, other)
    proposal = await edit(house, house.lessons["first"][0], ("Veera", "teacher"), later=True)
    assert proposal.status == "open"
    await publish(house, proposal.id)
    after = await stands(house, other)
    assert (after.day, after.starts.date(), after.led_by) == (before.day, before.starts.date(), before.led_by)
    assert after.ends - after.starts == timedelta(hours=1, minutes=45)


async def test_edit_when_she_leads_a_later_one_already_in_another_role_then_she_leads_it_once(house: Planned) -> None:
    other = await next_day(house)
    proposal = await edit(house, house.lessons["first"][0], ("Toivo", "teacher"), later=True)
    assert {change_of(one).lesson for one in proposal.changes} == {house.lessons["first"][0], other}
    await publish(house, proposal.id)
    assert (await stands(house, other)).led_by == ((house.people["Toivo"], "teacher"),)
