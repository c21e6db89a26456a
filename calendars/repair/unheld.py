"""Lessons for which nobody was found: whoever plans reads what the rule made of them, and may hold them after all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from calendars import rights
from calendars.changes import publishing
from calendars.changes.publishing import Wanted, changes_of
from calendars.changes.standings import CONFIRMED, standings
from calendars.errors import Conflict, NotFound
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Lesson, Person, Programme, Proposal, Request

LONGEST: Final = timedelta(days=400)
"""An absence is of a year at most; what was sought for earlier is over."""


@dataclass(frozen=True, slots=True)
class Unheld:
    """A coming lesson that fell under the rule for lessons without a teacher."""

    lesson: Lesson
    absent: Person
    asked: tuple[Person, ...]
    """Whoever was asked for it and did not say yes, in that order."""


async def unheld(look: Look, actor: Actor, absent: str = "") -> list[Unheld]:
    """Each lesson that is not over, is not held or has no teacher, and was sought for in vain; where the actor plans.

    Of one who is away, or of all. Raises NotFound for those who plan nowhere.
    """
    if not rights.scopes_of(actor, "plan"):
        raise NotFound()
    made = select(Proposal).where(
        Proposal.kind == "repair", Proposal.status == "published", Proposal.published_by.is_(None),
        Proposal.published > look.now - LONGEST,
    )  # fmt: skip
    latest = {
        change.lesson: dict(one.about)
        for one in await look.all(made.order_by(Proposal.published, Proposal.id))
        for change in changes_of(one)
        if "search" in one.about and absent in ("", one.about["absent"])
        if change.after.independent or not change.after.takes_place
    }
    if not latest:
        return []
    coming: Any = (
        select(Lesson)
        .join(Programme, Programme.id == Lesson.programme)
        .where(Lesson.id.in_(latest), Lesson.ends > look.now, Lesson.closed.is_(None))
        .where((Lesson.status == "cancelled") | Lesson.independent)
        .order_by(Lesson.starts, Lesson.id)
    )
    return await _told(look, await look.all(rights.narrowed(coming, actor, "plan")), latest)


async def hold(work: Work, actor: Actor, lesson: str) -> Proposal:
    """Let a lesson that the rule took out stand again at its hour; who leads it is chosen next.

    Published at once, undone for two minutes. Raises Conflict `nothing_changes` for one that stands, and what
    `publishing.propose` raises where its hour was given to something else.
    """
    row, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "plan", target)
    if row.status != "cancelled" or row.id not in {one.lesson.id for one in await unheld(work, actor)}:
        raise Conflict("nothing_changes")
    standing = (await standings(work, [lesson]))[lesson][1]
    wanted = [Wanted(replace(standing, status=CONFIRMED, led_by=()), row.id)]
    proposal = await publishing.propose(work, actor, programme.id, "repair", wanted, {"reason": "replanned"})
    return await publishing.publish(work, actor, proposal.id)


async def _told(look: Look, lessons: Sequence[Lesson], by: Mapping[str, Mapping[str, str]]) -> list[Unheld]:
    """With the people of their searches, in as many statements for ten as for one."""
    if not lessons:
        return []
    of = {by[one.id]["search"] for one in lessons}
    rows = await look.rows(
        select(Request.search, Person)
        .join(Person, Person.id == Request.person)
        .where(Request.search.in_(of))
        .order_by(Request.asked, Request.number)
    )
    absent = await look.all(select(Person).where(Person.id.in_({by[one.id]["absent"] for one in lessons})))
    who = {one.id: one for one in absent}
    asked = {search: tuple(person for of_search, person in rows if of_search == search) for search in of}
    return [Unheld(one, who[by[one.id]["absent"]], asked[by[one.id]["search"]]) for one in lessons]
