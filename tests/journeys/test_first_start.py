"""The first day of a house: `oppitupa serve` on nothing, and all the way to a learner who sees her first lesson.

Every step is a click in a browser: the one-time link that the server prints, the administrator's second factor, the
page that sets the house, a colleague with a passkey (Chromium's own virtual one), programme, group, learner, lesson.
"""

import re
from datetime import date, timedelta

from playwright.sync_api import Browser, Page

from tests.calendars.test_pictures import SVG, png
from tests.journeys.first_house import FirstHouse, become_administrator, send, window

DRAWN = """() => new Promise((done) => { const canvas = document.createElement("canvas"); canvas.width = 64;
  canvas.height = 32; canvas.getContext("2d").fillRect(4, 4, 40, 20);
  canvas.toBlob(async (blob) => done([...new Uint8Array(await blob.arrayBuffer())]), "image/webp"); })"""


def set_house(page: Page) -> None:
    """What is wrong stands at its field and costs nothing; then it is taken, with a picture that Chromium drew."""
    page.fill("[name=own_name]", "Ulla Uusi")
    page.fill("[name=name]", "=cmd() & Talo")
    page.fill("[name=telephone]", "+358 40 555 0000")
    page.select_option("[name=zone]", "Europe/Helsinki")
    page.uncheck("[name=languages][value=en]")
    for logo in (SVG, png(30_000, 30_000), png(8, 8, padding=20_000_000)):
        page.set_input_files("[name=logo]", {"name": "logo.png", "mimeType": "image/png", "buffer": logo})
        send(page)
        assert page.locator("#logo-error").is_visible()
        assert page.input_value("[name=own_name]") == "Ulla Uusi"
        assert page.input_value("[name=name]") == "=cmd() & Talo"
        assert page.locator("[name=languages]:checked").count() == 2
    drawn = bytes(page.evaluate(DRAWN))
    page.set_input_files("[name=logo]", {"name": "logo.webp", "mimeType": "image/webp", "buffer": drawn})
    send(page)
    assert page.url.endswith("/wizard")
    assert page.locator(".house-name").inner_text().strip() == "=cmd() & Talo"
    assert page.locator(".house-name img").evaluate("(it) => it.naturalWidth") == 64
    assert page.locator(".languages li").count() == 2
    assert page.locator(".me").inner_text().count("Ulla Uusi") == 1


def invite_teacher(page: Page, url: str) -> str:
    """A colleague with her role, her invitation, and the letter that waits in the outbox; returns the address."""
    page.goto(f"{url}/staff/new")
    page.fill("[name=name]", "Taina Testi")
    page.fill("[name=email]", "taina@example.org")
    page.check("[name=role][value=teacher]")
    send(page)
    send(page, "form[action$='/invitation'] button")
    address = page.locator("[data-link]").inner_text()
    page.goto(f"{url}/outbox")
    letter = page.locator("[data-letter]").inner_text()
    assert (letter.count("Taina Testi") >= 1, letter.count(address)) == (True, 1)
    return address


