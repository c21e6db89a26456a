"""JSON Web Tokens (RFC 7519), the one place where the keys of the video rooms sign and where their messages are opened.

Each of their servers takes one of two algorithms: HS256 with a shared secret, RS256 with a private key that only we
have. What comes in is opened by HS256 alone, whatever its head says.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from calendars.errors import Forbidden, Unavailable

LONGEST = 16_000
"""No server sends us a token that is longer, and none would read one of ours."""

WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def signed(claims: Mapping[str, Any], secret: str) -> str:
    """A token whose shared secret the server knows, too (HS256)."""
    told = f"{_head('HS256', '')}.{_packed(claims)}"
    return f"{told}.{_text(_proof(told, secret))}"


def signed_with_key(claims: Mapping[str, Any], pem: str, key_id: str) -> str:
    """A token of a private key whose public half the server has under `key_id` (RS256).

    Raises Unavailable `bad_key` where it is no RSA key, or one with a password.
    """
    told = f"{_head('RS256', key_id)}.{_packed(claims)}"
    return f"{told}.{_text(_key(pem).sign(told.encode(), PKCS1v15(), hashes.SHA256()))}"


def opened(token: str, secret: str, now: datetime, leeway: float) -> dict[str, Any]:
    """The claims of a token that was sent to us: HS256, with an end, and of this moment give or take `leeway` seconds.

    Raises Forbidden `bad_proof` for everything else; without a secret of ours nothing is theirs.
    """
    told, _, proof = token.rpartition(".")
    if not secret or len(token) > LONGEST or not token.isascii():
        raise Forbidden("bad_proof")
    if not hmac.compare_digest(_bytes(proof), _proof(told, secret)):
        raise Forbidden("bad_proof")
    head, _, body = told.partition(".")
    claims = _unpacked(body)
    starts, ends = _second(claims.get("nbf", 0)), _second(claims.get("exp"))
    if _unpacked(head).get("alg") != "HS256" or not starts - leeway <= now.timestamp() < ends + leeway:
        raise Forbidden("bad_proof")
    return claims


def _second(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise Forbidden("bad_proof")


def _proof(told: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), told.encode(), hashlib.sha256).digest()  # thrice as fast as hmac.digest


@lru_cache(maxsize=64)
def _head(algorithm: str, key_id: str) -> str:
    return _packed({"alg": algorithm, "typ": "JWT"} | ({"kid": key_id} if key_id else {}))


@lru_cache(maxsize=64)
def _key(pem: str) -> RSAPrivateKey:
    """Reading a key costs as much as signing a dozen times."""
    try:
        found = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Unavailable("bad_key") from None  # the cause may hold a part of the key
    if not isinstance(found, RSAPrivateKey):
        raise Unavailable("bad_key")
    return found


def _packed(part: Mapping[str, Any]) -> str:
    return _text(WRITE(part).encode())


def _unpacked(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        raise Forbidden("bad_proof") from None
    if not isinstance(found, dict):
        raise Forbidden("bad_proof")
    return found


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Forbidden("bad_proof") from None
