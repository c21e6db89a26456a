"""The times of a token by a clock that a test has set: PyJWT knows that of the machine alone."""

from collections.abc import Mapping
from typing import Any, Final

import jwt

UNTIMED: Final = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
"""PyJWT checks all but the times, which stay for `timely`."""


def timely(claims: Mapping[str, Any], now: float, leeway: float = 0.0) -> None:
    """As RFC 7519 has it, in seconds since 1970. Raises ExpiredSignatureError, ImmatureSignatureError."""
    if claims["exp"] <= now - leeway:
        raise jwt.ExpiredSignatureError
    if max(claims.get("nbf", 0), claims.get("iat", 0)) > now + leeway:
        raise jwt.ImmatureSignatureError
