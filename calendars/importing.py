"""Many people from a file: who of them is known already, and all of them written down in one act, or none."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, insert, select

from calendars import colleagues, entry, people, profiles, rights, staffing
from calendars.entry import Known
from calendars.errors import Conflict, Invalid, NotFound
from calendars.people import NewPerson
from calendars.peoplefacts import PeopleBroughtIn
from calendars.profiles import NewProfile
from calendars.rights import Actor, Right, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Checked, Enrolment, Grant, Group, Person, Profile, Programme

AT_ONCE = 100  # rows in one statement: between two of them everybody else has her turn
LAST_DIGITS = 8
TICK = timedelta(microseconds=1)
LOOKED_AT = 500  # people in one statement that only reads
MOST_STAFF = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of a file. `profile` holds only what the file says."""

    line: int
    person: NewPerson
    profile: Mapping[str, Any] = field(default_factory=dict)
    field: str = ""
    role: str = ""
    abilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody whom the house knows, as far as a file could name her."""

    id: str
    name: str
    telephone: str
    email: str
    language: str
    born: str


@dataclass(frozen=True, slots=True)
class Match:
    """An entry with whom it may be: nobody (new), one for sure, or those among whom somebody must choose."""

    entry: Entry
    sure: Standing | None = None
    perhaps: tuple[Standing, ...] = ()

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What the file would change of her: column, before, after. An empty cell changes nothing."""
        if self.sure is None:
            return []
        new, old = self.entry.person, self.sure
        pairs = (("name", old.name, new.name), ("telephone", old.telephone, new.telephone),
                 ("email", old.email, new.email), ("language", old.language, new.language))  # fmt: skip
        return [(column, before, after) for column, before, after in pairs if after and after != before]


def match(entries: Sequence[Entry], standing: Sequence[Standing]) -> list[Match]:
    """Find each entry among those who are known. Pure.

    Sure is the same name with the same telephone, e-mail or birthday. One mark without the name, or the name without
    any mark, is a doubt; but two birthdays that differ are two people.
    """
    by: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for one in standing:
        for key in _keys(one.name, one.telephone, one.email, one.born):
            by[key].append(one)
    return [_match(one, by) for one in entries]


def _match(one: Entry, by: Mapping[tuple[str, str], list[Standing]]) -> Match:
    born = str(one.profile.get("born", ""))
    near: dict[str, Standing] = {}
    for key in _keys(one.person.name, one.person.telephone, one.person.email, born):
        near |= {who.id: who for who in by.get(key, ()) if not (born and who.born and born != who.born)}
    sure = [who for who in near.values() if _is_sure(one, born, who)]
    if len(sure) == 1:
        return Match(one, sure[0])
    return Match(one, None, tuple(sure or near.values()))


def _is_sure(one: Entry, born: str, who: Standing) -> bool:
    marks = (
        (digits_of(one.person.telephone), digits_of(who.telephone)),
        (one.person.email.casefold(), who.email.casefold()), (born, who.born),
    )  # fmt: skip
    return same_name(one.person.name) == same_name(who.name) and any(new and new == old for new, old in marks)


def _keys(name: str, telephone: str, email: str, born: str) -> list[tuple[str, str]]:
    found = [("name", same_name(name)), ("telephone", digits_of(telephone)), ("email", email.casefold())]
    return [key for key in found if key[1]]


def digits_of(telephone: str) -> str:
    """The end of a number, the same with and without the country's prefix."""
    return re.sub(r"\D", "", telephone)[-LAST_DIGITS:]


def same_name(name: str) -> str:
    """A name as two lists agree on it: the order of its words and large letters do not matter."""
    return " ".join(sorted(name.casefold().replace(",", " ").split()))


