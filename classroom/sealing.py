"""Secrets at rest: sealed with a key that follows from the house's own, each seal good for one place only."""

import json
import secrets
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from calendars.errors import Unavailable

NONCE: Final = 12  # bytes, as AES-GCM wants
PURPOSE: Final = b"oppitupa: secrets of video servers"


class Seal:
    """What seals and opens. It shows nothing of its key, and a seal moved to another place does not open."""

    def __init__(self, root: bytes) -> None:
        self._cipher = AESGCM(HKDF(SHA256(), 32, None, PURPOSE).derive(root))

    def close(self, place: str, said: Mapping[str, str]) -> bytes:
        """The secrets of a place, sealed."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, json.dumps(dict(said)).encode(), place.encode())

    def open(self, place: str, sealed: bytes) -> dict[str, str]:
        """The secrets again. Raises Unavailable `seal_broken` for what this house has not sealed for this place."""
        if not sealed:
            return {}
        try:
            found = json.loads(self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode()))
        except (InvalidTag, ValueError):
            raise Unavailable("seal_broken") from None
        return {str(name): str(value) for name, value in found.items()}
