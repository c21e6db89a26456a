"""The day book of one lesson: what the evidence proposes, what people add to it, and one tap to sign."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from calendars import agenda, rights
from calendars.chains import EMBEDDED
from calendars.clock import Interval, day_of, local
from calendars.errors import Conflict, Invalid
from calendars.people import people
from calendars.rights import Actor
from calendars.store import Look, Work
from classroom import register, rooms
from classroom.attendance import Reckoning, by_telephone, counted
from classroom.register import Correction, Entry, Evidence, Register
from classroom.said import own_span, taken_back
from server.auth.guard import allow, signed_in
from server.dates import When, duration
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts import bars, testimonies
from server.pages.parts.chains import room_words
from server.pages.parts.forms import UNTOUCHED, Entered, entered, once, text, time_in
from server.pages.parts.moved import told_moves
from server.pages.parts.shown import Shown

Act = Callable[[Work], Awaitable[None]]
LONGEST_REASON = 2000  # as it comes; the register itself says how long it may be
ASKING = ("absent", "could_not_enter", "partly")
"""The marks about which the teacher may know more than the evidence."""
routes = web.RouteTableDef()


@routes.get("/lessons/{lesson}/register")
@allow("register")
async def page(request: web.Request) -> web.Response:
    """The register as it stands, with everything that it rests on."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        found = await register.register(look, actor, request.match_info["lesson"])
        met = await agenda.of_lesson(look, actor, found.lesson.id)
        names = await names_in(look, found)
        now = look.now
    values = shown(request, found, names)
    return render(
        request, "classroom/register.html", filled.status, up=way_up(request, found), entered=filled,
        one=Shown(met, request[LANGUAGE], now),
        may_correct=rights.may(actor, "register", met.target) and not found.lesson.signed and met.starts <= now,
        may_sign=rights.may(actor, "register", met.target) and not found.lesson.signed
        and (found.lesson.closed is not None or met.ends <= now),
        state=rooms.state(found.lesson, found.programme.rules, now),
        how={key: request[SAY](words) for key, words in testimonies.HOW.items()},
        excuses={key: request[SAY](words) for key, words in testimonies.EXCUSES.items()},
        **values,
    )  # fmt: skip


def way_up(request: web.Request, found: Register) -> tuple[str, str]:
    """Whence one comes to a lesson's figures: the programme's report, or a teacher's own lessons."""
    say, programme = request[SAY], found.programme
    if rights.may(signed_in(request), "see_report", rights.Target(programme.organisation, programme.id)):
        return say("Report"), f"/programmes/{programme.id}/report"
    return say("My lessons"), "/teaching"


async def names_in(look: Look, found: Register) -> dict[str, str]:
    """The names of all that a register speaks of: learners, and who corrected."""
    ids = {entry.person for entry in found.entries} | {row.by for row in found.evidence if row.by}
    ids |= {row.person for row in found.evidence if row.person}
    ids |= {mark.by for entry in found.entries for mark in entry.marks if mark.by}
    known = await people.who(look, ids)
    return {one: person.shown for one, person in known.items()}


def shown(request: web.Request, found: Register, names: dict[str, str]) -> dict[str, Any]:
    """A register for its template and for the figure page: the axis, a row for each learner, the raw lines."""
    when, say = When(request[LANGUAGE], found.programme.zone), request[SAY]
    held, span = counted(found.trace), _span(found)
    axis = bars.axis_of(found.trace, held, when)
    called = by_telephone(found.trace, {entry.person: entry.reckoning for entry in found.entries})
    signatures = [mark for entry in found.entries for mark in entry.marks if mark.signed]
    return {
        "moved": told_moves(request, found.moves, when), "room": _room(request, found),
        "axis": axis, "counted": duration(found.counted), "signed": found.lesson.signed,
        "signed_at": when.moment(found.lesson.signed) if found.lesson.signed else "",
        "signed_by": names.get(signatures[-1].by or "", "") if signatures else "",
        "held": when.span(bars.instant(span.starts), bars.instant(span.ends)) if span.seconds else "",
        "held_from": when.field(bars.instant(span.starts if span.seconds else found.trace.lesson.starts)),
        "held_to": when.field(bars.instant(span.ends if span.seconds else found.trace.lesson.ends)),
        "rows": [
            _row(entry, found, when, say, names)
            | {"called": duration(called[entry.person]) if entry.person in called else ""}
            for entry in found.entries
        ],
        "of_all": [
            testimonies.line(row, when, say, names) for row in found.evidence if row.person is None
        ],
    }  # fmt: skip


def _room(request: web.Request, found: Register) -> str:
    """Where it was held, once it is over and where that was not the house's own room."""
    where = found.lesson.room if found.lesson.closed else None
    return room_words(request, where) if where not in (None, EMBEDDED) else ""


def _span(found: Register) -> Interval:
    """From the first second that the lesson counts to its last."""
    held = counted(found.trace)
    return Interval(min((one.starts for one in held), default=0), max((one.ends for one in held), default=0))


