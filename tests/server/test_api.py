"""The JSON interface with questions that nobody prepared: an answer or a problem with a code, never a 500."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from yarl import URL

from calendars import groups, lessons, programmes
from calendars.blueprints.shipped import load
from calendars.groups import NewGroup
from calendars.lessons import NewLesson
from calendars.programmes import NewProgramme
from tests.calendars.planned import SYSTEM, Planned
from tests.server.workers import House

JSON = {"Accept": "application/json"}
ENDS = ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"]


async def answered(worker: TestServer, session: ClientSession, path: str, **query: str) -> tuple[int, str]:
    """The status, and the code of the problem if it is one."""
    async with session.get(worker.make_url(path), params=query, headers=JSON) as answer:
        told = await answer.json()
        return answer.status, told["code"] if isinstance(told, dict) and "code" in told else ""


@pytest.mark.parametrize("instant", ENDS)
async def test_question_when_its_instant_is_the_calendars_end_then_refused_in_words(house: House, instant: str) -> None:
    worker = await house.worker()
    session = await house.signs_in(worker, "Kaisa")
    report = f"/api/programmes/{house.planned.programme}/report"
    assert await answered(worker, session, report, as_of=instant) == (422, "bad_time")
    assert await answered(worker, session, "/api/lessons", **{"from": instant}) == (422, "bad_time")
    assert await answered(worker, session, "/api/lessons", to=instant) == (422, "bad_time")


async def test_lessons_when_the_last_year_is_asked_for_then_none_and_no_failure(house: House) -> None:
    worker = await house.worker()
    session = await house.signs_in(worker, "Kaisa")
    assert await answered(worker, session, "/api/lessons", **{"from": "9999-12-01T00:00:00Z"}) == (200, "")


async def test_link_when_a_program_follows_a_wrong_one_then_a_problem_and_a_page_for_browsers(house: House) -> None:
    worker = await house.worker()
    async with ClientSession() as stranger:
        for method in ("GET", "POST"):
            async with stranger.request(method, worker.make_url("/l/none.x"), headers=JSON, data={}) as answer:
                assert (answer.status, answer.content_type) == (404, "application/problem+json")
            async with stranger.request(method, worker.make_url("/l/none.x"), data={}) as answer:
                assert (answer.status, answer.content_type) == (404, "text/html")


async def plan_without_fields(planned: Planned, at: time, zone: str = "Europe/Helsinki") -> str:
    """A model without fields: its first day is the house's today, with one lesson for Amina at this local time."""
    async with planned.store.work() as work:
        new = NewProgramme(
            blueprint=load("kohti-tyota"), start=date(2026, 3, 9), organisation=planned.organisation, zone=zone
        )
        programme = (await programmes.plan(work, SYSTEM, new)).id
        group = (await groups.form(work, SYSTEM, NewGroup(programme, "", "Kylä"))).id
        await groups.seat(work, SYSTEM, group, planned.people["Amina"])
        day = (await programmes.line(work, SYSTEM, programme)).days[0]
        starts = datetime.combine(day.date, at, ZoneInfo(zone))
        new_lesson = NewLesson(group, day.id, starts, starts + timedelta(hours=1))
        return (await lessons.plan(work, SYSTEM, programme, [new_lesson]))[0].id


async def asked(worker: TestServer, session: ClientSession, path: str) -> Any:
    async with session.get(worker.make_url(path), headers=JSON) as answer:
        assert answer.status == 200
        return await answer.json()


async def test_lesson_when_its_group_has_no_field_then_null_stands_for_it(house: House) -> None:
    lesson = await plan_without_fields(house.planned, time(17))
    worker = await house.worker()
    session = await house.signs_in(worker, "Amina")
    assert (await asked(worker, session, f"/api/lessons/{lesson}"))["field"] is None
    today = await asked(worker, session, "/api/lessons")
    assert [(one["id"], one["field"]) for one in today] == [
        *((one, "logistics") for one in house.planned.lessons["first"]), (lesson, None),
    ]  # fmt: skip


async def test_lessons_when_no_span_is_asked_for_then_the_day_of_the_house_from_midnight_to_midnight(
    house: House,
) -> None:
    # 9 March, 12.30 in Honolulu is 10 March, 00.30 in Helsinki: tomorrow in this house, though the same day in UTC.
    lesson = await plan_without_fields(house.planned, time(12, 30), "Pacific/Honolulu")
    worker = await house.worker()
    session = await house.signs_in(worker, "Amina")
    assert [one["id"] for one in await asked(worker, session, "/api/lessons")] == house.planned.lessons["first"]
    tomorrow = await asked(worker, session, "/api/lessons?from=2026-03-10T00:00:00%2B02:00")
    assert [one["id"] for one in tomorrow] == [lesson]


async def test_question_when_its_instant_names_no_offset_then_refused_and_a_bare_plus_is_read(house: House) -> None:
    worker = await house.worker()
    session = await house.signs_in(worker, "Kaisa")
    report = f"/api/programmes/{house.planned.programme}/report"
    assert await answered(worker, session, report, as_of="2026-03-10T10:00:00") == (422, "bad_time")
    assert await answered(worker, session, "/api/lessons", **{"from": "2026-03-10T10:00:00"}) == (422, "bad_time")
    bare = URL(f"{worker.make_url(report)}?as_of=2026-03-09T09:00:00.5+02:00", encoded=True)
    async with session.get(bare, headers=JSON) as answer:
        assert (answer.status, (await answer.json())["as_of"]) == (200, "2026-03-09T09:00:00.500000+02:00")


async def test_document_when_read_then_its_cookie_is_the_one_that_signs_in(house: House) -> None:
    worker = await house.worker()
    session = await house.signs_in(worker, "Kaisa")
    async with session.get(worker.make_url("/openapi.json")) as answer:
        told = await answer.json()
    held = {cookie.key for cookie in session.cookie_jar}
    assert told["components"]["securitySchemes"]["cookie"]["name"] in held
    times = [one["schema"]["anyOf"][0] for one in told["paths"]["/api/lessons"]["get"]["parameters"]]
    assert times == [{"type": "string", "format": "date-time"}] * 2


FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
UNREADABLE = [
    (f"{FORM}; charset=none-such", b"code=1", {}, 400),
    (FORM, b"code=\xff", {}, 400),
    (FORM, b"no gzip", {"Content-Encoding": "gzip"}, 400),
    (PARTS, b"x", {}, 400),
    (f"{PARTS}; boundary=x", b"--x\r\nnothing", {}, 400),
    (f"{PARTS}; boundary=x", b"", {}, 400),
    ("text/plain", b"code=1", {}, 415),
    ("application/xml", b"<code/>", {}, 415),
    (FORM, b"code=" + b"1" * 1_100_000, {}, 413),
]


@pytest.mark.parametrize(("kind", "body", "more", "status"), UNREADABLE)
@pytest.mark.parametrize("door", ["/code", "/sign-out"])
async def test_form_when_it_cannot_be_read_then_refused_in_words(
    house: House, door: str, kind: str, body: bytes, more: dict[str, str], status: int
) -> None:
    worker = await house.worker()
    session = await house.signs_in(worker, "Amina")
    headers = {"Content-Type": kind, **JSON, **more}
    async with session.post(worker.make_url(door), data=BytesIO(body), headers=headers) as answer:
        assert (answer.status, answer.content_type) == (status, "application/problem+json")
