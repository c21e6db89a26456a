"""The cookie of a device: one token for whoever is present, and those of the others who are signed in on it.

`present.other.other`: the first may be empty, for when somebody signed out and nobody has taken her place. So one
person's signing out never turns the next click into another person's.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from server.auth.origin import is_secure, port_of

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
MOST = 8
NAME = "oppitupa"


@dataclass(frozen=True, slots=True)
class Held:
    """The tokens that a device holds."""

    present: str = ""
    others: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (self.present, *self.others) if self.present else self.others


def name_of(request: web.Request) -> str:
    """`__Host-` wherever the line is HTTPS. On plain http (loopback) Safari drops such a cookie without a word.

    Cookies do not know ports: the name carries an unusual one, so that two houses on one machine stay apart.
    """
    port = port_of(request)
    if is_secure(request):
        return f"__Host-{NAME}" + (f"-{port}" if port.isdecimal() and port != "443" else "")
    return f"{NAME}-{port if port.isdecimal() else '80'}"


def read(request: web.Request) -> Held:
    """What this device holds; anything that is not ours counts as nothing."""
    return parse(request.cookies.get(name_of(request), ""))


def parse(value: str) -> Held:
    """Read the value of the cookie."""
    present, *others = value.split(".")[: MOST + 1]
    if not all(TOKEN.fullmatch(token) for token in [*others, *([present] if present else [])]):
        return Held()
    return Held(present, tuple(dict.fromkeys(others)))


def write(request: web.Request, response: web.StreamResponse, held: Held, keep: bool) -> None:
    """Hand the device its tokens. `keep` for her own device: over the end of the browser, for 90 days."""
    response.set_cookie(
        name_of(request), ".".join((held.present, *held.others[:MOST])), path="/", httponly=True, samesite="Lax",
        secure=is_secure(request), max_age=int(timedelta(days=90).total_seconds()) if keep else None,
    )  # fmt: skip


def forget(request: web.Request, response: web.StreamResponse) -> None:
    """Nobody is signed in on this device any more."""
    response.del_cookie(name_of(request), path="/", httponly=True, samesite="Lax", secure=is_secure(request))
