"""The wizard by its forms, without any script: each step, its bad input, leaving it and coming back."""

import asyncio
import re
from datetime import timedelta
from html import unescape

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient

from calendars import groups, programmes
from calendars.blueprints import shipped
from calendars.grants import Right
from calendars.people import colleagues, enrolments, people
from calendars.people.people import NewPerson
from calendars.scheduling import readiness
from calendars.tables import Solve
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import hidden_in, page_of

PEOPLE = "name;telephone;field;level\n" + "".join(
    f"Learner {'ABCDEFGHIJKL'[n]};040 777 {n:04};{('logistics', 'care', 'sales')[n % 3]};A2.1\n" for n in range(12)
)
TEACHERS = {"field:logistics": "Lasse Laine", "field:care": "Sirpa Salo sirpa@example.org",
            "field:sales": "Mika Myyri", "language": "Kirsi Koski, Katri Karhu",
            "counsellor": "Oona Ohjaaja, Otto Opas"}  # fmt: skip


async def sent(kaisa: TestClient, page: str, action: str, **said: str) -> tuple[int, str, str]:
    """Send a form of a page as a browser without scripts does: status, where it leads, what it says."""
    shown = await page_of(kaisa, f"{page}{'&' if '?' in page else '?'}language=en")
    form = hidden_in(shown, action) | {name: said[name] for name in said}
    answer = await kaisa.post(action, data=form, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), unescape(await answer.text())


async def go(kaisa: TestClient, page: str, action: str, **said: str) -> str:
    """The same, which must be taken."""
    status, location, shown = await sent(kaisa, page, action, **said)
    assert status == 303, shown
    return location


async def begun(kaisa: TestClient, model: str = "occupation-for-immigrants", start: str = "1.6.2026") -> str:
    """A new programme; the address of its wizard."""
    location = await go(kaisa, "/wizard", "/wizard", blueprint=model, start=start, place="Tervetulotalo")
    assert location.endswith("/wizard/learners")
    return location.removesuffix("/learners")


async def brought(kaisa: TestClient, base: str, table: str, step: str = "learners") -> tuple[int, str]:
    """A table of people, copied into the page."""
    action = f"{base}/{step}" if step == "learners" else f"{base}/{step}/file"
    form = FormData()
    for name, value in hidden_in(await page_of(kaisa, f"{base}/{step}"), action).items():
        form.add_field(name, value)
    form.add_field("file", b"", filename="", content_type="application/octet-stream")
    form.add_field("table", table)
    answer = await kaisa.post(action, data=form, allow_redirects=False)
    return answer.status, unescape(await answer.text())


async def ended(kaisa: TestClient, base: str) -> str:
    """The page of the timetable once the search is over; until then it comes again by itself."""
    async with asyncio.timeout(60):
        while True:
            shown = await page_of(kaisa, f"{base}/timetable?language=en")
            if re.search(r'data-state="(waiting|running)"', shown) is None:
                return unescape(shown)
            assert '<noscript><meta http-equiv="refresh"' in shown
            if "/enough" in shown:
                action = re.search(r'action="(/solves/\w+/enough)"', shown)
                assert action
                answer = await kaisa.post(action[1], data=hidden_in(shown, action[1]), allow_redirects=False)
                assert answer.headers["Location"] == f"{base}/timetable"
            await asyncio.sleep(0.1)


async def stands(house: Planned, base: str) -> readiness.Readiness:
    async with house.store.look() as look:
        return await readiness.of(look, SYSTEM, base.split("/")[2])


async def led(kaisa: TestClient, base: str, named: dict[str, str]) -> str:
    return await go(kaisa, f"{base}/teachers", f"{base}/teachers", **{f"need-{key}": one for key, one in named.items()})


