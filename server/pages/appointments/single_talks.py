"""A talk with one learner: a time booked for her, or minutes entered of a talk that nobody had booked."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from calendars.appointments import appointments, counterparts, quotas, tutoring
from calendars.appointments.checks import NewAppointment
from calendars.appointments.kinds import KINDS
from calendars.appointments.quotas import Quota
from calendars.appointments.talk_entries import kind_words
from calendars.appointments.tutoring import Minutes, Unbooked
from calendars.clock import day_of, local
from calendars.errors import Invalid
from calendars.names import in_language
from calendars.rights import Actor
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.appointments.talks_shown import subjects, ways_to_meet
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, number_in, once, text, time_in
from server.words import Say

QUICK = (15, 30, 45, 60)
"""Minutes that one tap enters."""
DONE = "done"
"""The form whose fields an error belongs to; the other one is for what lies ahead."""
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/talks/new")
@allow("meet")
async def page(request: web.Request) -> web.Response:
    """Whom, when, how; or how long it was."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        programme, known = await counterparts.learners(look, actor, request.match_info["programme"])
        quota = await quotas.quota_of(look, programme)
        now = look.now
    learner = filled.value("learner", request.query.get("learner", ""))
    return render(
        request, "appointments/single_talk.html", filled.status, programme=programme.id, quick=QUICK,
        done=filled if filled.value("form") == DONE else UNTOUCHED,
        ahead=UNTOUCHED if filled.value("form") == DONE else filled,
        name=in_language(programme.name, language, programme.language), chosen=learner,
        learners=[(one.id, one.shown) for one in known], kinds=_kinds(actor, say, quota, day_of(now, programme.zone)),
        subjects=subjects(request, quota, programme.language) if quota else [], meeting=ways_to_meet(say),
        today=day_of(now, programme.zone).isoformat(), at=When(language, programme.zone).field(now),
    )  # fmt: skip


def _kinds(actor: Actor, say: Say, quota: Quota | None, today: date) -> list[tuple[str, str]]:
    """What she may talk about: support services their own, all others anything that is for one learner.

    Tutoring stands first when its days have come.
    """
    words = kind_words(say)
    support = {one.role for one in actor.scopes if one.kind != "self"} <= {"support"}
    fitting = [
        code
        for code, kind in KINDS.items()
        if not kind.group and code != "interview" and kind.private == support and (quota is not None or not kind.quota)
    ]
    tutored = quota is not None and quota.window.opens <= today
    return [(code, words[code]) for code in sorted(fitting, key=lambda one: KINDS[one].quota != tutored)]


@routes.post("/programmes/{programme}/talks")
@allow("meet")
async def book(request: web.Request) -> web.Response:
    """Book a time for her; she is told."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        found, _ = await counterparts.learners(work, actor, programme)
        starts = local(day_in(form, "day"), time_in(form, "starts"), found.zone)
        minutes = number_in(form, "minutes")
        if not minutes:
            raise Invalid("bad_minutes", field="minutes")
        kind = text(form, "kind", 40)
        new = NewAppointment(
            kind=kind, starts=starts, ends=starts + timedelta(minutes=minutes), partners=(actor.person,),
            learner=_learner(form), way=text(form, "way", 20), spot=text(form, "spot"),
            subject=_subject(form, kind),
        )  # fmt: skip
        await appointments.plan(work, actor, programme, [new], text(form, "reason"))
        return "/talks"

    return await once(request, form, act, _page)


@routes.post("/programmes/{programme}/talks/held")
@allow("meet")
async def note(request: web.Request) -> web.Response:
    """Enter a talk that nobody had booked: it ended now, or began when she says."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        found, _ = await counterparts.learners(work, actor, programme)
        minutes = number_in(form, "quick") or number_in(form, "minutes")
        if not minutes:
            raise Invalid("bad_minutes", field="minutes")
        starts, kind = _began(form, work.now, found.zone, minutes), text(form, "kind", 40)
        reason = text(form, "reason").strip()
        held = Minutes(minutes=minutes, subject=_subject(form, kind), way=text(form, "way", 20), reason=reason)
        unbooked = Unbooked(learner=_learner(form), starts=starts, kind=kind)
        await tutoring.note(work, actor, programme, unbooked, held, reason)
        return "/talks"

    return await once(request, form, act, _page)


def _learner(form: Mapping[str, object]) -> str:
    learner = text(form, "learner", 40)
    if not learner:
        raise Invalid("bad_choice", field="learner")
    return learner


def _subject(form: Mapping[str, object], kind: str) -> str:
    """Only tutoring is about a subject; what stands chosen in the form beside another kind says nothing."""
    return text(form, "subject", 40) if kind in KINDS and KINDS[kind].quota else ""


def _began(form: Mapping[str, object], now: datetime, zone: str, minutes: int) -> datetime:
    """When it began: as she says, or so that it is over now."""
    day = day_in(form, "day")
    if text(form, "starts", 20).strip():
        return local(day, time_in(form, "starts"), zone)
    at = now.astimezone(ZoneInfo(zone)).time() if day == day_of(now, zone) else time(16)
    return local(day, at.replace(second=0, microsecond=0), zone) - timedelta(minutes=minutes)
