"""A change of days becomes a proposal: every day, lesson and seat before and after, and what stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any, Final

from sqlalchemy import select

from calendars import rights
from calendars.appointments import quotas
from calendars.changes import publishing
from calendars.changes.records import RowChange, plain
from calendars.changes.standings import CANCELLED, CONFIRMED, Change, Standing, standings
from calendars.clock import day_of, local, same_hour
from calendars.days import clashing, talks
from calendars.days.clashing import TUTORING, Clash
from calendars.days.continuing import going_on
from calendars.days.course import Course, Spot, in_order, line_of, on_date
from calendars.days.enrolled import followed
from calendars.days.kept import ONE_DAY
from calendars.days.seats import Held, carried
from calendars.days.seats import Line as Row
from calendars.days.talks import DayTalk
from calendars.errors import Invalid
from calendars.facts import ChangesProposed
from calendars.freedays import holidays_of
from calendars.rights import Actor, Target
from calendars.schooldays import months_later
from calendars.store import Look, Work, new_id
from calendars.tables import Appointment, Enrolment, Group, Lesson, Proposal, Seat

COLUMNS: Final = ("n", "phase", "date", "kind", "place", "starts", "ends", "extra", "status")
LESSONS: Final = ("move", "give_up")
"""What becomes of the lessons of a day that moves."""
TAUGHT_ELSEWHERE: Final = "workplace"
"""The kind of day on which nobody is taught here."""
MOST_ROUNDS: Final = 60
"""So often days are laid behind a row: one weekday of five makes up 300 missing days in half as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the days should be: each by its id; those that the programme does not have yet are new."""

    what: str
    """What she asked for, as a code."""
    spots: Mapping[str, Spot]
    breaks: Sequence[RowChange] = ()
    by_hand: str = ""
    """The day that was moved to a date of its own."""
    lessons: str = "move"
    series: bool = False
    """Whether the lessons that run go on over the days that are added."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    clashes: Sequence[Clash] = ()


@dataclass(frozen=True, slots=True)
class Sitting:
    """The seats of a programme as they are and as they will be."""

    before: list[Held]
    after: list[Held]
    missing: int
    lines: tuple[Row, Row]
    """The days before and after."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What is held on the days that move: their lessons, and the talks that follow them or stay."""

    changes: list[Change]
    follow: list[DayTalk]
    stay: dict[str, Clash]
    clashes: list[Clash]


async def draft(work: Work, actor: Actor, course: Course, wish: Wish) -> Proposal:
    """Lay a change of days before whoever plans; nothing changes yet. Raises Invalid `nothing_changes`."""
    programme = course.programme
    rights.ask(actor, "plan", Target(programme.organisation, programme.id))
    if wish.lessons not in LESSONS:
        raise Invalid("bad_choice", field="lessons")
    spots = numbered(course, dict(wish.spots))
    if not in_order(list(spots.values())):
        raise Invalid("no_days_left")
    spots, sitting = await _with_all_of_theirs(work, course, spots, wish.by_hand)
    changed = {id: one for id, one in spots.items() if one != _known(course).get(id)}
    if not changed and not any(one.before is not None and one.before != one.after for one in wish.breaks):
        raise Invalid("nothing_changes")
    held = await _held(work, course, changed, wish.lessons, sitting)
    if wish.series:
        more = await going_on(work, course, spots, sitting.after, {one.lesson for one in held.changes})
        held = replace(held, changes=held.changes + more.changes, clashes=held.clashes + more.clashes)
    clashes = held.clashes + await _beside(work, actor, course, spots, changed, held)
    rows = [
        *await _programme(work, course, spots), *wish.breaks, *day_changes(course, changed),
        *await _seats(work, course, sitting, wish.by_hand), *(one.change() for one in held.follow),
    ]  # fmt: skip
    laid = sum(id not in wish.spots for id in spots)
    about = {
        "what": wish.what, **wish.facts, "laid": laid,
        "clashes": [one.written() for one in (*wish.clashes, *clashes)],
    }  # fmt: skip
    return await lay(work, actor, course, rows, held.changes, about)


async def _with_all_of_theirs(
    look: Look, course: Course, spots: dict[str, Spot], by_hand: str
) -> tuple[dict[str, Spot], Sitting]:
    """The days with those that are laid behind for whoever has a number of her own, and the seats upon them.

    Raises Invalid `no_days_left` where the row that is continued has none of her weekdays.
    """
    for _ in range(MOST_ROUNDS):  # of one who comes on certain weekdays only some of the new days are hers
        sitting = await _sitting(look, course, spots, by_hand)
        if not sitting.missing:
            return spots, sitting
        spots = numbered(course, spots | behind(course, spots, line_of(course), sitting.missing))
    raise Invalid("no_days_left")


