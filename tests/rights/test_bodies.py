"""Every form of the house, filled in as nobody would: with ids of another organisation, with what no field can be."""

import os
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle, islice
from typing import Any

from sqlalchemy import select

from calendars.databases.columns import Base
from tests.rights.matrix import LINES
from tests.rights.test_routes import expected, path_of
from tests.rights.town import Town, served

ID = re.compile(r"[a-z2-7]{20}")
FILLERS = ("coordinator", "counsellor", "teacher", "learner", "admin")
OTHERS = FILLERS[1:]
THOROUGH = int(os.environ.get("OPPITUPA_RUNS", "100")) >= 1000
OWN_NOTES = ("trail", "streams", "writes", "attempts", "sign_ins", "letters")
"""Tables that say who did what, not what is: an id that was refused may stand there."""
NO_FIELD_IS = (
    "-1", "1e400", "NaN", "inf", "9" * 30, "0001-01-01", "31.12.9999", "1.1.1", "24:00", "00:00", "\u0665", "x" * 2_001,
    "=cmd()", "\u202e<b>", "\x00", "", "yes",
)  # fmt: skip


@dataclass
class Filled:
    """One form of a page as its browser would send it."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page that change something."""

    def __init__(self, page: str, path: str) -> None:
        super().__init__()
        self.found: list[Filled] = []
        self._form: Filled | None = None
        self._select = ""
        self._path = path
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Filled(said.get("action") or self._path)
            if said.get("method") == "post":
                self.found.append(self._form)
        elif self._form is not None and tag in ("input", "textarea") and said.get("name"):
            self._form.fields.setdefault(said["name"], []).append(said.get("value", "x"))
        elif self._form is not None and tag == "select":
            self._select = said.get("name", "")
        elif self._form is not None and tag == "option" and self._select:
            self._form.fields.setdefault(self._select, []).append(said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


Rows = dict[str, dict[str, str]]


async def rows(town: Town) -> Rows:
    """Every row of every table as text, by its key."""
    found: Rows = {}
    async with town.store.look() as look:
        for table in Base.metadata.sorted_tables:
            keys = [column.name for column in table.primary_key]
            for row in (await look.run(select(table))).mappings():
                found.setdefault(table.name, {})["/".join(str(row[key]) for key in keys)] = str(dict(row))
    return found


def strangers(town: Town, standing: Rows) -> dict[str, str]:
    """Table -> the id of a row of it that belongs to the other organisation."""
    far = {kind: ids["foreign"] for kind, ids in town.ids.items() if "foreign" in ids}
    found = {"people": far["learner"], "programmes": far["programme"]}
    for table in standing:
        for id, row in standing[table].items():
            if table not in found and ID.fullmatch(id) and any(one in row for one in far.values()):
                found[table] = id
    return found


async def forms(town: Town, role: str) -> list[Filled]:
    """Every form that this role finds on her own pages."""
    found = []
    for line in LINES:
        if not line.route.startswith("GET") or expected(line, role, "own") != 200 or line.public:
            continue
        path = path_of(town, line, "own")
        async with town.browser.get(path, headers=town.headers(role)) as answer:
            found += Forms(await answer.text(), path).found if "html" in answer.content_type else []
    return list({(one.action, tuple(sorted(one.fields))): one for one in found}.values())


async def post(town: Town, role: str, form: Filled, write: str, instead: dict[str, str]) -> int:
    """Send it with the first choice of each field, but for those named."""
    said = {name: values[0] for name, values in form.fields.items()} | instead
    data: dict[str, Any] = said | {"csrf": town.visitors[role].csrf, "write": write}
    async with town.browser.post(form.action, headers=town.headers(role), data=data, allow_redirects=False) as answer:
        return answer.status


async def touched(town: Town, before: Rows, foreign: set[str]) -> list[str]:
    """The rows of the other organisation that are new or not as before."""
    return [
        f"{table} {id}"
        for table, each in (await rows(town)).items()
        if table not in OWN_NOTES
        for id, row in each.items()
        if before.get(table, {}).get(id) != row and any(one in row for one in foreign)
    ]


async def test_forms_when_an_id_is_one_of_another_organisation_then_nothing_of_it_is_touched(database: str) -> None:
    found, asked = [], 0
    async with served(database) as town:
        standing = await rows(town)
        far, kinds = strangers(town, standing), {id: table for table, each in standing.items() for id in each}
        roots = [ids["foreign"] for ids in town.ids.values() if "foreign" in ids]
        foreign = {id for each in standing.values() for id, row in each.items() if any(one in row for one in roots)}
        for role in FILLERS if THOROUGH or database.startswith("sqlite") else OTHERS:
            for form in await forms(town, role):
                for name, values in form.fields.items():
                    table = next((kinds[one] for one in values if one in kinds), "")
                    if name in ("csrf", "write") or table not in far:
                        continue
                    asked += 1
                    before = await rows(town)
                    status = await post(town, role, form, f"{role}{asked}", {name: far[table]})
                    if status >= 500 or (wrong := await touched(town, before, foreign)):
                        found.append(f"{role} {form.action} {name}={table}: {status} {wrong}")
    assert found == []
    assert asked >= 5


async def test_forms_when_a_field_is_what_it_cannot_be_then_it_is_refused_in_words(database: str) -> None:
    """Each field with two of the values: a coordinator's on PostgreSQL, which minds more, everybody else's on SQLite.

    With OPPITUPA_RUNS=1000 each with all of them on both.
    """
    found, asked, turn = [], 0, cycle(NO_FIELD_IS)
    async with served(database) as town:
        for role in FILLERS if THOROUGH else OTHERS if database.startswith("sqlite") else FILLERS[:1]:
            for form in await forms(town, role):
                for name in sorted(form.fields.keys() - {"csrf", "write"}):
                    for value in NO_FIELD_IS if THOROUGH else islice(turn, 2):
                        asked += 1
                        status = await post(town, role, form, f"{role}{asked}", {name: value})
                        if status >= 500:
                            found.append(f"{role} {form.action} {name}={value[:20]!r}: {status}")
    assert found == []
    assert asked >= 40
