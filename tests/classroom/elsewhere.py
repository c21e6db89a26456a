"""A video server as a house may have one, for tests that need some server and ask nothing of it."""

from calendars import houses
from calendars.store import Work
from classroom import servers
from classroom.sealing import Seal
from classroom.servers import NewServer
from tests.calendars.planned import SYSTEM

TOLD = {"url": "https://meet.example.org", "app_id": "us", "secret": "a long secret"}


async def other_server(work: Work, name: str = "Keskustalo", organisation: str | None = None) -> str:
    """Add a Jitsi of this name, of the house or of one organisation; its id."""
    seal = Seal(await houses.secret(work))
    return await servers.add(work, SYSTEM, NewServer("jitsi", name, TOLD, organisation), seal)
