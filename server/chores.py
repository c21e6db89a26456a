"""What has to be done without anybody's click, by one worker at a time: a lease in the database decides who."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from aiohttp import web

from calendars import lessons
from calendars.appointments import tutoring_accounts
from calendars.changes import publishing
from calendars.errors import Unavailable
from calendars.repair import leaders, substitutes
from calendars.store import Work
from classroom import epochs, register, signals
from classroom.proof import signing
from classroom.sealing import Seal
from classroom.video.choose import Providers
from server import video
from server.auth import limits
from server.keys import LIVE, SEAL, STORE, VIDEO

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Chore:
    """A piece of work that comes again every so many seconds."""

    name: str
    every: float
    do: Callable[[Work, str, epochs.Watch], Awaitable[object]]
    """Gets the work, the epoch of this process, and what it has seen of the others."""


async def _freeze(work: Work, _epoch: str, _watch: epochs.Watch) -> object:
    return await lessons.freeze_due(work)


async def _close(work: Work, _epoch: str, _watch: epochs.Watch) -> object:
    return await register.close_forgotten(work)


async def _bury(work: Work, epoch: str, watch: epochs.Watch) -> None:
    dead = watch.silent(await epochs.signs(work, epoch))
    touched = await epochs.bury(work, dead) if dead else []
    await register.renew(work, [*touched, *await epochs.tidy(work)])


async def _tell(work: Work, _epoch: str, _watch: epochs.Watch) -> object:
    return await publishing.tell_due(work)


async def _substitute(work: Work, _epoch: str, _watch: epochs.Watch) -> object:
    return await substitutes.go_on(work)


async def _alert(work: Work, _epoch: str, _watch: epochs.Watch) -> object:
    return await leaders.alert_due(work)


async def _remind(work: Work, _epoch: str, _watch: epochs.Watch) -> object:
    return await tutoring_accounts.remind(work)


async def _sweep(work: Work, _epoch: str, _watch: epochs.Watch) -> None:
    await signals.sweep(work)
    await limits.forget_old(work)


async def _move(providers: Providers, work: Work, _epoch: str, _watch: epochs.Watch) -> None:
    await video.go_on(work, providers)


async def _seal(seal: Seal, work: Work, _epoch: str, _watch: epochs.Watch) -> None:
    await signing.seal_due(work, seal)


CHORES: Final[Sequence[Chore]] = (
    Chore("freeze", 10, _freeze), Chore("close", 20, _close), Chore("bury", 2, _bury), Chore("sweep", 30, _sweep),
    Chore("remind", 3600, _remind), Chore("tell", 2, _tell), Chore("substitute", 5, _substitute),
    Chore("alert", 10, _alert),
)  # fmt: skip


async def run(app: web.Application) -> None:
    """Do the chores until cancelled; one that fails is logged and comes again."""
    watch = epochs.Watch()
    every = (*CHORES, Chore("move", 2, partial(_move, app[VIDEO])), Chore("seal", 5, partial(_seal, app[SEAL])))
    await asyncio.gather(*(_again(app, chore, watch) for chore in every))


async def _again(app: web.Application, chore: Chore, watch: epochs.Watch) -> None:
    epoch = app[LIVE].epoch
    while True:
        try:
            async with app[STORE].work() as work:
                if await work.lease(chore.name, epoch, chore.every * 2):
                    await chore.do(work, epoch, watch)
        except Unavailable as away:
            log.warning("chore_waits", chore=chore.name, code=away.code)
        except Exception:
            log.exception("chore_failed", chore=chore.name)
        await asyncio.sleep(chore.every)
