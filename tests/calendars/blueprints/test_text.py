"""Blueprints written down again: what is read from the text is the same blueprint, for a person and for the house."""

import dataclasses

import pytest

from calendars.blueprints import shipped
from calendars.blueprints.form import Groups
from calendars.blueprints.text import written

OCCUPATION = "occupation-for-immigrants"


@pytest.mark.parametrize("name", shipped.names())
def test_written_when_read_again_then_the_same_blueprint_and_the_same_text(name: str) -> None:
    blueprint = shipped.load(name)
    text = written(blueprint)
    again = shipped.parse(text, "again.toml")
    assert again == blueprint
    assert written(again) == text


@pytest.mark.parametrize("name", shipped.names())
def test_written_when_looked_at_then_only_a_single_text_is_wider_than_a_page(name: str) -> None:
    lines = written(shipped.load(name)).splitlines()
    assert [line for line in lines if len(line) > 120 and not line.startswith(("title.", "summary."))] == []


def test_written_when_texts_have_quotes_and_strange_signs_then_they_stay() -> None:
    title = {"fi": 'Kuka sanoi "ei" \\ # ei', "en": "It's = [new] {a}", "ar": "مرحبا \u200f«نعم»"}
    blueprint = dataclasses.replace(shipped.load(OCCUPATION), title=title)
    assert shipped.parse(written(blueprint), "x.toml").title == title


def test_written_when_a_list_was_emptied_then_it_stays_empty() -> None:
    blueprint = dataclasses.replace(shipped.load(OCCUPATION), groups=Groups(by=()))
    assert shipped.parse(written(blueprint), "x.toml").groups == Groups(by=())
