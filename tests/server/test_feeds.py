"""Feeds over HTTP: validators, compression, refusals, and never a 200 that is not a whole calendar."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from calendars import feeds as acts
from calendars import houses, ical
from calendars.store import Store
from calendars.tables import Feed
from server import assets, feeds, shelf, words
from server.allowance import Allowance
from server.auth.csrf import csrf
from server.auth.guard import find_actor
from server.keys import ASSETS, HOUSE, SECRET, SETTINGS, STORE, WORDS, House
from server.middleware.headers import headers
from server.middleware.problems import problems
from server.page import speak
from server.settings import Settings
from tests.calendars.planned import SYSTEM, Planned, plan_house
from tests.calendars.proposing import cancel

Client = TestClient[web.Request, web.Application]


@dataclass
class Feeding:
    """A planned house behind one worker, and Amina's own feed."""

    house: Planned
    app: web.Application
    client: Client
    feed: Feed
    path: str

    async def get(self, path: str = "", method: str = "GET", **said: str) -> tuple[ClientResponse, bytes]:
        """The answer as it came over the wire: nothing is unpacked."""
        asked = {name.replace("_", "-"): value for name, value in said.items()}
        skipped = ("Accept-Encoding",) if "Accept_Encoding" not in said else ()
        async with self.client.request(
            method, path or self.path, headers=asked, skip_auto_headers=skipped, auto_decompress=False,
            allow_redirects=False,
        ) as answer:  # fmt: skip
            return answer, await answer.read()

    async def renew(self) -> str:
        """A new address for the feed; the old one stays in `path`."""
        async with self.house.store.work() as work:
            await acts.renew(work, SYSTEM, self.feed.id)
        async with self.house.store.look() as look:
            feed = await look.get(Feed, self.feed.id)
            assert feed is not None
            return acts.path(await houses.secret(look), feed)


def build(store: Store, secret: bytes, card: houses.HouseCard) -> web.Application:
    """The feeds alone, with the middlewares of server/app.py that they live behind."""
    app = web.Application(middlewares=[headers, problems, find_actor, speak, csrf])
    app[SETTINGS], app[STORE], app[WORDS], app[ASSETS] = Settings(), store, words.read(), assets.built()
    app[SECRET], app[HOUSE] = secret, House(card)
    app.add_routes(feeds.routes)
    app.cleanup_ctx.append(feeds.feeding)
    return app


@pytest.fixture
async def feeding(store: Store) -> AsyncIterator[Feeding]:
    house = await plan_house(store)
    amina = await house.actor("Amina")
    async with store.work() as work:
        feed = await acts.address(work, amina, "mine")
        secret, card = await houses.secret(work), await houses.card(work)
    app = build(store, secret, card)
    client: Client = TestClient(TestServer(app))
    await client.start_server()
    yield Feeding(house, app, client, feed, acts.path(secret, feed))
    await client.close()


async def _cancel(house: Planned) -> None:
    house.clock.forward(minutes=1)
    async with house.store.work() as work:
        await cancel(work, house.lessons["first"][0])


async def test_feed_when_fetched_then_whole_and_with_its_headers(feeding: Feeding) -> None:
    answer, body = await feeding.get()
    assert answer.status == 200
    assert ical.complete(body)
    said = {name: answer.headers.get(name) for name in (
        "Content-Type", "Cache-Control", "Vary", "X-Robots-Tag", "Referrer-Policy", "Content-Length", "Set-Cookie",
        "Content-Encoding",
    )}  # fmt: skip
    assert said == {
        "Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding",
        "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer", "Content-Length": str(len(body)),
        "Set-Cookie": None, "Content-Encoding": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip, deflate, br", True),
        ("*", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("identity", False),
    ],
)
async def test_feed_when_gzip_is_read_then_packed_and_the_same_inside(
    feeding: Feeding, accepted: str, packed: bool
) -> None:
    _, plain = await feeding.get()
    answer, body = await feeding.get(Accept_Encoding=accepted)
    assert (answer.headers.get("Content-Encoding") == "gzip") is packed
    assert (gzip.decompress(body) if packed else body) == plain


async def test_feed_when_asked_by_head_then_the_same_headers_and_no_body(feeding: Feeding) -> None:
    whole, _ = await feeding.get()
    head, body = await feeding.get(method="HEAD")
    kept = ("Content-Length", "ETag", "Content-Type", "Vary", "Cache-Control")
    assert (head.status, body) == (200, b"")
    assert {name: head.headers[name] for name in kept} == {name: whole.headers[name] for name in kept}


