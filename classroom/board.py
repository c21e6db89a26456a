"""What the class shares beside the picture: the chat and the raised hands."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from calendars import rights
from calendars.errors import Invalid, NotFound
from calendars.names import clean_text
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.tables import Person
from classroom.facts import HandLowered, HandRaised, Said
from classroom.tables import Hand, Message

LONGEST = 2000  # characters of one message
SHOWN = 200  # messages that a newcomer gets
_HANDS: Any = Hand.__table__
_RAISE = {
    name: words.insert(_HANDS).on_conflict_do_nothing().returning(_HANDS.c.person)
    for name, words in (("sqlite", sqlite), ("postgresql", postgresql))
}  # made once: to build and compile a statement costs more than to run it
_NEWEST = (
    select(Message, Person)
    .join(Person, Person.id == Message.person)
    .where(Message.lesson == bindparam("which"), Message.hidden.is_(False))
    .order_by(Message.number.desc())
    .limit(SHOWN)
)
_RAISED = select(Hand, Person).join(Person, Person.id == Hand.person).where(Hand.lesson == bindparam("which"))
_LOWER = (
    delete(_HANDS)
    .where(_HANDS.c.lesson == bindparam("in_lesson"), _HANDS.c.person == bindparam("whose"))
    .returning(_HANDS.c.person)
)


async def board(look: Look, lesson: str) -> dict[str, Any]:
    """The chat and the hands of a lesson, for whoever has entered it (the caller has asked)."""
    rows = await look.rows(_NEWEST, {"which": lesson})
    hands = await look.rows(_RAISED, {"which": lesson})
    return {
        "messages": [_message(message, person) for message, person in reversed(rows)],
        "hands": [{"person": hand.person, "name": person.shown} for hand, person in hands],
    }


async def say(work: Work, actor: Actor, target: Target, id: str, text: str) -> int:
    """Say something; its number. The same id again says nothing new, and another's id is refused."""
    rights.ask(actor, "enter", target)
    assert target.lesson is not None
    words = clean_text(text)
    if not words or len(words) > LONGEST:
        raise Invalid("bad_message", field="text", longest=LONGEST)
    if not id or len(id) > 40 or not id.isascii():
        raise Invalid("bad_id", field="id")
    before = await work.get(Message, id)
    if before is not None:
        if (before.person, before.lesson) != (actor.person, target.lesson):
            raise NotFound()
        return before.number
    number = await work.number(f"board:{target.lesson}")
    row = {"id": id, "lesson": target.lesson, "number": number, "person": actor.person, "said": words, "at": work.now}
    await work.run(insert(Message), [row | {"hidden": False}])
    work.tell(Said(stream=target.lesson, person=actor.person, message=id))
    return number


async def hand(work: Work, actor: Actor, target: Target, *, up: bool, person: str | None = None) -> None:
    """Raise or lower a hand; a leader may lower another's. Twice the same changes nothing."""
    rights.ask(actor, "enter", target)
    assert target.lesson is not None
    whose = person or actor.person
    if whose != actor.person:
        rights.ask(actor, "lead", target)
        up = False
    row = {"lesson": target.lesson, "person": whose}
    if up and (await work.run(_RAISE[work.dialect], row | {"raised": work.now})).all():
        work.tell(HandRaised(stream=target.lesson, person=whose))
    elif not up and (await work.run(_LOWER, {"in_lesson": target.lesson, "whose": whose})).all():
        work.tell(HandLowered(stream=target.lesson, person=whose))


async def messages(look: Look, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """These messages with their words, for those who hear of them."""
    rows = await look.rows(select(Message, Person).join(Person, Person.id == Message.person).where(Message.id.in_(ids)))
    return {message.id: _message(message, person) for message, person in rows}


def _message(message: Message, person: Person) -> dict[str, Any]:
    at = message.at.isoformat().replace("+00:00", "Z")
    return {
        "id": message.id, "number": message.number, "person": message.person, "name": person.shown,
        "text": message.said, "at": at,
    }  # fmt: skip
