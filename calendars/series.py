"""A series: the same hours for one group on many days of its programme, planned in one go."""

from dataclasses import dataclass
from datetime import date, time

from calendars import lessons, programmes, rights
from calendars.clashes import Booking, booked, check_free, clashing
from calendars.clock import local
from calendars.errors import Invalid
from calendars.lessons import NewLesson
from calendars.programmes import PlannedDay
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Lesson

IN_TURN = "in_turn"
"""The topic of a series whose lessons take the topics of their phase one after another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSeries:
    """What is planned: on which days of the line (all that fit), at which local hours, what about, and who leads."""

    group: str
    starts: time
    ends: time
    first: date | None = None
    last: date | None = None
    kinds: tuple[str, ...] = ("online",)
    weekdays: frozenset[int] = frozenset(range(7))
    topic: str = ""
    leaders: tuple[str, ...] = ()
    tutors: tuple[str, ...] = ()
    around: bool = False
    """Leave out the days on which the group has another lesson then, instead of refusing all."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A series upon its days."""

    days: list[PlannedDay]
    lessons: list[NewLesson]
    left_out: list[PlannedDay]
    """Days on which the group is taken."""


async def lay(look: Look, actor: Actor, programme: str, new: NewSeries) -> Laid:
    """Which lessons a series would be. Raises Invalid `no_days_left`, `backwards`, and Overlaps like `lessons.plan`."""
    _, _, target = await rights.target_of_group(look, new.group)
    rights.ask(actor, "plan", target)
    if new.ends <= new.starts:
        raise Invalid("backwards", field="ends")
    if new.first and new.last and new.last < new.first:
        raise Invalid("backwards", field="last")
    line = await programmes.line(look, actor, programme)
    fitting = [day for day in line.days if _fits(day, new, line.programme.ends)]
    made = {day.id: _lesson(day, number, new, line.programme.zone) for number, day in enumerate(fitting)}
    left_out: list[PlannedDay] = []
    if new.around:
        spans = [Booking(one.group, one.starts, one.ends, day) for day, one in made.items()]
        taken = clashing(spans, await booked(look, spans))
        left_out = [day for day in fitting if day.id in taken]
        fitting = [day for day in fitting if day.id not in taken]
    if not fitting:
        raise Invalid("no_days_left", field="first")
    await check_free(look, [
        Booking(whose, made[day.id].starts, made[day.id].ends, day.id)
        for day in fitting for whose in (new.group, *new.leaders, *new.tutors)
    ])  # fmt: skip
    return Laid(fitting, [made[day.id] for day in fitting], left_out)


async def plan(work: Work, actor: Actor, programme: str, new: NewSeries) -> list[Lesson]:
    """Plan all lessons of a series, or none. Raises Overlaps as `lessons.plan` does."""
    laid = await lay(work, actor, programme, new)
    return await lessons.plan(work, actor, programme, laid.lessons)


def _fits(day: PlannedDay, new: NewSeries, ends: date) -> bool:
    within = (new.first is None or new.first <= day.date) and (new.last is None or day.date <= new.last)
    if day.extra and (new.first is None or new.first <= ends):
        return False  # only who needs longer is there: whoever wants lessons then says so by the first day
    return within and not day.cancelled and day.kind in new.kinds and day.date.weekday() in new.weekdays


def _lesson(day: PlannedDay, number: int, new: NewSeries, zone: str) -> NewLesson:
    topic = new.topic
    if topic == IN_TURN:
        topic = day.topics[number % len(day.topics)] if day.topics else ""
    starts, ends = local(day.date, new.starts, zone), local(day.date, new.ends, zone)
    return NewLesson(new.group, day.id, starts, ends, topic, new.leaders, new.tutors)
