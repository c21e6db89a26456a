"""`oppitupa plan` and `oppitupa blueprints`: the training models and the days that one of them makes, no database."""

import argparse
import json
import re
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from calendars import schooldays
from calendars.blueprints import shipped
from calendars.blueprints.form import Blueprint
from calendars.blueprints.sheets import LONGEST_SHEET
from calendars.clock import rfc3339
from calendars.errors import Invalid, Refused
from calendars.freedays import WEEKDAYS, Break
from calendars.schooldays import Caution, Plan, WeeklySeries
from server.commands.faults import fault_in_english, refusal_in_words

_CAUTIONS = {
    "start_moved": "{asked} is not a training day here: the start moves to {start}.",
    "series_moved": "The meetings move from {from} to {to}, the first weekday that was asked for.",
    "meeting_skipped": "No meeting on {date} ({holiday}): one is held later instead.",
    "holidays_in_doubt": "Not every public holiday of {country} in {years} is known yet: look them up, name breaks.",
    "zone_chosen": "The country has {of} time zones: {zone} is taken; name another with --zone.",
}
_LETTERS = {"contact": "C", "online": "O", "workplace": "W", "independent": "I"}


class Unusable(Exception):
    """An argument that cannot be used, in one sentence."""


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to the parser; each sets `run`."""
    days = commands.add_parser("plan", help="the day plan of a blueprint, without a database")
    days.add_argument("blueprint", help="the name of a shipped blueprint, or a .toml file")
    days.add_argument("--start", required=True, metavar="DAY", help="the first day, YYYY-MM-DD")
    days.add_argument("--country", metavar="CODE", help="whose public holidays are free: FI, EE, DE-BY ...")
    days.add_argument("--zone", metavar="NAME", help="the local time of lessons: Europe/Helsinki ...")
    days.add_argument("--weekdays", metavar="mon,wed", help="the days of training (default: mon,tue,wed,thu,fri)")
    days.add_argument(
        "--break", dest="breaks", action="append", default=[], metavar="DAY..DAY", help="own break, both days included"
    )
    days.add_argument("--json", action="store_true", help="one JSON value on stdout")
    days.set_defaults(run=plan)
    models = commands.add_parser("blueprints", help="the training models")
    models.add_argument("--json", action="store_true", help="one JSON value on stdout")
    models.set_defaults(run=blueprints_list)
    check = models.add_subparsers(metavar="check").add_parser("check", help="check a blueprint file")
    check.add_argument("file", metavar="FILE.toml")
    check.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON value on stdout")
    check.set_defaults(run=blueprints_check)


def plan(arguments: argparse.Namespace) -> int:
    """Print the plan. 0 = done, 2 = an argument or the blueprint cannot be used."""
    try:
        made = schooldays.plan(
            _blueprint(arguments.blueprint),
            _day(arguments.start, "--start"),
            country=arguments.country.upper() if arguments.country is not None else None,
            weekdays=_weekdays(arguments.weekdays),
            breaks=[_break(one) for one in arguments.breaks],
            zone=arguments.zone,
        )
    except (Unusable, Refused) as wrong:
        return _refuse(wrong)
    for caution in made.warnings:
        print(f"warning: {_caution_in_words(caution)}", file=sys.stderr)
    print(json.dumps(plan_as_json(made)) if arguments.json else "\n".join(_plan_in_words(made)))
    return 0


def blueprints_list(arguments: argparse.Namespace) -> int:
    """Print the shipped training models."""
    shelf = [shipped.load(name) for name in shipped.names()]
    if arguments.json:
        print(json.dumps([{**_titled(one), "titles": one.title, "days": one.days or None} for one in shelf]))
    else:
        for one in shelf:
            print(f"{one.name:<32}{one.version:<6}{_english(one.title)}")
    return 0


def blueprints_check(arguments: argparse.Namespace) -> int:
    """Check a file. 0 = a good blueprint, 1 = faults, each with its line and reason, 2 = no file to read."""
    try:
        blueprint = _blueprint_in(arguments.file)
    except Unusable as wrong:
        return _refuse(wrong)
    except Invalid as wrong:
        faults = wrong.facts["faults"]
        assert isinstance(faults, tuple)
        found = [
            {"line": one.line, "where": one.where, "why": one.why, "reason": fault_in_english(one)} for one in faults
        ]
        print(json.dumps({"good": False, "faults": found}) if arguments.json else "\n".join(refusal_in_words(wrong)))
        return 1
    good = {"good": True, "faults": [], **_titled(blueprint)}
    print(json.dumps(good) if arguments.json else f"{arguments.file}: good. {_summary(blueprint)}")
    return 0


def plan_as_json(made: Plan) -> dict[str, object]:
    """The plan as the contract writes it."""
    places = made.blueprint.places
    days = [
        {
            "n": day.n,
            "date": day.date.isoformat(),
            "phase": day.phase,
            "service": day.service,
            "kind": day.kind,
            "place": places[day.place].name if day.place else None,
            "starts": rfc3339(day.starts, made.zone),
            "ends": rfc3339(day.ends, made.zone),
        }
        for day in made.days
    ]
    return {
        "blueprint": made.blueprint.name,
        "version": made.blueprint.version,
        "country": made.country,
        "zone": made.zone,
        "weekdays": list(made.weekdays),
        "breaks": [_span(*one) for one in made.breaks],
        "start": made.start.isoformat(),
        "end": made.end.isoformat(),
        "days": days,
        "counts": made.counts,
        "phases": [{"phase": one.phase, "days": one.days, **_span(one.first, one.last)} for one in made.stretches],
        "holidays": [{"date": day.isoformat(), "name": name} for day, name in made.holidays.items()],
        "series": [_series_as_json(one, made.zone) for one in made.series],
        "tutoring": made.tutoring
        and {
            "minutes_per_learner": made.tutoring.minutes_per_learner,
            "opens": made.tutoring.opens.isoformat(),
            "until": made.tutoring.until.isoformat(),
        },
        "warnings": [{"code": one.code, "text": _caution_in_words(one)} for one in made.warnings],
    }


def _series_as_json(series: WeeklySeries, zone: str) -> dict[str, object]:
    occurrences = [{"starts": rfc3339(one.starts, zone), "ends": rfc3339(one.ends, zone)} for one in series.meetings]
    return {"name": series.name, "service": series.service, "kind": series.kind, "occurrences": occurrences}


def _span(first: date, last: date) -> dict[str, str]:
    return {"first": first.isoformat(), "last": last.isoformat()}


def _titled(blueprint: Blueprint) -> dict[str, str]:
    return {"name": blueprint.name, "title": _english(blueprint.title), "version": blueprint.version}


def _english(title: dict[str, str]) -> str:
    return title.get("en") or next(iter(title.values()))


def _summary(blueprint: Blueprint) -> str:
    steps = [f"{step.phase} {step.days or step.months} {'days' if step.days else 'months'}" for step in blueprint.line]
    steps += [f"{one.id} {one.times} times a week apart" for one in blueprint.series.values()]
    return f"{_english(blueprint.title)}, version {blueprint.version}: {', '.join(steps)}."


def _plan_in_words(made: Plan) -> Iterable[str]:
    yield f"{_english(made.blueprint.title)} ({made.blueprint.name} {made.blueprint.version})"
    counts = ", ".join(f"{number} {kind}" for kind, number in made.counts.items())
    yield f"{made.start:%a} {made.start} to {made.end:%a} {made.end}, {made.country}, {made.zone}"
    if made.days:
        yield f"{len(made.days)} training days: {counts}"
        yield from ("", *_weeks(made))
    for day, name in made.holidays.items():
        yield f"holiday   {day:%a} {day}  {name}"
    for series in made.series:
        yield f"series    {series.name}, {len(series.meetings)} meetings"
        for number, meeting in enumerate(series.meetings, 1):
            starts, ends = (one.astimezone(ZoneInfo(made.zone)) for one in (meeting.starts, meeting.ends))
            yield f"  {number:>3}     {starts:%a %Y-%m-%d  %H:%M}-{ends:%H:%M}  {starts:UTC%z}"
    if made.tutoring:
        yield f"tutoring  {made.tutoring.minutes_per_learner} minutes for each learner until {made.tutoring.until}"


def _weeks(made: Plan) -> Iterable[str]:
    """One row a week: a letter for each training day, h for a public holiday, b for a break."""
    letters = {day: "b" for first, last in made.breaks for day in _dates(max(first, made.start), min(last, made.end))}
    letters |= dict.fromkeys(made.holidays, "h") | {day.date: _LETTERS[day.kind] for day in made.days}
    by_date = {day.date: day for day in made.days}
    yield "week      " + "".join(f"{name[:2].title():>3}" for name in WEEKDAYS)
    monday = made.start - timedelta(days=made.start.weekday())
    while monday <= made.end:
        week = _dates(monday, monday + timedelta(days=6))
        row = "".join(f"{letters.get(day, '.'):>3}" for day in week)
        held = [by_date[day] for day in week if day in by_date]
        numbers = f"{held[0].n}-{held[-1].n}" if held else ""
        phases = ", ".join(dict.fromkeys(day.phase for day in held))
        yield f"{monday:%G-W%V}  {row}   {numbers:<9}{phases}".rstrip()
        monday += timedelta(days=7)


def _dates(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _caution_in_words(caution: Caution) -> str:
    return _CAUTIONS[caution.code].format(**{name: _told(fact) for name, fact in caution.facts.items()})


def _told(fact: object) -> str:
    if fact is None:
        return "own break"
    return ", ".join(map(str, fact)) if isinstance(fact, list) else str(fact)


def _refuse(wrong: Unusable | Refused) -> int:
    for sentence in refusal_in_words(wrong) if isinstance(wrong, Refused) else [str(wrong)]:
        print(sentence, file=sys.stderr)
    return 2


def _blueprint(named: str) -> Blueprint:
    return _blueprint_in(named) if named.endswith(".toml") else shipped.load(named)


def _blueprint_in(file: str) -> Blueprint:
    try:
        with Path(file).open(encoding="utf-8") as sheet:
            text = sheet.read(LONGEST_SHEET + 1)  # no more of it than is needed to say that it is too long
    except UnicodeDecodeError:
        raise Unusable(f"{file} cannot be read: it is not UTF-8 text.") from None
    except (OSError, ValueError) as wrong:  # ValueError: a path that cannot be one
        reason = wrong.strerror if isinstance(wrong, OSError) else wrong
        raise Unusable(f"{file!r} cannot be read: {reason}.") from None
    return shipped.parse(text, file)


def _day(text: str, option: str) -> date:
    try:
        # fromisoformat alone also takes 20260302 and 2026-W10-1
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Unusable(f"{option} {text!r} is not a day; write it like 2026-03-02.") from None


def _break(text: str) -> Break:
    first, dots, last = text.partition("..")
    if not dots:
        raise Unusable(f"--break {text!r} is not a break; write both days like 2026-03-02..2026-03-06.")
    return _day(first, "--break"), _day(last, "--break")


def _weekdays(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip().lower() for name in text.split(",") if name.strip()]
