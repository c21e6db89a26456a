"""Sightings written by hand for the planned house: who is seen where, so many seconds after ten o'clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from calendars import chains
from calendars.clock import seconds
from calendars.rights import target_of_lesson
from classroom import ledger, rooms, sightings
from classroom.attendance import Reckoning, reckon
from classroom.sightings import Taken
from classroom.testimony import Trace
from classroom.video.provider import Sighting
from tests.calendars.planned import MONDAY, SYSTEM, Planned

TEN = MONDAY + timedelta(hours=1)
Event = Literal["joined", "left"]


@dataclass
class Seeing:
    """The first group's lesson at ten, in the rooms of a provider."""

    house: Planned
    provider: str = "livekit"

    @property
    def lesson(self) -> str:
        return self.house.lessons["first"][0]

    async def moves(self, provider: str) -> None:
        """The programme takes its rooms from this provider from now on."""
        async with self.house.store.work() as work:
            await chains.choose(work, SYSTEM, self.house.programme, [provider])
        self.provider = provider

    async def had(self, provider: str) -> None:
        """The programme has taken its rooms from this provider since an hour ago."""
        self.house.clock.at -= timedelta(hours=1)
        await self.moves(provider)
        self.house.clock.at += timedelta(hours=1)

    def seen(self, name: str, event: Event, at: float, connection: str = "c1", **other: Any) -> Sighting:
        given: dict[str, Any] = {
            "lesson": self.lesson, "person": self.house.people.get(name, name), "event": event,
            "at": TEN + timedelta(seconds=at), "key": f"{name} {event} {at} {connection}", "connection": connection,
        }  # fmt: skip
        return Sighting(**given | other)

    async def take(self, *told: Sighting, provider: str = "") -> Taken:
        """What the provider tells in one message, now."""
        async with self.house.store.work() as work:
            return await sightings.take(work, provider or self.provider, told)

    async def trace(self, as_of: datetime | None = None) -> Trace:
        async with self.house.store.look() as look:
            lesson, programme, _ = await target_of_lesson(look, self.lesson)
            times, rules = rooms.times(lesson, programme.rules), rooms.rules_of(programme)
            return await ledger.trace(look, lesson, times, rules, as_of)

    async def reckoned(self, name: str, as_of: datetime | None = None) -> Reckoning:
        return reckon(await self.trace(as_of))[self.house.people[name]]

    async def room(self, name: str, as_of: datetime | None = None) -> list[tuple[int, int]]:
        """Her seconds of kind room after ten o'clock."""
        found = (await self.reckoned(name, as_of)).intervals
        begun = seconds(TEN)
        return [(one.starts - begun, one.ends - begun) for one in found if one.kind == "room"]
