"""Rows beside the lessons that a proposal changes: days, breaks, seats, a programme's span; and back again."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Date, or_, select, update

from calendars import groups, rights
from calendars.changes.facts import DaysChanged
from calendars.clock import day_of, parse_instant
from calendars.errors import Conflict
from calendars.facts import LessonMoved
from calendars.rights import Actor, Target
from calendars.store import Instant, Work
from calendars.tables import Appointment, Break, Day, Enrolment, Lesson, Programme, Seat

Row = Day | Break | Seat | Enrolment | Programme | Appointment
TABLES: Final[Mapping[str, type[Row]]] = {
    "programme": Programme, "break": Break, "day": Day, "seat": Seat, "enrolment": Enrolment,
    "appointment": Appointment,
}  # fmt: skip
"""In the order in which they are locked and written."""
_SEEN: Final = frozenset({"date", "starts", "ends", "kind", "place", "status"})
"""What of a day a calendar shows."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after, by the columns that change, as plain JSON; a new one had no before."""

    kind: str
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any]

    def written(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"kind": self.kind, "id": self.id, "before": self.before, "after": self.after}

    def back(self) -> "RowChange":
        """The change that undoes this one: what was new is cancelled, never deleted."""
        if self.before is None:
            gone = {"status": "cancelled"} | ({"extra": True} if self.kind == "day" else {})  # it was never anybody's
            return RowChange(self.kind, self.id, self.after, self.after | gone)
        return RowChange(self.kind, self.id, self.after, self.before)


def row_change_of(written: Mapping[str, Any]) -> RowChange:
    """A change as it was written down."""
    return RowChange(written["kind"], written["id"], written["before"], written["after"])


