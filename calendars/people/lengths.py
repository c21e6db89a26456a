"""How long one learner's own plan is: shorter by what she can already, longer where she needs more time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select

from calendars import groups, rights, weeks
from calendars.clock import day_of, same_hour
from calendars.errors import Conflict, Invalid, NotFound
from calendars.freedays import WEEKDAYS, TrainingCalendar, holidays_of
from calendars.names import clean_name, clean_text
from calendars.people import enrolments
from calendars.people.facts import Extended, LengthSet
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Break, Day, Enrolment, Group, Phase, Programme, Seat

LONGEST = 400
MOST_UNITS = 20


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that she can already, recognised, and how many training days it is worth."""

    unit: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLength:
    """Her own length: so many days (None: as many as the programme), less what is recognised, and why.

    `phase`: the code of the phase whose like her days beyond the programme's end are; empty: the last one.
    """

    days: int | None = None
    units: Sequence[Unit] = ()
    grounds: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Length:
    """Somebody's own plan: its days, and why it is as long as it is."""

    days: tuple[date, ...]
    programme_days: int
    today: date
    units: tuple[Unit, ...]
    grounds: str

    @property
    def past(self) -> int:
        """How many of her days lie behind."""
        return sum(one < self.today for one in self.days)

    @property
    def own(self) -> bool:
        """Whether it differs from the programme's."""
        return len(self.days) != self.programme_days or bool(self.units)


async def of(look: Look, actor: Actor, programme: str, person: str) -> Length:
    """The own days of somebody in a programme, by her seats; for herself and for whoever plans or counsels her."""
    if actor.person == person:
        rights.ask(actor, "see_own", Target(person=person))
    else:
        await rights.ask_about(look, actor, "counsel", person, past=True)
    found, _ = await rights.target_of_programme(look, programme)
    days, seats = await _line(look, programme), await _seats(look, programme, person)
    row = await look.one(select(Enrolment).where(Enrolment.programme == programme, Enrolment.person == person))
    hers = tuple(one.date for one in days if any(weeks.sits(seat, one.date) for seat in seats))
    return Length(
        hers, _cohort(days), day_of(look.now, found.zone),
        tuple(Unit(one["unit"], one["days"]) for one in (row.recognised if row else [])), row.grounds if row else "",
    )  # fmt: skip


