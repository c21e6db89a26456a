"""A training model in words: its phases, what happens in them, who may come in, what follows."""

from typing import Any, Final

from calendars.blueprints.form import Blueprint, Hours, Phase, Series
from calendars.names import in_language
from server.pages.parts.tiles import KINDS, kind_word
from server.words import Say, phrase

SERVICES: Final = {
    "labour_market_training": phrase("labour-market training"), "self_motivated_study": phrase("self-motivated study"),
    "job_search_coaching": phrase("job-search coaching"), "career_coaching": phrase("career coaching"),
    "training_trial": phrase("training trial"), "work_trial": phrase("work trial"),
    "rehabilitative_work": phrase("rehabilitative work"), "peer_group": phrase("peer group"),
    "tutoring": phrase("tutoring"), "tutor_training": phrase("training of tutors"),
    "indirect_audience": phrase("training for others"),
}  # fmt: skip
ACTIVITIES: Final = {
    "interim_assessment": phrase("interim assessment"), "language_assessment": phrase("language assessment"),
    "prior_learning": phrase("recognition of skills"), "guidance": phrase("study guidance"),
    "individual_discussion": phrase("individual discussion"), "company_visit": phrase("company visit"),
    "workplace_visit": phrase("visit to the workplace"), "start_survey": phrase("start survey"),
    "end_survey": phrase("end survey"),
}  # fmt: skip
AUDIENCES: Final = {
    "learner": phrase("each learner"), "group": phrase("each group"), "everybody": phrase("everybody together"),
}  # fmt: skip
NEEDS: Final = {
    "field": phrase("own field"), "language": phrase("language"), "tutor": phrase("tutor"),
    "counsellor": phrase("counsellor"), "support": phrase("support person"),
}  # fmt: skip
SKILLS: Final = {
    "listening": phrase("listening"), "speaking": phrase("speaking"), "reading": phrase("reading"),
    "writing": phrase("writing"),
}  # fmt: skip
MONTH: Final = 21
"""How many tiles stand for a month: its usual number of working days."""


def in_words(one: Blueprint, language: str, say: Say) -> dict[str, Any]:
    """Everything that a page shows of a model."""

    def title(thing: Any) -> str:
        return in_language(thing.title, language, one.teaching_language)

    parts: list[Phase | Series] = [*one.phases.values(), *one.series.values()]
    used = {part.kind for part in parts}
    return {
        "name": one.name, "version": one.version, "title": title(one),
        "summary": in_language(one.summary, language, one.teaching_language), "tiles": tiles(one, language, say),
        "kinds": [{"kind": kind, "label": kind_word(kind, say)} for kind in KINDS if kind in used],
        "steps": [(title(one.phases[step.phase]), say("{count} days", count=step.days) if step.days
                   else say("{count} months", count=step.months)) for step in one.line],
        "phases": [_phase(part, one, language, say) for part in parts],
        "fields": [(title(field), f"ISCED-F {field.isced}") for field in one.fields.values()],
        "topics": [(title(topic), topic.hours) for topic in one.topics.values()],
        "routes": [title(route) for route in one.routes.values()],
        "entry": _entry(one, language, say), "afterwards": _afterwards(one, language, say),
        "groups": f"{one.groups.smallest}–{one.groups.largest}", "present": one.attendance.present_percent,
        "personal": _personal(one, say),
    }  # fmt: skip


def tiles(one: Blueprint, language: str, say: Say) -> list[dict[str, str]]:
    """The line of a model without dates: a month stands for its usual working days."""
    drawn: list[dict[str, str]] = []
    for step in one.line:
        phase = one.phases[step.phase]
        label = f"{in_language(phase.title, language, one.teaching_language)}, {kind_word(phase.kind, say)}"
        for _ in range(step.days or (step.months or 0) * MONTH):
            drawn.append({"kind": phase.kind, "when": "ahead", "label": f"{len(drawn) + 1}. {label}"})
    for series in one.series.values():
        label = in_language(series.title, language, one.teaching_language)
        drawn += [{"kind": series.kind, "when": "ahead", "label": f"{n}. {label}"} for n in range(1, series.times + 1)]
    return drawn


def _phase(part: Phase | Series, one: Blueprint, language: str, say: Say) -> dict[str, Any]:
    title = in_language(part.title, language, one.teaching_language)
    lessons, activities, times = [], [], ""
    if isinstance(part, Series):
        hours = part.time
        times = say("{count} weekly meetings", count=part.times)
        lessons = [f"{_span(part.time)} {say('{count} leaders', count=part.leaders)}"]
    else:
        hours = part.hours
        lessons = [f"{_span(lesson.time)} {', '.join(_need(need, one, language, say) for need in lesson.needs)}"
                   for lesson in part.lessons]  # fmt: skip
        activities = [
            f"{say(ACTIVITIES[each.kind])}, {each.minutes} min, {say(AUDIENCES[each.audience])}"
            + (f" × {each.times}" if each.times > 1 else "")
            for each in part.activities
        ]
    return {
        "title": title, "kind": part.kind, "kind_word": kind_word(part.kind, say),
        "service": say(SERVICES[part.service]),
        "hours": _span(hours), "times": times, "place": one.places[part.place].name if part.place else "",
        "lessons": lessons, "activities": activities,
        "topics": [in_language(one.topics[topic].title, language, one.teaching_language) for topic in part.topics],
    }  # fmt: skip


def _need(need: str, one: Blueprint, language: str, say: Say) -> str:
    kind, _, field = need.partition(":")
    return in_language(one.fields[field].title, language, one.teaching_language) if field else say(NEEDS[kind])


def _entry(one: Blueprint, language: str, say: Say) -> list[str]:
    entry = one.entry
    told = [f"{say(SKILLS[skill])} {level}" for skill, level in entry.language.items()]
    told += [say("at least {years} years old", years=entry.least_age)] if entry.least_age else []
    told += [say("a customer of the employment services")] if entry.register_needed else []
    return told + [in_language(check.title, language, one.teaching_language) for check in entry.checks.values()]


def _afterwards(one: Blueprint, language: str, say: Say) -> list[str]:
    told = []
    if one.tutoring:
        subjects = ", ".join(in_language(each.title, language) for each in one.tutoring.subjects.values())
        told.append(say("Tutoring: {minutes} min for each learner, within {months} months", months=one.tutoring.months,
                        minutes=one.tutoring.minutes_per_learner) + f" ({subjects})")  # fmt: skip
    told += [f"{in_language(each.title, language, one.teaching_language)}, {each.minutes} min"
             for each in one.appointments.values()]  # fmt: skip
    if one.certificate:
        told.append(f"{in_language(one.certificate.title, language)}, {one.certificate.minutes} min")
    return told


def _personal(one: Blueprint, say: Say) -> str:
    least, most = one.personal.shortest_days, one.personal.longest_days
    return (
        say("Each learner's own line: {least}–{most} days", least=least or "", most=most or "") if least or most else ""
    )


def _span(hours: Hours) -> str:
    return f"\u2066{hours.starts:%H:%M}–{hours.ends:%H:%M}\u2069"
