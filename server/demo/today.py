"""When the training house lives: which day of its model today is, at what hour it opens, which lessons it has today."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from calendars.blueprints.form import Blueprint, Kind, Series
from calendars.errors import Invalid
from calendars.freedays import WORKING_WEEK, TrainingCalendar
from calendars.schooldays import Meeting

FIRST_HOUR, LAST_HOUR = 7, 18
SHIFTED_TO = time(10, 5)
USUAL = 3  # the meeting that today is, of a weekly series
SETTLED = 10  # the training day that today is, at most, where every day is taught on site
BEGUN = timedelta(minutes=5)
LEFT = timedelta(minutes=30)  # of a lesson that shall be looked at


def house_time(now: datetime, blueprint: Blueprint) -> datetime:
    """The instant at which the house starts: now if there can be a lesson, else the next time when there can."""
    here = now.astimezone(ZoneInfo(blueprint.zone))
    if not blueprint.line:
        return _meeting_time(here, _evening(blueprint), _calendar(blueprint)).astimezone(now.tzinfo)
    calendar = _calendar(blueprint)
    if FIRST_HOUR <= here.hour < LAST_HOUR and calendar.is_training(here.date()):
        return now
    day = calendar.first(here.date() if here.hour < FIRST_HOUR else here.date() + timedelta(days=1))
    return datetime.combine(day, SHIFTED_TO, here.tzinfo).astimezone(now.tzinfo)


def start_day(blueprint: Blueprint, today: date) -> date:
    """The first day of a programme of which today is the day to show."""
    return _calendar(blueprint).back(today, number_of_today(blueprint))


def number_of_today(blueprint: Blueprint) -> int:
    """Which training day today is: online before a contact day; where all are taught on site, the second week's end.

    Of a weekly series it is the third meeting. Raises Invalid `demo_needs_days` for a model without a day to show.
    """
    if not blueprint.line:
        return min(USUAL, _evening(blueprint).times)
    kinds: list[Kind] = []
    for part in blueprint.line:
        if part.days is None:  # months: how many days they have depends on the year
            kinds.append(blueprint.phases[part.phase].kind)
            break
        kinds += [blueprint.phases[part.phase].kind] * part.days
    for n, turn in enumerate(pairwise(kinds), start=1):
        if turn == ("online", "contact"):
            return n
    taught = kinds.index("contact") + 1 if "contact" in kinds else 1
    return max(taught, min(SETTLED, kinds.count("contact") - 1))


def hours(usual: Sequence[Meeting], is_today: bool, now: datetime, *, movable: bool) -> list[tuple[datetime, datetime]]:
    """The hours of a day's lessons; today's are laid so that one is on now and another comes later."""
    found = [(one.starts, one.ends) for one in usual]
    if not is_today or not found or not movable:
        return found
    if found[0][0] + timedelta(minutes=2) <= now < found[0][1] - LEFT:
        return found
    begun = now.replace(second=0, microsecond=0) - timedelta(minutes=5 + now.minute % 5)
    later = begun + timedelta(minutes=120)
    return [(begun, begun + timedelta(minutes=90)), (later, later + timedelta(minutes=90))]


def _meeting_time(here: datetime, series: Series, calendar: TrainingCalendar) -> datetime:
    """Five minutes into the next meeting of a series, or now if one is on and lasts a while yet."""
    for day in calendar.days(here.date()):
        starts, ends = (datetime.combine(day, at, here.tzinfo) for at in (series.time.starts, series.time.ends))
        if starts + timedelta(minutes=2) <= here < ends - LEFT:
            return here
        if here < starts + timedelta(minutes=2):
            return starts + BEGUN
    raise Invalid("no_training_days")


def _evening(blueprint: Blueprint) -> Series:
    try:
        return next(iter(blueprint.series.values()))
    except StopIteration:
        raise Invalid("demo_needs_days", blueprint=blueprint.name) from None


def _calendar(blueprint: Blueprint) -> TrainingCalendar:
    """The days on which something of the model can be."""
    if blueprint.line:
        return TrainingCalendar(blueprint.country, WORKING_WEEK)
    return TrainingCalendar(blueprint.country, (_evening(blueprint).weekday or WORKING_WEEK[1],))
