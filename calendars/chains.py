"""From whom the video rooms of a programme come: who is asked first, who then, and the house's own room at last."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update

from calendars import rights
from calendars.errors import Invalid, NotFound
from calendars.facts import ProviderChosen, RoomsChosen
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import House, Programme, RoomLine, VideoServer

EMBEDDED = "builtin"
"""The house's own room: it is always there, so nobody is asked after it."""
MOST = 5
_NAME = re.compile(r"[a-z0-9]{2,20}")


def chain(programme: Programme) -> tuple[str, ...]:
    """Everybody who is asked for a room of this programme, in order; the last is the house itself."""
    return tuple(_up_to_the_house([programme.provider, *programme.others]))


async def choose(work: Work, actor: Actor, programme: str, providers: Sequence[str]) -> None:
    """Take the rooms of a programme from these from now on; no learner's link changes, and nothing that was held."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    first, *others = await _allowed(work, providers, found.organisation)
    if (found.provider, found.others) == (first, others):
        return
    before = [one for one in chain(found) if one != EMBEDDED]
    found.provider, found.others = first, others
    found.revision, found.modified = found.revision + 1, work.now
    lines = select(RoomLine.line).where(RoomLine.programme == programme)
    await work.run(update(Programme).where(Programme.id.in_(lines)).values(provider=first, others=others))
    work.tell(ProviderChosen(stream=programme, provider=first, others=others, by=actor.person, before=before))


async def chosen(look: Look, actor: Actor, programme: str) -> list[tuple[datetime, tuple[str, ...]]]:
    """When the rooms of a programme were chosen anew and whom it has asked since, the last choice first."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    told = await look.facts([found.id], [ProviderChosen.__name__], look.now)
    return [
        (one.at, tuple(_up_to_the_house([one.body["provider"], *one.body.get("others", ())]))) for one in reversed(told)
    ]


async def choose_for_new(work: Work, actor: Actor, providers: Sequence[str]) -> None:
    """Let every programme that is planned from now on begin with these."""
    rights.ask(actor, "administer", rights.THE_HOUSE)
    row = await _house(work)
    rooms = [one for one in _checked(providers) if one != EMBEDDED]
    if row.rooms != rooms:
        row.rooms = rooms
        work.tell(RoomsChosen(stream="house", providers=rooms, by=actor.person))


async def for_new(look: Look, actor: Actor) -> list[str]:
    """Whom a new programme asks, in order, for whoever administers the house."""
    rights.ask(actor, "administer", rights.THE_HOUSE)
    return _up_to_the_house((await _house(look)).rooms)


async def of_new(look: Look, organisation: str, provider: str | None) -> list[str]:
    """Whom a programme of this organisation asks that is planned now: the one named, else those that the house says.

    A server that has retired since, or that belongs to another organisation, is left out.
    """
    if provider is not None:
        return await _allowed(look, [provider], organisation)
    row = await look.get(House, 1)
    if row is None or not row.rooms:
        return [EMBEDDED]
    rows = await look.all(select(VideoServer).where(VideoServer.id.in_(row.rooms)))
    away = {one.id for one in rows if one.retired is not None or one.organisation not in (None, organisation)}
    return [one for one in row.rooms if one not in away] or [EMBEDDED]


async def _allowed(look: Look, providers: Sequence[str], organisation: str) -> list[str]:
    """What an organisation chose: whoever gives rooms may tell who was in them, so that another's server may not.

    Raises Invalid `bad_choice`.
    """
    found = _checked(providers)
    whose = await look.all(select(VideoServer.organisation).where(VideoServer.id.in_(found)))
    if any(one not in (None, organisation) for one in whose):
        raise Invalid("bad_choice", field="provider")
    return found


def _checked(providers: Sequence[str]) -> list[str]:
    """What somebody chose, without what could never be asked. Raises Invalid `bad_choice`."""
    if not providers or len(providers) > MOST or not all(_NAME.fullmatch(one) for one in providers):
        raise Invalid("bad_choice", field="provider")
    found = _up_to_the_house(providers)
    return found if found[0] == EMBEDDED else found[:-1]


def _up_to_the_house(providers: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys([*providers, EMBEDDED]))
    return found[: found.index(EMBEDDED) + 1]


async def _house(look: Look) -> House:
    row = await look.get(House, 1)
    if row is None:
        raise NotFound("no_house")
    return row
