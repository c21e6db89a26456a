"""What a page hands to its template is what the template shows: a shape of the same name would take its place."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
IMPORTED = re.compile(r"\{%-?\s*from\s+\"[^\"]+\"\s+import\s+(.*?)(?:\s+with context)?\s*-?%\}", re.DOTALL)
MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)")


def named_in(template: str) -> set[str]:
    """The names that a template gives to shapes: Jinja lets them win over what is handed to it, without a word."""
    imported = [one.rpartition(" as ")[2].strip() for found in IMPORTED.findall(template) for one in found.split(",")]
    return {*imported, *MACRO.findall(template)}


def hidden(source: str, template: Callable[[str], str]) -> Iterator[str]:
    """Every value of a `render` that its template would never see: `template: name`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "render":
            shown = [one.value for one in node.args if isinstance(one, ast.Constant)]
            for name in (str(one) for one in shown if str(one).endswith(".html")):
                given = {one.arg for one in node.keywords if one.arg}
                yield from (f"{name}: {value}" for value in sorted(given & named_in(template(name))))


def test_values_that_a_page_hands_over_are_hidden_by_no_shape() -> None:
    def read(name: str) -> str:
        return (ROOT / "server" / "templates" / name).read_text(encoding="utf-8")

    pages = sorted((ROOT / "server").rglob("*.py"))
    assert [one for page in pages for one in hidden(page.read_text(encoding="utf-8"), read)] == []


def test_finder_sees_a_value_behind_a_shape_and_one_behind_a_macro_of_its_own() -> None:
    source = 'render(request, "x.html", 200, days=1, own=2, free=3)'
    template = '{% from "shapes.html" import button, days as line, days with context %}{% macro own(a) %}{% endmacro %}'
    assert list(hidden(source, lambda _: template)) == ["x.html: days", "x.html: own"]
    assert list(hidden(source, lambda _: '{% from "shapes.html" import days as line %}')) == []
