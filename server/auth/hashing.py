"""Passwords and their second factor: argon2id beside the event loop, a few at a time, and TOTP that opens only once."""

import asyncio
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from calendars.errors import Invalid, Unavailable

Answer = TypeVar("Answer")

AT_ONCE = 2  # each takes 64 MiB and a core for some 50 ms
IN_LINE = 40  # whoever came later would wait longer than anybody does
LEAST = 12
MOST = 200
PERIOD = 30

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(AT_ONCE, "argon2")
_NOBODY = _hasher.hash(secrets.token_urlsafe())
"""Compared with where there is no such account, so that the answer takes the same time."""
_in_line = 0


def good_password(password: str, email: str) -> str:
    """A new password that is worth having. Raises Invalid `password_too_short`, `password_too_easy`."""
    if len(password) < LEAST:
        raise Invalid("password_too_short", field="password", least=LEAST)
    if len(password) > MOST:
        raise Invalid("password_too_long", field="password", most=MOST)
    plain = password.casefold()
    if len(set(plain)) < 5 or plain == email.casefold() or ("oppitupa" in plain and len(set(plain)) < 10):
        raise Invalid("password_too_easy", field="password")
    return password


async def hashed(password: str) -> str:
    """The argon2id hash of a new password."""
    return await _beside(lambda: _hasher.hash(password))


async def fits(kept: str | None, password: str) -> bool:
    """Whether this is the password that was kept. Without one it is as slow, and wrong."""
    return await _beside(lambda: _verified(kept or _NOBODY, password[:MOST])) and kept is not None


def new_secret() -> str:
    """The secret of a new second factor, base32, 160 bits."""
    return pyotp.random_base32()


def provisioning(secret: str, email: str, house: str) -> str:
    """What the QR code for an authenticator app says."""
    return pyotp.TOTP(secret).provisioning_uri(name=email or None, issuer_name=house)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """Of which 30 seconds a code is, the present ones or those just before or after; None if it is wrong."""
    digits = "".join(code.split())
    now = int(at.timestamp()) // PERIOD
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * PERIOD).encode(), digits.encode()):
            return step
    return None


def _verified(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


async def _beside(work: Callable[[], Answer]) -> Answer:
    global _in_line
    if _in_line >= IN_LINE:
        raise Unavailable("too_many_at_once")
    _in_line += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _in_line -= 1
