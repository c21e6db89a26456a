"""People by pages: a seat moved and ended, a colleague taken on, given a role and let go; and a new programme."""

import re
from html import unescape

import pytest
from aiohttp.test_utils import TestClient

from calendars import groups, lessons, programmes, rights
from calendars.people import colleagues, people
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import hidden, page_of
from tests.server.pages.lessons.test_planning import calendar_of


async def test_seat_when_moved_then_next_poll_and_roster_follow_and_past_stays(
    kaisa: TestClient, house: Planned
) -> None:
    amina, seat = house.people["Amina"], house.seats["Amina"]
    page, (ten, one), (noon,) = f"/people/{amina}/seats/{seat}", house.lessons["first"], house.lessons["second"]
    assert [uid in await calendar_of(house, "Amina") for uid in (ten, one, noon)] == [True, True, False]
    async with house.store.work() as work:
        await lessons.freeze(work, ten)
    form = await hidden(kaisa, page, f"{page}/move")
    form |= {"group": house.groups["second"], "first_day": "2026-03-09"}
    answer = await kaisa.post(f"{page}/move", data=form, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/people/{amina}")
    assert [uid in await calendar_of(house, "Amina") for uid in (ten, one, noon)] == [False, False, True]
    async with house.store.look() as look:
        assert amina in await lessons.expected(look, ten)  # she was awaited there when its door opened
        assert [amina in await lessons.expected(look, each) for each in (one, noon)] == [False, True]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"group": "second", "first_day": "tomorrow"}, "first_day"),
        ({"group": "second", "first_day": "2027-01-01"}, "first_day"),
        ({"group": "first", "first_day": "2026-03-10"}, "group"),
    ],
)  # fmt: skip
async def test_seat_when_move_is_wrong_then_told_there_and_she_stays(
    kaisa: TestClient, house: Planned, said: dict[str, str], field: str
) -> None:
    page = f"/people/{house.people['Amina']}/seats/{house.seats['Amina']}"
    form = await hidden(kaisa, page, f"{page}/move") | said | {"group": house.groups[said["group"]]}
    answer = await kaisa.post(f"{page}/move", data=form)
    assert (answer.status, f'id="{field}-error"' in await answer.text()) == (422, True)
    async with house.store.look() as look:
        found = await groups.seats_of(look, SYSTEM, house.people["Amina"])
    assert [(one.group, one.last_day.isoformat()) for one, _, _ in found] == [(house.groups["first"], "2026-05-28")]


async def test_seat_when_ended_then_she_is_seen_still_and_may_come_back(kaisa: TestClient, house: Planned) -> None:
    amina = house.people["Amina"]
    page = f"/people/{amina}/seats/{house.seats['Amina']}"
    form = await hidden(kaisa, page, f"{page}/end") | {"last_day": "2026-03-08", "reason": "employed"}
    assert (await kaisa.post(f"{page}/end", data=form, allow_redirects=False)).status == 303
    shown = await page_of(kaisa, "/people?language=en")
    assert f'href="/people/{amina}"' in shown.split("Without a seat now")[1]
    again = f"/people/{amina}/seats"
    form = await hidden(kaisa, f"{again}/new", again) | {
        "group": house.groups["second"],
        "first_day": "",
        "last_day": "",
    }
    assert (await kaisa.post(again, data=form, allow_redirects=False)).status == 303
    async with house.store.look() as look:
        found = await groups.seats_of(look, SYSTEM, amina)
    assert [(one.first_day.isoformat(), one.group) for one, _, _ in found] == [
        ("2026-03-09", house.groups["second"]),
        ("2026-03-02", house.groups["first"]),
    ]


async def test_group_when_renamed_then_everywhere(kaisa: TestClient, house: Planned) -> None:
    page = f"/groups/{house.groups['first']}"
    form = await hidden(kaisa, page, f"{page}/name")
    wrong = await kaisa.post(f"{page}/name", data=form | {"name": "  "})
    assert (wrong.status, 'id="name-error"' in await wrong.text()) == (422, True)
    assert (await kaisa.post(f"{page}/name", data=form | {"name": "Trukki"})).status == 200
    assert "Trukki" in await page_of(kaisa, f"/programmes/{house.programme}")


