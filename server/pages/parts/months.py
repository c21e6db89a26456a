"""Days as pages of a calendar: months with their week numbers, each day by its kind, what is free by its name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from babel.dates import format_date

from calendars.clock import monday_of
from server.dates import WHOLE_WEEKDAYS, When
from server.words import Say

WEEK: Final = 7
WORKING: Final = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """One training day as it is drawn: its number and its kind in words, and where it leads."""

    n: int
    date: date
    kind: str
    label: str
    when: str = "ahead"
    href: str = ""


def months(
    days: Sequence[Shown],
    holidays: Mapping[date, str],
    breaks: Iterable[tuple[date, date]],
    when: When,
    say: Say,
    tongue: str = "",
) -> list[dict[str, Any]]:
    """Every month from the first day to the last, as the macro `months` takes them; holidays are named in `tongue`."""
    if not days:
        return []
    by_date: dict[date, list[Shown]] = {}
    for day in days:
        by_date.setdefault(day.date, []).append(day)
    first, last = min(by_date), max(by_date)
    free = {day: (say("own break"), "") for one in breaks for day in _between(max(one[0], first), min(one[1], last))}
    free |= {day: (name, tongue) for day, name in holidays.items() if first <= day <= last}
    width = WEEK if any(day.weekday() >= WORKING for day in by_date) else WORKING
    found, month = [], first.replace(day=1)
    while month <= last:
        after = (month + timedelta(days=31)).replace(day=1)
        within = {day: name for day, name in free.items() if month <= day < after}
        found.append({
            "name": f"{format_date(month, 'LLLL', when.language)} {month.year}",
            "weekdays": [weekday_of(number, when) for number in range(width)],
            "weeks": [_week(monday, month, width, by_date, within, say) for monday in _mondays(month, after)],
            "free": _told(within, when),
        })  # fmt: skip
        month = after
    return found


def _week(
    monday: date,
    month: date,
    width: int,
    by_date: Mapping[date, list[Shown]],
    free: Mapping[date, tuple[str, str]],
    say: Say,
) -> dict[str, Any]:
    cells: list[dict[str, Any] | None] = []
    for day in (monday + timedelta(days=number) for number in range(width)):
        if (day.year, day.month) != (month.year, month.month):
            cells.append(None)
        elif held := by_date.get(day):
            one = held[0]
            label = ", ".join(each.label for each in held)
            cells.append({"day": day.day, "kind": one.kind, "when": one.when, "label": label, "href": one.href})
        else:
            label, tongue = free.get(day, ("", ""))
            cells.append({"day": day.day, "kind": "free" if label else "", "label": label, "tongue": tongue})
    return {"n": monday.isocalendar().week, "label": say("week {n}", n=monday.isocalendar().week), "cells": cells}


def _told(free: Mapping[date, tuple[str, str]], when: When) -> list[tuple[str, str, str]]:
    """Free days with their names and the language of these; neighbours of one name as one span."""
    spans: list[tuple[date, date, tuple[str, str]]] = []
    for day, name in sorted(free.items()):
        if spans and spans[-1][2] == name and spans[-1][1] == day - timedelta(days=1):
            spans[-1] = (spans[-1][0], day, name)
        else:
            spans.append((day, day, name))
    return [(_dated(first, last, when), *name) for first, last, name in spans]


def _dated(first: date, last: date, when: When) -> str:
    return when.day(first) if first == last else f"{when.day(first)} – {when.day(last)}"


def weekday_of(number: int, when: When) -> dict[str, str]:
    """A weekday in the width of a finger, and its whole name for those who hear it."""
    monday = date(2024, 1, 1)
    short = (
        when.weekday(number)[:3] if when.language != "ar" else format_date(monday + timedelta(number), "ccccc", "ar")
    )
    return {"short": short, "name": WHOLE_WEEKDAYS[when.language][number]}


def _mondays(month: date, after: date) -> list[date]:
    monday = monday_of(month)
    return [monday + timedelta(days=WEEK * number) for number in range((after - monday).days // WEEK + 1)
            if monday + timedelta(days=WEEK * number) < after]  # fmt: skip


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
