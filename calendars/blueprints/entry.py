"""Who may come in: the entry rules that a programme keeps from its blueprint, and what somebody misses of them. Pure.

A criterion is a code: `language:listening`, `age`, `register`, or `check:…` of the checklist at the door. One that is
not known yet is told apart from one that is known and not met.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from calendars.blueprints.form import Blueprint, Level, Skill, Words

LEVELS: tuple[str, ...] = get_args(Level)
SKILLS: tuple[str, ...] = get_args(Skill)


@dataclass(frozen=True, slots=True)
class Door:
    """The entry rules of one programme."""

    language: dict[str, str] = field(default_factory=dict)
    least_age: int | None = None
    checks: dict[str, Words] = field(default_factory=dict)
    register_needed: bool = False
    refuses: bool = False
    """Whether a miss refuses; else it warns and asks for a reason in writing."""

    @property
    def criteria(self) -> list[str]:
        """Every criterion, in the order in which a page shows them."""
        return [
            *(f"language:{skill}" for skill in SKILLS if skill in self.language),
            *(["age"] if self.least_age is not None else []),
            *(["register"] if self.register_needed else []),
            *(f"check:{code}" for code in self.checks),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of somebody at the door."""

    levels: Mapping[str, str] = field(default_factory=dict)
    born: date | None = None
    registered: bool | None = None
    seen: Collection[str] = ()
    """The codes of the checklist that somebody has seen."""


def kept(blueprint: Blueprint) -> dict[str, Any]:
    """The entry rules as a programme keeps them: a later blueprint changes nothing for those who are in."""
    entry = blueprint.entry
    return {
        "language": dict(entry.language), "least_age": entry.least_age, "on_miss": entry.on_miss,
        "register_needed": entry.register_needed,
        "checks": {code: dict(one.title) for code, one in entry.checks.items()},
    }  # fmt: skip


def door_of(rules: Mapping[str, Any]) -> Door:
    """The door of a programme; one that was planned before rules were kept stands open."""
    said = rules.get("entry", {})
    return Door(
        dict(said.get("language", {})), said.get("least_age"), dict(said.get("checks", {})),
        bool(said.get("register_needed")), said.get("on_miss") == "refuse",
    )  # fmt: skip


def missed(door: Door, known: Known, starts: date) -> list[str]:
    """The criteria that she is known not to meet. Her age counts on the programme's first day."""
    return [code for code in door.criteria if _met(door, known, starts, code) is False]


def unknown(door: Door, known: Known, starts: date) -> list[str]:
    """The criteria of which nobody knows yet whether she meets them."""
    return [code for code in door.criteria if _met(door, known, starts, code) is None]


def met(door: Door, known: Known, starts: date) -> list[str]:
    """The criteria that she meets."""
    return [code for code in door.criteria if _met(door, known, starts, code) is True]


def age_on(born: date, day: date) -> int:
    """Full years; whoever was born on 29 February has her birthday on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _met(door: Door, known: Known, starts: date, code: str) -> bool | None:
    kind, _, name = code.partition(":")
    if kind == "language":
        has = known.levels.get(name)
        return None if has is None else LEVELS.index(has) >= LEVELS.index(door.language[name])
    if kind == "age":
        return None if known.born is None else age_on(known.born, starts) >= (door.least_age or 0)
    if kind == "register":
        return known.registered
    return True if name in known.seen else None
