"""The first and last days that stand with enrolments follow the days as seats do, also where there is no seat yet."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from calendars.changes.records import RowChange, plain
from calendars.days.seats import Held, Line, carried
from calendars.people.enrolments import IN
from calendars.tables import Enrolment

NAMES: Final = ("first_day", "last_day")


def followed(
    enrolled: Iterable[Enrolment], seats: Sequence[tuple[Held, Held]], lines: tuple[Line, Line], by_hand: str,
    today: date,
) -> list[RowChange]:  # fmt: skip
    """The enrolments that change. `seats`: each before and after; `lines`: the days before and after.

    Whoever sits, now or later, goes with her seat. Whoever waits, has no group yet or pauses goes as a seat of hers
    would; None stands for the programme's own day and needs no change.
    """
    sit = {before.person for before, _ in seats if before.last >= today}
    last = {(before.person, before.last): after.last for before, after in seats}
    found = []
    for row in sorted(enrolled, key=lambda one: one.id):
        was = {name: getattr(row, name) for name in NAMES}
        until = last.get((row.person, row.last_day), row.last_day) if row.last_day else None
        then = was | {"last_day": until}
        if row.person not in sit and row.status in IN:
            then = _as_a_seat(row, lines, by_hand, today)
        names = [name for name in NAMES if was[name] is not None and was[name] != then[name]]
        if names:
            sides = [{name: plain(side[name]) for name in names} for side in (was, then)]
            found.append(RowChange("enrolment", row.id, *sides))
    return found


def _as_a_seat(row: Enrolment, lines: tuple[Line, Line], by_hand: str, today: date) -> dict[str, date | None]:
    before, after = lines
    held = Held(
        id=row.id, person=row.person, first=row.first_day or before.starts, last=row.last_day or before.ends,
        weekdays=row.weekdays,
    )  # fmt: skip
    (then,), _ = carried([held], before, after, by_hand, today)
    return {"first_day": then.first, "last_day": then.last}
