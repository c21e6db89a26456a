"""Devices and personal links: shown and revoked by the learner herself and by whoever may let her in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from calendars import rights
from calendars.errors import Forbidden, NotFound
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Person
from server.auth import telephone
from server.auth.signin import ask_to_let_in, is_staff, personal_link, revoke
from server.auth.tables import SignIn


@dataclass(frozen=True, slots=True)
class SignedInDevice:
    """One line of the list of devices."""

    id: str
    label: str
    own: bool
    made: datetime
    seen: datetime
    until: datetime
    present: bool
    """Whether the actor looks at the list with this very device."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose link and devices a page is about."""

    id: str
    name: str
    language: str
    email: str
    telephone: str
    staff: bool


async def whose(look: Look, actor: Actor, person: str) -> Whose:
    """The person, if she is the actor herself or the actor may let her in. Raises NotFound, Forbidden."""
    who = await _asked(look, actor, person)
    return Whose(who.id, who.shown, who.language, who.email, who.telephone, await is_staff(look, person))


async def link_of(look: Look, actor: Actor, secret: bytes, person: str) -> str:
    """The path of a learner's personal link, the same as on her printed card. Raises Forbidden for staff."""
    who = await _asked(look, actor, person)
    if await is_staff(look, person):
        raise Forbidden("staff_have_no_link")
    return personal_link(secret, who.id, who.generation)


async def telephone_code(look: Look, actor: Actor, secret: bytes, person: str) -> str:
    """The code by which a learner on the telephone says who she is; empty for staff, who need none."""
    who = await _asked(look, actor, person)
    return "" if await is_staff(look, person) else telephone.spoken(telephone.code_of(secret, who.id, who.generation))


async def devices_of(look: Look, actor: Actor, person: str) -> list[SignedInDevice]:
    """Every device on which a person is signed in now, the one used last first."""
    await _asked(look, actor, person)
    rows: Sequence[SignIn] = await look.all(
        select(SignIn)
        .where(SignIn.person == person, SignIn.revoked.is_(None), SignIn.until > look.now)
        .order_by(SignIn.seen.desc(), SignIn.id)
    )
    return [
        SignedInDevice(row.id, row.device, row.own, row.made, row.seen, row.until, row.id == actor.sign_in)
        for row in rows
    ]


async def revoke_device(work: Work, actor: Actor, person: str, sign_in: str) -> None:
    """Sign a person out on one device. Raises NotFound for a device that is not hers."""
    await _asked(work, actor, person)
    row = await work.get(SignIn, sign_in)
    if row is None or row.person != person:
        raise NotFound()
    await revoke(work, actor, [sign_in])


async def revoke_others(work: Work, actor: Actor, person: str) -> None:
    """Sign a person out everywhere, but for the very device that asks for it."""
    await _asked(work, actor, person)
    others = (SignIn.person == person) & SignIn.revoked.is_(None) & (SignIn.id != actor.sign_in)
    await revoke(work, actor, await work.all(select(SignIn.id).where(others)))


async def _asked(look: Look, actor: Actor, person: str) -> Person:
    if person == actor.person:
        return await rights.ask_about(look, actor, "see_own", person)
    return await ask_to_let_in(look, actor, person)
