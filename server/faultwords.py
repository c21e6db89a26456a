"""What is wrong with a sheet: fault code -> English source; its place stands before it, what was meant behind it."""

from collections.abc import Mapping
from typing import Final

from calendars.blueprints.sheets import Fault
from server.words import Say, phrase

MOST_SHOWN: Final = 20

FAULTS: Final = {
    "too_long": phrase("it is longer than {most} characters"),
    "too_deep": phrase("brackets stand too deep inside each other"),
    "not_toml": phrase("this is not TOML: {told}"),
    "not_one_of": phrase("{given} is not possible here; write one of: {allowed}"),
    "not_a": phrase("{given} is not {wanted}"),
    "out_of_bounds": phrase("{given} is not between {least} and {most}"),
    "empty": phrase("nothing is written here"),
    "turning": phrase("take out the marks that turn the direction of writing"),
    "not_one_line": phrase("this must be one line of at most {most} characters"),
    "bad_id": phrase("{given} cannot be a short name; use small letters a-z, digits and hyphens"),
    "unknown_key": phrase("{given} means nothing here"),
    "missing": phrase("{given} is missing"),
    "bad_hours": phrase("{given} is not a time from-to, such as 09:00-15:00"),
    "hours_backwards": phrase("{given} ends before it begins"),
    "bad_isced": phrase("{given} is not an ISCED-F code, such as 1041"),
    "bad_name": phrase("{given} cannot be the name; use small letters a-z, digits and hyphens"),
    "bad_version": phrase("{given} is not a version, such as 1.0"),
    "bad_language": phrase("{given} is not a language code, such as fi"),
    "bad_teaching_language": phrase("{given} is not a language code, such as fi"),
    "unknown_zone": phrase("there is no time zone {given}"),
    "unknown_country": phrase("the public holidays of {given} are not known; write a code such as FI or DE-BY"),
    "language_missing": phrase("there is no text in the language {language}"),
    "unknown_phase": phrase("there is no phase {given}; there are: {known}"),
    "unknown_place": phrase("there is no place {given}; there are: {known}"),
    "unknown_topic": phrase("there is no topic {given}; there are: {known}"),
    "unknown_ability": phrase("{given} is no ability; write field, field:ID, language, tutor, counsellor or support"),
    "days_or_months": phrase("a step of the line has either days or months"),
    "phase_not_in_line": phrase("the phase {given} is nowhere in the line"),
    "nothing_happens": phrase("there is neither a line of days nor a weekly series"),
    "after_the_end": phrase("{given} lies after the last day, {days}"),
    "contact_without_place": phrase("contact days need a place"),
    "place_not_needed": phrase("days of the kind {kind} are at no place"),
    "lesson_outside_hours": phrase("the lesson lies outside the hours of the day, {hours}"),
    "lessons_overlap": phrase("the lesson {given} begins before the one above it ends"),
    "smallest_above_largest": phrase("{given} is greater than {largest}"),
    "number_too_long": phrase("this number is too long"),
    "too_many": phrase("there are more than {most} things here"),
    "twice": phrase("{given} stands here twice"),
    "line_too_long": phrase("the line has more than {most} training days"),
    "lessons_at_work": phrase("a workplace day has no lessons"),
    "longer_than_the_day": phrase("{given} minutes are longer than the day, {most} minutes"),
    "line_is_shorter": phrase("{given} is more than the days of the line, {days}"),
    "line_is_longer": phrase("{given} is less than the days of the line, {days}"),
    "seats_below_smallest": phrase("{given} seats are fewer than the smallest group, {smallest}"),
    "before_the_window": phrase("{given} days before the end lie outside {months} months"),
    "out_of_reach": phrase("{given} minutes are more than the whole training has, {most}"),
    "trains_in_a_circle": phrase("the leaders of {given} would need {name} first, and so round and round"),
    "trains_itself": phrase("{given} cannot be the training of its own leaders"),
}
"""Each check of calendars/blueprints/checks.py and sheets.py adds its own here; a test finds one without words."""
TYPES: Final = {
    "int": phrase("a whole number"),
    "str": phrase("a text in quotes"),
    "bool": phrase("true or false"),
    "list": phrase("a list [ ... ]"),
    "table": phrase("a table { ... }"),
}


def fault_in_words(fault: Fault, say: Say) -> str:
    """The reason, with the place it is about and what was probably meant."""
    facts = {name: shown(fact) for name, fact in fault.facts.items()}
    facts["wanted"] = say(TYPES.get(str(fault.facts.get("wanted")), TYPES["table"]))
    if isinstance(fault.facts.get("given"), Mapping):
        facts["given"] = say("a table")
    sentence = say(FAULTS[fault.why], **facts)
    if fault.facts.get("meant"):
        sentence += " " + say("(did you mean {meant}?)", **facts)
    return f"{shown(fault.where)}: {sentence}" if fault.where else sentence


def shown(fact: object) -> str:
    """A fact on one line: what came from a file must not steer the terminal, nor flood it."""
    if isinstance(fact, list | tuple):
        return ", ".join([*map(shown, fact[:MOST_SHOWN]), *(["…"] if len(fact) > MOST_SHOWN else [])])
    if isinstance(fact, Mapping):
        return "{ … }"
    text = str(fact).lower() if isinstance(fact, bool) else str(fact)
    text = text if len(text) <= 80 else text[:79] + "…"
    return text if text.isprintable() else ascii(text)[1:-1]
