"""The one place where all is tied: settings in, an application out. Nothing else constructs what others use."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from aiohttp import web

from calendars import houses
from calendars import solves as searches
from calendars.clock import Clock
from calendars.store import Store
from classroom import epochs
from classroom.register import renew
from classroom.video.builtin import Builtin
from classroom.video.choose import Providers
from classroom.video.jitsi import Jitsi
from classroom.video.provider import Provider
from server import api, assets, chores, feeds, health, mail, words
from server.auth.csrf import csrf
from server.auth.guard import allow, find_actor
from server.forming import TURN
from server.keys import ASSETS, HOUSE, LIVE, SECRET, SETTINGS, STORE, VIDEO, WORDS, House
from server.live import Live
from server.middleware.headers import headers
from server.middleware.logs import logs
from server.middleware.problems import problems
from server.page import speak
from server.pages import (
    appointments,
    asking,
    away,
    beginning,
    bringing,
    classroom,
    colleagues,
    coordinator,
    days,
    devices,
    enrolment,
    front,
    funder,
    groupings,
    groups,
    interviews,
    learner,
    lesson_change,
    meetings,
    person,
    planning,
    profile,
    programme_new,
    programmes,
    proposals,
    register,
    remedies,
    seats,
    series,
    signin,
    solves,
    staff,
    teacher,
    timetable,
    timetable_making,
    tutoring,
    walkin,
    what_if,
    working,
)  # fmt: skip
from server.pages import comparison as comparison_page
from server.pages import people as people_pages
from server.pages import settings as settings_page
from server.pages import training_models as models_pages
from server.pokes import Pokes
from server.settings import Settings
from server.solving import Solving

LARGEST_FORM = 1_000_000  # bytes
ROUTES: Sequence[web.RouteTableDef] = (
    front.routes, learner.routes, classroom.routes, teacher.routes, register.routes, coordinator.routes,
    what_if.routes, models_pages.routes, comparison_page.routes,
    programme_new.routes, programmes.routes, days.routes, planning.routes, series.routes, lesson_change.routes,
    groups.routes, groupings.routes, people_pages.routes, person.routes, seats.routes, colleagues.routes, funder.routes,
    away.routes, remedies.routes, proposals.routes, asking.routes, beginning.routes,
    signin.routes, devices.routes, staff.routes, appointments.routes, meetings.routes, tutoring.routes,
    interviews.routes, settings_page.routes, feeds.routes, api.routes, health.routes,
    timetable.routes, timetable_making.routes, solves.routes,
    bringing.routes, enrolment.routes, profile.routes, working.routes, walkin.routes,
)  # fmt: skip
MIDDLEWARES: Sequence[Any] = (logs, headers, problems, find_actor, speak, csrf)
"""From the outside in. `problems` speaks the reader's language, so it asks for it again when it must."""

Extra = Callable[[web.Application], None]


def providers_of(settings: Settings) -> Providers:
    """The video rooms that this house has."""
    found: list[Provider] = [Builtin(settings.stun, settings.turn, settings.turn_secret)]
    if settings.jitsi_url:
        jitsi = Jitsi(settings.jitsi_url, settings.jitsi_app_id, settings.jitsi_secret, settings.jitsi_domain)
        found.append(jitsi)
    return Providers(found)


def build(settings: Settings, clock: Clock, *, extra: Extra | None = None) -> web.Application:
    """The application for one worker. The database must be there and migrated."""
    app = web.Application(middlewares=list(MIDDLEWARES), client_max_size=LARGEST_FORM)
    app[SETTINGS] = settings
    app[WORDS] = words.read()
    app[ASSETS] = assets.built()
    app[VIDEO] = providers_of(settings)
    app[STORE] = Store(settings.database_url, clock)
    app[TURN] = asyncio.Lock()
    for routes in ROUTES:
        app.add_routes(routes)
    app.router.add_static("/static/", app[ASSETS].folder)
    if extra is not None:
        extra(app)
    app.cleanup_ctx.append(_house)
    app.cleanup_ctx.append(feeds.feeding)
    app.cleanup_ctx.append(_life)
    app.router.add_get("/socket.io/", allow("public")(_socket))
    return app


async def _socket(request: web.Request) -> web.StreamResponse:
    return await request.app[LIVE].door(request)


async def _house(app: web.Application) -> AsyncIterator[None]:
    store = app[STORE]
    async with store.look() as look:
        app[SECRET] = await houses.secret(look)
        app[HOUSE] = House(await houses.card(look))
    yield
    await store.close()


async def _refresh(app: web.Application) -> None:
    """Somebody set the house, here or in another worker: read its card again."""
    async with app[STORE].look() as look:
        app[HOUSE].card = await houses.card(look)


async def _life(app: web.Application) -> AsyncIterator[None]:
    store, settings = app[STORE], app[SETTINGS]
    async with store.work() as work:
        epoch = await epochs.begin(work)
    if settings.embedded:  # no other process can be alive on our own file: nobody need be watched first
        async with store.work() as work:
            await renew(work, await epochs.bury(work, await epochs.signs(work, epoch)))
            await searches.bury(work, all_of_them=True)
    live = Live(store, epoch, app[VIDEO], app[WORDS], Pokes(store, settings.redis, epoch), beat=settings.beat)
    live.streams.ring("house", partial(_refresh, app))
    app[LIVE] = live
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # the largest single switch for many connections (facts/realtime.md A4)
    tasks = [asyncio.create_task(one) for one in _tasks(app, live)]
    app.on_shutdown.append(_drain)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _tasks(app: web.Application, live: Live) -> Sequence[Coroutine[Any, Any, None]]:
    """What a worker does without anybody's click."""
    return live.run(), chores.run(app), mail.run(app), Solving(app[STORE], live.epoch).run()


async def _drain(app: web.Application) -> None:
    await app[LIVE].drain()
