"""The exact lines for a video server's own configuration, with our addresses in them; no secret of its stands there."""

import json
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from calendars.errors import Unavailable
from classroom.servers import Server
from classroom.video.jitsi import Jitsi
from classroom.video.provider import Provider
from server.keys import SAY, SETTINGS, VIDEO

Lines = list[tuple[str, str]]
HOLE: Final = "THE-SECRET"
"""Stands where the secret goes: whoever pastes has it, this page does not."""
WORD: Final = "THE-PASSWORD"
"""The same for the password of an administrator."""


def lines_for(request: web.Request, server: Server) -> Lines:
    """What to paste for a server in use."""
    try:
        provider = request.app[VIDEO].of(server.id)
    except Unavailable:
        return []
    return lines(server, provider, request.app[SETTINGS].url, request[SAY])


def lines(server: Server, provider: Provider, url: str, say: Callable[..., str]) -> Lines:
    """What to paste where: (which file, its lines). Nothing while the house does not know its own address."""
    return _LINES[server.kind](server, provider, f"{url}/hooks/{server.id}", say) if url else []


def _jitsi(server: Server, provider: Provider, hook: str, say: Callable[..., str]) -> Lines:
    if not isinstance(provider, Jitsi) or provider.key_id:
        return []
    domain = provider.domain or urlsplit(provider.url).hostname or ""
    sent = f'{{ ["Authorization"] = "Bearer {provider.proof}" }}'
    token = (
        f'VirtualHost "{domain}"\n    authentication = "token"\n    app_id = "{provider.app_id}"\n'
        f'    app_secret = "{HOLE}"\n\nComponent "conference.{domain}" "muc"\n'
        '    modules_enabled = { "token_verification", "token_affiliation" }\n'
    )
    told = (
        f'Component "event_sync.{domain}" "event_sync_component"\n    muc_component = "conference.{domain}"\n'
        f'    api_prefix = "{hook}"\n    api_headers = {sent}\n'
    )
    asked = (
        f'Component "conference.{domain}" "muc"\n    modules_enabled = {{ "reservations" }}\n\n'
        f'-- in VirtualHost "{domain}"\nreservations_api_prefix = "{hook}"\nreservations_api_headers = {sent}\n'
    )
    return [
        (say("Prosody: who may come in"), token), (say("Prosody: who comes and goes"), told),
        (say("Prosody: when a room is open"), asked),
    ]  # fmt: skip


def _bigbluebutton(server: Server, _provider: Provider, hook: str, say: Callable[..., str]) -> Lines:
    algorithm = server.told.get("algorithm", "sha256")
    properties = (
        f"supportedChecksumAlgorithms=sha1,sha256,sha384,sha512\n# {say('this house signs with')} {algorithm}\n"
    )
    return [
        ("/etc/bigbluebutton/bbb-web.properties", properties),
        (say("bbb-webhooks: the house registers this address by itself"), f"apt install bbb-webhooks\n# {hook}\n"),
    ]


def _livekit(server: Server, _provider: Provider, hook: str, _say: Callable[..., str]) -> Lines:
    key = server.told.get("key", "")
    return [("livekit.yaml", f"keys:\n  {key}: {HOLE}\nwebhook:\n  api_key: {key}\n  urls:\n    - {hook}\n")]


def _galene(server: Server, _provider: Provider, _hook: str, _say: Callable[..., str]) -> Lines:
    """It calls nobody; its rooms get the key from the house."""
    user = {server.told.get("admin", ""): {"password": WORD, "permissions": "admin"}}
    return [("data/config.json", json.dumps({"writableGroups": True, "users": user}, indent=2, ensure_ascii=False))]


def _link(_server: Server, _provider: Provider, _hook: str, _say: Callable[..., str]) -> Lines:
    return []


_LINES: Final[Mapping[str, Callable[[Server, Provider, str, Callable[..., str]], Lines]]] = {
    "jitsi": _jitsi, "bigbluebutton": _bigbluebutton, "livekit": _livekit, "galene": _galene, "link": _link,
}  # fmt: skip
