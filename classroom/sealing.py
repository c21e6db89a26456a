"""Secrets at rest: sealed with a key that follows from the house's own and from one that stands in no database.

The house's own secret lies in the same database as what is sealed. So without the second key (`OPPITUPA_SEAL_KEY`, of
the machine's environment) the seal keeps secrets out of pages, logs and exports, and no more: whoever has a copy of
the database, a backup of it for instance, can open them. With it, a copy of the database alone opens nothing.

Neither protects from whoever runs code in the house or reads its environment, nor from whoever may *write* to the
database: she can give a server another address, to which the house then shows what it has sealed. And it is about the
secrets of video servers alone: sign-in links and calendar addresses follow from the house's own secret as before.
"""

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
    """What seals and opens. It shows nothing of its keys, and a seal moved to another place does not open.

    It seals with `key`. It opens also what was sealed with the key `before`, and what was sealed without any.
    """

    def __init__(self, root: bytes, key: str = "", before: str = "") -> None:
        self._ciphers = [_cipher(root, one) for one in dict.fromkeys((key, before, ""))]

    def close(self, place: str, said: Mapping[str, str]) -> bytes:
        """The secrets of a place, sealed."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, json.dumps(dict(said)).encode(), place.encode())

    def open(self, place: str, sealed: bytes) -> dict[str, str]:
        """The secrets again. Raises Unavailable `seal_broken` for what this house has not sealed for this place."""
        return self._opened(place, sealed)[0]

    def renewed(self, place: str, sealed: bytes) -> bytes | None:
        """The same sealed with the key of now, where another one had sealed it. Raises Unavailable `seal_broken`."""
        said, cipher = self._opened(place, sealed)
        return self.close(place, said) if sealed and cipher is not self._ciphers[0] else None

    def _opened(self, place: str, sealed: bytes) -> tuple[dict[str, str], AESGCM]:
        if not sealed:
            return {}, self._ciphers[0]
        for cipher in self._ciphers:
            try:
                found = json.loads(cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode()))
            except (InvalidTag, ValueError):
                continue
            return {str(name): str(value) for name, value in found.items()}, cipher
        raise Unavailable("seal_broken")


def _cipher(root: bytes, key: str) -> AESGCM:
    """The key as the salt of HKDF (RFC 5869): who knows the root alone has nothing."""
    return AESGCM(HKDF(SHA256(), 32, key.encode() or None, PURPOSE).derive(root))
