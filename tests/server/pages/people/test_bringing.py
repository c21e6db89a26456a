"""A file by pages: brought, looked at, and brought in whole or not at all."""

import re
from html import unescape

from aiohttp import FormData
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from calendars import weeks
from calendars.people import enrolments, people
from calendars.people.people import NewPerson
from calendars.rights import Target
from calendars.tables import Enrolment, Seat
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.server.pages.forms import hidden, page_of


async def bring(client: TestClient, base: str, body: bytes, kind: str = "learners") -> tuple[int, str, str]:
    """Send a file as the page does: status, where it leads, what it says."""
    form = FormData()
    for name, value in (await hidden(client, f"{base}?kind={kind}", f"{base}?kind={kind}")).items():
        form.add_field(name, value)
    form.add_field("file", body, filename="people.csv", content_type="text/csv")
    answer = await client.post(f"{base}?kind={kind}", data=form, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), unescape(await answer.text())


async def names(house: Planned) -> list[str]:
    async with house.store.look() as look:
        return sorted(one.person.name for one in await enrolments.of_programme(look, SYSTEM, house.programme))


async def test_file_when_a_line_is_wrong_then_told_with_its_line_and_nothing_is_brought_in(
    kaisa: TestClient, house: Planned
) -> None:
    base = f"/programmes/{house.programme}/import"
    body = "nimi;puhelin;taso\nDina;040 111 2222;A2.1\nEeva;soita;A2.1\nUlla;040 111 3333;hyvä\n".encode()
    assert (await bring(kaisa, base, body))[:2] == (303, f"{base}/preview?kind=learners")
    shown = unescape(await page_of(kaisa, f"{base}/preview?kind=learners&language=en"))
    assert [part in shown for part in ("Line 3", "Line 4", "Nothing is brought in yet", "2 faults")] == [True] * 4
    assert "Line 2" not in shown
    answer = await kaisa.post(f"{base}/preview?kind=learners", data={"csrf": (await hidden(
        kaisa, f"{base}?kind=learners", f"{base}?kind=learners"))["csrf"]})  # fmt: skip
    assert answer.status == 422
    assert await names(house) == ["Amina", "Bilal", "Chau"]


