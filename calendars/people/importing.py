"""Many people from a file: who of them is known already, and all of them written down in one act, or none."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select

from calendars import rights, weeks
from calendars.blueprints import entry
from calendars.blueprints.entry import Door, Known
from calendars.errors import Conflict, Invalid, NotFound
from calendars.grants import Right
from calendars.people import colleagues, people, profiles, staffing, weekly
from calendars.people.facts import PeopleBroughtIn
from calendars.people.people import NewPerson
from calendars.people.profiles import NewProfile
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Checked, Enrolment, Grant, Group, Person, Profile, Programme

AT_ONCE = 200  # people between two turns of everybody else
LAST_DIGITS = 8
TICK = timedelta(microseconds=1)
MOST_STAFF = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of a file. `profile` holds only what the file says."""

    line: int
    person: NewPerson
    profile: Mapping[str, Any] = field(default_factory=dict)
    field: str = ""
    weekdays: int | None = None
    """On which she comes, as a seat keeps them (weeks.py); None: the file does not say."""
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
    weekdays: int | None = None
    """On which she comes in this programme; None: she is not in it."""


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
        found = [(column, before, after) for column, before, after in pairs if after and after != before]
        if self.entry.weekdays is not None and old.weekdays not in (None, self.entry.weekdays):
            found.append(("weekdays", str(old.weekdays), str(self.entry.weekdays)))
        return found


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
    ids = sorted({*await look.all(held), *await look.all(asking)})
    week = await weekly.now(look, actor, programme)
    result: list[Standing] = []
    for some in _parts(ids):
        statement = (
            select(Person.id, Person.name, Person.telephone, Person.email, Person.language, Profile.born)
            .outerjoin(Profile, Profile.person == Person.id)
            .where(Person.id.in_(some))
            .order_by(Person.id)
        )
        result += [
            Standing(id, name, telephone, email, language, born.isoformat() if born else "", week.get(id))
            for id, name, telephone, email, language, born in await look.rows(statement)
        ]
    return result


