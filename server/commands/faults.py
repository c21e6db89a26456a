"""What is wrong with what somebody wrote, in English sentences for the command line."""

from collections.abc import Mapping

from calendars.errors import Refused
from calendars.sheets import Fault

_FAULTS = {
    "too_long": "it is longer than {most} characters",
    "too_deep": "brackets stand too deep inside each other",
    "not_toml": "this is not TOML: {told}",
    "not_one_of": "{given} is not possible here; write one of: {allowed}",
    "not_a": "{given} is not {wanted}",
    "out_of_bounds": "{given} is not between {least} and {most}",
    "empty": "nothing is written here",
    "not_one_line": "this must be one line of at most {most} characters",
    "bad_id": "{given} cannot be a short name; use small letters a-z, digits and hyphens",
    "unknown_key": "{given} means nothing here",
    "missing": "{given} is missing",
    "bad_hours": "{given} is not a time from-to, such as 09:00-15:00",
    "hours_backwards": "{given} ends before it begins",
    "bad_isced": "{given} is not an ISCED-F code, such as 1041",
    "bad_name": "{given} cannot be the name; use small letters a-z, digits and hyphens",
    "bad_version": "{given} is not a version, such as 1.0",
    "bad_language": "{given} is not a language code, such as fi",
    "bad_teaching_language": "{given} is not a language code, such as fi",
    "unknown_zone": "there is no time zone {given}",
    "unknown_country": "the public holidays of {given} are not known; write a code such as FI or DE-BY",
    "language_missing": "there is no text in the language {language}",
    "unknown_phase": "there is no phase {given}; there are: {known}",
    "unknown_place": "there is no place {given}; there are: {known}",
    "unknown_topic": "there is no topic {given}; there are: {known}",
    "unknown_ability": "{given} is no ability; write field, field:ID, language, tutor, counsellor or support",
    "days_or_months": "a step of the line has either days or months",
    "phase_not_in_line": "the phase {given} is nowhere in the line",
    "nothing_happens": "there is neither a line of days nor a weekly series",
    "after_the_end": "{given} lies after the last day, {days}",
    "contact_without_place": "contact days need a place",
    "place_not_needed": "days of the kind {kind} are at no place",
    "lesson_outside_hours": "the lesson lies outside the hours of the day, {hours}",
    "lessons_overlap": "the lesson {given} begins before the one above it ends",
    "smallest_above_largest": "{given} is greater than {largest}",
}
REFUSALS = {
    "no_such_blueprint": "There is no blueprint {name}; there are: {known}.",
    "unknown_country": "The public holidays of {country} are not known; write a code such as FI or DE-BY.",
    "unknown_zone": "There is no time zone {given}; write a name such as Europe/Helsinki.",
    "unknown_weekday": "{given} is no weekday; write mon, tue, wed, thu, fri, sat or sun.",
    "no_weekdays": "No weekday is left to train on.",
    "break_backwards": "The break {first}..{last} ends before it begins.",
    "no_training_days": "After {after} no training day is found: breaks and holidays leave none.",
    "start_out_of_range": "The start must lie in the years {first} to {last}.",
}
_TYPES = {"int": "a whole number", "str": "a text in quotes", "bool": "true or false", "list": "a list [ ... ]"}


def fault_in_words(fault: Fault) -> str:
    """The reason, with the place it is about and what was probably meant."""
    facts = dict(fault.facts)
    facts["wanted"] = _TYPES.get(str(facts.get("wanted")), "a table { ... }")
    sentence = _FAULTS[fault.why].format(**{name: _shown(fact) for name, fact in facts.items()})
    meant = f" (did you mean {_shown(facts['meant'])}?)" if facts.get("meant") else ""
    return f"{_shown(fault.where)}: {sentence}{meant}" if fault.where else sentence + meant


def refusal_in_words(refused: Refused) -> list[str]:
    """One sentence; for a broken sheet one for each fault, `FILE:LINE: reason`."""
    faults = refused.facts.get("faults")
    if isinstance(faults, tuple):
        return [f"{refused.facts['source']}:{fault.line}: {fault_in_words(fault)}" for fault in faults]
    return [REFUSALS[refused.code].format(**{name: _shown(fact) for name, fact in refused.facts.items()})]


def _shown(fact: object) -> str:
    """A fact on one line: what came from a file must not steer the terminal, nor flood it."""
    if isinstance(fact, list | tuple):
        return ", ".join(map(_shown, fact))
    if isinstance(fact, Mapping):
        return "a table"
    text = str(fact).lower() if isinstance(fact, bool) else str(fact)
    text = text if len(text) <= 80 else text[:79] + "…"
    return text if text.isprintable() else ascii(text)[1:-1]
