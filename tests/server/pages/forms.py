"""Pages and their forms as a browser sees them."""

import re
from collections.abc import Mapping

from aiohttp.test_utils import TestClient


async def page_of(client: TestClient, path: str) -> str:
    """A page that must be there."""
    answer = await client.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def hidden(client: TestClient, path: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to `action`."""
    return hidden_in(await page_of(client, path), action)


def hidden_in(page: str, action: str) -> dict[str, str]:
    """The same, of a page that was fetched already."""
    form = next(
        one for one in re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.S) if f'action="{action}"' in one
    )
    return dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', form))


async def send(client: TestClient, path: str, form: Mapping[str, str | list[str]], action: str) -> tuple[int, str]:
    """Send the form of a page that goes to `action`; returns the status and where it leads."""
    own = hidden_in(await page_of(client, path), action) | form
    data = [(name, one) for name, value in own.items() for one in ([value] if isinstance(value, str) else value)]
    answer = await client.post(action.replace("&amp;", "&"), data=data, allow_redirects=False)
    return answer.status, answer.headers.get("Location", "")
