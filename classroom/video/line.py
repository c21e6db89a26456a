"""The one door through which video rooms are spoken to over HTTP: a line to one server.

Whatever goes wrong on it becomes Unavailable with a code, after the repetitions that are harmless. The query may carry
a signature and the headers a key: neither gets into a message, a log or the chain of an exception, and the answer
of a stranger is neither followed elsewhere nor held when it is too large.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, NoReturn
from urllib.parse import urlsplit

import httpcore
import httpx

from calendars.clock import Clock
from calendars.errors import Unavailable
from calendars.reach import PUBLIC, Reach
from classroom.video.dial import OutOfReach, Transport, way_to
from classroom.video.health import Breaker, Health

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # they write whole addresses and headers, signed as they are

AGAIN: Final = frozenset({502, 503, 504})
"""A server that restarts, or what stands before it: nothing was done there yet."""
BUSY: Final = AGAIN | {429}
NETWORK: Final = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
MOST_SKEW: Final = 30.0
"""Seconds between two clocks that are well set; a `Date` of whole seconds and a slow line are far below it."""
SAFE: Final = frozenset({"GET", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, how often to try, how much to read in bytes."""

    connect: float = 3.0
    attempt: float = 5.0
    whole: float = 8.0
    """One call with all its repetitions."""
    tries: int = 3
    pause: float = 0.3
    """At most before the second try; twice that before the third."""
    largest: int = 1_000_000


PATIENCE: Final = Patience()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes


