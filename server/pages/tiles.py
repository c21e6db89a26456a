"""Days as tiles: the kind of each in words, and a whole programme as the line and the weeks of its days."""

from datetime import date
from typing import Any, Final

from calendars.names import in_language
from calendars.programmes import Line
from server.dates import When
from server.words import Say, phrase

WORKING_DAYS: Final = 5
KINDS: Final = {
    "contact": phrase("contact day"), "online": phrase("online day"), "workplace": phrase("workplace day"),
    "independent": phrase("day of own study"),
}  # fmt: skip


def kind_word(kind: str, say: Say) -> str:
    """A kind of day in words."""
    return say(KINDS.get(kind, kind))


def tile(kind: str, day: date, today: date, when: When, say: Say) -> dict[str, str]:
    """A day as the macro `tile` takes it."""
    state = "past" if day < today else "today" if day == today else "ahead"
    return {"kind": kind, "when": state, "label": f"{when.day(day)} {kind_word(kind, say)}"}


def shown_line(line: Line, language: str, say: Say) -> dict[str, Any]:
    """A programme's days as the macro `days` takes them, each with its date, kind and place in words."""
    when = When(language, line.programme.zone)
    counted = {
        "contact": say("{count} contact days", count=line.counts.get("contact", 0)),
        "online": say("{count} online days", count=line.counts.get("online", 0)),
        "workplace": say("{count} workplace days", count=line.counts.get("workplace", 0)),
    }
    tiles, weeks = [], _Weeks(when, say)
    for day in line.days:
        if day.cancelled:
            continue
        plain = tile(day.kind, day.date, line.today, when, say)
        place = f", {day.place.name}" if day.place else ""
        tiles.append(plain | {"label": f"{day.n}. {plain['label']}{place}"})
        weeks.add(day.date, tiles[-1] | {"href": f"/programmes/{line.programme.id}/days/{day.n}"})
    return {
        "id": line.programme.id, "name": in_language(line.programme.name, language, line.programme.language),
        "tiles": tiles, "weeks": weeks.rows, "n": line.n, "of": len(tiles),
        "counts": ", ".join(counted[kind] for kind in counted if line.counts.get(kind)),
        "starts": when.day(line.programme.starts), "ends": when.day(line.programme.ends),
    }  # fmt: skip


class _Weeks:
    """Days laid out as the macro `weeks` takes them: from Monday on, a gap where no training is."""

    def __init__(self, when: When, say: Say) -> None:
        self.rows: list[dict[str, Any]] = []
        self._when, self._say, self._last = when, say, (0, 0)

    def add(self, date: date, day: dict[str, str]) -> None:
        """The next day, in its week."""
        year, week, weekday = date.isocalendar()
        if (year, week) != self._last:
            self._last = (year, week)
            self.rows.append({"name": self._say("week {n}", n=week), "days": [None] * WORKING_DAYS})
        days = self.rows[-1]["days"]
        days += [None] * (weekday - len(days))
        days[weekday - 1] = day | {"short": f"{date.day}.{date.month}."}
