"""What the faults are done to: an empty database of either kind, and houses that are stopped in the end."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults.houses import House
from tests.faults.people import Pupil
from tests.faults.school import School
from tests.programs import Postgres

NUMBERS = itertools.count()
Open = Callable[..., Awaitable[House]]


@pytest.fixture
def empty_postgresql(postgresql: Postgres) -> Iterator[str]:
    """The address of an empty PostgreSQL database without a table."""
    name = f"fault{next(NUMBERS)}"
    postgresql.run(f"CREATE DATABASE {name}")
    yield postgresql.url(name)
    postgresql.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Start a house in a school; it is stopped in the end."""
    houses: list[House] = []

    async def start(school: School, *arguments: str, **settings: str) -> House:
        house = House(school, tmp_path / f"house{len(houses)}", settings, arguments)
        houses.append(house)
        await house.start()
        return house

    yield start
    for house in houses:
        if house.process is not None and house.process.returncode is None:
            await house.stop()


@pytest.fixture
async def class_of() -> AsyncIterator[Callable[..., Pupil]]:
    """People of a school at a house; they all go home in the end."""
    pupils: list[Pupil] = []

    def pupil(house: House, person: str) -> Pupil:
        pupils.append(Pupil(house.url, house.school, person))
        return pupils[-1]

    yield pupil
    for one in pupils:
        await one.go()


async def all_in(pupils: Sequence[Pupil], within: float = 30) -> None:
    """Until each of them is in the lesson."""
    await asyncio.wait_for(asyncio.gather(*(pupil.entered.wait() for pupil in pupils)), within)
