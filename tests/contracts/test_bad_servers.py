"""Every kind of video server behaves badly over a real socket: the same trials for all, each ends in a clear code.

Whatever a provider says over the network becomes Unavailable with a code that has words; no secret is in it, nobody is
said to be in or out by it, and what stands elsewhere hears nothing.
"""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from time import time
from typing import Any

import pytest

from calendars.clock import Clock
from calendars.errors import Unavailable
from classroom.video.jitsi import Jitsi
from classroom.video.line import PATIENCE, Line, Patience
from classroom.video.link import Link
from classroom.video.provider import Ending, Finding, Provider, Tried, Watched
from server.errorwords import ERRORS
from tests.classroom.video.guests import SECRET, asked
from tests.classroom.video.loopback import Act, line_to, loopback, said
from tests.classroom.video.test_bigbluebutton import provider as bigbluebutton
from tests.classroom.video.test_galene import provider as galene
from tests.classroom.video.test_livekit import provider as livekit
from tests.fakes.bigbluebutton import bigbluebutton_server
from tests.fakes.galene import galene_server
from tests.fakes.livekit import livekit_server
from tests.fakes.prosody import prosody_server

CLOCK = Clock()
SHORT = Patience(connect=0.5, attempt=0.15, whole=0.4, tries=2, pause=0.0)


def jitsi(line: Line) -> Jitsi:
    return Jitsi("https://meet.example.org", "oppitupa", SECRET, "meet.example.org", line=line)


MAKERS: dict[str, Callable[[Line], Provider]] = {
    "jitsi": jitsi,
    "bigbluebutton": lambda line: bigbluebutton(line, secret=SECRET, callback="https://oppitupa.example.org/hooks/b"),
    "livekit": lambda line: livekit(line, secret=SECRET),
    "galene": lambda line: galene(line, secret=SECRET, password=SECRET),
    "link": lambda line: Link("https://127.0.0.1/meet/{lesson}", line),
}
"""Each kind that has a server, on a line of the test's; the embedded room has none."""
REAL: dict[str, Callable[..., AbstractAsyncContextManager[Any]]] = {
    "jitsi": prosody_server, "bigbluebutton": partial(bigbluebutton_server, wall=time), "livekit": livekit_server,
    "galene": galene_server,
}  # fmt: skip


async def nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A hundred megabytes of well-formed XML."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n<response>")
    for _ in range(1600):
        writer.write(b"<a>aaaaaaa</a>\n" * 4369)
        await writer.drain()


LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
        f'<!ENTITY {"a" * n} "{("&" + "a" * (n - 1) + ";") * 10}">'.encode() for n in range(2, 12)
    ) + b"]><response><returncode>SUCCESS</returncode><x>&aaaaaaaaaaa;</x></response>"
)  # fmt: skip
INSIDE = (
    b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><response><returncode>SUCCESS&x;</returncode></response>'
)
ERROR = json.dumps({"code": "internal", "msg": SECRET, "error": {"reason": SECRET}}).encode()
FAILED = f"<response><returncode>FAILED</returncode><messageKey>internalError</messageKey>{SECRET}</response>".encode()
BAD: dict[str, tuple[bytes | Act, set[str]]] = {
    "never answers": (nothing, {"video_silent"}),
    "a hundred megabytes of XML": (endless, {"video_too_much"}),
    "a length of a hundred megabytes": (said("200 OK", "Content-Length: 100000000", body=b"<"), {"video_too_much"}),
    "entities": (said("200 OK", body=LAUGHS), {"video_unreadable"}),
    "an entity that is a file": (said("200 OK", body=INSIDE), {"video_unreadable"}),
    "an error inside a 200": (said("200 OK", body=ERROR), {"video_unreadable"}),
    "an error in XML inside a 200": (
        said("200 OK", body=FAILED),
        {"video_unreadable", "video_broken", "video_bad_domain"},
    ),
    "not our key": (said("401 No", body=SECRET.encode()), {"video_refused"}),
    "a fault": (said("500 Oh", body=SECRET.encode()), {"video_broken"}),
}
"""What each of them does to whatever is asked, and by which code it is known."""
FINE_FOR_A_PAGE = {"an error inside a 200", "an error in XML inside a 200", "entities", "an entity that is a file"}
"""At an address for browsers any page is an answer, whatever it says."""


def clean(refused: Unavailable | Finding) -> str:
    """Its code, after a look for secrets in all that it holds."""
    code = refused.code if isinstance(refused, Unavailable) else refused.problem or ""
    held = traceback.format_exception(refused) if isinstance(refused, Unavailable) else [repr(refused)]
    assert SECRET not in "".join(held) + str(refused.facts)
    assert code in ERRORS
    return code


