"""A plan that nobody has made yet, in words and pictures: line, months, what is free, series, tutoring."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from calendars.freedays import tongue_of
from calendars.names import in_language
from calendars.schooldays import Caution, Plan
from server.dates import When
from server.pages.parts.months import Shown, months
from server.pages.parts.tiles import KINDS, kind_word
from server.words import Say, phrase

FAR: Final = timedelta(days=400)
CAUTIONS: Final = {
    "start_moved": phrase("Your first day is a free day. The programme begins on the next training day."),
    "start_past": phrase("The first day is in the past. Days behind you count as held."),
    "start_far": phrase("The first day is more than a year away. Check the year."),
    "series_moved": phrase("The meetings move to another weekday: {day}."),
    "meeting_skipped": phrase("No meeting {day} ({name}). It is held one week later."),
    "holidays_in_doubt": phrase(
        "Not every public holiday of {years} is known yet. Add breaks for those that you know."
    ),
    "zone_chosen": phrase("The country has {of} time zones. The days are counted in {zone}."),
}


def forecast(laid: Plan, language: str, say: Say, today: date) -> dict[str, Any]:
    """The days that a programme would have, and what the coordinator should know before she makes it."""
    when = When(language, laid.zone)
    days = _days(laid, when, language, say)
    meetings = sum(len(series.meetings) for series in laid.series)
    return {
        "name": in_language(laid.blueprint.title, language), "of": len(days),
        "tiles": [{"kind": one.kind, "when": one.when, "label": f"{one.n}. {one.label}"} for one in days],
        "months": months(days, laid.holidays, laid.breaks, when, say, tongue_of(laid.country)),
        "told": told(laid.counts, meetings, say),
        "starts": when.near(laid.start, today), "ends": when.near(laid.end, today), "kinds": kinds(days, say),
        "cautions": [_caution(one, when, say) for one in (*_distance(laid.start, today), *laid.warnings)],
        "holidays": [(when.day(day), name) for day, name in sorted(laid.holidays.items())],
        "tongue": tongue_of(laid.country),
        "phases": [
            (in_language(laid.blueprint.phases[one.phase].title, language), one.days,
             f"{when.day(one.first)} – {when.day(one.last)}")
            for one in laid.stretches
        ],
        "series": [
            (in_language(laid.blueprint.series[one.name].title, language),
             [when.whole(each.starts, each.ends) for each in one.meetings])
            for one in laid.series
        ],
        "tutoring": laid.tutoring and say(
            "{hours} of tutoring for each learner, until {day}",
            hours=_hours(laid.tutoring.minutes_per_learner), day=when.near(laid.tutoring.until, today),
        ),
    }  # fmt: skip


def told(counts: Mapping[Any, int], meetings: int, say: Say) -> str:
    """How many days of each kind, in one line."""
    parts = [
        say("{count} contact days", count=counts["contact"]) if counts.get("contact") else "",
        say("{count} online days", count=counts["online"]) if counts.get("online") else "",
        say("{count} workplace days", count=counts["workplace"]) if counts.get("workplace") else "",
        say("{count} days of own study", count=counts["independent"]) if counts.get("independent") else "",
        say("{count} weekly meetings", count=meetings) if meetings else "",
    ]
    return ", ".join(filter(None, parts))


def kinds(days: list[Shown], say: Say) -> list[dict[str, str]]:
    """The kinds of day that are drawn, each in words: what colour and pattern mean."""
    used = {one.kind for one in days}
    return [{"kind": kind, "label": kind_word(kind, say)} for kind in KINDS if kind in used]


def _days(laid: Plan, when: When, language: str, say: Say) -> list[Shown]:
    days = [Shown(one.n, one.date, one.kind, f"{when.day(one.date)} {kind_word(one.kind, say)}") for one in laid.days]
    for series in laid.series:
        for n, one in enumerate(series.meetings, len(days) + 1):
            on = one.starts.astimezone(when.zone).date()
            days.append(Shown(n, on, series.kind, when.whole(one.starts, one.ends)))
    return days


def _distance(start: date, today: date) -> list[Caution]:
    """A programme may be entered late, and a year may be mistyped: both are said, neither is refused."""
    if start < today:
        return [Caution("start_past")]
    return [Caution("start_far")] if start > today + FAR else []


def _caution(one: Caution, when: When, say: Say) -> str:
    facts = dict(one.facts)
    if isinstance(facts.get("date"), date):
        facts |= {"day": when.day(facts["date"]), "name": facts.get("holiday") or say("own break")}  # type: ignore[arg-type]
    if one.code == "series_moved":
        facts["day"] = when.weekday(("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(str(facts["to"])))
    if isinstance(facts.get("years"), list):
        facts["years"] = ", ".join(map(str, facts["years"]))  # type: ignore[call-overload]
    return say(CAUTIONS[one.code], **facts)


def _hours(minutes: int) -> str:
    hours, left = divmod(minutes, 60)
    return f"\u2068{hours} h {left} min\u2069" if left else f"\u2068{hours} h\u2069"  # one piece in every direction