@pytest.mark.parametrize(
    ("said", "same"),
    [
        (lambda tag: tag, True),
        (lambda tag: tag.removeprefix("W/"), True),
        (lambda tag: f'"other", {tag}', True),
        (lambda tag: "*", True),
        (lambda tag: '"other"', False),
        (lambda tag: tag.removeprefix("W/").strip('"'), False),
        (lambda tag: "nonsense", False),
    ],
)
async def test_feed_when_app_has_a_tag_then_304_only_if_the_same(
    feeding: Feeding, said: Callable[[str], str], same: bool
) -> None:
    first, _ = await feeding.get()
    answer, body = await feeding.get(If_None_Match=said(first.headers["ETag"]))
    assert answer.status == (304 if same else 200)
    assert (body == b"") is same
    assert (answer.headers["ETag"], answer.headers["Cache-Control"]) == (first.headers["ETag"], "private, no-cache")


async def test_feed_when_changed_then_new_tag_at_once_and_the_old_one_is_no_304(feeding: Feeding) -> None:
    first, _ = await feeding.get()
    await _cancel(feeding.house)
    answer, body = await feeding.get(If_None_Match=first.headers["ETag"])
    assert answer.status == 200
    assert answer.headers["ETag"] != first.headers["ETag"]
    assert b"STATUS:CANCELLED" in body


async def test_feed_when_only_a_date_is_sent_then_it_counts_once_its_second_is_over(feeding: Feeding) -> None:
    first, _ = await feeding.get()
    assert "Last-Modified" not in first.headers  # the second in which it changed may hold another change
    here = feeding.app[feeds.FEEDING]
    here.started -= timedelta(hours=1)
    await _cancel(feeding.house)
    second, _ = await feeding.get()
    modified = parsedate_to_datetime(second.headers["Last-Modified"])
    for since, status in ((modified, 304), (modified + timedelta(days=1), 304), (modified - timedelta(seconds=1), 200)):
        answer, _ = await feeding.get(If_Modified_Since=format_datetime(since, usegmt=True))
        assert answer.status == status
    mixed, _ = await feeding.get(If_Modified_Since=second.headers["Last-Modified"], If_None_Match='"other"')
    assert mixed.status == 200


