"""Somebody's line to the house: a relay of bytes that a test can cut and mend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Line:
    """Carries every connection to the house; while it is cut, what runs breaks off and nothing new comes through."""

    def __init__(self, house: str) -> None:
        self._house = urlsplit(house)
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def address(self) -> str:
        """The house as it is reached through this line."""
        return f"http://127.0.0.1:{self.port}"

    async def mend(self) -> None:
        """Carry, at the port of before."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break everything off."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._ends):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        there, back = await asyncio.open_connection(self._house.hostname, self._house.port)
        if writer.is_closing():  # it was cut meanwhile
            back.close()
            return
        self._ends.add(back)
        await asyncio.gather(_pour(reader, back), _pour(there, writer))
        self._ends -= {writer, back}


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # one of both ends was cut
    finally:
        writer.close()


@asynccontextmanager
async def line(house: str) -> AsyncIterator[Line]:
    """A line that carries."""
    made = Line(house)
    await made.mend()
    try:
        yield made
    finally:
        await made.cut()
