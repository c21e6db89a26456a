"""The video servers that the administrator adds beside those of the environment: added, changed, retired, never lost.

A server's id is its provider's name: programmes and evidence carry it, so that it may be called otherwise or retire
and what was held there still says where. Its secrets go in and never come out but to the provider that signs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from calendars import rights
from calendars.clock import parse_instant, rfc3339
from calendars.errors import Conflict, Invalid, NotFound, Refused, Unavailable
from calendars.names import clean_name
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Organisation, VideoServer
from classroom.sealing import Seal
from classroom.video.choose import Room
from classroom.video.facts import ServerAdded, ServerChanged, ServerRetired
from classroom.video.kinds import KINDS, Home, Kind

STREAM = "servers"
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class NewServer:
    """What the administrator says of a server. `told`: by the names of its kind's fields, secrets among them."""

    kind: str
    name: str
    told: Mapping[str, str]
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A server as its administrator may see it: of its secrets only when each was written."""

    id: str
    name: str
    kind: str
    organisation: str | None
    told: Mapping[str, str]
    written: Mapping[str, datetime]
    added: datetime
    retired: datetime | None


async def add(work: Work, actor: Actor, new: NewServer, seal: Seal) -> str:
    """Take a server into the house; its id. Raises Invalid with the field that is wrong."""
    rights.ask(actor, "administer", Target(new.organisation))
    kind = _kind(new.kind)
    await _check_organisation(work, new.organisation)
    row = VideoServer(
        id=new_id(), kind=kind.name, organisation=new.organisation, added=work.now, retired=None, sealed=b"",
        sealed_at={}, settings={}, name="",
    )  # fmt: skip
    await _describe(work, row, new, {}, seal)
    work.add(row)
    await work.flush()
    work.tell(ServerAdded(stream=STREAM, server=row.id, by=actor.person))
    return row.id


async def change(work: Work, actor: Actor, server: str, new: NewServer, seal: Seal) -> None:
    """Say otherwise how a server is reached or called. A secret that is left empty stays what it was.

    At another address every secret must be written again: who does not know it must not have it sent to her own host.
    Neither its kind nor whose it is can be changed: that would be another server. Raises Conflict `server_retired`.
    """
    row = await _mine(work, actor, server)
    await _describe(work, row, new, seal.open(row.id, row.sealed), seal)
    if row.retired is not None:
        raise Conflict("server_retired")
    work.tell(ServerChanged(stream=STREAM, server=row.id, by=actor.person))


async def retire(work: Work, actor: Actor, server: str) -> None:
    """Take no more rooms from a server; its secrets go, its name stays. Doing it twice changes nothing."""
    row = await _mine(work, actor, server)
    if row.retired is None:
        row.retired, row.sealed, row.sealed_at = work.now, b"", {}
        work.tell(ServerRetired(stream=STREAM, server=row.id, by=actor.person))


async def servers(look: Look, actor: Actor) -> list[Server]:
    """Every server that the actor administers, those in use first, by name."""
    wide = rights.scopes_of(actor, "administer")
    statement = select(VideoServer).order_by(VideoServer.retired.is_not(None), VideoServer.name, VideoServer.id)
    if "house" not in wide:
        statement = statement.where(VideoServer.organisation.in_(wide.get("organisation", ())))
    return [_shown(row) for row in await look.all(statement)]


async def server(look: Look, actor: Actor, which: str) -> Server:
    """One server, for whoever administers it. Raises NotFound."""
    return _shown(await _mine(look, actor, which))


async def organisations(look: Look, actor: Actor) -> list[tuple[str, str]]:
    """Those whose servers the actor administers: (id, name)."""
    wide = rights.scopes_of(actor, "administer")
    statement = select(Organisation.id, Organisation.name).order_by(Organisation.name, Organisation.id)
    if "house" not in wide:
        statement = statement.where(Organisation.id.in_(wide.get("organisation", ())))
    return [(one, name) for one, name in await look.rows(statement)]


async def rooms(look: Look, home: Home, seal: Seal, known: Mapping[str, Room]) -> tuple[list[Room], dict[str, str]]:
    """The rooms of all servers in use, and what every server ever was called; for the process that signs links.

    Whoever is in `known` unchanged stays the same object: it remembers how its server does. A server whose seal
    was broken, or of a kind that this version does not know, gives no rooms.
    """
    rows: Sequence[VideoServer] = await look.all(select(VideoServer).order_by(VideoServer.name, VideoServer.id))
    found = [room for row in rows if row.retired is None and (room := _room(row, home, seal, known.get(row.id)))]
    return found, {row.id: row.name for row in rows}


async def seal_anew(work: Work, seal: Seal) -> int:
    """Seal with the key of now what another one had sealed, so that the old key can go; how many servers'."""
    rows = await work.all(select(VideoServer).order_by(VideoServer.id).with_for_update())
    found = 0
    for row in rows:
        try:
            sealed = seal.renewed(row.id, row.sealed)
        except Unavailable:
            continue  # the page of the servers says so
        if sealed is not None:
            row.sealed, found = sealed, found + 1
    return found


