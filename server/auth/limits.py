"""How often something may be tried: counted in the database, so that it holds on every worker and after a restart."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from sqlalchemy import case, delete, update

from calendars.errors import TooMany
from calendars.store import Work
from calendars.tokens import signature
from server.auth.tables import Attempt


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many attempts in so many seconds."""

    name: str
    most: int
    seconds: int


WRONG_CODES = Limit("wrong codes of an address", 5, 600)
CODES_FOR_ONE = Limit("codes for one person", 5, 3600)
PASSWORDS_OF_ADDRESS = Limit("passwords of an address", 10, 600)
PASSWORDS_FOR_ONE = Limit("passwords for one account", 10, 900)
PASSKEYS_OF_ADDRESS = Limit("passkeys of an address", 30, 600)
ENROLMENTS_OF_ADDRESS = Limit("enrolments of an address", 20, 600)


async def spend(work: Work, secret: bytes, limit: Limit, subject: str) -> None:
    """Count one attempt. Raises TooMany, which changes nothing: whoever waits long enough may try again.

    It is a unit of work of its own: an attempt that fails must stay counted.
    """
    until = work.now + timedelta(seconds=limit.seconds)
    over = Attempt.until <= work.now
    statement = work.upsert(Attempt).values(id=_key(secret, limit, subject), count=1, until=until)
    statement = statement.on_conflict_do_update(
        index_elements=["id"],
        set_={"count": case((over, 1), else_=Attempt.count + 1), "until": case((over, until), else_=Attempt.until)},
    ).returning(Attempt.count, Attempt.until)
    count, ends = (await work.rows(statement))[0]
    if count > limit.most:
        left = max(1, ceil((ends - work.now).total_seconds()))
        raise TooMany("too_many_attempts", seconds=left, minutes=ceil(left / 60))


async def give_back(work: Work, secret: bytes, limit: Limit, subject: str) -> None:
    """The attempt was right: it does not count. Thirty learners behind one address all get in."""
    statement = update(Attempt).where(Attempt.id == _key(secret, limit, subject), Attempt.count > 0)
    await work.run(statement.values(count=Attempt.count - 1))


async def forget_old(work: Work) -> None:
    """A chore: counts whose time is over are worth nothing."""
    await work.run(delete(Attempt).where(Attempt.until <= work.now))


def _key(secret: bytes, limit: Limit, subject: str) -> str:
    return signature(secret, "attempts", limit.name, subject)
