"""Programmes: a blueprint laid upon real dates, kept with its phases, places, fields and days."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import false, or_, select

from calendars import chains, originals, rights, schooldays
from calendars.blueprints import entry, form
from calendars.blueprints.form import Blueprint, Kind, Series, Words
from calendars.blueprints.text import written
from calendars.clock import day_of, local
from calendars.errors import NotFound
from calendars.facts import ProgrammePlanned
from calendars.freedays import Break
from calendars.places import NewPlace, describe_place
from calendars.rights import Actor, Target
from calendars.schooldays import Meeting
from calendars.store import Look, Work, new_id
from calendars.tables import Break as BreakRow
from calendars.tables import (
    Day,
    Field,
    Group,
    Lesson,
    Organisation,
    Phase,
    Place,
    Programme,
    Seat,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProgramme:
    """What a coordinator says when she starts a programme; `places` stand for the blueprint's, by their ids."""

    blueprint: Blueprint
    start: date
    organisation: str
    country: str | None = None
    zone: str | None = None
    weekdays: tuple[str, ...] | None = None
    breaks: tuple[Break, ...] = ()
    provider: str | None = None
    """Who gives its rooms; None: whom the house asks first."""
    places: Mapping[str, NewPlace] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """One training day with its phase and its place."""

    id: str
    n: int
    date: date
    kind: str
    phase: str
    title: Words
    service: str
    place: Place | None
    starts: datetime
    ends: datetime
    cancelled: bool
    lessons: tuple[Meeting, ...]
    """When the blueprint wants lessons on this day; they are planned for each group by an act of their own."""
    topics: tuple[str, ...]
    extra: bool = False
    """Beyond the programme's end, for those who need longer."""


@dataclass(frozen=True, slots=True)
class Line:
    """The programme as a line of day tiles, and where on it today is."""

    programme: Programme
    days: list[PlannedDay]
    today: date
    n: int | None
    """The number of today's training day; None when today is none."""
    breaks: tuple[Break, ...] = ()
    """The programme's own, in order."""

    @property
    def counts(self) -> dict[str, int]:
        """How many days of each kind the cohort has."""
        return dict(Counter(day.kind for day in self.days if not (day.cancelled or day.extra)))

    @property
    def past(self) -> int:
        """How many of them lie behind."""
        return sum(day.date < self.today for day in self.days if not (day.cancelled or day.extra))


async def plan(work: Work, actor: Actor, new: NewProgramme) -> Programme:
    """Start a programme: its days, with local hours as instants, and everything that must not change later are kept."""
    rights.ask(actor, "plan", Target(new.organisation))
    if await work.get(Organisation, new.organisation) is None:
        raise NotFound()
    blueprint, rooms = new.blueprint, await chains.of_new(work, new.organisation, new.provider)
    laid = schooldays.plan(
        blueprint, new.start, country=new.country, weekdays=new.weekdays, breaks=new.breaks, zone=new.zone
    )
    programme = Programme(
        id=new_id(), organisation=new.organisation, blueprint=blueprint.name, version=blueprint.version,
        name=dict(blueprint.title), zone=laid.zone, country=laid.country, starts=laid.start, ends=laid.end,
        language=blueprint.teaching_language, provider=rooms[0], others=rooms[1:], rules=_rules(blueprint),
        holidays={day.isoformat(): name for day, name in laid.holidays.items()},
        topics={code: {"title": dict(one.title), "hours": one.hours} for code, one in blueprint.topics.items()},
        model=written(blueprint), weekdays=list(laid.weekdays), revision=1, status="confirmed", modified=work.now,
    )  # fmt: skip
    places = _places(new)
    phases = _phases(blueprint, programme.id)
    days = _days(laid, programme, phases, places)
    spans = [{"first": first, "last": last, "modified": work.now} for first, last in laid.breaks]
    breaks = [BreakRow(id=new_id(), programme=programme.id, **span) for span in spans]
    named = [*places.values(), *phases.values(), *_fields(blueprint, programme.id), *breaks]
    for rows in ([programme], named, days):  # in this order: each names rows of the one before
        work.add(*rows)
        await work.flush()
    work.tell(ProgrammePlanned(stream=programme.id, by=actor.person, days=len(days)))
    return programme


async def of(look: Look, actor: Actor) -> list[Programme]:
    """Every programme in which the actor has a part, the newest first; none that was taken away."""
    wide: dict[str, set[str]] = {}
    for scope in actor.scopes:
        if rights.MATRIX[scope.role] & rights.KNOWING:
            wide.setdefault(scope.kind, set()).add(scope.id)
    statement = select(Programme).where(Programme.status == "confirmed")
    statement = statement.order_by(Programme.starts.desc(), Programme.id)
    if "house" not in wide:
        groups = select(Group.programme).where(Group.id.in_(wide.get("group", ())))
        lessons = select(Lesson.programme).where(Lesson.id.in_(wide.get("lesson", ())))
        statement = statement.where(
            or_(
                false(), Programme.organisation.in_(wide.get("organisation", ())),
                Programme.id.in_(wide.get("programme", ())), Programme.id.in_(groups), Programme.id.in_(lessons),
            )
        )  # fmt: skip
    return list(await look.all(statement))


async def days(look: Look, actor: Actor, programme: str) -> list[PlannedDay]:
    """All training days of a programme, for whoever has a part in it."""
    return (await line(look, actor, programme)).days


