"""The rows of a file of people as entries: each value read and checked, each fault with its line. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from calendars import weeks
from calendars.blueprints.entry import LEVELS, SKILLS
from calendars.errors import Invalid
from calendars.freedays import WEEKDAYS
from calendars.names import clean_email, clean_language, clean_line, clean_name, clean_telephone
from calendars.people.importing import Entry, digits_of, same_name
from calendars.people.people import NewPerson
from calendars.people.profiles import HALF_DAYS
from server.files.imports import Fault, Sheet

YES = frozenset({"yes", "y", "kyllä", "k", "on", "1", "x", "true", "نعم"})
NO = frozenset({"no", "n", "ei", "e", "0", "false", "لا"})
LANGUAGES = {
    "suomi": "fi", "finnish": "fi", "englanti": "en", "english": "en", "arabia": "ar", "arabic": "ar", "العربية": "ar",
    "ruotsi": "sv", "swedish": "sv", "venäjä": "ru", "russian": "ru", "ukraina": "uk", "ukrainian": "uk",
    "somali": "so", "persia": "fa", "persian": "fa", "dari": "fa", "kurdi": "ckb", "sorani": "ckb", "turkki": "tr",
    "turkish": "tr", "thai": "th", "vietnam": "vi", "vietnamese": "vi", "viro": "et", "estonian": "et",
    "espanja": "es", "spanish": "es", "albania": "sq", "albanian": "sq", "tigrinja": "ti", "tigrinya": "ti",
}  # fmt: skip
DAYS = {"ma": "mon", "ti": "tue", "ke": "wed", "to": "thu", "pe": "fri", "la": "sat", "su": "sun"}
HALVES = {"ap": "am", "ip": "pm", "am": "am", "pm": "pm"}
_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", re.ASCII)
ROLES = {
    "teacher": "teacher", "opettaja": "teacher", "tutor": "tutor", "tutori": "tutor", "counsellor": "counsellor",
    "ohjaaja": "counsellor", "opinto-ohjaaja": "counsellor", "support": "support", "tuki": "support",
    "coordinator": "coordinator", "koordinaattori": "coordinator",
}  # fmt: skip

WRONG = {
    "born": "file_day", "level": "file_level", **dict.fromkeys(SKILLS, "file_level"), "registered": "file_yes_no",
    "field": "file_field", "free": "file_half_days", "weekdays": "file_weekdays", "abilities": "file_ability",
    "role": "file_role", "language": "file_language", "languages": "file_language",
}  # fmt: skip
"""Column -> what is said of a value that is none of its: in a file there is no list to choose from."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the values of a file may name: fields by code and title, abilities, the languages of the house."""

    fields: Mapping[str, str]
    abilities: Collection[str]
    languages: Collection[str]
    staff: bool = False
    today: date = date.max
    """Nobody is born after it."""


def entries(sheet: Sheet, known: Known) -> tuple[list[Entry], list[Fault]]:
    """Every row that is right by itself, and all faults in the order of their lines; one may be of two such rows."""
    found: list[Entry] = []
    faults = list(sheet.faults)
    for line, cells in sheet.rows:
        wrong: list[Fault] = []
        entry = _entry(line, cells, known, wrong)
        faults += wrong
        if entry is not None and not wrong:
            found.append(entry)
    faults += _twice(found)
    return found, sorted(faults, key=lambda one: one.line)


def _entry(line: int, cells: Mapping[str, str], known: Known, wrong: list[Fault]) -> Entry | None:
    def read(column: str, how: Any, empty: Any = "") -> Any:
        said = cells.get(column, "")
        if not said:
            return empty
        try:
            return how(said)
        except Invalid as refused:
            code = WRONG.get(column, refused.code) if refused.code == "bad_choice" else refused.code
            wrong.append(Fault(line, code, column, said[:40]))
        except (ValueError, KeyError):
            wrong.append(Fault(line, WRONG.get(column, "bad_choice"), column, said[:40]))
        return empty

    name = cells.get("name") or " ".join(filter(None, (cells.get("first_name"), cells.get("last_name"))))
    try:
        name = clean_name(name)
    except Invalid as refused:
        wrong.append(Fault(line, refused.code, "name", name[:40]))
        return None
    person = NewPerson(
        name=name, telephone=read("telephone", clean_telephone), email=read("email", clean_email),
        language=read("language", lambda said: _language(said, known)),
    )  # fmt: skip
    profile = {
        "born": read("born", lambda said: _born(said, known.today), None),
        "municipality": read("municipality", lambda said: clean_line(said, "m", 80)),
        "registered": read("registered", _yes_or_no, None), "levels": _levels(cells, read),
        "free": read("free", _half_days, None), "languages": read("languages", _languages, []),
        "referred_by": read("referred_by", lambda said: clean_line(said, "r", 120)),
    }  # fmt: skip
    abilities = read("abilities", lambda said: _abilities(said, known), ())
    role = read("role", lambda said: ROLES[said.casefold()], "teacher") if known.staff else ""
    kept = {key: value for key, value in profile.items() if value not in (None, "", {}, [])}
    return Entry(
        line, person, kept, read("field", lambda said: known.fields[said.casefold()]),
        read("weekdays", _weekdays, None), role, tuple(abilities),
    )  # fmt: skip


