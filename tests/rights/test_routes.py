"""Every address of the house, asked by every role for what is her own, beside it, next door, foreign and invented."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from calendars import rights
from calendars.errors import Forbidden
from server.allowance import Allowance
from server.auth.guard import allow
from server.feeds import FEEDING, FETCHES_A_MINUTE
from server.keys import STORE
from server.migrations import migrate
from tests.rights.at_the_door import AT_THE_DOOR
from tests.rights.matrix import INSIDE, LINES, WIDE, Line, these
from tests.rights.town import PLACES, RIGHTLESS, ROLES, STRANGER, Town, served

WHOLE = {"counsellor", "coordinator", "inspector"}
"""Whose right covers the whole programme, and so the group beside."""
IDLE = ("support", "employer", "officer", "board", RIGHTLESS)
"""Roles that have nothing to do yet: as good as nobody, but signed in."""
NAMES = {
    "lesson": "lesson", "programme": "programme", "group": "group", "sign_in": "sign_in", "letter": "letter",
    "seat": "seat", "grant": "grant", "proposal": "proposal", "search": "search", "absence": "absence",
    "appointment": "appointment", "solve": "solve", "proposed": "proposed", "place": "place", "server": "server",
}  # fmt: skip
HTML, JSON = "text/html", "application/json"
OWN_PEOPLE = ("Amina", "Bilal", "Chau", "Veera", "Toivo", "Kaisa", "Oona", "Iiris")


@dataclass(frozen=True)
class Answer:
    """What somebody got."""

    status: int
    body: bytes


SHIPPED = {"name": "kototyo", "version": "1.0"}
"""A training model that every organisation has."""


def key(line: Line) -> str:
    """The route as aiohttp writes it."""
    return re.sub(r"\{(link|visit|invitation|feed|question)\}", "{token}", line.route)


def path_of(town: Town, line: Line, place: str) -> str:
    """The address of one thing."""

    def fill(hole: re.Match[str]) -> str:
        name = hole[1]
        if name == "n":
            return "6"
        if name in SHIPPED:
            return "invented" if place == "invented" else SHIPPED[name]
        if name in ("link", "visit", "invitation", "feed", "question"):
            return "aaaaaaaaaaaaaaaaaaaa.invented" if place == "invented" else town.tokens[name]
        return town.ids[line.kind if name == "person" else NAMES[name]][place]

    return re.sub(r"\{(\w+)\}", fill, line.route.partition(" ")[2])


def places(line: Line, role: str) -> Iterator[str]:
    """Where this role is to look; those who may do nothing need not look everywhere."""
    for place in PLACES:
        if "{" not in line.route and place != "own":
            return
        if place == "beside" and "{letter}" in line.route:
            continue
        if not (role in (*IDLE, STRANGER) and place in ("beside", "next")):
            yield place


def expected(line: Line, role: str, place: str) -> int:
    """The status that the line promises."""
    if role == STRANGER:
        return (line.invented if place == "invented" and line.public else line.public) or 401
    if place == "own":
        return line.own.get(role, 404)
    if place == "next":
        return line.next.get(role, line.own.get(role, 404) if role in WIDE else 404)
    if place == "foreign":
        return line.foreign.get(role, 404)
    return line.invented


def fits(line: Line, role: str, place: str, status: int) -> bool:
    """What lies beside is as open or closed as the line says; its lesson begins later, so the status may differ.

    Beside a programme lies the same one: it answers as her own does.
    """
    if place == "beside" and role != STRANGER and re.findall(r"{(\w+)}", line.route) == ["programme"]:
        return status == line.own.get(role, 404)
    if place != "beside" or line.public:
        return status == (line.own[role] if place == "beside" and role != STRANGER else expected(line, role, place))
    wide = role in WHOLE or (line.foreign.get(role) is not None)
    return (status != 404) == (wide and line.own.get(role, 404) != 404)


async def ask(town: Town, line: Line, role: str, place: str, accept: str, method: str = "") -> Answer:
    """One request, with a good CSRF token."""
    given = line.route.partition(" ")[0]
    form = line.form | {"csrf": town.visitors[role].csrf if role in town.visitors else "", "write": f"{role}-{place}"}
    path = path_of(town, line, place)
    async with town.browser.request(
        method or given, path, headers=town.headers(role, accept), allow_redirects=False,
        data=form if given == "POST" and not method else None,
    ) as answer:  # fmt: skip
        return Answer(answer.status, await answer.read())


def tells_too_much(line: Line, role: str, place: str, body: bytes) -> list[str]:
    """Words of others that this answer holds."""
    if line.public or ((role == "admin" and "letter" in line.route + line.kind) or line.route == "GET /outbox"):
        return []
    hidden = ["Vieras", "+358 50 999"] if role not in ("admin",) else []
    hidden += ["Naapuri"] if role not in (*WIDE, "admin") else ["Vieras"] if role in WIDE else []
    hidden += list(OWN_PEOPLE) if role in (*IDLE[:-1], STRANGER) else []
    if role in WIDE:
        hidden.remove("+358 50 999")  # next door they have such numbers, too
    return [word for word in hidden if word.encode() in body and not (place == "foreign" and role in line.foreign)]


async def walk(town: Town, line: Line, accept: str, roles: tuple[str, ...]) -> list[str]:
    """Everything that is not as the line says, for these roles."""
    found = []
    for role in roles:
        answers = {place: await ask(town, line, role, place, accept) for place in places(line, role)}
        for place, answer in answers.items():
            told = f"{line.route} {role} {place} {accept}: {answer.status}"
            if not fits(line, role, place, answer.status):
                found.append(f"{told}, not {expected(line, role, place)}")
            words = tells_too_much(line, role, place, answer.body)
            found += [f"{told} tells {words}"] if words else []
            if answer.status == 404 and "invented" in answers and answer.body != answers["invented"].body:
                found.append(f"{told}: other bytes than for an invented id")
    return found


THOROUGH = (*ROLES, RIGHTLESS, STRANGER)
MOST_DIFFERENT = ("learner", "teacher", "coordinator", "inspector", "admin", RIGHTLESS, STRANGER)


async def test_routes_when_every_role_asks_then_each_gets_what_the_contract_says(database: str) -> None:
    """Every role on SQLite; on PostgreSQL, whose plan of a query is its own, those that differ most."""
    roles = THOROUGH if database.startswith("sqlite") else MOST_DIFFERENT
    found = []
    async with served(database) as town:
        for line in LINES if roles is THOROUGH else [one for one in LINES if one.route.startswith("GET")]:
            found += await walk(town, line, HTML, roles)
            town.app[FEEDING].asked = Allowance(FETCHES_A_MINUTE)  # one minute a walk: all use the same address
            if "{" in line.route and line.route.startswith("GET") and roles is THOROUGH:
                found += await walk(town, line, JSON, ("learner", "teacher", "inspector", RIGHTLESS, STRANGER))
    assert found == [], "\n".join(found)


@pytest.fixture
async def town(small: str) -> AsyncIterator[Town]:
    async with served(small, extra=planted) as found:
        yield found


@pytest.fixture
async def small(tmp_path: Path) -> str:
    """A database for what is the same on both."""
    url = f"sqlite+aiosqlite:///{tmp_path}/town.db"
    await migrate(url)
    return url


def planted(app: web.Application) -> None:
    """Three ways to forget the rights, as a hurried colleague would."""

    async def forgets(request: web.Request) -> web.Response:
        async with request.app[STORE].look() as look:
            found, _, _ = await rights.target_of_lesson(look, request.match_info["lesson"])
        return web.json_response({"lesson": found.id})

    async def admits(request: web.Request) -> web.Response:
        async with request.app[STORE].look() as look:
            await rights.target_of_lesson(look, request.match_info["lesson"])
        raise Forbidden("not_yours_to_do")

    async def babbles(request: web.Request) -> web.Response:
        raise web.HTTPNotFound(text=request.match_info["lesson"])

    app.router.add_get("/planted/{lesson}/forgets", allow("signed_in")(forgets))
    app.router.add_get("/planted/{lesson}/admits", allow("signed_in")(admits))
    app.router.add_get("/planted/{lesson}/open", forgets)
    app.router.add_get("/planted/{lesson}/babbles", _bare(babbles))


def _bare(handler: Handler) -> Handler:
    """An answer of its own that goes round the page for what is not here."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound as gone:
            return web.Response(status=404, text=gone.text)

    return answered


