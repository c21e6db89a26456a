"""What planning must know of a learner: levels, free half days, where she lives; for those who plan or counsel her."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from calendars import groups, programmes, rights
from calendars.blueprints.entry import LEVELS, SKILLS
from calendars.errors import Invalid
from calendars.people import profiles
from calendars.people.profiles import HALF_DAYS, NewProfile
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.keys import SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, once, text
from server.pages.people.working import weekday_words
from server.words import Say

routes = web.RouteTableDef()


@routes.get("/people/{person}/profile")
@allow("counsel")
async def page(request: web.Request) -> web.Response:
    """The form, filled in with what is known."""
    return await _page(request, UNTOUCHED)


@routes.post("/people/{person}/profile")
@allow("counsel")
async def change(request: web.Request) -> web.Response:
    """Say it anew."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]
    half_days = [one for one in form.getall("free", []) if isinstance(one, str)]

    async def act(work: Work) -> str:
        await profiles.describe(work, actor, person, _read(form, half_days))
        return f"/people/{person}"

    return await once(request, form, act, _page)


def _read(form: Mapping[str, object], half_days: list[str]) -> NewProfile:
    levels = {skill: text(form, f"level_{skill}", 10) for skill in SKILLS}
    said = text(form, "registered", 5)
    return NewProfile(
        levels={skill: level for skill, level in levels.items() if level},
        free=None if len(half_days) == len(HALF_DAYS) or form.get("asked") != "yes" else half_days,
        municipality=text(form, "municipality"), languages=text(form, "languages").replace(",", " ").split(),
        km={name.removeprefix("km_"): _km(form, name) for name in form if name.startswith("km_") and form[name]},
        born=day_in(form, "born") if form.get("born") else None,
        registered={"yes": True, "no": False}.get(said), referred_by=text(form, "referred_by"),
    )  # fmt: skip


def _km(form: Mapping[str, object], name: str) -> float:
    said = text(form, name, 10).strip().replace(",", ".")
    try:
        return float(said)
    except ValueError:
        raise Invalid("bad_number", field=name) from None


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, say = signed_in(request), request[SAY]
    async with request.app[STORE].look() as look:
        whose = await rights.ask_about(look, actor, "counsel", request.match_info["person"], past=True)
        known = await profiles.of(look, actor, whose.id)
        places = await _places(look, request, whose.id)
    skills = skill_words(say)
    free = HALF_DAYS if known.free is None else tuple(known.free)
    return render(
        request, "people/profile.html", filled.status, entered=filled, whose=whose, known=known, places=places,
        skills=[(skill, capital(skills[skill]), known.levels.get(skill, "")) for skill in SKILLS],
        levels=[("", say("not known")), *((one, one) for one in LEVELS)], week=_week(say, free, filled),
        registered="" if known.registered is None else "yes" if known.registered else "no",
    )  # fmt: skip


def skill_words(say: Say) -> dict[str, str]:
    """The four skills of a language."""
    return {
        "listening": say("listening"), "speaking": say("speaking"), "reading": say("reading"), "writing": say("writing")
    }  # fmt: skip


def capital(words: str) -> str:
    """As a label of its own, what is said within a sentence elsewhere."""
    return words[:1].upper() + words[1:]


def _week(say: Say, free: tuple[str, ...], filled: Entered) -> list[dict[str, Any]]:
    return [
        {"day": words, "halves": [(f"{day}_{half}", label, f"{day}_{half}" in free)
                                  for half, label in (("am", say("morning")), ("pm", say("afternoon")))]}
        for day, words in weekday_words(say).items()
    ]  # fmt: skip


async def _places(look: Look, request: web.Request, person: str) -> list[tuple[str, str]]:
    """The houses of the programmes in which she sits, where she may have to travel to."""
    seen: dict[str, str] = {}
    actor = signed_in(request)
    for _, _, programme in await groups.seats_of(look, actor, person):
        for day in (await programmes.line(look, actor, programme.id)).days:
            if day.place is not None:
                seen[day.place.id] = day.place.name
    return sorted(seen.items(), key=lambda pair: pair[1])