def _language(said: str, known: Known) -> str:
    code = LANGUAGES.get(said.casefold(), said)
    clean_language(code)
    return code if code in known.languages else "en" if "en" in known.languages else "fi"


def _levels(cells: Mapping[str, str], read: Any) -> dict[str, str]:
    whole = read("level", _level)
    found = {skill: read(skill, _level) or whole for skill in SKILLS}
    return {skill: level for skill, level in found.items() if level}


def _level(said: str) -> str:
    """A level as people write it; one without a sub-level is the lowest of it. Raises KeyError."""
    level = said.upper().replace(",", ".").replace(" ", "")
    if level not in LEVELS:
        level = f"{level}.1"
    if level not in LEVELS:
        raise KeyError(said)
    return level


def _born(said: str, today: date) -> date:
    match = _DAY.fullmatch(said)
    day = date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(said)
    if not 1900 <= day.year <= 2100 or day > today:
        raise Invalid("bad_birthday", field="born")
    return day


def _yes_or_no(said: str) -> bool:
    if said.casefold() in YES | NO:
        return said.casefold() in YES
    raise ValueError(said)


def _half_days(said: str) -> list[str]:
    """`ma ap, ti ip` or `mon_am tue_pm`, as half days. Raises KeyError."""
    words = said.casefold().replace("_", " ").replace("-", " ").replace(",", " ").replace(";", " ").split()
    if len(words) % 2:
        raise ValueError(said)
    pairs = zip(words[::2], words[1::2], strict=True)
    chosen = {f"{DAYS.get(day, day)}_{HALVES[half]}" for day, half in pairs}
    if chosen - set(HALF_DAYS):
        raise ValueError(said)
    return [one for one in HALF_DAYS if one in chosen]


def _weekdays(said: str) -> int:
    """`ma ke to` or `mon, wed`, as a seat keeps them. Raises ValueError."""
    words = re.split(r"[\s,;/]+", said.casefold().strip())
    chosen = [DAYS.get(one.rstrip("."), one.rstrip(".")) for one in words if one]
    if set(chosen) - set(WEEKDAYS):
        raise ValueError(said)
    return weeks.kept(chosen)


def _languages(said: str) -> list[str]:
    words = [one.strip() for one in re.split(r"[,;/]", said) if one.strip()]
    return [clean_language(LANGUAGES.get(one.casefold(), one)) for one in words[:12]]


def _abilities(said: str, known: Known) -> list[str]:
    found = []
    for one in filter(None, (part.strip() for part in re.split(r"[,;/]", said))):
        ability = one.casefold() if one.casefold() in known.abilities else f"field:{known.fields.get(one.casefold())}"
        if ability not in known.abilities:
            raise ValueError(said)
        found.append(ability)
    return found


def _twice(found: Iterable[Entry]) -> list[Fault]:
    """The same person on two lines of one file."""
    seen: dict[tuple[str, str], int] = {}
    faults = []
    for one in found:
        name = same_name(one.person.name)
        marks = [digits_of(one.person.telephone), one.person.email.casefold(), str(one.profile.get("born", ""))]
        keys = [(name, mark) for mark in marks if mark] or [(name, "")]
        first = next((seen[key] for key in keys if key in seen), 0)
        if first:
            faults.append(Fault(one.line, "same_as_line", "name", str(first)))
        for key in keys:
            seen.setdefault(key, one.line)
    return faults