def _row(entry: Entry, found: Register, when: When, say: Any, names: dict[str, str]) -> dict[str, Any]:
    reckoning = entry.reckoning
    hers = [row for row in found.evidence if row.person == entry.person]
    return {
        "person": entry.person, "name": entry.name, "bars": bars.bars(reckoning.intervals),
        "label": bars.spoken(reckoning.intervals, when, say), "sum": testimonies.summed(entry, say),
        "tone": testimonies.TONES.get(reckoning.state, ""), "href": f"#{entry.person}", "expected": entry.expected,
        "asks": reckoning.state in ASKING,
        "present": duration(reckoning.seconds["present"]), "seconds": reckoning.seconds["present"],
        "intervals": [
            {
                "span": when.span(bars.instant(one.starts), bars.instant(one.ends)), "kind": say(bars.KINDS[one.kind]),
                "seconds": one.ends - one.starts,
            }
            for one in reckoning.intervals
        ],
        "versions": [testimonies.version(mark, when, say, names) for mark in entry.marks],
        "evidence": [testimonies.line(row, when, say, names) for row in hers],
        "own": _own_word(hers, reckoning, found, when),
        "said": [
            testimonies.line(row, when, say, names)
            for row in hers
            if row.kind in register.HOW and row.id not in taken_back(hers)
        ],
    }  # fmt: skip


def _own_word(hers: Sequence[Evidence], reckoning: Reckoning, found: Register, when: When) -> str:
    """Between which signs of her she was there by her own word, where she said so and more is counted than is known."""
    span = own_span(hers)
    if span is None or reckoning.seconds["present"] >= found.counted:
        return ""
    return when.span(*span) if span[1] - span[0] >= timedelta(minutes=1) else ""


@routes.post("/lessons/{lesson}/register/correct")
@allow("register")
async def correct(request: web.Request) -> web.Response:
    """Add what a person says: she was there from then to then, and why we know."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> None:
        reason, how = text(form, "reason", LONGEST_REASON), text(form, "how", 20)
        who = text(form, "person", 40)
        if form.get("own"):
            starts, ends = await _by_her_word(work, actor, lesson, who)
        else:
            starts, ends = await (_whole(work, actor, lesson) if form.get("whole") else _times(work, lesson, form))
        await register.correct(work, actor, lesson, Correction(who, how, starts, ends, reason))

    return await _done(request, form, act)


@routes.post("/lessons/{lesson}/register/take-back")
@allow("register")
async def take_back(request: web.Request) -> web.Response:
    """What somebody said of a learner counts no more; both lines stay."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> None:
        await register.take_back(work, actor, lesson, text(form, "line", 40))

    return await _done(request, form, act)


@routes.post("/lessons/{lesson}/register/excuse")
@allow("register")
async def excuse(request: web.Request) -> web.Response:
    """Add why somebody was not there."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> None:
        await register.excuse(work, actor, lesson, text(form, "person", 40), text(form, "code", 40))  # type: ignore[arg-type]

    return await _done(request, form, act)


@routes.post("/lessons/{lesson}/register/held")
@allow("register")
async def held(request: web.Request) -> web.Response:
    """Say by hand when the lesson was really held, or that it was not."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> None:
        starts, ends = await _times(work, lesson, form)
        await register.correct_held(work, actor, lesson, starts, starts if form.get("not_held") else ends)

    return await _done(request, form, act)


@routes.post("/lessons/{lesson}/register/sign")
@allow("register")
async def sign(request: web.Request) -> web.Response:
    """Sign in one tap."""
    actor, lesson = signed_in(request), request.match_info["lesson"]

    async def act(work: Work) -> None:
        await register.sign(work, actor, lesson)

    return await _done(request, await request.post(), act)


@routes.post("/lessons/{lesson}/register/reopen")
@allow("register")
async def reopen(request: web.Request) -> web.Response:
    """Open a signed register again, with a reason that everybody can see."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> None:
        await register.reopen(work, actor, lesson, text(form, "reason", LONGEST_REASON))

    return await _done(request, form, act)


async def _done(request: web.Request, form: Any, act: Act) -> web.Response:
    lesson, person = request.match_info["lesson"], str(form.get("person", ""))
    place = "#check" if form.get("place") == "check" else f"#{person}" if person.isalnum() else ""

    async def done(work: Work) -> str:
        await act(work)
        return f"/lessons/{lesson}/register{place}"

    try:
        return await once(request, form, done)
    except (Invalid, Conflict) as wrong:
        return await _page(request, entered(request, form, wrong))


async def _whole(work: Work, actor: Actor, lesson: str) -> tuple[datetime, datetime]:
    """The lesson as it was held, to the second: a form's clock shows minutes only."""
    span = _span(await register.register(work, actor, lesson))
    return bars.instant(span.starts), bars.instant(span.ends)


async def _by_her_word(work: Work, actor: Actor, lesson: str, person: str) -> tuple[datetime, datetime]:
    """Between her own signs, to the second. Raises Invalid `bad_choice` where she gave none."""
    found = await register.register(work, actor, lesson)
    span = own_span(row for row in found.evidence if row.person == person)
    if span is None:
        raise Invalid("bad_choice", field="own")
    return span


async def _times(work: Work, lesson: str, form: Any) -> tuple[datetime, datetime]:
    """Two local times on the lesson's day; an end that is earlier lies after midnight where the lesson does."""
    found, programme, _ = await rights.target_of_lesson(work, lesson)
    day, zone = day_of(found.starts, programme.zone), programme.zone
    starts, ends = local(day, time_in(form, "from"), zone), local(day, time_in(form, "to"), zone)
    if ends < starts and day_of(found.ends, zone) > day:
        ends = local(day + timedelta(days=1), time_in(form, "to"), zone)
    return starts, ends
