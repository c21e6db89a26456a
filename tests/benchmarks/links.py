"""How many links of video rooms are signed in a second, beside the peers' own SDKs: `python -m tests.benchmarks.links`.

Printed for each kind: our whole `link` (claims, token, address) and what its peer needs for the token alone, in turns
in one process, the best of seven rounds; and how often a click touched the network. The number of links a round may
follow.
"""

import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from livekit.api import AccessToken, VideoGrants

from calendars.clock import Clock
from classroom.video.bigbluebutton import BigBlueButton
from classroom.video.builtin import Builtin
from classroom.video.galene import Galene
from classroom.video.jitsi import Jitsi
from classroom.video.line import Line
from classroom.video.livekit import LiveKit
from classroom.video.provider import Asked, Guest, Provider

ROUNDS = 7
SECRET = "a secret of at least thirty-two letters"
NOW = datetime.now(UTC)
ASKED = Asked("k3v5q2m7x4p6r2t7w4za", "Logistics 1", NOW, NOW + timedelta(hours=2))
GUEST = Guest("b5n2c7v4x6z2m4k7j3hq", "Amina Yılmaz", "learner", "ar")
KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
JITSI = Jitsi("https://meet.example.org", "oppitupa", SECRET)
JAAS = Jitsi("https://8x8.vc", "vpaas-magic-cookie-1fc5", PEM, key_id="vpaas-magic-cookie-1fc5/4f4910")
LIVEKIT = LiveKit(
    Line("https://live.example.org", Clock()), Clock(), "APIoppitupa", SECRET, "https://meet.example.org/custom"
)
GALENE = Galene(Line("https://galene.example.org", Clock()), Clock(), SECRET, "oppitupa", SECRET)


def claims_of(provider: Provider) -> dict[str, Any]:
    """What our own token of this provider says, for the peer to sign."""
    query = parse_qs(urlsplit(provider.link(ASKED, GUEST, NOW).url or "").query)
    (token,) = query.get("jwt") or query["token"]
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


OF_JITSI, OF_JAAS, OF_GALENE = claims_of(JITSI), claims_of(JAAS), claims_of(GALENE)


def livekit_sdk() -> None:
    grants = VideoGrants(room_join=True, room=ASKED.lesson, can_update_own_metadata=False)
    token = AccessToken("APIoppitupa", SECRET).with_identity(GUEST.person).with_name(GUEST.name)
    token.with_ttl(timedelta(minutes=5)).with_grants(grants).to_jwt()


def pyjwt() -> None:
    jwt.encode(OF_JITSI, SECRET)


def pyjwt_for_galene() -> None:
    """With a key of the one length that Galene takes."""
    jwt.encode(OF_GALENE, GALENE.key)


def pyjwt_with_key() -> None:
    """With the key read once, as ours: PyJWT is handed the text by most who use it, and is slower then."""
    jwt.encode(OF_JAAS, KEY, algorithm="RS256", headers={"kid": JAAS.key_id})


PAIRS: list[tuple[str, Provider, str, Callable[[], None] | None]] = [
    ("livekit", LIVEKIT, "livekit-api AccessToken", livekit_sdk),
    ("jitsi", JITSI, "PyJWT HS256", pyjwt),
    ("jitsi of 8x8", JAAS, "PyJWT RS256", pyjwt_with_key),
    ("galene", GALENE, "PyJWT HS256", pyjwt_for_galene),
    ("bigbluebutton", BigBlueButton(Line("https://bbb.example.org", Clock()), SECRET), "", None),
    ("builtin with TURN", Builtin((), ("turn:turn.example.org",), SECRET), "", None),
]


def pace(act: Callable[[], object], count: int) -> float:
    """Links in a second."""
    began = time.perf_counter()
    for _ in range(count):
        act()
    return count / (time.perf_counter() - began)


def calls_of(act: Callable[[], object]) -> int:
    """How often this asks for an address or opens a socket."""
    calls: list[str] = []

    def heard(event: str, _given: object) -> None:
        if listening and event.startswith("socket."):
            calls.append(event)

    listening = True
    sys.addaudithook(heard)  # a hook cannot be taken off again: it is told to stop listening
    act()
    told = len(calls)
    socket.socket().close()
    assert len(calls) == told + 1, "the count would see a socket"
    listening = False
    return told


def main(count: int) -> None:
    for name, provider, peer, other in PAIRS:
        many = count if name != "jitsi of 8x8" else max(1, count // 20)  # RSA costs what it costs, for everybody
        ours, theirs = 0.0, 0.0
        for _ in range(ROUNDS):
            ours = max(ours, pace(lambda: provider.link(ASKED, GUEST, NOW), many))  # noqa: B023
            theirs = max(theirs, pace(other, many)) if other else 0.0
        calls = calls_of(lambda: provider.link(ASKED, GUEST, NOW))  # noqa: B023
        beside = f", {peer} {theirs:,.0f}: {ours / theirs:.2f} x" if other else ""
        print(f"{name}: {ours:,.0f} links a second{beside}; network calls of a click: {calls}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
