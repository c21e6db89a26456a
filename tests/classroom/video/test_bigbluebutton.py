"""BigBlueButton over a real socket: what is signed by independent vectors, what it tells, and what it does when bad."""

import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from calendars.clock import SetClock
from calendars.errors import Refused, Unavailable
from calendars.rights import LEADS, MATRIX
from calendars.store import new_id
from classroom.video.bigbluebutton import BigBlueButton, checksum
from classroom.video.line import Line
from classroom.video.provider import Call, Finding, Sighting
from tests.classroom.video.guests import asked, guest
from tests.classroom.video.loopback import line_to, loopback, said
from tests.fakes.bigbluebutton import FakeBigBlueButton, bigbluebutton_server

AT = datetime.fromtimestamp(FakeBigBlueButton.now, UTC)
SECRET = FakeBigBlueButton.secret
CALLBACK = "https://oppitupa.example.org/hooks/bbb"
OFFICIAL = "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
LESSON, AMINA = "abcdefghijklmnopqrst", "aaaaaaaaaaaaaaaaaaaa"


def provider(line: Line | None = None, **other: Any) -> BigBlueButton:
    return BigBlueButton(line or Line("https://bbb.example.org", SetClock(AT)), **{"secret": SECRET} | other)


@dataclass
class Ear:
    """Our side: hears what is told over a real socket, or is away for a while."""

    provider: BigBlueButton | None = None
    away: int = 0
    """How many messages it is still deaf to."""
    heard: list[Call] = field(default_factory=list)
    seen: list[Sighting] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        assert self.provider is not None
        if self.away:
            self.away -= 1
            return web.Response(status=503)
        headers = {name.lower(): value for name, value in request.headers.items()}
        url = f"http://{request.host}{request.raw_path}"
        call = Call(request.match_info["path"], url, headers, await request.read(), request.method)
        self.heard.append(call)
        try:
            self.seen += self.provider.evidence(call, AT)
        except Refused:
            return web.Response(status=403)
        return web.Response()


@asynccontextmanager
async def running(**settings: Any) -> AsyncIterator[tuple[FakeBigBlueButton, BigBlueButton, Ear]]:
    """A server, us before it, and our ear for what it tells."""
    ear, app = Ear(), web.Application()
    app.router.add_post("/hooks/bbb/{path:.*}", ear.hear)
    async with (
        bigbluebutton_server(**settings) as fake,
        line_to(fake.base, SetClock(AT)) as line,
        TestServer(app) as house,
    ):
        ear.provider = provider(line, callback=str(house.make_url("/hooks/bbb")))
        yield fake, ear.provider, ear


# --- what is signed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "secret", "algorithm", "known"),
    [
        (OFFICIAL, SECRET, "sha1", "1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17"),  # of the manual itself
        (OFFICIAL, SECRET, "sha256", "da9185f7f333cfdfcd6eeac32dca3777510c4c436020d8b887ba5515bd1d189e"),  # of openssl
        (
            OFFICIAL, SECRET, "sha512",
            "de73ad61d11a5c801b68d4bd6ec5248546085cefb0b25c85f3c46249ea93a3a4"
            "b120f92c0a8a58d7512cb77821884951a3b01245f3435dbbef49fff3cc3988b4",
        ),
        (
            "name=Demo&meetingID=replace-with-meeting-id&attendeePW=replace-with-password"
            "&moderatorPW=replace-with-password", "replace-with-secret",
            "sha256", "7e5a0a48f1542462e56ca034dc83d741bff1deb5feab0cd9ef74fa6e009fe1fd",  # of a host's guide
        ),
    ],
)  # fmt: skip
def test_checksum_when_others_computed_it_then_the_same(query: str, secret: str, algorithm: str, known: str) -> None:
    assert checksum("create", query, secret, algorithm) == known


@pytest.mark.parametrize("role", sorted(MATRIX))
@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
def test_link_when_somebody_enters_then_exactly_this_and_signed(role: str, algorithm: str) -> None:
    lesson, name = asked(), 'ليلى & "x" 😀' + "x" * 200
    door = provider(algorithm=algorithm).link(lesson, guest(role, name, AMINA), AT)
    address = urlsplit(door.url or "")
    bare, _, proof = address.query.rpartition("&checksum=")
    assert proof == hashlib.new(algorithm, f"join{bare}{SECRET}".encode()).hexdigest()
    watched = {} if role in (*LEADS, "learner") else {"excludeFromDashboard": ["true"]}
    assert parse_qs(bare) == {
        "fullName": [name[:120]],
        "meetingID": [lesson.lesson],
        "role": ["MODERATOR" if role in LEADS else "VIEWER"],
        "userID": [AMINA],
        "userdata-bbb_override_default_locale": ["ar"],
        "userdata-bbb_skip_check_audio": ["true"],
        "userdata-bbb_ask_for_feedback_on_logout": ["false"],
        **watched,
    }
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://bbb.example.org/bigbluebutton/api/join"
    assert door.provider == "bigbluebutton"


