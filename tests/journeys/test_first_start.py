"""The first day of a house: `oppitupa serve` on nothing, and all the way to a learner who sees her first lesson.

Every step is a click in a browser: the one-time link that the server prints, the administrator's second factor, the
page that sets the house, a colleague with a passkey (Chromium's own virtual one), programme, group, learner, lesson.
"""

import hmac
import json
import os
import re
import sqlite3
import struct
import subprocess
import sys
import time
import urllib.request
from base64 import b32decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.calendars.test_pictures import SVG, png
from tests.journeys.conftest import QUIET, ROOT
from tests.programs import free_port, wait_until

PASSWORD = "kolme pientä norsua"
DRAWN = """() => new Promise((done) => { const canvas = document.createElement("canvas"); canvas.width = 64;
  canvas.height = 32; canvas.getContext("2d").fillRect(4, 4, 40, 20);
  canvas.toBlob(async (blob) => done([...new Uint8Array(await blob.arrayBuffer())]), "image/webp"); })"""


@dataclass
class FirstHouse:
    """A house that is served for the first time, and may be started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        """By name: a passkey belongs to a name, never to a number."""
        return f"http://localhost:{self.port}"

    def start(self) -> str:
        """Serve; the one-time link that it prints, empty when it prints none."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OPPITUPA_")}
        own = {"OPPITUPA_DATA": str(self.folder), "OPPITUPA_PORT": str(self.port), "OPPITUPA_URL": self.url}
        log = (self.folder / "printed").open("w")
        command = [sys.executable, "-m", "server", "serve"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, env=environment | own, text=True)
        log.close()
        wait_until(self._ready, "the house", 60)
        found = re.search(r"http\S+/enrol/\S+", (self.folder / "printed").read_text())
        return found[0] if found else ""

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(30)

    def _ready(self) -> bool:
        with suppress(OSError):
            return bool(json.load(urllib.request.urlopen(f"{self.url}/health/ready", timeout=5)))
        return False

    def run(self, statement: str) -> None:
        """Turn something in the database, as time would have done."""
        with sqlite3.connect(self.folder / "oppitupa.db") as database:
            database.execute(statement)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FirstHouse]:
    made = FirstHouse(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def chrome(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield opened
        opened.close()


def window(chrome: Browser, width: int = 1280) -> Page:
    """A browser of somebody's own, in Finnish."""
    page = chrome.new_context(viewport={"width": width, "height": 800}, locale="fi-FI").new_page()
    page.set_default_timeout(15_000)
    return page


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238), reckoned without the product's own library."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    number = struct.unpack(">I", digest[digest[-1] & 15 :][:4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def send(page: Page, button: str = "main form button[data-kind=main]") -> None:
    """Press, and wait for the page that answers."""
    with page.expect_navigation():
        page.click(button)


def become_administrator(page: Page, link: str) -> None:
    """E-mail, password and the second factor; a wrong code first, which must not cost what was entered."""
    page.goto(link)
    assert page.locator("main").inner_text().count("Sinusta tulee talon pääkäyttäjä.") == 1
    secret = page.locator("input[name=totp]").input_value()
    for code in ("000000", ""):
        page.fill("[name=email]", "ulla@example.org")
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=code]", code or code_of(secret))
        send(page, "form.form button")
        if code:
            assert page.locator("#code-error").is_visible()
            assert page.input_value("[name=email]") == "ulla@example.org"
            assert page.locator("input[name=totp]").input_value() == secret
    assert page.url.endswith("/settings")


def set_house(page: Page) -> None:
    """What is wrong stands at its field and costs nothing; then it is taken, with a picture that Chromium drew."""
    page.fill("[name=own_name]", "Ulla Uusi")
    page.fill("[name=name]", "=cmd() & Talo")
    page.fill("[name=telephone]", "+358 40 555 0000")
    page.select_option("[name=zone]", "Europe/Helsinki")
    page.uncheck("[name=languages][value=en]")
    for logo in (SVG, png(30_000, 30_000), png(8, 8, padding=20_000_000)):
        page.set_input_files("[name=logo]", {"name": "logo.png", "mimeType": "image/png", "buffer": logo})
        send(page)
        assert page.locator("#logo-error").is_visible()
        assert page.input_value("[name=own_name]") == "Ulla Uusi"
        assert page.input_value("[name=name]") == "=cmd() & Talo"
        assert page.locator("[name=languages]:checked").count() == 2
    drawn = bytes(page.evaluate(DRAWN))
    page.set_input_files("[name=logo]", {"name": "logo.webp", "mimeType": "image/webp", "buffer": drawn})
    send(page)
    assert page.url.endswith("/house")
    assert page.locator(".house-name").inner_text().strip() == "=cmd() & Talo"
    assert page.locator(".house-name img").evaluate("(it) => it.naturalWidth") == 64
    assert page.locator(".languages li").count() == 2
    assert page.locator(".me").inner_text().count("Ulla Uusi") == 1


