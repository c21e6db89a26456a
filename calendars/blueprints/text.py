"""A blueprint written down again as the file that a coordinator reads and changes: `parse` reads what is `written`."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any

from calendars.blueprints.form import Blueprint, Hours

_WIDTH = 116
_BARE = re.compile(r"[A-Za-z0-9_-]+")
# What stands above each part of the file: for somebody who has never seen such a file.
_ABOVE = {
    "line": "The line of days, read from top to bottom. Only training days count: no weekends, holidays or breaks.",
    "phases": "The phases of the line. `service` is what the law calls it: it decides which absences are reported.",
    "series": "Meetings at the same time of the clock each week.",
    "fields": "Vocational fields: one small group never mixes them. The codes are ISCED-F 2013.",
    "topics": "The topics, and the hours meant for each.",
    "places": "Where people meet on site.",
    "routes": "The ways through; a learner may change hers.",
    "entry": "Who may come in.",
    "groups": "The size of a small group, and what groups are formed by, the most important first.",
    "attendance": "What counts as present: seconds, and the percent of a lesson.",
    "tutoring": "After the end: minutes for each learner, within so many months.",
    "appointments": "Talks of each learner with somebody after the end.",
    "personal": "What is each learner's own: who answers for her, and how long or short her line may be.",
    "certificate": "Given to whoever has been present for so many minutes.",
    "questions": "When learners are asked: on these training days, and so many months after the end.",
}


def written(blueprint: Blueprint) -> str:
    """The whole blueprint as a file, every rule spelled out; reading it gives an equal blueprint."""
    title = blueprint.title.get("en") or next(iter(blueprint.title.values()))
    head = [
        f"# {title}",
        "#",
        "# You may change what stands right of a = sign. What stands after a # is for you, the house does not read it.",
        "# Count the version up when you change something.",
        "",
    ]
    return "\n".join([*head, *_table(blueprint, "")]) + "\n"


def _table(thing: Any, name: str) -> Iterator[str]:
    """The plain keys of a table first, then the tables under it: the order that TOML needs."""
    kept = [(one.name, getattr(thing, one.name)) for one in fields(thing) if _is_said(thing, one)]
    for key, value in kept:
        if not _is_below(value):
            yield from _above(name, key)
            yield from _pair(key, value)
    for key, value in kept:
        if _is_below(value):
            here = f"{name}.{key}" if name else key
            yield from _above(name, key)
            for path, one in _tables_in(value, here):
                yield from ("", f"[{path}]", *_table(one, path))


def _is_said(thing: Any, one: Field[Any]) -> bool:
    """Whether a key is written: an `id` is the table's own name, and nothing is the same as not said."""
    value = getattr(thing, one.name)
    if one.name == "id" or value is None or value == {}:
        return False
    return value != () or one.default != ()


def _is_below(value: Any) -> bool:
    """Whether a value is a table of its own, or several."""
    return (is_dataclass(value) and not isinstance(value, Hours)) or _is_named(value)


def _is_named(value: Any) -> bool:
    return isinstance(value, Mapping) and is_dataclass(next(iter(value.values())))


def _tables_in(value: Any, here: str) -> Iterable[tuple[str, Any]]:
    return [(f"{here}.{key}", one) for key, one in value.items()] if _is_named(value) else [(here, value)]


def _above(name: str, key: str) -> Iterator[str]:
    if not name and key in _ABOVE:
        yield from ("", "", *textwrap.wrap(_ABOVE[key], _WIDTH, initial_indent="# ", subsequent_indent="# "))


def _pair(key: str, value: Any) -> Iterator[str]:
    if key in ("title", "summary"):
        yield from (f"{key}.{_key(language)} = {_text(one)}" for language, one in value.items())
        return
    whole = f"{key} = {_value(value)}"
    if isinstance(value, tuple) and (len(whole) > _WIDTH or any(is_dataclass(one) for one in value)):
        yield from (f"{key} = [", *(f"  {_value(one)}," for one in value), "]")
    else:
        yield whole


def _value(value: Any) -> str:
    if isinstance(value, Hours):
        return _text(f"{value.starts:%H:%M}-{value.ends:%H:%M}")
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if is_dataclass(value):
        return _inline({one.name: getattr(value, one.name) for one in fields(value) if _is_said(value, one)})
    if isinstance(value, Mapping):
        return _inline(value)
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _inline(pairs: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in pairs.items()) + " }"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """A text in quotes; of JSON's escapes TOML has those that can come up, for a blueprint has no control signs."""
    return json.dumps(text, ensure_ascii=False)