@pytest.mark.parametrize(
    ("leak", "findings"),
    [
        ("forgets", ["learner next text/html: 200, not 404", "learner foreign text/html: 200, not 404"]),
        ("admits", ["learner next text/html: 403, not 404", "learner foreign text/html: 403, not 404"]),
        ("open", ["stranger own text/html: 200, not 401", "stranger foreign text/html: 200, not 401"]),
        ("babbles", ["learner foreign text/html: 404: other bytes than for an invented id"]),
    ],
)  # fmt: skip
async def test_walk_when_a_leak_is_planted_then_it_is_found(town: Town, leak: str, findings: list[str]) -> None:
    route = f"GET /planted/{{lesson}}/{leak}"
    found = await walk(town, Line(route, these(200, *INSIDE)), HTML, ("learner", STRANGER))
    assert [one for one in findings if f"{route} {one}" not in found] == []


def test_matrix_when_the_application_is_built_then_it_has_a_line_for_every_route(town: Town) -> None:
    there = [
        f"{route.method} {route.resource.canonical}"
        for route in town.app.router.routes()
        if route.resource is not None and route.method != "HEAD" and not route.resource.canonical.startswith("/static")
    ]
    known = [*map(key, LINES), *AT_THE_DOOR]
    assert sorted(one for one in there if "/planted/" not in one) == sorted(known)
    assert [one for one in there if one not in known] == [one for one in there if "/planted/" in one]


