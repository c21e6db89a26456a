"""Who is who in the demo, with a link to sign in as each: what `--json` prints and the terminal shows."""

from typing import Any

from aiohttp import web

from calendars import feeds, groups, lessons, programmes, rights
from calendars.clock import rfc3339
from calendars.people import people
from calendars.store import Look, Store
from classroom import rooms
from server.auth import signin
from server.demo.house import Built
from server.demo.memory import Memory
from server.keys import SECRET, SETTINGS, STORE


async def open_feeds(store: Store, built: Built) -> None:
    """Everybody gets the address of her own calendar, the coordinator that of the contact days."""
    async with store.work() as work:
        for person in built.people:
            await feeds.address(work, await rights.actor_of(work, person), "mine")
        coordinator = await rights.actor_of(work, built.coordinator)
        await feeds.address(work, coordinator, "contact_days", built.programme)


async def listing(app: web.Application, kept: Memory) -> dict[str, Any]:
    """The one JSON value of contract.md."""
    url = app[SETTINGS].url
    async with app[STORE].look() as look:
        return {
            "url": url,
            "people": await _people(look, app[SECRET], url, kept),
            "programmes": [
                {"id": one.id, "blueprint": one.blueprint, "start": one.starts.isoformat(), "end": one.ends.isoformat()}
                for one in await programmes.of(look, rights.system())
            ],
            "lessons": await _lessons(look, kept.programme),
            "feeds": await _feeds(look, app[SECRET], url, kept),
        }


async def link_of(look: Look, secret: bytes, person: str) -> str:
    """The path by which somebody signs in to the demo: a learner's own link, or the demo's link for staff."""
    who = (await people.who(look, [person]))[person]
    make = signin.staff_demo_link if await signin.is_staff(look, person) else signin.personal_link
    return make(secret, person, who.generation)


async def _people(look: Look, secret: bytes, url: str, kept: Memory) -> list[dict[str, Any]]:
    known = await people.who(look, kept.people)
    seats = await _seats(look, kept.programme)
    found = []
    for person in kept.people:
        actor = await rights.actor_of(look, person)
        role = next((one for one in rights.MATRIX if one in actor.roles and one != "support"), "support")
        own = next(feed for feed in await feeds.of(look, actor) if feed.kind == "mine")
        found.append(
            {
                "id": person, "name": known[person].name, "role": role, "group": seats.get(person),
                "language": known[person].language, "signin": url + await link_of(look, secret, person),
                "feed": url + feeds.path(secret, own),
            }
        )  # fmt: skip
    return found


async def _seats(look: Look, programme: str) -> dict[str, str]:
    formed = [group.id for group, _ in await groups.of_programme(look, rights.system(), programme)]
    return {one.person: one.group for one in await groups.members(look, rights.system(), formed)}


async def _lessons(look: Look, programme: str) -> list[dict[str, Any]]:
    of, _ = await rights.target_of_programme(look, programme)
    codes = {field.id: field.code for field in await programmes.fields(look, rights.system(), programme)}
    formed = await groups.of_programme(look, rights.system(), programme)
    fields = {group.id: codes.get(group.field or "") for group, _ in formed}
    return [
        {
            "id": lesson.id, "programme": programme, "group": lesson.group, "field": fields[lesson.group],
            "starts": rfc3339(lesson.starts, of.zone), "ends": rfc3339(lesson.ends, of.zone),
            "state": rooms.state(lesson, of.rules, look.now),
            "room": of.provider if day.kind == "online" else "on_site",
        }
        for lesson, day in await lessons.of_programme(look, rights.system(), programme)
    ]  # fmt: skip


async def _feeds(look: Look, secret: bytes, url: str, kept: Memory) -> dict[str, str]:
    coordinator = await rights.actor_of(look, kept.coordinator)
    return {feed.kind: url + feeds.path(secret, feed) for feed in await feeds.of(look, coordinator)}
