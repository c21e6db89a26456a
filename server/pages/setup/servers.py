"""The video servers of the house: a list, a form for each kind with what it needs and no more, and their retirement."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from calendars import chains, rights
from calendars.errors import Invalid, NotFound, Unavailable
from calendars.store import Work
from classroom import servers, serverstates
from classroom.servers import NewServer, Server
from classroom.video import dial
from classroom.video.kinds import KINDS, MOST_LINE, MOST_SECRET, Kind, Told
from classroom.video.provider import Removing
from server import video
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY, SEAL, SETTINGS, STORE, VIDEO
from server.page import render
from server.pages.parts.chains import chosen_in, shown_chain
from server.pages.parts.forms import UNTOUCHED, Entered, entered, once, see_other, text
from server.pages.setup.pasted import lines_for
from server.pages.setup.server_health import shown_health
from server.pages.setup.server_words import ABOUT, HINTS, LABELS

KEPT = "kept"
"""Secrets that were written into a form which was refused: they come back sealed, so that nobody writes them twice."""
routes = web.RouteTableDef()


@routes.get("/settings/servers")
@allow("administer")
async def page(request: web.Request) -> web.Response:
    """Every server, those that the environment sets, and with which a new programme begins."""
    return await _page(request, UNTOUCHED)


@routes.post("/settings/servers")
@allow("administer")
async def choose(request: web.Request) -> web.Response:
    """Let new programmes begin with these."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        await chains.choose_for_new(work, actor, chosen_in(request, form, None))
        return "/settings/servers"

    return await once(request, form, act, _page)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, say = signed_in(request), request[SAY]
    async with request.app[STORE].look() as look:
        found = await servers.servers(look, actor)
        request.app[VIDEO].learn(await serverstates.known(look))
        whose = dict(await servers.organisations(look, actor))
        wide = rights.may(actor, "administer", rights.THE_HOUSE)
        rooms = shown_chain(request, await chains.for_new(look, actor), None, filled) if wide else []
    rows = request.app[VIDEO].rows
    own = [room for room in request.app[VIDEO].rooms if room.name not in rows]
    when = When(request[LANGUAGE], request.app[HOUSE].card.zone)
    return render(
        request, "setup/servers.html", filled.status, entered=filled, rooms=rooms,
        own=[(room.name, room.shown, shown_health(request, room.name, when)) for room in own if room.shown],
        servers=[_line(request, one, whose, when) for one in found if one.retired is None],
        retired=[(one.id, one.name, when.moment(one.retired)) for one in found if one.retired],
        kinds=[(kind.name, kind.title, say(ABOUT[kind.name])) for kind in KINDS.values()],
    )  # fmt: skip


def _line(request: web.Request, one: Server, whose: Mapping[str, str], when: When) -> dict[str, Any]:
    return {
        "id": one.id, "name": one.name, "kind": KINDS[one.kind].title if one.kind in KINDS else one.kind,
        "address": one.told.get("url", ""), "whose": whose.get(one.organisation or "", ""),
        "health": shown_health(request, one.id, when),
        "plain": any(one.told.get(name, "").startswith("http:") for name in ("url", "front")),
    }  # fmt: skip


@routes.get("/settings/servers/new")
@allow("administer")
async def ask(request: web.Request) -> web.Response:
    """A new server of the kind that the address names."""
    return await _new(request, UNTOUCHED) if request.query.get("kind") in KINDS else see_other("/settings/servers")


@routes.post("/settings/servers/new")
@allow("administer")
async def add(request: web.Request) -> web.Response:
    """Take it into the house."""
    actor, form = signed_in(request), await request.post()
    kind = _kind_of(str(form.get("kind", "")))
    if wrong := await _out_of_reach(request, form):
        return await _new(request, wrong)

    async def act(work: Work) -> str:
        new = _read(request, form, kind, "")
        return f"/settings/servers/{await servers.add(work, actor, new, request.app[SEAL])}"

    return await _done(request, await once(request, form, act, _new))


@routes.get("/settings/servers/{server}")
@allow("administer")
async def show(request: web.Request) -> web.Response:
    """One server: how it is reached, and when its secrets were written."""
    return await _one(request, UNTOUCHED)


@routes.post("/settings/servers/{server}")
@allow("administer")
async def change(request: web.Request) -> web.Response:
    """Reach it otherwise, or call it otherwise."""
    actor, form, which = signed_in(request), await request.post(), request.match_info["server"]
    if wrong := await _out_of_reach(request, form):
        return await _one(request, wrong)

    async def act(work: Work) -> str:
        before = await servers.server(work, actor, which)
        new = _read(request, form, _kind_of(before.kind), which)
        await servers.change(work, actor, which, new, request.app[SEAL])
        return f"/settings/servers/{which}"

    return await _done(request, await once(request, form, act, _one))


@routes.post("/settings/servers/{server}/retire")
@allow("administer")
async def retire(request: web.Request) -> web.Response:
    """Take no more rooms from it."""
    actor, form, which = signed_in(request), await request.post(), request.match_info["server"]

    async def act(work: Work) -> str:
        await servers.retire(work, actor, which)
        return "/settings/servers"

    return await _done(request, await once(request, form, act, _one))