async def taken_on(kaisa: TestClient, house: Planned, **said: str) -> tuple[int, str]:
    form = await hidden(kaisa, "/staff/new", "/staff/new")
    form |= {"name": "Uusi", "language": "en", "telephone": "", "email": "", "alias": "", "role": "teacher"}
    form |= {"place": f"organisation:{house.organisation}"} | said
    answer = await kaisa.post("/staff/new?language=en", data=form, allow_redirects=False)
    return answer.status, answer.headers.get("Location", "") or await answer.text()


async def test_colleague_when_taken_on_then_invited_given_a_role_and_let_go(kaisa: TestClient, house: Planned) -> None:
    status, link = await taken_on(kaisa, house)
    assert (status, link.endswith("/link")) == (303, True)
    person = link.split("/")[2]
    form = await hidden(kaisa, link, f"/people/{person}/invitation")
    assert "/enrol/" in await (await kaisa.post(f"/people/{person}/invitation", data=form)).text()
    path = f"/people/{person}/rights"
    form = await hidden(kaisa, f"{path}/new", path) | {"role": "counsellor", "place": f"programme:{house.programme}"}
    assert (await kaisa.post(path, data=form, allow_redirects=False)).status == 303
    twice = await kaisa.post(path, data=form | {"write": "other"})
    assert (twice.status, 'id="role-error"' in await twice.text()) == (409, True)
    async with house.store.look() as look:
        held = await colleagues.of(look, SYSTEM, person)
    end = f"{path}/{next(one.grant for one in held if one.role == 'teacher')}/end"
    form = await hidden(kaisa, f"/staff/{person}", end)
    assert (await kaisa.post(end, data=form, allow_redirects=False)).status == 303
    async with house.store.look() as look:
        assert [one.role for one in await colleagues.of(look, SYSTEM, person)] == ["counsellor"]


@pytest.mark.parametrize(
    ("said", "field"),
    [({"name": ""}, "name"), ({"telephone": "call me"}, "telephone"), ({"email": "x"}, "email"),
     ({"role": "learner"}, "role"), ({"place": ""}, "place"), ({"place": "house:house"}, "place")],
)  # fmt: skip
async def test_colleague_when_something_is_wrong_then_told_there_and_nobody_is_added(
    kaisa: TestClient, house: Planned, said: dict[str, str], field: str
) -> None:
    async with house.store.look() as look:
        before = len(await people.staff(look, SYSTEM))
    status, page = await taken_on(kaisa, house, **said)
    kept = field == "name" or 'value="Uusi"' in page
    assert (status, f'id="{field}-error"' in page, kept) == (422, True, True)
    async with house.store.look() as look:
        assert len(await people.staff(look, SYSTEM)) == before


async def test_colleague_when_she_leaves_then_lessons_that_lose_her_are_counted_first(
    kaisa: TestClient, house: Planned
) -> None:
    veera = house.people["Veera"]
    shown = await page_of(kaisa, f"/people/{veera}/stop?language=en")
    assert "2 coming lessons lose her" in shown
    hers = await page_of(kaisa, f"/staff/{veera}?language=en")
    assert [f'href="/lessons/{one}/change"' in hers for one in house.lessons["first"]] == [True, True]
    assert "no teacher yet" not in await page_of(kaisa, f"/programmes/{house.programme}?language=en")
    form = await hidden(kaisa, f"/people/{veera}/stop", f"/people/{veera}/stop")
    answer = await kaisa.post(f"/people/{veera}/stop", data=form, allow_redirects=False)
    assert answer.headers["Location"] == "/staff"
    assert f'href="/staff/{veera}"' not in await page_of(kaisa, "/staff")
    day = await page_of(kaisa, f"/programmes/{house.programme}/days/6?language=en")
    assert day.count("nobody leads it yet") == 2
    programme = await page_of(kaisa, f"/programmes/{house.programme}?language=en")
    waits = programme.partition('data-tone="waits"')[2].partition("</section>")[0]
    assert ("2 coming lessons have no teacher yet" in waits, waits.count("/days/6")) == (True, 1)
    assert not (await house.actor("Veera")).is_staff


NEW = {"blueprint": "occupation-for-immigrants", "start": "2026-09-07", "place": "Talo", "address": ""}


