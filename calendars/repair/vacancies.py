"""Lessons that lack a leader: what each asks for, and who stays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars import rights
from calendars.errors import NotFound
from calendars.rights import Actor, Target
from calendars.store import Look
from calendars.tables import Day, Field, Group, Leader, Lesson, Phase, Programme

ASKING = (
    select(Lesson, Programme, Field.code, Phase)
    .join(Programme, Programme.id == Lesson.programme)
    .join(Group, Group.id == Lesson.group)
    .join(Day, Day.id == Lesson.day)
    .join(Phase, Phase.id == Day.phase)
    .outerjoin(Field, Field.id == Group.field)
    .order_by(Lesson.starts, Lesson.id)
)
"""Lessons in order of time, each with all by which `needs_of` says what it asks for."""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """One lesson that lacks a leader, with what it asks for and who stays."""

    lesson: Lesson
    zone: str
    field: str | None
    needs: tuple[str, ...]
    staying: tuple[str, ...]
    role: str


@dataclass(frozen=True, slots=True)
class Led:
    """A lesson with all who lead it (person, role), before it is said who is away."""

    lesson: Lesson
    zone: str
    field: str | None
    needs: tuple[str, ...]
    leading: Mapping[str, str]

    def without(self, absent: str) -> Vacancy:
        """What it lacks when she does not come."""
        staying = tuple(one for one in self.leading if one != absent)
        return Vacancy(self.lesson, self.zone, self.field, self.needs, staying, self.leading.get(absent, "teacher"))


async def of(look: Look, actor: Actor, lessons: Sequence[str], absent: str) -> list[Vacancy]:
    """These lessons with what they need, for whoever plans all of them. Raises NotFound."""
    return [one.without(absent) for one in (await led(look, actor, lessons)).values()]


async def led(look: Look, actor: Actor, lessons: Collection[str]) -> dict[str, Led]:
    """These lessons with all who lead them, in order of time, for whoever plans all of them. Raises NotFound."""
    rows = await look.rows(ASKING.where(Lesson.id.in_(lessons)))
    if not rows or {lesson.id for lesson, *_ in rows} != set(lessons):
        raise NotFound()
    for lesson, programme, *_ in rows:
        rights.ask(actor, "plan", Target(programme.organisation, programme.id, lesson.group, lesson.id))
    leading: dict[str, dict[str, str]] = {}
    for row in await look.all(select(Leader).where(Leader.lesson.in_(lessons)).order_by(Leader.person)):
        leading.setdefault(row.lesson, {})[row.person] = row.role
    return {
        lesson.id: Led(
            lesson, programme.zone, code, needs_of(lesson, phase, code, programme.zone), leading.get(lesson.id, {})
        )
        for lesson, programme, code, phase in rows
    }


def needs_of(lesson: Lesson, phase: Phase, code: str | None, zone: str) -> tuple[str, ...]:
    """What its leaders must be able to do: as it says itself, else as its phase says of lessons at this hour.

    `field` stands for the group's own field.
    """
    asked = list(lesson.needs)
    if not asked:
        at = f"{lesson.starts.astimezone(ZoneInfo(zone)):%H:%M}"
        kinds = {tuple(one["needs"]) for one in phase.lessons}
        here = next((one["needs"] for one in phase.lessons if one["starts"] == at), None)
        asked = list(here if here is not None else kinds.pop() if len(kinds) == 1 else ())
    return tuple(f"field:{code}" if one == "field" and code else one for one in asked)