async def test_wizard_when_only_forms_are_sent_then_the_programme_lives(kaisa: TestClient, house: Planned) -> None:
    base = await begun(kaisa)
    assert (await brought(kaisa, base, PEOPLE))[0] == 303
    looked = unescape(await page_of(kaisa, f"{base}/learners?language=en"))
    assert ("Bring in 12 people" in looked, "Logistics 4" in looked) == (True, True)
    assert await go(kaisa, f"{base}/learners", f"{base}/learners/in") == f"{base}/groups"
    assert (await page_of(kaisa, f"{base}/groups")).count("data-drafted=") == 3
    assert await go(kaisa, f"{base}/groups", f"{base}/groups/take") == f"{base}/teachers"
    asked = unescape(await page_of(kaisa, f"{base}/teachers?language=en"))
    assert (asked.count('name="need-'), "At least 2 people" in asked, "For the talks of each learner" in asked) == (
        5, True, True,
    )  # fmt: skip
    assert await led(kaisa, base, TEACHERS) == f"{base}/timetable"
    found = await ended(kaisa, base)
    assert ("Every lesson has a place." in found, "72 talks of learners get their time" in found) == (True, True)
    assert await go(kaisa, f"{base}/timetable", f"{base}/timetable/publish") == f"{base}/ready"
    last = unescape(await page_of(kaisa, f"{base}/ready?language=en"))
    assert ("Your programme is live" in last, "12 contact days, 48 online days" in last) == (True, True)
    assert ("360 lessons with time and teacher" in last, "Undo the change" in last) == (True, True)
    assert ("72 talks of learners with their time" in last, "have no time yet" in last) == (True, False)
    ready = await stands(house, base)
    assert (ready.next, ready.seated, ready.groups, ready.lessons, ready.missing) == ("", 12, 3, 360, 0)
    assert "This programme is not live yet" not in unescape(await page_of(kaisa, f"/programmes/{base.split('/')[2]}"))
    answer = await kaisa.get(base, allow_redirects=False)
    assert answer.headers["Location"] == f"{base}/ready"


async def test_wizard_when_left_in_the_middle_then_it_goes_on_where_the_plan_stands(
    kaisa: TestClient, house: Planned
) -> None:
    base = await begun(kaisa)
    programme = base.split("/")[2]
    found = unescape(await page_of(kaisa, "/wizard?language=en"))
    assert f'href="{base}"' in found
    await brought(kaisa, base, PEOPLE)
    await go(kaisa, f"{base}/learners", f"{base}/learners/in")
    shown = unescape(await page_of(kaisa, f"/programmes/{programme}?language=en"))
    assert ("This programme is not live yet" in shown, "Go on: Groups" in shown) == (True, True)
    async with house.store.work() as work:  # the groups are formed elsewhere, by hand
        fields = {one.code: one.id for one in await programmes.fields(work, SYSTEM, programme)}
        formed = {code: (await groups.form(work, SYSTEM, groups.NewGroup(programme, id, code))).id
                  for code, id in fields.items()}  # fmt: skip
        codes = {id: code for code, id in fields.items()}
        for one in await enrolments.of_programme(work, SYSTEM, programme):
            await groups.seat(work, SYSTEM, formed[codes[one.enrolment.field or ""]], one.person.id)
    answer = await kaisa.get(base, allow_redirects=False)
    assert answer.headers["Location"] == f"{base}/teachers"
    assert "Everybody who is accepted has a group." in unescape(await page_of(kaisa, f"{base}/groups?language=en"))
    assert "12 learners are accepted" in unescape(await page_of(kaisa, f"{base}/learners?language=en"))
    assert "1.6." in await page_of(kaisa, f"{base}/programme?language=en")


@pytest.mark.parametrize(
    ("said", "field"),
    [({"start": "joskus"}, "start"), ({"start": "1.6.1026"}, "start"), ({"blueprint": "none"}, "blueprint"),
     ({"address": "Katu 1"}, "place"), ({"place": "x" * 150}, "place"), ({"break_first": "x"}, "break_first"),
     ({"break_first": "9.6.2026", "break_last": "8.6.2026"}, "break_last")],
)  # fmt: skip
async def test_first_step_when_something_is_wrong_then_told_at_its_field_and_the_rest_stays(
    kaisa: TestClient, house: Planned, said: dict[str, str], field: str
) -> None:
    whole = {"blueprint": "occupation-for-immigrants", "start": "1.6.2026", "place": "", "address": ""} | said
    status, _, shown = await sent(kaisa, "/wizard", "/wizard", **whole)
    assert (status, f'id="{field}-error"' in shown) == (422, True)
    assert f'value="{said.get("place", "")[:20]}' in shown
    async with house.store.look() as look:
        assert [one.id for one in await programmes.of(look, SYSTEM)] == [house.programme]


