"""Days as tiles: the kind of each in words, and a whole programme as the line and the months of its days."""

from datetime import date
from typing import Any, Final

from calendars.freedays import tongue_of
from calendars.names import in_language
from calendars.programmes import Line
from server.dates import When
from server.pages.parts.months import Shown, months
from server.words import Say, phrase

KINDS: Final = {
    "contact": phrase("contact day"), "online": phrase("online day"), "workplace": phrase("workplace day"),
    "independent": phrase("day of own study"),
}  # fmt: skip


def kind_word(kind: str, say: Say) -> str:
    """A kind of day in words."""
    return say(KINDS.get(kind, kind))


def dated_name(programme: Any, language: str) -> str:
    """A programme's name with its days: two of one model have one name."""
    when = When(language, programme.zone)
    name = in_language(programme.name, language, programme.language)
    return f"{name} · {when.dated(programme.starts)} – {when.dated(programme.ends)}"


def tile(kind: str, day: date, today: date, when: When, say: Say) -> dict[str, str]:
    """A day as the macro `tile` takes it."""
    state = "past" if day < today else "today" if day == today else "ahead"
    return {"kind": kind, "when": state, "label": f"{when.day(day)} {kind_word(kind, say)}"}


def _break(first: date, last: date, today: date, when: When, say: Say) -> list[dict[str, str]]:
    """A gap in the line where no training is held, in words for those who hear it."""
    state = "past" if last < today else "ahead"
    return [{"kind": "free", "when": state, "label": f"{when.day(first)} – {when.day(last)} {say('own break')}"}]


def shown_line(line: Line, language: str, say: Say) -> dict[str, Any]:
    """A programme's days as the macro `days` takes them, each with its date, kind and place in words."""
    when = When(language, line.programme.zone)
    counted = {
        "contact": say("{count} contact days", count=line.counts.get("contact", 0)),
        "online": say("{count} online days", count=line.counts.get("online", 0)),
        "workplace": say("{count} workplace days", count=line.counts.get("workplace", 0)),
        "independent": say("{count} days of own study", count=line.counts.get("independent", 0)),
    }
    tiles: list[dict[str, str]] = []
    ahead = list(line.breaks)
    for day in line.days:
        if day.cancelled:
            continue
        while ahead and ahead[0][1] < day.date:
            tiles += _break(*ahead.pop(0), line.today, when, say) if tiles else []
        plain = tile(day.kind, day.date, line.today, when, say)
        place = f", {day.place.name}" if day.place else ""
        tiles.append(plain | {"label": f"{day.n}. {plain['label']}{place}"})
    return {
        "id": line.programme.id, "name": in_language(line.programme.name, language, line.programme.language),
        "tiles": tiles, "n": line.n, "of": sum(not day.cancelled for day in line.days),
        "counts": ", ".join(counted[kind] for kind in counted if line.counts.get(kind)),
        "starts": when.day(line.programme.starts), "ends": when.day(line.programme.ends),
    }  # fmt: skip


def shown_months(line: Line, language: str, say: Say) -> list[dict[str, Any]]:
    """The same days as pages of a calendar, each with a way to it."""
    when = When(language, line.programme.zone)
    days = []
    for day in line.days:
        if not day.cancelled:
            plain = tile(day.kind, day.date, line.today, when, say)
            href = f"/programmes/{line.programme.id}/days/{day.n}"
            place = f", {day.place.name}" if day.place else ""
            label = f"{day.n}. {plain['label']}{place}"
            days.append(Shown(day.n, day.date, day.kind, label, plain["when"], href))
    free = {date.fromisoformat(iso): name for iso, name in line.programme.holidays.items()}
    return months(days, free, line.breaks, when, say, tongue_of(line.programme.country))


def shown_kinds(line: Line, say: Say) -> list[dict[str, str]]:
    """What the colours and patterns of its days mean."""
    used = line.counts
    free = [{"kind": "free", "label": say("own break")}] if line.breaks else []
    return [{"kind": kind, "label": kind_word(kind, say)} for kind in KINDS if used.get(kind)] + free
