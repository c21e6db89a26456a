"""Jitsi behind the same link: a signed token for one person and one room, minted at the click.

Prosody compares strings and has no leeway: `aud` is one string, the room lower-case ASCII (our ids are), and the
token says at once whether its bearer leads. It lives for minutes because a refused one is logged there in full.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from calendars.errors import Unavailable
from classroom.video.provider import Asked, Door, Guest

LIVES = timedelta(minutes=5)
LONGEST_NAME = 120  # an address of 16 kB is never answered at all
SKEW = timedelta(seconds=60)  # a clock of theirs that is a little behind would refuse a token of this very second


@dataclass(frozen=True, slots=True)
class Jitsi:
    """A Jitsi Meet that knows our application id and secret (HS256)."""

    url: str
    app_id: str
    secret: str
    domain: str = ""
    """The XMPP domain (`sub`); the host of the address where it is empty."""
    audience: str = ""
    name: str = "jitsi"

    async def prepare(self, asked: Asked) -> None:
        """A Jitsi room is made by whoever comes first; there is nothing to do ahead."""

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        """Their page for this room with this person's token. Raises Unavailable when nothing is set."""
        if not (self.url and self.app_id and self.secret):
            raise Unavailable("provider_not_set", provider=self.name)
        until, shown = now + LIVES, replace(guest, name=guest.name[:LONGEST_NAME])
        token = _signed(self._claims(asked, shown, now, until), self.secret)
        display = quote(json.dumps(shown.name, ensure_ascii=False), safe="")
        hints = f"#userInfo.displayName={display}&config.startWithVideoMuted=true&config.startWithAudioMuted=true"
        return Door(self.name, f"{self.url.rstrip('/')}/{asked.lesson.lower()}?jwt={token}{hints}", until)

    def _claims(self, asked: Asked, guest: Guest, now: datetime, until: datetime) -> dict[str, Any]:
        host = self.url.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
        return {
            "iss": self.app_id,
            "aud": self.audience or self.app_id,
            "sub": self.domain or host,
            "room": asked.lesson.lower(),
            "nbf": int((now - SKEW).timestamp()),
            "exp": int(until.timestamp()),
            "context": {
                "user": {
                    "id": guest.person,
                    "name": guest.name,
                    "moderator": guest.leads,
                    "affiliation": "owner" if guest.leads else "member",
                },
                "features": {
                    "recording": False,
                    "livestreaming": False,
                    "transcription": False,
                    "outbound-call": False,
                },
            },
        }


def _signed(claims: dict[str, Any], secret: str) -> str:
    head = _packed({"alg": "HS256", "typ": "JWT"})
    body = _packed(claims)
    proof = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_text(proof)}"


def _packed(part: dict[str, Any]) -> str:
    return _text(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
