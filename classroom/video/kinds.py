"""The kinds of video server that a house may have: what each must be told, and the provider that comes of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from calendars.clock import Clock
from calendars.errors import Invalid, Unavailable
from calendars.names import clean_line
from calendars.reach import ANYWHERE, PUBLIC, Reach
from classroom.video.bigbluebutton import HASHES, BigBlueButton
from classroom.video.galene import Galene
from classroom.video.jitsi import Jitsi
from classroom.video.line import Line
from classroom.video.link import Link, host_of, parted
from classroom.video.livekit import LiveKit
from classroom.video.provider import Provider

LEAST_SECRET: Final = 8
MOST_LINE: Final = 1000  # the address of a meeting in Teams has three hundred letters and more
PEM_LINE: Final = 64  # RFC 7468
_PEM: Final = re.compile(
    r"(?P<head>-----BEGIN (?P<of>[A-Z ]+)-----)(?P<body>[A-Za-z0-9+/=\s]+)(?P<foot>-----END (?P=of)-----)\s*"
)
MOST_SECRET: Final = 8000  # a private key of 8192 bits in PEM has about 6400 letters
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.?")


def address(written: str, name: str) -> str:
    """An address that browsers can open, without its last slash. Raises Invalid `video_bad_address`."""
    try:
        parts = urlsplit(written)
        good = bool(parts.hostname) and (parts.port or 1) > 0 and written.isascii()
    except ValueError:
        good = False
    if not good or parts.scheme not in ("https", "http") or parts.query or parts.fragment or "@" in parts.netloc:
        raise Invalid("video_bad_address", field=name)
    return written.rstrip("/")


def tool(written: str, name: str) -> str:
    """The address of a meeting as its tool gives it, `{lesson}` in it or not. Raises Invalid `video_bad_address`."""
    try:
        parted(written, "lesson")
    except Unavailable:
        raise Invalid("video_bad_address", field=name) from None
    return written


def host(written: str, name: str) -> str:
    """The name of a machine or a domain. Raises Invalid `bad_host`."""
    if written and not _HOST.fullmatch(written):
        raise Invalid("bad_host", field=name)
    return written


def word(written: str, _name: str) -> str:
    """Any one line."""
    return written


def secret(written: str, name: str) -> str:
    """What both sides keep to themselves. Raises Invalid `secret_too_short`."""
    if len(written) < LEAST_SECRET:
        raise Invalid("secret_too_short", field=name, least=LEAST_SECRET)
    return written


def secret_or_key(written: str, name: str) -> str:
    """The same, or a private key as PEM: a field of one line makes blanks of the ends of its lines, or nothing."""
    key = _PEM.fullmatch(written)
    if key is None:
        return secret(written, name)
    body = "".join(key["body"].split())
    lines = [body[first : first + PEM_LINE] for first in range(0, len(body), PEM_LINE)]
    return "\n".join((key["head"], *lines, key["foot"])) + "\n"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a kind of server must be told; a secret one is written and never shown again."""

    name: str
    check: Callable[[str, str], str]
    required: bool = True
    secret: bool = False
    choices: tuple[str, ...] = ()
    """Where only these can be said, the first unless somebody says another."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a provider must know of the house that it is made for."""

    clock: Clock
    url: str = ""
    """Its address, or empty while it knows none."""
    reach: Reach = PUBLIC
    """Where the servers may be that its forms name."""

    def line(self, base: str) -> Line:
        """A line to a server."""
        return Line(base, self.clock, reach=self.reach)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of server; `make(name, home, told)` is its provider."""

    name: str
    title: str
    """What its makers call it."""
    make: Callable[[str, Home, Mapping[str, str]], Provider] = field(repr=False)
    told: Sequence[Told] = ()
    pulse: str = "/"
    """What is asked of it to see that it is there: an address below its own that costs it nothing."""
    lag: int = 0
    """Seconds by which it tells late that somebody's line has broken; 0: nobody has measured it."""

    def read(self, said: Mapping[str, str]) -> dict[str, str]:
        """What was said of a server, each in its form; what may be left out and was is left out.

        Raises Invalid with the field.
        """
        found = {}
        for one in self.told:
            value = _line(said.get(one.name, ""), one)
            if one.choices and (value or one.choices[0]) not in one.choices:
                raise Invalid("bad_choice", field=one.name)
            if value:
                found[one.name] = one.check(value, one.name)
            elif one.required:
                raise Invalid("empty", field=one.name)
        return found

    @property
    def secrets(self) -> frozenset[str]:
        """The names of what must never be shown."""
        return frozenset(one.name for one in self.told if one.secret)

    @property
    def addresses(self) -> frozenset[str]:
        """The names of what says where signed calls and links go."""
        return frozenset(one.name for one in self.told if one.check in (address, tool))


