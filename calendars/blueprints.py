"""Blueprints: the training models as data, shipped in `blueprints/*.toml` or brought in by a coordinator as a file."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calendars.blueprint_form import Blueprint, Hours, Phase, Series
from calendars.errors import Invalid, NotFound
from calendars.freedays import holidays_of
from calendars.sheet_lines import Path
from calendars.sheets import Fault, Sheet, broken, read

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_VERSION = re.compile(r"\d+(\.\d+){0,2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_ABILITY = re.compile(r"field|field:[a-z][a-z0-9-]*|language|tutor|counsellor|support")


def names() -> list[str]:
    """The names of the shipped blueprints."""
    return sorted(one.name.removesuffix(".toml") for one in _shelf().iterdir() if one.name.endswith(".toml"))


def text_of(name: str) -> str:
    """A shipped blueprint as the file it is. Raises NotFound `no_such_blueprint`."""
    if name not in names():
        raise NotFound("no_such_blueprint", name=name, known=names())
    return _shelf().joinpath(f"{name}.toml").read_text(encoding="utf-8")


@cache
def load(name: str) -> Blueprint:
    """A shipped blueprint. Raises NotFound `no_such_blueprint`."""
    return parse(text_of(name), f"{name}.toml")


def parse(text: str, source: str) -> Blueprint:
    """Read a blueprint. Raises Invalid `broken_sheet` with every fault, its line and its reason."""
    sheet = read(text, source, Blueprint)
    faults = [fault for check in _CHECKS for fault in check(sheet)]
    if faults:
        raise broken(source, faults)
    return sheet.content


def _shelf() -> Traversable:
    return files("calendars").joinpath("blueprints")


def _plain_values(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    blueprint = sheet.content
    for key, shape in (("name", _NAME), ("version", _VERSION), ("teaching_language", _LANGUAGE)):
        if not shape.fullmatch(getattr(blueprint, key)):
            yield sheet.fault((key,), f"bad_{key}", given=getattr(blueprint, key))
    for number, language in enumerate(blueprint.languages):
        if not _LANGUAGE.fullmatch(language):
            yield sheet.fault(("languages", number), "bad_language", given=language)
    if not blueprint.languages:
        yield sheet.fault(("languages",), "empty")
    try:
        ZoneInfo(blueprint.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield sheet.fault(("zone",), "unknown_zone", given=blueprint.zone)
    try:
        holidays_of(blueprint.country, ())
    except Invalid:
        yield sheet.fault(("country",), "unknown_country", given=blueprint.country)


def _every_language(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    blueprint = sheet.content
    texts: list[tuple[Path, Mapping[str, str]]] = [(("title",), blueprint.title), (("summary",), blueprint.summary)]
    for table in ("phases", "series", "fields", "topics", "routes", "appointments"):
        texts += [((table, key, "title"), one.title) for key, one in getattr(blueprint, table).items()]
    texts += [(("entry", "checks", key, "title"), one.title) for key, one in blueprint.entry.checks.items()]
    if blueprint.tutoring:
        texts += [
            (("tutoring", "subjects", key, "title"), one.title) for key, one in blueprint.tutoring.subjects.items()
        ]
    if blueprint.certificate:
        texts.append((("certificate", "title"), blueprint.certificate.title))
    for path, text in texts:
        for language in blueprint.languages:
            if language not in text:
                yield sheet.fault(path, "language_missing", language=language)


def _line(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    blueprint = sheet.content
    for number, step in enumerate(blueprint.line):
        if step.phase not in blueprint.phases:
            yield sheet.fault(
                ("line", number, "phase"), "unknown_phase", given=step.phase, known=list(blueprint.phases)
            )
        if (step.days is None) == (step.months is None):
            yield sheet.fault(("line", number), "days_or_months")
    for key in blueprint.phases:
        if all(step.phase != key for step in blueprint.line):
            yield sheet.fault(("phases", key), "phase_not_in_line", given=key)
    if not blueprint.line and not blueprint.series:
        yield sheet.fault(("line",), "nothing_happens")
    for number, day in enumerate(blueprint.questions.feedback_days):
        if blueprint.days is not None and day > blueprint.days:
            yield sheet.fault(("questions", "feedback_days", number), "after_the_end", given=day, days=blueprint.days)


def _phases_and_series(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    parts: list[tuple[Path, Phase | Series]] = []
    parts += [(("phases", key), phase) for key, phase in sheet.content.phases.items()]
    parts += [(("series", key), series) for key, series in sheet.content.series.items()]
    for path, part in parts:
        if part.place is not None and part.place not in sheet.content.places:
            yield sheet.fault((*path, "place"), "unknown_place", given=part.place, known=list(sheet.content.places))
        if part.kind == "contact" and part.place is None:
            yield sheet.fault(path, "contact_without_place")
        if part.kind in ("online", "independent") and part.place is not None:
            yield sheet.fault((*path, "place"), "place_not_needed", kind=part.kind)
        for number, topic in enumerate(part.topics):
            if topic not in sheet.content.topics:
                yield sheet.fault(
                    (*path, "topics", number), "unknown_topic", given=topic, known=list(sheet.content.topics)
                )
        if isinstance(part, Phase):
            yield from _lessons(sheet, path, part)


def _lessons(sheet: Sheet[Blueprint], path: Path, phase: Phase) -> Iterator[Fault]:
    free_from = phase.hours.starts
    for number, lesson in enumerate(phase.lessons):
        here = (*path, "lessons", number)
        if lesson.time.starts < phase.hours.starts or lesson.time.ends > phase.hours.ends:
            yield sheet.fault(here, "lesson_outside_hours", hours=_written(phase.hours))
        elif lesson.time.starts < free_from:
            yield sheet.fault(here, "lessons_overlap", given=_written(lesson.time))
        free_from = max(free_from, lesson.time.ends)
        yield from _abilities(sheet, (*here, "needs"), lesson.needs)
    for number, activity in enumerate(phase.activities):
        yield from _abilities(sheet, (*path, "activities", number, "needs"), activity.needs)


def _abilities(sheet: Sheet[Blueprint], path: Path, needs: tuple[str, ...]) -> Iterator[Fault]:
    for number, need in enumerate(needs):
        of_field = need.partition(":")[2]
        if not _ABILITY.fullmatch(need) or (of_field and of_field not in sheet.content.fields):
            yield sheet.fault((*path, number), "unknown_ability", given=need)


def _bounds(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    groups, personal = sheet.content.groups, sheet.content.personal
    if groups.smallest > groups.largest:
        yield sheet.fault(
            ("groups", "smallest"), "smallest_above_largest", given=groups.smallest, largest=groups.largest
        )
    if personal.shortest_days and personal.longest_days and personal.shortest_days > personal.longest_days:
        yield sheet.fault(
            ("personal", "shortest_days"),
            "smallest_above_largest",
            given=personal.shortest_days,
            largest=personal.longest_days,
        )


def _written(hours: Hours) -> str:
    return f"{hours.starts:%H:%M}-{hours.ends:%H:%M}"


_CHECKS = (_plain_values, _every_language, _line, _phases_and_series, _bounds)
