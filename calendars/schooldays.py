"""Schooldays: a blueprint laid upon the calendar, from the first training day to the last minute of tutoring."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calendars.blueprints.form import Blueprint, Hours, Kind, Phase, Series, Service
from calendars.clock import day_of, local, zones_of
from calendars.errors import Invalid
from calendars.freedays import WEEKDAYS, WORKING_WEEK, Break, TrainingCalendar, holidays_of, years_in_doubt

_FIRST_YEAR, _LAST_YEAR = 1950, 2150


@dataclass(frozen=True, slots=True)
class Meeting:
    """One span of time for a lesson or a gathering; `needs` is what its teachers must be able to do."""

    starts: datetime
    ends: datetime
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingDay:
    """The n-th training day; `place` is the blueprint's id of a place."""

    n: int
    date: date
    phase: str
    service: Service
    kind: Kind
    place: str | None
    starts: datetime
    ends: datetime
    lessons: tuple[Meeting, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One step of the line as it fell: a phase measured in months ends with its last calendar day."""

    phase: str
    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True)
class WeeklySeries:
    """All meetings of one series."""

    name: str
    service: Service
    kind: Kind
    weekday: str
    meetings: tuple[Meeting, ...]


@dataclass(frozen=True, slots=True)
class TutoringWindow:
    """How many minutes each learner may use, on which days."""

    minutes_per_learner: int
    opens: date
    until: date


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that was decided for the coordinator and that she should know: a code and its facts."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """A blueprint with dates."""

    blueprint: Blueprint
    calendar: TrainingCalendar
    zone: str
    start: date
    end: date
    days: tuple[TrainingDay, ...]
    stretches: tuple[Stretch, ...]
    series: tuple[WeeklySeries, ...]
    holidays: dict[date, str]
    """The public holidays that would else have been days of this plan."""
    tutoring: TutoringWindow | None
    warnings: tuple[Caution, ...]

    @property
    def country(self) -> str:
        return self.calendar.country

    @property
    def weekdays(self) -> tuple[str, ...]:
        return tuple(self.calendar.weekdays)

    @property
    def breaks(self) -> tuple[Break, ...]:
        return tuple(self.calendar.breaks)

    @property
    def counts(self) -> dict[Kind, int]:
        """How many days of each kind; kinds without a day are left out."""
        return dict(Counter(day.kind for day in self.days))


def plan(
    blueprint: Blueprint,
    start: date,
    *,
    country: str | None = None,
    weekdays: Iterable[str] | None = None,
    breaks: Iterable[Break] = (),
    zone: str | None = None,
) -> Plan:
    """Lay a blueprint upon the calendar. A start on a free day moves to the next training day, with a warning.

    Country and zone are the blueprint's own unless named; another country brings its usual zone with it.
    Raises Invalid for a country, weekday, zone, break or start that cannot be used.
    """
    _start_in_reach(start)
    chosen = tuple(sorted(set(weekdays), key=_position)) if weekdays is not None else None
    calendar = TrainingCalendar(
        blueprint.country if country is None else country,
        WORKING_WEEK if chosen is None else chosen,
        tuple(sorted(breaks)),
    )
    zone, warnings = _zone(blueprint, calendar.country, zone)
    days, stretches = _days(blueprint, calendar, start, zone)
    series = tuple(_series(one, calendar, start, zone, chosen, warnings) for one in blueprint.series.values())
    dates = [day.date for day in days] + [day_of(one.starts, zone) for each in series for one in each.meetings]
    first, last = min(dates), max(dates)
    return Plan(
        blueprint=blueprint,
        calendar=calendar,
        zone=zone,
        start=first,
        end=last,
        days=days,
        stretches=stretches,
        series=series,
        holidays=_holidays(blueprint, calendar, series, start, last),
        tutoring=_tutoring(blueprint, last),
        warnings=(*_moved(start, first), *warnings, *_doubts(calendar.country, start, last)),
    )


def months_later(day: date, months: int) -> date:
    """The same day number so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _start_in_reach(start: date) -> None:
    if not _FIRST_YEAR <= start.year <= _LAST_YEAR:
        raise Invalid("start_out_of_range", field="start", start=start, first=_FIRST_YEAR, last=_LAST_YEAR)


def _moved(asked: date, start: date) -> list[Caution]:
    return [Caution("start_moved", {"asked": asked, "start": start})] if start != asked else []


def _doubts(country: str, first: date, last: date) -> list[Caution]:
    years = years_in_doubt(country, range(first.year, last.year + 1))
    return [Caution("holidays_in_doubt", {"country": country, "years": years})] if years else []


def _position(weekday: str) -> int:
    if weekday not in WEEKDAYS:
        raise Invalid("unknown_weekday", field="weekdays", given=weekday)
    return WEEKDAYS.index(weekday)


def _zone(blueprint: Blueprint, country: str, asked: str | None) -> tuple[str, list[Caution]]:
    if asked is not None:
        try:
            return ZoneInfo(asked).key, []
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Invalid("unknown_zone", field="zone", given=asked) from None
    zones = zones_of(country)
    if country == blueprint.country or blueprint.zone in zones or not zones:
        return blueprint.zone, []
    return zones[0], [Caution("zone_chosen", {"zone": zones[0], "of": len(zones)})] if len(zones) > 1 else []


def _days(
    blueprint: Blueprint, calendar: TrainingCalendar, start: date, zone: str
) -> tuple[tuple[TrainingDay, ...], tuple[Stretch, ...]]:
    days: list[TrainingDay] = []
    stretches: list[Stretch] = []
    for step in blueprint.line:
        if step.months is not None:
            first = calendar.first(start)
            start = months_later(first, step.months)
            dates = [day for day in _every_day(first, start) if calendar.is_training(day)]
        else:
            dates = list(islice(calendar.days(start), step.days))
            start = dates[-1] + timedelta(days=1)
        phase = blueprint.phases[step.phase]
        days += [_day(number, day, phase, zone) for number, day in enumerate(dates, len(days) + 1)]
        stretches.append(Stretch(step.phase, dates[0], start - timedelta(days=1), len(dates)))
    return tuple(days), tuple(stretches)


def _every_day(first: date, after: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((after - first).days))


def _day(number: int, day: date, phase: Phase, zone: str) -> TrainingDay:
    whole = _meeting(day, phase.hours, zone)
    lessons = tuple(_meeting(day, lesson.time, zone, lesson.needs) for lesson in phase.lessons)
    return TrainingDay(number, day, phase.id, phase.service, phase.kind, phase.place, whole.starts, whole.ends, lessons)


def _meeting(day: date, hours: Hours, zone: str, needs: tuple[str, ...] = ()) -> Meeting:
    """From one time of the clock to another; one that begins in an hour which clocks skip is later and as long."""
    starts, ends = local(day, hours.starts, zone), local(day, hours.ends, zone)
    return Meeting(starts, ends if ends > starts else starts + timedelta(minutes=hours.minutes), needs)


def _series(
    series: Series,
    calendar: TrainingCalendar,
    start: date,
    zone: str,
    chosen: Sequence[str] | None,
    warnings: list[Caution],
) -> WeeklySeries:
    weekday = series.weekday or WEEKDAYS[start.weekday()]
    if chosen and weekday not in chosen:
        warnings.append(Caution("series_moved", {"series": series.id, "from": weekday, "to": chosen[0]}))
        weekday = chosen[0]
    own = TrainingCalendar(calendar.country, (weekday,), calendar.breaks)
    dates = list(islice(own.days(start), series.times))
    for day in _every_day(start, dates[-1]):
        if own.on_weekday(day) and not own.is_training(day):
            warnings.append(Caution("meeting_skipped", {"series": series.id, "date": day, "holiday": own.holiday(day)}))
    needs = (series.leader_role,) * series.leaders
    return WeeklySeries(
        series.id,
        series.service,
        series.kind,
        weekday,
        tuple(_meeting(day, series.time, zone, needs) for day in dates),
    )


def _holidays(
    blueprint: Blueprint, calendar: TrainingCalendar, series: Sequence[WeeklySeries], first: date, last: date
) -> dict[date, str]:
    meant = set(calendar.weekdays) if blueprint.line else set()
    meant |= {one.weekday for one in series}
    named = holidays_of(calendar.country, range(first.year, last.year + 1))
    return {
        day: name for day, name in sorted(named.items()) if first <= day <= last and WEEKDAYS[day.weekday()] in meant
    }


def _tutoring(blueprint: Blueprint, end: date) -> TutoringWindow | None:
    quota = blueprint.tutoring
    if quota is None:
        return None
    return TutoringWindow(quota.minutes_per_learner, end + timedelta(days=1), months_later(end, quota.months))