async def standing(look: Look, actor: Actor, programme: str) -> list[Standing]:
    """Everybody whom a file for this programme could mean: those whom the actor may see in its organisation."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    every = await look.all(select(Programme.id).where(Programme.organisation == found.organisation))
    seen = [one for one in every if rights.may(actor, "see_people", Target(found.organisation, one))]
    scopes = select(Group.id).where(Group.programme.in_(seen))
    here = Grant.scope.in_([*seen, *([found.organisation] if len(seen) == len(every) else [])])
    held = select(Grant.person).where(here | Grant.scope.in_(scopes))
    asking = select(Enrolment.person).where(Enrolment.programme.in_(seen))
    statement = (
        select(Person.id, Person.name, Person.telephone, Person.email, Person.language, Profile.born)
        .outerjoin(Profile, Profile.person == Person.id)
        .where(Person.id.in_(held) | Person.id.in_(asking))
        .order_by(Person.id)
        .limit(LOOKED_AT)
    )
    result: list[Standing] = []
    while rows := await look.rows(statement.where(Person.id > (result[-1].id if result else ""))):
        result += [
            Standing(id, name, telephone, email, language, born.isoformat() if born else "")
            for id, name, telephone, email, language, born in rows
        ]
    return result


async def bring_in(
    work: Work, actor: Actor, programme: str, decided: Sequence[tuple[Entry, str]], *, accept: bool
) -> int:
    """Write down all of these, or none: each entry with the id of whom it is, empty for somebody new.

    They ask for a place, in the order of the file; with `accept` whoever misses nothing that is known is accepted.
    Returns how many were accepted. Raises Conflict `same_person_twice`, NotFound.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    rights.ask(actor, "invite", target)
    given = [person for _, person in decided if person]
    if len(set(given)) < len(given):
        raise Conflict("same_person_twice", field="file")
    for some in _parts(given):
        await rights.ask_to_involve(work, actor, some)
    last = await work.one(select(func.max(Enrolment.applied)).where(Enrolment.programme == programme))
    queue = _Queue(found, actor.person, work.now if last is None else max(work.now, last + TICK), accept)
    for part in _parts(decided):  # everything of some, then of the next: nobody else waits for all of them
        rows = [(one, person or new_id()) for one, person in part]
        await _add(work, [row for row, (_, person) in zip(rows, part, strict=True) if not person])
        await _correct(work, [row for row, (_, person) in zip(rows, part, strict=True) if person])
        await _describe(work, rows)
        await _enrol(work, queue, rows)
        await asyncio.sleep(0)
    work.tell(
        PeopleBroughtIn(stream=programme, new=len(decided) - len(given), known=len(given), by=actor.person)
    )  # fmt: skip
    return queue.accepted


@dataclass
class _Queue:
    """Those who ask for a place, one part of a file after another."""

    programme: Programme
    by: str
    next: datetime
    accept: bool
    accepted: int = 0


Rows = Iterable[tuple[Entry, str]]
Part = TypeVar("Part")


def _parts(rows: Sequence[Part]) -> Iterator[Sequence[Part]]:
    return (rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE))


