"""The kinds of video server: what each must be told, in which form, and the provider that comes of it."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from calendars.clock import Clock
from calendars.errors import Invalid
from classroom.video.choose import line_of
from classroom.video.galene import Galene
from classroom.video.kinds import KINDS, Home, made_of
from classroom.video.link import Link
from server.settings import Settings
from tests.classroom.video.guests import asked, guest

GALENE = {
    "url": "https://galene.example.org", "admin": "us", "password": "a good password", "secret": "a good long secret",
}  # fmt: skip
TEAMS = f"https://teams.example.com/l/meetup-join/{'x' * 300}/0?context=%7b%22Tid%22%3a%221%22%7d"


def test_kinds_when_the_environment_sets_them_then_each_is_made_of_its_own_settings() -> None:
    settings = {f"galene_{name}": value for name, value in GALENE.items()} | {"link_url": TEAMS}
    assert settings.keys() <= {one.name for one in fields(Settings)}
    galene, link = made_of(lambda name: settings.get(name, ""), Clock(), "")
    assert isinstance(galene, Galene)
    assert (galene.line.base, galene.admin, galene.password, galene.secret, galene.name) == (*GALENE.values(), "galene")
    assert isinstance(link, Link)
    assert (link.address, link.name, line_of(link)) == (TEAMS, "link", None)  # nobody asks Teams how it is


@pytest.mark.parametrize(
    ("kind", "said", "code", "field"),
    [
        ("galene", GALENE | {"url": "galene"}, "video_bad_address", "url"),
        ("galene", GALENE | {"admin": " "}, "empty", "admin"),
        ("galene", GALENE | {"password": "short"}, "secret_too_short", "password"),
        ("galene", GALENE | {"secret": ""}, "empty", "secret"),
        ("link", {}, "empty", "url"),
        ("link", {"url": "http://zoom.example.us/j/1"}, "video_bad_address", "url"),
        ("link", {"url": "javascript:alert(1)"}, "video_bad_address", "url"),
        ("link", {"url": f"https://x.example.org/{'x' * 1000}"}, "too_long", "url"),
    ],
    ids=range(8),
)
def test_read_when_something_is_wrong_then_its_field_is_named(
    kind: str, said: dict[str, str], code: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        KINDS[kind].read(said)
    assert (refused.value.code, refused.value.facts["field"]) == (code, field)


@pytest.mark.parametrize("between", ["\n", "\r\n", " ", ""], ids=["as it is", "as Windows has it", "blanks", "nothing"])
def test_read_when_a_private_key_comes_through_a_field_of_one_line_then_it_signs_all_the_same(between: str) -> None:
    pem = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    told = {"url": "https://8x8.vc", "app_id": "us", "key_id": "us/1", "secret": between.join(pem.splitlines())}
    said = KINDS["jitsi"].read(told)
    assert said["secret"] == pem
    jitsi = KINDS["jitsi"].make("jitsi", Home(Clock()), said)
    assert "jwt=" in (jitsi.link(asked(), guest(), datetime.now(UTC)).url or "")


def test_read_when_all_is_said_then_as_it_was_and_its_secrets_are_known() -> None:
    assert KINDS["galene"].read(GALENE) == GALENE
    assert KINDS["galene"].secrets == {"password", "secret"}
    assert KINDS["link"].read({"url": f" {TEAMS} "}) == {"url": TEAMS}
