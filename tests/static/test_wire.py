"""static/wire.js against a real Socket.IO server: back without a click, nothing twice, evidence only by beats."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import socketio  # type: ignore[import-untyped]
from aiohttp import web

HERE = Path(__file__).parent
Tell = dict[str, Any]


class House:
    """A server that keeps the protocol and remembers what it was told; a test decides what it answers."""

    def __init__(self) -> None:
        self.sio = socketio.AsyncServer(async_mode="aiohttp", transports=["websocket"], async_handlers=False)
        self.heard: list[tuple[str, Tell]] = []
        self.sids: list[str] = []
        self.requests: list[Any] = []
        self.answers: dict[str, Callable[[Tell], Awaitable[Tell]]] = {}
        self.sio.on("connect", self._connect)
        for name in ("enter", "leave", "watch", "say", "hand", "sound", "line", "signal"):
            self.sio.on(name, self._hears(name))

    async def start(self) -> None:
        app = web.Application()
        self.sio.attach(app)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    def of(self, name: str) -> list[Tell]:
        return [content for heard, content in self.heard if heard == name]

    def cut(self) -> None:
        """The line breaks, without a good-bye."""
        self.requests[-1].transport.abort()

    async def _connect(self, sid: str, environ: Tell) -> None:
        self.sids.append(sid)
        self.requests.append(environ["aiohttp.request"])

    def _hears(self, name: str) -> Callable[[str, Tell], Awaitable[Tell]]:
        async def hears(_sid: str, content: Tell) -> Tell:
            self.heard.append((name, content))
            if name in self.answers:
                return await self.answers[name](content)
            return {"lesson": content["lesson"], "beat": 15, "roster": None} if name == "enter" else {"number": 1}

        return hears


class Browser:
    """The other end: Node with static/wire.js."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.seen: list[tuple[str, Any]] = []

    async def does(self, call: str, *args: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"call": call, "args": args}).encode() + b"\n")
        await self._process.stdin.drain()

    async def sees(self, name: str) -> Any:
        """Waits for the next event of this name; the ones before it are kept in `seen`."""
        assert self._process.stdout is not None
        async with asyncio.timeout(15):
            while line := await self._process.stdout.readline():
                heard, value = json.loads(line)
                self.seen.append((heard, value))
                if heard == name:
                    return value
        raise AssertionError(f"the browser's end stopped before {name}: {self.seen}")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    one = House()
    await one.start()
    yield one
    await one.runner.cleanup()


@pytest.fixture
async def browser(house: House, node_binary: Path) -> AsyncIterator[Browser]:
    process = await asyncio.create_subprocess_exec(
        node_binary, HERE / "play_wire.mjs", house.address, stdin=PIPE, stdout=PIPE
    )
    yield Browser(process)
    process.kill()
    await process.communicate()


async def test_a_broken_line_is_entered_again_without_a_click(house: House, browser: Browser) -> None:
    await browser.does("enter", "l1")
    await browser.sees("entered")
    house.cut()
    assert await browser.sees("place") == "away"
    await browser.sees("entered")
    first, second = house.of("enter")
    assert first["lesson"] == second["lesson"] == "l1"
    assert first["id"] != second["id"]
    assert len(house.sids) == 2


async def test_a_beat_is_answered_by_its_acknowledgement_and_nothing_else(house: House, browser: Browser) -> None:
    await browser.does("enter", "l1")
    await browser.sees("entered")
    answered = asyncio.get_running_loop().create_future()
    told = {"n": 3, "saved": "T"}
    await house.sio.emit("beat", told, to=house.sids[-1], callback=lambda *answer: answered.set_result(answer))
    async with asyncio.timeout(5):
        assert await answered == ()
    assert await browser.sees("beat") == told
    assert [name for name, _ in house.heard] == ["enter"]


