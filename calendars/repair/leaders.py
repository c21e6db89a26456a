"""Whether enough people lead each lesson: told to whoever plans when it is about to begin with too few."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update

from calendars import rights
from calendars.away import stands
from calendars.errors import NotFound
from calendars.repair.facts import LeadersMissing
from calendars.repair.vacancies import ASKING, needs_of
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.tables import Absence, Leader, Lesson, Programme

BEFORE: Final = timedelta(minutes=10)
"""How long before its start whoever plans is told that leaders are missing."""


@dataclass(frozen=True, slots=True)
class Short:
    """A lesson with fewer leaders than it needs; who is away then does not count."""

    lesson: Lesson
    programme: Programme
    needed: int
    coming: int


async def alert_due(work: Work) -> list[str]:
    """The chore: tell once of every lesson that begins within ten minutes with too few leaders."""
    told = []
    for one in await _short(work, rights.system()):
        if one.lesson.alerted is None:
            claimed = (
                update(Lesson).where(Lesson.id == one.lesson.id, Lesson.alerted.is_(None)).values(alerted=work.now)
            )
            if (await work.run(claimed.returning(Lesson.id))).scalar() is not None:
                missing = one.needed - one.coming
                work.tell(LeadersMissing(stream=one.programme.id, lesson=one.lesson.id, missing=missing))
                told.append(one.lesson.id)
    return told


async def short(look: Look, actor: Actor) -> list[Short]:
    """The lessons that begin within ten minutes, or have begun, with too few leaders, where the actor plans."""
    if not rights.scopes_of(actor, "plan"):
        raise NotFound()
    return await _short(look, actor)


async def _short(look: Look, actor: Actor) -> list[Short]:
    rows = await look.rows(
        ASKING.where(
            Lesson.status == "confirmed", Lesson.independent.is_(False), Lesson.closed.is_(None),
            Lesson.starts <= look.now + BEFORE, Lesson.ends > look.now,
        )
    )  # fmt: skip
    mine = [row for row in rows if rights.may(actor, "plan", _target(row[0], row[1]))]
    coming = await _coming(look, [lesson for lesson, *_ in mine])
    found = [
        Short(lesson, programme, max(1, len(needs_of(lesson, phase, code, programme.zone))), coming.get(lesson.id, 0))
        for lesson, programme, code, phase in mine
    ]
    return [one for one in found if one.coming < one.needed]


async def _coming(look: Look, lessons: Sequence[Lesson]) -> dict[str, int]:
    """How many lead each lesson and are not away."""
    away = (
        select(Absence.id)
        .where(Absence.person == Leader.person, stands(Lesson.starts, Lesson.ends))
        .exists()
    )  # fmt: skip
    counts: dict[str, int] = {}
    for lesson in await look.all(
        select(Leader.lesson)
        .join(Lesson, Lesson.id == Leader.lesson)
        .where(Leader.lesson.in_([one.id for one in lessons]), ~away)
    ):
        counts[lesson] = counts.get(lesson, 0) + 1
    return counts


def _target(lesson: Lesson, programme: Programme) -> Target:
    return Target(programme.organisation, programme.id, lesson.group, lesson.id)
