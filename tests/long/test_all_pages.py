"""Every page of every role in every language, width and theme, with every rule of axe."""

from itertools import product

import pytest

from tests.journeys.pages import LANGUAGES, NARROW, WIDE, open_tour
from tests.journeys.ways import WAYS

LOOKS = list(product((NARROW, WIDE), ("light", "dark")))


def test_every_page_in_every_look(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> None:
    with open_tour(tmp_path_factory.mktemp("tour") / "house", chromium) as tour:
        found = [
            one
            for role, ways in WAYS.items()
            for way in ways
            for language in LANGUAGES
            for one in tour.visit(role, way, language, LOOKS)
        ]
    assert found == []