async def set_length(work: Work, actor: Actor, programme: str, person: str, new: NewLength) -> date:
    """Give somebody her own length; her last seat ends on the last of these days. Returns that day.

    Where the programme's line ends before it, days are laid behind it that only those have who sit then. Raises
    Invalid `reason_missing`, `too_few_days`, `too_many_days`, `ends_already`; Conflict `no_seat`.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    row = await enrolments.enrolled(work, actor, programme, person, "accepted")
    seats = await _seats(work, programme, person)
    if not seats:
        raise Conflict("no_seat", field="days")
    await work.run(select(Programme.id).where(Programme.id == programme).with_for_update(key_share=True))
    days = await _line(work, programme)
    units, total = _checked(found, new, _cohort(days))
    newest, earlier = seats[-1], seats[:-1]
    done = sum(any(weeks.sits(seat, one.date) for seat in earlier) for one in days)
    ahead = [one.date for one in days if one.date >= newest.first_day and weeks.on_weekday(newest.weekdays, one.date)]
    needed = total - done
    if needed < 1:
        raise Invalid("ends_already", field="days")
    if needed > sum(one <= _end(days) for one in ahead):
        ahead = await _extend(work, actor, found, days, new.phase, ahead, needed, newest)
    await _end_on(work, actor, newest, ahead[needed - 1], day_of(work.now, found.zone))
    as_all = total == _cohort(days) and newest.weekdays == weeks.WHOLE_WEEK
    row.days = None if as_all else total
    row.last_day, row.recognised, row.modified = ahead[needed - 1], units, work.now
    row.grounds = clean_text(new.grounds) or row.grounds
    work.tell(
        LengthSet(stream=programme, person=person, days=total, recognised=len(units), by=actor.person)
    )  # fmt: skip
    await work.flush()
    return ahead[needed - 1]


async def fit(work: Work, actor: Actor, programme: str, person: str) -> date | None:
    """Let the last seat of whoever has a number of days of her own end on the last of them, however she comes now.

    Returns that day; None for whoever stays as long as the programme. Raises what `set_length` raises.
    """
    row = await enrolments.enrolled(work, actor, programme, person, "accepted")
    if row.days is None:
        return None
    found, _ = await rights.target_of_programme(work, programme)
    units = [Unit(one["unit"], one["days"]) for one in row.recognised]
    whole = row.days + sum(one.days for one in units)
    last = await set_length(work, actor, found.id, person, NewLength(days=whole, units=units, grounds=row.grounds))
    return last


def _checked(programme: Programme, new: NewLength, cohort: int) -> tuple[list[dict[str, Any]], int]:
    """The recognised units as they are kept, and how many days it makes in all."""
    if len(new.units) > MOST_UNITS:
        raise Invalid("too_many", field="units", most=MOST_UNITS)
    if any(not 1 <= one.days <= LONGEST for one in new.units):
        raise Invalid("bad_number", field="units")
    units = [{"unit": clean_name(one.unit, "units"), "days": one.days} for one in new.units]
    total = (new.days if new.days is not None else cohort) - sum(one.days for one in new.units)
    said = programme.rules.get("personal", {})
    shortest, longest = said.get("shortest_days") or 1, said.get("longest_days") or LONGEST
    if total < shortest:
        raise Invalid("too_few_days", field="days", least=shortest)
    if total > longest:
        raise Invalid("too_many_days", field="days", most=longest)
    words = clean_text(new.grounds)
    if total != cohort and not words and not units:
        raise Invalid("reason_missing", field="grounds")
    if len(words) > enrolments.MOST_GROUNDS:
        raise Invalid("too_long", field="grounds", most=enrolments.MOST_GROUNDS)
    return units, total


async def _end_on(work: Work, actor: Actor, seat: Seat, last: date, today: date) -> None:
    if last < today:
        raise Invalid("ends_already", field="days")
    if last < seat.last_day:
        await groups.unseat(work, actor, seat.id, "finished", last)
    elif last > seat.last_day:
        await groups.prolong(work, actor, seat.id, last)


async def _extend(
    work: Work, actor: Actor, programme: Programme, days: Sequence[Day], phase: str, ahead: Sequence[date],
    needed: int, seat: Seat,
) -> list[date]:  # fmt: skip
    """Her days until the last one that is needed: those that lie ahead, and where they are too few, more of hers.

    These are like the last one of a phase, over the country's holidays of then. Of the days behind the cohort's end
    some may be there for others who come on other weekdays.
    """
    codes = {one.code: one.id for one in await work.all(select(Phase).where(Phase.programme == programme.id))}
    if phase and phase not in codes:
        raise Invalid("bad_choice", field="phase")
    like = [one for one in days if not phase or one.phase == codes[phase]]
    if not like:
        raise NotFound()
    usual = {WEEKDAYS[one.date.weekday()] for one in (like if phase else days)}
    if not phase or len(usual) > 1:  # a phase of three days knows not all of the week, and a day may be moved by hand
        all_of_it = {WEEKDAYS[one.date.weekday()] for one in days}
        usual = (all_of_it & set(programme.weekdays)) or all_of_it
    usual &= set(weeks.named(seat.weekdays) or WEEKDAYS)
    if not usual:
        raise Invalid("no_weekdays", field="days")
    after = _end(days) + timedelta(days=1)
    kept = (Break.programme == programme.id, Break.status == "confirmed")
    breaks = [(first, last) for first, last in await work.rows(select(Break.first, Break.last).where(*kept))]
    gone = select(Day.n, Day.date).where(Day.programme == programme.id, Day.status == "cancelled")
    out = await work.rows(gone)  # they keep their numbers, and their dates unless they lie behind all that is held
    taken = {one.date for one in days} | {on for _, on in out if on < days[-1].date}
    calendar = TrainingCalendar(programme.country, sorted(usual), breaks).days(max(after, seat.first_day))
    missing = islice((one for one in calendar if one not in taken), needed)
    hers = sorted({*ahead, *missing})[:needed]
    dates = [one for one in hers if one not in ahead]
    if not dates:
        return hers
    most = max([*(one.n for one in days), *(n for n, _ in out)])
    work.add(*(_like(like[-1], n, on, programme, work) for n, on in enumerate(dates, most + 1)))
    met = holidays_of(programme.country, range(after.year, dates[-1].year + 1))
    programme.holidays = programme.holidays | {
        day.isoformat(): name for day, name in met.items() if after <= day <= dates[-1]
    }
    programme.revision, programme.modified = programme.revision + 1, work.now
    work.tell(Extended(stream=programme.id, days=len(dates), by=actor.person))
    await work.flush()
    return hers


def _end(days: Sequence[Day]) -> date:
    """The last day of the cohort, or of all days where it has none."""
    return max([one.date for one in days if not one.extra] or [one.date for one in days])


def _like(pattern: Day, n: int, on: date, programme: Programme, work: Work) -> Day:
    starts, ends = (same_hour(on, at, programme.zone) for at in (pattern.starts, pattern.ends))
    return Day(
        id=new_id(), programme=programme.id, phase=pattern.phase, n=n, date=on, kind=pattern.kind, extra=True,
        place=pattern.place, starts=starts, ends=ends, revision=1, sequence=0, status="confirmed", modified=work.now,
    )  # fmt: skip


def _cohort(days: Sequence[Day]) -> int:
    return sum(not one.extra for one in days)


async def _line(look: Look, programme: str) -> list[Day]:
    rows = select(Day).where(Day.programme == programme, Day.status != "cancelled")
    return list(await look.all(rows.order_by(Day.date, Day.n)))


async def _seats(look: Look, programme: str, person: str) -> list[Seat]:
    hers = select(Seat).join(Group, Group.id == Seat.group).where(Group.programme == programme, Seat.person == person)
    return list(await look.all(hers.where(Seat.last_day >= Seat.first_day).order_by(Seat.first_day, Seat.id)))
