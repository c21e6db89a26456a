"""Calendar feeds over HTTP: a whole calendar or an honest error, never a 200 that would empty somebody's calendar."""

import asyncio
import gzip
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from aiohttp import web

from calendars import feeds, ical
from calendars.errors import NotFound, Unavailable
from calendars.feeds import Fetch
from calendars.store import Store
from server.allowance import Allowance
from server.auth.guard import allow
from server.auth.origin import address_of, base_address, household_of
from server.keys import SECRET, SETTINGS, STORE, WORDS
from server.middleware.problems import answer
from server.shelf import Key, Rendered, Shelf

TOKEN: Final = re.compile(r"[a-z2-7]{1,40}\.[A-Za-z0-9_-]{1,60}")
FETCHES_A_MINUTE: Final = 60  # of one address, by all devices that share it
MISSES_A_MINUTE: Final = 30  # wrong tokens from one household
NOTED_EVERY: Final = 60.0  # seconds between two notes that a feed was fetched
SAME_SECOND: Final = timedelta(seconds=2)  # a date is only a validator once its second is over

routes = web.RouteTableDef()


class Feeding:
    """What one worker keeps in memory for the feeds."""

    def __init__(self, store: Store) -> None:
        self.shelf = Shelf(store)
        self.fetches = Fetches(store)
        self.asked = Allowance(FETCHES_A_MINUTE)
        self.missed = Allowance(MISSES_A_MINUTE)
        self.started = datetime.now(UTC)
        """A new version may render otherwise without any fact being told."""


FEEDING: Final = web.AppKey("FEEDING", Feeding)


async def feeding(app: web.Application) -> AsyncIterator[None]:
    """For `app.cleanup_ctx`: keep the feeds as long as the application lives."""
    app[FEEDING] = Feeding(app[STORE])
    yield
    await app[FEEDING].fetches.close()


@routes.get(r"/feeds/{token:[^/]+}.ics")
@allow("public")
async def feed(request: web.Request) -> web.Response:
    """The calendar behind a private address, or 304 when the app has it already."""
    here, token = request.app[FEEDING], request.match_info["token"]
    household = household_of(address_of(request, request.app[SETTINGS].trusted_proxies))
    here.missed.ask(household)
    if not TOKEN.fullmatch(token):
        here.missed.count(household)
        raise NotFound()
    key: Key = (token, base_address(request))
    rendered = await here.shelf.find(key)
    if rendered is None:
        try:
            rendered = await _render(request, key)
        except NotFound as refused:
            here.missed.count(household)
            return answer(request, NotFound(), 410 if refused.code == "feed_gone" else 404)
    here.asked.ask(token)
    here.asked.count(token)
    here.fetches.note(rendered.feed, feeds.client_name(request.headers.get("User-Agent", "")))
    return _unchanged(request, rendered) or _whole(request, rendered)


async def _render(request: web.Request, key: Key) -> Rendered:
    """Make the calendar, check it, and keep it until something is told that it shows."""
    app, here = request.app, request.app[FEEDING]
    store, (token, base) = app[STORE], key
    with here.shelf.rendering() as told:
        async with store.look() as look:
            opened = await feeds.open_feed(look, app[SECRET], token)
            streams = await feeds.streams(look, opened)
            numbers, last = await look.numbers(streams), await look.last_told(streams)
            say = app[WORDS].say(opened.whose.language)
            calendar, entries = await feeds.contents(look, opened, say, base, app[SECRET])
            month = feeds.since(look.now) + feeds.KEPT
        body = await asyncio.to_thread(ical.render, calendar, entries)
        if not ical.complete(body):
            raise Unavailable("feed_broken")
        packed = await asyncio.to_thread(gzip.compress, body, 6, mtime=0)
        changed = max(filter(None, (last, month, opened.feed.made))) - store.clock.shift
        rendered = Rendered(opened.feed.id, f"W/{ical.etag(body)}", max(changed, here.started), packed, numbers)
        if not opened.withdrawn:  # a notice ends after two weeks, and no fact tells of it
            here.shelf.keep(key, rendered, told)
    return rendered


def _unchanged(request: web.Request, rendered: Rendered) -> web.Response | None:
    """304, if the app has these very bytes. A tag is stronger than a date (RFC 9110, section 13.2.2)."""
    tags = ",".join(request.headers.getall("If-None-Match", []))
    if tags:
        known = {tag.removeprefix("W/") for tag in re.findall(r'(?:W/)?"[^"]*"|\*', tags)}
        same = bool(known & {"*", rendered.etag.removeprefix("W/")})
    else:
        since = request.if_modified_since
        same = since is not None and rendered.modified.replace(microsecond=0) <= since
    return web.Response(status=304, headers=_headers(rendered)) if same else None


def _whole(request: web.Request, rendered: Rendered) -> web.Response:
    headers = _headers(rendered) | {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": 'inline; filename="oppitupa.ics"',
    }
    if _reads_gzip(request.headers.get("Accept-Encoding", "")):
        return web.Response(body=rendered.packed, headers=headers | {"Content-Encoding": "gzip"})
    return web.Response(body=gzip.decompress(rendered.packed), headers=headers)


def _headers(rendered: Rendered) -> dict[str, str]:
    headers = {
        "ETag": rendered.etag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding",
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "no-referrer",
    }
    if datetime.now(UTC) - rendered.modified > SAME_SECOND:
        headers["Last-Modified"] = format_datetime(rendered.modified, usegmt=True)
    return headers


def _reads_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "x-gzip", "*"):
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight)
    return False


class Fetches:
    """Notes which app asked for which feed: the first at once, what comes meanwhile together a second later."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: OrderedDict[str, float] = OrderedDict()
        self._waiting: dict[str, Fetch] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, feed: str, client: str) -> None:
        """Remember it, unless the feed was noted within the last minute."""
        now = time.monotonic()
        if now - self._noted.get(feed, -NOTED_EVERY) < NOTED_EVERY:
            return
        self._noted[feed] = now
        self._noted.move_to_end(feed)
        if len(self._noted) > 20_000:
            self._noted.popitem(last=False)
        self._waiting[feed] = Fetch(feed, client, self._store.clock.now())
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_on())

    async def close(self) -> None:
        """Write down what still waits."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self._write()

    async def _write_on(self) -> None:
        while self._waiting:
            await self._write()
            await asyncio.sleep(1)

    async def _write(self) -> None:
        fetches, self._waiting = list(self._waiting.values()), {}
        with suppress(Unavailable):  # who reads a calendar must not suffer from a database that cannot write
            async with self._store.work() as work:
                await feeds.fetched(work, fetches)
