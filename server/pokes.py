"""Redis between workers: a hint that a stream moved, and the short-lived signals of a call. Never a record.

Without Redis, or while it is away, streams are found by the poll of each second; nothing here may block an act.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import structlog

from calendars.facts import Told
from calendars.store import Store

CHANNEL = "oppitupa"
PATIENCE = 1.0
"""Seconds that Redis may take for an answer before it counts as away."""
SILENT = 2.0
"""It is asked twice a second; one that was not heard for so long is not given anything."""
Relay = Callable[[str, dict[str, Any]], Awaitable[bool]]
log = structlog.get_logger()


class Pokes:
    """The wire between workers; with an empty address it does nothing."""

    def __init__(self, store: Store, address: str, epoch: str) -> None:
        self._address = address
        self._epoch = epoch
        self._out: asyncio.Queue[str] = asyncio.Queue(maxsize=1000)
        self._client: Any = None
        self._heard = 0.0
        if address:
            store.listen(self._moved)

    @property
    def answers(self) -> bool:
        """Whether Redis was heard a moment ago."""
        return self._client is not None and time.monotonic() - self._heard < SILENT

    def _moved(self, facts: Sequence[Told]) -> None:
        for stream in {one.stream for one in facts}:
            with suppress(asyncio.QueueFull):  # a hint too many is no loss
                self._out.put_nowait(stream)

    async def signal(self, epoch: str, to: str, message: dict[str, Any]) -> bool:
        """Send a call's signal to the worker that has this connection. False: it did not get there."""
        if not self.answers:
            return False
        import redis.asyncio as redis

        try:
            async with asyncio.timeout(PATIENCE):
                note = json.dumps({"to": to, "signal": message})
                return bool(await self._client.publish(f"{CHANNEL}:{epoch}", note))
        except (redis.RedisError, OSError, TimeoutError):
            return False

    async def run(self, poked: Callable[[str], None], relay: Relay) -> None:
        """Speak and listen until cancelled; a Redis that is away is tried again each second."""
        if not self._address:
            return
        import redis.asyncio as redis  # heavy, and an extra: only where it is used

        while True:
            client = redis.from_url(self._address, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._speak(client))
                    both.create_task(self._listen(client, poked, relay))
            except* (redis.RedisError, OSError, TimeoutError):
                log.warning("redis_away")
            finally:
                self._client = None
                with suppress(Exception):
                    await client.aclose()
            await asyncio.sleep(1)

    async def _speak(self, client: Any) -> None:
        while True:
            await client.publish(CHANNEL, await self._out.get())

    async def _listen(self, client: Any, poked: Callable[[str], None], relay: Relay) -> None:
        async with client.pubsub() as heard:
            await heard.subscribe(CHANNEL, f"{CHANNEL}:{self._epoch}")
            while True:
                message = await heard.get_message(ignore_subscribe_messages=True, timeout=0.5)
                if message is None:
                    await client.ping()  # a Redis that hangs says nothing; this one times out
                    self._client, self._heard = client, time.monotonic()
                elif message["channel"].decode() == CHANNEL:
                    poked(message["data"].decode())
                else:
                    note = json.loads(message["data"])
                    await relay(note["to"], note["signal"])
