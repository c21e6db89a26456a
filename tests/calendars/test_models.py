"""Models: brought in by name and version, taken out, and never changed under a programme."""

from datetime import date

import pytest

from calendars import models, programmes
from calendars.blueprints import shipped
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.models import Offered
from calendars.programmes import NewProgramme
from calendars.tables import Model
from tests.calendars.planned import SYSTEM, Planned, counted

OCCUPATION = "occupation-for-immigrants"
MINE = shipped.text_of(OCCUPATION).replace('version = "1.1" ', 'version = "1.2" ').replace(
    'title.en = "Logistics"', 'title.en = "Lorries and stores"'
)  # fmt: skip


async def bring(house: Planned, text: str, name: str = "Kaisa") -> None:
    actor = await house.actor(name)
    async with house.store.work() as work:
        await models.bring_in(work, actor, house.organisation, text, "mine.toml")


async def known(house: Planned) -> dict[str, Offered]:
    async with house.store.look() as look:
        return {one.key: one for one in await models.offered(look, SYSTEM, house.organisation)}


async def test_offered_when_nothing_was_brought_in_then_the_shipped_models_and_how_many_programmes_each_has(
    house: Planned,
) -> None:
    found = await known(house)
    assert [one.name for one in found.values()] == shipped.names()
    assert {key: one.programmes for key, one in found.items() if one.programmes} == {f"{OCCUPATION}@1.1": 1}
    assert all(one.shipped and not one.withdrawn for one in found.values())


async def test_bring_in_when_new_version_then_both_are_offered_and_the_newest_is_taken_unless_said(
    house: Planned,
) -> None:
    await bring(house, MINE)
    await bring(house, MINE.replace('"1.2" ', '"1.10" ').replace("Lorries and stores", "Vans"))
    ours = [one.version for one in (await known(house)).values() if one.name == OCCUPATION]
    assert ours == ["1.10", "1.2", "1.1"]
    async with house.store.look() as look:
        titles = [
            (await models.blueprint(look, SYSTEM, house.organisation, OCCUPATION, version))
            .fields["logistics"]
            .title["en"]
            for version in ("", "1.2", "1.1")
        ]
        assert await models.text_of(look, SYSTEM, house.organisation, OCCUPATION, "1.2") == MINE
    assert titles == ["Vans", "Lorries and stores", "Logistics"]


async def test_bring_in_when_the_same_again_then_nothing_changes(house: Planned) -> None:
    for text in (MINE, MINE, MINE + "# a note changes no meaning\n", shipped.text_of(OCCUPATION)):
        await bring(house, text)
    assert [one.version for one in (await known(house)).values() if one.name == OCCUPATION] == ["1.2", "1.1"]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
async def test_bring_in_when_version_means_something_else_then_refused_with_the_version_to_take(
    house: Planned, version: str
) -> None:
    await bring(house, MINE)
    other = MINE.replace('"1.2" ', f'"{version}" ').replace("Lorries and stores", "Ships")
    with pytest.raises(Conflict) as refused:
        await bring(house, other)
    facts = refused.value.facts
    assert (refused.value.code, facts["field"], facts["version"], facts["free"]) == (
        "version_taken", "text", version, "1.3",
    )  # fmt: skip
    async with house.store.look() as look:
        assert await models.text_of(look, SYSTEM, house.organisation, OCCUPATION, "1.2") == MINE


async def test_bring_in_when_broken_then_refused_with_lines_and_nothing_is_kept(house: Planned) -> None:
    with pytest.raises(Invalid) as refused:
        await bring(house, MINE.replace('kind = "online"', 'kind = "onlin"'))
    line = MINE[: MINE.index('kind = "online"')].count("\n") + 1
    assert (refused.value.code, refused.value.facts["line"]) == ("broken_sheet", line)
    assert f"{OCCUPATION}@1.2" not in await known(house)


async def test_bring_in_when_trainings_of_leaders_go_round_then_refused_at_the_line(house: Planned) -> None:
    training = shipped.text_of("tutor-training").replace('version = "1.0"', 'version = "1.1"')
    training = training.replace("times = 10\n", 'times = 10\nleader_training = "catch-up-with-work"\n')
    with pytest.raises(Invalid) as refused:
        await bring(house, training)
    facts = refused.value.facts
    line = training[: training.index("leader_training")].count("\n") + 1
    assert (facts["why"], facts["field"], facts["line"]) == (
        "trains_in_a_circle", "series.training.leader_training", line,
    )  # fmt: skip