def invite_teacher(page: Page, url: str) -> str:
    """A colleague with her role, her invitation, and the letter that waits in the outbox; returns the address."""
    page.goto(f"{url}/staff/new")
    page.fill("[name=name]", "Taina Testi")
    page.fill("[name=email]", "taina@example.org")
    page.check("[name=role][value=teacher]")
    send(page)
    send(page, "form[action$='/invitation'] button")
    address = page.locator("[data-link]").inner_text()
    page.goto(f"{url}/outbox")
    letter = page.locator("[data-letter]").inner_text()
    assert (letter.count("Taina Testi") >= 1, letter.count(address)) == (True, 1)
    return address


def enrol_with_passkey(page: Page, address: str) -> None:
    """The teacher's phone asks for a finger; Chromium holds it out by itself."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    phone = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = phone | {"isUserVerified": True, "automaticPresenceSimulation": True}
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(address)
    assert page.locator("main").inner_text().count("Taina Testi") == 1
    page.click("#passkey button")
    page.wait_for_url("**/teaching")
    page.context.clear_cookies()
    page.goto(page.url)
    page.goto(re.sub(r"/teaching.*", "/sign-in/staff", page.url))
    page.click("#passkey button")
    page.wait_for_url(re.compile(r"/(teaching)?$"))


def make_programme(page: Page, url: str) -> str:
    """From the model to a programme with one group; returns its path."""
    page.goto(f"{url}/programmes/new")
    page.select_option("[name=blueprint]", "occupation-for-immigrants")
    monday = date.today() + timedelta(days=7 - date.today().weekday())
    page.fill("[name=start]", f"{monday.day}.{monday.month}.{monday.year}")
    page.fill("[name=place]", "Koulutustalo")
    page.fill("[name=address]", "Lutakonkatu 6")
    send(page)
    assert page.locator("section.card .tile").count() == 60
    send(page, "section.card form[method=post] button")
    page.fill("[name=name]", "Ryhmä A")
    send(page, "form[action$='/groups'] button")
    assert page.locator("a[href^='/groups/']", has_text="Ryhmä A").count() == 1
    return re.sub(r"^.*(/programmes/[^/?#]+).*$", r"\1", page.url)


def add_learner(page: Page) -> str:
    """A learner who reads Arabic, and her own link from the page that makes her card."""
    with page.expect_navigation():
        page.locator("a[href^='/people/new?group=']").first.click()
    page.fill("[name=name]", "Amal Uusi")
    page.select_option("[name=language]", "ar")
    send(page)
    with page.expect_navigation():
        page.locator("main a[href$='/link']").click()
    link = page.locator(".address").first.inner_text()
    with page.expect_navigation():
        page.locator("main a[href$='/card']").click()
    assert page.locator(".qr svg").count() == 1
    assert page.locator(".address").inner_text() == link
    return link


def plan_lesson(page: Page, url: str, programme: str) -> str:
    """On the first online day, with the teacher; returns the day as the list has it."""
    page.goto(f"{url}{programme}/lessons/new")
    day = page.locator("[name=day] option", has_text="etäpäivä").first
    words = day.inner_text()
    page.select_option("[name=day]", day.get_attribute("value"))
    page.fill("[name=starts]", "9.15")
    page.fill("[name=ends]", "11.00")
    page.select_option("[name=teacher]", label="Taina Testi")
    send(page)
    planned = page.locator("[data-lesson]")
    assert (planned.count(), planned.inner_text().count("Taina Testi")) == (1, 1)
    found = re.search(r"(\d+\.\d+\.)", words.partition(" ")[2])
    assert found
    return found[1]


def test_house_when_served_the_first_time_then_a_learner_has_her_first_lesson(
    house: FirstHouse, chrome: Browser
) -> None:
    link = house.start()
    admin = window(chrome)
    become_administrator(admin, link)
    set_house(admin)

    late = window(chrome)
    answer = late.goto(link)
    assert answer
    assert (answer.status, late.locator("main a[href='/sign-in/staff']").count()) == (404, 1)

    teacher = window(chrome)
    enrol_with_passkey(teacher, invite_teacher(admin, house.url))
    programme = make_programme(admin, house.url)
    own = add_learner(admin)
    day = plan_lesson(admin, house.url, programme)

    learner = window(chrome, 360)
    learner.goto(own)
    send(learner, "form[method=post] button")
    assert learner.evaluate("document.documentElement.dir") == "rtl"
    now = learner.locator("main .now").inner_text()
    assert (f"{day}" in now, "9:15" in now, "9.15" in now) == (True, True, True)  # her own writing, and Finnish
    pages = {way: learner.goto(f"{house.url}{way}") for way in ("/hours", "/calendar", "/devices")}
    assert [way for way, answer in pages.items() if answer is None or answer.status != 200] == []
    house.stop()
    assert house.start() == ""  # she has enrolled: nobody else becomes administrator


def test_house_when_its_link_is_old_then_refused_clearly_until_the_next_start(
    house: FirstHouse, chrome: Browser
) -> None:
    first = house.start()
    page = window(chrome)
    house.run("UPDATE invitations SET until = '2020-01-01 00:00:00.000000'")
    answer = page.goto(first)
    told = page.locator("main").inner_text()
    assert answer
    assert (answer.status, "Käynnistä talo uudelleen: saat uuden linkin." in told) == (404, True)
    house.stop()
    second = house.start()
    assert second != first
    gone = page.goto(first)
    assert gone
    assert gone.status == 404
    page.goto(second)
    assert page.locator("form.form [name=password]").is_visible()
