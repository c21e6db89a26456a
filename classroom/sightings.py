"""What a video room tells of its people becomes evidence of kind *room*: once, however often and in whatever order.

Only for a lesson and a time in which this provider gave its room, a person who may enter it, and around its doors.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from calendars import rights
from calendars.clock import rfc3339
from calendars.lessons import Doors, doors, seated
from calendars.rights import Actor, Scope
from calendars.store import Look, Work
from calendars.tables import Day, Expected, Grant, Leader, Lesson, Programme
from classroom import ledger, register, rooms, roomstays
from classroom.served import CLOCKS, Span, fitted, served
from classroom.tables import Evidence
from classroom.video.provider import Sighting

BEFORE = timedelta(hours=1)
"""So long before the doors open for whoever leads somebody may be seen already."""
AFTER = timedelta(hours=6)
"""So long after they close a good-bye is still one of this lesson."""
LONGEST = 100  # characters of an id of theirs; a longer one stands here as its hash


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the sightings of one message. `kept_out`: how many, by the reason.

    `ahead`: by how much their clock is too far ahead of ours for what it tells; nothing where it is not.
    """

    new: int = 0
    known: int = 0
    kept_out: Mapping[str, int] = field(default_factory=dict)
    ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson of which a provider may tell, and whom it may tell of."""

    lesson: Lesson
    doors: Doors
    programme: Programme
    leaders: Mapping[str, str]
    expected: Collection[str]
    grants: Mapping[str, Sequence[Grant]]
    spans: Sequence[Span]
    """When the provider gave the room."""

    def role(self, one: Sighting) -> str | None:
        """As what this person was in the room; None for whoever may not enter. A good-bye may come after her right."""
        if one.person in self.leaders:
            return self.leaders[one.person]
        since = self.doors.opens if one.event == "left" else one.at
        held = tuple(
            Scope(grant.role, grant.scope_kind, grant.scope)
            for grant in self.grants.get(one.person, ())
            if (grant.starts is None or grant.starts <= one.at) and (grant.until is None or grant.until > since)
        )
        actor, target = Actor(one.person, "", "", 0, held), rights.place_of(self.lesson, self.programme)
        if rights.may(actor, "enter", target):
            return rights.role_in(actor, target)
        return "learner" if one.person in self.expected else None


async def take(work: Work, provider: str, sightings: Sequence[Sighting]) -> Taken:
    """Write what a provider told, each sighting once for ever; what is told twice changes nothing.

    What comes after a lesson's end still counts; a register that is signed never changes by it.
    """
    kept_out: Counter[str] = Counter()
    by_lesson: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        by_lesson[one.lesson].append(one)
    places = await _places(work, provider, by_lesson)
    new = known = 0
    for lesson in sorted(by_lesson):
        fit = _fitting(places.get(lesson), by_lesson[lesson], work.now, kept_out)
        fresh = await _unknown(work, provider, fit)
        if fresh:
            await _write(work, places[lesson], provider, fresh)
        new, known = new + len(fresh), known + len(fit) - len(fresh)
    if new:
        await register.renew(work, sorted(places))
    ahead = max((one.at - work.now for one in sightings if one.at > work.now + CLOCKS), default=timedelta())
    return Taken(new, known, dict(kept_out), ahead)


def _fitting(
    place: Place | None, sightings: Sequence[Sighting], now: datetime, kept_out: Counter[str]
) -> list[tuple[Sighting, str]]:
    """Those that may stand in the ledger, each with the role of its person; the others are counted."""
    fit = []
    for one in sightings:
        role = place.role(one) if place is not None else None
        at = fitted(place.spans, one.event == "joined", min(one.at, now)) if place is not None else None
        if place is None:
            kept_out["not_its_lesson"] += 1
        elif one.at > now + CLOCKS:
            kept_out["from_the_future"] += 1
        elif at is None or not place.doors.opens - BEFORE <= one.at <= place.doors.closes + AFTER:
            kept_out["not_its_time"] += 1
        elif role is None:
            kept_out["may_not_enter"] += 1
        else:
            fit.append((replace(one, at=at, connection=_short(one.connection)), role))
    return sorted(fit, key=lambda pair: pair[0].at)


async def _unknown(
    look: Look, provider: str, fit: Sequence[tuple[Sighting, str]]
) -> dict[str, tuple[Sighting, str]]:  # fmt: skip
    """Those that are told for the first time, by their origin."""
    told: dict[str, tuple[Sighting, str]] = {}
    for one, role in fit:
        told.setdefault(f"{provider} {_short(one.key)}", (one, role))
    known = set(await look.all(select(Evidence.origin).where(Evidence.origin.in_(told)))) if told else set()
    return {origin: pair for origin, pair in told.items() if origin not in known}


async def _write(work: Work, place: Place, provider: str, fresh: Mapping[str, tuple[Sighting, str]]) -> None:
    lines = []
    touched = {}
    for origin, (one, role) in fresh.items():
        name = f"{provider}/{one.connection}" if one.connection else provider
        body = {"provider": name, "event": one.event, "at": rfc3339(one.at)} | ledger.role_of_line(role)
        lines.append(ledger.Said("provider", one.person, body, origin=origin))
        touched[one.person, one.connection] = role
        _hold(work, place, one, role)
    await ledger.enter(work, place.lesson.id, *lines)
    await roomstays.settle(work, place.lesson, provider, touched)


def _hold(work: Work, place: Place, one: Sighting, role: str) -> None:
    """Who leads and came straight into the room holds the lesson, as she does through our own page."""
    lesson = place.lesson
    leads = role in rights.LEADS and role != "coordinator" and one.event == "joined"
    if leads and lesson.opened is None and lesson.closed is None and one.at < lesson.ends:
        rooms.hold(work, lesson, one.person, max(one.at, lesson.starts))


async def _places(work: Work, provider: str, told: Mapping[str, Iterable[Sighting]]) -> dict[str, Place]:
    """Those of these lessons whose room the provider ever gave, locked: of two tellings one comes after the other."""
    ids = sorted(lesson for lesson in told if _ours(lesson))
    rows = await work.rows(
        select(Lesson, Programme)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Day, Day.id == Lesson.day)
        .where(Lesson.id.in_(ids), Lesson.status == "confirmed", Day.kind == "online")
        .order_by(Lesson.id)
        .with_for_update(of=Lesson, key_share=True)
    )
    spans = await served(work, provider, rows)
    found = [(lesson, programme) for lesson, programme in rows if lesson.id in spans]
    people = sorted({one.person for lesson, _ in found for one in told[lesson.id] if _ours(one.person)})
    grants: dict[str, list[Grant]] = defaultdict(list)
    for grant in await work.all(select(Grant).where(Grant.person.in_(people)).order_by(Grant.id)):
        grants[grant.person].append(grant)
    leaders = await work.all(select(Leader).where(Leader.lesson.in_([lesson.id for lesson, _ in found])))
    expected = await _expected(work, [lesson for lesson, _ in found])
    return {
        lesson.id: Place(
            lesson, Doors(doors(lesson, programme.rules, "teacher").opens, doors(lesson, programme.rules).closes),
            programme, {one.person: one.role for one in leaders if one.lesson == lesson.id}, expected[lesson.id],
            grants, spans[lesson.id],
        )
        for lesson, programme in found
    }  # fmt: skip


async def _expected(look: Look, lessons: Sequence[Lesson]) -> dict[str, set[str]]:
    found = await seated(look, [lesson for lesson in lessons if lesson.frozen is None])
    frozen = [lesson.id for lesson in lessons if lesson.frozen is not None]
    for row in await look.all(select(Expected).where(Expected.lesson.in_(frozen))):
        found.setdefault(row.lesson, set()).add(row.person)
    return {lesson.id: found.get(lesson.id, set()) for lesson in lessons}


def _ours(given: str) -> bool:
    """Whether it may be an id of ours at all: nothing else is asked of the database."""
    return given.isascii() and given.isalnum() and len(given) <= 64


def _short(given: str) -> str:
    """An id of theirs as it stands in the ledger."""
    if len(given) <= LONGEST and given.isprintable():
        return given
    return hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()
