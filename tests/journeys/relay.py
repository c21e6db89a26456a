"""Debian's Firefox as Playwright wants it: started here, and answered for where it does not know a command.

Playwright drives an unpatched Firefox by WebDriver BiDi (channel `moz-firefox`), but opens no window before it has set
the media features, which Firefox ESR cannot. This stands between the two and answers that one command itself.
Run by Playwright in Firefox's place: `python relay.py FIREFOX ARGUMENTS…`.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
from aiohttp import web

LISTENS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
UNKNOWN = re.compile(r'"method":"emulation\.setMediaFeaturesOverride"')
NUMBER = re.compile(r'"id":(\d+)')
LIMIT = 2**20


async def run(firefox: str, *arguments: str) -> int:
    """Start Firefox, tell Playwright our own address in place of Firefox's, live as long as Firefox does."""
    process = await asyncio.create_subprocess_exec(firefox, *arguments, stderr=asyncio.subprocess.PIPE, limit=LIMIT)
    assert process.stderr is not None
    async for line in process.stderr:
        if found := LISTENS.search(line):
            break
        sys.stderr.buffer.write(line)
    else:
        return await process.wait()
    async with standing_before(found[1].decode() + "/session") as port:
        print(f"WebDriver BiDi listening on ws://127.0.0.1:{port}", file=sys.stderr, flush=True)
        async for line in process.stderr:  # it must be read, or Firefox stops at a full pipe
            sys.stderr.buffer.write(line)
        return await process.wait()


@asynccontextmanager
async def standing_before(address: str) -> AsyncIterator[int]:
    """A port whose `/session` leads to this address."""
    app = web.Application()
    app.router.add_get("/session", partial(carry, address))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def carry(address: str, request: web.Request) -> web.WebSocketResponse:
    """Both ways, until one side closes."""
    playwright = web.WebSocketResponse(max_msg_size=0)
    await playwright.prepare(request)
    async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as firefox:

        async def back() -> None:
            async for message in firefox:
                await playwright.send_str(message.data)
            await playwright.close()

        answering = asyncio.create_task(back())
        async for message in playwright:
            number = UNKNOWN.search(message.data) and NUMBER.search(message.data)
            if number:
                await playwright.send_str(f'{{"type":"success","id":{number[1]},"result":{{}}}}')
            else:
                await firefox.send_str(message.data)
        answering.cancel()
    return playwright


if __name__ == "__main__":
    sys.exit(asyncio.run(run(*sys.argv[1:])))
