"""Seat, line, tile, field and frame say what they mean, also to those who cannot see them."""

import re
from datetime import date
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from deploy.build_front import ROOT
from server.dates import When
from server.pages.parts.months import Shown, months
from server.words import read

NAMES = (
    "seat sitter line figure days foreign months kinds button tool card alert calm empty word trail field choices icon "
    "phone key data"
)
AXIS = {"start": 0, "end": 5400, "ticks": [{"at": 0, "label": "10.00"}], "pauses": [{"from": 2700, "to": 3300}]}


def said(source: str, **values: object) -> str:
    return source.format(**values)


def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(ROOT / "server" / "templates"), autoescape=True, undefined=StrictUndefined
    )
    found.globals.update(asset=lambda name: f"/static/{name}", both=lambda source: Markup(f"<b>{source}</b>"), say=said)
    return found


def drawn(source: str, **values: Any) -> str:
    head = "".join(f'{{% from "shapes.html" import {name} with context %}}' for name in NAMES.split())
    template: Template = environment().from_string(head + source)
    return " ".join(template.render(**values).split())


def text_of(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", markup).split())


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("expected", "expected"),
        ("here", "here"),
        ("late", "late 6 min"),
        ("dropped", "line lost"),
        ("left", "left"),
        ("could_not_enter", "could not get in: microphone"),
    ],
)
def test_seat_says_its_state_in_words_even_when_only_the_circle_is_seen(state: str, word: str) -> None:
    markup = drawn("{{ seat('A', state, 'Amira', late_by=400, step='device') }}", state=state)
    assert f'data-state="{state}"' in markup
    assert text_of(markup) == f"A Amira: {word}"


def test_seat_without_sound_and_with_a_raised_hand_says_both() -> None:
    markup = drawn("{{ seat('A', 'here', 'Amira', sound=false, hand=true, word=true) }}")
    assert text_of(markup) == "A Amira: here, no sound, hand up"
    assert markup.count("seat-hand") == markup.count("seat-mute") == 1


def test_seat_of_unknown_sound_is_simply_here() -> None:
    assert text_of(drawn("{{ seat('A', 'here', 'Amira', sound=none) }}")) == "A Amira: here"


def test_line_places_bars_by_their_share_of_the_axis() -> None:
    bars = [{"from": 0, "to": 1350, "kind": "evidenced"}, {"from": 1350, "to": 2700, "kind": "bridged"}]
    markup = drawn("{{ line(bars, axis, 'half') }}", bars=bars, axis=AXIS)
    assert re.findall(r'class="(bar-\w+)" x="([\d.]+%)" width="([\d.]+%)"', markup) == [
        ("bar-evidenced", "0.000%", "25.000%"),
        ("bar-bridged", "25.000%", "25.000%"),
    ]
    assert 'role="img" aria-label="half"' in markup


def test_line_cuts_bars_at_the_ends_of_the_axis() -> None:
    markup = drawn("{{ line(bars, axis, '') }}", bars=[{"from": -900, "to": 9000, "kind": "corrected"}], axis=AXIS)
    assert 'x="0.000%" width="100.000%"' in markup


def test_days_are_a_list_whose_every_day_can_be_heard() -> None:
    days = [{"kind": "contact", "when": "past", "label": "ma 9.3. lähipäivä", "href": ""},
            {"kind": "online", "when": "today", "label": "ti 10.3. etäpäivä", "href": "/day/2"}]  # fmt: skip
    markup = drawn("{{ days(list, '60 päivää') }}", list=days)
    assert re.findall(r'<span class="unseen">([^<]+)', markup) == ["ma 9.3. lähipäivä", "ti 10.3. etäpäivä"]
    assert markup.count('aria-current="date"') == 1
    assert "<a" not in markup  # sixty tiles beside each other are too narrow for a finger


def test_months_lead_to_each_day_and_name_what_is_free() -> None:
    when, say = When("fi", "Europe/Helsinki"), read().say("fi")
    days = [Shown(7, date(2026, 4, 2), "online", "7. to 2.4. etäpäivä", "today", "/day/7"),
            Shown(8, date(2026, 4, 7), "contact", "8. ti 7.4. lähipäivä")]  # fmt: skip
    list = months(days, {date(2026, 4, 3): "Pitkäperjantai"}, [(date(2026, 4, 6), date(2026, 4, 20))], when, say, "fi")
    markup = drawn("{{ months(list, 'Kuukaudet') }}", list=list)
    assert re.findall(r'<a class="tile"[^>]*href="([^"]+)"', markup) == ["/day/7"]
    assert re.findall(r'<th scope="row"><span aria-hidden="true">(\d+)', markup) == ["14", "15", "16", "17", "18"]
    assert re.findall(r'data-kind="(\w+)"', markup) == ["online", "free", "free", "contact"]
    assert re.findall(r"<li><bdi>([^<]+)</bdi> <bdi([^>]*)>([^<]+)", markup) == [
        ("pe 3.4.", ' lang="fi"', "Pitkäperjantai"), ("ma 6.4. – ti 7.4.", "", "oma tauko")
    ]  # fmt: skip
    assert (markup.count("<td>"), markup.count("<th "), markup.count('aria-current="date"')) == (25, 11, 1)