async def _out_of_reach(request: web.Request, form: Mapping[str, object]) -> Entered | None:
    """The form again where the house may not call what it names: told here, before any unit of work, and not only at
    the first call. Every call judges anew what it connects to, so this is for whoever writes and guards nothing."""
    try:
        for name in ("url", "front"):
            written = text(form, name, MOST_LINE).strip()
            if name == "url" or written.startswith("http:"):  # the other is for browsers alone, with a token in it
                await dial.check(written, request.app[SETTINGS].reach, name)
    except Invalid as wrong:
        return entered(request, form, wrong)
    return None


async def _done(request: web.Request, answer: web.Response) -> web.Response:
    """This worker knows at once; the others hear of it within a second."""
    if answer.status == 303:
        await video.renew(request.app)
    return answer


async def _new(request: web.Request, filled: Entered) -> web.Response:
    actor, kind = signed_in(request), _kind_of(filled.value("kind") or request.query.get("kind", ""))
    async with request.app[STORE].look() as look:
        whose = await servers.organisations(look, actor)
    if rights.may(actor, "administer", rights.THE_HOUSE):
        whose = [("", request[SAY]("Everybody in the house")), *whose]
    return await _form(request, filled, kind, None, whose)


async def _one(request: web.Request, filled: Entered) -> web.Response:
    async with request.app[STORE].look() as look:
        found = await servers.server(look, signed_in(request), request.match_info["server"])
    return await _form(request, filled, _kind_of(found.kind), found, [])


async def _form(
    request: web.Request, filled: Entered, kind: Kind, found: Server | None, whose: Sequence[tuple[str, str]]
) -> web.Response:
    secrets = _secrets(request, await request.post(), kind, found.id if found else "") if filled.values else {}
    values = {**({"name": found.name, **found.told} if found else {}), **filled.values}
    shown = {name: value for name, value in values.items() if name not in kind.secrets}
    when = When(request[LANGUAGE], request.app[HOUSE].card.zone)
    held = request.app[SEAL].close(_place(request, found.id if found else ""), secrets) if secrets else b""
    return render(
        request, "setup/server.html", filled.status, kind=kind, about=request[SAY](ABOUT[kind.name]),
        fields=[_field(request, one, kind, secrets, found, when) for one in kind.told], found=found,
        entered=Entered(shown, filled.words, filled.field, filled.status), whose=whose,
        lines=lines_for(request, found) if found and found.retired is None else [],
        known=_known(request, kind, found),
        retired=when.moment(found.retired) if found and found.retired else "",
        kept=urlsafe_b64encode(held).decode(),
    )  # fmt: skip


def _known(request: web.Request, kind: Kind, found: Server | None) -> list[str]:
    """What whoever relies on this server must know of it."""
    say, told = request[SAY], []
    room = request.app[VIDEO].rows.get(found.id) if found else None
    if room and not isinstance(room.provider, Removing):
        told.append(say("This server sends nobody out at our word: whoever leads the lesson does it there."))
    if kind.lag:
        told.append(say("When a line breaks, it tells so up to {seconds} s late.", seconds=kind.lag))
        told.append(say("Register and report show apart what only the room has seen."))
    return told


def _field(
    request: web.Request, one: Told, kind: Kind, kept: Mapping[str, str], found: Server | None, when: When
) -> dict[str, Any]:
    """What the page shows of one field; of a secret only whether and when it was written."""
    say, hint = request[SAY], HINTS.get((kind.name, one.name))
    told = [say(hint)] if hint else []
    written = found.written.get(one.name) if found else None
    if one.name in kept:
        told.append(say("It is written already and goes along when you save."))
    elif written:
        told.append(say("Written {time}. Write a new one to change it.", time=when.moment(written)))
    return {
        "name": one.name, "label": say(LABELS[one.name]), "secret": one.secret, "choices": one.choices,
        "required": one.required and not (one.name in kept or written), "hint": " ".join(told),
    }  # fmt: skip


def _read(request: web.Request, form: Mapping[str, object], kind: Kind, which: str) -> NewServer:
    told = {one.name: text(form, one.name, MOST_LINE) for one in kind.told if not one.secret}
    organisation = text(form, "organisation", 40) or None
    name = text(form, "name", servers.LONGEST_NAME * 4)
    return NewServer(kind.name, name, told | _secrets(request, form, kind, which), organisation)


def _secrets(request: web.Request, form: Mapping[str, object], kind: Kind, which: str) -> dict[str, str]:
    """The secrets of a form: those written now before those that came back sealed."""
    try:
        sealed = urlsafe_b64decode(str(form.get(KEPT, "")))
        kept = request.app[SEAL].open(_place(request, which), sealed)
    except (Unavailable, ValueError):
        kept = {}
    typed = {name: str(form.get(name, ""))[: MOST_SECRET + 1] for name in kind.secrets}
    return {name: value for name in kind.secrets if (value := typed[name].strip() or kept.get(name, ""))}


def _place(request: web.Request, which: str) -> str:
    """What a sealed form is good for: this person's form of this server."""
    return f"form {signed_in(request).person} {which}"


def _kind_of(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound()
    return KINDS[name]
