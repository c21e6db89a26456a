"""Part-time weeks: a learner comes on some weekdays only, from a day on; what was before stays as it was lived."""

from collections.abc import Collection
from datetime import date

from calendars import groups, rights, weeks
from calendars.clock import day_of
from calendars.errors import Invalid, NotFound
from calendars.freedays import WEEKDAYS
from calendars.people import enrolments, lengths
from calendars.rights import Actor
from calendars.store import Work
from calendars.tables import Seat


async def come_on(
    work: Work, actor: Actor, seat: str, weekdays: Collection[str], first_day: date | None = None
) -> Seat:
    """Let a learner come on these weekdays (`mon` to `sun`) from a day on (today), until her seat ends.

    Her later seats here begin with them too. Whoever has a number of days of her own keeps it, so that her last day
    comes later or earlier. Raises Invalid `no_weekdays`, `bad_choice`, `past_already`, `ends_already`,
    `nothing_changes`, and what `lengths.set_length` raises.
    """
    row = await work.get(Seat, seat)
    if row is None:
        raise NotFound()
    _, programme, target = await rights.target_of_group(work, row.group)
    rights.ask(actor, "plan", target)
    chosen, today = weeks.kept(weekdays), day_of(work.now, programme.zone)
    first = first_day or max(today, row.first_day)
    if first < today:
        raise Invalid("past_already", field="first_day")
    held_on = set(programme.weekdays or WEEKDAYS[:5])
    if not held_on & set(weekdays):
        raise Invalid("no_weekdays", field="weekdays")
    if held_on <= set(weekdays):  # a day that is moved to a Saturday is hers as everybody's
        chosen = weeks.WHOLE_WEEK
    if chosen == row.weekdays:
        raise Invalid("nothing_changes", field="weekdays")
    held = await groups.come_on(work, actor, seat, chosen, max(first, row.first_day))
    enrolment = await enrolments.enrolled(work, actor, programme.id, row.person, "accepted")
    enrolment.weekdays, enrolment.modified = chosen, work.now
    await work.flush()
    await lengths.fit(work, actor, programme.id, row.person)
    return held
