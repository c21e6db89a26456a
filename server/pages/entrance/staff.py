"""How staff come in: a passkey, or a password with a second factor; and the invitation with which both are made."""

import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from calendars.errors import Conflict, Invalid, NotFound, Refused
from calendars.names import clean_email
from server.auth import limits, passkeys, staff
from server.auth.guard import allow, signed_in
from server.auth.hashing import fits, good_password, hashed, new_secret, provisioning, step_of
from server.auth.limits import ENROLMENTS_OF_ADDRESS, PASSKEYS_OF_ADDRESS, PASSWORDS_FOR_ONE, PASSWORDS_OF_ADDRESS
from server.auth.origin import own_origin
from server.auth.passkeys import Site
from server.auth.signin import Opened
from server.keys import HOUSE, SAY, SECRET, SETTINGS, STORE
from server.page import local_path, render
from server.pages.entrance.arrival import arrived, device_of, household, qr, seated
from server.pages.parts.forms import text
from server.words import of_error

routes: Final = web.RouteTableDef()
BASE32: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


@routes.get("/sign-in/staff")
@allow("public")
async def sign_in(request: web.Request) -> web.Response:
    """Passkey first, password below."""
    return _asked(request, local_path(request.query.get("wanted", "/")))


@routes.post("/sign-in/staff")
@allow("public")
async def by_password(request: web.Request) -> web.Response:
    """E-mail, password and code, all at once: which of them was wrong is not told."""
    form = await request.post()
    email, password = text(form, "email", 254).strip().casefold(), text(form, "password", 1000)
    code, own, wanted = text(form, "code", 20), text(form, "own") != "no", text(form, "wanted", 1000)
    store, secret, place = request.app[STORE], request.app[SECRET], household(request)
    async with store.work() as work:
        await limits.spend(work, secret, PASSWORDS_OF_ADDRESS, place)
        await limits.spend(work, secret, PASSWORDS_FOR_ONE, email)
        found = await staff.account(work, email)
    fitted = await fits(found.hash if found else None, password)
    try:
        async with store.work() as work:
            at = work.now - store.clock.shift  # her telephone knows nothing of a house that lives on another day
            opened = await staff.by_password(work, found, fitted, code, at, device_of(request, own))
            held = await seated(request, work, opened)
            await limits.give_back(work, secret, PASSWORDS_OF_ADDRESS, place)
            await limits.give_back(work, secret, PASSWORDS_FOR_ONE, email)
    except Invalid as wrong:
        return _asked(request, local_path(wanted), email, of_error(wrong.code, request[SAY], wrong.facts), 422)
    return arrived(request, held, own, wanted)


@routes.post("/sign-in/passkey/question")
@allow("public")
async def ask_passkey(request: web.Request) -> web.Response:
    """What the browser puts to its passkeys."""
    async with request.app[STORE].work() as work:
        await limits.spend(work, request.app[SECRET], PASSKEYS_OF_ADDRESS, household(request))
        return _json(await passkeys.ask(work, _site(request)))


@routes.post("/sign-in/passkey")
@allow("public")
async def by_passkey(request: web.Request) -> web.Response:
    """A passkey's answer."""
    said = await _said(request)
    async with request.app[STORE].work() as work:
        opened = await passkeys.by_passkey(work, _site(request), said, device_of(request, True))
        return await _let_in(request, work, opened)


@routes.get("/enrol/{token}")
@allow("public")
async def show_enrol(request: web.Request) -> web.Response:
    """Whom the invitation is for. Looking burns nothing."""
    return await _enrol_page(request, new_secret())


@routes.post("/enrol/{token}")
@allow("public")
async def enrol(request: web.Request) -> web.Response:
    """A password and a second factor were chosen."""
    form = await request.post()
    totp = text(form, "totp", 64)
    if len(totp) < 32 or not set(totp) <= BASE32:
        raise Invalid("bad_text", field="totp")
    store, token = request.app[STORE], request.match_info["token"]
    try:
        await _count_enrolment(request)
        async with store.look() as look:
            await staff.invited(look, token)
        email = clean_email(text(form, "email", 300)).casefold()
        if not email:
            raise Invalid("bad_email", field="email")
        password = good_password(text(form, "password", 1000), email)
        step = step_of(totp, text(form, "code", 20), store.clock.now() - store.clock.shift)
        if step is None:
            raise Invalid("totp_wrong", field="code")
        chosen = staff.Secrets(email, await hashed(password), totp, step)
        async with store.work() as work:
            opened = await staff.enrol(work, token, chosen, device_of(request, True))
            held = await seated(request, work, opened)
    except (Invalid, Conflict) as wrong:
        return await _enrol_page(request, totp, text(form, "email", 300), wrong)
    except NotFound:
        return render(request, "entrance/no_invitation.html", 404)
    return arrived(request, held, True, _first_page(request))


