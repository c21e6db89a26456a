"""From whom rooms come: one after the other, the house's own at last; what new programmes begin with."""

from datetime import date

import pytest

from calendars import chains, programmes, rights
from calendars.blueprints.shipped import load
from calendars.errors import Invalid, NotFound
from calendars.programmes import NewProgramme
from calendars.store import Work
from calendars.tables import VideoServer
from tests.calendars.planned import SYSTEM, Planned


def server(work: Work, name: str, organisation: str | None = None, *, retired: bool = False) -> VideoServer:
    return VideoServer(
        id=name, name=name, kind="jitsi", organisation=organisation, settings={}, sealed=b"", sealed_at={},
        added=work.now, retired=work.now if retired else None,
    )  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("chosen", "asked"),
    [
        (["jitsi"], ("jitsi", "builtin")),
        (["jitsi", "a2b", "jitsi"], ("jitsi", "a2b", "builtin")),
        (["builtin", "jitsi"], ("builtin",)),
        (["jitsi", "builtin", "a2b"], ("jitsi", "builtin")),
    ],
)
async def test_chain_when_chosen_then_each_once_and_the_house_at_last(
    house: Planned, chosen: list[str], asked: tuple[str, ...]
) -> None:
    async with house.store.work() as work:
        await chains.choose(work, SYSTEM, house.programme, chosen)
    assert chains.chain((await house.line()).programme) == asked


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("chosen", [[], ["x"], ["Jitsi; rm"], ["a" * 21], ["aa", "bb", "cc", "dd", "ee", "ff"]])
async def test_chain_when_it_could_never_be_asked_then_refused(house: Planned, chosen: list[str]) -> None:
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await chains.choose(work, SYSTEM, house.programme, chosen)
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await chains.choose_for_new(work, SYSTEM, chosen)


async def test_new_programme_when_the_house_says_whom_to_ask_then_without_who_is_gone_or_anothers(
    house: Planned,
) -> None:
    new = NewProgramme(
        blueprint=load("occupation-for-immigrants"), start=date(2026, 9, 1), organisation=house.organisation
    )
    async with house.store.work() as work:
        work.add(server(work, "aa"), server(work, "bb", house.organisation), server(work, "cc", retired=True))
        await work.flush()
        await chains.choose_for_new(work, SYSTEM, ["cc", "jitsi", "aa", "bb"])
        assert await chains.for_new(work, SYSTEM) == ["cc", "jitsi", "aa", "bb", "builtin"]
        planned = await programmes.plan(work, SYSTEM, new)
        assert chains.chain(planned) == ("jitsi", "aa", "bb", "builtin")
        assert await chains.of_new(work, "another", None) == ["jitsi", "aa"]
        with pytest.raises(Invalid, match="bad_choice"):
            await chains.of_new(work, "another", "bb")
        await chains.choose_for_new(work, SYSTEM, ["builtin"])
        assert await chains.of_new(work, house.organisation, None) == ["builtin"]
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await chains.choose_for_new(work, await house.actor("Kaisa"), ["jitsi"])
    assert rights.MATRIX["admin"] & {"plan"} == frozenset()  # whoever administers plans no programme
