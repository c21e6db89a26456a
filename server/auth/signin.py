"""A sign-in: a person on a device. How one begins, who it is, how one changes places, how it ends."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, select, update

from calendars import grants, rights, tokens
from calendars.errors import NotFound
from calendars.people import people
from calendars.rights import STAFF, Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Grant, Person
from server.auth.device import Device
from server.auth.facts import SignedIn, SignedOut
from server.auth.tables import SignIn

SEEN_EVERY = timedelta(minutes=5)
LINK = "personal link"
VISITOR = "link of a visitor"
DEMO_LINK = "demo staff link"
ALONE = frozenset({"link", "code", "visitor"})
"""Means of one factor: enough for a learner, never for staff."""
PROVEN = frozenset({"password", "passkey"})
"""Means of staff: whoever takes over a device ends them there."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A sign-in that has just begun; the token goes into the cookie and is known nowhere else."""

    token: str
    person: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who is signed in on this device."""

    sign_in: str
    person: str
    name: str
    token: str
    means: str

    @property
    def waits(self) -> bool:
        """Whether she stays signed in behind somebody else: one click on her name would be all her rights."""
        return self.means not in PROVEN


def digest(token: str) -> str:
    """What is stored of a random token of 256 bits: nobody can sign in with it."""
    return sha256(token.encode()).hexdigest()


def personal_link(secret: bytes, person: str, generation: int) -> str:
    """The path of a learner's permanent link. It is the same each time, so that it can be shown and printed again."""
    return f"/l/{tokens.make(secret, LINK, person, generation)}"


def staff_demo_link(secret: bytes, person: str, generation: int) -> str:
    """The path of a link by which staff signs in every time. Only the demo makes it and only the demo takes it."""
    return f"/l/{tokens.make(secret, DEMO_LINK, person, generation)}"


async def is_staff(look: Look, person: str) -> bool:
    """Whether the person holds a right of staff, now or later, so that a link alone must not sign her in."""
    lasts = Grant.until.is_(None) | (Grant.until > look.now)
    return bool(await look.one(select(Grant.id).where(Grant.person == person, Grant.role.in_(STAFF), lasts).limit(1)))


async def owner_of_link(look: Look, secret: bytes, token: str, demo: bool) -> Person:
    """Whom a personal link is for. Raises NotFound for every link that does not open, whatever the reason."""
    person = await look.get(Person, tokens.id_of(token)) if token.isascii() and token.isprintable() else None
    if person is None:
        raise NotFound("link_not_good")
    if demo and tokens.check(secret, DEMO_LINK, token, person.generation):
        return person
    if person.outside:
        raise NotFound("link_not_good")
    if tokens.check(secret, LINK, token, person.generation) and not await is_staff(look, person.id):
        return person
    raise NotFound("link_not_good")


async def by_link(work: Work, secret: bytes, token: str, device: Device, demo: bool) -> Opened:
    """Sign the owner of a personal link in on this device."""
    person = await owner_of_link(work, secret, token, demo)
    return await begin(work, person.id, "demo" if await is_staff(work, person.id) else "link", device)


def visitor_link(secret: bytes, person: str, generation: int) -> str:
    """The path of the link by which somebody from outside comes into one lesson."""
    return f"/g/{tokens.make(secret, VISITOR, person, generation)}"


async def own_visitor_link(look: Look, secret: bytes, person: str) -> str:
    """The same for somebody from outside who is signed in: her one page in the house."""
    row = (await people.who(look, [person]))[person]
    return visitor_link(secret, row.id, row.generation)


async def visitor_of_link(look: Look, secret: bytes, token: str) -> str:
    """Whom such a link is for, also when it has ended: then it says so. Raises NotFound for what is no link of ours."""
    person = await look.get(Person, tokens.id_of(token)) if token.isascii() and token.isprintable() else None
    if person is None or not person.outside or not tokens.check(secret, VISITOR, token, person.generation):
        raise NotFound("link_not_good")
    found: str = person.id
    return found


