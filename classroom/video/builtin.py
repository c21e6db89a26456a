"""The embedded room: the browsers speak to each other, our own socket carries the signals, STUN and TURN help.

TURN credentials live for hours, for one person (coturn's REST scheme: `<expiry>:<id>` and HMAC-SHA1, use-auth-secret).
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from classroom.video.provider import Asked, Door, Guest

CREDENTIAL_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Builtin:
    """The embedded room with the house's helpers for the way through routers."""

    stun: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    turn_secret: str = field(default="", repr=False)
    name: str = "builtin"

    async def prepare(self, asked: Asked) -> str:
        """Nothing has to be made ready."""
        return ""

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        """Our own page; the settings are what its connections need, good for as long as the credential."""
        return Door(self.name, settings={"ice_servers": self.ice_servers(guest.person, now)})

    def ice_servers(self, person: str, now: datetime) -> list[dict[str, Any]]:
        """The servers of one person, as RTCPeerConnection takes them."""
        servers: list[dict[str, Any]] = [{"urls": list(self.stun)}] if self.stun else []
        if self.turn and self.turn_secret:
            user = f"{int(now.timestamp()) + CREDENTIAL_SECONDS}:{person}"
            proof = hmac.new(self.turn_secret.encode(), user.encode(), hashlib.sha1).digest()
            servers.append({"urls": list(self.turn), "username": user, "credential": base64.b64encode(proof).decode()})
        return servers
