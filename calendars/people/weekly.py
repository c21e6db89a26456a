"""The weekdays that a file says of those who are in the programme already: what they are now, and how they change."""

from collections.abc import Collection, Iterable

from sqlalchemy import select

from calendars import rights, weeks
from calendars.clock import day_of
from calendars.freedays import WEEKDAYS
from calendars.people import parttime
from calendars.people.enrolments import IN
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Enrolment, Group, Programme, Seat


def as_held(programme: Programme, weekdays: int) -> int:
    """Weekdays as a seat keeps them; whoever comes on all days of the programme comes the whole week."""
    held_on = set(programme.weekdays or WEEKDAYS[:5])
    return weeks.WHOLE_WEEK if held_on <= set(weeks.named(weekdays) or WEEKDAYS) else weekdays


async def now(look: Look, actor: Actor, programme: str) -> dict[str, int]:
    """On which weekdays everybody comes who is in this programme or on her way in, for whoever plans it."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    asks = select(Enrolment.person, Enrolment.weekdays).where(
        Enrolment.programme == programme, Enrolment.status.in_(IN)
    )
    found = dict(await look.rows(asks))
    return found | {person: seat.weekdays for person, seat in (await _sitting(look, programme)).items()}


async def change(work: Work, actor: Actor, programme: str, said: Iterable[tuple[str, int]]) -> int:
    """Let these people (person, weekdays) come on their new weekdays from today on; returns of how many it changed.

    Raises what `parttime.come_on` raises.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    wanted = {person: as_held(found, weekdays) for person, weekdays in said}
    stand = await now(work, actor, programme)
    changed = [person for person, weekdays in wanted.items() if person in stand and stand[person] != weekdays]
    sitting = await _sitting(work, programme, changed)
    for person in changed:
        if person in sitting:
            await parttime.come_on(work, actor, sitting[person].id, weeks.named(wanted[person]) or WEEKDAYS)
    hers = select(Enrolment).where(Enrolment.programme == programme, Enrolment.person.in_(changed))
    for row in await work.all(hers):
        row.weekdays, row.modified = wanted[row.person], work.now
    await work.flush()
    return len(changed)


async def _sitting(look: Look, programme: str, people: Collection[str] | None = None) -> dict[str, Seat]:
    """The seat of each that she has now, else her next one."""
    found, _ = await rights.target_of_programme(look, programme)
    chosen = select(Seat).join(Group, Group.id == Seat.group).where(
        Group.programme == programme, Seat.last_day >= day_of(look.now, found.zone), Seat.last_day >= Seat.first_day
    )  # fmt: skip
    if people is not None:
        chosen = chosen.where(Seat.person.in_(people))
    rows = await look.all(chosen.order_by(Seat.first_day.desc(), Seat.id))
    return {row.person: row for row in rows}
