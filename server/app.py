"""The one place where all is tied: settings in, an application out. Nothing else constructs what others use."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from aiohttp import web

from calendars import houses
from calendars.clock import Clock
from calendars.store import Store
from classroom import epochs, servers
from classroom.proof import signing
from classroom.register import renew
from classroom.sealing import Seal
from classroom.video.builtin import Builtin
from classroom.video.choose import Providers
from classroom.video.kinds import KINDS, made_of
from classroom.video.provider import Provider
from server import api, assets, chores, feeds, health, hooks, mail, reservations, video, words
from server.allowance import Allowance
from server.auth.csrf import csrf
from server.auth.guard import allow, find_actor
from server.forming import TURN
from server.keys import ASSETS, HOUSE, LIVE, SEAL, SECRET, SETTINGS, STORE, VIDEO, WORDS, House
from server.live import Live
from server.middleware.headers import headers
from server.middleware.logs import logs
from server.middleware.problems import problems
from server.page import speak
from server.pages.appointments import (
    appointments,
    day_talks,
    guests,
    interview_change,
    interviews,
    meetings,
    rearranging,
    single_talks,
    tutoring,
    visits,
)
from server.pages.changes import proposal_change, proposal_week, proposals
from server.pages.classroom import classroom, funder, register, telephone, walkin
from server.pages.entrance import devices, signin, staff, visitor
from server.pages.grouping import groupings, groups, regrouping
from server.pages.lessons import change as lesson_change
from server.pages.lessons import planning, series, visitors
from server.pages.people import bringing, colleagues, enrolment, person, profile, seats, working
from server.pages.people import people as people_pages
from server.pages.programmes import comparison as comparison_page
from server.pages.programmes import days, days_change, entry_rules, places, programme_new, programmes, what_if
from server.pages.programmes import training_models as models_pages
from server.pages.repair import asking, away, remedies, returning
from server.pages.setup import server_trial, wizard, wizard_people, wizard_plan
from server.pages.setup import servers as servers_page
from server.pages.setup import settings as settings_page
from server.pages.timetable import making as timetable_making
from server.pages.timetable import solves, timetable
from server.pages.today import beginning, coordinator, front, learner, own_week, teacher
from server.pokes import Pokes
from server.rounds import Rounds
from server.settings import Settings
from server.solving import Solving

LARGEST_FORM = 1_000_000  # bytes
ROUTES: Sequence[web.RouteTableDef] = (
    front.routes, learner.routes, classroom.routes, teacher.routes, own_week.routes, register.routes,
    coordinator.routes, what_if.routes, models_pages.routes, comparison_page.routes,
    programme_new.routes, programmes.routes, places.routes, days.routes, days_change.routes, planning.routes,
    series.routes, lesson_change.routes, groups.routes, groupings.routes, regrouping.routes, entry_rules.routes,
    people_pages.routes, person.routes, seats.routes, colleagues.routes, funder.routes,
    away.routes, remedies.routes, returning.routes, proposals.routes, proposal_change.routes, proposal_week.routes,
    asking.routes, beginning.routes,
    signin.routes, devices.routes, staff.routes, appointments.routes, meetings.routes, tutoring.routes,
    day_talks.routes, single_talks.routes, visits.routes, guests.routes,
    interviews.routes, interview_change.routes, rearranging.routes, settings_page.routes, servers_page.routes,
    server_trial.routes,
    feeds.routes, api.routes, health.routes, reservations.routes, hooks.routes,
    timetable.routes, timetable_making.routes, solves.routes, wizard.routes, wizard_people.routes, wizard_plan.routes,
    bringing.routes, enrolment.routes, profile.routes, working.routes, walkin.routes, telephone.routes,
    visitor.routes, visitors.routes,
)  # fmt: skip
MIDDLEWARES: Sequence[Any] = (logs, headers, problems, find_actor, speak, csrf)
"""From the outside in. `problems` speaks the reader's language, so it asks for it again when it must."""

Extra = Callable[[web.Application], None]


def providers_of(settings: Settings, clock: Clock) -> Providers:
    """The video rooms that this house has by its environment: the embedded one, and one of each kind at most."""
    found: list[Provider] = [Builtin(settings.stun, settings.turn, settings.turn_secret)]
    found += made_of(lambda name: str(getattr(settings, name, "")), clock, settings.url)
    return Providers(found, {kind.name: kind.title for kind in KINDS.values()})


def build(settings: Settings, clock: Clock, *, extra: Extra | None = None) -> web.Application:
    """The application for one worker. The database must be there and migrated."""
    app = web.Application(middlewares=list(MIDDLEWARES), client_max_size=LARGEST_FORM)
    app[SETTINGS] = settings
    app[WORDS] = words.read()
    app[ASSETS] = assets.built()
    app[VIDEO] = providers_of(settings, clock)
    app[STORE] = Store(settings.database_url, clock)
    app[TURN] = asyncio.Lock()
    app[hooks.HOOKS] = Allowance(hooks.A_MINUTE)
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
    app[SEAL] = Seal(app[SECRET], app[SETTINGS].seal_key, app[SETTINGS].seal_key_before)
    async with store.work() as work:
        await servers.seal_anew(work, app[SEAL])
        await signing.seal_keys_anew(work, app[SEAL])
    await video.renew(app)
    yield
    await video.hang_up(app)
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
    live = Live(store, epoch, app[VIDEO], app[WORDS], Pokes(store, settings.redis, epoch), beat=settings.beat)
    live.streams.ring("house", partial(_refresh, app))
    live.streams.ring(servers.STREAM, partial(video.renew, app))
    app[LIVE] = live
    tasks = [asyncio.create_task(one) for one in _tasks(app, live)]
    app.on_shutdown.append(_drain)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _tasks(app: web.Application, live: Live) -> Sequence[Coroutine[Any, Any, None]]:
    """What a worker does without anybody's click."""
    solving = Solving(app[STORE], live.epoch, alone=app[SETTINGS].embedded)
    rounds = Rounds(app[STORE], app[VIDEO], live.epoch)
    return live.run(), chores.run(app), mail.run(app), solving.run(), rounds.run(), video.run(app)


async def _drain(app: web.Application) -> None:
    await app[LIVE].drain()
