"""What comes in from bbb-webhooks: theirs by any of its proofs, ours alone, and nothing of what is forged."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest

from calendars.errors import Forbidden, Invalid
from classroom.video.provider import Call
from tests.classroom.video.test_bigbluebutton import AMINA, AT, CALLBACK, LESSON, SECRET, provider


def event(what: object = "user-joined", person: object = AMINA, lesson: object = LESSON, ts: object = 5000) -> Any:
    meeting = {"internal-meeting-id": "m-1", "external-meeting-id": lesson}
    user = {"internal-user-id": "w_1", "external-user-id": person, "name": "Amina"}
    return {
        "data": {"type": "event", "id": what, "attributes": {"meeting": meeting, "user": user}, "event": {"ts": ts}}
    }


def call(told: object, path: str = f"hook/{LESSON}", algorithm: str = "sha256", secret: str = SECRET) -> Call:
    text = told if isinstance(told, str) else json.dumps(told)
    body = f"domain=x&event={quote_plus(text)}&timestamp=1".encode()
    proof = hashlib.new(algorithm, f"{CALLBACK}/{path}".encode() + body + secret.encode()).hexdigest()
    return Call(path, f"http://10.0.0.1/hooks/bbb/{path}?checksum={proof}", {}, body)


def heard(one: Call) -> list[tuple[str, str, datetime]]:
    told = provider(callback=CALLBACK).evidence(one, AT)
    return [(seen.person, seen.event, seen.at) for seen in told]


JOINED = (AMINA, "joined", datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC))


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_evidence_when_signed_by_any_hash_then_it_is_theirs(algorithm: str) -> None:
    assert heard(call([event()], algorithm=algorithm)) == [JOINED]


BARE = replace(call([event()]), url=f"{CALLBACK}/hook/{LESSON}")
GOOD = call([event()])
FORGED: dict[str, Call] = {
    "no proof": BARE,
    "another secret": call([event()], secret="another"),
    "an unknown hash": call([event()], algorithm="md5"),
    "another body": replace(GOOD, body=GOOD.body.replace(b"aaaa", b"bbbb")),
    "one byte more": replace(GOOD, body=GOOD.body + b"&"),
    "of another lesson": replace(GOOD, path=f"hook/{'b' * 20}"),
    "no letters of hexadecimal": replace(GOOD, url=f"{CALLBACK}/hook/{LESSON}?checksum={'ä' * 64}"),
    "a hundred fields": replace(GOOD, url=f"{GOOD.url}{'&a=1' * 100}"),
    "an address that is none": replace(GOOD, url="http://[/hooks/bbb"),
    "another bearer": replace(BARE, headers={"authorization": f"Bearer {SECRET}x"}),
    "an empty bearer": replace(BARE, headers={"authorization": "Bearer "}),
    "bytes for a bearer": replace(BARE, headers={"authorization": "Bearer \udcff"}),
    "an end of nothing": Call("end", f"{CALLBACK}/end", {}, b"", "GET"),
    "an end without proof": Call(f"end/{LESSON}", f"{CALLBACK}/end/{LESSON}", {}, b"", "GET"),
    "an end with a wrong proof": Call(f"end/{LESSON}/{'0' * 40}", "", {}, b"", "GET"),
}


@pytest.mark.parametrize("name", FORGED)
def test_evidence_when_forged_then_forbidden(name: str) -> None:
    with pytest.raises(Forbidden) as refused:
        provider(callback=CALLBACK).evidence(FORGED[name], AT)
    assert refused.value.code == "bad_proof"
    with pytest.raises(Forbidden):
        provider(callback=CALLBACK, secret="").evidence(call([event()], secret=""), AT)


STRANGE: list[tuple[object, list[tuple[str, str, datetime]]]] = [
    ([event(), event("user-left", ts=6000)], [JOINED, (AMINA, "left", JOINED[2] + timedelta(seconds=1))]),
    (event(), [JOINED]),
    ([event(person="w_xfsb9gxtlfom")], []),
    ([event(person="Amina")], []),
    ([event(person=AMINA.upper())], []),
    ([event(person=AMINA + "\n")], []),
    ([event(person=None), event(person=7), event(person=[AMINA])], []),
    ([event(lesson="random-9019868"), event(lesson=None)], []),
    ([event("user-audio-muted"), event(None), event(["user-joined"])], []),
    ([{}, None, 5, "x", {"data": []}, {"data": {"attributes": "user"}}], []),
    ([], []),
]


@pytest.mark.parametrize(("told", "found"), STRANGE, ids=range(len(STRANGE)))
def test_evidence_when_others_or_other_things_are_told_then_only_ours_counts(
    told: object, found: list[tuple[str, str, datetime]]
) -> None:
    assert heard(call(told)) == found
    assert heard(replace(BARE, body=call(told).body, headers={"authorization": f"Bearer {SECRET}"})) == found


@pytest.mark.parametrize(
    "bad",
    [
        call("{"), call("[" * 100_000), call([event(ts=None)]), call([event(ts=-1)]), call([event(ts=10**20)]),
        call([event(ts=1.5)]), call([event()], path="else"), call([event()], path=""),
        replace(BARE, body=b"\xff", headers={"authorization": f"Bearer {SECRET}"}),
        replace(BARE, body=b"", headers={"authorization": f"Bearer {SECRET}"}),
        replace(BARE, body=b"&".join([b"event=1"] * 50), headers={"authorization": f"Bearer {SECRET}"}),
    ],
)  # fmt: skip
def test_evidence_when_it_is_no_message_then_invalid(bad: Call) -> None:
    with pytest.raises(Invalid) as refused:
        heard(bad)
    assert refused.value.code == "bad_message"
