"""Calling a server: its name is looked up once, each address judged, and only a judged one is ever connected to.

httpx has no public place for that, httpcore below it has: so the transport here hands httpx's requests to a pool of
httpcore whose connections begin in `Dialling`. A test calls every known disguise of an inside address.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import httpcore
import httpx

from calendars.errors import Invalid
from calendars.reach import Reach

LOOKED_UP = 3.0  # seconds that somebody at a form waits for a name to be looked up
LOOKUPS: Final = ThreadPoolExecutor(8, "lookup")
"""A name server that is silent holds a thread until the system gives up, whoever has long stopped waiting: these
threads, and not those that the rest of the house works with."""


class OutOfReach(OSError):
    """The house may not connect there. `code` says why: `video_inside`, or `video_plain` where it is not encrypted."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Way:
    """How far this house reaches and whether what it says is encrypted on the way."""

    reach: Reach
    encrypted: bool

    async def addresses(self, host: str, port: int) -> Sequence[tuple[socket.AddressFamily, str]]:
        """The addresses of a host to which a socket may connect. Raises OutOfReach if it has others only, OSError."""
        try:
            loop = asyncio.get_running_loop()
            ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            found = await loop.run_in_executor(LOOKUPS, ask)
        except UnicodeError:  # a name that cannot be one: a part of it is too long
            raise OSError("no such name") from None
        where = [(family, str(told[0])) for family, _, _, _, told in found]
        near = [(family, address) for family, address in where if self.reach.may(address)]
        if not near:
            raise OutOfReach("video_inside")
        good = [one for one in near if self.encrypted or self.reach.trusts(one[1])]
        if not good:
            raise OutOfReach("video_plain")
        return good


def way_to(base: str, reach: Reach) -> Way:
    """The way to a server by its address."""
    return Way(reach, urlsplit(base).scheme == "https")


async def check(base: str, reach: Reach, field: str) -> None:
    """Say at a form already what would fail at every call. A name that nobody knows now may be one tomorrow.

    Raises Invalid `video_inside`, `video_plain`.
    """
    try:
        whole = urlsplit(base)
        host, port = whole.hostname or "", whole.port or 0
    except ValueError:
        host, port = "", 0
    if not host:
        return  # no address at all: its own check says so
    try:
        async with asyncio.timeout(LOOKED_UP):
            await way_to(base, reach).addresses(host, port)
    except OutOfReach as refused:
        raise Invalid(refused.code, field=field, server=host) from None
    except (OSError, TimeoutError):
        return


async def dialled(base: str, reach: Reach) -> socket.socket:
    """A socket that is connected to a server, for whatever is spoken on it. Raises OutOfReach, OSError."""
    whole, loop = urlsplit(base), asyncio.get_running_loop()
    port = whole.port or (443 if whole.scheme == "https" else 80)
    failure = OSError("no address")
    for family, address in await way_to(base, reach).addresses(whole.hostname or "", port):
        one = socket.socket(family, socket.SOCK_STREAM)
        one.setblocking(False)
        try:
            await loop.sock_connect(one, (address, port))
        except OSError as away:
            one.close()
            failure = away
        except BaseException:
            one.close()
            raise
        else:
            return one
    raise failure


class Dialling(httpcore.AsyncNetworkBackend):
    """Where a pool's connections begin: the host is looked up here and nowhere after."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        try:
            found = await self._way.addresses(host, port)
        except OutOfReach:
            raise
        except OSError:
            raise httpcore.ConnectError("no such name") from None
        failure: Exception = httpcore.ConnectError("no address")
        for _family, address in found:
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as away:
                failure = away
        raise failure

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Transport(httpx.AsyncBaseTransport):
    """httpx's requests over connections that begin in `Dialling`. The exceptions are httpcore's."""

    def __init__(self, trusted: ssl.SSLContext, way: Way) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted, max_connections=20, keepalive_expiry=5.0, network_backend=Dialling(way)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
            target=request.url.raw_path,
        )  # fmt: skip
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        answer = await self._pool.handle_async_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it comes."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()