def test_matrix_when_read_then_every_role_is_in_it(town: Town) -> None:
    assert set(ROLES) | {RIGHTLESS} == set(town.visitors)
    assert set(ROLES) == set(rights.MATRIX)
    assert {role for line in LINES for role in line.own} == {*ROLES, RIGHTLESS}


async def test_methods_when_others_are_used_then_they_tell_no_more_than_a_get(town: Town) -> None:
    """HEAD answers as GET without its body; OPTIONS is unknown everywhere, for a true id as for an invented one."""
    found = []
    for line in (one for one in LINES if one.route.startswith("GET")):
        for role in ("learner", "coordinator", RIGHTLESS, STRANGER):
            for place in {"own", "foreign", "invented"} & set(places(line, role)):
                head = await ask(town, line, role, place, HTML, "HEAD")
                options = await ask(town, line, role, place, JSON, "OPTIONS")
                if head != Answer(expected(line, role, place), b"") or options.status != 405:
                    found.append(f"{line.route} {role} {place}: HEAD {head}, OPTIONS {options}")
    assert found == [], "\n".join(found)


async def test_forms_when_the_token_is_missing_or_anothers_then_nothing_is_done(town: Town) -> None:
    """The refusal comes before the thing is looked up, so it tells nothing of it."""
    found = []
    for line in (one for one in LINES if one.route.startswith("POST")):
        for csrf in ("", town.visitors["teacher"].csrf):
            answers = []
            for place in {"own", "foreign", "invented"} & set(places(line, "learner")):
                path, headers = path_of(town, line, place), town.headers("learner")
                async with town.browser.post(path, headers=headers, data={"csrf": csrf}) as answer:
                    answers.append(Answer(answer.status, await answer.read()))
            if {one.status for one in answers} != {403} or len(set(answers)) > 1:
                found.append(f"{line.route}: {[one.status for one in answers]}")
    assert found == [], "\n".join(found)
