"""Which lessons a plan wants: those of each day for each group, matched with what stands already."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from calendars.scheduling.slots import Span
from calendars.schooldays import Meeting

Mode = Literal["missing", "anew"]
"""missing: what is planned stays, what is not yet is placed · anew: whatever may still move, may move."""
NOTICE = timedelta(hours=24)
"""A lesson that begins within so long stays where it is: people have arranged their day."""
SOON = timedelta(minutes=30)
"""A new lesson begins at the earliest so long from now."""
MEAL = timedelta(minutes=30)
OWN_TIME = timedelta(hours=1)
"""A day that leaves so much beside its lessons and pauses needs no talks while people eat."""
ANYBODY = "teacher"
"""What each who teaches can do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolDay:
    """A training day as the timetable needs it; `site` is where its lessons are, None for those at home."""

    id: str
    programme: str
    date: date
    phase: str = ""
    """Its code: what the model promises there belongs to it."""
    starts: datetime
    ends: datetime
    site: str | None = None
    lessons: tuple[Meeting, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A lesson or a booked talk that is planned; `leaders` are people, `kept` if it must not move whatever is asked."""

    id: str
    group: str
    day: str
    starts: datetime
    ends: datetime
    needs: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    topic: str = ""
    kept: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One lesson that the timetable is to hold, or the talk of one learner."""

    id: str
    """The lesson's own where it is planned already, else one that is the same each time it is asked for."""
    programme: str
    group: str
    needs: tuple[str, ...]
    minutes: int
    windows: tuple[tuple[str, Span], ...]
    """The days on which it may be (their ids), each with the hours within which."""
    site: str | None = None
    series: str | None = None
    topic: str = ""
    learner: str | None = None
    kind: str = ""
    """Of a talk: what kind of appointment it becomes."""
    together: str | None = None
    """Talks with the same word have the same staff; `series` only wishes it."""
    standing: Standing | None = None
    stays: Literal["", "time", "whole"] = ""
    """time: its hours are settled, who leads it is not · whole: nothing of it may change."""


def of_group(
    group: str, field: str, days: Sequence[SchoolDay], standing: Iterable[Standing], now: datetime, mode: Mode
) -> list[Wanted]:
    """What one group needs on these days; `field` is the code of its field, empty where it has none."""
    on: dict[str, list[Standing]] = {}
    for lesson in standing:
        on.setdefault(lesson.day, []).append(lesson)
    turns: Counter[tuple[str, ...]] = Counter()
    found = []
    for day in sorted(days, key=lambda one: (one.date, one.starts, one.id)):
        for one in _of_day(group, field, day, on.get(day.id, []), now, mode):
            turn = turns[one.needs]
            turns[one.needs] += 1
            topic = one.topic or (day.topics[turn % len(day.topics)] if day.topics and not one.standing else "")
            found.append(replace(one, topic=topic))
    return found


def resolved(needs: Iterable[str], field: str) -> tuple[str, ...]:
    """What is needed in this group: `field` is its own field, and where it has none, anybody who teaches."""
    return tuple((f"field:{field}" if field else ANYBODY) if need == "field" else need for need in needs)


def pauses(day: SchoolDay) -> list[Span]:
    """The hours between the lessons of a day as its model means them: the time to eat."""
    ordered = sorted(day.lessons, key=lambda one: one.starts)
    return [
        (before.ends, after.starts) for before, after in pairwise(ordered)
        if before.ends < after.starts
    ]  # fmt: skip


def meals(day: SchoolDay) -> list[Span]:
    """The end of each pause, in which nobody has a talk; none where the pauses are all the time that talks have."""
    breaks = pauses(day)
    taught = sum((one.ends - one.starts for one in day.lessons), timedelta())
    idle = sum((ends - starts for starts, ends in breaks), timedelta())
    if day.site is None or day.ends - day.starts - taught - idle < OWN_TIME:
        return []
    return [(max(starts, ends - MEAL), ends) for starts, ends in breaks]


def _of_day(
    group: str, field: str, day: SchoolDay, standing: list[Standing], now: datetime, mode: Mode
) -> Iterator[Wanted]:
    meetings = [replace(one, needs=resolved(one.needs, field)) for one in day.lessons]
    held = _matched(meetings, [one for one in standing if not one.cancelled])
    taken_out = _matched(
        [one if n not in held else replace(one, needs=("",)) for n, one in enumerate(meetings)],
        [one for one in standing if one.cancelled],
    )
    for n, meeting in enumerate(meetings):
        length, earliest = meeting.ends - meeting.starts, max(day.starts, now + SOON)
        if n in held:
            yield _standing(group, day, held[n], meeting.needs, now, mode)
        elif not (mode == "missing" and n in taken_out) and day.ends - earliest >= length:
            yield Wanted(
                id=f"{group}.{day.id}.{n}", programme=day.programme, group=group, needs=meeting.needs,
                minutes=int(length.total_seconds()) // 60, windows=((day.id, (earliest, day.ends)),), site=day.site,
                series=f"{group}/{'+'.join(meeting.needs)}",
            )  # fmt: skip
    known = {one.id for one in held.values()}
    for extra in standing:
        if extra.id not in known and not extra.cancelled:  # planned by hand beside what the model wants: it stays
            yield _standing(group, day, extra, extra.needs or (ANYBODY,), now, "missing")


def _standing(
    group: str, day: SchoolDay, lesson: Standing, needs: tuple[str, ...], now: datetime, mode: Mode
) -> Wanted:
    """A lesson that is planned: where it stands, or free within its day if it may move."""
    wants = lesson.needs or needs
    begun = lesson.kept or lesson.starts <= now
    settled = begun or mode == "missing" or lesson.starts <= now + NOTICE
    short = len(lesson.leaders) < len(wants) and not begun
    window = (lesson.starts, lesson.ends) if settled else (max(day.starts, now + SOON), day.ends)
    return Wanted(
        id=lesson.id, programme=day.programme, group=group, needs=wants, site=day.site, topic=lesson.topic,
        minutes=int((lesson.ends - lesson.starts).total_seconds()) // 60, windows=((day.id, window),),
        series=f"{group}/{'+'.join(wants)}", standing=lesson, stays="" if not settled else "time" if short else "whole",
    )  # fmt: skip


def _matched(meetings: Sequence[Meeting], standing: Sequence[Standing]) -> dict[int, Standing]:
    """Which lesson is which of the day's meetings: by what it asks of its leaders, by its hours, then by its length.

    One that was moved by hand to quite other hours, and of which nobody said what it asks, is as long as before:
    without it a search would plan one more than the model has.
    """
    pairs = sorted(
        (
            (not (one.needs and one.needs == meeting.needs), -_shared(meeting, one), n, one.starts, one.id)
            for n, meeting in enumerate(meetings)
            for one in standing
            if one.needs == meeting.needs or (not one.needs and _shared(meeting, one))
        )
    )
    by_id, found, used = {one.id: one for one in standing}, dict[int, Standing](), set[str]()
    for *_, n, _starts, lesson in pairs:
        if n not in found and lesson not in used:
            found[n] = by_id[lesson]
            used.add(lesson)
    for n, meeting in enumerate(meetings):
        alike = [one for one in standing if not one.needs and _minutes(one) == _minutes(meeting) and one.id not in used]
        if n not in found and alike:
            found[n] = min(alike, key=lambda one: (one.starts, one.id))
            used.add(found[n].id)
    return found


def _minutes(span: Meeting | Standing) -> int:
    return int((span.ends - span.starts).total_seconds()) // 60


def _shared(meeting: Meeting, one: Standing) -> float:
    """The seconds that both take."""
    return max(0.0, (min(meeting.ends, one.ends) - max(meeting.starts, one.starts)).total_seconds())
