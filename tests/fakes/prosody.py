"""A prosody with Jitsi's token check that speaks BOSH over a real socket: its answers are those of prosody 0.12.

The rules are those of facts/video-rooms.md 3.3: algorithm and type exactly so, one audience, no leeway.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from time import time
from xml.etree import ElementTree

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer

from calendars.store import new_id
from tests.fakes.timely import UNTIMED, timely

BOSH = "http://jabber.org/protocol/httpbind"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
STREAM = "xmlns:stream='http://etherx.jabber.org/streams'"


@dataclass
class FakeProsody:
    """One virtual host and its sessions: what each has shown, and how far it has come."""

    domain: str = "meet.example.org"
    app_id: str = "oppitupa"
    secret: str = "a secret of at least thirty-two letters"
    skew: float = 0.0
    """Seconds by which its clock is ahead, in what it says of the time and in what it takes."""
    base: str = ""
    bosh: bool = True
    sessions: dict[str, int] = field(default_factory=dict)
    """The last number that each open session has said."""
    named: list[str] = field(default_factory=list)
    """Who has logged in, by the id in her token."""

    async def hear(self, request: web.Request) -> web.Response:
        """POST /http-bind: one body with at most one stanza, as all of these are."""
        if not self.bosh:
            return web.Response(status=404)
        said = ElementTree.fromstring(await request.text())
        sid, number = said.get("sid"), int(said.get("rid", "0"))
        if sid is None:
            if said.get("to") != self.domain:
                return self._body("type='terminate' condition='improper-addressing'")
            sid = new_id()
            self.sessions[sid] = number
            mechanisms = f"<mechanisms xmlns='{SASL}'><mechanism>ANONYMOUS</mechanism></mechanisms>"
            return self._body(f"sid='{sid}' ver='1.6' wait='5' hold='1'", self._features(mechanisms))
        if self.sessions.get(sid) != number - 1:
            return self._body("type='terminate' condition='item-not-found'")
        self.sessions[sid] = number
        if said.get("type") == "terminate":
            del self.sessions[sid]
            return self._body("type='terminate'")
        if said.find(f"{{{SASL}}}auth") is not None:
            return self._body(f"sid='{sid}'", self._judged(request.query.get("token", "")))
        if said.find(f".//{{{BIND}}}bind") is not None:
            jid = f"<bind xmlns='{BIND}'><jid>{sid}@{self.domain}/x</jid></bind>"
            return self._body(f"sid='{sid}'", f"<iq xmlns='jabber:client' id='b' type='result'>{jid}</iq>")
        return self._body(f"sid='{sid}'", self._features(f"<bind xmlns='{BIND}'><required/></bind>"))

    def _judged(self, token: str) -> str:
        try:
            head = jwt.get_unverified_header(token)
            claims = jwt.decode(
                token, self.secret, algorithms=["HS256"], audience=self.app_id, issuer=self.app_id,
                options={"require": ["exp", "aud", "iss", "sub", "room"], **UNTIMED},
            )  # fmt: skip
            timely(claims, time() + self.skew)
        except jwt.PyJWTError as refused:
            return f"<failure xmlns='{SASL}'><not-allowed/><text>{type(refused).__name__}</text></failure>"
        assert (head["typ"], type(claims["aud"])) == ("JWT", str)
        self.named.append(claims["context"]["user"]["id"])
        return f"<success xmlns='{SASL}'/>"

    @staticmethod
    def _features(inside: str) -> str:
        return f"<stream:features xmlns='jabber:client'>{inside}</stream:features>"

    @staticmethod
    def _body(attributes: str, inside: str = "") -> web.Response:
        text = f"<body {attributes} {STREAM} xmlns='{BOSH}'>{inside}</body>"
        return web.Response(text=text, content_type="text/xml")


@asynccontextmanager
async def prosody_server(**settings: object) -> AsyncIterator[FakeProsody]:
    """A server that runs until the end of the block."""
    fake = FakeProsody(**settings)  # type: ignore[arg-type]

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Jitsi Meet</title>", content_type="text/html")

    async def date(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(time() + fake.skew, usegmt=True)

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_post("/http-bind", fake.hear)
    app.on_response_prepare.append(date)
    async with TestServer(app) as server:
        fake.base = str(server.make_url("")).rstrip("/")
        yield fake