async def test_feed_when_asked_again_then_nothing_is_rendered(
    feeding: Feeding, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = await feeding.get()
    monkeypatch.setattr(ical, "render", lambda *_: pytest.fail("rendered again"))
    answer, _ = await feeding.get(If_None_Match=first.headers["ETag"])
    assert answer.status == 304
    assert (await feeding.get())[0].status == 200


async def test_feed_when_change_comes_while_rendering_then_not_kept(
    feeding: Feeding, monkeypatch: pytest.MonkeyPatch
) -> None:
    render, loop = ical.render, asyncio.get_running_loop()

    def slowly(calendar: ical.Calendar, entries: Any) -> bytes:
        body = render(calendar, entries)
        asyncio.run_coroutine_threadsafe(_cancel(feeding.house), loop).result(5)
        return body

    monkeypatch.setattr(ical, "render", slowly)
    assert b"STATUS:CANCELLED" not in (await feeding.get())[1]
    monkeypatch.setattr(ical, "render", render)
    assert b"STATUS:CANCELLED" in (await feeding.get())[1]


async def test_feed_when_another_worker_changes_it_then_within_a_second(
    feeding: Feeding, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feeding.get()
    other = Store(database, feeding.house.clock)
    feeding.house.clock.forward(minutes=1)
    async with other.work() as work:
        await cancel(work, feeding.house.lessons["first"][0])
    await other.close()
    until = time.monotonic() + 3
    while b"STATUS:CANCELLED" not in (await feeding.get())[1]:
        assert time.monotonic() < until
        await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    "token", ["x", "invented.signature", "a" * 5_000, "%00", "..%2F..%2Fetc", "'; drop table feeds"]
)
async def test_feed_when_token_is_wrong_then_404_whatever_it_is(feeding: Feeding, token: str) -> None:
    answer, body = await feeding.get(f"/feeds/{token}.ics")
    assert answer.status == 404
    assert b"BEGIN:VCALENDAR" not in body


async def test_feed_when_renewed_then_old_address_is_an_empty_calendar_and_later_gone(feeding: Feeding) -> None:
    await feeding.get()
    new = await feeding.renew()
    answer, body = await feeding.get()
    assert answer.status == 200
    assert ical.complete(body)
    assert body.count(b"BEGIN:VEVENT") == 1
    assert not [one for one in feeding.house.lessons["first"] if one.encode() in body]
    assert (await feeding.get(new))[1].count(b"BEGIN:VEVENT") == 14
    feeding.house.clock.forward(days=14)
    assert (await feeding.get())[0].status == 410
    assert (await feeding.get(new))[0].status == 200


async def test_feed_when_calendar_would_be_broken_then_an_error_instead(
    feeding: Feeding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ical, "render", lambda *_: b"BEGIN:VCALENDAR\r\n")
    answer, _ = await feeding.get()
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0


async def test_feed_when_database_is_away_then_503_and_afterwards_as_before(
    feeding: Feeding, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = await feeding.get()
    monkeypatch.setattr(shelf, "POLL_EVERY", 0.0)
    kept = feeding.app[feeds.FEEDING].shelf
    away = Store("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", feeding.house.clock)
    kept._store, here = away, kept._store
    answer, body = await feeding.get(If_None_Match=first.headers["ETag"])
    assert (answer.status, b"BEGIN" in body) == (503, False)
    assert int(answer.headers["Retry-After"]) > 0
    kept._store = here
    assert (await feeding.get(If_None_Match=first.headers["ETag"]))[0].status == 304
    await away.close()


async def test_feed_when_fetched_then_app_and_time_are_noted_once_a_minute(feeding: Feeding) -> None:
    for agent in ("Thunderbird/153.0", "Google-Calendar-Importer"):
        await feeding.get(User_Agent=agent)
    for _ in range(100):
        async with feeding.house.store.look() as look:
            feed = await look.get(Feed, feeding.feed.id)
        assert feed is not None
        if feed.fetched:
            break
        await asyncio.sleep(0.02)
    assert (feed.client, feed.fetched) == ("Thunderbird", feeding.house.clock.at)


async def test_feed_when_worker_stops_then_last_notes_are_written(feeding: Feeding) -> None:
    fetches = feeds.Fetches(feeding.house.store)
    fetches.note(feeding.feed.id, "Outlook")
    await fetches.close()
    async with feeding.house.store.look() as look:
        feed = await look.get(Feed, feeding.feed.id)
    assert feed is not None
    assert feed.client == "Outlook"


async def test_feed_when_asked_too_often_then_429_says_how_long(feeding: Feeding) -> None:
    statuses = [(await feeding.get())[0].status for _ in range(feeds.FETCHES_A_MINUTE + 1)]
    assert statuses == [200] * feeds.FETCHES_A_MINUTE + [429]
    answer, _ = await feeding.get()
    assert 0 < int(answer.headers["Retry-After"]) <= 60


async def test_tokens_when_guessed_then_household_waits(feeding: Feeding) -> None:
    for _ in range(feeds.MISSES_A_MINUTE):
        assert (await feeding.get("/feeds/guess.ics"))[0].status == 404
    assert (await feeding.get("/feeds/guess.ics"))[0].status == 429


def test_patience_when_many_keys_then_bounded() -> None:
    patience = Allowance(1, keys=3)
    for key in "abcd":
        patience.count(key)
    assert list(patience._counts) == ["b", "c", "d"]


async def test_shelf_when_full_then_the_longest_unread_goes(feeding: Feeding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 2)
    kept = shelf.Shelf(feeding.house.store)
    one = shelf.Rendered("f", '"e"', datetime.now(UTC), b"", {"house": 1})
    for token in ("a", "b"):
        kept.keep((token, ""), one, {})
    await kept.find(("a", ""))
    kept.keep(("c", ""), one, {})
    assert [await kept.find((token, "")) is not None for token in "abc"] == [True, False, True]


async def test_links_when_read_by_another_name_of_the_house_then_in_that_name(feeding: Feeding) -> None:
    _, body = await feeding.get()
    _, other = await feeding.get(Host="other.example.org")
    assert b"http://other.example.org/j/" in other.replace(b"\r\n ", b"")
    assert b"other.example.org" not in body
