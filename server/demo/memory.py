"""What the demo keeps in its folder beside the database: the shift of its clock and who plays which part."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from server.demo.house import Built, Laid

NAME = "demo.json"


@dataclass(frozen=True, slots=True)
class Memory:
    """A demo that may be started again."""

    shift: float
    """Seconds by which the house's clock is ahead of the machine's."""
    blueprint: str
    programme: str
    people: tuple[str, ...]
    learner: str
    teacher: str
    coordinator: str
    inspector: str
    missing: str
    classes: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    """The online lessons that were on when the house was built: lesson, group, teacher, who else comes."""


def of(built: Built, now_lessons: list[Laid], blueprint: str, shift: float) -> Memory:
    """What to remember of a house that was just built."""
    return Memory(
        shift, blueprint, built.programme, built.people, built.learner, built.teacher, built.coordinator,
        built.inspector, built.missing,
        tuple(
            (one.lesson, one.group, one.teacher, (*one.learners, *one.beside)) for one in now_lessons if not one.on_site
        ),
    )  # fmt: skip


def keep(folder: Path, memory: Memory) -> None:
    """Write it; a half-written house has none and is built anew."""
    half = folder / (NAME + ".new")
    half.write_text(json.dumps(asdict(memory), indent=1), encoding="utf-8")
    half.replace(folder / NAME)


def read(folder: Path) -> Memory | None:
    """The memory of an earlier start, if there was one."""
    try:
        kept = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    kept["people"] = tuple(kept["people"])
    kept["classes"] = tuple((lesson, group, teacher, tuple(who)) for lesson, group, teacher, who in kept["classes"])
    return Memory(**kept)
