"""The entry rules of a programme, changed by whoever plans it: levels, age, papers to see, and what a miss does.

Whoever is in stays in: what was decided, and on which grounds, was written down with her (enrolments.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from calendars import rights
from calendars.blueprints import entry
from calendars.blueprints.entry import LEVELS, SKILLS, Door
from calendars.errors import Invalid
from calendars.names import clean_line
from calendars.people.facts import DoorChanged
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Programme

OLDEST = 120
MOST_CHECKS = 20
MOST_LETTERS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDoor:
    """Entry rules as a form says them."""

    language: Mapping[str, str]
    """Skill -> the least level; a skill that is not there is not asked."""
    least_age: int | None
    register_needed: bool
    refuses: bool
    checks: Sequence[tuple[str, str]]
    """Lines of the checklist in their order: the code of one that is there already, or nothing, and its words. One
    without words is taken away."""


async def of(look: Look, actor: Actor, programme: str) -> Door:
    """The entry rules for whoever plans there."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    return entry.door_of(found.rules)


async def set_door(work: Work, actor: Actor, programme: str, new: NewDoor, language: str) -> None:
    """Change the entry rules; `language`: that of the words. Raises Invalid."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    await work.run(select(Programme.id).where(Programme.id == programme).with_for_update(key_share=True))
    if any(skill not in SKILLS or level not in LEVELS for skill, level in new.language.items()):
        raise Invalid("bad_choice", field="language")
    if new.least_age is not None and not 0 <= new.least_age <= OLDEST:
        raise Invalid("bad_number", field="least_age")
    said = {
        "language": {skill: new.language[skill] for skill in SKILLS if skill in new.language},
        "least_age": new.least_age or None, "on_miss": "refuse" if new.refuses else "warn",
        "register_needed": new.register_needed,
        "checks": _checks(entry.door_of(found.rules).checks, new.checks, language),
    }  # fmt: skip
    if said == found.rules.get("entry"):
        return
    found.rules = found.rules | {"entry": said}
    found.revision, found.modified = found.revision + 1, work.now
    work.tell(DoorChanged(stream=programme, criteria=tuple(entry.door_of(found.rules).criteria), by=actor.person))
    await work.flush()


def _checks(
    old: Mapping[str, Mapping[str, str]], new: Sequence[tuple[str, str]], language: str
) -> dict[str, dict[str, str]]:
    """The checklist as it is kept; a line whose words are changed keeps its code, and so who has seen it."""
    kept: dict[str, dict[str, str]] = {}
    for code, words in new:
        said = clean_line(words, "checks", MOST_LETTERS)
        if code and (code not in old or code in kept):
            raise Invalid("bad_choice", field="checks")
        if said and code:
            kept[code] = dict(old[code]) if said in old[code].values() else {language: said}
        elif said:
            kept[f"own-{new_id()[:8]}"] = {language: said}
    if len(kept) > MOST_CHECKS:
        raise Invalid("too_many", field="checks", most=MOST_CHECKS)
    return kept
