"""The questions of a search: behind a link, before the one who is asked, and before whoever plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from calendars import rights, tokens
from calendars.errors import NotFound
from calendars.rights import Actor, Target
from calendars.store import Look
from calendars.tables import Lesson, Person, Programme, Request, Search

PURPOSE: Final = "substitute"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the one who is asked sees it."""

    request: Request
    search: Search
    person: Person
    absent: Person
    lessons: list[Lesson]
    programme: Programme


def token(secret: bytes, request: str) -> str:
    """The secret word of a question; it is in her link, and whoever has it may answer."""
    return tokens.make(secret, PURPOSE, request, 1)


async def asked(look: Look, secret: bytes, said: str) -> Asked:
    """The question behind a link. Raises NotFound `link_not_good`."""
    if not tokens.check(secret, PURPOSE, said, 1):
        raise NotFound("link_not_good")
    request = await look.get(Request, tokens.id_of(said))
    if request is None:
        raise NotFound("link_not_good")
    return (await _with_all(look, [request]))[0]


async def of_person(look: Look, actor: Actor) -> list[Asked]:
    """What the actor herself is asked and has not answered."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    statement = (
        select(Request)
        .join(Search, Search.id == Request.search)
        .where(Request.person == actor.person, Search.ended.is_(None), Request.answer.in_(("", "silent")))
        .order_by(Request.asked, Request.id)
    )
    return await _with_all(look, list(await look.all(statement)))


async def searches(look: Look, actor: Actor) -> list[Asked]:
    """Every search that goes on, with whoever is asked now, where the actor plans."""
    if not rights.scopes_of(actor, "plan"):
        raise NotFound()
    statement = (
        select(Request)
        .join(Search, Search.id == Request.search)
        .where(Search.ended.is_(None), Request.answer == "")
        .order_by(Request.asked, Request.id)
    )
    return [
        one
        for one in await _with_all(look, list(await look.all(statement)))
        if rights.may(actor, "plan", Target(one.programme.organisation, one.programme.id))
    ]


async def _with_all(look: Look, requests: Sequence[Request]) -> list[Asked]:
    """Each with its search, its people and its lessons, in four statements."""
    if not requests:
        return []
    rows = await look.rows(
        select(Search, Programme)
        .join(Programme, Programme.id == Search.programme)
        .where(Search.id.in_([one.search for one in requests]))
    )
    found = {search.id: (search, programme) for search, programme in rows}
    ids = {lesson for search, _ in found.values() for lesson in search.lessons}
    lessons = await look.all(select(Lesson).where(Lesson.id.in_(ids)).order_by(Lesson.starts, Lesson.id))
    wanted = {one.person for one in requests} | {search.absent for search, _ in found.values()}
    who = {one.id: one for one in await look.all(select(Person).where(Person.id.in_(wanted)))}
    return [
        Asked(
            one, found[one.search][0], who[one.person], who[found[one.search][0].absent],
            [row for row in lessons if row.id in found[one.search][0].lessons], found[one.search][1],
        )
        for one in requests
    ]  # fmt: skip
