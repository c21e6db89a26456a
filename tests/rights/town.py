"""A town of two organisations and three programmes, alive and served: whatever could leak, is there to be leaked.

It stands on tests/calendars/planned.py: organisation A with its programme (two groups), then a second programme of A,
and an organisation B of which nobody in A may know anything. One person for each role, signed in by the product's own
acts; the lesson of the first group has begun.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from calendars import feeds, groups, houses, lessons, programmes, rights, tokens, visitors
from calendars.appointments import appointments
from calendars.appointments.checks import NewAppointment
from calendars.blueprints.shipped import load
from calendars.changes import publishing
from calendars.changes.publishing import Wanted
from calendars.changes.standings import standings
from calendars.clock import SetClock
from calendars.grants import Right
from calendars.groups import NewGroup
from calendars.houses import NewHouse
from calendars.lessons import NewLesson
from calendars.people import colleagues, people
from calendars.people.people import NewPerson
from calendars.places import NewPlace
from calendars.programmes import NewProgramme
from calendars.repair import absences, asked
from calendars.store import Store, Work, new_id
from calendars.tables import Organisation, Programme, Request, Search, Solve
from classroom import board, rooms
from server import app as house_app
from server.auth import letters, signin, staff
from server.auth.device import Device
from server.auth.letters import Written
from server.settings import Settings
from tests.calendars.planned import MONDAY, SYSTEM, Planned, plan_house
from tests.classroom.elsewhere import other_server

ROLES = (
    "learner", "teacher", "tutor", "counsellor", "support", "coordinator", "employer", "officer", "inspector", "board",
    "applicant", "guest", "visitor", "admin",
)  # fmt: skip
RIGHTLESS = "rightless"
"""Signed in, and nothing else."""
STRANGER = "stranger"
"""Not signed in."""
PLACES = ("own", "beside", "next", "foreign", "invented")
"""Where a thing lies: in her own group, another of her programme, another programme of her organisation, another
organisation, nowhere."""
Browser = TestClient[web.Request, web.Application]


@dataclass
class Visitor:
    """One person of the town in front of her browser."""

    role: str
    person: str = ""
    cookie: str = ""
    csrf: str = ""


@dataclass
class Town:
    """The ids of everything, by what it is and where it lies."""

    house: Planned
    browser: Browser
    app: web.Application
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    secret: bytes = b""
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.house.store

    @property
    def clock(self) -> SetClock:
        return self.house.clock

    def headers(self, role: str, accept: str = "text/html") -> dict[str, str]:
        """What this person's browser or program sends."""
        cookie = self.visitors[role].cookie if role in self.visitors else ""
        return {"Accept": accept, "Accept-Language": "en"} | ({"Cookie": cookie} if cookie else {})


async def people_of_the_town(work: Work, house: Planned) -> dict[str, str]:
    """One person for each role; where plan_house has one already, it is she."""
    known = {
        "learner": "Amina", "teacher": "Veera", "counsellor": "Oona", "coordinator": "Kaisa", "inspector": "Iiris",
        RIGHTLESS: "Stranger",
    }  # fmt: skip
    found = {role: house.people[name] for role, name in known.items()}
    given = {
        "tutor": Right("tutor", "group", house.groups["first"]),
        "support": Right("support", "programme", house.programme),
        "employer": Right("employer", "programme", house.programme),
        "officer": Right("officer", "programme", house.programme),
        "board": Right("board", "programme", house.programme),
        "applicant": Right("applicant", "programme", house.programme),
        "guest": Right("guest", "lesson", house.lessons["first"][0]),
        "admin": Right("admin", "house", rights.HOUSE),
    }
    for role, right in given.items():
        new = NewPerson(name=f"The {role}", language="en", telephone="+358 40 123 4567")
        found[role] = (await people.add(work, SYSTEM, new, rights.THE_HOUSE)).id
        await people.appoint(work, SYSTEM, found[role], right)
    new = NewPerson(name="The visitor", language="en")
    lesson = house.lessons["first"][0]
    found["visitor"] = (await visitors.invite(work, SYSTEM, lesson, new, "interpreter")).id
    return found