async def _insert(work: Work, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await work.run(insert(table.__table__), rows)


async def _add(work: Work, fresh: Rows) -> None:
    rows = [
        {
            "id": id, "name": one.person.name, "language": one.person.language or "fi", "email": one.person.email,
            "telephone": one.person.telephone, "alias": None, "generation": 1, "revision": 1, "added": work.now,
        }
        for one, id in fresh
    ]  # fmt: skip
    await _insert(work, Person, rows)


async def _correct(work: Work, known: Sequence[tuple[Entry, str]]) -> None:
    """Write down what the file says of those who are known; an empty cell changes nothing. Raises NotFound."""
    rows = await people.who(work, [id for _, id in known])
    for one, id in known:
        if id not in rows:
            raise NotFound()
        said = {name: getattr(one.person, name) for name in ("name", "language", "telephone", "email")}
        new = {name: value for name, value in said.items() if value and value != getattr(rows[id], name)}
        for name, value in new.items():
            setattr(rows[id], name, value)
        rows[id].revision += bool(new)
    await work.flush()


async def _describe(work: Work, rows: Sequence[tuple[Entry, str]]) -> None:
    ids = [id for _, id in rows]
    old = {row.person: row for row in await work.all(select(Profile).where(Profile.person.in_(ids)))}
    empty = profiles.read(None)
    blank: dict[str, Any] = {name: getattr(empty, name) for name in NewProfile.__dataclass_fields__}
    blank |= {"levels": {}, "km": {}, "languages": [], "modified": work.now}
    for one, id in rows:
        if id in old and one.profile:
            for name, value in one.profile.items():
                setattr(old[id], name, {**old[id].levels, **value} if name == "levels" else value)
            old[id].modified = work.now
    await work.flush()
    fresh = [{"person": id} | blank | dict(one.profile) for one, id in rows if id not in old and one.profile]
    await _insert(work, Profile, fresh)


async def _enrol(work: Work, queue: _Queue, rows: Sequence[tuple[Entry, str]]) -> None:
    """Whoever has no enrolment here yet asks for a place, behind all others."""
    ids, programme = [id for _, id in rows], queue.programme
    here = Enrolment.programme == programme.id
    asked = set(await work.all(select(Enrolment.person).where(here, Enrolment.person.in_(ids))))
    seen: dict[str, set[str]] = defaultdict(set)
    for row in await work.all(select(Checked).where(Checked.programme == programme.id, Checked.person.in_(ids))):
        seen[row.person].add(row.code)
    made = []
    for one, id in rows:
        if id not in asked:
            taken = queue.accept and _may_come(programme, one, seen[id])
            queue.accepted += taken
            made.append(_asks(queue, one, id, "accepted" if taken else "applied", work.now))
            queue.next += TICK
    grants = [
        {
            "id": new_id(), "person": row["person"], "role": "applicant", "scope_kind": "programme", "starts": None,
            "until": None, "scope": programme.id, "given_by": queue.by or None, "given": work.now,
        }
        for row in made
    ]  # fmt: skip
    await _insert(work, Grant, grants)
    await _insert(work, Enrolment, made)


def _may_come(programme: Programme, one: Entry, seen: set[str]) -> bool:
    """Whether she misses nothing that is known; where a miss refuses, nothing may be unknown either."""
    door = entry.door_of(programme.rules)
    said = {name: one.profile[name] for name in ("levels", "born", "registered") if name in one.profile}
    known = Known(**said, seen=seen)
    open_yet = door.refuses and entry.unknown(door, known, programme.starts)
    return not entry.missed(door, known, programme.starts) and not open_yet


def _asks(queue: _Queue, one: Entry, person: str, status: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "programme": queue.programme.id, "person": person, "field": one.field or None,
        "status": status, "applied": queue.next, "first_day": None, "last_day": None, "days": None,
        "recognised": [], "route": "", "missed": [], "grounds": "", "reason": "", "modified": now,
        "decided_by": queue.by or None if status == "accepted" else None,
    }  # fmt: skip


async def hire(work: Work, actor: Actor, programme: str, decided: Sequence[tuple[Entry, str]]) -> int:
    """Take on all of these, or none, where the programme is given; each with her role and what she can do."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "invite", target)
    if len(decided) > MOST_STAFF:
        raise Invalid("too_many", field="file", most=MOST_STAFF)
    wide = rights.may(actor, "invite", Target(found.organisation))
    kind, scope = ("organisation", found.organisation) if wide else ("programme", programme)
    for one, person in decided:
        right = Right(one.role, kind, scope)
        id = person
        if not id:
            new = replace(one.person, language=one.person.language or found.language)
            id = (await colleagues.hire(work, actor, new, right)).id
        else:
            row = await people.who(work, [id])
            old = row[id]
            said = NewPerson(
                name=one.person.name or old.name, language=one.person.language or old.language,
                telephone=one.person.telephone or old.telephone, email=one.person.email or old.email,
                alias=old.alias or "",
            )  # fmt: skip
            await people.change(work, actor, id, said)
            with suppress(Conflict):  # she has this role there already
                await colleagues.appoint(work, actor, id, right)
        if one.abilities:
            await staffing.enable(work, actor, id, one.abilities)
    work.tell(PeopleBroughtIn(stream=programme, new=sum(not person for _, person in decided),
                              known=sum(bool(person) for _, person in decided), by=actor.person))  # fmt: skip
    return len(decided)
