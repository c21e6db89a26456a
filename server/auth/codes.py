"""Six digits for a learner who lost her link: read out by somebody who knows her, good for ten minutes, once.

A code stands alone: no name is typed with it. It stays safe because few are good at one time, each address has five
wrong tries, and a code dies after GUESSES wrong ones from anywhere: the chance to hit one is below 1 in 20 000.
"""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from calendars.errors import Forbidden, Invalid
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tokens import signature
from server.auth.device import Device
from server.auth.facts import CodeReadOut
from server.auth.signin import Opened, ask_to_let_in, begin, is_staff
from server.auth.tables import Code

GOOD_FOR = timedelta(minutes=10)
GUESSES = 50


@dataclass(frozen=True, slots=True)
class ReadOut:
    """A code as it is shown, this once."""

    digits: str
    until: datetime

    @property
    def spoken(self) -> str:
        """In two threes, as one says it."""
        return f"{self.digits[:3]} {self.digits[3:]}"


async def read_out_code(work: Work, actor: Actor, secret: bytes, person: str) -> ReadOut:
    """Make a code for a learner; an earlier one of hers is worth nothing from now on."""
    await ask_to_let_in(work, actor, person)
    if await is_staff(work, person):
        raise Forbidden("staff_have_no_link")
    await work.run(delete(Code).where((Code.person == person) | (Code.until <= work.now)))
    taken = set(await work.all(select(Code.code)))
    digits = f"{secrets.randbelow(1_000_000):06d}"
    while _kept(secret, digits) in taken:
        digits = f"{secrets.randbelow(1_000_000):06d}"
    until = work.now + GOOD_FOR
    work.add(Code(person=person, code=_kept(secret, digits), made=work.now, until=until, by=actor.person or None))
    work.tell(CodeReadOut(stream=person, by=actor.person))
    return ReadOut(digits, until)


async def owner_of_code(look: Look, secret: bytes, said: str) -> str | None:
    """Whom a good code is for, whatever spaces it was written with and in whatever digits, Arabic ones too."""
    digits = "".join(str(unicodedata.decimal(letter)) for letter in said if letter.isdecimal())
    good = (Code.code == _kept(secret, digits)) & (Code.until > look.now) & (Code.wrong < GUESSES)
    person: str | None = await look.one(select(Code.person).where(good))
    return person


async def wrong_code(work: Work) -> None:
    """Somebody guessed: every code that is good now comes nearer to its end."""
    await work.run(update(Code).where(Code.until > work.now).values(wrong=Code.wrong + 1))


async def use_code(work: Work, secret: bytes, said: str, device: Device) -> Opened:
    """Sign in with the six digits and burn them. Raises Invalid `code_not_good`."""
    person = await owner_of_code(work, secret, said)
    if person is None or await is_staff(work, person):
        raise Invalid("code_not_good", field="code")
    burned = await work.rows(delete(Code).where(Code.person == person).returning(Code.person))
    if not burned:  # another worker was quicker with the same digits
        raise Invalid("code_not_good", field="code")
    return await begin(work, person, "code", device)


def _kept(secret: bytes, digits: str) -> str:
    return signature(secret, "six digits", digits)
