"""Registers that wait for a signature, each in one line: how many were there, and who was not."""

from collections.abc import Sequence
from dataclasses import dataclass

from calendars import rights
from calendars.people import people
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Lesson, Programme
from classroom import ledger, rooms
from classroom.attendance import reckon

MISSED = ("absent", "could_not_enter")


@dataclass(frozen=True, slots=True)
class Unsigned:
    """What the evidence of one lesson comes to now. `people`: all whom its register names."""

    present: int
    people: int
    absent: tuple[str, ...]
    """The names of those of whom nothing is known but that they were not there."""


async def unsigned(look: Look, actor: Actor, lessons: Sequence[tuple[Lesson, Programme]]) -> dict[str, Unsigned]:
    """These registers by their lessons, in a constant number of statements. Raises what rights.ask does."""
    for lesson, programme in lessons:
        rights.ask(actor, "register", rights.place_of(lesson, programme))
    asked = [(lesson, rooms.times(lesson, programme.rules), rooms.rules_of(programme)) for lesson, programme in lessons]
    found = {lesson: reckon(trace) for lesson, trace in (await ledger.traces(look, asked)).items()}
    missed = {
        lesson: [person for person, one in reckonings.items() if one.state in MISSED]
        for lesson, reckonings in found.items()
    }
    known = await people.who(look, {person for one in missed.values() for person in one})
    return {
        lesson: Unsigned(
            present=sum(one.seconds["present"] > 0 for one in reckonings.values()),
            people=len(reckonings),
            absent=tuple(sorted(known[person].shown for person in missed[lesson])),
        )
        for lesson, reckonings in found.items()
    }