async def line(look: Look, actor: Actor, programme: str) -> Line:
    """The programme as the line of its days, with today upon it; for a learner also before her seat begins."""
    found = await _part_or_seat(look, actor, programme)
    rows = await look.rows(
        select(Day, Phase, Place)
        .join(Phase, Phase.id == Day.phase)
        .outerjoin(Place, Place.id == Day.place)
        .where(Day.programme == programme)
        .order_by(Day.date, Day.n)
    )
    planned = [
        PlannedDay(
            day.id, day.n, day.date, day.kind, phase.code, phase.name, phase.service, place, day.starts, day.ends,
            day.status == "cancelled", _meetings(day, phase, found.zone), tuple(phase.topics), day.extra,
        )
        for day, phase, place in rows
    ]  # fmt: skip
    today = day_of(look.now, found.zone)
    here = next((day.n for day in planned if day.date == today and not day.cancelled), None)
    kept = (BreakRow.programme == programme, BreakRow.status == "confirmed")
    breaks = await look.all(select(BreakRow).where(*kept).order_by(BreakRow.first, BreakRow.last))
    return Line(found, planned, today, here, tuple((one.first, one.last) for one in breaks))


async def _part_or_seat(look: Look, actor: Actor, programme: str) -> Programme:
    try:
        return await rights.ask_part(look, actor, programme)
    except NotFound:
        hers = (Seat.person == actor.person) & (Seat.last_day >= Seat.first_day) & (Group.programme == programme)
        if not await look.one(select(Seat.id).join(Group, Group.id == Seat.group).where(hers).limit(1)):
            raise
        return (await rights.target_of_programme(look, programme))[0]


async def blueprint_of(look: Look, programme: str) -> Blueprint:
    """The whole blueprint from which a programme was planned, whatever became of the model since then."""
    found = await originals.blueprints_of(look, [programme])
    if programme not in found:
        raise NotFound()
    return found[programme]


async def fields(look: Look, actor: Actor, programme: str) -> list[Field]:
    """The vocational fields of a programme."""
    await rights.ask_part(look, actor, programme)
    return list(await look.all(select(Field).where(Field.programme == programme).order_by(Field.code)))


def _meetings(day: Day, phase: Phase, zone: str) -> tuple[Meeting, ...]:
    def at(written: str) -> datetime:
        return local(day.date, time.fromisoformat(written), zone)

    return tuple(Meeting(at(one["starts"]), at(one["ends"]), tuple(one["needs"])) for one in phase.lessons)


def _rules(blueprint: Blueprint) -> dict[str, object]:
    """What a later blueprint must not change: how lessons are counted, who may come in, how large a group is."""
    attendance, groups, personal = blueprint.attendance, blueprint.groups, blueprint.personal
    seats = [one.seats for one in blueprint.series.values() if one.seats is not None]
    return attendance.rules() | {
        "doors_before": attendance.doors_open_before,
        "doors_after": attendance.doors_close_after,
        "alert_after_days": list(attendance.alert_after_days),
        "report_every_days": attendance.report_every_days,
        "entry": entry.kept(blueprint),
        "groups": {"smallest": groups.smallest, "largest": min([groups.largest, *seats]), "by": list(groups.by)},
        "personal": {"shortest_days": personal.shortest_days, "longest_days": personal.longest_days},
    }


def _places(new: NewProgramme) -> dict[str, Place]:
    """The real places under the blueprint's ids."""
    rows = {}
    for code, known in new.blueprint.places.items():
        rows[code] = Place(id=new_id(), organisation=new.organisation)
        describe_place(rows[code], new.places.get(code) or NewPlace(name=known.name, address=known.address))
    return rows


def _phases(blueprint: Blueprint, programme: str) -> dict[str, Phase]:
    """The phases of the line, and each weekly series as a phase of its own."""
    parts: list[form.Phase | Series] = [*blueprint.phases.values(), *blueprint.series.values()]
    return {
        part.id: Phase(
            id=new_id(), programme=programme, position=position, code=part.id, name=dict(part.title),
            service=part.service, lessons=_daily(part), topics=list(part.topics),
        )
        for position, part in enumerate(parts)
    }  # fmt: skip


def _daily(part: form.Phase | Series) -> list[dict[str, object]]:
    """The lessons of each day of a phase; a meeting of a series is one lesson from its beginning to its end."""
    if isinstance(part, Series):
        needs = [part.leader_role] * part.leaders
        return [{"starts": f"{part.time.starts:%H:%M}", "ends": f"{part.time.ends:%H:%M}", "needs": needs}]
    return [
        {"starts": f"{one.time.starts:%H:%M}", "ends": f"{one.time.ends:%H:%M}", "needs": list(one.needs)}
        for one in part.lessons
    ]


def _fields(blueprint: Blueprint, programme: str) -> list[Field]:
    return [
        Field(id=new_id(), programme=programme, code=one.id, isced=one.isced, name=dict(one.title))
        for one in blueprint.fields.values()
    ]


def _days(
    laid: schooldays.Plan, programme: Programme, phases: Mapping[str, Phase], places: Mapping[str, Place]
) -> list[Day]:
    """The days of the line with the blueprint's numbers, then the meetings of its weekly series."""
    spans: list[tuple[str, date, Kind, str | None, datetime, datetime]] = [
        (one.phase, one.date, one.kind, one.place, one.starts, one.ends) for one in laid.days
    ]
    for series in laid.series:
        place = laid.blueprint.series[series.name].place
        spans += [
            (series.name, day_of(one.starts, laid.zone), series.kind, place, one.starts, one.ends)
            for one in series.meetings
        ]
    return [
        Day(
            id=new_id(), programme=programme.id, phase=phases[phase].id, n=n, date=on, kind=kind,
            place=places[place].id if place else None, starts=starts, ends=ends, revision=1, sequence=0,
            status="confirmed", modified=programme.modified,
        )
        for n, (phase, on, kind, place, starts, ends) in enumerate(spans, 1)
    ]  # fmt: skip
