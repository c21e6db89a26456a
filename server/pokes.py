"""Redis between workers: a hint that a stream moved, and the short-lived signals of a call. Never a record.

Without Redis, or while it is away, streams are found by the poll of each second; nothing here may block an act.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import structlog

from calendars.facts import Told
from calendars.store import Store

CHANNEL = "oppitupa"
log = structlog.get_logger()


class Pokes:
    """The wire between workers; with an empty address it does nothing."""

    def __init__(self, store: Store, address: str) -> None:
        self._address = address
        self._out: asyncio.Queue[str] = asyncio.Queue(maxsize=1000)
        self._redis: Any = None
        if address:
            store.listen(self._moved)

    def _moved(self, facts: Sequence[Told]) -> None:
        for stream in {one.stream for one in facts}:
            self._put({"stream": stream})

    async def signal(self, to: str, message: dict[str, Any]) -> None:
        """Send a call's signal to whichever worker has this connection."""
        self._put({"to": to, "signal": message})

    def _put(self, note: dict[str, Any]) -> None:
        if self._address:
            with suppress(asyncio.QueueFull):  # a hint too many is no loss
                self._out.put_nowait(json.dumps(note))

    async def run(self, poked: Callable[[str], None], relay: Callable[[str, dict[str, Any]], Awaitable[bool]]) -> None:
        """Speak and listen until cancelled; a Redis that is away is tried again each second."""
        if not self._address:
            return
        import redis.asyncio as redis  # heavy, and an extra: only where it is used

        while True:
            client = redis.from_url(self._address, socket_timeout=1, socket_connect_timeout=1)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._speak(client))
                    both.create_task(self._listen(client, poked, relay))
            except* (redis.RedisError, OSError, TimeoutError):
                log.warning("redis_away")
            finally:
                with suppress(Exception):
                    await client.aclose()
            await asyncio.sleep(1)

    async def _speak(self, client: Any) -> None:
        while True:
            await client.publish(CHANNEL, await self._out.get())

    async def _listen(
        self, client: Any, poked: Callable[[str], None], relay: Callable[[str, dict[str, Any]], Awaitable[bool]]
    ) -> None:
        async with client.pubsub() as heard:
            await heard.subscribe(CHANNEL)
            while True:
                message = await heard.get_message(ignore_subscribe_messages=True, timeout=0.5)
                if message is None:
                    await client.ping()  # a Redis that hangs says nothing; this one times out
                    continue
                note = json.loads(message["data"])
                if "stream" in note:
                    poked(note["stream"])
                else:
                    await relay(note["to"], note["signal"])
