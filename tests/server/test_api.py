"""The JSON interface with questions that nobody prepared: an answer or a problem with a code, never a 500."""

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

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