async def test_file_when_all_is_well_then_looked_at_and_brought_in_once(kaisa: TestClient, house: Planned) -> None:
    base = f"/programmes/{house.programme}/import"
    async with house.store.work() as work:
        known = NewPerson(name="Fatima", telephone="040 999 8888")
        target = Target(house.organisation, house.programme)
        fatima = (await people.add(work, SYSTEM, known, target)).id
        await enrolments.apply(work, SYSTEM, house.programme, fatima)
        sister = (await people.add(work, SYSTEM, NewPerson(name="Zahra", email="z@example.org"), target)).id
        await enrolments.apply(work, SYSTEM, house.programme, sister)
    body = (
        "name,telephone,email,field\nDina,040 111 2222,,logistics\nFatima,+358409998888,f@example.org,\n"
        "Zahra Nur,,z@example.org,\n"
    ).encode("utf-16")
    await bring(kaisa, base, body)
    page = f"{base}/preview?kind=learners"
    shown = unescape(await page_of(kaisa, f"{page}&language=en"))
    assert [part in shown for part in ("1 new", "1 known, something changes", "1 to choose", "f@example.org")] == [
        True
    ] * 4
    form = await hidden(kaisa, page, page) | {"accept": "yes"}
    answer = await kaisa.post(page, data=form)
    assert (answer.status, 'id="who_4-error"' in await answer.text()) == (422, True)
    assert "Dina" not in await names(house)
    answer = await kaisa.post(page, data=form | {"who_4": "new"}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/programmes/{house.programme}/people")
    answer = await kaisa.post(page, data=form | {"who_4": "new"}, allow_redirects=False)  # the same click again
    assert answer.status == 303
    assert await names(house) == ["Amina", "Bilal", "Chau", "Dina", "Fatima", "Zahra", "Zahra Nur"]
    async with house.store.look() as look:
        assert (await people.who(look, [fatima]))[fatima].email == "f@example.org"


async def test_file_when_brought_again_with_names_alone_then_one_choice_settles_all_its_doubts(
    kaisa: TestClient, house: Planned
) -> None:
    """Two hundred known by name alone: one choice for all, a line of its own before it, and two of one name asked."""
    base = f"/programmes/{house.programme}/import"
    body = ("name\n" + "".join(f"Learner {n:03}\n" for n in range(200))).encode()
    page = f"{base}/preview?kind=learners"
    await bring(kaisa, base, body)
    assert (await kaisa.post(page, data=await hidden(kaisa, page, page), allow_redirects=False)).status == 303
    await bring(kaisa, base, body)
    form = await hidden(kaisa, page, page)
    shown = await page_of(kaisa, f"{page}&language=en")
    assert ("200 to choose" in shown, shown.count('name="who_')) == (True, 100)
    answer = await kaisa.post(page, data=form | {f"who_{n}": "new" for n in range(2, 102)})
    assert (answer.status, 'id="all-error"' in await answer.text()) == (422, True)
    done = await kaisa.post(page, data=form | {"all": "known", "who_2": "new"}, allow_redirects=False)
    assert done.status == 303
    found = await names(house)
    assert (len(found), found.count("Learner 000"), found.count("Learner 001")) == (3 + 201, 2, 1)
    await bring(kaisa, base, body)
    answer = await kaisa.post(page, data=await hidden(kaisa, page, page) | {"all": "known"})
    assert (answer.status, 'id="who_2-error"' in await answer.text()) == (422, True)  # she fits two people
    assert await names(house) == found


async def test_file_when_many_columns_are_unknown_and_lines_are_the_same_then_few_words_and_true_counts(
    kaisa: TestClient, house: Planned
) -> None:
    base = f"/programmes/{house.programme}/import"
    more = ",".join(f"c{n}" for n in range(5000))
    await bring(kaisa, base, f"name,{more}\nSame\nSame\nSame\nOther\n".encode())
    shown = unescape(await page_of(kaisa, f"{base}/preview?kind=learners&language=en"))
    assert [part in shown for part in ("2 new", "2 faults", "c19", "and 4980 more", "c20")] == [True] * 4 + [False]


async def test_file_when_it_is_none_then_told_at_its_field(kaisa: TestClient, house: Planned) -> None:
    base = f"/programmes/{house.programme}/import"
    for body in (b"", b"a;b\n1;2\n", b"\xff\xfea"):
        status, _, shown = await bring(kaisa, base, body)
        assert (status, 'id="file-error"' in shown) == (422, True)
    answer = await kaisa.get(f"{base}/preview?kind=learners", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"{base}?kind=learners")


async def test_staff_when_brought_in_then_they_stand_among_the_colleagues(kaisa: TestClient, house: Planned) -> None:
    base = f"/programmes/{house.programme}/import"
    await bring(kaisa, base, b"nimi;rooli;osaaminen\nAino;opettaja;language\n", "staff")
    page = f"{base}/preview?kind=staff"
    answer = await kaisa.post(page, data=await hidden(kaisa, page, page), allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/staff")
    assert "Aino" in await page_of(kaisa, "/staff")


async def test_template_when_taken_then_a_file_in_her_language(kaisa: TestClient, house: Planned) -> None:
    answer = await kaisa.get(f"/programmes/{house.programme}/import/template.csv?language=fi")
    assert (answer.status, answer.content_type) == (200, "text/csv")
    assert (await answer.read()).decode("utf-8-sig").startswith("nimi;puhelin;")


async def test_file_when_it_says_weekdays_of_who_sits_already_then_shown_as_a_change_and_done(
    kaisa: TestClient, house: Planned
) -> None:
    base = f"/programmes/{house.programme}/import"
    page = f"{base}/preview?kind=learners"
    async with house.store.work() as work:
        for n, person in enumerate((await people.who(work, list(house.people.values()))).values()):
            person.telephone = f"040 555 00{n:02}"
        told = {one: (await people.who(work, [house.people[one]]))[house.people[one]].telephone
                for one in ("Amina", "Bilal", "Chau")}  # fmt: skip
        await enrolments.apply(work, SYSTEM, house.programme, house.people["Stranger"])
        stranger = (await people.who(work, [house.people["Stranger"]]))[house.people["Stranger"]].telephone
    body = (
        f"name,telephone,weekdays\nAmina,{told['Amina']},mon wed\nBilal,{told['Bilal']},\n"
        f"Chau,{told['Chau']},mon tue wed thu fri\nStranger,{stranger},thu\n"
    ).encode()
    await bring(kaisa, base, body)
    shown = re.sub(r"<[^>]+>", "", unescape(await page_of(kaisa, f"{page}&language=en")))
    assert ("all days → Mon Wed" in shown, "all days → Thu" in shown) == (True, True)
    assert ("2 known, nothing changes" in shown, "2 known, something changes" in shown) == (True, True)
    answer = await kaisa.post(page, data=await hidden(kaisa, page, page), allow_redirects=False)
    assert answer.status == 303
    async with house.store.look() as look:
        rows = await look.all(select(Seat).order_by(Seat.first_day))
        asked = await look.one(select(Enrolment).where(Enrolment.person == house.people["Stranger"]))
    now = {one.person: (weeks.named(one.weekdays), one.first_day) for one in rows if one.last_day > MONDAY.date()}
    assert now[house.people["Amina"]] == (("mon", "wed"), MONDAY.date())
    assert {now[house.people[one]][0] for one in ("Bilal", "Chau")} == {()}
    assert weeks.named(asked.weekdays) == ("thu",)