def plain(value: Any) -> Any:
    """A value of a column as JSON keeps it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def valued(table: type[Row], name: str, value: Any) -> Any:
    """The value of a column as it was written down."""
    if not isinstance(value, str):
        return value
    column = table.__table__.columns[name].type
    if isinstance(column, Instant):
        return parse_instant(value)
    return date.fromisoformat(value) if isinstance(column, Date) else value


async def make(work: Work, actor: Actor, programme: Programme, changes: Sequence[RowChange]) -> None:
    """Write them all, for whoever plans. Raises Conflict `proposal_stale` where a row stands otherwise by now."""
    target = Target(programme.organisation, programme.id)
    rights.ask(actor, "plan", target)
    # not for its key: whoever books there meanwhile only asks whether the programme is still there
    await work.run(select(Programme.id).where(Programme.id == programme.id).with_for_update(key_share=True))
    rows = await _rows(work, changes)
    days = {one.id: one for one in changes if one.kind == "day"}
    await _check_none_begun(work, days)
    counts = await _counts(work, programme.id)
    await _free_numbers(work, changes, rows)
    for kind in TABLES:
        for one in changes:
            if one.kind == kind:
                _write(work, programme, one, rows.get(one.id))
        await work.flush()
    await _turn_lessons(work, actor, programme.id, days)
    await _move_grants(work, programme, [one for one in changes if one.kind == "seat"])
    programme.revision, programme.modified = programme.revision + 1, work.now
    work.tell(DaysChanged(stream=programme.id, counts=counts, by=actor.person))
    await work.flush()


async def check_on_their_days(work: Work, actor: Actor, programme: Programme, changes: Sequence[RowChange]) -> None:
    """Whether every lesson of a changed day lies on it. Raises Conflict `proposal_stale` with a lesson that does not.

    A lesson that was planned after the proposal was made is in none of its changes.
    """
    rights.ask(actor, "plan", Target(programme.organisation, programme.id))
    found = await work.rows(
        select(Lesson.id, Lesson.starts, Day.date, Day.status)
        .join(Day, Day.id == Lesson.day)
        .where(Day.id.in_([one.id for one in changes if one.kind == "day"]), Lesson.status == "confirmed")
        .order_by(Lesson.starts, Lesson.id)
    )
    stands = (Appointment.programme == programme.id, Appointment.status != "cancelled")
    if programme.status == "cancelled" and await work.one(select(Appointment.id).where(*stands).limit(1)):
        raise Conflict("proposal_stale")
    for lesson, starts, on, status in found:
        if status == "cancelled" or day_of(starts, programme.zone) != on:
            raise Conflict("proposal_stale", lesson=lesson)


async def _rows(work: Work, changes: Sequence[RowChange]) -> dict[str, Row]:
    """The rows as they stand, locked, each compared with how it stood when the proposal was made."""
    found: dict[str, Row] = {}
    for kind, table in TABLES.items():
        ids = [one.id for one in changes if one.kind == kind and one.before is not None]
        if not ids:
            continue
        chosen: Any = select(table).where(table.id.in_(ids)).order_by(table.id).with_for_update(key_share=True)
        for row in await work.all(chosen.execution_options(populate_existing=True)):
            found[row.id] = row
    for one in changes:
        if one.before is None:
            continue
        row = found.get(one.id)
        if row is None or any(plain(getattr(row, name)) != value for name, value in one.before.items()):
            raise Conflict("proposal_stale")
    return found


async def _check_none_begun(work: Work, days: Mapping[str, RowChange]) -> None:
    """Who is expected in a lesson was written down for the day as it is. Raises Conflict `lesson_begun`."""
    stands = [id for id, one in days.items() if one.before is not None and one.before.keys() & _SEEN]
    entered = or_(Lesson.opened.is_not(None), Lesson.closed.is_not(None), Lesson.frozen.is_not(None))
    begun = await work.one(
        select(Lesson.id).where(Lesson.day.in_(stands), Lesson.status == "confirmed", entered).order_by(Lesson.id)
    )
    if begun is not None:
        raise Conflict("lesson_begun", lesson=begun)


async def _free_numbers(work: Work, changes: Sequence[RowChange], rows: Mapping[str, Row]) -> None:
    """Two days that change their numbers must not have one for a moment."""
    for one in changes:
        row = rows.get(one.id)
        if isinstance(row, Day) and one.before is not None and "n" in one.before:
            row.n = -row.n
    await work.flush()


def _write(work: Work, programme: Programme, one: RowChange, row: Row | None) -> None:
    table = TABLES[one.kind]
    values = {name: valued(table, name, value) for name, value in one.after.items()}
    if row is None:
        if one.kind == "day":
            values |= {"revision": 1, "sequence": 0}
        work.add(table(id=one.id, programme=programme.id, modified=work.now, **values))
        return
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, Day | Appointment):
        row.revision += 1
        row.sequence += isinstance(row, Appointment) or bool(one.after.keys() & _SEEN)
    if not isinstance(row, Seat):
        row.modified = work.now


async def _turn_lessons(work: Work, actor: Actor, programme: str, days: Mapping[str, RowChange]) -> None:
    """A lesson whose day is another kind or elsewhere keeps its time, and calendars must notice where it is now."""
    turned = [id for id, one in days.items() if one.before is not None and one.after.keys() & {"kind", "place"}]
    there = (Lesson.day.in_(turned), Lesson.status == "confirmed")
    more = {"revision": Lesson.revision + 1, "sequence": Lesson.sequence + 1, "modified": work.now}
    found = await work.all(update(Lesson).where(*there).values(more).returning(Lesson.id))
    for lesson in sorted(found):
        work.tell(LessonMoved(stream=programme, lesson=lesson, by=actor.person))


async def _move_grants(work: Work, programme: Programme, seats: Sequence[RowChange]) -> None:
    """The right of a seat is as long as the seat; rosters that may be before somebody's eyes hear of it."""
    if not seats:
        return
    rows: Collection[Seat] = await work.all(select(Seat).where(Seat.id.in_([one.id for one in seats])))
    await groups.follow_seats(work, programme, rows)
    await groups.tell_rosters(work, {row.group for row in rows})


async def _counts(work: Work, programme: str) -> dict[str, int]:
    """How many days of each kind the cohort has: a report of an instant before the change says this for ever."""
    cohort = (Day.programme == programme, Day.status == "confirmed", Day.extra.is_(False))
    return dict(sorted(Counter(await work.all(select(Day.kind).where(*cohort))).items()))