async def test_learners_when_lines_are_broken_then_told_and_the_good_ones_come_in(
    kaisa: TestClient, house: Planned
) -> None:
    base = await begun(kaisa)
    table = "name\ttelephone\tfield\nDina\t040 111 2222\tlogistics\nEeva\tsoita\tsales\nUlla\t\tcooking\nVera\t\t\n"
    assert (await brought(kaisa, base, table))[0] == 303
    looked = unescape(await page_of(kaisa, f"{base}/learners?language=en"))
    told = ("Line 3", "Line 4", "2 lines do not come in yet", "Bring in 2 people", "1 learner has no field yet")
    assert [words in looked for words in told] == [True] * 5
    assert await go(kaisa, f"{base}/learners", f"{base}/learners/in") == f"{base}/groups"
    shown = await page_of(kaisa, f"{base}/groups?language=en")
    chosen = re.search(r'name="(field-\w+)".*?<option value="(\w+)">Logistics', shown, re.S)
    assert chosen
    status, _, _ = await sent(kaisa, f"{base}/groups", f"{base}/groups/fields", **{chosen[1]: "cooking"})
    assert status == 422
    await go(kaisa, f"{base}/groups", f"{base}/groups/fields", **{chosen[1]: chosen[2]})
    assert "has no field yet" not in await page_of(kaisa, f"{base}/groups?language=en")
    await brought(kaisa, base, table.replace("soita", "040 111 3333").replace("cooking", "care"))
    looked = unescape(await page_of(kaisa, f"{base}/learners?language=en"))
    assert ("2 new" in looked, "1 known, nothing changes" in looked) == (True, True)


async def test_learners_when_the_table_is_none_then_it_stays_in_the_page(kaisa: TestClient, house: Planned) -> None:
    base = await begun(kaisa)
    status, shown = await brought(kaisa, base, "a;b\n1;2\n")
    assert (status, "a;b\n1;2" in shown, 'id="file-error"' in shown) == (422, True, True)
    status, shown = await brought(kaisa, base, "")
    assert (status, 'id="file-error"' in shown) == (422, True)
    assert (await stands(house, base)).next == "learners"


async def test_learners_when_a_file_is_looked_at_then_it_can_be_laid_aside(kaisa: TestClient, house: Planned) -> None:
    base = await begun(kaisa)
    await brought(kaisa, base, PEOPLE)
    shown = await page_of(kaisa, f"{base}/learners")
    form = hidden_in(shown, f"{base}/learners/in")
    answer = await kaisa.post(f"{base}/learners/in", data=form | {"drop": "yes"}, allow_redirects=False)
    assert answer.headers["Location"] == f"{base}/learners"
    answer = await kaisa.post(f"{base}/learners/in", data=form | {"write": "another"}, allow_redirects=False)
    assert answer.status == 422
    assert (await stands(house, base)).seated + (await stands(house, base)).waiting == 0


@pytest.mark.parametrize(("smallest", "largest"), [("", "7"), ("x", "7"), ("8", "7"), ("0", "0"), ("1", "9999")])
async def test_groups_when_sizes_are_wrong_then_told(
    kaisa: TestClient, house: Planned, smallest: str, largest: str
) -> None:
    base = await begun(kaisa)
    await brought(kaisa, base, PEOPLE)
    await go(kaisa, f"{base}/learners", f"{base}/learners/in")
    status, _, shown = await sent(kaisa, f"{base}/groups", f"{base}/groups", smallest=smallest, largest=largest)
    assert (status, "-error" in shown) == (422, True)


