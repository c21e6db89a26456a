"""Video servers of the house: a secret goes in and never comes out, a name stays, and each makes its provider."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from calendars import rights
from calendars.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from calendars.rights import Actor, Scope
from calendars.store import Store
from classroom import servers
from classroom.sealing import Seal
from classroom.servers import NewServer
from classroom.video.jitsi import Jitsi
from classroom.video.kinds import Home
from tests.calendars.planned import SYSTEM, Planned, plan_house

SECRET = "a secret that no dump may show"
TOLD = {"url": "https://meet.example.org/", "app_id": "us", "secret": SECRET, "domain": ""}
NEW = NewServer("jitsi", " Kunnan  Jitsi ", TOLD)
SEAL = Seal(b"the house's own secret, 32 bytes")


async def add(store: Store, new: NewServer = NEW, actor: Actor = SYSTEM) -> str:
    async with store.work() as work:
        return await servers.add(work, actor, new, SEAL)


async def rooms(store: Store, seal: Seal = SEAL, known: Any = None) -> tuple[dict[str, Any], dict[str, str]]:
    async with store.look() as look:
        found, called = await servers.rooms(look, Home(store.clock, "https://house.example.org"), seal, known or {})
    return {room.name: room for room in found}, called


def told(provider: object) -> tuple[str, str, str, str]:
    """What a Jitsi was made of."""
    assert isinstance(provider, Jitsi)
    return provider.url, provider.app_id, provider.secret, provider.name


async def everything(store: Store) -> str:
    """What a dump of the database would show of servers and of what happened to them."""
    async with store.look() as look:
        rows = [*await look.rows(text("SELECT * FROM servers")), *await look.rows(text("SELECT * FROM trail"))]
    return repr([tuple(row) for row in rows])


async def test_server_when_added_changed_and_retired_then_its_secret_is_never_seen_and_its_name_stays(
    store: Store,
) -> None:
    which = await add(store)
    found, called = await rooms(store)
    assert called == {which: "Kunnan Jitsi"}
    assert told(found[which].provider) == ("https://meet.example.org", "us", SECRET, which)
    assert SECRET not in await everything(store) + repr(found)
    async with store.look() as look:
        (shown,) = await servers.servers(look, SYSTEM)
    assert (shown.told, list(shown.written)) == ({"url": "https://meet.example.org", "app_id": "us"}, ["secret"])

    again, _ = await rooms(store, known=found)
    assert again[which].provider is found[which].provider  # it remembers how its server does
    changed = NewServer("jitsi", "Toinen", TOLD | {"secret": "", "app_id": "them"})
    async with store.work() as work:
        await servers.change(work, SYSTEM, which, changed, SEAL)
    found, called = await rooms(store, known=found)
    assert (called[which], told(found[which].provider)) == (
        "Toinen", ("https://meet.example.org", "them", SECRET, which)
    )  # fmt: skip

    for _ in range(2):
        async with store.work() as work:
            await servers.retire(work, SYSTEM, which)
    assert await rooms(store) == ({}, {which: "Toinen"})
    async with store.look() as look:
        (row,) = await look.rows(text("SELECT sealed FROM servers"))
    assert bytes(row[0]) == b""
    with pytest.raises(Conflict, match="server_retired"):
        async with store.work() as work:
            await servers.change(work, SYSTEM, which, replace(changed, told=TOLD), SEAL)
    await add(store, replace(NEW, name="Toinen"))  # the name is free again


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_server_when_its_address_changes_then_its_secret_must_be_known(store: Store) -> None:
    which = await add(store)
    elsewhere = replace(NEW, told=TOLD | {"url": "https://evil.example.org", "secret": ""})
    with pytest.raises(Invalid) as refused:
        async with store.work() as work:
            await servers.change(work, SYSTEM, which, elsewhere, SEAL)
    assert (refused.value.code, refused.value.facts["field"]) == ("secret_again", "secret")
    assert (await rooms(store))[0][which].provider.url == "https://meet.example.org"
    async with store.work() as work:
        await servers.change(work, SYSTEM, which, replace(elsewhere, told=elsewhere.told | {"secret": SECRET}), SEAL)
    assert (await rooms(store))[0][which].provider.url == "https://evil.example.org"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("new", "code", "field"),
    [
        (replace(NEW, kind="zoom"), "bad_choice", "kind"),
        (replace(NEW, name=" "), "empty", "name"),
        (replace(NEW, name="KUNTA"), "name_taken", "name"),
        (replace(NEW, organisation="nobody"), "bad_choice", "organisation"),
        *[
            (replace(NEW, told=TOLD | {field: said}), code, field)
            for field, said, code in (
                ("url", "", "empty"), ("app_id", " ", "empty"),
                ("secret", "short", "secret_too_short"), ("secret", "x" * 9000, "too_long"),
                ("domain", "not a host", "bad_host"), ("domain", "x" * 64, "bad_host"),
            )
        ],
        *[
            (replace(NEW, told=TOLD | {"url": said}), "video_bad_address", "url")
            for said in (
                "meet.example.org", "javascript://x.example.org", "https://[::1", "https://me:pass@x.example.org",
                "https://x/?a=b", "https://x.example.org:99999", "https://ä.example.org",
            )
        ],
    ],
)  # fmt: skip
async def test_server_when_something_is_wrong_then_its_field_is_named_and_nothing_stays(
    store: Store, new: NewServer, code: str, field: str
) -> None:
    await add(store, replace(NEW, name="KUNTA"))
    with pytest.raises(Invalid) as refused:
        await add(store, new)
    assert (refused.value.code, refused.value.facts["field"]) == (code, field)
    assert SECRET not in str(refused.value)
    assert len((await rooms(store))[0]) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_seal_when_it_was_made_for_another_place_or_house_then_it_does_not_open(store: Store) -> None:
    sealed = SEAL.close("here", {"secret": SECRET})
    assert SEAL.open("here", sealed) == {"secret": SECRET}
    assert SECRET.encode() not in sealed
    assert sealed != SEAL.close("here", {"secret": SECRET})
    other = Seal(b"the secret of another house, 32!")
    for seal, place, given in (
        (SEAL, "there", sealed), (other, "here", sealed), (SEAL, "here", sealed[:-1] + b"!"), (SEAL, "here", b"x"),
    ):  # fmt: skip
        with pytest.raises(Unavailable, match="seal_broken"):
            seal.open(place, given)
    which = await add(store)
    assert await rooms(store, other) == ({}, {which: "Kunnan Jitsi"})  # such a server gives no rooms, the others do


async def test_seal_when_the_machine_has_a_key_then_the_database_alone_opens_nothing_and_the_key_can_be_changed(
    store: Store,
) -> None:
    root, first, second = (
        b"the house's own secret, 32 bytes",
        "a key of the machine alone",
        "the next key of the machine",
    )
    which = await add(store)  # sealed before there was any key

    async def seal_anew(*keys: str) -> int:
        async with store.work() as work:
            return await servers.seal_anew(work, Seal(root, *keys))

    async def opens(*keys: str) -> bool:
        return which in (await rooms(store, Seal(root, *keys)))[0]

    assert [await opens(), await opens(first)] == [True, True]
    assert [await seal_anew(first), await seal_anew(first)] == [1, 0]
    assert [await opens(), await opens(second), await opens(first)] == [False, False, True]
    assert await seal_anew(second) == 0  # without the old key nothing is lost: it waits for it
    assert await seal_anew(second, first) == 1
    assert [await opens(first), await opens(second)] == [False, True]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_server_when_its_administrator_is_of_one_organisation_then_she_has_hers_alone(store: Store) -> None:
    house: Planned = await plan_house(store)
    hers = Actor("p", "Hanna", "fi", 1, (Scope("admin", "organisation", house.organisation),))
    wide, own = await add(store), replace(NEW, name="Oma", organisation=house.organisation)
    mine = await add(store, own, hers)
    async with store.look() as look:
        assert [one.id for one in await servers.servers(look, hers)] == [mine]
        assert [one for one, _ in await servers.organisations(look, hers)] == [house.organisation]
        for who, which in ((hers, wide), (rights.system(), "invented"), (await house.actor("Kaisa"), mine)):
            with pytest.raises((NotFound, Forbidden)):
                await servers.server(look, who, which)
    with pytest.raises(NotFound):
        await add(store, replace(NEW, name="Kaikkien"), hers)
