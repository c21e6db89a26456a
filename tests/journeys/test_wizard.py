"""From an empty server to a live programme: one person, one file of people, at most twenty inputs (scenario 24).

An input is whatever the person does to the page: a field or a choice that she changes, a file that she chooses, a
button or a link that she presses; all from the first page of the one-time link on, which is all she has. It is the
browser that counts, from the events that reach the document, not this test.
"""

import json
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
from playwright.sync_api import Browser, Page

from tests.journeys.first_house import PASSWORD, FirstHouse, code_of, send, window

MOST_INPUTS = 20
COUNTING = """(() => {
  const add = (what) => { const made = JSON.parse(sessionStorage.getItem("inputs") ?? "[]"); made.push(what);
    sessionStorage.setItem("inputs", JSON.stringify(made)); };
  addEventListener("change", (event) => add(event.target.name), true);
  addEventListener("click", (event) => { const pressed = event.target.closest("button, a, summary");
    if (pressed) add(pressed.textContent.trim()); }, true);
})()"""
FIELDS = {"Logistiikka": 10, "Sosiaali- ja terveysala": 7, "Asiakaspalvelu ja myynti": 7}
LEVELS = ("A1.3", "A2.1", "A2.2")
PEOPLE = [
    (f"{given} {family}", field)
    for (field, number), family in zip(FIELDS.items(), ("Ahmadi", "Berglund", "Castro"), strict=True)
    for given in ("Aisha", "Bashir", "Celia", "Dmitri", "Elif", "Farah", "Goran", "Hana", "Ines", "Jamal")[:number]
]
LEADERS = {"Logistiikka": "Lasse Laine, Liisa Lehto", "Sosiaali- ja terveysala": "Sirpa Salo",
           "Asiakaspalvelu ja myynti": "Mika Myyri", "Kieli": "Kirsi Koski, Katri Karhu",
           "Ohjaus": "Oona Ohjaaja, Otto Opas"}  # fmt: skip

TALKS = 6
"""With each learner, on her contact days: what the model wants. Two groups of one field need two who teach it: on the
two meeting days one of them has time to assess eight people beside the lessons, not ten."""


@dataclass(frozen=True)
class Card:
    """What a learner is handed."""

    name: str
    link: str
    group: str


def people_file() -> bytes:
    """Twenty-four people as a spreadsheet saves them."""
    rows = ["nimi;puhelin;ala;taso"]
    rows += [f"{name};040 123 {n:04};{field};{LEVELS[n % 3]}" for n, (name, field) in enumerate(PEOPLE)]
    return "\r\n".join(rows).encode()


def enter(page: Page, link: str) -> None:
    """The one-time link, the house's name, and no more than must be."""
    page.goto(link)
    page.fill("[name=email]", "ulla@example.org")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=code]", code_of(page.locator("input[name=totp]").input_value()))
    send(page, "form.form button")
    page.fill("[name=own_name]", "Ulla Uusi")
    page.fill("[name=name]", "Uusi Talo")
    send(page)


def follow(page: Page) -> None:
    """The wizard with what it has chosen already."""
    assert page.url.endswith("/wizard")
    assert page.locator("#days .tile").count() >= 60
    send(page, "#first button[data-kind=main]")
    page.set_input_files("[name=file]", {"name": "people.csv", "mimeType": "text/csv", "buffer": people_file()})
    send(page)
    send(page)
    assert page.locator("[data-drafted]").count() == 4
    send(page)
    for label, names in LEADERS.items():
        page.get_by_label(label, exact=True).fill(names)
    send(page)
    page.wait_for_selector("#solve[data-state=done]", timeout=60_000)
    told = page.locator("#solve").inner_text()
    assert f"{TALKS * len(PEOPLE)} keskustelua saa ajan" in told, told
    assert page.locator("#solve [data-tone=waits]").count() == 0, told  # nothing is without a place
    send(page)


def cards_of(page: Page, url: str) -> list[Card]:
    """All cards that the last page of the wizard leads to."""
    found = []
    ways = page.locator("a[data-cards]")
    offered = [(ways.nth(n).inner_text(), ways.nth(n).get_attribute("href")) for n in range(ways.count())]
    for group, way in offered:
        page.goto(f"{url}{way}")
        names, links = page.locator("main .card h2").all_inner_texts(), page.locator("main .address").all_inner_texts()
        found += [Card(name, link, group) for name, link in zip(names, links, strict=True)]
    return found


