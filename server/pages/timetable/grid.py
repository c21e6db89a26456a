"""A week of lessons as bars on a time axis: a row for each group, person or room, a part for each day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from calendars.clock import Interval, seconds
from calendars.names import in_language
from calendars.scheduling.conflicts import Conflict
from calendars.scheduling.timetables import Staff, Taught
from server.dates import When
from server.pages.parts.bars import axis
from server.words import Say, phrase

VIEWS: Final = {"group": phrase("Groups"), "teacher": phrase("People"), "room": phrase("Rooms")}
LONG: Final = frozenset({"day_too_long", "week_too_long"})
"""Conflicts of all that somebody leads for a while: none of its lessons is wrong by itself."""
TALK: Final = "talk"
"""The kind of a bar that is no lesson: a talk or a visit, short and without words of its own."""
PLAIN: Final = frozenset({"counsellor", "support"})
"""Whoever can only this leads no lessons: her hours show when she has some."""


@dataclass(frozen=True, slots=True)
class Reader:
    """In whose words a week is shown."""

    language: str
    teaching: str
    when: When
    say: Say

    def group(self, one: Taught) -> str:
        """The name of a lesson's group."""
        return in_language(one.group_name, self.language, self.teaching)

    def topic(self, one: Taught) -> str:
        """What a lesson is about."""
        return in_language(one.topic, self.language, self.teaching)

    def led(self, one: Taught) -> str:
        """Who leads it."""
        say = self.say
        return ", ".join(name for _, name in one.leaders) or say("nobody leads it yet")


def week(
    monday: date, taught: Sequence[Taught], view: str, wrong: Iterable[Conflict], reader: Reader
) -> list[dict[str, Any]]:
    """Its days that have lessons, each with an axis of its hours and the rows of bars upon it."""
    troubled = {each.lesson for one in wrong for each in one.lessons if one.code not in LONG}
    days = []
    for n in range(7):
        on = monday + timedelta(days=n)
        those = [one for one in taught if one.date == on]
        if not those:
            continue
        scale = axis([Interval(seconds(one.starts), seconds(one.ends)) for one in those], [], reader.when)
        days.append({
            "title": reader.when.day(on, whole=True), "short": reader.when.day(on), "axis": scale,
            "rows": [_row(name, lessons, view, troubled, reader) for name, lessons in rows_of(those, view, reader)],
        })  # fmt: skip
    return days


def rows_of(those: Sequence[Taught], view: str, reader: Reader) -> list[tuple[str, list[Taught]]]:
    """The lessons of a day by whose they are, in the order of names; lessons without anybody stand first."""
    found: dict[str, list[Taught]] = defaultdict(list)
    for one in those:
        for name in _whose(one, view, reader):
            found[name].append(one)
    return sorted(found.items(), key=lambda pair: (pair[0] != nobody(reader.say), pair[0].casefold()))


def _whose(one: Taught, view: str, reader: Reader) -> list[str]:
    if view == "teacher":
        return [name for _, name in one.leaders] or [nobody(reader.say)]
    if view == "room":
        rooms = f" · {reader.say('{count} rooms', count=one.rooms)}" if one.rooms else ""
        return [f"{one.place_name}{rooms}" if one.place_name else _no_house(reader.say)]
    return [reader.group(one)]


def nobody(say: Say) -> str:
    """Instead of a name, where nobody leads."""
    return say("Nobody yet")


def _no_house(say: Say) -> str:
    return say("Video room")


def _row(name: str, lessons: Sequence[Taught], view: str, troubled: set[str], reader: Reader) -> dict[str, Any]:
    """Bars that would lie upon each other stand in lanes below each other."""
    bars = []
    placed, lanes = laned(lessons)
    for one, lane in placed:
        begins, ends = seconds(one.starts), seconds(one.ends)
        hours, topic = reader.when.span(one.starts, one.ends), reader.topic(one)
        text = reader.led(one) if view == "group" else "" if one.kind == TALK else reader.group(one)
        bars.append({
            "from": begins, "to": ends, "lane": lane, "kind": one.kind, "text": text, "hours": hours, "held": False,
            "href": f"/programmes/{one.programme}/days/{one.n}" if one.n else f"/programmes/{one.programme}",
            "wrong": not one.leaders or one.lesson in troubled,
            "label": ", ".join(filter(None, (hours, reader.group(one), topic, reader.led(one), one.place_name))),
        })  # fmt: skip
    return {"name": name, "bars": bars, "lanes": lanes}


def laned(lessons: Iterable[Taught]) -> tuple[list[tuple[Taught, int]], int]:
    """Lessons in order of time, each with the lane in which it hides no other, and how many lanes that takes."""
    free: list[datetime] = []
    placed = []
    for one in sorted(lessons, key=lambda one: (one.starts, one.ends, one.lesson)):
        lane = next((n for n, until in enumerate(free) if until <= one.starts), len(free))
        free[lane : lane + 1] = [one.ends]
        placed.append((one, lane))
    return placed, max(1, len(free))


def loads(
    minutes: Mapping[str, Mapping[tuple[int, int], int]], staff: Staff, weeks: Sequence[tuple[int, int]], reader: Reader
) -> list[dict[str, Any]]:
    """Each person with a column for each week: how much she leads, and where her limit lies."""
    highest = max([60, *(most for of in minutes.values() for most in of.values()), *staff.a_week.values()])
    found = []
    for who, name in staff.names.items():
        own, most = minutes.get(who, {}), staff.a_week.get(who)
        if not own and not staff.can.get(who, frozenset()) - PLAIN:
            continue
        columns = [_column(own.get(one, 0), most, highest, one[1], reader.say) for one in weeks]
        top = max(own.values(), default=0)
        found.append({
            "who": who, "name": name, "columns": columns, "limit": most / highest if most is not None else None,
            "most": hours_of(top), "may": hours_of(most) if most is not None else "",
            "total": hours_of(sum(own.values())),
            "over": any(one["over"] for one in columns),
        })  # fmt: skip
    return found


def _column(minutes: int, most: int | None, highest: int, week: int, say: Say) -> dict[str, Any]:
    """One week of somebody: its share of the highest column on the page."""
    over = most is not None and minutes > most
    label = say("week {n}: {hours}", n=week, hours=hours_of(minutes))
    return {"share": minutes / highest, "over": over, "label": label}


def hours_of(minutes: int) -> str:
    """`3 h`, `2 h 30 min`, never broken over two lines: in Arabic its parts would change places."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours} h {rest} min" if rest else f"{hours} h").replace(" ", "\N{NO-BREAK SPACE}")
