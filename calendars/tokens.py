"""Addresses that are secrets: an HMAC of id and generation, so nothing secret is stored and it can be shown again."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

BYTES = 18  # 144 bits: beyond guessing, and exactly 24 letters


def signature(secret: bytes, purpose: str, *parts: str | int) -> str:
    """The house's word for these parts: a signature for one purpose says nothing for any other."""
    said = "\x00".join((purpose, *map(str, parts))).encode()
    return urlsafe_b64encode(hmac.digest(secret, said, sha256)[:BYTES]).decode()


def make(secret: bytes, purpose: str, id: str, generation: int) -> str:
    """The token of a thing; it stays the same until the thing gets a new generation."""
    return f"{id}.{signature(secret, purpose, id, generation)}"


def id_of(token: str) -> str:
    """Whose token this claims to be. Only `check` knows whether that is true."""
    return token.partition(".")[0]


def check(secret: bytes, purpose: str, token: str, generation: int) -> bool:
    """Whether the house made this token for this purpose and generation; takes the same time for every wrong one."""
    genuine = make(secret, purpose, id_of(token), generation)
    return hmac.compare_digest(genuine.encode(), token.encode(errors="replace"))
