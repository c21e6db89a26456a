"""A house that is served for the first time, and the browsers of those who come to it."""

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
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.programs import free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "kolme pientä norsua"


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
