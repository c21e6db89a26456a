"""Rights given and taken: the row, the trail that says so, and the holder's revision, by which open sockets notice.

Who may do what with a right is asked in rights.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from calendars.errors import NotFound
from calendars.facts import RightsGiven, RightsTaken
from calendars.rights import STAFF, Actor, Target, ask
from calendars.store import Work, new_id
from calendars.tables import Grant, Person


@dataclass(frozen=True, slots=True)
class Right:
    """A right to give: the role, where it holds, and between which instants (None: open)."""

    role: str
    kind: str
    scope: str
    starts: datetime | None = None
    until: datetime | None = None


async def give(work: Work, actor: Actor, person: str, right: Right, target: Target) -> Grant:
    """Give a person a right inside `target`. The giver must be allowed to plan or invite there."""
    ask(actor, _verb(right.role, right.kind), target)
    return (await lay(work, actor, [(person, right)]))[0]


async def take(work: Work, actor: Actor, grant: str, target: Target) -> None:
    """End a right now. Open sockets notice within a second."""
    row = await work.get(Grant, grant)
    if row is None:
        raise NotFound()
    ask(actor, _verb(row.role, row.scope_kind), target)
    await end(work, actor, [row])


async def lay(work: Work, actor: Actor, given: Iterable[tuple[str, Right]]) -> list[Grant]:
    """Give each (person, right), in the same few statements however many; the act from which they follow has asked."""
    rows = [written(person, right, actor.person or None, work.now) for person, right in given]
    work.add(*rows)
    for row in rows:
        work.tell(RightsGiven(stream=row.person, role=row.role, scope=row.scope, by=actor.person))
    await touch(work, *(row.person for row in rows))
    return rows


async def end(work: Work, actor: Actor, rows: Iterable[Grant]) -> None:
    """End these rights now; the act from which that follows has asked."""
    ended = list(rows)
    for row in ended:
        row.until = work.now
        work.tell(RightsTaken(stream=row.person, role=row.role, scope=row.scope, by=actor.person))
    await touch(work, *(row.person for row in ended))


def written(person: str, right: Right, by: str | None, at: datetime) -> Grant:
    """The row of a right, given by somebody at an instant."""
    return Grant(
        id=new_id(), person=person, role=right.role, scope_kind=right.kind, scope=right.scope, starts=right.starts,
        until=right.until, given_by=by, given=at,
    )  # fmt: skip


async def touch(work: Work, *people: str) -> None:
    """Move people's revisions, so that whoever holds their rights in memory reads them again."""
    if people:
        await work.run(update(Person).where(Person.id.in_(set(people))).values(revision=Person.revision + 1))


def _verb(role: str, kind: str) -> str:
    """House rights are changed by whoever administers, those of staff by whoever invites, others by who plans."""
    return "administer" if kind == "house" else "invite" if role in STAFF else "plan"
