"""The personal link, the shared device, changing places: over HTTP, as browsers and scanners come."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from calendars import grants, rights
from calendars.grants import Right
from calendars.people import people
from calendars.rights import HOUSE
from server.auth.tables import SignIn
from tests.server.auth.conftest import Doors, field, forms, text, who


async def test_link_when_scanner_looks_twice_then_click_still_works_and_scanner_is_nobody(doors: Doors) -> None:
    scanner, phone, path = await doors.open(), await doors.open(), doors.link(doors.amina)
    pages = [await text(await scanner.get(path)) for _ in range(2)]
    async with scanner.head(path) as looked:
        assert looked.status == 200
    assert all("Amina" in page for page in pages)
    assert not list(scanner.session.cookie_jar)
    assert await who(scanner) == ""

    page = await text(await phone.get(path))
    [(method, action, fields)] = forms(page)
    assert (method, action, fields["own"]) == ("post", "", "yes")
    async with phone.post(path, data=fields, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert await who(phone) == "Amina"
    assert await who(scanner) == ""
    async with doors.store.look() as look:
        assert await look.one(select(func.count()).select_from(SignIn)) == 1


async def test_link_page_when_shown_then_tells_the_shown_name_and_nothing_else(doors: Doors) -> None:
    page = await text(await (await doors.open()).get(doors.link(doors.amina)))
    assert "Amina" in page
    assert "amina@example.org" not in page
    assert 'lang="ar" dir="rtl"' in page


async def test_link_when_opened_again_after_months_then_still_signs_in(doors: Doors) -> None:
    await doors.enter(doors.amina)
    doors.clock.forward(days=200)
    assert await who(await doors.enter(doors.amina)) == "Amina"


@pytest.mark.parametrize("spoil", ["letter", "other", "cut", "empty", "foreign", "long", "feed"])
async def test_link_when_tampered_then_opens_nothing_and_all_wrong_ones_look_alike(doors: Doors, spoil: str) -> None:
    good = doors.link(doors.amina).removeprefix("/l/")
    last = "A" if good[-1] != "A" else "B"
    wrong = {
        "letter": good[:-1] + last,
        "other": doors.bo.id + good[20:],
        "cut": good[:20],
        "empty": ".a",
        "foreign": "%00%0a.ä",
        "long": "a" * 4000,
        "feed": doors.demo_link(doors.amina).removeprefix("/l/")[:-1] + last,
    }[spoil]
    browser = await doors.open()
    never = await text(await browser.get("/l/" + "b" * 20 + "." + "c" * 24))
    async with browser.get(f"/l/{wrong}") as answer:
        assert answer.status == 404
        page = await answer.text()
    assert _less_nonces(page, f"/l/{wrong}") == _less_nonces(never, "/l/" + "b" * 20 + "." + "c" * 24)
    assert "014 123 456" in page
    async with browser.post(f"/l/{wrong}", data={"own": "yes"}, allow_redirects=False) as answer:
        assert answer.status == 404
    assert await who(browser) == ""


def _less_nonces(page: str, path: str) -> str:
    """The page without the addresses that only repeat what was asked for (the language switch)."""
    return "\n".join(line for line in page.splitlines() if "language=" not in line)


async def test_link_when_renewed_then_old_one_is_worthless_and_devices_stay(doors: Doors) -> None:
    phone, old = await doors.enter(doors.amina), doors.link(doors.amina)
    async with doors.store.work() as work:
        await people.renew_link(work, rights.system(), doors.amina.id)
    async with (await doors.open()).post(old, allow_redirects=False) as answer:
        assert answer.status == 404
    assert await who(phone) == "Amina"


async def test_link_when_person_works_here_then_opens_nothing(doors: Doors) -> None:
    browser = await doors.open()
    async with browser.post(doors.link(doors.teacher), allow_redirects=False) as answer:
        assert answer.status == 404
    assert await who(browser) == ""


async def test_sign_in_by_link_when_learner_becomes_staff_then_counts_no_more(doors: Doors) -> None:
    phone = await doors.enter(doors.amina)
    async with doors.store.work() as work:
        right = Right("coordinator", "house", HOUSE)
        await grants.give(work, rights.system(), doors.amina.id, right, rights.THE_HOUSE)
    assert await who(phone) == ""


async def test_own_device_when_ninety_days_pass_then_is_signed_out(doors: Doors) -> None:
    phone = await doors.enter(doors.amina)
    doors.clock.forward(days=89)
    assert await who(phone) == "Amina"
    doors.clock.forward(days=1, seconds=1)
    assert await who(phone) == ""


@pytest.mark.parametrize(
    ("signed_in", "until"),
    [
        (datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 18, tzinfo=UTC)),
        (datetime(2026, 3, 10, 17, tzinfo=UTC), datetime(2026, 3, 10, 19, tzinfo=UTC)),
        (datetime(2026, 7, 10, 9, tzinfo=UTC), datetime(2026, 7, 10, 17, tzinfo=UTC)),
    ],
)
async def test_shared_device_when_evening_comes_then_is_signed_out(
    doors: Doors, signed_in: datetime, until: datetime
) -> None:
    doors.clock.at = signed_in
    library = await doors.enter(doors.amina, own="no")
    doors.clock.at = until
    doors.clock.forward(seconds=-1)
    assert await who(library) == "Amina"
    doors.clock.forward(seconds=1)
    assert await who(library) == ""


async def test_device_when_two_share_it_then_they_change_places_by_name_and_nobody_slips_in(doors: Doors) -> None:
    tablet = await doors.enter(doors.amina)
    async with tablet.post(doors.link(doors.bo), allow_redirects=False) as answer:
        assert answer.status == 303
    assert await who(tablet) == "Bo"

    page = await text(await tablet.get("/switch"))
    assert "Amina" in page
    assert "Bo" in page
    turns = [fields for _, action, fields in forms(page) if action == "/switch"]
    async with tablet.post("/switch", data=turns[1], allow_redirects=False) as answer:
        assert answer.status == 303
    assert await who(tablet) == "Amina"

    csrf = field(await text(await tablet.get("/switch")), "/sign-out", "csrf")
    async with tablet.post("/sign-out", data={"csrf": csrf}, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/switch"
    assert await who(tablet) == ""
    page = await text(await tablet.get("/switch"))
    assert "Bo" in page
    assert "Amina" not in page


@pytest.mark.parametrize("means", ["password", "passkey"])
async def test_device_when_a_learner_takes_it_over_from_staff_then_no_click_leads_back_to_her(
    doors: Doors, means: str
) -> None:
    tablet = await doors.enter(doors.amina)
    async with tablet.post(doors.demo_link(doors.teacher), allow_redirects=False) as answer:
        assert answer.status == 303
    teacher = await who(tablet)
    async with doors.store.work() as work:  # as if she had come in by the door of staff
        await work.run(update(SignIn).where(SignIn.means == "demo").values(means=means))
    assert teacher == await who(tablet) == doors.teacher.name
    turns = [fields for _, action, fields in forms(await text(await tablet.get("/switch"))) if action == "/switch"]
    async with tablet.post("/switch", data=turns[1], allow_redirects=False):
        pass
    assert await who(tablet) == "Amina"
    async with tablet.post("/switch", data=turns[0], allow_redirects=False):
        pass
    assert await who(tablet) == "Amina"
    assert teacher not in await text(await tablet.get("/switch"))


async def test_device_when_a_learner_opens_her_link_where_staff_is_present_then_staff_is_signed_out(
    doors: Doors,
) -> None:
    laptop = await doors.enter(doors.teacher)
    async with doors.store.work() as work:
        await work.run(update(SignIn).values(means="password"))
    async with laptop.post(doors.link(doors.amina), allow_redirects=False) as answer:
        assert answer.status == 303
    async with doors.store.look() as look:
        lasting = await look.all(select(SignIn.person).where(SignIn.revoked.is_(None)))
    assert (await who(laptop), lasting) == ("Amina", [doors.amina.id])


async def test_switch_when_stranger_names_a_sign_in_then_nothing_happens(doors: Doors) -> None:
    await doors.enter(doors.amina)
    async with doors.store.look() as look:
        sign_in = await look.one(select(SignIn.id))
    for browser in (await doors.open(), await doors.enter(doors.bo)):
        async with browser.post("/switch", data={"sign_in": sign_in}, allow_redirects=False):
            pass
        assert await who(browser) in ("", "Bo")


async def test_sign_in_when_repeated_on_a_device_then_token_is_new_and_old_one_opens_nothing(doors: Doors) -> None:
    phone = await doors.enter(doors.amina)
    [old] = [cookie.value for cookie in phone.session.cookie_jar]
    async with phone.post(doors.link(doors.amina), allow_redirects=False):
        pass
    [new] = list(phone.session.cookie_jar)
    assert new.value != old
    thief = await doors.open()
    thief.session.cookie_jar.update_cookies({new.key: old}, thief.make_url("/"))
    assert await who(thief) == ""
    assert await who(phone) == "Amina"


async def test_cookie_when_made_up_then_stands_for_nobody(doors: Doors) -> None:
    phone = await doors.enter(doors.amina)
    [cookie] = list(phone.session.cookie_jar)
    for value in ("", ".", "x", "a" * 43, cookie.value + "x", cookie.value[:-1], "." + cookie.value, "a" * 4000):
        browser = await doors.open()
        async with browser.get("/who", headers={"Cookie": f"{cookie.key}={value}"}) as answer:
            assert answer.status == 401


async def test_database_when_read_then_holds_no_token(doors: Doors) -> None:
    phone = await doors.enter(doors.amina)
    [cookie] = list(phone.session.cookie_jar)
    async with doors.store.look() as look:
        row = await look.one(select(SignIn))
    assert cookie.value not in {getattr(row, column.key) for column in SignIn.__table__.columns}


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/rooms/a?b=c", "/rooms/a?b=c"), ("https://evil.example", "/"), ("//evil.example", "/"),
        ("/\\evil.example", "/"), ("\\\\evil.example", "/"), ("javascript:alert(1)", "/"), ("/\t/evil.example", "/"),
    ],
)  # fmt: skip
async def test_link_when_told_where_to_go_then_goes_only_within_the_house(doors: Doors, wanted: str, to: str) -> None:
    browser = await doors.open()
    async with browser.get(doors.link(doors.amina), params={"wanted": wanted}) as answer:
        [(_, _, fields)] = forms(await answer.text())
    assert fields["wanted"] == to
    async with browser.post(doors.link(doors.amina), data={"wanted": wanted}, allow_redirects=False) as answer:
        assert answer.status in ((303,) if "\t" not in wanted else (303, 422))
        assert answer.headers.get("Location", "/") == to


async def test_seen_when_used_then_is_written_at_most_every_five_minutes(doors: Doors) -> None:
    phone = await doors.enter(doors.amina)
    start = doors.clock.now()
    doors.clock.forward(minutes=4)
    await who(phone)
    async with doors.store.look() as look:
        assert await look.one(select(SignIn.seen)) == start
    at = doors.clock.forward(minutes=2)
    await who(phone)
    async with doors.store.look() as look:
        assert await look.one(select(SignIn.seen)) == at


async def test_device_when_two_share_it_then_each_is_spoken_to_in_her_own_language(doors: Doors) -> None:
    tablet = await doors.enter(doors.amina)
    await text(await tablet.get("/switch?language=fi"))  # Amina wants Finnish, on this device and for herself
    assert 'lang="fi"' in (await text(await tablet.get("/switch"))).partition("<head>")[0]

    assert 'lang="en"' in (await text(await tablet.get(doors.link(doors.bo)))).partition("<head>")[0]
    async with tablet.post(doors.link(doors.bo), allow_redirects=False) as answer:
        assert answer.status == 303
    page = await text(await tablet.get("/switch"))
    assert 'lang="en"' in page.partition("<head>")[0]

    turns = [fields for _, action, fields in forms(page) if action == "/switch"]
    async with tablet.post("/switch", data=turns[1], allow_redirects=False) as answer:
        assert answer.status == 303
    assert 'lang="ar"' in (await text(await tablet.get("/switch"))).partition("<head>")[0]
