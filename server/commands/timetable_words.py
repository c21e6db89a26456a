"""What is wrong with a timetable or its problem, in English sentences for the command line."""

from collections.abc import Mapping

from calendars.timetable.check import Broken
from calendars.timetable.json_reading import Unreadable

_UNREADABLE = {
    "not_utf8": "this is not UTF-8 text",
    "not_json": "this is not one JSON value",
    "too_deep": "lists or objects stand too deep inside each other",
    "name_twice": "the name {name} stands twice in one object",
    "not_a_number": "{given} is no JSON number",
    "not_an_object": "a JSON object is needed",
    "not_a_list": "a list is needed",
    "not_text": "a text in quotes is needed",
    "half_a_character": "half a character stands in the text",
    "not_whole": "a whole number is needed",
    "not_a_figure": "a number is needed",
    "out_of_bounds": "the number must lie between {least} and {most}",
    "missing": "it is missing",
    "other_format": 'it must be "{format}"',
    "other_paper": "it is missing; the problem comes first, the timetable second",
    "not_a_date": "a day is needed, such as 2026-01-12",
    "too_large": "teachers, groups and sites have more than {most} slots in all",
    "id_twice": "the id {given} stands there twice",
    "placed_twice": "{given} is placed there twice",
    "no_such_day": "there is no day {given}; the problem has {days}, and the first is 0",
    "backwards": "the span from {first} to {after} ends before it begins",
    "not_three": "[day, from, to] is needed",
    "not_one_a_slot": "one cost for each of the {slots} slots of a day is needed, not {given}",
    "unknown": "there is no {what} {given}",
}
_BROKEN = {
    ("placed", "unknown"): "There is no activity {0}.",
    ("placed", "twice"): "{0} is placed {times} times.",
    ("placed", "both"): "{0} is placed, and is named as unplaced too.",
    ("placed", "missing"): "{0} is neither placed nor named as unplaced.",
    ("placed", "unplaced"): "{0} is not placed.",
    ("placed", "other_day"): "{0} is placed on {at}, which is none of its days.",
    ("placed", "outside"): "{0} is placed on {at}, slot {start}: it does not lie in its slots {from} to {to}.",
    ("teachers", "number"): "{0} on {at}, slot {start}, needs {needed} teachers and has {given}.",
    ("teachers", "same"): "{0} on {at}, slot {start}, has {teacher} more than once.",
    ("teachers", "unable"): "{0} on {at}, slot {start}: {teacher} is not able to do {need}.",
    ("teachers", "unknown"): "{0} on {at}, slot {start}: there is no teacher {teacher}.",
    ("teacher_busy", "busy"): "{0} on {at}, slot {start}: {teacher} is busy then.",
    ("teacher_clash", "clash"): "{0} and {1} on {at}, slot {start}: {teacher} would teach both at once.",
    ("group_busy", "busy"): "{0} on {at}, slot {start}: the group {group} is busy then.",
    ("group_clash", "group"): "{0} and {1} on {at}, slot {start}: both need the group {group} at once.",
    ("group_clash", "learner"): "{0} and {1} on {at}, slot {start}: both need the learner {learner} at once.",
    (
        "rooms",
        "too_few",
    ): "{site} on {at}, slots {start} to {end}, needs {wanted} rooms and has {rooms}: {all}.",
    ("one_site", "several"): "{teacher} on {at} would be at several sites ({sites}): {all}.",
    ("max_slots_day", "too_many"): "{teacher} on {at} teaches {slots} slots, at most {most} are allowed: {all}.",
    ("max_slots_week", "too_many"): "{teacher} in week {week} teaches {slots} slots, at most {most} are allowed.",
    ("once_a_day", "several"): "{at} has more than one of {value}: {all}.",
    ("same_teacher", "differ"): "{value} must have the same teachers all through ({usual}); others have: {all}.",
    ("fixed", "elsewhere"): "{0} on {at}, slot {start}, with {teachers}: it is fixed otherwise.",
}


def unreadable_in_words(wrong: Unreadable) -> str:
    """Where it is wrong, and what is needed there; no full stop."""
    told = _UNREADABLE[wrong.code].format(**{name: _shown(fact) for name, fact in wrong.facts.items()})
    line = wrong.facts.get("line")
    place = f"line {line}" if line else wrong.place
    return f"{printable(place)}: {told}" if place else told


def finding_in_words(one: Broken) -> str:
    """One sentence for a broken rule."""
    names = [printable(name) for name in one.activities]
    facts = {name: _shown(fact) for name, fact in one.facts.items()}
    facts["at"] = printable(str(one.facts.get("date") or f"day {one.facts.get('day')}"))
    return _BROKEN[one.rule, one.why].format(*names, **facts, all=_shown(list(one.activities)))


def printable(text: str) -> str:
    """What came from a file must not steer the terminal, nor flood it."""
    text = text if len(text) <= 80 else text[:79] + "…"
    return text if text.isprintable() else ascii(text)[1:-1]


def _shown(fact: object) -> str:
    if isinstance(fact, list | tuple):
        more = f" and {len(fact) - 8} more" if len(fact) > 8 else ""
        return (", ".join(_shown(one) for one in fact[:8]) or "nobody") + more
    if isinstance(fact, Mapping):
        return ", ".join(f"{name} {_shown(value)}" for name, value in fact.items())
    return printable(str(fact))
