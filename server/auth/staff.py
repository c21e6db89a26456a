"""Staff at the door: invited by a link that only enrols and recovers, signed in by password with a second factor.

A passkey (passkeys.py) is both factors in one. Whatever is enrolled anew replaces all that was there before.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from calendars import grants, rights
from calendars.errors import Conflict, Invalid, NotFound
from calendars.rights import HOUSE, Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Grant, Person
from server.auth.device import Device
from server.auth.facts import StaffEnrolled, StaffInvited
from server.auth.hashing import step_of
from server.auth.signin import Opened, ask_to_let_in, begin, digest, is_staff
from server.auth.tables import Invitation, Letter, Passkey, Password, SignIn

GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation is for."""

    invitation: str
    person: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a member of staff chose: the hash of her password and her second factor, with the code that proves it."""

    email: str
    hash: str
    totp: str
    step: int


@dataclass(frozen=True, slots=True)
class Account:
    """What a password is checked against; it never leaves the server."""

    person: str
    hash: str
    totp: str


async def invite(work: Work, actor: Actor, person: str) -> str:
    """Make the one-time link for a member of staff, new or locked out. An earlier one opens nothing any more.

    What she has goes on working until the link is used: whoever may invite cannot lock anybody out by it.
    """
    await ask_to_let_in(work, actor, person)
    if not await is_staff(work, person):
        raise Conflict("learner_needs_link")
    await work.run(delete(Invitation).where(Invitation.person == person, Invitation.used.is_(None)))
    token = secrets.token_urlsafe(32)
    work.add(
        Invitation(
            id=new_id(), token=digest(token), person=person, made=work.now, until=work.now + GOOD_FOR,
            by=actor.person or None,
        )
    )  # fmt: skip
    work.tell(StaffInvited(stream=person, by=actor.person))
    return token


async def administrators(look: Look) -> Sequence[Person]:
    """Who administers the house now, the longest known first. Only for those who run it: no rights are asked."""
    statement = (
        select(Person)
        .join(Grant, Grant.person == Person.id)
        .where(Grant.role == "admin", Grant.scope_kind == "house", Grant.until.is_(None))
        .order_by(Person.added, Person.id)
    )
    return await look.all(statement)


async def admin_link(work: Work, person: str) -> str:
    """The path where an administrator who lost what she signs in with enrols anew; it works once."""
    return f"/enrol/{await invite(work, rights.system(), person)}"


async def first_admin_link(work: Work) -> str | None:
    """The path where the first administrator enrols; None when one has enrolled already. Each call makes a new one."""
    admins = [one.id for one in await administrators(work)]
    for enrolled in (Password, Passkey):
        if await work.one(select(enrolled.person).where(enrolled.person.in_(admins))):
            return None
    if admins:
        person = admins[0]
    else:
        person = new_id()
        work.add(Person(id=person, name="Admin", language="fi", added=work.now))
        await work.flush()
        await grants.give(work, rights.system(), person, grants.Right("admin", "house", HOUSE), rights.THE_HOUSE)
        await grants.give(work, rights.system(), person, grants.Right("coordinator", "house", HOUSE), rights.THE_HOUSE)
        await work.flush()
    return await admin_link(work, person)


async def invited(look: Look, token: str) -> Invited:
    """Whom an invitation is for. Raises NotFound `invitation_not_good`; looking burns nothing."""
    rows = await look.rows(
        select(Invitation, Person)
        .join(Person, Person.id == Invitation.person)
        .where(Invitation.token == digest(token), Invitation.used.is_(None), Invitation.until > look.now)
    )
    if not rows:
        raise NotFound("invitation_not_good")
    invitation, person = rows[0]
    return Invited(invitation.id, person.id, person.name, person.email)


async def enrol(work: Work, token: str, chosen: Secrets, device: Device) -> Opened:
    """Use an invitation up: keep the password and the second factor, and sign in."""
    guest = await burn(work, token)
    taken = await work.one(select(Password.person).where(Password.email == chosen.email))
    if taken not in (None, guest.person):
        raise Conflict("email_taken", field="email")
    await forget_secrets(work, guest.person)
    work.add(
        Password(
            person=guest.person, email=chosen.email, hash=chosen.hash, totp=chosen.totp, step=chosen.step,
            changed=work.now,
        )
    )  # fmt: skip
    await work.run(update(Person).where(Person.id == guest.person).values(email=chosen.email))
    work.tell(StaffEnrolled(stream=guest.person, means="password"))
    return await begin(work, guest.person, "password", device)


async def burn(work: Work, token: str) -> Invited:
    """Use an invitation up, exactly once on whichever worker; the letter that carried it is torn up."""
    guest = await invited(work, token)
    unused = (Invitation.id == guest.invitation) & Invitation.used.is_(None)
    if not await work.rows(update(Invitation).where(unused).values(used=work.now).returning(Invitation.id)):
        raise NotFound("invitation_not_good")
    await work.run(delete(Letter).where(Letter.person == guest.person))
    return guest


async def forget_secrets(work: Work, person: str) -> None:
    """Who enrols anew may have lost her phone or her password to somebody: nothing old opens, nowhere."""
    await work.run(delete(Password).where(Password.person == person))
    await work.run(delete(Passkey).where(Passkey.person == person))
    still = (SignIn.person == person) & SignIn.revoked.is_(None)
    await work.run(update(SignIn).where(still).values(revoked=work.now))
    await grants.touch(work, person)


async def account(look: Look, email: str) -> Account | None:
    """What to check the password of this address against."""
    row: Password | None = await look.one(select(Password).where(Password.email == email))
    return Account(row.person, row.hash, row.totp) if row else None


async def by_password(
    work: Work, found: Account | None, fitted: bool, code: str, at: datetime, device: Device
) -> Opened:
    """Sign in, once the password was compared. Raises Invalid `sign_in_wrong`, never saying which part was wrong."""
    step = step_of(found.totp, code, at) if found else None
    if found is None or step is None or not fitted or not await is_staff(work, found.person):
        raise Invalid("sign_in_wrong")
    fresh = (Password.person == found.person) & (Password.step < step) & (Password.hash == found.hash)
    if not await work.rows(update(Password).where(fresh).values(step=step).returning(Password.person)):
        raise Invalid("sign_in_wrong")  # this code has opened once already
    return await begin(work, found.person, "password", device)
