"""A room of any other tool (Teams, Zoom, Meet): its plain address, opened with our own presence page beside it.

It is told nothing of anybody, and nothing can be asked of it: who is there is what our own page and the teacher say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from calendars.errors import Unavailable
from classroom.video.line import Line
from classroom.video.provider import Asked, Door, Finding, Guest

LESSON: Final = "{lesson}"
THERE: Final = frozenset({"video_redirected", "video_refused"})
"""What a page for browsers answers to whoever is none: it is there."""
GONE: Final = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Link:
    """One address for every lesson, or with `{lesson}` in it one for each."""

    address: str
    tried: Line
    """To the host of the address (`host_of`), for a trial alone: nobody asks it in between how it is."""
    name: str = "link"

    async def prepare(self, asked: Asked) -> str:
        """Whoever has the tool makes its rooms."""
        return ""

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        """The same for everybody, so it has no end. Raises Unavailable `video_bad_address`."""
        address, _whole = parted(self.address, asked.lesson)
        return Door(self.name, address)

    async def trial(self, now: datetime) -> Sequence[Finding]:
        """Whether anything answers at the address; more cannot be known from here."""
        self.tried.wake()
        try:
            _address, whole = parted(self.address, "trial")
            answer = await self.tried.get(whole.path or "/", query=whole.query)
            if answer.status in GONE:
                return [Finding("address", "video_unreadable", {"server": self.tried.server})]
        except Unavailable as refused:
            if refused.code not in THERE:
                return [Finding("address", refused.code, {name: str(value) for name, value in refused.facts.items()})]
        finally:
            await self.tried.close()
        return [Finding("address")]


def host_of(address: str) -> str:
    """The host of such an address as a line may call it; where it is none, nothing."""
    try:
        _address, whole = parted(address, "trial")
    except Unavailable:
        return ""
    return f"https://{whole.netloc}"


def parted(address: str, lesson: str) -> tuple[str, SplitResult]:
    """The address of one lesson, whole and in its parts. Raises Unavailable `video_bad_address`: only https is safe."""
    address = address.replace(LESSON, quote(lesson, safe=""))
    try:
        whole = urlsplit(address)
        host, _port = whole.hostname, whole.port
    except ValueError:
        raise Unavailable("video_bad_address") from None
    written = address.isascii() and address.isprintable() and " " not in address
    if not (written and host and whole.scheme == "https") or whole.username is not None:
        raise Unavailable("video_bad_address")
    return address, whole
