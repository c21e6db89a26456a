"""Letters and text messages leave the house: a real SMTP server and a gateway take them, refuse them, or are away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from aiosmtpd.smtp import SMTP, Envelope, Session

from calendars import groups, houses, rights
from calendars.grants import Right
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.store import Store, Work
from server import app as house_app
from server import mail
from server.auth import letters, signin
from server.auth.letters import Written
from server.settings import Settings
from tests.calendars.planned import MONDAY, SYSTEM, Planned, plan_house
from tests.server.pages.forms import hidden, page_of

ADDRESS = "irene@example.org"


@dataclass
class PostOffice:
    """A mail server: what it took, and how it answers from now on."""

    port: int = 0
    answer: str = "250 taken"
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.answer


@dataclass
class Office:
    """The coordinator at her desk, and the application she sits at."""

    client: TestClient
    house: Planned
    irene: str

    @property
    def app(self) -> web.Application:
        app = self.client.app
        assert app is not None
        return app

    async def invite(self) -> str:
        page, action = f"/people/{self.irene}/link", f"/people/{self.irene}/invitation"
        answer = await self.client.post(action, data=await hidden(self.client, page, action))
        assert answer.status == 200
        return await answer.text()

    async def outbox(self) -> str:
        return await page_of(self.client, "/outbox?language=en")


@pytest.fixture
async def post_office(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PostOffice]:
    monkeypatch.setattr(mail, "EVERY", 3600.0)  # a test takes the rounds itself
    office = PostOffice()
    door = await asyncio.get_running_loop().create_server(lambda: SMTP(office), "127.0.0.1", 0)
    office.port = door.sockets[0].getsockname()[1]
    yield office
    door.close()


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[TestServer, list[dict[str, Any]]]]:
    """A gateway for text messages that refuses one number and wants its token."""
    got: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer a-token":
            return web.Response(status=401)
        message = await request.json()
        if message["to"].endswith("13"):
            return web.Response(status=422)
        got.append(message)
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/send", take)
    server = TestServer(app)
    await server.start_server()
    yield server, got
    await server.close()


async def _colleague(work: Work, house: Planned) -> str:
    new = NewPerson(name="Irene Virtanen", email=ADDRESS, language="en")
    irene = await people.add(work, SYSTEM, new, rights.THE_HOUSE)
    await people.appoint(work, SYSTEM, irene.id, Right("teacher", "programme", house.programme))
    return irene.id


@pytest.fixture
async def desk(store: Store, database: str) -> AsyncIterator[Any]:
    """Opens the coordinator's browser in a house with these settings."""
    house = await plan_house(store)
    async with store.work() as work:
        irene = await _colleague(work, house)
    opened: list[TestClient] = []

    async def sit(**settings: Any) -> Office:
        told = replace(Settings(), database=database, demo=True, host="127.0.0.1", url="", **settings)
        client = TestClient(TestServer(house_app.build(told, house.clock)), cookie_jar=CookieJar(unsafe=True))
        opened.append(client)
        await client.start_server()
        async with store.look() as look:
            secret, kaisa = await houses.secret(look), house.people["Kaisa"]
            link = signin.staff_demo_link(secret, kaisa, (await people.who(look, [kaisa]))[kaisa].generation)
        await client.post(link, data={"own": "yes"}, allow_redirects=False)
        return Office(client, house, irene)

    yield sit
    for client in opened:
        await client.close()


def smtp(office: PostOffice, **more: Any) -> dict[str, Any]:
    """The settings that find this mail server."""
    where = {"smtp_host": "127.0.0.1", "smtp_port": office.port, "smtp_encryption": "none"}
    return where | {"mail_from": "Tervetulotalo <house@example.org>"} | more


async def test_letter_when_mail_is_set_then_it_goes_once_and_its_secret_is_gone(
    desk: Any, post_office: PostOffice
) -> None:
    office = await desk(**smtp(post_office))
    assert ADDRESS in await office.invite()
    for _ in range(2):
        await mail.carry(office.app)
    (letter,) = post_office.taken
    assert letter["To"] == f"Irene Virtanen <{ADDRESS}>"
    assert letter["From"] == "Tervetulotalo <house@example.org>"
    assert letter["Subject"] == "Your way into Tervetulotalo"
    link = next(line for line in letter.get_content().splitlines() if "/enrol/" in line)
    async with office.client.get(urlsplit(link).path) as page:
        assert page.status == 200
    shown = await office.outbox()
    assert ("Sent" in shown, "/enrol/" in shown) == (True, False)


async def test_letter_when_its_address_is_refused_then_that_is_said_and_never_tried_again(
    desk: Any, post_office: PostOffice
) -> None:
    office = await desk(**smtp(post_office))
    await office.invite()
    post_office.answer = "550 no such person"
    await mail.carry(office.app)
    assert "The mail server refused this address." in await office.outbox()
    post_office.answer = "250 taken"
    office.house.clock.forward(hours=3)
    await mail.carry(office.app)
    assert post_office.taken == []