def _line(said: str, one: Told) -> str:
    if one.secret:
        if len(said) > MOST_SECRET:
            raise Invalid("too_long", field=one.name, most=MOST_SECRET)
        return said.strip()
    return clean_line(said, one.name, MOST_LINE)


def _jitsi(name: str, home: Home, told: Mapping[str, str]) -> Jitsi:
    return Jitsi(
        told["url"], told["app_id"], told["secret"], told.get("domain", ""), name=name,
        key_id=told.get("key_id", ""), line=home.line(told["url"]),
    )  # fmt: skip


def _livekit(name: str, home: Home, told: Mapping[str, str]) -> LiveKit:
    return LiveKit(home.line(told["url"]), home.clock, told["key"], told["secret"], told["front"], name)


def _bigbluebutton(name: str, home: Home, told: Mapping[str, str]) -> BigBlueButton:
    url, algorithm = home.url, told.get("algorithm", HASHES[0])
    callback, back = (f"{url}/hooks/{name}", f"{url}/j/{{lesson}}") if url else ("", "")
    return BigBlueButton(home.line(told["url"]), told["secret"], algorithm, callback, back, name)


def _galene(name: str, home: Home, told: Mapping[str, str]) -> Galene:
    return Galene(home.line(told["url"]), home.clock, told["secret"], told["admin"], told["password"], name)


def _link(name: str, home: Home, told: Mapping[str, str]) -> Link:
    return Link(told["url"], home.line(host_of(told["url"])), name)


KINDS: Final[Mapping[str, Kind]] = {
    one.name: one
    for one in (
        Kind(
            "jitsi", "Jitsi Meet", _jitsi,
            (
                Told("url", address), Told("app_id", word), Told("secret", secret_or_key, secret=True),
                Told("domain", host, required=False), Told("key_id", word, required=False),
            ),
            lag=60,
        ),
        Kind(
            "bigbluebutton", "BigBlueButton", _bigbluebutton,
            (
                Told("url", address), Told("secret", secret, secret=True),
                Told("algorithm", word, required=False, choices=HASHES),
            ),
            "/api",
        ),
        Kind(
            "livekit", "LiveKit", _livekit,
            (
                Told("url", address), Told("front", address), Told("key", word),
                Told("secret", secret, secret=True),
            ),
            lag=20,
        ),
        Kind(
            "galene", "Galene", _galene,
            (
                Told("url", address), Told("admin", word), Told("password", secret, secret=True),
                Told("secret", secret, secret=True),
            ),
            lag=50,
        ),
        Kind("link", "Teams, Zoom, Meet, …", _link, (Told("url", tool),)),
    )
}  # fmt: skip
"""By name, in the order in which they are offered."""


def made_of(setting: Callable[[str], str], clock: Clock, url: str) -> list[Provider]:
    """The servers that the environment sets, one of each kind at most: `setting` tells `jitsi_url` and its like.

    They may be anywhere: whoever sets them runs the machine.
    """
    found: list[Provider] = []
    home = Home(clock, url, ANYWHERE)
    for kind in KINDS.values():
        told = {one.name: setting(f"{kind.name}_{one.name}") for one in kind.told}
        if told["url"]:
            found.append(kind.make(kind.name, home, {name: value for name, value in told.items() if value}))
    return found
