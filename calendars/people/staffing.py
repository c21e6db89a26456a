"""Those who teach as the plan needs them: what each can do, when she works and how much, when she is busy elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import get_args

from sqlalchemy import Select, delete, insert, select

from calendars import rights
from calendars.away import ahead, hours_of
from calendars.blueprints.form import Weekday
from calendars.errors import Invalid, NotFound
from calendars.people.facts import AbilitiesSet, BusySaid, BusyTakenBack, WorkingTimeSet
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Ability, Absence, Field, Grant, Load, Person, WorkingTime

WEEKDAYS: tuple[str, ...] = get_args(Weekday)
PLAIN = ("language", "tutor", "counsellor", "support")
"""What somebody may be able to do besides the fields of the house, `field:CODE`."""
OF_FIELD = "field:"
MOST_SPANS = 40
TEACHES = ("teacher", "tutor", "counsellor", "support", "coordinator")
LEADS = frozenset({"teacher", "tutor", "counsellor"})
"""Whoever has one of these roles may stand in a timetable even before her abilities are said."""
LONGEST_BUSY = timedelta(days=400)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one local time to another on a weekday, `mon` to `sun`."""

    weekday: str
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Working:
    """When somebody works and how much she may teach, in minutes. No spans: whenever the house is open."""

    spans: tuple[Span, ...] = ()
    minutes_a_day: int | None = None
    minutes_a_week: int | None = None


@dataclass(frozen=True, slots=True)
class Staffed:
    """One who teaches, as the plan sees her."""

    person: str
    name: str
    abilities: frozenset[str]
    working: Working


@dataclass(frozen=True, slots=True)
class NewBusy:
    """A span in which somebody is busy elsewhere, UTC."""

    starts: datetime
    ends: datetime
    source: str = "own"


async def enable(work: Work, actor: Actor, person: str, abilities: Collection[str]) -> None:
    """Say what somebody can do in a lesson, in place of what was said before. Raises Invalid `bad_choice`."""
    await _ask_planned(work, actor, person)
    await work.run(_locked(person))
    wanted = set(abilities)
    held = set(await work.all(select(Ability.ability).where(Ability.person == person)))
    if wanted - held - set(await known(work, actor)):
        raise Invalid("bad_choice", field="abilities")
    if wanted == held:
        return
    await work.run(delete(Ability).where(Ability.person == person))
    if wanted:
        await work.run(insert(Ability), [{"person": person, "ability": one} for one in sorted(wanted)])
    work.tell(AbilitiesSet(stream=person, abilities=tuple(sorted(wanted)), by=actor.person))


async def work_at(work: Work, actor: Actor, person: str, new: Working) -> None:
    """Say when somebody works and how much she may teach: herself, or whoever plans her. Raises Invalid."""
    await _ask_own(work, actor, person)
    spans = _checked(new.spans)
    for field in ("minutes_a_day", "minutes_a_week"):
        minutes = getattr(new, field)
        if minutes is not None and not 0 <= minutes <= 7 * 1440:
            raise Invalid("bad_number", field=field)
    await work.run(_locked(person))
    await work.run(delete(WorkingTime).where(WorkingTime.person == person))
    await work.run(delete(Load).where(Load.person == person))
    work.add(
        *(WorkingTime(id=new_id(), person=person, weekday=one.weekday, starts=one.starts, ends=one.ends)
          for one in spans),
        Load(person=person, minutes_a_day=new.minutes_a_day, minutes_a_week=new.minutes_a_week),
    )  # fmt: skip
    work.tell(WorkingTimeSet(stream=person, by=actor.person))
    await work.flush()


async def be_busy(work: Work, actor: Actor, person: str, new: NewBusy) -> Absence:
    """Keep a time free of lessons: somebody is busy elsewhere. Herself, or whoever plans her. Raises Invalid."""
    await _ask_own(work, actor, person)
    if not timedelta() < new.ends - new.starts <= LONGEST_BUSY:
        raise Invalid("backwards", field="ends")
    if new.source not in ("own", "coordinator", "file", "calendar"):
        raise Invalid("bad_choice", field="source")
    row = Absence(
        id=new_id(), person=person, starts=new.starts, ends=new.ends, kind="busy", source=new.source,
        reported=work.now, reported_by=actor.person or None,
    )  # fmt: skip
    work.add(row)
    work.tell(BusySaid(stream=person, absence=row.id, by=actor.person))
    await work.flush()
    return row


