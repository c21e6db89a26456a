"""Talks that a model promises each learner on its contact days: what is booked stays, what is missing is placed.

A talk that is booked by hand counts as one of those promised in its part of the programme. It stands as it was booked,
and the later ones keep its counsellor.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlalchemy import select

from calendars import originals, weeks
from calendars.appointments.kinds import KINDS
from calendars.blueprints.form import Activity
from calendars.clock import day_of
from calendars.scheduling.wanted import NOTICE, SchoolDay, Standing, Wanted, resolved
from calendars.store import Look
from calendars.tables import Appointment, Group, Partner, Seat

COUNSELLOR: Final = "counsellor"
Promises = Mapping[tuple[str, str], Sequence[Activity]]
"""(programme, code of its phase) -> what each learner is promised there."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A talk that stands in the plan, and with whom it is."""

    row: Appointment
    partners: tuple[str, ...]


async def of_programmes(
    look: Look, zones: Mapping[str, str], days: Sequence[SchoolDay], fields: Mapping[str, str]
) -> list[Wanted]:
    """The talks of these programmes. `zones`: of each programme; `fields`: the code of each group's field, or ""."""
    promises = await _promises(look, list(zones))
    if not promises:
        return []
    here = [one for one in days if one.site is not None and (one.programme, one.phase) in promises]
    seats = await look.all(
        select(Seat)
        .join(Group, Group.id == Seat.group)
        .where(Group.programme.in_(zones), Seat.last_day >= Seat.first_day)
        .order_by(Seat.person, Seat.first_day, Seat.id)
    )
    booked = await _booked(look, zones)
    return [
        one
        for _, own in groupby(seats, key=lambda seat: seat.person)
        for one in _of_learner(list(own), here, promises, booked, fields, look.now)
    ]


async def _promises(look: Look, ids: Collection[str]) -> Promises:
    """What the models promise to each learner alone and that an appointment can hold."""
    found = {
        (programme, phase.id): [one for one in phase.activities if one.audience == "learner" and one.kind in KINDS]
        for programme, model in (await originals.blueprints_of(look, ids)).items()
        for phase in model.phases.values()
    }
    return {where: those for where, those in found.items() if those}


async def _booked(look: Look, zones: Mapping[str, str]) -> dict[tuple[str, str], list[Booked]]:
    """(learner, the ISO date of its day) -> her talks then; one to which she did not come is promised still."""
    rows = await look.rows(
        select(Appointment, Partner.person)
        .outerjoin(Partner, Partner.appointment == Appointment.id)
        .where(
            Appointment.programme.in_(zones), Appointment.learner.is_not(None), Appointment.status == "confirmed",
            Appointment.outcome != "no_show",
        )
        .order_by(Appointment.starts, Appointment.id, Partner.person)
    )  # fmt: skip
    found: dict[tuple[str, str], list[Booked]] = defaultdict(list)
    for row, those in groupby(rows, key=lambda pair: pair[0]):
        on = day_of(row.starts, zones[row.programme]).isoformat()
        found[str(row.learner), on].append(Booked(row, tuple(who for _, who in those if who)))
    return found


def _of_learner(
    seats: Sequence[Seat], days: Sequence[SchoolDay], promises: Promises,
    booked: Mapping[tuple[str, str], Sequence[Booked]], fields: Mapping[str, str], now: datetime,
) -> Iterator[Wanted]:  # fmt: skip
    """What one learner has and what she lacks, part by part of her programmes."""
    hers = [(day, seat.group) for day in days for seat in seats if seat.group in fields and weeks.sits(seat, day.date)]
    who = seats[0].person
    parts: dict[tuple[str, str], list[tuple[SchoolDay, str]]] = defaultdict(list)
    for day, group in hers:
        parts[day.programme, day.phase].append((day, group))
    for part, on in parts.items():
        for promise in promises[part]:
            stands = [
                _standing(who, promise, day, group, one, fields)
                for day, group in on
                for one in booked.get((who, day.date.isoformat()), ())
                if one.row.kind == promise.kind and one.row.programme == day.programme
            ]
            yield from stands
            ahead = [(day, group) for day, group in on if day.starts > now + NOTICE]
            yield from _missing(who, promise, ahead, range(len(stands), promise.times), fields)


def _standing(
    who: str, promise: Activity, day: SchoolDay, group: str, one: Booked, fields: Mapping[str, str]
) -> Wanted:  # fmt: skip
    row, needs = one.row, resolved(promise.needs, fields[group])
    return Wanted(
        id=row.id, programme=day.programme, group=group, needs=needs, learner=who, kind=row.kind,
        minutes=int((row.ends - row.starts).total_seconds()) // 60, windows=((day.id, (row.starts, row.ends)),),
        site=day.site if row.way == "on_site" else None, together=_together(who, needs), stays="whole",
        standing=Standing(
            id=row.id, group=group, day=day.id, starts=row.starts, ends=row.ends, needs=needs, leaders=one.partners,
            kept=True,
        ),
    )  # fmt: skip


def _missing(
    who: str, promise: Activity, ahead: Sequence[tuple[SchoolDay, str]], numbers: range, fields: Mapping[str, str]
) -> Iterator[Wanted]:
    """What is not booked yet, on the days ahead that she spends in the group of the last of them."""
    if not ahead:
        return
    group = ahead[-1][1]
    days = [day for day, of in ahead if of == group]
    needs = resolved(promise.needs, fields[group])
    for n in numbers:
        yield Wanted(
            id=f"{who}.{days[0].programme}.{days[0].phase}.{promise.kind}.{n}", programme=days[0].programme,
            group=group, needs=needs, minutes=promise.minutes, learner=who, kind=promise.kind, site=days[0].site,
            windows=tuple((day.id, (day.starts, day.ends)) for day in days), together=_together(who, needs),
        )  # fmt: skip


def _together(who: str, needs: tuple[str, ...]) -> str | None:
    """Her counsellor is one and the same all the way; whoever assesses her may be another each time."""
    return f"talks/{who}" if COUNSELLOR in needs else None