async def lay(
    work: Work, actor: Actor, course: Course, rows: Sequence[RowChange], changes: Sequence[Change],
    about: Mapping[str, Any],
) -> Proposal:  # fmt: skip
    """Lay what was reckoned before whoever plans."""
    rights.ask(actor, "plan", Target(course.programme.organisation, course.programme.id))
    proposal = Proposal(
        id=new_id(), programme=course.programme.id, kind=publishing.DAYS, status="open", made=work.now,
        changes=[one.written() for one in changes], rows=[one.written() for one in rows], about=dict(about),
        made_by=actor.person or None,
    )  # fmt: skip
    work.add(proposal)
    work.tell(ChangesProposed(stream=course.programme.id, proposal=proposal.id, lessons=len(changes), by=actor.person))
    await work.flush()
    return proposal


def numbered(course: Course, spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """The numbers of each row of days in the order of its dates; new days come behind all numbers there are."""
    found = dict(spots)
    held = in_order(list(spots.values()))
    for strand in {course.strand(one) for one in held}:
        row = [one for one in held if course.strand(one) == strand]
        for n, one in zip(sorted(each.n for each in row), row, strict=True):
            found[one.id] = replace(one, n=n)
    return found


def behind(
    course: Course, spots: Mapping[str, Spot], strand: str, count: int, like: Spot | None = None
) -> dict[str, Spot]:
    """So many new days behind a row: those of one learner's own length, or like a day of the cohort's."""
    held = [one for one in in_order(list(spots.values())) if course.strand(one) == strand]
    pattern = like or held[-1]
    n = max([course.most, *(one.n for one in spots.values())])
    found: dict[str, Spot] = {}
    for on in course.calendar(strand).after(held[-1].date):
        if len(found) == count:
            break
        new = on_date(pattern, on, course.programme.zone)
        new = replace(new, id=new_id(), n=n + len(found) + 1, extra=like is None, status=CONFIRMED)
        found[new.id] = new
    return found


def _known(course: Course) -> dict[str, Spot]:
    return {one.id: one for one in course.spots}


def ends_of(spots: Mapping[str, Spot]) -> tuple[date, date]:
    """The first and the last day of the cohort."""
    dates = [one.date for one in in_order(list(spots.values())) if not one.extra]
    if not dates:
        raise Invalid("no_days_left")
    return min(dates), max(dates)


async def _sitting(look: Look, course: Course, spots: Mapping[str, Spot], by_hand: str) -> Sitting:
    """Every seat that has not ended, before and after."""
    programme = course.programme
    own = set(await look.all(
        select(Enrolment.person).where(Enrolment.programme == programme.id, Enrolment.days.is_not(None))
    ))  # fmt: skip
    rows: Sequence[Seat] = await look.all(
        select(Seat)
        .join(Group, Group.id == Seat.group)
        .where(Group.programme == programme.id, Seat.last_day >= Seat.first_day)
        .order_by(Seat.first_day, Seat.id)
    )
    hers: dict[str, list[Seat]] = {}
    for row in rows:
        hers.setdefault(row.person, []).append(row)
    before = Row(spots=course.spots, starts=programme.starts, ends=programme.ends)
    starts, ends = ends_of(spots)
    after = Row(spots=list(spots.values()), starts=starts, ends=ends)
    sitting = Sitting([], [], 0, (before, after))
    for person, seats in hers.items():
        held = [
            Held(
                id=one.id, person=person, first=one.first_day, last=one.last_day,
                own=person in own and one is seats[-1], weekdays=one.weekdays,
            )
            for one in seats
        ]  # fmt: skip
        then, missing = carried(held, before, after, by_hand, course.today)
        missing = max(sitting.missing, missing)
        sitting = Sitting([*sitting.before, *held], [*sitting.after, *then], missing, sitting.lines)
    return sitting


async def _seats(look: Look, course: Course, sitting: Sitting, by_hand: str) -> list[RowChange]:
    """The seats that change, and the days that stand with enrolments."""
    both = list(zip(sitting.before, sitting.after, strict=True))
    changed = [(one, then) for one, then in both if one != then]
    rows = [
        RowChange(
            "seat", one.id, {"first_day": plain(one.first), "last_day": plain(one.last)},
            {"first_day": plain(then.first), "last_day": plain(then.last)},
        )
        for one, then in changed
    ]  # fmt: skip
    enrolled = await look.all(select(Enrolment).where(Enrolment.programme == course.programme.id))
    return rows + followed(enrolled, both, sitting.lines, by_hand, course.today)


def day_changes(course: Course, changed: Mapping[str, Spot]) -> list[RowChange]:
    """The rows of these days by what of each changes; one that is not known yet is new."""
    known, found = _known(course), []
    for id, one in changed.items():
        was = known.get(id)
        names = [name for name in COLUMNS if was is None or getattr(was, name) != getattr(one, name)]
        before = {name: plain(getattr(was, name)) for name in names} if was else None
        found.append(RowChange("day", id, before, {name: plain(getattr(one, name)) for name in names}))
    return found


async def _programme(look: Look, course: Course, spots: Mapping[str, Spot]) -> list[RowChange]:
    """The first and last day, the holidays that were met behind the old end, and how long tutoring stays open."""
    programme = course.programme
    starts, ends = ends_of(spots)
    last = max(one.date for one in spots.values())
    met = holidays_of(programme.country, range(course.known_until.year, last.year + 1))
    new = {day.isoformat(): name for day, name in met.items() if course.known_until < day <= last}
    after = {
        "starts": starts, "ends": ends, "holidays": programme.holidays | new,
        "tutoring_until": await _tutoring_until(look, course, ends),
    }  # fmt: skip
    names = [name for name, value in after.items() if getattr(programme, name) != value]
    if not names:
        return []
    before = {name: plain(getattr(programme, name)) for name in names}
    return [RowChange("programme", programme.id, before, {name: plain(after[name]) for name in names})]


async def _tutoring_until(look: Look, course: Course, ends: date) -> date | None:
    """The window moves with the end; it stays open as long as somebody has booked within it."""
    programme = course.programme
    before = await quotas.quota_of(look, programme)
    if before is None:
        return programme.tutoring_until
    booked: Appointment | None = await look.one(
        select(Appointment)
        .where(Appointment.programme == programme.id, Appointment.kind.in_(TUTORING), Appointment.status == "confirmed")
        .where(Appointment.starts < local(before.window.until + ONE_DAY, time(), programme.zone))
        .order_by(Appointment.starts.desc())
    )
    last = day_of(booked.starts, programme.zone) if booked else date.min
    return last if last > months_later(ends, before.months) else None


async def _held(
    look: Look, course: Course, changed: Mapping[str, Spot], lessons: str, sitting: Sitting
) -> Moved:  # fmt: skip
    """The lessons and the talks of the days that move.

    A talk that stays may keep out what would have come to its hour, a lesson or another talk: so it is all asked
    again until no further one stays.
    """
    before, wanted = await _lessons(look, course, changed, lessons)
    seats = await talks.seated(look, sitting.after)
    follow, stay = await talks.of_days(look, course, changed), dict[str, Clash]()
    while True:
        leaving = [one.row.id for one in follow]
        settled, clashes = await clashing.settle(
            look, {id: one for id, one in wanted.items() if one.takes_place}, leaving
        )
        out = await talks.kept_out(look, course, follow, wanted | settled, seats)
        if not out:
            break
        stay |= out
        follow = [one for one in follow if one.row.id not in out]
    clashes += await clashing.not_at_work(look, course.programme.zone, settled)
    then = wanted | settled
    changes = [Change(id, before[id], one) for id, one in then.items() if before[id] != one]
    return Moved(changes, follow, stay, [*clashes, *stay.values()])


async def _lessons(
    look: Look, course: Course, changed: Mapping[str, Spot], lessons: str
) -> tuple[dict[str, Standing], dict[str, Standing]]:
    """The lessons of days that move or fall out, as they are, and at the same hour of the new date or given up."""
    known, zone = _known(course), course.programme.zone
    moved = {
        id: one for id, one in changed.items()
        if id in known and _leaves(known[id], one)
    }  # fmt: skip
    ids = await look.all(select(Lesson.id).where(Lesson.day.in_(moved), Lesson.status == "confirmed"))
    before = {id: standing for id, (_, standing) in (await standings(look, ids)).items()}
    wanted: dict[str, Standing] = {}
    for id, standing in before.items():
        spot = moved[standing.day]
        turned = known[standing.day].kind != spot.kind == TAUGHT_ELSEWHERE
        if spot.status == CANCELLED or turned or lessons == "give_up":
            wanted[id] = replace(standing, status=CANCELLED)
        else:
            delta = standing.ends - standing.starts
            starts = same_hour(spot.date, standing.starts, zone)
            ends = same_hour(spot.date + _over(standing, zone), standing.ends, zone)
            wanted[id] = replace(standing, starts=starts, ends=ends if ends > starts else starts + delta)
    return before, wanted


def _over(standing: Standing, zone: str) -> timedelta:
    """A lesson may end on the next day."""
    return day_of(standing.ends, zone) - day_of(standing.starts, zone)


async def _beside(
    work: Work, actor: Actor, course: Course, spots: Mapping[str, Spot], changed: Mapping[str, Spot],
    held: Moved,
) -> list[Clash]:  # fmt: skip
    """What else she should know: conflicts of the plan, talks that stay behind, tutoring booked too early."""
    found = await clashing.conflicting(work, actor, course, spots, held.changes)
    known = _known(course)
    left = [known[id] for id, one in changed.items() if id in known and _leaves(known[id], one)]
    named = {one.row.id for one in held.follow} | held.stay.keys()
    found += await clashing.left_behind(work, course, left, named)
    return found + await clashing.tutoring_before(work, course, ends_of(spots)[1])


def _leaves(was: Spot, one: Spot) -> bool:
    """Whether what is held on a day cannot stay: its date, or that it is held here at all, changes."""
    return (was.date, was.status) != (one.date, one.status) or was.kind != one.kind == TAUGHT_ELSEWHERE