@pytest.mark.parametrize("answer", ["451 later", "535 who are you"])
async def test_letter_when_the_server_will_not_yet_then_it_goes_later(
    desk: Any, post_office: PostOffice, answer: str
) -> None:
    office = await desk(**smtp(post_office))
    await office.invite()
    post_office.answer = answer
    await mail.carry(office.app)
    assert "We try again at" in await office.outbox()
    post_office.answer = "250 taken"
    await mail.carry(office.app)
    assert post_office.taken == []  # its minute is not over
    office.house.clock.forward(minutes=2)
    await mail.carry(office.app)
    assert len(post_office.taken) == 1


@pytest.mark.parametrize(
    "wrong", [{"smtp_port": 1}, {"smtp_encryption": "starttls"}, {"smtp_encryption": "tls"}, {"smtp_user": "me"}]
)
async def test_letter_when_the_server_cannot_be_reached_as_set_then_it_waits(
    desk: Any, post_office: PostOffice, wrong: dict[str, Any]
) -> None:
    office = await desk(**smtp(post_office, **wrong))
    await office.invite()
    await mail.carry(office.app)
    assert (post_office.taken, "We try again at" in await office.outbox()) == ([], True)


async def test_letter_when_mail_is_not_set_then_it_lies_there_whole(desk: Any) -> None:
    office = await desk()
    await office.invite()
    shown = await office.outbox()
    assert ("Mail is not set." in shown, "/enrol/" in shown) == (True, True)


@pytest.mark.parametrize("address", ["no address", "a@b\r\nBcc: all@example.org", "ä" * 300, "@", "irene@[example.org"])
async def test_letter_when_the_address_is_none_then_refused_without_a_word_to_the_server(
    post_office: PostOffice, address: str
) -> None:
    letter = letters.Waiting("l1", "Irene\r\nBcc: all@example.org", address, "Hello\r\nBcc: x", "…", MONDAY)
    assert await mail.send(replace(Settings(), **smtp(post_office)), letter) == "refused"
    assert post_office.taken == []


async def test_letter_when_one_cannot_be_written_then_those_behind_it_go_all_the_same(
    desk: Any, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, write = await desk(**smtp(post_office)), mail.message_of

    def written(settings: Settings, letter: letters.Waiting) -> EmailMessage:
        if letter.name == "Ill":
            raise RuntimeError("nobody thought of this")
        return write(settings, letter)

    monkeypatch.setattr(mail, "message_of", written)
    async with office.house.store.work() as work:
        new = NewPerson(name="Ill", email="ill@example.org")
        ill = await people.add(work, SYSTEM, new, rights.THE_HOUSE)
        until = work.now + timedelta(days=1)
        await letters.lay_out(work, SYSTEM, ill.id, Written("First", "…"), until)
    office.house.clock.forward(seconds=1)
    await office.invite()
    await mail.carry(office.app)
    assert [letter["To"] for letter in post_office.taken] == [f"Irene Virtanen <{ADDRESS}>"]


async def test_letter_when_name_and_subject_hold_line_ends_then_no_header_is_added(post_office: PostOffice) -> None:
    letter = letters.Waiting("l1", "Irene\r\nBcc: all@example.org", ADDRESS, "Hello\r\nBcc: x", "…", MONDAY)
    assert await mail.send(replace(Settings(), **smtp(post_office)), letter) == ""
    (taken,) = post_office.taken
    assert (taken["Bcc"], taken["Subject"], taken["Message-ID"]) == (None, "Hello Bcc: x", "<l1@example.org>")


async def test_letter_when_a_newer_one_came_while_it_was_carried_then_the_newer_goes_too(
    desk: Any, post_office: PostOffice
) -> None:
    office = await desk(**smtp(post_office))
    until = office.house.clock.now() + timedelta(days=7)
    async with office.house.store.work() as work:
        await letters.lay_out(work, SYSTEM, office.irene, Written("First", "one"), until)
    async with office.house.store.look() as look:
        (first,) = await letters.due(look)
    async with office.house.store.work() as work:
        await letters.lay_out(work, SYSTEM, office.irene, Written("Second", "two"), until)
    async with office.house.store.work() as work:
        await letters.failed(work, first.id, "away")
        await letters.went(work, first.id)
    await mail.carry(office.app)
    assert [letter["Subject"] for letter in post_office.taken] == ["Second"]


@pytest.mark.parametrize(("telephone", "sent"), [("+358 40 000 0001", True), ("+358 40 000 0013", False)])
async def test_digits_when_the_gateway_is_set_then_they_go_to_her_telephone(
    desk: Any, gateway: tuple[TestServer, list[dict[str, Any]]], telephone: str, sent: bool
) -> None:
    server, got = gateway
    office = await desk(sms_url=str(server.make_url("/send")), sms_token="a-token", sms_from="House")
    async with office.house.store.work() as work:
        new = NewPerson(name="Bao", telephone=telephone, language="en")
        bao = (await people.add(work, SYSTEM, new, rights.THE_HOUSE)).id
        await groups.seat(work, SYSTEM, office.house.groups["first"], bao)
    page, action = f"/people/{bao}/link", f"/people/{bao}/link/code"
    fields = await hidden(office.client, page, action)
    answer = await office.client.post(f"{action}?language=en", data=fields | {"by": "sms"})
    shown = await answer.text()
    assert ("They went as a text message" in shown, "could not be sent" in shown) == (sent, not sent)
    assert [one["to"] for one in got] == [telephone] * sent
    assert all(one["text"].startswith("Tervetulotalo: your digits are ") for one in got)
