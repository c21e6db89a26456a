"""The words tool: which texts the product says, which of them a language lacks, and how to add them.

python -m tests.house.words check                 what is missing or left behind, by language
python -m tests.house.words add < new.json        {"English source": {"fi": "…", "ar": "…"}, …}
python -m tests.house.words tidy                  take out what nobody says any more

A text that counts ({count} is the first hole of its source) is given as a list of its forms, in English too.
"""

import ast
import fcntl
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from server.errorwords import ERRORS

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "server" / "locale"
LANGUAGES = ("fi", "ar")
VOICES = frozenset({"say", "both", "plain", "twofold", "phrase", "SAY"})
SAID = re.compile(r'(?<![#.\w])(?:say|both|plain|twofold)\(\s*("(?:[^"\\\n]|\\.)*")')
HOLES = re.compile(r"\{[a-z_]+\}")
CODES = ("en", "fi", "ar")


@cache
def sources() -> dict[str, str]:
    """Every English source that templates, scripts and pages say, with the file that says it."""
    found = dict.fromkeys(ERRORS.values(), "server/errorwords.py")
    for path in sorted(files()):
        text = path.read_text(encoding="utf-8")
        for source in in_python(text) if path.suffix == ".py" else in_markup(text):
            found.setdefault(source, str(path.relative_to(ROOT)))
    return found


def files() -> Iterator[Path]:
    """Everything that speaks to people."""
    for floor in ("server", "classroom", "calendars"):
        yield from (ROOT / floor).rglob("*.py")
    yield from (ROOT / "server" / "templates").rglob("*.html")
    yield from (path for path in (ROOT / "static").rglob("*.js") if "dist" not in path.parts)


def in_python(text: str) -> Iterator[str]:
    """The sources in a Python file: literals, also both sides of a condition, handed to a voice."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args and _voice(node.func) in VOICES:
            yield from (source for source in _literals(node.args[0]) if source not in CODES)


def _voice(called: ast.expr) -> str:
    """`say(…)` and `request[SAY](…)` and `words.say("ar")(…)`."""
    if isinstance(called, ast.Subscript):
        called = called.slice
    if isinstance(called, ast.Call):
        return "say" if isinstance(called.func, ast.Attribute) and called.func.attr == "say" else ""
    if isinstance(called, ast.Attribute):  # self._say(…), reader.say(…); an act such as board.say has no literal
        return "say" if called.attr in {"_say", "say"} else ""
    return called.id if isinstance(called, ast.Name) else ""


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def in_markup(text: str) -> Iterator[str]:
    """The sources in a template or a script."""
    yield from (json.loads(match[1]) for match in SAID.finditer(text))


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it stands in the tree."""
    with (LOCALE / language / "LC_MESSAGES" / "oppitupa.po").open("rb") as file:
        return read_po(file, locale=language)


def texts(language: str) -> dict[str, tuple[str, ...]]:
    """Every text of a language, with all its forms."""
    return {
        _id(message.id): (message.string,) if isinstance(message.string, str) else tuple(message.string)
        for message in catalogue(language)
        if message.id
    }


def _id(source: Any) -> str:
    return str(source if isinstance(source, str) else source[0])


def counts(source: str) -> bool:
    """Whether a text has forms: its first hole is {count}."""
    return HOLES.findall(source)[:1] == ["{count}"]


def missing(language: str) -> dict[str, str]:
    """What this language lacks; English lacks only the forms of what counts."""
    have = {source for source, forms in texts(language).items() if all(forms)}
    return {
        source: where
        for source, where in sources().items()
        if source not in have and (language != "en" or counts(source))
    }


def left_behind(language: str) -> list[str]:
    """What nobody says any more."""
    said = sources()
    return [source for source in texts(language) if source not in said]


def torn(language: str) -> list[str]:
    """Translations whose {holes} are not those of their source; a form for few may do without the number."""
    found = []
    for source, forms in texts(language).items():
        holes = set(HOLES.findall(source))
        spare = {"{count}"} if counts(source) else set()
        found += [form for form in forms if not holes - spare <= set(HOLES.findall(form)) <= holes]
    return found


def formless(language: str) -> list[str]:
    """Texts that count but have one form only, and the other way round."""
    wanted = catalogue(language).num_plurals
    return [source for source, forms in texts(language).items() if len(forms) != (wanted if counts(source) else 1)]


def add(new: dict[str, dict[str, Any]]) -> None:
    """Write new texts into the catalogues, sorted, while nobody else does."""

    def change(language: str, held: Catalog) -> None:
        for source, said in new.items():
            if language in said:
                held.delete(source)
                held.add((source, source) if counts(source) else source, said[language])

    _change(change)


def tidy() -> None:
    """Take out what nobody says any more."""

    def change(language: str, held: Catalog) -> None:
        for source in left_behind(language):
            held.delete(source)

    _change(change)


def _change(change: Callable[[str, Catalog], None]) -> None:
    with Path("/tmp/oppitupa.po.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for language in (*LANGUAGES, "en"):
            held = catalogue(language)
            change(language, held)
            out = io.BytesIO()
            write_po(out, held, width=0, sort_output=True, omit_header=True)
            path = LOCALE / language / "LC_MESSAGES" / "oppitupa.po"
            header = path.read_text(encoding="utf-8").partition("\n\n")[0]
            path.write_text(f"{header}\n\n{out.getvalue().decode().strip()}\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    if arguments == ["add"]:
        add(json.load(sys.stdin))
        return 0
    if arguments == ["tidy"]:
        tidy()
        return 0
    lacking: dict[str, Any] = {language: missing(language) for language in (*LANGUAGES, "en")}
    lacking |= {f"{language}, left behind": left_behind(language) for language in (*LANGUAGES, "en")}
    print(json.dumps(lacking, ensure_ascii=False, indent=1))
    return 1 if any(lacking.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
