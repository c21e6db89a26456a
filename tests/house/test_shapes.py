"""The house has the shape that it promises, and each rule of shape finds what is planted against it."""

from collections.abc import Callable, Iterable

import pytest

from tests.house import shapes
from tests.house.sources import Source, of_floors, python

Rule = Callable[[Iterable[Source]], list[str]]
HEAD = '"""What it is for."""\n'
PRODUCT = [
    shapes.inline_imports, shapes.circles, shapes.impure, shapes.environment, shapes.makers,
]  # fmt: skip
EVERYWHERE = [shapes.long_files, shapes.without_docstring, shapes.bad_names]


def planted(path: str, text: str) -> list[Source]:
    return [Source(path, HEAD + text)]


@pytest.fixture(scope="module")
def house() -> list[Source]:
    return python()


@pytest.mark.parametrize("rule", EVERYWHERE, ids=lambda rule: rule.__name__)
def test_rule_when_every_file_is_read_then_none_breaks_it(rule: Rule, house: list[Source]) -> None:
    assert rule(house) == []


@pytest.mark.parametrize("rule", [*PRODUCT, shapes.long_functions], ids=lambda rule: rule.__name__)
def test_rule_when_the_product_is_read_then_nothing_breaks_it(rule: Rule, house: list[Source]) -> None:
    assert rule(of_floors(house)) == []


def test_house_when_read_then_it_is_all_there(house: list[Source]) -> None:
    """Rules that read nothing would find nothing."""
    assert {"calendars/store.py", "classroom/visits.py", "server/app.py", "tests/house/shapes.py", "deploy/up.py"} <= {
        one.path for one in house
    }


TWO = [
    Source("calendars/a.py", f"{HEAD}from calendars import b\n"),
    Source("calendars/b.py", f"{HEAD}import calendars.a\n"),
]
LONG = "def f() -> None:\n" + "    pass\n" * 40
JUST = "def f() -> None:\n" + '    """One.\n\n    More.\n    """\n' + "    pass\n" * 39
BAD: list[tuple[Rule, list[Source], list[str]]] = [
    (shapes.long_files, planted("server/x.py", "a = 1\n" * 350), ["server/x.py: 351 lines"]),
    (shapes.long_functions, planted("server/x.py", LONG), ["server/x.py: f has 41 lines"]),
    (shapes.long_functions, planted("server/x.py", JUST), []),
    (shapes.without_docstring, [Source("server/x.py", "a = 1\n")], ["server/x.py: ''"]),
    (shapes.without_docstring, [Source("server/x.py", '"""the store"""\n')], ["server/x.py: 'the store'"]),
    (shapes.bad_names, planted("server/lesson_utils.py", ""), ["server/lesson_utils.py"]),
    (shapes.bad_names, planted("server/common/x.py", ""), ["server/common/x.py"]),
    (shapes.bad_names, planted("server/toolbox.py", ""), []),
    (
        shapes.inline_imports,
        planted("server/x.py", "def f() -> None:\n    from server import page\n"),
        ["server/x.py: f imports server"],
    ),
    (
        shapes.inline_imports,
        planted("server/x.py", "def f() -> None:\n    import json\n"),
        ["server/x.py: f imports json"],
    ),
    (shapes.inline_imports, planted("server/x.py", "def f() -> None:\n    from alembic import command\n"), []),
    (
        shapes.inline_imports,
        planted("server/x.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json\n"),
        ["server/x.py: line 3 imports for types alone"],
    ),
    (shapes.circles, TWO, ["calendars.a > calendars.b"]),
    (shapes.circles, TWO[:1], []),
    (
        shapes.impure,
        planted("calendars/clock.py", "from calendars import store\nimport datetime\nimport msgspec\n"),
        ["calendars/clock.py: calendars.store", "calendars/clock.py: msgspec"],
    ),
    (shapes.impure, planted("calendars/timetable/solve.py", "from calendars.rights import may\n"),
     ["calendars/timetable/solve.py: calendars.rights"]),
    (shapes.environment, planted("classroom/x.py", 'import os\na = os.environ["A"]\n'), ["classroom/x.py"]),
    (shapes.environment, planted("classroom/x.py", "from os import getenv\n"), ["classroom/x.py"]),
    (
        shapes.makers,
        planted("server/pages/x.py", "a = store.Store(url, clock)\n"),
        ["server/pages/x.py: store.Store, line 2"],
    ),
    (shapes.makers, planted("server/commands/x.py", "a = Store(url, clock)\n"), []),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "sources", "findings"), BAD, ids=lambda part: getattr(part, "__name__", ""))
def test_rule_when_something_is_planted_then_it_finds_that_and_nothing_else(
    rule: Rule, sources: list[Source], findings: list[str]
) -> None:
    assert rule(sources) == findings