@pytest.mark.parametrize(
    "end", ["", "/", "/bigbluebutton", "/bigbluebutton/", "/bigbluebutton/api", "/bigbluebutton/api/"]
)
async def test_address_when_written_in_any_usual_way_then_it_is_found(end: str) -> None:
    async with bigbluebutton_server() as fake, line_to(fake.base + end, SetClock(AT)) as line:
        one, lesson = provider(line), asked()
        await one.prepare(lesson)
        assert fake.join(one.link(lesson, guest(), AT).url or "").startswith("w_")


@pytest.mark.parametrize("lacking", [{"secret": ""}, {"algorithm": "sha384"}, {"algorithm": "md5"}, {"line": ""}])
async def test_link_when_something_is_not_set_then_unavailable(lacking: dict[str, str]) -> None:
    told: dict[str, Any] = dict(lacking)
    if "line" in told:
        told["line"] = Line("", SetClock(AT))
    with pytest.raises(Unavailable) as refused:
        replace(provider(), **told).link(asked(), guest(), AT)
    assert refused.value.code == "provider_not_set"


async def test_link_when_the_room_was_made_anew_then_the_old_one_opens_nothing_and_leads_back_to_us() -> None:
    lesson = asked()
    back = "https://oppitupa.example.org/j/{lesson}"
    async with running() as (fake, told, _ear):
        one = replace(told, back=back)
        first = replace(lesson, run=await one.prepare(lesson))
        assert first.run
        assert await one.prepare(lesson) == first.run  # it is the same room still
        old = one.link(first, guest(person=AMINA), AT).url or ""
        fake.leave(lesson.lesson, fake.join(old))
        fake.pass_time(60)
        second = replace(lesson, run=await one.prepare(lesson))
        assert second.run != first.run
        with pytest.raises(PermissionError, match="mismatchCreateTime"):
            fake.join(old)
        fake.join(one.link(second, guest(person=AMINA), AT).url or "")
        assert parse_qs(urlsplit(old).query)["errorRedirectUrl"] == [back.replace("{lesson}", lesson.lesson)]


# --- a lesson -------------------------------------------------------------------------------------------------------


async def test_lesson_when_held_then_each_of_our_people_is_seen_once_and_nobody_else() -> None:
    lesson, teacher = asked(), new_id()
    async with running(hook_hash="sha256") as (fake, one, ear):
        for _ in range(3):
            await one.prepare(lesson)
        assert list(fake.rooms) == [lesson.lesson]
        assert [(hook["meetingID"], hook["eventID"]) for hook in fake.hooks.values()] == [
            (lesson.lesson, "user-joined,user-left")
        ]
        told = fake.rooms[lesson.lesson].told
        assert (told["record"], told["guestPolicy"], told["name"]) == ("false", "ALWAYS_ACCEPT", "Logistics 1")
        assert one.evidence(Call(*_split(told["meta_endCallbackUrl"]), {}, b"", "GET"), AT) == []
        first = fake.join(one.link(lesson, guest(person=AMINA), AT).url or "")
        fake.join(one.link(lesson, guest("teacher", person=teacher), AT).url or "")
        fake.join(one.link(lesson, guest(person="typed-by-hand"), AT).url or "")
        assert await one.present(lesson.lesson) == {AMINA: None, teacher: None}
        fake.leave(lesson.lesson, first)
        second = fake.join(one.link(lesson, guest(person=AMINA), AT).url or "")
        assert first != second
        assert not await one.end(lesson.lesson)
        assert await one.present(lesson.lesson) == {}
        assert set(await fake.deliver()) == {200}
        assert await one.end(lesson.lesson)
        assert fake.hooks == {}
    events = [(seen.person, seen.event, seen.lesson) for seen in ear.seen]
    assert events == [
        (AMINA, "joined", lesson.lesson), (teacher, "joined", lesson.lesson), (AMINA, "left", lesson.lesson),
        (AMINA, "joined", lesson.lesson), (teacher, "left", lesson.lesson), (AMINA, "left", lesson.lesson),
    ]  # fmt: skip
    hers = [seen.connection for seen in ear.seen if seen.person == AMINA]
    assert (hers[0], hers[2]) == (hers[1], hers[3])
    assert hers[0] != hers[2]
    assert len({seen.key for seen in ear.seen}) == 6
    assert ear.seen[0].at == AT + timedelta(milliseconds=1)


def _split(url: str) -> tuple[str, str]:
    return url.partition("/hooks/bbb/")[2], url


