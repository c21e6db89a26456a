"""The kinds of video server that a house may have: what each must be told, and the provider that comes of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from calendars.clock import Clock
from calendars.errors import Invalid, Unavailable
from calendars.names import clean_line
from classroom.video.bigbluebutton import HASHES, BigBlueButton
from classroom.video.galene import Galene
from classroom.video.jitsi import Jitsi
from classroom.video.line import Line
from classroom.video.link import Link, host_of, parted
from classroom.video.livekit import LiveKit
from classroom.video.provider import Provider

LEAST_SECRET: Final = 8
MOST_LINE: Final = 1000  # the address of a meeting in Teams has three hundred letters and more
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


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a kind of server must be told; a secret one is written and never shown again."""

    name: str
    check: Callable[[str, str], str]
    required: bool = True
    secret: bool = False
    choices: tuple[str, ...] = ()
    """Where only these can be said, the first unless somebody says another."""
    long: bool = False
    """Whether it has many lines, as keys in PEM do."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of server; `make(name, clock, url, told)` is its provider, `url` the address of this house or empty."""

    name: str
    title: str
    """What its makers call it."""
    make: Callable[[str, Clock, str, Mapping[str, str]], Provider] = field(repr=False)
    told: Sequence[Told] = ()
    pulse: str = "/"
    """What is asked of it to see that it is there: an address below its own that costs it nothing."""

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


def _jitsi(name: str, clock: Clock, _url: str, told: Mapping[str, str]) -> Jitsi:
    return Jitsi(
        told["url"], told["app_id"], told["secret"], told.get("domain", ""), name=name,
        key_id=told.get("key_id", ""), line=Line(told["url"], clock),
    )  # fmt: skip


def _livekit(name: str, clock: Clock, _url: str, told: Mapping[str, str]) -> LiveKit:
    return LiveKit(Line(told["url"], clock), clock, told["key"], told["secret"], told["front"], name)


def _bigbluebutton(name: str, clock: Clock, url: str, told: Mapping[str, str]) -> BigBlueButton:
    line, algorithm = Line(told["url"], clock), told.get("algorithm", HASHES[0])
    callback, back = (f"{url}/hooks/{name}", f"{url}/j/{{lesson}}") if url else ("", "")
    return BigBlueButton(line, told["secret"], algorithm, callback, back, name)


def _galene(name: str, clock: Clock, _url: str, told: Mapping[str, str]) -> Galene:
    return Galene(Line(told["url"], clock), clock, told["secret"], told["admin"], told["password"], name)


def _link(name: str, clock: Clock, _url: str, told: Mapping[str, str]) -> Link:
    return Link(told["url"], host_of(told["url"], clock), name)


KINDS: Final[Mapping[str, Kind]] = {
    one.name: one
    for one in (
        Kind(
            "jitsi", "Jitsi Meet", _jitsi,
            (
                Told("url", address), Told("app_id", word), Told("secret", secret, secret=True, long=True),
                Told("domain", host, required=False), Told("key_id", word, required=False),
            ),
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
        ),
        Kind(
            "galene", "Galene", _galene,
            (
                Told("url", address), Told("admin", word), Told("password", secret, secret=True),
                Told("secret", secret, secret=True),
            ),
        ),
        Kind("link", "Teams, Zoom, Meet, …", _link, (Told("url", tool),)),
    )
}  # fmt: skip
"""By name, in the order in which they are offered."""


def made_of(setting: Callable[[str], str], clock: Clock, url: str) -> list[Provider]:
    """The servers that the environment sets, one of each kind at most: `setting` tells `jitsi_url` and its like."""
    found: list[Provider] = []
    for kind in KINDS.values():
        told = {one.name: setting(f"{kind.name}_{one.name}") for one in kind.told}
        if told["url"]:
            found.append(kind.make(kind.name, clock, url, {name: value for name, value in told.items() if value}))
    return found