async def begin(work: Work, person: str, means: str, device: Device, ends: datetime | None = None) -> Opened:
    """Open a sign-in for somebody whose identity is proven. `ends`: when it is over at the latest."""
    token = secrets.token_urlsafe(32)
    until = device.until(work.now, await is_staff(work, person))
    until = min(until, ends) if ends else until
    row = SignIn(
        id=new_id(), token=digest(token), person=person, device=device.label[:80], means=means, own=device.own,
        made=work.now, seen=work.now, until=until,
    )  # fmt: skip
    work.add(row)
    work.tell(SignedIn(stream=person, sign_in=row.id, means=means))
    return Opened(token, person, until)


async def actor_of_token(look: Look, token: str, demo: bool) -> tuple[Actor, datetime] | None:
    """Who acts with this cookie, and when she was last seen with it; None if it opens nothing (any more)."""
    rows = await look.rows(select(SignIn).where(SignIn.token == digest(token), _open(look.now)))
    if not rows:
        return None
    row: SignIn = rows[0][0]
    actor = await rights.actor_of(look, row.person, row.id)
    return (actor, row.seen) if strong_enough(row.means, actor.is_staff, demo) else None


def strong_enough(means: str, staff: bool, demo: bool) -> bool:
    """A learner who becomes staff must sign in as staff; what the demo let in does not count in earnest."""
    return demo if means == "demo" else not (staff and means in ALONE)


async def seen(work: Work, sign_in: str) -> None:
    """Remember that the device is in use; the list of devices shows it."""
    await work.run(update(SignIn).where(SignIn.id == sign_in).values(seen=work.now))


async def who_is_here(look: Look, held: Sequence[str]) -> list[Here]:
    """Everybody who is signed in on the device that holds these tokens, in their order."""
    by_digest = {digest(token): token for token in held}
    rows = await look.rows(
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person)
        .where(SignIn.token.in_(by_digest), _open(look.now))
    )
    here = [Here(row.id, person.id, person.shown, by_digest[row.token], row.means) for row, person in rows]
    return sorted(here, key=lambda one: held.index(one.token))


async def take_turn(work: Work, held: Sequence[str], sign_in: str) -> tuple[Here, str]:
    """Another person who is signed in on this device takes over; her token is made anew."""
    here = await who_is_here(work, held)
    chosen = next((one for one in here if one.sign_in == sign_in), None)
    if chosen is None or not (chosen.waits or chosen.token == held[0]):
        raise NotFound()
    await _end_all(work, [one for one in here if one is not chosen and not one.waits])
    token = secrets.token_urlsafe(32)
    await work.run(update(SignIn).where(SignIn.id == sign_in).values(token=digest(token), seen=work.now))
    return chosen, token


async def end(work: Work, actor: Actor) -> None:
    """Sign out here. Sockets that were opened with this sign-in close within a second."""
    await revoke(work, actor, (actor.sign_in,))


async def revoke(work: Work, actor: Actor, sign_ins: Sequence[str]) -> None:
    """End sign-ins of a person. Whoever calls has asked whether the actor may."""
    rows: Sequence[SignIn] = await work.all(select(SignIn).where(SignIn.id.in_(sign_ins), SignIn.revoked.is_(None)))
    for row in rows:
        row.revoked = work.now
        work.tell(SignedOut(stream=row.person, sign_in=row.id, by=actor.person))
    await grants.touch(work, *(row.person for row in rows))


async def replaced(work: Work, held: Sequence[str], person: str) -> list[str]:
    """Who signs in again on a device gets one new sign-in there: end her old ones, return the tokens of the others.

    Of the others, staff are signed out: whoever holds the device next must not become a teacher by a click.
    """
    here = await who_is_here(work, held)
    stay = [one for one in here if one.person != person and one.waits]
    await _end_all(work, [one for one in here if one not in stay])
    return [one.token for one in stay]


async def _end_all(work: Work, over: Sequence[Here]) -> None:
    if over:
        await work.run(update(SignIn).where(SignIn.id.in_([one.sign_in for one in over])).values(revoked=work.now))


async def ask_to_let_in(look: Look, actor: Actor, person: str) -> Person:
    """The person, if the actor may open a door for her: learners by `give_link`, staff by `invite`.

    A link for staff is as good as all her rights. Raises NotFound, Forbidden.
    """
    if not await is_staff(look, person):
        return await rights.ask_about(look, actor, "give_link", person)
    return await people.ask_to_vouch(look, actor, person)


def _open(now: datetime) -> ColumnElement[bool]:
    return SignIn.revoked.is_(None) & (SignIn.until > now)