async def neighbour(work: Work, organisation: str, name: str) -> dict[str, str]:
    """Another programme with one group, one learner, one teacher, one coordinator and a lesson at the same hour."""
    place = NewPlace(name=f"{name}talo", address=f"{name}katu 2")
    new = NewProgramme(
        blueprint=load("occupation-for-immigrants"), start=date(2026, 3, 2), organisation=organisation,
        places={"house": place},
    )  # fmt: skip
    programme = (await programmes.plan(work, SYSTEM, new)).id
    target = rights.Target(organisation, programme)
    found = {"programme": programme, "organisation": organisation}
    for role in ("learner", "teacher", "coordinator"):
        one = NewPerson(name=f"{name} {role}", language="en", telephone="+358 50 999 1111")
        found[role] = (await people.add(work, SYSTEM, one, target)).id
    await people.appoint(work, SYSTEM, found["coordinator"], Right("coordinator", "programme", programme))
    fields = await programmes.fields(work, SYSTEM, programme)
    found["group"] = (await groups.form(work, SYSTEM, NewGroup(programme, fields[0].id, f"{name}ryhmä"))).id
    await groups.seat(work, SYSTEM, found["group"], found["learner"])
    day = next(one for one in (await programmes.line(work, SYSTEM, programme)).days if one.n == 6)
    lesson = NewLesson(
        found["group"], day.id, day.lessons[0].starts, day.lessons[0].ends, "vocabulary", (found["teacher"],)
    )
    found["lesson"] = (await lessons.plan(work, SYSTEM, programme, [lesson]))[0].id
    lesson_target = rights.Target(organisation, programme, found["group"], found["lesson"])
    await board.say(work, await rights.actor_of(work, found["teacher"]), lesson_target, new_id(), f"{name} speaks")
    return found


def ids_of(house: Planned, near: dict[str, str], far: dict[str, str]) -> dict[str, dict[str, str]]:
    """By kind and place; the invented ones have the form of true ones."""
    own = {
        "programme": house.programme, "group": house.groups["first"], "lesson": house.lessons["first"][0],
        "learner": house.people["Bilal"], "teacher": house.people["Toivo"],
    }  # fmt: skip
    beside = {
        "programme": house.programme, "group": house.groups["second"], "lesson": house.lessons["second"][0],
        "learner": house.people["Chau"], "teacher": house.people["Toivo"],
    }  # fmt: skip
    return {
        kind: {
            "own": own[kind], "beside": beside[kind], "next": near[kind], "foreign": far[kind], "invented": new_id(),
        }
        for kind in own
    }  # fmt: skip


async def sign_in(work: Work, role: str, person: str) -> tuple[str, str]:
    """A sign-in as strong as the role needs: (the cookie's value, the id of the sign-in)."""
    means = "passkey" if role in rights.STAFF else "visitor" if role == "visitor" else "link"
    opened = await signin.begin(work, person, means, Device("Firefox · Linux", True, "Europe/Helsinki"))
    await work.flush()
    here = await signin.who_is_here(work, [opened.token])
    return opened.token, here[0].sign_in


async def build_town(store: Store) -> tuple[Planned, dict[str, dict[str, str]], dict[str, str], dict[str, str]]:
    """Everything that stands in the database."""
    house = await plan_house(store)
    async with store.work() as work:
        await houses.set_house(work, SYSTEM, NewHouse(name="Tervetulotalo", telephone="+358 40 000 0000"))
        roles = await people_of_the_town(work, house)
        near = await neighbour(work, house.organisation, "Naapuri")
        other = Organisation(id=new_id(), name="Vieras Oy", telephone="+358 50 999 0000")
        work.add(other)
        await work.flush()
        far = await neighbour(work, other.id, "Vieras")
    house.clock.at = MONDAY + timedelta(hours=1, minutes=5)
    async with store.work() as work:
        await rooms.open_lesson(work, SYSTEM, house.lessons["first"][0])
    ids = ids_of(house, near, far)
    await _appointments(store, house, ids)
    made = await _tokens(store, ids, far)
    later = {"own": house.lessons["first"][1], "beside": house.lessons["second"][0]}
    made["question"] = await changes_of_the_town(store, ids, later)
    return house, ids, roles, made


async def _appointments(store: Store, house: Planned, ids: dict[str, dict[str, str]]) -> None:
    """A talk in each place: her own is with the counsellor, each other one with the teacher of that place."""
    pairs = {place: (ids["teacher"][place], ids["learner"][place]) for place in ("beside", "next", "foreign")}
    pairs["own"] = (house.people["Oona"], house.people["Amina"])
    ids["appointment"] = {"invented": new_id()}
    starts = MONDAY + timedelta(days=10)
    for place, (partner, learner) in pairs.items():
        new = NewAppointment(
            kind="guidance", starts=starts, ends=starts + timedelta(minutes=30), partners=(partner,), learner=learner
        )
        async with store.work() as work:
            programme = ids["programme"][place]
            ids["appointment"][place] = (await appointments.plan(work, SYSTEM, programme, [new]))[0].id


def searched(work: Work, programme: str, person: str) -> str:
    """A search for a timetable that found nothing."""
    row = Solve(
        id=new_id(), organisation=select(Programme.organisation).where(Programme.id == programme).scalar_subquery(),
        programme=programme, programmes=[programme], mode="missing", seconds=5, seed=1, state="failed", problem="{}",
        asked_by=person, asked=work.now,
    )  # fmt: skip
    work.add(row)
    return row.id