@asynccontextmanager
async def bad(kind: str, act: bytes | Act) -> AsyncIterator[tuple[Provider, list[bytes]]]:
    """A provider of this kind whose server does this, and what that heard."""
    async with loopback(act) as server, line_to(server.base, CLOCK, SHORT if act is nothing else PATIENCE) as line:
        yield MAKERS[kind](line), server.heard


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("kind", MAKERS)
async def test_provider_when_its_server_is_bad_then_each_verb_says_so_in_a_code(kind: str, name: str) -> None:
    act, codes = BAD[name]
    async with bad(kind, act) as (provider, heard):
        told = set()
        for verb in verbs_of(provider):
            with pytest.raises(Unavailable) as refused:
                await verb()
            told.add(clean(refused.value))
        assert told <= codes | {"video_resting"}
        assert bool(told) == (kind in ("bigbluebutton", "livekit", "galene"))
        assert bool(heard) == bool(told)


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("kind", MAKERS)
async def test_trial_when_the_server_is_bad_then_one_of_its_lines_says_so(kind: str, name: str) -> None:
    act, codes = BAD[name]
    async with bad(kind, act) as (provider, _heard):
        assert isinstance(provider, Tried)
        *_before, last = await provider.trial(datetime.now(UTC))
        if kind == "link" and (name in FINE_FOR_A_PAGE or name == "not our key"):
            assert last == Finding("address")
            return
        assert clean(last) in codes


def verbs_of(provider: Provider) -> list[Callable[[], Any]]:
    """What it asks its server in a lesson; nothing where there is nobody to ask."""
    if not isinstance(provider, Watched):
        return []
    assert isinstance(provider, Ending)
    return [lambda: provider.present("room"), lambda: provider.prepare(asked()), lambda: provider.end("room")]


@pytest.mark.parametrize("kind", MAKERS)
async def test_provider_when_it_is_sent_to_an_address_inside_then_nobody_there_hears_of_it(kind: str) -> None:
    async with loopback(said("200 OK")) as inside:
        moved = said("302 There", f"Location: {inside.base}/latest/meta-data/")
        async with bad(kind, moved) as (provider, _heard):
            for verb in verbs_of(provider):
                with pytest.raises(Unavailable) as refused:
                    await verb()
                assert clean(refused.value) == "video_redirected"
            assert isinstance(provider, Tried)
            (found,) = await provider.trial(datetime.now(UTC))
            assert found.problem == (None if kind == "link" else "video_redirected")
        assert inside.heard == []


@pytest.mark.parametrize("kind", REAL)
async def test_trial_when_the_secret_is_another_then_its_line_says_so_and_no_room_is_made(kind: str) -> None:
    async with REAL[kind]() as fake, line_to(fake.base, CLOCK) as line:
        fake.secret = fake.password = "another secret of thirty-two letters"
        provider = MAKERS[kind](line)
        assert isinstance(provider, Tried)
        found = await provider.trial(datetime.now(UTC))
        assert [one.what for one in found] == ["address", "clock", "secret"]
        assert clean(found[-1]) == "video_refused"
        if isinstance(provider, Watched):
            with pytest.raises(Unavailable, match="video_refused"):
                await provider.prepare(asked())


@pytest.mark.parametrize("minutes", [5, -5])
@pytest.mark.parametrize("kind", REAL)
async def test_trial_when_the_clock_is_five_minutes_off_then_its_line_says_by_how_much(kind: str, minutes: int) -> None:
    async with REAL[kind](skew=60.0 * minutes) as fake, line_to(fake.base, CLOCK) as line:
        provider = MAKERS[kind](line)
        assert isinstance(provider, Tried)
        found = {one.what: one for one in await provider.trial(datetime.now(UTC))}
        assert clean(found["clock"]) == ("video_clock_ahead" if minutes > 0 else "video_clock_behind")
        assert abs(int(found["clock"].facts["seconds"]) - 300) <= 2
        assert ERRORS[found["clock"].problem or ""].format(**found["clock"].facts).startswith("The clock of 127.0.0.1")


@pytest.mark.parametrize("off", [-300, -45, 45, 300])
@pytest.mark.parametrize("kind", REAL)
async def test_prepare_when_the_clock_is_off_then_a_server_of_tokens_is_not_ready_beyond_a_minute(
    kind: str, off: int
) -> None:
    async with REAL[kind](skew=float(off)) as fake, line_to(fake.base, CLOCK) as line:
        fake.secret = fake.password = SECRET
        provider = MAKERS[kind](line)
        if abs(off) < 60 or kind == "bigbluebutton":  # whose checksums know no time
            await provider.prepare(asked())
            return
        with pytest.raises(Unavailable) as refused:
            await provider.prepare(asked())
        assert clean(refused.value) == ("video_clock_ahead" if off > 0 else "video_clock_behind")
