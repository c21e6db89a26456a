"""The outbox: letters wait here for the mail server, or for somebody who prints them or reads them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from calendars import rights
from calendars.errors import NotFound
from calendars.rights import THE_HOUSE, Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Person
from server.auth.tables import Letter

AT_ONCE: Final = 20  # letters that are taken to the mail server in one go
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter in the words of whoever gets it."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter in the outbox, and how far it came."""

    id: str
    name: str
    address: str
    subject: str
    text: str
    made: datetime
    sent: datetime | None = None
    again: datetime | None = None
    trouble: str = ""


async def lay_out(work: Work, actor: Actor, person: str, letter: Written, until: datetime) -> None:
    """Put a letter into the outbox; a newer one to her takes its place. Whoever calls has asked the rights."""
    who = await work.get(Person, person)
    if who is None:
        raise NotFound()
    await work.run(delete(Letter).where((Letter.person == person) | (Letter.until <= work.now)))
    work.add(
        Letter(
            id=new_id(), person=person, address=who.email, subject=letter.subject, text=letter.text, made=work.now,
            until=until, by=actor.person or None, sent=None, again=work.now, tries=0, trouble="",
        )
    )  # fmt: skip


async def outbox(look: Look, actor: Actor) -> list[Waiting]:
    """The letters that wait: an administrator sees all of them, everybody else those she caused herself."""
    statement = select(Letter, Person).join(Person, Person.id == Letter.person).where(Letter.until > look.now)
    if not rights.may(actor, "administer", THE_HOUSE):
        statement = statement.where(Letter.by == actor.person)
    rows: Sequence[tuple[Letter, Person]] = await look.rows(statement.order_by(Letter.made.desc(), Letter.id))
    return [_waiting(letter, person) for letter, person in rows]


async def discard(work: Work, actor: Actor, letter: str) -> None:
    """The letter is on its way by hand; take it out. Raises NotFound for one that the actor may not see."""
    row = await work.get(Letter, letter)
    if row is None or (row.by != actor.person and not rights.may(actor, "administer", THE_HOUSE)):
        raise NotFound()
    await work.run(delete(Letter).where(Letter.id == letter))


async def due(look: Look) -> list[Waiting]:
    """The letters that mail takes away now, the longest waiting first. Only for the house's own mail."""
    statement = (
        select(Letter, Person)
        .join(Person, Person.id == Letter.person)
        .where(Letter.address != "", Letter.again <= look.now, Letter.until > look.now)
        .order_by(Letter.again, Letter.id)
        .limit(AT_ONCE)
    )
    return [_waiting(letter, person) for letter, person in await look.rows(statement)]


async def went(work: Work, letter: str) -> None:
    """The mail server took it. Its text, with the secret link in it, need not lie here any longer."""
    await work.run(update(Letter).where(Letter.id == letter).values(sent=work.now, again=None, text="", trouble=""))


async def failed(work: Work, letter: str, trouble: str) -> None:
    """It did not go: refused for good, or tried again after twice as long as the last time, at most an hour."""
    row = await work.get(Letter, letter)
    if row is None:  # a newer one took its place meanwhile
        return
    wait = min(FIRST_WAIT * 2 ** min(row.tries, 10), LONGEST_WAIT)
    row.tries += 1
    row.trouble = trouble
    row.again = None if trouble == "refused" else work.now + wait


def _waiting(letter: Letter, person: Person) -> Waiting:
    return Waiting(
        letter.id, person.shown, letter.address, letter.subject, letter.text, letter.made, letter.sent, letter.again,
        letter.trouble,
    )  # fmt: skip