async def test_programme_when_asked_for_then_six_inputs_of_which_two_are_enough(kaisa: TestClient) -> None:
    shown = await page_of(kaisa, "/programmes/new")
    form = shown.split('action="/programmes/new"')[1].split("</form>")[0]
    assert len(re.findall(r"<(?:input|select)\b(?![^>]*hidden)", form)) == 6


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, ("ma 7.9. – pe 27.11.", "12 lähipäivää, 48 etäpäivää")),
        ({"start": "2026-09-06"}, ("ma 7.9. – pe 27.11.", "12 lähipäivää, 48 etäpäivää")),
        (
            {"break_first": "2026-10-12", "break_last": "2026-10-16"},
            ("ma 7.9. – pe 4.12.", "12 lähipäivää, 48 etäpäivää"),
        ),
        (
            {"blueprint": "kohti-tyota", "start": "2026-08-10"},
            ("ma 10.8. – pe 30.10.", "25 lähipäivää, 35 työpaikkapäivää"),
        ),
        (
            {"blueprint": "catch-up-with-work", "start": "2026-09-15", "place": ""},
            ("ti 15.9. – ti 3.11.", "8 tapaamista, kerran viikossa"),
        ),
    ],
)  # fmt: skip
async def test_programme_when_looked_at_then_its_days_are_told_and_none_is_made(
    kaisa: TestClient, house: Planned, said: dict[str, str], told: tuple[str, str]
) -> None:
    answer = await kaisa.get("/programmes/new", params=NEW | said | {"language": "fi"})
    shown = unescape(await answer.text())
    assert (answer.status, [one in shown for one in told]) == (200, [True, True])
    async with house.store.look() as look:
        assert len(await programmes.of(look, SYSTEM)) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"start": "soon"}, "start"), ({"start": "2500-01-01"}, "start"), ({"place": ""}, "place"),
        ({"place": "x" * 500}, "place"), ({"blueprint": "none"}, "blueprint"),
        ({"break_last": "2026-10-01"}, "break_first"),
        ({"break_first": "2026-10-12", "break_last": "2026-10-01"}, "break_last"), ({"address": "y" * 900}, "address"),
    ],
)  # fmt: skip
async def test_programme_when_something_is_wrong_then_told_there_and_none_is_made(
    kaisa: TestClient, house: Planned, said: dict[str, str], field: str
) -> None:
    looked = await kaisa.get("/programmes/new", params=NEW | said)
    form = await (await kaisa.get("/programmes/new", params=NEW)).text()
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.split("</form>")[0]))
    made = await kaisa.post("/programmes/new", data=fields | NEW | said)
    for answer in (looked, made):
        assert (answer.status, f'id="{field}-error"' in await answer.text()) == (422, True)
    async with house.store.look() as look:
        assert len(await programmes.of(look, SYSTEM)) == 1


async def test_day_when_it_is_at_the_workplace_then_no_room_and_no_lesson_to_plan(
    kaisa: TestClient, house: Planned
) -> None:
    fields = await hidden(kaisa, "/programmes/new?blueprint=kohti-tyota&start=2026-08-10&place=Talo", "/programmes/new")
    answer = await kaisa.post("/programmes/new", data=fields, allow_redirects=False)
    programme = answer.headers["Location"]
    form = await hidden(kaisa, programme, f"{programme}/groups") | {"name": "Ryhmä 1"}  # this model has no fields
    assert (await kaisa.post(f"{programme}/groups", data=form, allow_redirects=False)).status == 303
    work, taught = [await page_of(kaisa, f"{programme}/days/{n}?language=en") for n in (26, 25)]
    assert ("workplace day" in work, "no video room" in work, "lessons/new" in work) == (True, True, False)
    assert ("contact day" in taught, "lessons/new" in taught) == (True, True)
    assert "provider" not in await page_of(kaisa, programme)
    assert (await kaisa.get(f"{programme}/days/61")).status == 404


@pytest.mark.parametrize("name", ["Veera", "Amina"])
async def test_seat_when_of_another_person_then_not_found(kaisa: TestClient, house: Planned, name: str) -> None:
    seat = house.seats["Bilal"]
    assert (await kaisa.get(f"/people/{house.people[name]}/seats/{seat}")).status == 404
    async with house.store.look() as look:
        assert not rights.may(await rights.actor_of(look, house.people["Amina"]), "plan", rights.THE_HOUSE)