def lessons_of(learner: Page, url: str) -> list[dict[str, Any]]:
    """What the house tells a program of hers, over all the days to come."""
    now = datetime.now(UTC)
    span = {"from": f"{now:%Y-%m-%dT%H:%M:%SZ}", "to": f"{now + timedelta(days=200):%Y-%m-%dT%H:%M:%SZ}"}
    answer = learner.request.get(f"{url}/api/lessons", params=span)
    assert answer.status == 200
    return list(answer.json())


def feeds_of(learner: Page, url: str) -> list[list[icalendar.Event]]:
    """Her two calendars, made by her and fetched by somebody without any cookie: her own, the contact days."""
    learner.goto(f"{url}/calendar")
    while learner.locator("form[action='/calendar'] button:not([data-kind=quiet])").count():
        send(learner, "form[action='/calendar'] button:not([data-kind=quiet]) >> nth=0")
    addresses = learner.locator("main input[readonly]").evaluate_all("(all) => all.map((one) => one.value)")
    bodies = [urllib.request.urlopen(address, timeout=20).read() for address in addresses]
    return [list(icalendar.Calendar.from_ical(body).walk("VEVENT")) for body in bodies]


def test_wizard_when_one_person_follows_it_from_nothing_then_the_programme_lives_within_twenty_inputs(
    first_house: FirstHouse, chrome: Browser
) -> None:
    link, began = first_house.start(), time.monotonic()
    page = window(chrome)
    page.add_init_script(COUNTING)
    enter(page, link)
    follow(page)
    assert page.locator("h1").inner_text() == "Koulutuksesi on valmis"
    inputs = json.loads(page.evaluate("sessionStorage.getItem('inputs')"))
    print(f"{len(inputs)} inputs in {time.monotonic() - began:.0f} s: {inputs}")
    assert len(inputs) <= MOST_INPUTS, inputs
    assert Counter(page.locator(".days .tile").evaluate_all("(all) => all.map((one) => one.dataset.kind)")) == {
        "contact": 12, "online": 48,
    }  # fmt: skip

    cards = cards_of(page, first_house.url)
    assert sorted(one.name for one in cards) == sorted(name for name, _ in PEOPLE)
    own_field = dict(PEOPLE)
    fields = {group: {own_field[one.name] for one in cards if one.group == group} for group in {c.group for c in cards}}
    assert [len(found) for found in fields.values()] == [1] * 4
    assert sorted(Counter(one.group for one in cards).values()) == [5, 5, 7, 7]
    look_from_outside(chrome, first_house.url, {one.group: one for one in cards})


def look_from_outside(chrome: Browser, url: str, of_each_group: dict[str, Card]) -> None:
    """One learner of each group comes with her card: each lesson of hers has a time, a teacher, a door or a place."""
    planned: dict[str, dict[str, Any]] = {}
    for card in of_each_group.values():
        learner = window(chrome, 360)
        learner.goto(card.link)
        send(learner, "form[method=post] button")
        lessons = lessons_of(learner, url)
        assert (len(lessons), len({one["group"] for one in lessons}), len({one["field"] for one in lessons})) == (
            120, 1, 1,
        ), card.group  # fmt: skip
        mine, contact = feeds_of(learner, url)
        own = {f"{one['id']}@oppitupa" for one in lessons} | {str(one["UID"]) for one in contact}
        talks = [one for one in mine if str(one["UID"]) not in own]
        assert (len(mine), len(talks)) == (len(own) + TALKS, TALKS)
        assert {one["DTSTART"].dt.date() for one in talks} <= {one["DTSTART"].dt.date() for one in contact}
        assert (len(contact), len({one["DTSTART"].dt.date() for one in contact})) == (12, 12)
        planned |= {one["id"]: one for one in lessons}
        learner.context.close()
    assert len(planned) == 4 * 120
    assert [one for one in planned.values() if not one["leaders"]] == []
    assert [one for one in planned.values() if not (one["online"] or one["place"])] == []
    at_once = Counter((one["starts"], who) for one in planned.values() for who in one["leaders"])
    assert [twice for twice, number in at_once.items() if number > 1] == []
