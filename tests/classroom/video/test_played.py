"""A lesson in fast motion over each provider's own messages: late, doubled, out of order, lost, forged, replayed.

What the register knows at the end are the seconds that the script played, cell by cell.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from calendars.errors import Forbidden
from classroom.video.provider import Call, Provider, Reporting, Sighting
from tests.calendars.planned import Planned
from tests.classroom.seeing import TEN, Seeing
from tests.classroom.video.guests import asked, guest
from tests.classroom.video.test_bigbluebutton import CALLBACK
from tests.classroom.video.test_bigbluebutton import provider as bigbluebutton
from tests.classroom.video.test_jitsi import JITSI
from tests.classroom.video.test_livekit import provider as livekit
from tests.fakes.bigbluebutton import FakeBigBlueButton, Room
from tests.fakes.event_sync import FakeEventSync
from tests.fakes.livekit import FakeLiveKit

BEGAN = int(TEN.timestamp())
LONGEST, STAYS = 5400, 160
NAMES = ("Amina", "Bilal")


@dataclass
class Script:
    """What was played: the messages in the order of their making, and in which seconds each person was in."""

    told: list[Call] = field(default_factory=list)
    cells: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in NAMES})
    lost: int = 0
    """How many messages may be lost, since the provider tells them again."""


def stays(luck: random.Random) -> Iterator[tuple[int, int]]:
    """When somebody is in: from, to; often only for a moment, sometimes in the same second again."""
    at = luck.randrange(60)
    while at < LONGEST:
        left = at + luck.choice([1, 3, 20, 60])
        yield at, left
        at = left + luck.choice([0, 0, 1, 5, 40])


def of_livekit(house: Seeing, luck: random.Random) -> tuple[Provider, Script]:
    """Each comes with a link of ours; a second device puts the first out, told in either order."""
    fake, one, script = FakeLiveKit(), livekit(), Script()
    for name in NAMES:
        person = house.house.people[name]
        door = one.link(asked(house.lesson), guest(person=person), datetime.now(UTC))
        (token,) = parse_qs(urlsplit(door.url or "").query)["token"]
        for begins, ends in list(stays(luck))[:STAYS]:
            bodies = fake.join(token, BEGAN + begins)
            if ends - begins > 3 and luck.random() < 0.3:
                bodies += fake.join(token, BEGAN + begins + luck.randrange(1, ends - begins))
            bodies += fake.leave(house.lesson, person, BEGAN + ends)
            script.told += [fake.call(body) for body in bodies]
            script.cells[name] |= set(range(begins, ends))
    return one, script


def of_jitsi(house: Seeing, luck: random.Random) -> tuple[Provider, Script]:
    """Two devices of one person are in at once; the room's end tells again of the last stay of each address."""
    fake, script = FakeEventSync(house.lesson, JITSI.proof), Script()
    for name in NAMES:
        person = house.house.people[name]
        for device in range(2):
            for number, (begins, ends) in enumerate(list(stays(luck))[: STAYS // 2]):
                address = f"{name}{device}@meet.example.org/{number}"
                script.told += [fake.join(address, person, BEGAN + begins), fake.leave(address, BEGAN + ends)]
                script.cells[name] |= set(range(begins, ends))
    script.lost = len(script.told) // 3
    script.told.append(fake.destroy(BEGAN + LONGEST + 100))
    return JITSI, script


def of_bigbluebutton(house: Seeing, luck: random.Random) -> tuple[Provider, Script]:
    """Two devices of one person are in at once, each a connection of its own."""
    fake, one, script = FakeBigBlueButton(bearer=True), bigbluebutton(callback=CALLBACK), Script()
    fake.rooms[house.lesson] = Room({"meetingID": house.lesson}, "run-1", BEGAN)
    fake.hooks["1"] = {"meetingID": house.lesson, "callbackURL": f"{CALLBACK}/hook/{house.lesson}"}
    for name in (*NAMES, *NAMES):
        door = one.link(asked(house.lesson), guest(person=house.house.people[name]), datetime.now(UTC))
        for begins, ends in list(stays(luck))[:90]:
            fake.now = BEGAN + begins
            user = fake.join(door.url or "")
            fake.now = BEGAN + ends
            fake.leave(house.lesson, user)
            script.cells[name] |= set(range(begins, ends))
    script.told = [
        Call(address.partition("/hooks/bbb/")[2], address, headers, body) for address, body, headers in fake.posts()
    ]
    return one, script


PLAYS: dict[str, Callable[[Seeing, random.Random], tuple[Provider, Script]]] = {
    "livekit": of_livekit,
    "jitsi": of_jitsi,
    "bigbluebutton": of_bigbluebutton,
}


def on_the_way(script: Script, luck: random.Random) -> list[Call]:
    """What arrives: some of it never, much of it twice, none of it in order."""
    *most, last = script.told
    luck.shuffle(most)
    arrived = [*most[script.lost :], last]
    arrived += luck.sample(arrived, len(arrived) // 2)
    luck.shuffle(arrived)
    return arrived


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # on both: test_sightings
@pytest.mark.parametrize("provider", PLAYS)
async def test_evidence_when_a_lesson_is_played_then_the_register_knows_its_seconds(
    house: Planned, provider: str
) -> None:
    luck = random.Random(provider)
    seeing = Seeing(house)
    await seeing.moves(provider)
    seeing.house.clock.at = TEN + timedelta(hours=2)
    one, script = PLAYS[provider](seeing, luck)
    assert isinstance(one, Reporting)
    now, heard, arrived = datetime.now(UTC), list[Sighting](), on_the_way(script, luck)
    for call in arrived:
        heard += one.evidence(call, now)
        if luck.random() < 0.2:
            forged = replace(call, body=call.body.replace(b"joined", b"left"), headers={"authorization": "Bearer x"})
            with pytest.raises(Forbidden):
                one.evidence(forged, now)
    keys, new = len({sighting.key for sighting in heard}), 0
    assert len(heard) >= 1000
    while heard:
        many, heard = heard[:200], heard[200:]
        taken = await seeing.take(*many)
        assert taken.kept_out == {}
        new += taken.new
    assert new == keys
    for name in NAMES:
        assert {cell for begin, end in await seeing.room(name) for cell in range(begin, end)} == script.cells[name]
