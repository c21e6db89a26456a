"""The keys under which the application keeps what it was built from; the only shared names between server files."""

from typing import Final, Protocol

from aiohttp import web

from calendars.houses import HouseCard
from calendars.rights import Actor
from calendars.store import Store
from classroom.sealing import Seal
from classroom.video.choose import Providers
from server.assets import Assets
from server.settings import Settings
from server.words import Say, Words

STORE: Final = web.AppKey("STORE", Store)
SETTINGS: Final = web.AppKey("SETTINGS", Settings)
WORDS: Final = web.AppKey("WORDS", Words)
VIDEO: Final = web.AppKey("VIDEO", Providers)
ASSETS: Final = web.AppKey("ASSETS", Assets)
SECRET: Final = web.AppKey("SECRET", bytes)
"""The house's own; every derived secret comes from it."""
SEAL: Final = web.AppKey("SEAL", Seal)
"""Opens the secrets of the video servers."""


class House:
    """The card that every page shows, read again when the house was set anew."""

    def __init__(self, card: HouseCard) -> None:
        self.card = card


HOUSE: Final = web.AppKey("HOUSE", House)


class Gateway(Protocol):
    """What pages and the application's end need of server/live.py, which itself needs these keys."""

    @property
    def epoch(self) -> str: ...
    async def door(self, request: web.Request) -> web.StreamResponse: ...
    async def drain(self) -> None: ...
    def figures(self) -> dict[str, float]: ...


LIVE: Final[web.AppKey[Gateway]] = web.AppKey("LIVE")
ACTOR: Final[web.RequestKey[Actor | None]] = web.RequestKey("ACTOR", Actor)
SAY: Final = web.RequestKey("SAY", Say)
LANGUAGE: Final = web.RequestKey("LANGUAGE", str)
REQUEST_ID: Final = web.RequestKey("REQUEST_ID", str)
