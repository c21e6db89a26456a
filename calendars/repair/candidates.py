"""Who could lead lessons instead of somebody: by what she can do, when she is free, and how little it changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from calendars import rights
from calendars.away import away_between
from calendars.clashes import Booking, booked
from calendars.people import people
from calendars.repair.pool import Pool, pool_of
from calendars.repair.vacancies import Vacancy, led
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Lesson, Person


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could; `reasons` are codes, the best first: knows_group, knows_field, able, untold."""

    person: Person
    role: str
    reasons: tuple[str, ...]
    minutes: int
    """What she teaches on the first of these days already."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The staff who lead lessons, as they could lead one more beside those who do."""

    fitting: list[Person]
    """The least change first."""
    others: list[Person]
    """Free then, but it breaks a rule: what she can do, when she works, how much she may."""
    taken: list[Person]


async def candidates(look: Look, actor: Actor, lessons: Sequence[str], absent: str) -> list[Candidate]:
    """Everybody who could lead all of these lessons instead of `absent`, the least change first, for whoever plans."""
    return (await for_each(look, actor, [(lessons, absent)]))[0]


async def for_each(look: Look, actor: Actor, asked: Sequence[tuple[Sequence[str], str]]) -> list[list[Candidate]]:
    """The candidates of several questions (lessons, absent), in the same few statements however many they are.

    For whoever plans all of these lessons. Raises NotFound.
    """
    if not asked:
        return []
    by_id = await led(look, actor, {lesson for lessons, _ in asked for lesson in lessons})
    staff: dict[str, tuple[Person, set[str]]] = {}
    for person, grant in await people.staff(look, actor):
        if grant.role in ("teacher", "tutor"):
            staff.setdefault(person.id, (person, set()))[1].add(grant.role)
    pool = await pool_of(look, {*staff, *(absent for _, absent in asked)}, [one.lesson for one in by_id.values()])
    return [_able([by_id[one].without(absent) for one in lessons], absent, staff, pool) for lessons, absent in asked]


async def choice(look: Look, actor: Actor, lesson: str) -> Choice:
    """To whom of the staff one lesson can be given beside its leaders, for whoever plans it. Raises NotFound."""
    one = (await led(look, actor, [lesson]))[lesson]
    staff = {who.id: who for who, grant in await people.staff(look, actor) if grant.role in rights.LEADS}
    taken = await _taken_then(look, one.lesson, staff)
    free = {id: who for id, who in staff.items() if id not in one.leading and id not in taken}
    fitting = [each.person for each in await candidates(look, actor, [lesson], "") if each.person.id in free]
    chosen = {who.id for who in fitting}
    return Choice(
        fitting, [who for id, who in free.items() if id not in chosen],
        [who for id, who in staff.items() if id in taken and id not in one.leading],
    )  # fmt: skip


async def _taken_then(look: Look, row: Lesson, people: Collection[str]) -> set[str]:
    """Who of these people is away, meets somebody or leads another lesson while it lasts."""
    away = await away_between(look, people, row.starts, row.ends)
    standing = await booked(look, [Booking(one, row.starts, row.ends, row.id) for one in people], {row.id})
    return {*away, *(one.whose for one in standing if one.starts < row.ends and row.starts < one.ends)}


def _able(
    vacant: Sequence[Vacancy], absent: str, staff: Mapping[str, tuple[Person, set[str]]], pool: Pool
) -> list[Candidate]:
    vacant = sorted(vacant, key=lambda one: (one.lesson.starts, one.lesson.id))
    found = []
    for person, roles in staff.values():
        if person.id == absent:
            continue
        reasons = _reasons(person.id, roles, vacant, pool)
        if reasons and all(pool.is_free(person.id, one, vacant) for one in vacant):
            role = vacant[0].role if vacant[0].role in roles else min(roles)
            found.append(Candidate(person, role, reasons, pool.minutes(person.id, vacant)))
    return sorted(found, key=lambda one: _rank(one, vacant, pool))


def matched(needs: Sequence[str], able: Sequence[Collection[str]]) -> int:
    """How many of these needs can be met by these people at once, one need each."""
    if not needs:
        return 0
    first, rest = needs[0], needs[1:]
    best = matched(rest, able)
    for position, one in enumerate(able):
        if first in one:
            best = max(best, 1 + matched(rest, [*able[:position], *able[position + 1 :]]))
    return best


def _reasons(person: str, roles: set[str], vacant: Sequence[Vacancy], pool: Pool) -> tuple[str, ...]:
    """Why she could; empty when she cannot do one of them."""
    told = person in pool.abilities
    for one in vacant:
        if not one.needs:
            continue
        if told:
            staying = [pool.abilities.get(other, set()) for other in one.staying]
            if matched(one.needs, [*staying, pool.abilities[person]]) <= matched(one.needs, staying):
                return ()
        elif not roles & ({"tutor"} if "tutor" in one.needs else {"teacher"}):
            return ()
    reasons = []
    if all(one.lesson.group in pool.groups.get(person, ()) for one in vacant):
        reasons.append("knows_group")
    elif all(one.field and one.field in pool.fields.get(person, ()) for one in vacant):
        reasons.append("knows_field")
    reasons.append("able" if told else "untold")
    return tuple(reasons)


def _rank(one: Candidate, vacant: Sequence[Vacancy], pool: Pool) -> tuple[int, int, int, str, str]:
    """Those whom the group knows, then those of whom it is known that they can, then who has least to do."""
    strange = sum(each.lesson.group not in pool.groups.get(one.person.id, ()) for each in vacant)
    untold = int(one.person.id not in pool.abilities)
    return strange, untold, one.minutes, one.person.name, one.person.id
