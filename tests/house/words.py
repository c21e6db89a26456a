"""The words tool: which texts the product says, which of them a language lacks, and how to add them.

python -m tests.house.words check                 what is missing, by language
python -m tests.house.words add < new.json        {"English source": {"fi": "…", "ar": "…"}, …}
"""

import ast
import fcntl
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from server.errorwords import ERRORS

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "server" / "locale"
LANGUAGES = ("fi", "ar")
SAID = re.compile(r'(?<!#)\b(?:say|both|plain|twofold)\(\s*("(?:[^"\\\n]|\\.)*")')
HOLES = re.compile(r"\{[a-z_]+\}")


def sources() -> dict[str, str]:
    """Every English source that templates, scripts and pages say, with the file that says it."""
    found = dict.fromkeys(ERRORS.values(), "server/errorwords.py")
    for path in sorted(_files()):
        for match in SAID.finditer(path.read_text(encoding="utf-8")):
            said = json.loads(match[1]) if path.suffix == ".js" else ast.literal_eval(match[1])
            if said not in ("en", "fi", "ar"):  # a voice is asked for, nothing is said
                found.setdefault(said, str(path.relative_to(ROOT)))
    return found


def _files() -> Iterator[Path]:
    for floor in ("server", "classroom", "calendars"):
        yield from (ROOT / floor).rglob("*.py")
    yield from (ROOT / "server" / "templates").rglob("*.html")
    yield from (path for path in (ROOT / "static").rglob("*.js") if "dist" not in path.parts)


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it stands in the tree."""
    with (LOCALE / language / "LC_MESSAGES" / "oppitupa.po").open("rb") as file:
        return read_po(file, locale=language)


def missing(language: str) -> dict[str, str]:
    """What this language lacks."""
    texts = catalogue(language)
    return {source: where for source, where in sources().items() if not (texts.get(source) and texts[source].string)}


def torn(language: str) -> list[str]:
    """Translations whose {holes} are not those of their source."""
    return [
        str(message.id)
        for message in catalogue(language)
        if message.id
        and message.string
        and set(HOLES.findall(str(message.id))) != set(HOLES.findall(str(message.string)))
    ]


def add(new: dict[str, dict[str, str]]) -> None:
    """Write new texts into the catalogues, sorted, while nobody else does."""
    with Path("/tmp/oppitupa.po.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for language in LANGUAGES:
            texts = catalogue(language)
            for source, said in new.items():
                texts.add(source, said[language])
            out = io.BytesIO()
            write_po(out, texts, width=0, sort_output=True, omit_header=True)
            path = LOCALE / language / "LC_MESSAGES" / "oppitupa.po"
            header = path.read_text(encoding="utf-8").partition("\n\n")[0]
            path.write_text(f"{header}\n\n{out.getvalue().decode().strip()}\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    if arguments == ["add"]:
        add(json.load(sys.stdin))
        return 0
    lacking = {language: missing(language) for language in LANGUAGES}
    print(json.dumps(lacking, ensure_ascii=False, indent=1))
    return 1 if any(lacking.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