async def test_groups_when_taken_twice_then_formed_once(kaisa: TestClient, house: Planned) -> None:
    base = await begun(kaisa)
    await brought(kaisa, base, PEOPLE)
    await go(kaisa, f"{base}/learners", f"{base}/learners/in")
    form = hidden_in(await page_of(kaisa, f"{base}/groups"), f"{base}/groups/take")
    for _ in range(2):
        answer = await kaisa.post(f"{base}/groups/take", data=form, allow_redirects=False)
        assert answer.headers["Location"] == f"{base}/teachers"
    assert (await stands(house, base)).groups == 3


async def grouped(kaisa: TestClient) -> str:
    """A programme whose learners have groups."""
    base = await begun(kaisa)
    await brought(kaisa, base, PEOPLE)
    await go(kaisa, f"{base}/learners", f"{base}/learners/in")
    await go(kaisa, f"{base}/groups", f"{base}/groups/take")
    return base


async def test_teachers_when_named_then_taken_on_once_and_known_ones_are_found(
    kaisa: TestClient, house: Planned
) -> None:
    async with house.store.work() as work:
        right = Right("teacher", "organisation", house.organisation)
        lasse = (await colleagues.hire(work, SYSTEM, NewPerson(name="Lasse Laine", email="l@example.org"), right)).id
    base = await grouped(kaisa)
    assert await led(kaisa, base, TEACHERS | {"language": "Lasse  laine, Kaisa, Kirsi Koski"}) == f"{base}/timetable"
    able = {one.need: set(one.able.values()) for one in (await stands(house, base)).needs}
    assert able == {
        "field:logistics": {"Lasse Laine"}, "field:care": {"Sirpa Salo"}, "field:sales": {"Mika Myyri"},
        "language": {"Lasse Laine", "Kaisa", "Kirsi Koski"}, "counsellor": {"Oona Ohjaaja", "Otto Opas"},
    }  # fmt: skip
    async with house.store.look() as look:
        everybody = {row.id: row for row, _ in await people.staff(look, SYSTEM)}
    named = sorted((row.name, row.email) for row in everybody.values())
    assert [pair for pair in named if pair[0] in ("Lasse Laine", "Sirpa Salo", "Kaisa")] == [
        ("Kaisa", ""), ("Lasse Laine", "l@example.org"), ("Sirpa Salo", "sirpa@example.org"),
    ]  # fmt: skip
    assert lasse in everybody


@pytest.mark.parametrize("said", ["x" * 130, "Anna anna@", "anna@example.org", ", ".join(["Anna"] * 21), "Same Name"])
async def test_teachers_when_a_name_is_wrong_then_told_at_its_field_and_nobody_is_taken_on(
    kaisa: TestClient, house: Planned, said: str
) -> None:
    async with house.store.work() as work:
        for _ in range(2):
            right = Right("teacher", "organisation", house.organisation)
            await colleagues.hire(work, SYSTEM, NewPerson(name="Same Name"), right)
    base = await grouped(kaisa)
    named = {"need-language": said, "need-field:sales": "Mika Myyri"}
    status, _, shown = await sent(kaisa, f"{base}/teachers", f"{base}/teachers", **named)
    assert (status, 'id="need-language-error"' in shown, 'value="Mika Myyri"' in shown) == (422, True, True)
    async with house.store.look() as look:
        assert "Mika Myyri" not in {row.name for row, _ in await people.staff(look, SYSTEM)}


async def test_teachers_when_nobody_can_teach_something_then_said_and_she_may_go_on(
    kaisa: TestClient, house: Planned
) -> None:
    base = await grouped(kaisa)
    assert await led(kaisa, base, {"field:logistics": "Lasse Laine"}) == base
    answer = await kaisa.get(base, allow_redirects=False)
    assert answer.headers["Location"] == f"{base}/teachers"
    shown = unescape(await page_of(kaisa, f"{base}/timetable?language=en"))
    assert ("Nobody can teach this yet" in shown, f'href="{base}/teachers"' in shown) == (True, True)
    last = unescape(await page_of(kaisa, f"{base}/ready?language=en"))
    told = ("Not all of it is ready yet", "360 lessons have no time or no teacher yet", "More people would be needed")
    assert [words in last for words in told] == [True] * 3