@routes.post("/enrol/{token}/passkey/question")
@allow("public")
async def offer_passkey(request: web.Request) -> web.Response:
    """What the browser needs for making a passkey."""
    await _count_enrolment(request)
    async with request.app[STORE].work() as work:
        guest = await staff.invited(work, request.match_info["token"])
        return _json(await passkeys.offer(work, _site(request), guest))


@routes.post("/enrol/{token}/passkey")
@allow("public")
async def enrol_passkey(request: web.Request) -> web.Response:
    """A passkey was made."""
    said = await _said(request)
    await _count_enrolment(request)
    async with request.app[STORE].work() as work:
        token = request.match_info["token"]
        opened = await passkeys.enrol(work, _site(request), token, said, device_of(request, True))
        return await _let_in(request, work, opened, _first_page(request))


@routes.post("/passkeys/question")
@allow("signed_in")
async def offer_another(request: web.Request) -> web.Response:
    """One more passkey for somebody who is signed in: each of her devices has its own."""
    actor = signed_in(request)
    async with request.app[STORE].work() as work:
        return _json(await passkeys.offer(work, _site(request), await passkeys.invited_self(work, actor)))


@routes.post("/passkeys")
@allow("signed_in")
async def add_passkey(request: web.Request) -> web.Response:
    """One more passkey was made."""
    actor, said = signed_in(request), await _said(request)
    async with request.app[STORE].work() as work:
        await passkeys.add(work, actor, _site(request), said, device_of(request, True))
    return _json(json.dumps({"go": "/devices"}))


async def _count_enrolment(request: web.Request) -> None:
    """In a work of its own: what is refused afterwards must stay counted."""
    async with request.app[STORE].work() as work:
        await limits.spend(work, request.app[SECRET], ENROLMENTS_OF_ADDRESS, household(request))


def _asked(request: web.Request, wanted: str, email: str = "", error: str = "", status: int = 200) -> web.Response:
    return render(request, "entrance/sign_in_staff.html", status, wanted=wanted, email=email, error=error)


async def _enrol_page(request: web.Request, totp: str, email: str = "", wrong: Refused | None = None) -> web.Response:
    try:
        async with request.app[STORE].look() as look:
            guest = await staff.invited(look, request.match_info["token"])
    except NotFound:
        return render(request, "entrance/no_invitation.html", 404)
    say, email = request[SAY], email or guest.email
    error = of_error(wrong.code, say, wrong.facts) if wrong else ""
    picture = qr(provisioning(totp, email, request.app[HOUSE].card.name), say("Code for your phone app"))
    return render(
        request, "entrance/enrol.html", 422 if wrong else 200, name=guest.name, email=email, totp=totp, picture=picture,
        error=error, here=request.path, field=str(wrong.facts.get("field", "")) if wrong else "",
    )  # fmt: skip


async def _said(request: web.Request) -> Mapping[str, Any]:
    if request.content_type != "application/json":
        raise Invalid("passkey_wrong")
    said = await request.json()
    if not isinstance(said, dict):
        raise Invalid("passkey_wrong")
    return said


async def _let_in(request: web.Request, work: Any, opened: Opened, path: str = "") -> web.Response:
    held = await seated(request, work, opened)
    went = arrived(request, held, True, "/")
    response = _json(json.dumps({"go": path or local_path(request.query.get("wanted", "/"))}))
    response.cookies.update(went.cookies)
    return response


def _first_page(request: web.Request) -> str:
    return "/" if request.app[HOUSE].card.ready else "/settings"


def _site(request: web.Request) -> Site:
    return Site(request.app[SETTINGS].url or own_origin(request), request.app[HOUSE].card.name)


def _json(body: str) -> web.Response:
    return web.Response(text=body, content_type="application/json", headers={"Cache-Control": "private, no-store"})