async def test_what_is_said_in_a_break_is_said_once_afterwards_in_order(house: House, browser: Browser) -> None:
    silent = asyncio.Event()

    async def swallow_the_first(content: Tell) -> Tell:
        if not silent.is_set():
            silent.set()
            house.cut()  # it arrived, but the answer is lost
        return {"number": len(house.of("say"))}

    house.answers["say"] = swallow_the_first
    await browser.does("enter", "l1")
    await browser.sees("entered")
    await browser.does("say", "hei")
    await silent.wait()
    await browser.does("say", "kuuletteko")
    await browser.sees("say done")
    await browser.sees("say done")
    said = [(content["text"], content["id"]) for content in house.of("say")]
    assert [text for text, _ in said] == ["hei", "hei", "kuuletteko"]
    assert said[0] == said[1]


async def test_nothing_else_is_kept_for_later(house: House, browser: Browser) -> None:
    await browser.does("hand", True)
    assert await browser.sees("hand failed") == "NoAnswer"
    await browser.does("enter", "l1")
    await browser.sees("entered")
    assert [name for name, _ in house.heard] == ["enter"]


async def test_a_refusal_is_told_and_not_asked_again(house: House, browser: Browser) -> None:
    async def refuse(_content: Tell) -> Tell:
        return {"problem": {"code": "room_full", "status": 409}}

    house.answers["enter"] = refuse
    await browser.does("enter", "l1")
    assert await browser.sees("refused") == "room_full"
    house.cut()
    await browser.sees("back")
    assert len(house.of("enter")) == 1


async def test_a_passing_trouble_is_asked_again(house: House, browser: Browser) -> None:
    async def later(content: Tell) -> Tell:
        if len(house.of("enter")) == 1:
            return {"problem": {"code": "database_away", "status": 503}}
        return {"lesson": content["lesson"], "beat": 15, "roster": None}

    house.answers["enter"] = later
    await browser.does("enter", "l1")
    assert (await browser.sees("entered"))["lesson"] == "l1"
    assert len(house.of("enter")) == 2


async def test_facts_that_outrun_the_answer_come_after_the_whole_state(house: House, browser: Browser) -> None:
    async def slow(content: Tell) -> Tell:
        await house.sio.emit("facts", [{"kind": "Entered", "number": 8}], to=house.sids[-1])
        await asyncio.sleep(0.1)
        return {"lesson": content["lesson"], "beat": 15, "roster": {"number": 7}}

    house.answers["enter"] = slow
    await browser.does("enter", "l1")
    await browser.sees("facts")
    assert [name for name, _ in browser.seen if name in ("entered", "facts")] == ["entered", "facts"]


async def test_a_silent_line_is_given_up_and_made_anew(house: House, browser: Browser) -> None:
    """The socket still stands, but no beat comes any more: what a sleeping network looks like."""

    async def quick(content: Tell) -> Tell:
        return {"lesson": content["lesson"], "beat": 0.1, "roster": None}

    house.answers["enter"] = quick
    await browser.does("enter", "l1")
    await browser.sees("entered")
    await browser.sees("entered")
    assert len(house.sids) == 2


async def test_sound_and_line_are_told_again_after_a_break(house: House, browser: Browser) -> None:
    await browser.does("enter", "l1")
    await browser.sees("entered")
    await browser.does("sound", True)
    await browser.sees("sound done")
    await browser.does("line", 400)
    await browser.sees("line done")
    house.cut()
    await browser.sees("entered")
    await browser.does("hand", True)
    await browser.sees("hand done")
    assert house.of("sound") == [{"lesson": "l1", "on": True}] * 2
    assert house.of("line") == [{"lesson": "l1", "up": 400}] * 2


async def test_a_closed_lesson_is_not_entered_again(house: House, browser: Browser) -> None:
    await browser.does("enter", "l1")
    await browser.sees("entered")
    await house.sio.emit("closed", {"lesson": "l1"}, to=house.sids[-1])
    await browser.sees("closed")
    house.cut()
    await browser.sees("back")
    assert len(house.of("enter")) == 1


async def test_leaving_is_told_and_stays_so(house: House, browser: Browser) -> None:
    await browser.does("enter", "l1")
    await browser.sees("entered")
    await browser.does("leave")
    await browser.sees("leave done")
    house.cut()
    await browser.sees("back")
    assert [name for name, _ in house.heard] == ["enter", "leave"]