def test_months_when_a_weekend_is_trained_then_seven_days_wide_and_every_month_between() -> None:
    when, say = When("en", "Europe/Helsinki"), read().say("en")
    days = [Shown(1, date(2026, 11, 28), "online", "a"), Shown(2, date(2027, 1, 4), "online", "b")]
    found = months(days, {}, (), when, say)
    assert [(one["name"], len(one["weekdays"])) for one in found] == [
        ("November 2026", 7), ("December 2026", 7), ("January 2027", 7)
    ]  # fmt: skip
    assert [week["n"] for week in found[2]["weeks"]] == [53, 1, 2, 3, 4]


def test_sitter_shows_the_circle_only_to_eyes_and_the_name_to_all() -> None:
    markup = drawn("{{ sitter('Amira', '/people/1', '040 1') }}")
    assert text_of(markup) == "AAmira040 1"
    assert re.findall(r'<a class="sitter" href="([^"]+)"', markup) == ["/people/1"]


def test_field_ties_hint_and_error_to_its_input() -> None:
    markup = drawn("{{ field('phone', 'Phone', hint='With digits', error='Write it again.') }}")
    assert 'aria-invalid="true" aria-describedby="phone-hint phone-error"' in markup
    assert '<label for="phone">Phone</label>' in markup
    assert 'id="phone-hint"' in markup
    assert 'id="phone-error"' in markup


def test_field_without_trouble_carries_no_empty_reference() -> None:
    assert "aria-" not in drawn("{{ field('name', 'Name') }}")


def test_field_with_options_marks_the_chosen_one() -> None:
    markup = drawn("{{ field('l', 'Language', value='ar', options=[('fi', 'Suomi'), ('ar', 'العربية')]) }}")
    assert re.findall(r"<option [^>]*selected[^>]*>([^<]+)", markup) == ["العربية"]


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ field('d', 'Day', 'date', value='2026-03-10') }}", "10.3.2026"),
        ("{{ field('d', 'Day', 'date', value='31.12.') }}", "31.12."),
        ("{{ field('t', 'Time', 'time', value='09:05') }}", "9:05"),
        ("{{ field('t', 'Time', 'time', value='13.00') }}", "13.00"),
    ],
)
def test_days_and_times_are_written_by_our_rules_and_not_by_the_browsers(source: str, written: str) -> None:
    markup = drawn(source)
    assert re.findall(r'<input type="text" value="([^"]*)" dir="ltr"', markup) == [written]


def test_no_template_asks_the_browser_to_write_a_day_or_a_time() -> None:
    for template in (ROOT / "server" / "templates").rglob("*.html"):
        found = re.findall(r'type="(date|time|datetime-local|month|week)"', template.read_text(encoding="utf-8"))
        assert found == [], template.name


@pytest.mark.parametrize(
    "source",
    [
        "{{ seat(bad, 'here', bad) }}",
        "{{ field('x', bad, value=bad, error=bad) }}",
        "{{ button(bad, more={'data-x': bad}) }}",
        "{{ line([], axis, bad) }}",
        "{% call alert(bad, bad) %}{% endcall %}",
        "{{ data('page-data', {'name': bad}) }}",
        "{{ trail([(bad, '/x')]) }}",
    ],
)
def test_what_people_typed_stays_text(source: str) -> None:
    markup = drawn(source, bad="\"'></script><img src=x onerror=alert(1)>", axis=AXIS)
    assert "<img" not in markup
    assert markup.count("</script>") == markup.count("<script")


def test_no_shape_carries_an_inline_style_or_handler() -> None:
    for template in (ROOT / "server" / "templates").rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert re.findall(r"\sstyle=|\son[a-z]+=|<style|javascript:", text) == [], template.name
        assert re.findall(r"<script(?![^>]*(?:src=|application/json))", text) == [], template.name


def test_icons_that_point_turn_with_the_direction_of_reading() -> None:
    assert "data-turns" in drawn("{{ icon('arrow-right') }}")
    assert "data-turns" not in drawn("{{ icon('mic') }}{{ icon('chevron-down') }}")


@pytest.mark.parametrize(("language", "direction"), [("fi", "ltr"), ("ar", "rtl")])
def test_frame_has_language_direction_skip_link_and_a_number_to_call(language: str, direction: str) -> None:
    frame = environment().from_string('{% extends "base.html" %}{% block title %}T{% endblock %}')
    markup = frame.render(
        language=language, direction=direction, shifted="ti 10.3. klo 10.05",
        languages=[("fi", "Suomi", "/l/fi"), ("ar", "العربية", "/l/ar")],
        house={"name": "Talo", "telephone": "040 000 0000", "logo": ""},
    )  # fmt: skip
    assert f'<html lang="{language}" dir="{direction}"' in markup
    assert '<a class="skip button" href="#main">' in markup
    assert 'href="tel:0400000000"' in markup
    assert "ti 10.3. klo 10.05" in markup
    assert re.findall(r'href="(/l/\w+)" lang="\w+" hreflang="\w+" aria-current', markup) == [f"/l/{language}"]
