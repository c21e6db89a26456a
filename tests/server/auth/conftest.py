"""A house with real doors: the app of the sign-in pages on a real port, a learner, a teacher and a coordinator."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from calendars import grants, houses, rights
from calendars.clock import SetClock
from calendars.grants import Right
from calendars.houses import NewHouse
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.rights import Target
from calendars.store import Store
from calendars.tables import Organisation, Person
from server import assets, words
from server.auth.csrf import csrf
from server.auth.guard import allow, find_actor, signed_in
from server.auth.signin import personal_link, staff_demo_link
from server.keys import ASSETS, HOUSE, SECRET, SETTINGS, STORE, WORDS, House
from server.middleware.headers import headers
from server.middleware.problems import problems
from server.page import speak
from server.pages.entrance import devices, signin, staff
from server.pages.setup import settings
from server.settings import Settings

Browser = TestClient[Any, Any]


@dataclass(frozen=True)
class Doors:
    """What a test knows of the house."""

    store: Store
    clock: SetClock
    app: web.Application
    secret: bytes
    amina: Person
    bo: Person
    teacher: Person
    coordinator: Person
    open: Callable[[], Awaitable[Browser]]
    """A browser of its own: no cookie, its own connections."""

    def link(self, person: Person) -> str:
        return personal_link(self.secret, person.id, person.generation)

    def demo_link(self, person: Person) -> str:
        return staff_demo_link(self.secret, person.id, person.generation)

    async def enter(self, person: Person, own: str = "yes") -> Browser:
        """A browser in which a person has pressed the button of her link."""
        browser = await self.open()
        path = self.link(person) if person in (self.amina, self.bo) else self.demo_link(person)
        async with browser.post(path, data={"own": own}, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
        return browser


class Forms(HTMLParser):
    """The forms of a page with their preset fields, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((have.get("method", "get").lower(), have.get("action", ""), {}))
        chosen = have.get("type") not in ("radio", "checkbox") or "checked" in have
        if tag == "input" and self.found and "name" in have and chosen:
            self.found[-1][2][have["name"]] = have.get("value", "")


def forms(page: str) -> list[tuple[str, str, dict[str, str]]]:
    """[(method, action, preset fields)]"""
    return Forms(page).found


def field(page: str, action: str, name: str) -> str:
    """The preset value of a field of the form that goes to this address."""
    return next(fields[name] for _, to, fields in forms(page) if to == action)


async def who(browser: Browser) -> str:
    """Whom the house takes this browser for; empty for nobody."""
    async with browser.get("/who", headers={"Accept": "application/json"}) as answer:
        return (await answer.json())["name"] if answer.status == 200 else ""


async def text(answer: ClientResponse) -> str:
    """The page, and the connection given back."""
    async with answer:
        return await answer.text()


async def _who(request: web.Request) -> web.Response:
    return web.json_response({"name": signed_in(request).name})


async def _teaching(request: web.Request) -> web.Response:
    return web.json_response({"name": signed_in(request).name})


def build(store: Store, settings_now: Settings, secret: bytes, card: houses.HouseCard) -> web.Application:
    """The doors alone, with the middlewares of server/app.py that they live behind."""
    app = web.Application(middlewares=[headers, problems, find_actor, speak, csrf], client_max_size=1_000_000)
    app[SETTINGS], app[STORE], app[WORDS], app[ASSETS] = settings_now, store, words.read(), assets.built()
    app[SECRET], app[HOUSE] = secret, House(card)
    for routes in (signin.routes, staff.routes, devices.routes, settings.routes):
        app.add_routes(routes)
    app.router.add_get("/who", allow("signed_in")(_who))
    app.router.add_post("/who", allow("signed_in")(_who))
    app.router.add_get("/rooms/{room}", allow("signed_in")(_who))
    app.router.add_get("/teaching", allow("lead")(_teaching))
    return app


@pytest.fixture
def own_settings() -> Settings:
    """The settings of the house; a test file that needs others makes this fixture anew."""
    return replace(Settings(), demo=True)


@pytest.fixture
async def doors(store: Store, clock: SetClock, own_settings: Settings) -> AsyncIterator[Doors]:
    """The house, served on a port of this machine."""
    house = rights.system()
    async with store.work() as work:
        row = await houses.found(work, NewHouse(name="Oppitalo", telephone="014 123 456"))
        organisation = await work.one(select(Organisation.id))
        found = {}
        for name, language, role in (
            ("Amina", "ar", "learner"), ("Bo", "en", "learner"),
            ("Teija", "fi", "teacher"), ("Kaisa", "fi", "coordinator"),
        ):  # fmt: skip
            new = NewPerson(name=name, language=language, email=f"{name.lower()}@example.org")
            found[name] = await people.add(work, house, new, Target(organisation))
            right = Right(role, "organisation", organisation)
            await grants.give(work, house, found[name].id, right, Target(organisation))
        card = await houses.card(work)
        secret = row.secret
    app = build(store, own_settings, secret, card)
    server = TestServer(app)
    await server.start_server()
    browsers: list[Browser] = []

    async def open_browser() -> Browser:
        browsers.append(TestClient(server, cookie_jar=CookieJar(unsafe=True)))
        return browsers[-1]

    yield Doors(store, clock, app, secret, found["Amina"], found["Bo"], found["Teija"], found["Kaisa"], open_browser)
    for browser in browsers:
        await browser.session.close()
    await server.close()
