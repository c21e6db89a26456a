"""A programme takes its rooms from elsewhere: the learner's own link and the lesson's address stay what they were."""

import jwt
from yarl import URL

from calendars import chains
from calendars.clock import Clock
from tests.server.workers import House

JITSI = {
    "jitsi_url": "https://meet.example.org", "jitsi_app_id": "oppitupa",
    "jitsi_secret": "a secret of at least thirty-two letters",
}  # fmt: skip


async def test_provider_when_it_is_switched_then_no_learners_link_changes(house: House) -> None:
    worker = await house.worker(**JITSI)
    session = await house.signs_in(worker, "Amina")
    link, join = await house.link(worker, "Amina"), f"/j/{house.lesson}"

    async def goes(path: str) -> str:
        async with session.get(worker.make_url(path), allow_redirects=False) as answer:
            return f"{answer.status} {answer.headers.get('Location', '')}"

    before = await goes(join)
    assert before == f"303 /lessons/{house.lesson}/room"
    assert await goes(f"/lessons/{house.lesson}/door") == f"303 /lessons/{house.lesson}/room"
    inside = await house.enters(worker, "Amina")
    assert inside.entrance["video"]["provider"] == "builtin"
    async with house.planned.store.work() as work:
        await chains.choose(work, await house.planned.actor("Kaisa"), house.planned.programme, ["jitsi"])

    assert (await house.link(worker, "Amina"), await goes(join)) == (link, before)
    way = URL((await goes(f"/lessons/{house.lesson}/door")).removeprefix("303 "))
    assert (way.host, way.path) == ("meet.example.org", f"/{house.lesson}")
    again = await house.enters(worker, "Bilal")
    assert again.entrance["video"]["provider"] == "jitsi"
    assert again.entrance["video"]["link"] == f"/lessons/{house.lesson}/door"  # what is signed is signed at the click


async def test_door_when_the_house_lives_at_another_time_then_its_token_is_good_by_the_clock_outside(
    house: House,
) -> None:
    worker = await house.worker(**JITSI)
    async with house.planned.store.work() as work:
        await chains.choose(work, await house.planned.actor("Kaisa"), house.planned.programme, ["jitsi"])
    session = await house.signs_in(worker, "Amina")
    async with session.get(worker.make_url(f"/lessons/{house.lesson}/door"), allow_redirects=False) as answer:
        assert expires(answer.headers["Location"]) == 300


def expires(link: str) -> int:
    """In how many seconds the token of a link ends, to the nearest ten."""
    claims = jwt.decode(URL(link).query["jwt"], options={"verify_signature": False})
    return round((claims["exp"] - Clock().now().timestamp()) / 10) * 10
