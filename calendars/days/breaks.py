"""A programme's own breaks: added while it runs, made shorter, taken away; the days ahead move over and back."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select

from calendars import rights
from calendars.changes.records import RowChange
from calendars.days.clashing import Clash
from calendars.days.course import Course, Spot, course_of, on_date
from calendars.days.drafting import Wish, draft
from calendars.days.kept import shifted
from calendars.errors import Conflict, Invalid, NotFound
from calendars.freedays import Break as Span
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Break, Proposal

LONGEST = 200


async def of(look: Look, actor: Actor, programme: str) -> list[Break]:
    """The breaks of a programme for whoever sees its plan, in order; those that were taken away are left out."""
    rights.ask(actor, "see_plan", (await rights.target_of_programme(look, programme))[1])
    kept = (Break.programme == programme, Break.status == "confirmed")
    return list(await look.all(select(Break).where(*kept).order_by(Break.first, Break.last, Break.id)))


async def add(
    work: Work, actor: Actor, programme: str, first: date, last: date, *, lessons: str = "move"
) -> Proposal:  # fmt: skip
    """Propose a break; both its ends are free. The days from then on come later, in their order.

    `lessons`: what becomes of those on days that move, move or give_up. Raises Invalid `break_backwards`,
    `break_too_long`, `past_already`, `nothing_changes`; Conflict `day_by_hand`.
    """
    course = await course_of(work, actor, programme)
    _check(first, last)
    if first <= course.today:
        raise Invalid("past_already", field="first")
    after = {"first": first.isoformat(), "last": last.isoformat(), "status": "confirmed"}
    row = RowChange("break", new_id(), None, after)
    spans = (*course.spans, (first, last))
    return await _propose(work, actor, course, "break_added", row, spans, lessons, (first, last))


async def change(
    work: Work, actor: Actor, programme: str, id: str, first: date, last: date, *, lessons: str = "move"
) -> Proposal:  # fmt: skip
    """Propose other days for a break that has not ended. One that has begun keeps its first day.

    Raises what `add` raises, and Conflict `break_begun`, `break_over`.
    """
    course = await course_of(work, actor, programme)
    _check(first, last)
    row = _row(course, id)
    if row.last < course.today:
        raise Conflict("break_over", field="last")
    if row.first <= course.today and first != row.first:
        raise Conflict("break_begun", field="first")
    if first != row.first and first <= course.today:
        raise Invalid("past_already", field="first")
    if last < course.today and last != row.last:
        raise Invalid("past_already", field="last")
    spans = tuple((one.first, one.last) for one in course.breaks if one.id != id)
    after = {"first": first.isoformat(), "last": last.isoformat()}
    record = RowChange("break", id, {"first": row.first.isoformat(), "last": row.last.isoformat()}, after)
    return await _propose(
        work, actor, course, "break_changed", record, (*spans, (first, last)), lessons, (first, last)
    )  # fmt: skip


async def take_away(work: Work, actor: Actor, programme: str, id: str, *, lessons: str = "move") -> Proposal:
    """Propose to do without a break that lies ahead; the days move back. Raises Conflict `break_begun`."""
    course = await course_of(work, actor, programme)
    row = _row(course, id)
    if row.first <= course.today:
        raise Conflict("break_begun", field="break")
    spans = tuple((one.first, one.last) for one in course.breaks if one.id != id)
    record = RowChange("break", id, {"status": "confirmed"}, {"status": "cancelled"})
    return await _propose(work, actor, course, "break_taken_away", record, spans, lessons, (row.first, row.last))


async def _propose(
    work: Work, actor: Actor, course: Course, what: str, row: RowChange, spans: Sequence[Span], lessons: str, span: Span
) -> Proposal:  # fmt: skip
    """The days ahead on the calendar with these breaks instead of those that there are."""
    spots, clashes = {one.id: one for one in course.spots}, []
    for strand in dict.fromkeys(course.strand(one) for one in course.spots):
        days = course.of_strand(strand)
        old, new = course.calendar(strand), course.calendar(strand, spans)
        ways = shifted([one.date for one in days], old, new, course.today)
        for one in days:
            if one.date in ways:
                spots[one.id] = on_date(one, ways[one.date], course.programme.zone)
            elif one.date > course.today and any(first <= one.date <= last for first, last in spans):
                raise Conflict("day_by_hand", field="first", n=one.n, date=one.date)
            elif one.date > course.today and one.date >= span[0]:
                clashes.append(Clash(code="stays_by_hand", facts={"n": one.n, "date": one.date.isoformat()}))
    _check_apart(course, spots.values())
    facts = {"first": span[0].isoformat(), "last": span[1].isoformat()}
    wish = Wish(what=what, spots=spots, breaks=[row], lessons=lessons, facts=facts, clashes=clashes)
    return await draft(work, actor, course, wish)


def _check_apart(course: Course, spots: Iterable[Spot]) -> None:
    """Two days of one row on one date: one of them was put there by hand. Raises Conflict `day_taken`."""
    seen: dict[tuple[str, date], Spot] = {}
    for one in spots:
        other = seen.setdefault((course.strand(one), one.date), one)
        if other is not one:
            raise Conflict("day_taken", field="first", n=other.n, date=one.date)


def _check(first: date, last: date) -> None:
    if last < first:
        raise Invalid("break_backwards", field="last")
    if (last - first).days >= LONGEST:
        raise Invalid("break_too_long", field="last", most=LONGEST)


def _row(course: Course, id: str) -> Break:
    for one in course.breaks:
        if one.id == id:
            return one
    raise NotFound()
