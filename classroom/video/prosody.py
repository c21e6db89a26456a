"""Jitsi's XMPP server, spoken to as a browser without WebSocket would (BOSH, XEP-0124): does it let a token in?

Only as far as the login: a room is opened by Jitsi's focus, so coming in is not tried.
"""

import secrets
from types import TracebackType
from typing import Self
from urllib.parse import urlencode
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from calendars.errors import Unavailable
from classroom.video.line import Line

BIND = "urn:ietf:params:xml:ns:xmpp-bind"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BOSH = "http://jabber.org/protocol/httpbind"
XBOSH = "urn:xmpp:xbosh"


class Login:
    """One session at a server: `authenticate`, then `bind`. Leaving it takes it back."""

    def __init__(self, line: Line, domain: str, room: str, token: str) -> None:
        self._line = line
        self._to = f"to={quoteattr(domain)}"
        self._query = urlencode({"room": room, "token": token})
        self._number = secrets.randbelow(2**40)
        self._session = ""

    async def __aenter__(self) -> Self:
        head = f"{self._to} xml:lang='en' wait='5' hold='1' ver='1.6' content='text/xml; charset=utf-8'"
        told = await self._exchange("", f"{head} xmlns:xmpp='{XBOSH}' xmpp:version='1.0'")
        self._session = f"sid={quoteattr(told.get('sid', ''))}"
        if "sid" not in told.attrib:
            raise Unavailable("video_bad_domain", server=self._line.server)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            await self._exchange("<presence type='unavailable' xmlns='jabber:client'/>", "type='terminate'")

    async def authenticate(self) -> None:
        """Show the token. Raises Unavailable `video_refused` where it is not taken."""
        told = await self._exchange(f"<auth xmlns='{SASL}' mechanism='ANONYMOUS'/>")
        if told.find(f"{{{SASL}}}success") is None:
            raise Unavailable("video_refused", server=self._line.server)

    async def bind(self) -> None:
        """Be somebody there: the round trip of a login. Raises Unavailable `video_unreadable`."""
        await self._exchange("", f"{self._to} xmpp:restart='true' xmlns:xmpp='{XBOSH}'")
        told = await self._exchange(f"<iq type='set' id='b' xmlns='jabber:client'><bind xmlns='{BIND}'/></iq>")
        if told.find(f".//{{{BIND}}}jid") is None:
            raise Unavailable("video_unreadable", server=self._line.server)

    async def _exchange(self, stanza: str, attributes: str = "") -> ElementTree.Element:
        self._number += 1
        body = f"<body rid='{self._number}' {self._session} {attributes} xmlns='{BOSH}'>{stanza}</body>"
        headers = {"content-type": "text/xml; charset=utf-8"}
        answer = await self._line.post("/http-bind", body=body.encode(), headers=headers, query=self._query)
        if answer.status == 404:
            raise Unavailable("video_untried", server=self._line.server)
        try:
            said = answer.body.decode()  # as text: a declaration inside may name an encoding that hides what follows
            if "<!" in said:  # no document type, so no entity: what is left is as large as it stands there
                raise ValueError
            return ElementTree.fromstring(said)  # noqa: S314
        except (ValueError, ElementTree.ParseError):
            raise Unavailable("video_unreadable", server=self._line.server) from None