async def _tokens(store: Store, ids: dict[str, dict[str, str]], far: dict[str, str]) -> dict[str, str]:
    """A good token of each kind, and what else hangs on a person: her sign-in, a letter."""
    async with store.work() as work:
        secret = await houses.secret(work)
        bilal = await rights.actor_of(work, ids["learner"]["own"])
        feed = await feeds.address(work, bilal, "mine")
        found = {
            "feed": feeds.path(secret, feed).removeprefix("/feeds/").removesuffix(".ics"),
            "link": signin.personal_link(secret, bilal.person, 1).removeprefix("/l/"),
            "invitation": await staff.invite(work, SYSTEM, ids["teacher"]["own"]),
            "metrics": "a-token-for-figures-0123456789",
        }
        for place in ("own", "beside", "next", "foreign"):
            _, ids.setdefault("sign_in", {})[place] = await sign_in(work, "learner", ids["learner"][place])
            person = ids["teacher"][place]
            until = work.now + timedelta(days=7)
            await letters.lay_out(work, SYSTEM, person, Written("Vieras letter", f"Naapuri {place}"), until)
            await work.flush()
            seats = await groups.seats_of(work, SYSTEM, ids["learner"][place])
            roles = await colleagues.of(work, SYSTEM, person)
            whose = (await rights.target_of_programme(work, ids["programme"][place]))[1].organisation
            ids.setdefault("server", {})[place] = await other_server(
                work, "Vieras Jitsi" if place == "foreign" else f"Jitsi {place}", whose if place == "foreign" else None
            )
            ids.setdefault("solve", {})[place] = searched(work, ids["programme"][place], ids["teacher"][place])
            ids.setdefault("seat", {})[place], ids.setdefault("grant", {})[place] = seats[0][0].seat, roles[0].grant
        waiting = {one.name: one.id for one in await letters.outbox(work, SYSTEM)}
    for kind in ("sign_in", "seat", "grant", "solve", "server"):
        ids[kind]["invented"] = new_id()
    ids["letter"] = {"own": waiting["Toivo"], "beside": waiting["Toivo"], "next": waiting["Naapuri teacher"]}
    ids["letter"] |= {"foreign": waiting["Vieras teacher"], "invented": new_id()}
    return found


async def changes_of_the_town(store: Store, ids: dict[str, dict[str, str]], later: dict[str, str]) -> str:
    """In each programme a proposal, an absence next year, and a search for a substitute that is over; its question."""
    for kind in ("proposal", "proposed", "place", "absence", "search"):
        ids[kind] = {"invented": new_id()}
    question = ""
    async with store.work() as work:
        secret = await houses.secret(work)
        for place in ("own", "beside", "next", "foreign"):
            lesson, teacher = later.get(place, ids["lesson"][place]), ids["teacher"][place]
            standing = (await standings(work, [lesson]))[lesson][1]
            wanted = [Wanted(replace(standing, topic=""), lesson)]
            programme = ids["programme"][place]
            ids["proposed"][place] = lesson
            on_site = next(day.place for day in await programmes.days(work, SYSTEM, programme) if day.place)
            ids["place"][place] = on_site.id
            ids["proposal"][place] = (await publishing.propose(work, SYSTEM, programme, "by_hand", wanted)).id
            away = MONDAY + timedelta(days=300)
            ids["absence"][place] = (await absences.report(work, SYSTEM, teacher, away, away + timedelta(days=1))).id
            search = Search(
                id=new_id(), programme=programme, absent=teacher, lessons=[lesson], queue=[], made=work.now,
                ended=work.now, outcome="withdrawn",
            )  # fmt: skip
            work.add(search)
            await work.flush()
            asked_now = Request(
                id=new_id(), search=search.id, number=1, person=teacher, asked=work.now, until=work.now, answer="over"
            )
            work.add(asked_now)
            ids["search"][place] = search.id
            question = question or asked.token(secret, asked_now.id)
    return question


@asynccontextmanager
async def served(database: str, extra: house_app.Extra | None = None, **settings: Any) -> AsyncIterator[Town]:
    """The town behind a real port, with a browser that keeps no cookies of its own. `extra` plants routes."""
    clock = SetClock(MONDAY)
    store = Store(database, clock)
    house, ids, roles, made = await build_town(store)
    chosen = replace(Settings(), database=database, host="127.0.0.1", url="", metrics_token=made["metrics"], **settings)
    app = house_app.build(chosen, clock, extra=extra)
    server = TestServer(app)
    browser = TestClient(server, cookie_jar=DummyCookieJar())
    await browser.start_server()
    town = Town(house, browser, app, ids, tokens=made)
    async with store.work() as work:
        town.secret = await houses.secret(work)
        made["visit"] = signin.visitor_link(town.secret, roles["visitor"], 1).removeprefix("/g/")
        for role, person in roles.items():
            token, sign = await sign_in(work, role, person)
            name = f"oppitupa-{server.port}"
            csrf = tokens.signature(town.secret, "csrf", sign)
            town.visitors[role] = Visitor(role, person, f"{name}={token}", csrf)
    yield town
    await browser.close()
    await store.close()