def enrol_with_passkey(page: Page, address: str) -> None:
    """The teacher's phone asks for a finger; Chromium holds it out by itself."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    phone = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = phone | {"isUserVerified": True, "automaticPresenceSimulation": True}
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(address)
    assert page.locator("main").inner_text().count("Taina Testi") == 1
    page.click("#passkey button")
    page.wait_for_url("**/teaching")
    page.context.clear_cookies()
    page.goto(page.url)
    page.goto(re.sub(r"/teaching.*", "/sign-in/staff", page.url))
    page.click("#passkey button")
    page.wait_for_url(re.compile(r"/(teaching)?$"))


def make_programme(page: Page, url: str) -> str:
    """From the model to a programme with one group; returns its path."""
    page.goto(f"{url}/programmes/new")
    page.select_option("[name=blueprint]", "occupation-for-immigrants")
    monday = date.today() + timedelta(days=7 - date.today().weekday())
    page.fill("[name=start]", f"{monday.day}.{monday.month}.{monday.year}")
    page.fill("[name=place]", "Koulutustalo")
    page.fill("[name=address]", "Lutakonkatu 6")
    send(page)
    assert page.locator("section.card .tile").count() == 60
    send(page, "section.card form[method=post] button")
    page.fill("[name=name]", "Ryhmä A")
    send(page, "form[action$='/groups'] button")
    assert page.locator("a[href^='/groups/']", has_text="Ryhmä A").count() == 1
    return re.sub(r"^.*(/programmes/[^/?#]+).*$", r"\1", page.url)


def add_learner(page: Page) -> str:
    """A learner who reads Arabic, and her own link from the page that makes her card."""
    with page.expect_navigation():
        page.locator("a[href^='/people/new?group=']").first.click()
    page.fill("[name=name]", "Amal Uusi")
    page.select_option("[name=language]", "ar")
    send(page)
    with page.expect_navigation():
        page.locator("main a[href$='/link']").click()
    link = page.locator(".address").first.inner_text()
    with page.expect_navigation():
        page.locator("main a[href$='/card']").click()
    assert page.locator(".qr svg").count() == 1
    assert page.locator(".address").inner_text() == link
    return link


def plan_lesson(page: Page, url: str, programme: str) -> str:
    """On the first online day, with the teacher; returns the day as the list has it."""
    page.goto(f"{url}{programme}/lessons/new")
    day = page.locator("[name=day] option", has_text="etäpäivä").first
    words = day.inner_text()
    page.select_option("[name=day]", day.get_attribute("value"))
    page.fill("[name=starts]", "9.15")
    page.fill("[name=ends]", "11.00")
    page.select_option("[name=teacher]", label="Taina Testi")
    send(page)
    planned = page.locator("[data-lesson]")
    assert (planned.count(), planned.inner_text().count("Taina Testi")) == (1, 1)
    found = re.search(r"(\d+\.\d+\.)", words.partition(" ")[2])
    assert found
    return found[1]


def test_house_when_served_the_first_time_then_a_learner_has_her_first_lesson(
    first_house: FirstHouse, chrome: Browser
) -> None:
    link = first_house.start()
    admin = window(chrome)
    become_administrator(admin, link)
    set_house(admin)

    late = window(chrome)
    answer = late.goto(link)
    assert answer
    assert (answer.status, late.locator("main a[href='/sign-in/staff']").count()) == (404, 1)

    teacher = window(chrome)
    enrol_with_passkey(teacher, invite_teacher(admin, first_house.url))
    programme = make_programme(admin, first_house.url)
    own = add_learner(admin)
    day = plan_lesson(admin, first_house.url, programme)

    learner = window(chrome, 360)
    learner.goto(own)
    send(learner, "form[method=post] button")
    assert learner.evaluate("document.documentElement.dir") == "rtl"
    now = learner.locator("main .now").inner_text()
    assert (f"{day}" in now, "9:15" in now, "9.15" in now) == (True, True, True)  # her own writing, and Finnish
    pages = {way: learner.goto(f"{first_house.url}{way}") for way in ("/hours", "/calendar", "/devices")}
    assert [way for way, answer in pages.items() if answer is None or answer.status != 200] == []
    first_house.stop()
    assert first_house.start() == ""  # she has enrolled: nobody else becomes administrator


def test_house_when_its_link_is_old_then_refused_clearly_until_the_next_start(
    first_house: FirstHouse, chrome: Browser
) -> None:
    first = first_house.start()
    page = window(chrome)
    first_house.run("UPDATE invitations SET until = '2020-01-01 00:00:00.000000'")
    answer = page.goto(first)
    told = page.locator("main").inner_text()
    assert answer
    assert (answer.status, "Käynnistä talo uudelleen: saat uuden linkin." in told) == (404, True)
    first_house.stop()
    second = first_house.start()
    assert second != first
    gone = page.goto(first)
    assert gone
    assert gone.status == 404
    page.goto(second)
    assert page.locator("form.form [name=password]").is_visible()
