"""What the funder sees first: the programmes, with their days as people here write them."""

import pytest
from aiohttp.test_utils import TestClient

from tests.server.pages.forms import page_of


@pytest.mark.parametrize("language", ["fi", "en", "ar"])
async def test_reports_when_listed_then_the_days_of_each_are_written_with_their_year(
    kaisa: TestClient, language: str
) -> None:
    shown = await page_of(kaisa, f"/reports?language={language}")
    assert shown.count("2.3.2026 – 28.5.2026") == 1
