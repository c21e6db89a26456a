"""People who are in the class with a true sign-in and a true socket, but with no browser in front of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import socketio
from aiohttp import ClientSession, CookieJar

from tests.journeys.conftest import Demo


class Sockets:
    """They come one by one; all that are left go in the end."""

    def __init__(self, demo: Demo, stack: AsyncExitStack) -> None:
        self._demo = demo
        self._stack = stack

    async def enters(self, person: dict[str, Any], lesson: str) -> Any:
        """Sign in by the link, open a socket and go into the lesson; gives the client, which may leave."""
        session = await self._stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        async with session.post(person["signin"], data={"own": "yes"}, allow_redirects=False) as answer:
            assert answer.status == 303
        client = socketio.AsyncClient(http_session=session, reconnection=False)
        client.on("beat", lambda _beat: None)
        await client.connect(self._demo.url, transports=["websocket"])
        self._stack.push_async_callback(client.disconnect)
        answer = await client.call("enter", {"lesson": lesson}, timeout=10)
        assert "problem" not in answer
        return client


@asynccontextmanager
async def sockets(demo: Demo) -> AsyncIterator[Sockets]:
    """Nobody at first."""
    async with AsyncExitStack() as stack:
        yield Sockets(demo, stack)
