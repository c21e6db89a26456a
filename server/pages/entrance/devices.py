"""Links and devices: a learner's own page of them, the staff's page of hers, cards to print, and the outbox."""

from typing import Any, Final

from aiohttp import web

from calendars import groups
from calendars.errors import Forbidden
from calendars.people import people
from calendars.rights import Actor
from calendars.store import Look, Work
from server import post, sms
from server.auth import devices, letters, limits, passkeys, staff
from server.auth.codes import read_out_code
from server.auth.guard import allow, signed_in
from server.auth.limits import CODES_FOR_ONE
from server.auth.origin import base_address
from server.keys import HOUSE, SAY, SECRET, SETTINGS, STORE, WORDS
from server.page import render
from server.pages.entrance.arrival import qr
from server.pages.parts.forms import once, see_other
from server.words import PLAIN, Say

routes: Final = web.RouteTableDef()


@routes.get("/devices")
@allow("signed_in")
async def own(request: web.Request) -> web.Response:
    """Where she is signed in, and her own link to show to another device."""
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        return await _page(
            request, look, actor, actor.person, "entrance/devices.html", keys=await passkeys.held_by(look, actor)
        )


@routes.get("/people/{person}/link")
@allow("signed_in")
async def of_person(request: web.Request) -> web.Response:
    """How to let a person in: the link of a learner, the invitation of a member of staff."""
    async with request.app[STORE].look() as look:
        return await _page(request, look, signed_in(request), request.match_info["person"], "entrance/person_link.html")


@routes.get("/people/{person}/card")
@allow("signed_in")
async def card(request: web.Request) -> web.Response:
    """A learner's card, to print."""
    async with request.app[STORE].look() as look:
        actor, person = signed_in(request), request.match_info["person"]
        whose = await devices.whose(look, actor, person)
        path = await devices.link_of(look, actor, request.app[SECRET], person)
        code = await devices.telephone_code(look, actor, request.app[SECRET], person)
    return render(request, "entrance/cards.html", cards=[_card(request, whose.name, whose.language, path, code)])


@routes.get("/groups/{group}/cards")
@allow("give_link")
async def cards(request: web.Request) -> web.Response:
    """The cards of a whole group, to print and to hand out on the first day."""
    actor, found = signed_in(request), []
    async with request.app[STORE].look() as look:
        for member in await groups.members(look, actor, [request.match_info["group"]]):
            try:
                path = await devices.link_of(look, actor, request.app[SECRET], member.person)
                code = await devices.telephone_code(look, actor, request.app[SECRET], member.person)
            except Forbidden:  # who works here too signs in as staff
                continue
            found.append(_card(request, member.name, member.language, path, code))
    return render(request, "entrance/cards.html", cards=found)


@routes.post("/people/{person}/link/renew")
@allow("signed_in")
async def renew(request: web.Request) -> web.Response:
    """Make every older link of hers worthless."""
    actor, person = signed_in(request), request.match_info["person"]

    async def act(work: Work) -> str:
        await people.renew_link(work, actor, person)
        return _back(actor, person)

    return await once(request, await request.post(), act)


@routes.post("/people/{person}/link/code")
@allow("give_link")
async def code(request: web.Request) -> web.Response:
    """Six digits to read out, or to send as a text message: shown once, here, and nowhere again."""
    actor, person, secret = signed_in(request), request.match_info["person"], request.app[SECRET]
    async with request.app[STORE].work() as work:
        whose = await devices.whose(work, actor, person)
        await limits.spend(work, secret, CODES_FOR_ONE, person)
        made = await read_out_code(work, actor, secret, person)
    address, sent = f"{base_address(request)}/code", None
    if (await request.post()).get("by") == "sms" and whose.telephone and request.app[SETTINGS].sms_url:
        say = request.app[WORDS].say(whose.language)
        message = post.six_digits(say, request.app[HOUSE].card, made.spoken, address)
        sent = await sms.send(request.app[SETTINGS], whose.telephone, message)
    return render(
        request,
        "entrance/code_to_read.html",
        whose=whose,
        spoken=made.spoken,
        until=made.until,
        address=address,
        sent=sent,
    )


