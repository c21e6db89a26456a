"""The outbox: letters wait here for somebody to print them or read them out, until mail is set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from calendars import rights
from calendars.errors import NotFound
from calendars.rights import THE_HOUSE, Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Person
from server.auth.tables import Letter


@dataclass(frozen=True, slots=True)
class Written:
    """A letter in the words of whoever gets it."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter in the outbox."""

    id: str
    name: str
    address: str
    subject: str
    text: str
    made: datetime


async def lay_out(work: Work, actor: Actor, person: str, letter: Written, until: datetime) -> None:
    """Put a letter into the outbox; a newer one to her takes its place. Whoever calls has asked the rights."""
    who = await work.get(Person, person)
    if who is None:
        raise NotFound()
    await work.run(delete(Letter).where((Letter.person == person) | (Letter.until <= work.now)))
    work.add(
        Letter(
            id=new_id(), person=person, address=who.email, subject=letter.subject, text=letter.text, made=work.now,
            until=until, by=actor.person or None,
        )
    )  # fmt: skip


async def outbox(look: Look, actor: Actor) -> list[Waiting]:
    """The letters that wait: an administrator sees all of them, everybody else those she caused herself."""
    statement = select(Letter, Person).join(Person, Person.id == Letter.person).where(Letter.until > look.now)
    if not rights.may(actor, "administer", THE_HOUSE):
        statement = statement.where(Letter.by == actor.person)
    rows: Sequence[tuple[Letter, Person]] = await look.rows(statement.order_by(Letter.made.desc(), Letter.id))
    return [
        Waiting(letter.id, person.shown, letter.address, letter.subject, letter.text, letter.made)
        for letter, person in rows
    ]


async def discard(work: Work, actor: Actor, letter: str) -> None:
    """The letter is on its way by hand; take it out. Raises NotFound for one that the actor may not see."""
    row = await work.get(Letter, letter)
    if row is None or (row.by != actor.person and not rights.may(actor, "administer", THE_HOUSE)):
        raise NotFound()
    await work.run(delete(Letter).where(Letter.id == letter))
