"""People: who they are, which language they read, how to reach them, and what they may do where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from calendars import grants, rights
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.facts import LinkRenewed, PersonAdded, PersonChanged
from calendars.grants import Right
from calendars.names import clean_email, clean_language, clean_name, clean_telephone
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Grant, Organisation, Person, Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody to be known. An alias is shown in place of the name under a non-disclosure order."""

    name: str
    language: str = "fi"
    telephone: str = ""
    email: str = ""
    alias: str = ""


async def add(work: Work, actor: Actor, person: NewPerson, target: Target) -> Person:
    """Let the house know somebody; she has no right yet. `target`: the place for which she is added."""
    rights.ask(actor, "invite", target)
    row = written(person, work.now)
    work.add(row)
    work.tell(PersonAdded(stream=row.id, person=row.id, by=actor.person))
    await work.flush()
    return row


def written(new: NewPerson, now: datetime) -> Person:
    """Somebody new as a row; an act that has asked lays it down. Raises Invalid."""
    row = Person(id=new_id(), added=now, generation=1, revision=1)
    _write_down(row, new)
    return row


async def change(work: Work, actor: Actor, person: str, new: NewPerson) -> Person:
    """Correct what the house knows of somebody."""
    row = await rights.ask_about(work, actor, "invite", person)
    if clean_email(new.email) != row.email and await _works_here(work, person):
        await ask_to_vouch(work, actor, person)  # the letter that lets her in anew goes there
    _write_down(row, new)
    row.revision += 1
    work.tell(PersonChanged(stream=row.id, by=actor.person))
    await work.flush()
    return row


async def ask_to_vouch(look: Look, actor: Actor, person: str) -> Person:
    """The member of staff, if the actor may say who she is everywhere: whoever can, can act with all her rights.

    She must be allowed to invite to every place where that one has a right, and only an administrator vouches for an
    administrator. Raises NotFound, Forbidden.
    """
    found = await rights.ask_about(look, actor, "invite", person)
    targets, roles = await rights.targets_of_person(look, person)
    everywhere = all(rights.may(actor, "invite", target) for target in targets[1:])
    if not everywhere or ("admin" in roles and not rights.may(actor, "administer", rights.THE_HOUSE)):
        raise Forbidden("not_yours_to_do", verb="invite")
    return found


async def _works_here(look: Look, person: str) -> bool:
    """Whether the person holds a right of staff, now or later."""
    _, roles = await rights.targets_of_person(look, person)
    return bool(roles & rights.STAFF)


async def introduce(work: Work, actor: Actor, name: str, language: str) -> None:
    """The first administrator says who she is: the house made her before it could know."""
    rights.ask(actor, "administer", rights.THE_HOUSE)
    row = await work.get(Person, actor.person)
    if row is None:
        raise NotFound()
    row.name, row.language = clean_name(name, "own_name"), clean_language(language)
    row.revision += 1
    work.tell(PersonChanged(stream=row.id, by=actor.person))


async def renew_link(work: Work, actor: Actor, person: str) -> int:
    """Make every older personal link of hers worthless. Returns the new generation."""
    row = await rights.ask_about(work, actor, "give_link", person)
    row.generation += 1
    row.revision += 1
    work.tell(LinkRenewed(stream=row.id, by=actor.person))
    return row.generation


async def appoint(work: Work, actor: Actor, person: str, right: Right) -> Grant:
    """Give a person a role somewhere. Raises NotFound for an unknown person or scope."""
    if right.role not in rights.MATRIX:
        raise Invalid("bad_choice", field="role")
    if await work.get(Person, person) is None:
        raise NotFound()
    await rights.ask_to_involve(work, actor, [person])
    return await grants.give(work, actor, person, right, await place_of(work, right))


async def dismiss(work: Work, actor: Actor, grant: str) -> None:
    """End a right now. Raises Conflict `last_admin`, `right_of_a_seat`: a learner's right ends with her seat."""
    row = await work.get(Grant, grant)
    if row is None:
        raise NotFound()
    place = await place_of(work, Right(row.role, row.scope_kind, row.scope))
    rights.ask(actor, "administer" if row.scope_kind == "house" else "invite", place)
    if row.until is not None and row.until <= work.now:
        return
    if await work.one(select(Seat.id).where(Seat.grant == grant)):
        raise Conflict("right_of_a_seat")
    if row.role == "admin" and not await _other_admin(work, row.person):
        raise Conflict("last_admin")
    await grants.take(work, actor, grant, place)


async def _other_admin(work: Work, person: str) -> bool:
    """Whether the house has an administrator besides this person."""
    lasts = Grant.until.is_(None) | (Grant.until > work.now)
    admins = select(Grant.person).where(Grant.role == "admin", Grant.scope_kind == "house", lasts)
    return bool(await work.one(admins.where(Grant.person != person).limit(1)))


async def who(look: Look, ids: Iterable[str]) -> dict[str, Person]:
    """The people with these ids, for an act that already knows that the actor may see them."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {row.id: row for row in await look.all(select(Person).where(Person.id.in_(wanted)))}


async def staff(look: Look, actor: Actor) -> list[tuple[Person, Grant]]:
    """Everybody with a staff role that holds now where the actor may invite, one row for each right."""
    if not rights.scopes_of(actor, "invite"):
        raise NotFound()
    lasts = Grant.until.is_(None) | (Grant.until > look.now)
    held = [
        grant
        for grant, target in await rights.placed(look, Grant.role.in_(rights.STAFF), lasts)
        if rights.may(actor, "invite", target)
    ]
    known = await who(look, {grant.person for grant in held})
    return sorted(
        ((known[grant.person], grant) for grant in held), key=lambda pair: (pair[0].name, pair[0].id, pair[1].id)
    )


async def leaders(look: Look, actor: Actor) -> dict[str, tuple[str, str]]:
    """Everybody who may lead a lesson: id -> (name, role in it). Who is only a tutor leads as a tutor."""
    found: dict[str, tuple[str, str]] = {}
    for person, grant in await staff(look, actor):
        if grant.role in rights.LEADS:
            role = "tutor" if grant.role == "tutor" else "teacher"
            before = found.get(person.id)
            found[person.id] = (person.shown, "teacher" if before and before[1] == "teacher" else role)
    return found


def _write_down(row: Person, new: NewPerson) -> None:
    row.name = clean_name(new.name)
    row.language = clean_language(new.language)
    row.telephone = clean_telephone(new.telephone)
    row.email = clean_email(new.email)
    row.alias = clean_name(new.alias, "alias") if new.alias.strip() else None


async def place_of(look: Look, right: Right) -> Target:
    """Where a right holds, as a target of its own. Raises NotFound."""
    match right.kind:
        case "house":
            return rights.THE_HOUSE
        case "organisation":
            if await look.get(Organisation, right.scope) is None:
                raise NotFound()
            return Target(right.scope)
        case "programme":
            return (await rights.target_of_programme(look, right.scope))[1]
        case "group":
            return (await rights.target_of_group(look, right.scope))[2]
        case "lesson":
            return (await rights.target_of_lesson(look, right.scope))[2]
    raise Invalid("bad_choice", field="scope")