@routes.post("/people/{person}/invitation")
@allow("invite")
async def invite(request: web.Request) -> web.Response:
    """A one-time link for a member of staff: shown and printable here, and a letter that mail takes if set."""
    actor, person = signed_in(request), request.match_info["person"]
    async with request.app[STORE].work() as work:
        whose = await devices.whose(work, actor, person)
        token = await staff.invite(work, actor, person)
        address, until = f"{base_address(request)}/enrol/{token}", work.now + staff.GOOD_FOR
        letter = post.invitation(request.app[WORDS].say(whose.language), request.app[HOUSE].card, whose.name, address)
        await letters.lay_out(work, actor, person, letter, until)
    picture = qr(address, request[SAY]("One-time link"))
    mailed = bool(whose.email and request.app[SETTINGS].smtp_host)
    return render(
        request, "entrance/invitation.html", whose=whose, address=address, until=until, picture=picture, mailed=mailed
    )


@routes.post("/people/{person}/devices/{sign_in}/revoke")
@allow("signed_in")
async def revoke(request: web.Request) -> web.Response:
    """Sign a person out on one device."""
    actor, person = signed_in(request), request.match_info["person"]
    async with request.app[STORE].work() as work:
        await devices.revoke_device(work, actor, person, request.match_info["sign_in"])
    return see_other(_back(actor, person))


@routes.post("/people/{person}/devices/revoke")
@allow("signed_in")
async def revoke_others(request: web.Request) -> web.Response:
    """Sign a person out everywhere else."""
    actor, person = signed_in(request), request.match_info["person"]
    async with request.app[STORE].work() as work:
        await devices.revoke_others(work, actor, person)
    return see_other(_back(actor, person))


@routes.get("/outbox")
@allow("invite")
async def outbox(request: web.Request) -> web.Response:
    """Letters that wait for the mail server, or for somebody who prints them."""
    async with request.app[STORE].look() as look:
        waiting = await letters.outbox(look, signed_in(request))
    return render(request, "entrance/outbox.html", letters=waiting, mail=bool(request.app[SETTINGS].smtp_host))


@routes.post("/outbox/{letter}/discard")
@allow("invite")
async def discard(request: web.Request) -> web.Response:
    """A letter went its way by hand."""
    async with request.app[STORE].work() as work:
        await letters.discard(work, signed_in(request), request.match_info["letter"])
    return see_other("/outbox")


async def _page(
    request: web.Request, look: Look, actor: Actor, person: str, template: str, **values: Any
) -> web.Response:
    whose = await devices.whose(look, actor, person)
    found = await devices.devices_of(look, actor, person)
    address, values["code"] = "", await devices.telephone_code(look, actor, request.app[SECRET], person)
    if not whose.staff:
        address = base_address(request) + await devices.link_of(look, actor, request.app[SECRET], person)
    picture = qr(address, request[SAY]("Your own link")) if address else ""
    values["texts"] = bool(whose.telephone and request.app[SETTINGS].sms_url)
    return render(request, template, whose=whose, devices=found, address=address, picture=picture, **values)


def _card(request: web.Request, name: str, language: str, path: str, code: str) -> dict[str, object]:
    """What a card says, in her language and in plain Finnish, whoever prints it."""
    words = request.app[WORDS]
    address = base_address(request) + path
    picture = qr(address, words.say(language)("Your own link"))
    say = words.say(language)  # of a language that the house lacks it is the Finnish one
    own, plain = steps(say), steps(words.say(PLAIN))
    calls, calls_plain = [one("No internet? Call and say your code.") for one in (say, words.say(PLAIN))]
    return {
        "name": name, "language": say.language, "address": address, "picture": picture, "code": code,
        "calls": (calls, calls_plain if calls_plain != calls else ""),
        "steps": [(mine, small if small != mine else "") for mine, small in zip(own, plain, strict=True)],
    }  # fmt: skip


def steps(say: Say) -> list[str]:
    """What to do with a card, in one language."""
    return [
        say("Scan the picture with your phone."),
        say("Press the green button."),
        say("Keep this card safe. It is only for you."),
    ]


def _back(actor: Actor, person: str) -> str:
    return "/devices" if person == actor.person else f"/people/{person}/link"