class Failed(Exception):
    """One try came to nothing: `code` says how; `again`: it may be otherwise the next time."""

    def __init__(self, code: str, *, again: bool, answered: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.again = again
        self.answered = answered


class Line:
    """One server, by the address that the house wrote down. One for each server and process; `close` at the end."""

    def __init__(
        self,
        base: str,
        clock: Clock,
        patience: Patience = PATIENCE,
        *,
        reach: Reach = PUBLIC,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        luck: Callable[[], float] = random.random,
    ) -> None:
        self.base = base.rstrip("/")
        self.server = _host(self.base)
        """How the server is called in sentences: its host, no more."""
        self.skew: float | None = None
        """Seconds by which its clock was ahead of ours in its last answer, to half a second and half the way."""
        self.reach = reach
        self._clock = clock
        self._patience = patience
        self._sleep = sleep
        self._luck = luck
        self._breaker = Breaker(clock.now, luck)
        self._client: httpx.AsyncClient | None = None

    @property
    def health(self) -> Health:
        """How the server is, as far as this process has found."""
        return self._breaker.health

    def wake(self) -> None:
        """Call the server again though it rests: somebody looks right now."""
        self._breaker.wake()

    def note(self, problem: Unavailable) -> None:
        """Keep what went wrong in what the server said, although it answered."""
        if problem.code != "video_resting":
            self._breaker.noted(problem.code, problem.facts)

    async def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def get(self, path: str, *, query: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        """Ask; `path` follows the address, `query` goes out byte for byte. Raises Unavailable."""
        return await self.call("GET", path, query=query, headers=headers)

    async def post(
        self, path: str, *, body: bytes, headers: Mapping[str, str] | None = None, query: str = "",
        repeatable: bool = False,
    ) -> Answer:  # fmt: skip
        """Send; `repeatable` where doing it twice is doing it once. Raises Unavailable."""
        return await self.call("POST", path, query=query, headers=headers, body=body, repeatable=repeatable)

    async def call(
        self, method: str, path: str, *, query: str = "", headers: Mapping[str, str] | None = None,
        body: bytes = b"", repeatable: bool | None = None,
    ) -> Answer:  # fmt: skip
        """Any method. Answers below 300 and of 400, 404 and their like come back, for the caller to judge.

        Raises Unavailable: `video_unreachable video_untrusted video_silent video_broken video_busy video_unreadable
        video_too_much video_redirected video_refused` (401, 403), `video_resting`, `video_bad_address`, and where the
        house may not call it `video_inside video_plain`.
        """
        if not self.server:
            raise Unavailable("video_bad_address")
        rest = self._breaker.wait()
        if rest:
            raise Unavailable("video_resting", server=self.server, seconds=round(rest))
        tries = self._patience.tries if (method in SAFE if repeatable is None else repeatable) else 1
        try:
            request = self._request(method, f"{path}?{query}" if query else path, headers or {}, body)
            answer, problem = await self._tried(request, tries)
        except BaseException:
            self._breaker.let_go()
            raise
        if answer is None:
            self._refuse(problem)
        if abs(self.skew or 0.0) > MOST_SKEW:
            self._breaker.noted(*self.clock_off())
        self._breaker.answered()
        return answer

    def clock_off(self) -> tuple[str, Mapping[str, str]]:
        """In which way its clock was wrong in its last answer, as a code with facts."""
        skew = self.skew or 0.0
        code = "video_clock_ahead" if skew > 0 else "video_clock_behind"
        return code, {"server": self.server, "seconds": str(round(abs(skew)))}

    def check_clock(self, most: timedelta) -> None:
        """Whether its clock was right in its last answer, give or take what its tokens bear; silence is no fault.

        Raises Unavailable `video_clock_ahead`, `video_clock_behind`.
        """
        if abs(self.skew or 0.0) > most.total_seconds():
            code, facts = self.clock_off()
            self._breaker.noted(code, facts)
            raise Unavailable(code, **facts)

    def _refuse(self, problem: Failed | None) -> NoReturn:
        code = problem.code if problem else "video_silent"
        facts = {"server": self.server}
        if problem and problem.answered:
            self._breaker.answered()
            self._breaker.noted(code, facts)
        else:
            self._breaker.failed(code, facts)
        raise Unavailable(code, **facts)

    async def _tried(self, request: httpx.Request, tries: int) -> tuple[Answer | None, Failed | None]:
        """The answer, or why there is none; neither: all the time is gone."""
        failed: Failed | None = None
        try:
            async with asyncio.timeout(self._patience.whole):
                for count in range(tries):
                    if count:
                        await self._sleep(self._patience.pause * count * self._luck())
                    answer, failed = await self._once(request)
                    if failed is None or not failed.again:
                        return answer, failed
        except TimeoutError:
            pass
        return None, failed

    async def _once(self, request: httpx.Request) -> tuple[Answer | None, Failed | None]:
        """One try. What was raised in it ends here: those exceptions hold the request with all its secrets."""
        try:
            async with asyncio.timeout(self._patience.attempt):
                return await self._exchange(request), None
        except Failed as failed:
            return None, failed
        except TimeoutError:
            return None, Failed("video_silent", again=True)
        except OutOfReach as refused:
            return None, Failed(refused.code, again=False)
        except (*NETWORK, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as failure:
            return None, _failed(failure)

    async def _exchange(self, request: httpx.Request) -> Answer:
        sent = self._clock.outside()
        answer = await self._open().send(request, stream=True)
        try:
            self._compare(answer.headers.get("date", ""), sent)
            _judge(answer.status_code)
            return Answer(answer.status_code, dict(answer.headers), await self._read(answer))
        finally:
            await answer.aclose()

    async def _read(self, answer: httpx.Response) -> bytes:
        """The body as it stands on the line: nothing is unpacked, since little can be packed that becomes a lot."""
        length = answer.headers.get("content-length", "")
        if len(length) > 20 or (length.isdecimal() and int(length) > self._patience.largest):
            raise Failed("video_too_much", again=False, answered=True)
        if answer.headers.get("content-encoding", "identity") not in ("identity", ""):
            raise Failed("video_unreadable", again=False, answered=True)
        body = bytearray()
        async for part in answer.aiter_raw():
            body += part
            if len(body) > self._patience.largest:
                raise Failed("video_too_much", again=False, answered=True)
        return bytes(body)

    def _compare(self, date: str, sent: datetime) -> None:
        """What the clock there shows beside ours, in the middle of the way there and back."""
        try:
            there = parsedate_to_datetime(date)
        except (TypeError, ValueError, OverflowError):  # the last for a zone that is longer than any time
            return
        here = sent + (self._clock.outside() - sent) / 2
        self.skew = (there.replace(tzinfo=there.tzinfo or UTC) - here).total_seconds() + 0.5  # whole seconds, cut off

    def _request(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> httpx.Request:
        """The target goes round httpx, which would quote some of it once more and so break its signature."""
        whole = urlsplit(self.base).path + target
        if not whole.isascii() or not whole.isprintable() or " " in whole:
            raise ValueError("what is asked for must be quoted first")
        named = {"accept-encoding": "identity", "user-agent": "Oppitupa", **headers}
        return self._open().build_request(
            method, self.base, headers=named, content=body or None, extensions={"target": whole.encode("ascii")}
        )

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=Transport(trust(), way_to(self.base, self.reach)),
                timeout=httpx.Timeout(self._patience.attempt, connect=self._patience.connect),
                follow_redirects=False,
                trust_env=False,  # no proxy and no certificates of the environment
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            )
        return self._client


def _judge(status: int) -> None:
    """Refuse what no caller can use."""
    if status in BUSY:
        raise Failed("video_busy", again=status in AGAIN)
    if status >= 500:
        raise Failed("video_broken", again=False)
    if status in (401, 403):
        raise Failed("video_refused", again=False, answered=True)
    if 300 <= status < 400:
        raise Failed("video_redirected", again=False, answered=True)


def _failed(failure: Exception) -> Failed:
    """The code of an exception of httpcore."""
    if isinstance(failure, httpcore.ConnectError | httpcore.ConnectTimeout):
        distrusted = _distrusted(failure)
        return Failed("video_untrusted" if distrusted else "video_unreachable", again=not distrusted)
    if isinstance(failure, httpcore.TimeoutException):
        return Failed("video_silent", again=True)
    if isinstance(failure, httpcore.ReadError | httpcore.WriteError):
        return Failed("video_broken", again=True)
    if isinstance(failure, httpcore.RemoteProtocolError):  # no HTTP at all, or half of an answer
        return Failed("video_unreadable", again=True)
    return Failed("video_unreadable", again=False)


def _distrusted(failure: BaseException | None) -> bool:
    seen = 0
    while failure is not None and seen < 10:
        if isinstance(failure, ssl.SSLCertVerificationError):
            return True
        failure, seen = failure.__cause__ or failure.__context__, seen + 1
    return False


def _host(base: str) -> str:
    """The host of an address that can be called; empty: it cannot."""
    try:
        parts, _whole = urlsplit(base), httpx.URL(base)
        host, _port = parts.hostname or "", parts.port
    except (ValueError, httpx.InvalidURL):
        return ""
    good = parts.scheme in ("http", "https") and base.isascii() and base.isprintable() and " " not in base
    return host if good and not (parts.username or parts.password or parts.query or parts.fragment) else ""


@cache
def trust() -> ssl.SSLContext:
    """Whom this machine trusts, a municipality's own authority among them; and the usual ones where it knows none."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