def _room(row: VideoServer, home: Home, seal: Seal, before: Room | None) -> Room | None:
    kind = KINDS.get(row.kind)
    made_of = f"{row.settings!r} {row.sealed.hex()}"
    if kind is None:
        return None
    if before is not None and before.made_of == made_of:
        return Room(before.provider, row.kind, row.name, row.organisation, made_of)
    try:
        told = row.settings | seal.open(row.id, row.sealed)
        return Room(kind.make(row.id, home, told), row.kind, row.name, row.organisation, made_of)
    except (Refused, KeyError):
        return None


async def _describe(work: Work, row: VideoServer, new: NewServer, before: Mapping[str, str], seal: Seal) -> None:
    """Write what was said into a row; secrets are sealed for this row alone."""
    kind = _kind(row.kind)
    name = clean_name(new.name, most=LONGEST_NAME)
    same = select(VideoServer.id).where(
        VideoServer.name == name, VideoServer.id != row.id, VideoServer.retired.is_(None)
    )
    if await work.one(same) is not None:
        raise Invalid("name_taken", field="name")
    said = {name: text for name, text in new.told.items() if text.strip()}
    _check_known(row, kind, said)
    told = kind.read({name: before[name] for name in kind.secrets & before.keys()} | said)
    written = {name for name in kind.secrets & said.keys() if told[name] != before.get(name)}
    row.name, row.settings = name, {name: text for name, text in told.items() if name not in kind.secrets}
    if written or not row.sealed:
        row.sealed = seal.close(row.id, {name: text for name, text in told.items() if name in kind.secrets})
        row.sealed_at = row.sealed_at | dict.fromkeys(sorted(written), rfc3339(work.now))


def _check_known(row: VideoServer, kind: Kind, said: Mapping[str, str]) -> None:
    """At another address each secret is written again. Raises Invalid `secret_again`."""
    there = {name: said.get(name, "").strip().rstrip("/") for name in kind.addresses & row.settings.keys()}
    moved = any(row.settings[name] != address for name, address in there.items())
    unsaid = sorted(kind.secrets & row.sealed_at.keys() - said.keys())
    if moved and unsaid:
        raise Invalid("secret_again", field=unsaid[0])


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Invalid("bad_choice", field="kind")
    return KINDS[name]


async def _check_organisation(work: Work, organisation: str | None) -> None:
    if organisation is not None and await work.get(Organisation, organisation) is None:
        raise Invalid("bad_choice", field="organisation")


async def _mine(look: Look, actor: Actor, which: str) -> VideoServer:
    row = await look.get(VideoServer, which)
    if row is None:
        raise NotFound()
    rights.ask(actor, "administer", Target(row.organisation))
    return row


def _shown(row: VideoServer) -> Server:
    written = {name: parse_instant(at) for name, at in row.sealed_at.items()}
    return Server(row.id, row.name, row.kind, row.organisation, row.settings, written, row.added, row.retired)
