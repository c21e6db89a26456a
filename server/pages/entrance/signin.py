"""How learners come in: the personal link with its one button, six digits read out, changing places on one device."""

from typing import Final

from aiohttp import web

from calendars.errors import Invalid, NotFound
from server.auth import cookies, limits
from server.auth.codes import owner_of_code, use_code, wrong_code
from server.auth.guard import allow, signed_in
from server.auth.limits import WRONG_CODES
from server.auth.signin import by_link, end, is_staff, owner_of_link, take_turn, who_is_here
from server.keys import SAY, SECRET, SETTINGS, STORE
from server.middleware.problems import wants_json
from server.page import forget_language, local_path, render, speak_as
from server.pages.entrance.arrival import arrived, device_of, household, landing, seated
from server.pages.parts.forms import see_other, text
from server.words import of_error

routes: Final = web.RouteTableDef()


@routes.get("/l/{token}")
@allow("public")
async def show_link(request: web.Request) -> web.Response:
    """Whom the link is for, and one button. Looking changes nothing: scanners of mail look at everything."""
    try:
        async with request.app[STORE].look() as look:
            person = await owner_of_link(look, *_link(request))
            staff = await is_staff(look, person.id)
    except NotFound:
        return _no_link(request)
    speak_as(request, person.language, another=bool(cookies.read(request).all))
    return render(request, "entrance/link.html", name=person.shown, wanted=_wanted(request), staff=staff)


@routes.post("/l/{token}")
@allow("public")
async def follow_link(request: web.Request) -> web.Response:
    """The button was pressed: sign this device in."""
    form = await request.post()
    own = text(form, "own") != "no"
    secret, token, demo = _link(request)
    try:
        async with request.app[STORE].work() as work:
            opened = await by_link(work, secret, token, device_of(request, own), demo)
            held = await seated(request, work, opened)
            path = await landing(work, opened.person, text(form, "wanted", 1000))
    except NotFound:
        return _no_link(request)
    response = arrived(request, held, own, path)
    if held.others:
        forget_language(request, response)
    return response


@routes.get("/code")
@allow("public")
async def ask_code(request: web.Request) -> web.Response:
    """For whoever lost her link: six digits, read out on the telephone."""
    return render(request, "entrance/code.html", wanted=_wanted(request), error="")


@routes.post("/code")
@allow("public")
async def take_code(request: web.Request) -> web.Response:
    """Six digits were entered. Each wrong try counts; a right one does not."""
    form = await request.post()
    said, wanted, own = text(form, "code", 40), text(form, "wanted", 1000), text(form, "own") != "no"
    store, secret, place = request.app[STORE], request.app[SECRET], household(request)
    async with store.work() as work:
        await limits.spend(work, secret, WRONG_CODES, place)
        if await owner_of_code(work, secret, said) is None:
            await wrong_code(work)
    try:
        async with store.work() as work:
            opened = await use_code(work, secret, said, device_of(request, own))
            held = await seated(request, work, opened)
            await limits.give_back(work, secret, WRONG_CODES, place)
            path = await landing(work, opened.person, wanted)
    except Invalid as wrong:
        error = of_error(wrong.code, request[SAY], wrong.facts)
        return render(request, "entrance/code.html", 422, wanted=local_path(wanted) if wanted else "", error=error)
    return arrived(request, held, own, path)


@routes.get("/sign-in")
@allow("public")
async def sign_in(request: web.Request) -> web.Response:
    """Where to go when nobody is signed in."""
    return render(request, "sign_in.html", wanted=_wanted(request))


@routes.get("/switch")
@allow("public")
async def show_switch(request: web.Request) -> web.Response:
    """Everybody who is signed in on this device, by name."""
    held = cookies.read(request)
    async with request.app[STORE].look() as look:
        here = await who_is_here(look, held.all)
    present = next((one.sign_in for one in here if one.token == held.present), "")
    return render(request, "entrance/switch.html", here=here, present=present, wanted=_wanted(request))


@routes.post("/switch")
@allow("public")
async def switch(request: web.Request) -> web.Response:
    """Somebody else who is signed in on this device takes over."""
    form = await request.post()
    held = cookies.read(request)
    try:
        async with request.app[STORE].work() as work:
            chosen, token = await take_turn(work, held.all, text(form, "sign_in", 40))
    except NotFound:
        return see_other("/switch")
    others = tuple(one for one in held.all if one != chosen.token)
    response = arrived(request, cookies.Held(token, others), True, text(form, "wanted", 1000))
    forget_language(request, response)
    return response


@routes.post("/sign-out")
@allow("signed_in")
async def sign_out(request: web.Request) -> web.Response:
    """Sign out here; the others on this device stay, and nobody takes her place without a click of her own."""
    actor = signed_in(request)
    async with request.app[STORE].work() as work:
        await end(work, actor)
    others = cookies.read(request).others
    response = see_other("/switch" if others else "/sign-in")
    if others:
        cookies.write(request, response, cookies.Held("", others), keep=True)
    else:
        cookies.forget(request, response)
    return response


def _link(request: web.Request) -> tuple[bytes, str, bool]:
    return request.app[SECRET], request.match_info["token"], request.app[SETTINGS].demo


def _no_link(request: web.Request) -> web.Response:
    """The same for a renewed link, a mistyped one and one that never was."""
    if wants_json(request):
        raise NotFound()
    return render(request, "entrance/no_link.html", 404)


def _wanted(request: web.Request) -> str:
    """Where she was going when she had to sign in; nothing when she just comes."""
    wanted = request.query.get("wanted", "")
    return local_path(wanted) if wanted else ""
