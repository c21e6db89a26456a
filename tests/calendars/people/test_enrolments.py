"""Ways into a programme: asking, papers seen, accepted with or against the entry rules; what the trail keeps of it."""

import asyncio
from datetime import date

import pytest

from calendars import programmes, rights
from calendars.blueprints.entry import SKILLS
from calendars.blueprints.shipped import load, parse, text_of
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.people import enrolments, people, profiles
from calendars.people.people import NewPerson
from calendars.people.profiles import NewProfile
from calendars.programmes import NewProgramme
from calendars.store import Work
from calendars.tables import Enrolment
from tests.calendars.planned import SYSTEM, Planned, counted

CHECKS = ("highly-educated", "unemployed", "motivated", "computer")
LANGUAGE = [f"language:{skill}" for skill in ("listening", "speaking", "reading", "writing")]


async def second(work: Work, house: Planned, *, refuse: bool = False) -> str:
    """Programme 2 of S0, for the highly educated."""
    blueprint = load("employment-or-entrepreneurship")
    if refuse:
        text = text_of("employment-or-entrepreneurship").replace('on_miss = "warn"', 'on_miss = "refuse"')
        blueprint = parse(text, "strict.toml")
    new = NewProgramme(blueprint=blueprint, start=date(2026, 4, 7), organisation=house.organisation)
    return (await programmes.plan(work, SYSTEM, new)).id


async def somebody(work: Work, house: Planned, programme: str, level: str, *, papers: bool = True) -> str:
    """Asks for a place; with this level in all skills, of age, her papers seen."""
    kaisa = await rights.actor_of(work, house.people["Kaisa"])
    target = rights.Target(house.organisation, programme)
    person = (await people.add(work, kaisa, NewPerson(name=f"Learner {level}"), target)).id
    await enrolments.apply(work, kaisa, programme, person)
    said = NewProfile(levels=dict.fromkeys(SKILLS, level) if level else {}, born=date(1990, 1, 1))
    await profiles.describe(work, kaisa, person, said)
    for code in CHECKS if papers else ():
        await enrolments.see(work, kaisa, programme, person, code)
    return person


