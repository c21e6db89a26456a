"""The same cookie at the socket's door, and the one question per second whether those who are in may stay."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import select

from calendars.errors import SignInFirst
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Person
from server.auth.csrf import made_here
from server.auth.signin import ALONE
from server.auth.tables import SignIn
from server.keys import ACTOR


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign-in that holds: the revision of its person, and by what means she came in."""

    revision: int
    means: str

    def bears(self, actor: Actor) -> bool:
        """Whether it is strong enough for her rights: one factor alone lets nobody work here."""
        return not (actor.is_staff and self.means in ALONE)


def actor_of_socket(request: web.Request) -> Actor:
    """Who opens a socket with this request. Raises SignInFirst, also for a page of another site."""
    actor = request[ACTOR]
    if actor is None or not made_here(request):
        raise SignInFirst()
    return actor


async def still_valid(look: Look, sign_ins: Sequence[str]) -> dict[str, Standing]:
    """Those of the sign-ins that hold. Who is missing must go; a new revision means: read her rights again.

    One query for all open sockets of a worker.
    """
    statement = select(SignIn.id, SignIn.means, Person.revision).join(Person, Person.id == SignIn.person)
    good = SignIn.id.in_(sign_ins) & SignIn.revoked.is_(None) & (SignIn.until > look.now)
    return {sign_in: Standing(revision, means) for sign_in, means, revision in await look.rows(statement.where(good))}


async def signed_out(look: Look, people: Collection[str]) -> set[str]:
    """Those of these people whose every sign-in has ended: who never had one came in some other way."""
    rows = await look.rows(select(SignIn.person, SignIn.revoked, SignIn.until).where(SignIn.person.in_(sorted(people))))
    held = {person for person, revoked, until in rows if revoked is None and until > look.now}
    return {person for person, _, _ in rows} - held