async def test_hooks_when_we_are_away_then_what_comes_late_doubled_and_out_of_order_is_the_same() -> None:
    lesson, people = asked(), [new_id() for _ in range(5)]
    async with running() as (fake, one, ear):
        await one.prepare(lesson)
        for person in people:
            fake.leave(lesson.lesson, fake.join(one.link(lesson, guest(person=person), AT).url or ""))
        again, ear.away = list(fake.owed), 2
        order = random.Random(5).sample(range(10), 10)
        assert await fake.deliver(order) == [503, 503, *[200] * 10]
        fake.owed = again
        await fake.deliver()
        assert len(ear.seen) == 20
        assert len({(seen.key, seen.person, seen.event, seen.at) for seen in ear.seen}) == 10
        assert sorted({seen.at for seen in ear.seen}) == [AT + timedelta(milliseconds=n) for n in range(1, 11)]


async def test_hooks_when_we_are_away_too_long_then_made_anew_and_presence_is_asked() -> None:
    lesson = asked()
    async with running(bearer=True) as (fake, one, ear):
        await one.prepare(lesson)
        fake.join(one.link(lesson, guest(person=AMINA), AT).url or "")
        ear.away = 100
        assert len(await fake.deliver()) == 13
        assert (fake.hooks, ear.seen) == ({}, [])
        assert await one.present(lesson.lesson) == {AMINA: None}
        ear.away = 0
        await one.prepare(lesson)
        fake.leave(lesson.lesson, next(iter(fake.rooms[lesson.lesson].users)))
        assert await fake.deliver() == [200]
        assert [seen.event for seen in ear.seen] == ["left"]


async def test_prepare_when_the_room_was_forgotten_then_made_anew_and_one_without_hooks_still_opens() -> None:
    lesson = asked()
    async with running(hooks_run=False) as (fake, one, _ear):
        await one.prepare(lesson)
        fake.pass_time(299)
        assert list(fake.rooms) == [lesson.lesson]
        fake.pass_time(1)
        link = one.link(lesson, guest(), AT).url or ""
        with pytest.raises(PermissionError):
            fake.join(link)
        assert await one.present(lesson.lesson) == {}
        await one.prepare(lesson)
        fake.join(link)
        assert one.line.health.state == "well"


async def test_prepare_when_the_room_was_made_with_other_words_then_it_is_there() -> None:
    lesson = asked()
    async with running() as (fake, one, _ear):
        await one.prepare(lesson)
        fake.rooms[lesson.lesson].told["moderatorPW"] = "another"
        await one.prepare(lesson)
        assert len(fake.rooms) == 1


@pytest.mark.parametrize("name", ["A", " ", "", "x" * 500, "😀" * 100, "<b>&\"'"])
async def test_prepare_when_a_name_is_strange_then_the_room_is_made(name: str) -> None:
    async with running() as (fake, one, _ear):
        lesson = replace(asked(), name=name)
        await one.prepare(lesson)
        title = fake.rooms[lesson.lesson].told["name"]
        assert len(title.encode("utf-16-le")) <= 128
        assert title.startswith(name[: len(title)].strip())


# --- the trial ------------------------------------------------------------------------------------------------------

HERE = {"server": "127.0.0.1"}
FINE = [Finding("address"), Finding("clock"), Finding("secret"), Finding("round_trip")]
OFF = Finding("clock", "video_clock_behind", {**HERE, "seconds": "300"})
TRIALS: dict[str, tuple[dict[str, Any], list[Finding]]] = {
    "well": ({}, FINE),
    "five minutes behind": ({"skew": -300.0}, [FINE[0], OFF, *FINE[2:]]),
    "another secret": ({"secret": "another"}, [*FINE[:2], Finding("secret", "video_refused", HERE)]),
    "without hooks": ({"hooks_run": False}, [*FINE[:3], Finding("round_trip", "video_tells_nothing", HERE)]),
}


@pytest.mark.parametrize("name", TRIALS)
async def test_trial_when_a_server_is_so_then_these_lines_and_nothing_is_left(name: str) -> None:
    settings, findings = TRIALS[name]
    async with running(**settings) as (fake, one, _ear):
        one = replace(one, secret=SECRET)
        assert await one.trial(AT) == findings
        assert (fake.rooms, fake.hooks) == ({}, {})
        assert {told.get("meetingID", "trial-")[:6] for _call, told in fake.asked} <= {"trial-"}


async def test_trial_when_it_is_another_kind_of_server_then_the_address_is_wrong() -> None:
    async with loopback(said("200 OK", body=b"<html/>")) as server, line_to(server.base, SetClock(AT)) as line:
        assert await provider(line).trial(AT) == [Finding("address", "video_unreadable", HERE)]