async def test_accept_when_a1_3_comes_to_programme_two_then_warned_asked_and_logged(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        person = await somebody(work, house, programme, "A1.3")
    kaisa = await house.actor("Kaisa")
    with pytest.raises(Invalid, match="entry_missed") as refused:
        async with house.store.work() as work:
            await enrolments.accept(work, kaisa, programme, person)
    assert refused.value.facts == {"field": "grounds", "missed": LANGUAGE}
    async with house.store.work() as work:
        row = await enrolments.accept(work, kaisa, programme, person, " She studies in the evenings, too. ")
    assert (row.status, row.missed, row.grounds) == ("accepted", LANGUAGE, "She studies in the evenings, too.")
    async with house.store.look() as look:
        told = [one.body for one in await look.trail(programme, 0) if one.kind == "Admitted"]
    assert told == [{"person": person, "missed": LANGUAGE, "by": house.people["Kaisa"]}]


async def test_accept_when_a2_1_comes_then_she_passes_without_a_word(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        person = await somebody(work, house, programme, "A2.1")
        row = await enrolments.accept(work, SYSTEM, programme, person)
    assert (row.status, row.missed, row.grounds) == ("accepted", [], "")


async def test_accept_when_the_model_refuses_then_no_reason_helps(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house, refuse=True)
        below, unseen = (await somebody(work, house, programme, "A1.3"),
                         await somebody(work, house, programme, "A2.1", papers=False))  # fmt: skip
    for person in (below, unseen):
        with pytest.raises(Conflict, match="entry_refused"):
            async with house.store.work() as work:
                await enrolments.accept(work, SYSTEM, programme, person, "Please")
        async with house.store.look() as look:
            assert [
                one.enrolment.status for one in await enrolments.of_programme(look, SYSTEM, programme)
                if one.person.id == person
            ] == ["applied"]  # fmt: skip


async def test_admit_when_papers_are_not_seen_yet_then_only_what_is_known_stands_in_the_way(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        unseen = await somebody(work, house, programme, "A2.1", papers=False)
        below = await somebody(work, house, programme, "A1.3", papers=False)
        assert (await enrolments.admit(work, SYSTEM, programme, unseen)).missed == []
    with pytest.raises(Invalid, match="entry_missed") as refused:
        async with house.store.work() as work:
            await enrolments.admit(work, SYSTEM, programme, below)
    assert refused.value.facts["missed"] == LANGUAGE
    with pytest.raises(Invalid, match="entry_missed") as refused:
        async with house.store.work() as work:
            await enrolments.accept(work, SYSTEM, programme, unseen)
    assert refused.value.facts["missed"] == [f"check:{code}" for code in CHECKS]


async def test_rules_when_the_blueprint_changes_later_then_the_programme_keeps_its_own(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        found, _ = await rights.target_of_programme(work, programme)
        kept = dict(found.rules)
    assert kept["entry"]["language"] == dict.fromkeys(SKILLS, "A2.1")
    assert kept["entry"]["on_miss"] == "warn"
    assert kept["groups"] == {"smallest": 4, "largest": 7, "by": ["field", "level", "time"]}
    assert list(enrolments.door(found).checks) == list(CHECKS)


async def test_see_when_a_paper_is_seen_then_by_whom_and_when_and_never_the_paper(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        person = await somebody(work, house, programme, "A2.1", papers=False)
        oona = await house.actor("Oona")
    with pytest.raises((NotFound, Forbidden)):  # she counsels in another programme
        async with house.store.work() as work:
            await enrolments.see(work, oona, programme, person, "motivated")
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await enrolments.see(work, kaisa, programme, person, "motivated", date(2026, 3, 5))
        await enrolments.see(work, kaisa, programme, person, "motivated")
        with pytest.raises(Invalid, match="bad_choice"):
            await enrolments.see(work, kaisa, programme, person, "handsome")
        with pytest.raises(Invalid, match="in_the_future"):
            await enrolments.see(work, kaisa, programme, person, "computer", date(2026, 3, 10))
    async with house.store.look() as look:
        one = (await enrolments.of_programme(look, kaisa, programme))[0]
        assert one.checks["motivated"].seen_by == house.people["Kaisa"]
        assert one.checks["motivated"].seen_on == date(2026, 3, 5)
        assert "check:motivated" in one.met
    async with house.store.work() as work:
        await enrolments.see(work, kaisa, programme, person, "motivated", seen=False)
    async with house.store.look() as look:
        assert (await enrolments.of_programme(look, kaisa, programme))[0].checks == {}
        seen = [one.body["seen"] for one in await look.trail(programme, 0) if one.kind == "PaperSeen"]
    assert seen == [True, False]


async def test_apply_when_twice_then_conflict_and_when_declined_then_anew(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        person = await somebody(work, house, programme, "A2.1")
    with pytest.raises(Conflict, match="enrolled_already"):
        async with house.store.work() as work:
            await enrolments.apply(work, SYSTEM, programme, person)
    async with house.store.work() as work:
        await enrolments.change(work, SYSTEM, programme, person, "declined", "own_wish")
        assert await rights.targets_of_person(work, person) == ([rights.THE_HOUSE], frozenset())
    with pytest.raises(Conflict, match="enrolment_over"):
        async with house.store.work() as work:
            await enrolments.change(work, SYSTEM, programme, person, "waiting")
    async with house.store.work() as work:
        await enrolments.apply(work, SYSTEM, programme, person)
    async with house.store.look() as look:
        assert [one.enrolment.status for one in await enrolments.of_programme(look, SYSTEM, programme)] == ["applied"]


async def test_apply_when_she_asks_again_then_she_keeps_her_field_until_she_names_another(house: Planned) -> None:
    async with house.store.look() as look:
        first, other, *_ = [one.id for one in await programmes.fields(look, SYSTEM, house.programme)]
    person = house.people["Stranger"]
    said = list[str | None]()
    for field in (first, "", other):
        async with house.store.work() as work:
            said.append((await enrolments.apply(work, SYSTEM, house.programme, person, field)).field)
            await enrolments.change(work, SYSTEM, house.programme, person, "declined", "own_wish")
    assert said == [first, first, other]


async def test_apply_when_two_write_her_down_at_once_then_one_row(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        person = (await people.add(work, SYSTEM, NewPerson(name="Eeva"), rights.THE_HOUSE)).id

    async def ask() -> str:
        try:
            async with house.store.work() as work:
                await enrolments.apply(work, SYSTEM, programme, person)
        except Conflict as wrong:
            return wrong.code
        return "asked"

    assert sorted(await asyncio.gather(ask(), ask())) == ["asked", "enrolled_already"]


@pytest.mark.parametrize("who", ["Veera", "Iiris", "Amina", "Stranger", "Oona"])
async def test_apply_when_she_does_not_plan_then_refused(house: Planned, who: str) -> None:
    async with house.store.work() as work:
        person = (await people.add(work, SYSTEM, NewPerson(name="Eeva"), rights.THE_HOUSE)).id
    with pytest.raises((NotFound, Forbidden)):
        async with house.store.work() as work:
            await enrolments.apply(work, await house.actor(who), house.programme, person)


async def test_applicant_when_on_the_list_then_reached_by_those_who_plan_there_alone(house: Planned) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        person = await somebody(work, house, programme, "A2.1")
    async with house.store.look() as look:
        assert (await rights.ask_about(look, await house.actor("Kaisa"), "see_people", person)).id == person
        for who in ("Oona", "Veera", "Iiris", "Amina"):
            with pytest.raises(NotFound):
                await rights.ask_about(look, await house.actor(who), "see_people", person)


async def test_of_programme_when_somebody_sits_without_having_asked_then_she_is_there(house: Planned) -> None:
    async def read() -> tuple[list[tuple[str, str, bool]], int]:
        async with house.store.look() as look:
            with counted(look) as said:
                found = await enrolments.of_programme(look, SYSTEM, house.programme)
        shown = [(one.person.name, one.enrolment.status, one.seat is not None) for one in found]
        return sorted(shown), len(said)

    seated = [("Amina", "accepted", True), ("Bilal", "accepted", True), ("Chau", "accepted", True)]
    found, few = await read()
    assert found == seated
    async with house.store.work() as work:
        for name in ("Dina", "Eeva"):
            new = await people.add(work, SYSTEM, NewPerson(name=name), rights.THE_HOUSE)
            await enrolments.apply(work, SYSTEM, house.programme, new.id)
    asking = [("Dina", "applied", False), ("Eeva", "applied", False)]
    assert await read() == (sorted([*seated, *asking]), few)
    async with house.store.look() as look:
        assert await look.get(Enrolment, "") is None
