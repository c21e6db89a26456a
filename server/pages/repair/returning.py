"""Lessons that go back to whoever was away and comes after all: one tap, on her own page and before whoever plans."""

from dataclasses import dataclass, field

from aiohttp import web

from calendars import rights
from calendars.repair import returning
from calendars.repair.returning import Returned
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE
from server.pages.parts.forms import once, text

AT_ONCE = 20  # lessons that one tap gives back
routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Offer:
    """What one person could lead again, in words."""

    person: str
    name: str
    own: bool
    free: list[tuple[str, str]] = field(default_factory=list)
    """(lesson, when and whose it is): nobody leads it instead of her."""
    taken: list[tuple[str, str, str]] = field(default_factory=list)
    """The same of each lesson to which somebody has said yes, and who."""


async def offers(request: web.Request, look: Look, person: str = "") -> list[Offer]:
    """What can be given back to this one or, for whoever plans, to anybody."""
    actor = signed_in(request)
    if not person and not rights.scopes_of(actor, "plan"):
        return []
    found: dict[str, Offer] = {}
    for one in (await returning.of(look, actor, person))[: AT_ONCE * 5]:
        own = one.absent.id == actor.person
        offer = found.setdefault(one.absent.id, Offer(one.absent.id, one.absent.shown, own))
        words = _words(one, request[LANGUAGE])
        if one.by:
            offer.taken.append((one.lesson.id, words, ", ".join(who.shown for who in one.by)))
        elif len(offer.free) < AT_ONCE:
            offer.free.append((one.lesson.id, words))
    return list(found.values())


def _words(one: Returned, language: str) -> str:
    return When(language, one.programme.zone).whole(one.lesson.starts, one.lesson.ends)


@routes.post("/absent/{person}/back")
@allow("signed_in")
async def give_back(request: web.Request) -> web.Response:
    """She leads these again; what changed can be undone on the page that follows."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]
    wanted = [one for one in form.getall("lesson", []) if isinstance(one, str)][:AT_ONCE]

    async def act(work: Work) -> str:
        agreed = text(form, "agreed", 5) == "yes"
        made = await returning.give_back(work, actor, person, wanted, agreed=agreed)
        return f"/proposals/{made[0].id}" if rights.scopes_of(actor, "plan") else "/absence"

    return await once(request, form, act)