async def test_withdraw_when_a_programme_was_planned_from_it_then_it_goes_on_and_the_model_is_offered_no_more(
    house: Planned,
) -> None:
    await bring(house, MINE)
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        mine = await models.blueprint(work, kaisa, house.organisation, OCCUPATION)
        planned = await programmes.plan(
            work, kaisa, NewProgramme(blueprint=mine, start=date(2026, 9, 7), organisation=house.organisation)
        )
        await models.withdraw(work, kaisa, house.organisation, OCCUPATION, "1.2")
    async with house.store.look() as look:
        assert (await programmes.blueprint_of(look, planned.id)).fields["logistics"].title["en"] == "Lorries and stores"
        assert (await models.blueprint(look, kaisa, house.organisation, OCCUPATION)).version == "1.1"
        assert (await models.blueprint(look, kaisa, house.organisation, OCCUPATION, "1.2")).version == "1.2"
    withdrawn = (await known(house))[f"{OCCUPATION}@1.2"]
    assert (withdrawn.withdrawn, withdrawn.programmes) == (True, 1)
    await bring(house, MINE)
    assert not (await known(house))[f"{OCCUPATION}@1.2"].withdrawn


async def test_withdraw_when_shipped_or_unknown_then_not_found(house: Planned) -> None:
    async with house.store.work() as work:
        for name, version in ((OCCUPATION, "1.1"), ("nothing", "1.1")):
            with pytest.raises(NotFound):
                await models.withdraw(work, SYSTEM, house.organisation, name, version)


@pytest.mark.parametrize(("name", "refusal"), [("Oona", NotFound), ("Veera", NotFound), ("Amina", NotFound)])
async def test_models_when_not_a_planner_of_the_organisation_then_refused(
    house: Planned, name: str, refusal: type[Exception]
) -> None:
    actor = await house.actor(name)
    async with house.store.work() as work:
        with pytest.raises(refusal):
            await models.offered(work, actor, house.organisation)
        with pytest.raises(refusal):
            await models.bring_in(work, actor, house.organisation, MINE, "mine.toml")
        with pytest.raises((NotFound, Forbidden)):
            await models.bring_in(work, await house.actor("Kaisa"), "elsewhere", MINE, "mine.toml")


async def test_offered_when_more_models_were_brought_in_then_no_more_statements(house: Planned) -> None:
    numbers = []
    for brought in (1, 3):
        for number in range(brought):
            await bring(house, MINE.replace('"1.2" ', f'"1.{number + 2}" '))
        async with house.store.look() as look:
            with counted(look) as said:
                await models.offered(look, SYSTEM, house.organisation)
        numbers.append(len(said))
    assert numbers[0] == numbers[1] == 2


@pytest.mark.parametrize(
    ("version", "known", "free"),
    [("1.0", [], "1.1"), ("1.9", [], "1.10"), ("2", [], "2.1"), ("1.0", ["1.4", "0.9"], "1.5")],
)  # fmt: skip
def test_next_version_when_counted_up_then_above_all(version: str, known: list[str], free: str) -> None:
    assert models.next_version(version, known) == free


async def test_model_when_a_release_ships_its_name_and_version_then_the_organisations_own_goes_on(
    house: Planned,
) -> None:
    own = MINE.replace('"1.2" ', '"1.1" ')
    async with house.store.work() as work:  # it was brought in before the release that ships another 1.1
        work.add(
            Model(
                id="kept", organisation=house.organisation, name=OCCUPATION, version="1.1", title={"en": "Ours"},
                text=own, added=work.now, added_by=None,
            )
        )  # fmt: skip
    async with house.store.look() as look:
        found = await models.blueprint(look, SYSTEM, house.organisation, OCCUPATION, "1.1")
        assert found.fields["logistics"].title["en"] == "Lorries and stores"
        assert await models.text_of(look, SYSTEM, house.organisation, OCCUPATION, "1.1") == own
        offered = await models.offered(look, SYSTEM, house.organisation)
    assert [(one.version, one.shipped) for one in offered if one.name == OCCUPATION] == [("1.1", False)]