async def be_free(work: Work, actor: Actor, busy: str) -> None:
    """Take a busy time back; the row stays as withdrawn. Doing it twice changes nothing."""
    row = await work.get(Absence, busy)
    if row is None or row.kind != "busy":
        raise NotFound()
    await _ask_own(work, actor, row.person)
    if row.withdrawn is None:
        row.withdrawn = work.now
        work.tell(BusyTakenBack(stream=row.person, absence=busy, by=actor.person))


async def known(look: Look, actor: Actor) -> dict[str, dict[str, str]]:
    """Every ability that may be given: the plain ones, and each field of the house with its name by language."""
    if not rights.scopes_of(actor, "plan"):
        raise NotFound()
    fields = await look.rows(select(Field.code, Field.name).order_by(Field.code, Field.id))
    return {one: {} for one in PLAIN} | {OF_FIELD + code: name for code, name in fields}


async def of(look: Look, actor: Actor, person: str) -> Staffed:
    """What the plan knows of one who teaches; she herself and whoever plans her may look."""
    who = await _ask_own(look, actor, person)
    return (await _of(look, [who]))[0]


async def of_programme(look: Look, actor: Actor, programme: str) -> list[Staffed]:
    """Everybody who can teach in a programme, by name, in the same few statements however many there are.

    That is whoever has a role there that leads, or another role of staff and an ability.
    """
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    lasts = Grant.until.is_(None) | (Grant.until > look.now)
    roles: dict[str, set[str]] = defaultdict(set)
    for grant, at in await rights.placed(look, Grant.role.in_(TEACHES), lasts):
        if at.programme == programme or at == Target(target.organisation):
            roles[grant.person].add(grant.role)
    people = await look.all(select(Person).where(Person.id.in_(roles)).order_by(Person.name, Person.id))
    return [one for one in await _of(look, people) if one.abilities or roles[one.person] & LEADS]


async def busy(look: Look, actor: Actor, person: str) -> list[Absence]:
    """The busy times of somebody that have not passed, in order."""
    await _ask_own(look, actor, person)
    return await ahead(look, person, ["busy"])


async def _of(look: Look, people: Sequence[Person]) -> list[Staffed]:
    ids = [one.id for one in people]
    able: dict[str, set[str]] = defaultdict(set)
    for row in await look.all(select(Ability).where(Ability.person.in_(ids))):
        able[row.person].add(row.ability)
    hours = await hours_of(look, ids)
    spans = {who: [Span(row.weekday, row.starts, row.ends) for row in rows] for who, rows in hours.items()}
    loads = {row.person: row for row in await look.all(select(Load).where(Load.person.in_(ids)))}
    return [
        Staffed(one.id, one.shown, frozenset(able[one.id]), _working(spans.get(one.id, []), loads.get(one.id)))
        for one in people
    ]  # fmt: skip


def _locked(person: str) -> Select[str]:
    """What is said anew replaces rows: two who say it at one time come one after the other."""
    return select(Person.id).where(Person.id == person).with_for_update()


def _working(spans: Iterable[Span], load: Load | None) -> Working:
    return Working(in_order(spans), load.minutes_a_day if load else None, load.minutes_a_week if load else None)


def in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    """From Monday morning to Sunday evening."""
    return tuple(sorted(spans, key=lambda one: (WEEKDAYS.index(one.weekday), one.starts, one.ends)))


def _checked(spans: Collection[Span]) -> tuple[Span, ...]:
    if len(spans) > MOST_SPANS:
        raise Invalid("too_many", field="working", most=MOST_SPANS)
    for one in spans:
        if one.weekday not in WEEKDAYS:
            raise Invalid("unknown_weekday", field="working")
        if one.ends <= one.starts:
            raise Invalid("backwards", field=f"working_{one.weekday}")
    ordered = in_order(spans)
    for before, after in pairwise(ordered):
        if before.weekday == after.weekday and after.starts < before.ends:
            raise Invalid("spans_overlap", field=f"working_{after.weekday}")
    return ordered


async def _ask_planned(look: Look, actor: Actor, person: str) -> Person:
    """Somebody who works where the actor plans. Raises NotFound for a learner, too: she teaches nothing."""
    who = await rights.ask_about(look, actor, "plan", person)
    _, roles = await rights.targets_of_person(look, person)
    if not roles & rights.STAFF:
        raise NotFound()
    return who


async def _ask_own(look: Look, actor: Actor, person: str) -> Person:
    if actor.person == person and actor.is_staff:
        return await rights.ask_about(look, actor, "see_own", person)
    return await _ask_planned(look, actor, person)
