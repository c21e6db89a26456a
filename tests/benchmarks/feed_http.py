"""What a feed costs over HTTP: CPU of the server per 304 and per packed 200, against bare aiohttp with the same bytes.

python -m tests.benchmarks.feed_http [requests]
"""

import asyncio
import gzip
import io
import multiprocessing
import socket
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from multiprocessing.connection import Connection

from aiohttp import web
from sqlalchemy import create_engine

from calendars import feeds as acts
from calendars import houses, lessons
from calendars.clock import SetClock
from calendars.lessons import NewLesson
from calendars.store import Store
from server import assets, feeds, words
from server.auth.csrf import csrf
from server.auth.guard import find_actor
from server.keys import ASSETS, HOUSE, SECRET, SETTINGS, STORE, WORDS, House
from server.middleware import logs
from server.middleware.headers import headers
from server.middleware.problems import problems
from server.migrations import METADATA
from server.page import speak
from server.settings import Settings
from tests.calendars.planned import MONDAY, SYSTEM, Planned, plan_house

ROUNDS = 5
TAG = 'W/"0123456789abcdef0123456789abcdef"'


async def _fill(house: Planned) -> None:
    """About two hundred entries: four lessons on each online day."""
    line = await house.line()
    new = [
        NewLesson(
            house.groups["first"], day.id, day.starts + timedelta(hours=hour), day.starts + timedelta(hours=hour + 1)
        )
        for day in line.days
        if day.kind == "online" and day.n > 6
        for hour in range(4)
    ]
    async with house.store.work() as work:
        await lessons.plan(work, SYSTEM, house.programme, new)


async def _ours(folder: str) -> tuple[web.Application, str]:
    create = create_engine(f"sqlite:///{folder}/feed.db")
    METADATA.create_all(create)
    create.dispose()
    store = Store(f"sqlite+aiosqlite:///{folder}/feed.db", SetClock(MONDAY))
    house = await plan_house(store)
    await _fill(house)
    async with store.work() as work:
        actor = await house.actor("Amina")
        feed = await acts.address(work, actor, "mine")
        secret, card = await houses.secret(work), await houses.card(work)
    feeds.FETCHES_A_MINUTE = 10**9  # type: ignore[misc]
    logs.set_up(readable=False)
    app = web.Application(middlewares=[logs.logs, headers, problems, find_actor, speak, csrf])
    app[SETTINGS], app[STORE], app[WORDS], app[ASSETS] = Settings(), store, words.read(), assets.built()
    app[SECRET], app[HOUSE] = secret, House(card)
    app.add_routes(feeds.routes)
    app.cleanup_ctx.append(feeds.feeding)
    return app, acts.path(secret, feed)


def _bare(packed: bytes) -> web.Application:
    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == TAG:
            return web.Response(status=304, headers={"ETag": TAG})
        return web.Response(
            body=packed, headers={"ETag": TAG, "Content-Encoding": "gzip"}, content_type="text/calendar"
        )

    app = web.Application()
    app.router.add_get("/feeds/{token}.ics", answer)
    return app


def serve(pipe: Connection, packed: bytes | None) -> None:
    """One server in a process of its own; it tells its CPU seconds whenever it is asked."""

    async def run(folder: str) -> None:
        app, path = (_bare(packed), "/feeds/x.ics") if packed is not None else await _ours(folder)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        pipe.send((runner.addresses[0][1], path))
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, pipe.recv):
            pipe.send(time.process_time())
        await runner.cleanup()

    sys.stderr = io.StringIO()  # the log lines are written, to nowhere
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(folder))


def _ask(to: socket.socket, request: bytes) -> bytes:
    to.sendall(request)
    said = b""
    while b"\r\n\r\n" not in said:
        said += to.recv(65536)
    head, _, body = said.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    if not head.startswith(b"HTTP/1.1 304"):
        while len(body) < length:
            body += to.recv(65536)
    return head + b"\r\n\r\n" + body


class Served:
    """A server that was started, and what a request to it costs."""

    def __init__(self, packed: bytes | None = None) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, packed))
        self._process.start()
        self.port, self.path = self._pipe.recv()

    def request(self, tag: str = "") -> bytes:
        known = f"If-None-Match: {tag}\r\n" if tag else ""
        agent = "Thunderbird/153.0"
        return (
            f"GET {self.path} HTTP/1.1\r\nHost: class.example.org\r\nUser-Agent: {agent}\r\n"
            f"Accept: text/calendar\r\nAccept-Encoding: gzip\r\n{known}\r\n"
        ).encode()

    def cost(self, request: bytes, times: int) -> float:
        """CPU microseconds of the server for one request."""
        with closing(socket.create_connection(("127.0.0.1", self.port))) as to:
            _ask(to, request)
            self._pipe.send(True)
            before = self._pipe.recv()
            for _ in range(times):
                _ask(to, request)
            self._pipe.send(True)
            return float(self._pipe.recv() - before) / times * 1e6

    def once(self, request: bytes) -> bytes:
        with closing(socket.create_connection(("127.0.0.1", self.port))) as to:
            return _ask(to, request)

    def stop(self) -> None:
        self._pipe.send(False)
        self._process.join(10)


def main(times: int) -> None:
    ours = Served()
    head, _, packed = ours.once(ours.request()).partition(b"\r\n\r\n")
    tag = next(line.split(b": ", 1)[1].decode() for line in head.split(b"\r\n") if line.lower().startswith(b"etag"))
    bare = Served(packed)
    whole = gzip.decompress(packed)
    print(f"{whole.count(b'BEGIN:VEVENT')} entries, {len(whole):,} bytes, {len(packed):,} packed")
    asked = {"304": (ours.request(tag), bare.request(TAG)), "200 gzip": (ours.request(), bare.request())}
    for name, (mine, theirs) in asked.items():
        rounds = [(ours.cost(mine, times), bare.cost(theirs, times)) for _ in range(ROUNDS)]
        best, floor = min(one for one, _ in rounds), min(one for _, one in rounds)
        print(f"{name:9} {best:6.0f} µs, bare aiohttp {floor:6.0f} µs: ratio {best / floor:.2f}")
    ours.stop()
    bare.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