async def test_timetable_when_teachers_are_too_few_then_what_has_no_place_is_named_with_what_helps(
    kaisa: TestClient, house: Planned
) -> None:
    base = await grouped(kaisa)
    await led(kaisa, base, TEACHERS | {"language": "Kirsi Koski"})
    shown = await ended(kaisa, base)
    left = sum(int(number) for number in re.findall(r"(\d+) lessons? ha(?:ve|s) no place", shown))
    assert (left >= 40, "One more teacher for language" in shown) == (True, True)  # one cannot teach three at a time
    assert await go(kaisa, f"{base}/timetable", f"{base}/timetable/publish") == f"{base}/ready"
    ready = await stands(house, base)
    assert (ready.next, ready.lessons, ready.missing) == ("timetable", 360 - left, left)
    house.clock.at += timedelta(minutes=1)
    assert await led(kaisa, base, {"language": "Katri Karhu"}) == f"{base}/timetable"
    assert "Every lesson has a place." in await ended(kaisa, base)
    await go(kaisa, f"{base}/timetable", f"{base}/timetable/publish")
    assert (await stands(house, base)).next == ""


async def test_timetable_when_there_is_none_yet_then_publishing_is_refused(kaisa: TestClient, house: Planned) -> None:
    base = await begun(kaisa)
    form = hidden_in(await page_of(kaisa, f"{base}/learners"), f"{base}/learners")
    answer = await kaisa.post(f"{base}/timetable/publish", data=form)
    assert answer.status == 409
    answer = await kaisa.post(f"{base}/timetable", data=form | {"write": "again"})
    assert answer.status == 422
    async with house.store.look() as look:
        assert await look.one(Solve.__table__.select().limit(1)) is None


async def test_place_when_said_later_then_the_days_move_there_and_nothing_said_changes_nothing(
    kaisa: TestClient, house: Planned
) -> None:
    base = await begun(kaisa)
    place = next(day.place for day in (await stands(house, base)).line.days if day.place)
    name, address = f"place-{place.id}", f"address-{place.id}"
    status, _, told = await sent(kaisa, f"{base}/programme", f"{base}/programme", **{name: "", address: "Katu 2"})
    assert (status, f'id="{name}-error"' in told) == (422, True)
    await go(kaisa, f"{base}/programme", f"{base}/programme", **{name: "Uusi talo", address: "Katu 2"})
    await go(kaisa, f"{base}/programme", f"{base}/programme", **{name: "Uusi talo", address: "Katu 2"})
    line = (await stands(house, base)).line
    assert {(day.place.name, day.place.address) for day in line.days if day.place} == {("Uusi talo", "Katu 2")}


@pytest.mark.parametrize("model", shipped.names())
async def test_wizard_when_any_shipped_model_is_taken_then_each_page_has_its_next_step(
    kaisa: TestClient, house: Planned, model: str
) -> None:
    base = await begun(kaisa, model)
    fields = [one.id for one in shipped.load(model).fields.values()] or [""]
    rows = [f"Learner {'ABCDEFGHIJKL'[n]};040 777 {n:04};{fields[n % len(fields)]};B1.1" for n in range(12)]
    await brought(kaisa, base, "\n".join(["name;telephone;field;level", *rows]))
    await go(kaisa, f"{base}/learners", f"{base}/learners/in")
    await go(kaisa, f"{base}/groups", f"{base}/groups/take")
    needs = (await stands(house, base)).needs
    named = {one.need: ", ".join(f"{one.need.title()} {'ABCDEFGH'[n]}" for n in range(one.least)) for one in needs}
    named = {need: names.replace(":", " ") for need, names in named.items()}
    assert await led(kaisa, base, named) == f"{base}/timetable"
    assert "Every lesson has a place." in await ended(kaisa, base)
    await go(kaisa, f"{base}/timetable", f"{base}/timetable/publish")
    ready = await stands(house, base)
    assert (ready.next, ready.seated, ready.missing) == ("", 12, 0)
    assert "Your programme is live" in await page_of(kaisa, f"{base}/ready?language=en")