async def bring_in(
    work: Work, actor: Actor, programme: str, decided: Sequence[tuple[Entry, str]], *, accept: bool
) -> int:
    """Write down all of these, or none: each entry with the id of whom it is, empty for somebody new.

    Who is here comes on the file's weekdays from today on. The others ask for a place, in the order of the file; with
    `accept` whoever misses nothing that is known is accepted.
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
    begins = work.now if last is None else max(work.now, last + TICK)
    queue = _Queue(found, entry.door_of(found.rules), actor.person, begins, accept)
    fresh = _Fresh()
    for part in _parts(decided):
        rows = [(one, person or new_id()) for one, person in part]
        known = [person for _, person in part if person]
        fresh.people += [_person(one, id, work.now) for (one, id), (_, old) in zip(rows, part, strict=True) if not old]
        await _correct(work, actor, [row for row, (_, old) in zip(rows, part, strict=True) if old])
        await _describe(work, fresh, rows, known)
        await _enrol(work, fresh, queue, rows, known)
        await asyncio.sleep(0)
    await work.pour(Person, fresh.people)
    await work.pour(Profile, fresh.profiles)
    await work.pour(Grant, fresh.grants)
    await work.pour(Enrolment, fresh.enrolments)
    await weekly.change(work, actor, programme, [
        (person, one.weekdays) for one, person in decided if person and one.weekdays is not None
    ])  # fmt: skip
    work.tell(
        PeopleBroughtIn(stream=programme, new=len(decided) - len(given), known=len(given), by=actor.person)
    )  # fmt: skip
    return queue.accepted


@dataclass
class _Queue:
    """Those who ask for a place, one part of a file after another."""

    programme: Programme
    door: Door
    by: str
    next: datetime
    accept: bool
    accepted: int = 0


Part = TypeVar("Part")


def _parts(rows: Sequence[Part]) -> Iterator[Sequence[Part]]:
    return (rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE))


@dataclass(slots=True)
class _Fresh:
    """Rows that are new, table by table: they are written at the end, all of a table in one statement."""

    people: list[dict[str, Any]] = field(default_factory=list)
    profiles: list[dict[str, Any]] = field(default_factory=list)
    grants: list[dict[str, Any]] = field(default_factory=list)
    enrolments: list[dict[str, Any]] = field(default_factory=list)


def _person(one: Entry, id: str, now: datetime) -> dict[str, Any]:
    return {
        "id": id, "name": one.person.name, "alias": None, "language": one.person.language or "fi", "outside": False,
        "email": one.person.email, "telephone": one.person.telephone, "generation": 1, "revision": 1, "added": now,
    }  # fmt: skip


async def _correct(work: Work, actor: Actor, known: Sequence[tuple[Entry, str]]) -> None:
    """Write down what the file says of those who are known; an empty cell changes nothing.

    Raises NotFound, and Forbidden for the e-mail of a member of staff for whom the actor cannot vouch.
    """
    if not known:
        return
    rows = await people.who(work, [id for _, id in known])
    lasts = Grant.until.is_(None) | (Grant.until > work.now)
    held = select(Grant.person).where(Grant.person.in_(rows), Grant.role.in_(rights.STAFF), lasts)
    works = set(await work.all(held))
    for one, id in known:
        if id not in rows:
            raise NotFound()
        said = {name: getattr(one.person, name) for name in ("name", "language", "telephone", "email")}
        new = {name: value for name, value in said.items() if value and value != getattr(rows[id], name)}
        if "email" in new and id in works:
            await people.ask_to_vouch(work, actor, id)  # the letter that lets her in anew goes there
        for name, value in new.items():
            setattr(rows[id], name, value)
        rows[id].revision += bool(new)
    await work.flush()


async def _describe(work: Work, fresh: _Fresh, rows: Sequence[tuple[Entry, str]], known: Sequence[str]) -> None:
    described = select(Profile).where(Profile.person.in_(known))
    old = {row.person: row for row in await work.all(described)} if known else {}
    empty = profiles.read(None)
    blank: dict[str, Any] = {name: getattr(empty, name) for name in NewProfile.__dataclass_fields__}
    blank |= {"levels": {}, "km": {}, "languages": [], "modified": work.now}
    for one, id in rows:
        if id in old and one.profile:
            for name, value in one.profile.items():
                setattr(old[id], name, {**old[id].levels, **value} if name == "levels" else value)
            old[id].modified = work.now
    await work.flush()
    fresh.profiles += [{"person": id} | blank | dict(one.profile) for one, id in rows if id not in old and one.profile]


async def _enrol(
    work: Work, fresh: _Fresh, queue: _Queue, rows: Sequence[tuple[Entry, str]], known: Sequence[str]
) -> None:
    """Whoever has no enrolment here yet asks for a place, behind all others. `known`: who of them is not new."""
    programme = queue.programme
    here = Enrolment.programme == programme.id
    asked = set(await work.all(select(Enrolment.person).where(here, Enrolment.person.in_(known)))) if known else set()
    seen: dict[str, set[str]] = defaultdict(set)
    if known:
        papers = select(Checked).where(Checked.programme == programme.id, Checked.person.in_(known))
        for row in await work.all(papers):
            seen[row.person].add(row.code)
    made = []
    for one, id in rows:
        if id not in asked:
            taken = queue.accept and _may_come(queue.door, programme.starts, one, seen[id])
            queue.accepted += taken
            made.append(_asks(queue, one, id, "accepted" if taken else "applied", work.now))
            queue.next += TICK
    fresh.grants += [
        {
            "id": new_id(), "person": row["person"], "role": "applicant", "scope_kind": "programme", "starts": None,
            "until": None, "scope": programme.id, "given_by": queue.by or None, "given": work.now,
        }
        for row in made
    ]  # fmt: skip
    fresh.enrolments += made


def _may_come(door: Door, starts: date, one: Entry, seen: set[str]) -> bool:
    """Whether she misses nothing that is known; where a miss refuses, nothing may be unknown either."""
    said = {name: one.profile[name] for name in ("levels", "born", "registered") if name in one.profile}
    known = Known(**said, seen=seen)
    open_yet = door.refuses and entry.unknown(door, known, starts)
    return not entry.missed(door, known, starts) and not open_yet


def _asks(queue: _Queue, one: Entry, person: str, status: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "programme": queue.programme.id, "person": person, "field": one.field or None,
        "status": status, "applied": queue.next, "first_day": None, "last_day": None, "days": None,
        "weekdays": one.weekdays or weeks.WHOLE_WEEK, "recognised": [], "route": "", "missed": [], "grounds": "",
        "reason": "", "modified": now,
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
            old = (await people.who(work, [id]))[id]
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
