"""The questions of a search: behind a link, before the one who is asked, and before whoever plans."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from calendars import rights, tokens, weeks
from calendars.errors import NotFound
from calendars.rights import Actor, Target
from calendars.store import Look
from calendars.tables import Day, Group, Leader, Lesson, Person, Place, Programme, Request, Search, Seat

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
    others: int
    """How many lead these lessons beside the one who is away; of several lessons the least."""
    about: Mapping[str, "About"]
    """Of each lesson what she must know before she says yes; no names of learners."""

    @property
    def then(self) -> str:
        """What happens if she does not come: next, or nobody is left to ask, and alone, independent or not_held."""
        if self.search.queue:
            return "next"
        if self.others:
            return "alone"
        return "independent" if self.programme.rules.get("without_teacher") == "independent" else "not_held"


@dataclass(frozen=True, slots=True)
class About:
    """Whose lesson it is and where: names are words by language."""

    group: Mapping[str, str]
    kind: str
    place: Place | None
    learners: int


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


@dataclass(frozen=True, slots=True)
class Covered:
    """A coming lesson of somebody who is away, and who leads it instead by now."""

    lesson: Lesson
    programme: Programme
    leaders: tuple[str, ...]
    """Their names."""


async def covered(look: Look, actor: Actor, absent: str) -> list[Covered]:
    """The coming lessons for which somebody said yes instead of her, for herself and for whoever plans them."""
    rows = await look.rows(
        select(Search.lessons, Programme)
        .join(Programme, Programme.id == Search.programme)
        .where(Search.absent == absent, Search.outcome == "yes")
        .order_by(Search.made, Search.id)
    )
    hers = [
        (ids, programme)
        for ids, programme in rows
        if actor.person == absent or rights.may(actor, "plan", Target(programme.organisation, programme.id))
    ]
    of = {lesson: programme for ids, programme in hers for lesson in ids}
    led: dict[Lesson, list[Person]] = {}
    for lesson, person in await look.rows(
        select(Lesson, Person)
        .join(Leader, Leader.lesson == Lesson.id)
        .join(Person, Person.id == Leader.person)
        .where(Lesson.id.in_(of), Lesson.ends > look.now, Lesson.status == "confirmed")
        .order_by(Lesson.starts, Lesson.id, Person.name, Person.id)
    ):
        led.setdefault(lesson, []).append(person)
    return [
        Covered(lesson, of[lesson.id], tuple(one.shown for one in people))
        for lesson, people in led.items()
        if absent not in {one.id for one in people}
    ]


async def _with_all(look: Look, requests: Sequence[Request]) -> list[Asked]:
    """Each with its search, its people and its lessons, in seven statements."""
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
    about = await _about(look, ids)
    led: dict[str, set[str]] = {id: set() for id in ids}
    for lesson, person in await look.rows(select(Leader.lesson, Leader.person).where(Leader.lesson.in_(ids))):
        led[lesson].add(person)
    return [
        Asked(
            one, found[one.search][0], who[one.person], who[found[one.search][0].absent],
            [row for row in lessons if row.id in found[one.search][0].lessons], found[one.search][1],
            min((len(led[id] - {found[one.search][0].absent}) for id in found[one.search][0].lessons), default=0),
            {id: said for id, said in about.items() if id in found[one.search][0].lessons},
        )
        for one in requests
    ]  # fmt: skip


async def _about(look: Look, lessons: Collection[str]) -> dict[str, About]:
    rows = await look.rows(
        select(Lesson.id, Group, Day, Place)
        .join(Group, Group.id == Lesson.group)
        .join(Day, Day.id == Lesson.day)
        .outerjoin(Place, Place.id == Day.place)
        .where(Lesson.id.in_(lessons))
    )
    seats = await look.all(select(Seat).where(Seat.group.in_({group.id for _, group, _, _ in rows})))
    return {
        id: About(
            group.name, day.kind, place,
            sum(one.group == group.id and weeks.sits(one, day.date) for one in seats),
        )
        for id, group, day, place in rows
    }  # fmt: skip
