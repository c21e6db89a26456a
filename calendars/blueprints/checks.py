"""What a blueprint may not say although each of its values is well formed: rules that point nowhere or contradict."""

import re
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calendars.blueprints.form import Blueprint, Hours, Phase, Series
from calendars.blueprints.sheet_lines import Path
from calendars.blueprints.sheets import Fault, Sheet, meant
from calendars.errors import Invalid
from calendars.freedays import holidays_of

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_MOST_DAYS, _DAYS_A_MONTH = 1_500, 23
"""The longest line that anybody means; a month has at most so many working days."""
_ABILITY = re.compile(r"field|field:[a-z][a-z0-9-]*|language|tutor|counsellor|support")


def faults_in(sheet: Sheet[Blueprint]) -> list[Fault]:
    """Every fault of meaning."""
    return [fault for check in _CHECKS for fault in check(sheet)]


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
        for language in text:
            if not _LANGUAGE.fullmatch(language):
                yield sheet.fault((*path, language), "bad_language", given=language)


def _line(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    blueprint = sheet.content
    for number, step in enumerate(blueprint.line):
        if step.phase not in blueprint.phases:
            yield sheet.fault(
                ("line", number, "phase"), "unknown_phase", given=step.phase, known=list(blueprint.phases),
                meant=meant(step.phase, blueprint.phases),
            )  # fmt: skip
        if (step.days is None) == (step.months is None):
            yield sheet.fault(("line", number), "days_or_months")
    for key in blueprint.phases:
        if all(step.phase != key for step in blueprint.line):
            yield sheet.fault(("phases", key), "phase_not_in_line", given=key)
    if not blueprint.line and not blueprint.series:
        yield sheet.fault(("line",), "nothing_happens")
    if sum((step.days or 0) + (step.months or 0) * _DAYS_A_MONTH for step in blueprint.line) > _MOST_DAYS:
        yield sheet.fault(("line",), "line_too_long", most=_MOST_DAYS)
    if blueprint.days is not None:
        last = blueprint.days + sum(one.times for one in blueprint.series.values())
        for number, day in enumerate(blueprint.questions.feedback_days):
            if day > last:
                yield sheet.fault(("questions", "feedback_days", number), "after_the_end", given=day, days=last)


def _phases_and_series(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    parts: list[tuple[Path, Phase | Series]] = []
    parts += [(("phases", key), phase) for key, phase in sheet.content.phases.items()]
    parts += [(("series", key), series) for key, series in sheet.content.series.items()]
    for path, part in parts:
        if part.place is not None and part.place not in sheet.content.places:
            yield sheet.fault(
                (*path, "place"), "unknown_place", given=part.place, known=list(sheet.content.places),
                meant=meant(part.place, sheet.content.places),
            )  # fmt: skip
        if part.kind == "contact" and part.place is None:
            yield sheet.fault(path, "contact_without_place")
        if part.kind in ("online", "independent") and part.place is not None:
            yield sheet.fault((*path, "place"), "place_not_needed", kind=part.kind)
        for number, topic in enumerate(part.topics):
            if topic not in sheet.content.topics:
                yield sheet.fault(
                    (*path, "topics", number), "unknown_topic", given=topic, known=list(sheet.content.topics),
                    meant=meant(topic, sheet.content.topics),
                )  # fmt: skip
        if isinstance(part, Phase):
            yield from _lessons(sheet, path, part)


def _lessons(sheet: Sheet[Blueprint], path: Path, phase: Phase) -> Iterator[Fault]:
    free_from = phase.hours.starts
    if phase.lessons and phase.kind == "workplace":
        yield sheet.fault((*path, "lessons"), "lessons_at_work")
    for number, lesson in enumerate(phase.lessons):
        here = (*path, "lessons", number)
        if not lesson.needs:
            yield sheet.fault((*here, "needs"), "empty")
        if lesson.time.starts < phase.hours.starts or lesson.time.ends > phase.hours.ends:
            yield sheet.fault(here, "lesson_outside_hours", hours=_written(phase.hours))
        elif lesson.time.starts < free_from:
            yield sheet.fault(here, "lessons_overlap", given=_written(lesson.time))
        free_from = max(free_from, lesson.time.ends)
        yield from _abilities(sheet, (*here, "needs"), lesson.needs)
    for number, activity in enumerate(phase.activities):
        if activity.minutes > phase.hours.minutes:
            yield sheet.fault(
                (*path, "activities", number, "minutes"), "longer_than_the_day", given=activity.minutes,
                most=phase.hours.minutes,
            )  # fmt: skip
        yield from _abilities(sheet, (*path, "activities", number, "needs"), activity.needs)


def _abilities(sheet: Sheet[Blueprint], path: Path, needs: tuple[str, ...]) -> Iterator[Fault]:
    for number, need in enumerate(needs):
        of_field = need.partition(":")[2]
        if not _ABILITY.fullmatch(need) or (of_field and of_field not in sheet.content.fields):
            yield sheet.fault((*path, number), "unknown_ability", given=need)


def _bounds(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    blueprint, groups, personal = sheet.content, sheet.content.groups, sheet.content.personal
    least, most = personal.shortest_days, personal.longest_days
    if groups.smallest > groups.largest:
        yield sheet.fault(
            ("groups", "smallest"), "smallest_above_largest", given=groups.smallest, largest=groups.largest
        )
    if least and most and least > most:
        yield sheet.fault(("personal", "shortest_days"), "smallest_above_largest", given=least, largest=most)
    elif blueprint.days:
        if least and blueprint.days < least:
            yield sheet.fault(("personal", "shortest_days"), "line_is_shorter", given=least, days=blueprint.days)
        if most and blueprint.days > most:
            yield sheet.fault(("personal", "longest_days"), "line_is_longer", given=most, days=blueprint.days)
    for key, series in blueprint.series.items():
        if series.seats and series.seats < groups.smallest:
            yield sheet.fault(
                ("series", key, "seats"), "seats_below_smallest", given=series.seats, smallest=groups.smallest
            )


def _afterwards(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    """What is promised for later must be within reach."""
    blueprint, quota = sheet.content, sheet.content.tutoring
    if quota:
        for key in ("subjects", "ways"):
            if not getattr(quota, key):
                yield sheet.fault(("tutoring", key), "empty")
        for number, days in enumerate(quota.remind_days_before):
            if days >= 31 * quota.months:
                yield sheet.fault(
                    ("tutoring", "remind_days_before", number), "before_the_window", given=days, months=quota.months
                )
    if not blueprint.attendance.counts:
        yield sheet.fault(("attendance", "counts"), "empty")
    if blueprint.certificate and blueprint.days is not None:
        held = sum((step.days or 0) * blueprint.phases[step.phase].hours.minutes for step in blueprint.line
                   if step.phase in blueprint.phases)  # fmt: skip
        held += sum(one.times * one.time.minutes for one in blueprint.series.values())
        if blueprint.certificate.minutes > held:
            yield sheet.fault(
                ("certificate", "minutes"), "out_of_reach", given=blueprint.certificate.minutes, most=held
            )


def _training_of_leaders(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    for key, series in sheet.content.series.items():
        named, path = series.leader_training, ("series", key, "leader_training")
        if named is not None and not _NAME.fullmatch(named):
            yield sheet.fault(path, "bad_name", given=named)
        elif named == sheet.content.name:
            yield sheet.fault(path, "trains_itself", given=named)


def _twice(sheet: Sheet[Blueprint]) -> Iterator[Fault]:
    """Lists in which a second mention can only be a slip."""
    blueprint = sheet.content
    lists: list[tuple[Path, tuple[object, ...]]] = [
        (("languages",), blueprint.languages),
        (("groups", "by"), blueprint.groups.by),
        (("attendance", "counts"), blueprint.attendance.counts),
        (("attendance", "alert_after_days"), blueprint.attendance.alert_after_days),
        (("personal", "team"), blueprint.personal.team),
        (("questions", "feedback_days"), blueprint.questions.feedback_days),
        (("questions", "outcome_months"), blueprint.questions.outcome_months),
    ]
    lists += [(("phases", key, "topics"), one.topics) for key, one in blueprint.phases.items()]
    lists += [(("series", key, "topics"), one.topics) for key, one in blueprint.series.items()]
    if blueprint.tutoring:
        lists.append((("tutoring", "ways"), blueprint.tutoring.ways))
        lists.append((("tutoring", "remind_days_before"), blueprint.tutoring.remind_days_before))
    for path, said in lists:
        for number, one in enumerate(said):
            if one in said[:number]:
                yield sheet.fault((*path, number), "twice", given=one)


def _written(hours: Hours) -> str:
    return f"{hours.starts:%H:%M}-{hours.ends:%H:%M}"


_CHECKS = (
    _plain_values,
    _every_language,
    _line,
    _phases_and_series,
    _bounds,
    _afterwards,
    _training_of_leaders,
    _twice,
)
