"""She who was away comes after all: the lessons that a search took from her are given back to her in one act.

Only what lies ahead and stands as the search left it. What a substitute has said yes to is taken back from him only by
somebody who says that he knows it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from calendars import rights
from calendars.appointments.unstaffed import at_work
from calendars.away import away_between
from calendars.changes import publishing
from calendars.changes.publishing import Wanted, changes_of
from calendars.changes.standings import Change, Standing, standings
from calendars.clock import meet
from calendars.errors import Conflict, Invalid, NotFound
from calendars.repair.unheld import LONGEST
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.tables import Lesson, Person, Programme, Proposal


@dataclass(frozen=True, slots=True)
class Returned:
    """A coming lesson that she could lead again."""

    lesson: Lesson
    programme: Programme
    absent: Person
    """Who led it before, and is not away then any more."""
    by: tuple[Person, ...]
    """Who said yes to it instead of her; nobody: it is not held, has no teacher, or others lead it without her."""
    back: Standing
    """How it would stand again."""


async def of(look: Look, actor: Actor, person: str = "") -> list[Returned]:
    """What can be given back to one person, or to all, in order of time: to herself, and where the actor plans."""
    taken = await _taken(look, person)
    rows: dict[str, tuple[Lesson, Programme]] = {
        lesson.id: (lesson, programme)
        for lesson, programme in await look.rows(
            select(Lesson, Programme)
            .join(Programme, Programme.id == Lesson.programme)
            .where(Lesson.id.in_(taken), Lesson.starts > look.now, Lesson.opened.is_(None), Lesson.signed.is_(None))
            .order_by(Lesson.starts, Lesson.id)
        )
        if actor.person == taken[lesson.id][0]
        or rights.may(actor, "plan", Target(programme.organisation, programme.id, lesson.group, lesson.id))
    }
    stand = await standings(look, rows)
    absents = {taken[id][0] for id in rows}
    there = await at_work(look, [(taken[id][0], programme) for id, (_, programme) in rows.items()])
    away = await away_between(look, absents, look.now)
    found: list[tuple[Lesson, Programme, str, set[str], Standing]] = []
    for id, (lesson, programme) in rows.items():
        absent, change = taken[id]
        back = _back(change, stand[id][1])
        busy = meet(away.get(absent, ()), lesson.starts, lesson.ends)
        if back is not None and (absent, programme.id) in there and not busy:
            come = set(change.after.leaders) - set(change.before.leaders if change.before else ())
            found.append((lesson, programme, absent, come & set(stand[id][1].leaders), back))
    ids = {who for _, _, absent, come, _ in found for who in (absent, *come)}
    who = {one.id: one for one in await look.all(select(Person).where(Person.id.in_(ids)))}
    return [
        Returned(lesson, programme, who[absent], tuple(who[one] for one in sorted(come)), back)
        for lesson, programme, absent, come, back in found
    ]


async def give_back(
    work: Work, actor: Actor, person: str, lessons: Collection[str], *, agreed: bool = False
) -> list[Proposal]:
    """Let her lead these again, published at once and undone for two minutes; for herself and for whoever plans.

    `agreed`: whoever said yes knows of it. Raises NotFound where nothing of hers can go back or the actor may not
    know of it, Invalid `not_agreed`, Conflict `nothing_changes`, and what `publishing.propose` raises.
    """
    offered = await of(work, actor, person)
    if not offered:
        raise NotFound()
    chosen = [one for one in offered if one.lesson.id in lessons]
    if not chosen or len(chosen) < len(set(lessons)):
        raise Conflict("nothing_changes")
    if not agreed and any(one.by for one in chosen):
        raise Invalid("not_agreed", field="agreed")
    made = []
    # it was the house that gave them away by its rule: it gives them back, and the trail names who let it
    house = replace(rights.system(), person=actor.person)
    by_programme: dict[str, list[Wanted]] = defaultdict(list)
    for one in chosen:
        by_programme[one.programme.id].append(Wanted(one.back, one.lesson.id))
    for programme, wanted in by_programme.items():
        about = {"reason": "replanned", "back": person}
        proposal = await publishing.propose(work, house, programme, "repair", wanted, about)
        made.append(await publishing.publish(work, house, proposal.id))
    return made


async def _taken(look: Look, person: str) -> dict[str, tuple[str, Change]]:
    """What searches took from somebody: lesson -> (who was away, the latest change by one)."""
    made = select(Proposal).where(
        Proposal.kind == "repair", Proposal.status == "published", Proposal.published > look.now - LONGEST
    )
    proposals: Sequence[Proposal] = await look.all(made.order_by(Proposal.published, Proposal.id))
    found = {
        change.lesson: (str(one.about["absent"]), change)
        for one in proposals if "search" in one.about
        for change in changes_of(one)
    }  # fmt: skip
    return {lesson: one for lesson, one in found.items() if person in ("", one[0])}


def _back(change: Change, stands: Standing) -> Standing | None:
    """How the lesson stood before, if it is still as the search left it, or waits for somebody at another time.

    What somebody has cancelled since stays so: the house gives back only what its own rule took.
    """
    cancelled = change.after.takes_place and not stands.takes_place
    if change.before is None or cancelled or (stands != change.after and stands.led_by):
        return None
    return replace(
        stands, led_by=change.before.led_by, status=change.before.status, independent=change.before.independent,
        task=change.before.task,
    )  # fmt: skip
