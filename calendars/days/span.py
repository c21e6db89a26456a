"""A programme goes on longer, or ends earlier than planned."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from calendars.days.course import course_of, line_of
from calendars.days.drafting import Wish, draft
from calendars.days.single import longer_by
from calendars.errors import Invalid
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Enrolment, Group, Proposal, Seat

MOST = 200


async def go_on(work: Work, actor: Actor, programme: str, days: int, *, series: bool = False) -> Proposal:
    """Propose so many more training days, each like the last one; with `series` the lessons that run go on over them.

    Raises Invalid `bad_days`.
    """
    course = await course_of(work, actor, programme)
    if not 1 <= days <= MOST:
        raise Invalid("bad_days", field="days", most=MOST)
    strand = line_of(course)
    like = [one for one in course.of_strand(strand) if not one.extra][-1]
    spots = longer_by(course, {one.id: one for one in course.spots}, strand, days, like)
    wish = Wish(what="continued", spots=spots, series=series, facts={"days": days})
    return await draft(work, actor, course, wish)


async def end_earlier(work: Work, actor: Actor, programme: str, last: date) -> Proposal:
    """Propose that nothing is held after `last`, but what those have whose own number of days reaches further.

    Raises Invalid `past_already`, `nothing_changes`, `no_days_left`.
    """
    course = await course_of(work, actor, programme)
    if last < course.today:
        raise Invalid("past_already", field="last")
    if not any(one.date <= last for one in course.cohort):
        raise Invalid("no_days_left", field="last")
    needed = await _needed(work, programme)
    spots = {one.id: one for one in course.spots}
    given_up = [one for one in course.cohort if one.date > last]
    for one in given_up:
        spots[one.id] = replace(one, extra=True) if one.date <= needed else replace(one, status="cancelled")
    facts = {"last": last.isoformat(), "days": len(given_up)}
    return await draft(work, actor, course, Wish(what="ended_earlier", spots=spots, facts=facts))


async def _needed(look: Look, programme: str) -> date:
    """How far the own days of those reach who have a number of their own."""
    last: date | None = await look.one(
        select(Seat.last_day)
        .join(Group, Group.id == Seat.group)
        .join(Enrolment, (Enrolment.programme == Group.programme) & (Enrolment.person == Seat.person))
        .where(Group.programme == programme, Enrolment.days.is_not(None), Seat.last_day >= Seat.first_day)
        .order_by(Seat.last_day.desc())
    )
    return last or date.min
