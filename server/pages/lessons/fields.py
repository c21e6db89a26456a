"""What a lesson is made of, as fields: read from a form, and the choices that the form offers."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from calendars import groups, programmes, rights
from calendars.errors import Invalid, NotFound
from calendars.names import in_language
from calendars.people import people
from calendars.programmes import Line
from calendars.rights import Actor
from calendars.store import Look
from server.auth.guard import signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY
from server.pages.parts.forms import text
from server.pages.parts.tiles import kind_word

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be chosen for a lesson of one programme, each as (value, words)."""

    groups: list[Choice]
    days: list[Choice]
    topics: list[Choice]
    leaders: list[Choice]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a planner has before her: the programme with its name, and what may be chosen."""

    name: str
    line: Line
    offered: Offered
    leaders: Mapping[str, tuple[str, str]]


async def desk(request: web.Request, look: Look) -> Desk:
    """What lies before whoever plans the programme of this address."""
    return await desk_of(request, look, request.match_info["programme"])


async def desk_of(request: web.Request, look: Look, programme: str) -> Desk:
    """Read it, for whoever may plan this programme."""
    actor = signed_in(request)
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    line = await programmes.line(look, actor, programme)
    name = in_language(line.programme.name, request[LANGUAGE], line.programme.language)
    offered = await _offered(request, look, actor, line)
    return Desk(name, line, offered, await people.leaders(look, actor))


def days_ahead(before: Desk, own: str) -> list[Choice]:
    """The days to which a lesson may move: from today on, and its own."""
    ahead = {day.id for day in before.line.days if day.date >= before.line.today} | {own}
    return [one for one in before.offered.days if one[0] in ahead]


async def _offered(request: web.Request, look: Look, actor: Actor, line: Line) -> Offered:
    """The groups, days and topics of a programme, and everybody who leads lessons."""
    language, say = request[LANGUAGE], request[SAY]
    teaching, when = line.programme.language, When(language, line.programme.zone)
    formed = await groups.of_programme(look, actor, line.programme.id)
    topics = [(code, in_language(one["title"], language, teaching)) for code, one in line.programme.topics.items()]
    return Offered(
        groups=[(group.id, in_language(group.name, language, teaching)) for group, _ in formed],
        days=[
            (day.id, f"{day.n}. {when.day(day.date)} · {kind_word(day.kind, say)}")
            for day in line.days
            if not day.cancelled
        ],
        topics=[("", say("no topic")), *topics],
        leaders=[(one, name) for one, (name, _) in (await people.leaders(look, actor)).items()],
    )


def chosen_leaders(form: Mapping[str, object], known: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Who was chosen, with her role. Raises Invalid `bad_choice`, `chosen_twice`."""
    found: dict[str, str] = {}
    for name in ("teacher", "second"):
        one = text(form, name, 40)
        if not one:
            continue
        if one not in known:
            raise Invalid("bad_choice", field=name)
        if one in found:
            raise Invalid("chosen_twice", field=name)
        found[one] = known[one][1]
    return found


def required(form: Mapping[str, object], name: str, choices: list[Choice]) -> str:
    """One of these choices. Raises Invalid `bad_choice`; NotFound where there is nothing to choose from."""
    if not choices:
        raise NotFound()
    value = text(form, name, 40)
    if value not in dict(choices):
        raise Invalid("bad_choice", field=name)
    return value
