"""The search on whichever engine this machine has: the loops in C where they were built, else the same in Python."""

import ctypes
import hashlib
import logging
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from calendars.timetable import construction, mending, moves
from calendars.timetable.layout import Fields, state_of
from calendars.timetable.state import State

ROOM = Path(__file__).resolve().parent
SEARCH = ("state", "places", "insertion", "blockers", "construction", "journal", "handing", "moves", "mending")
"""The modules whose text the C was made from."""
LONGEST_DAY = 61
"""Slots of a day that fit into the 64 bits of a number in C; Python's numbers have no end."""
LARGEST_COST = 1 << 60

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Engine:
    """A state and what may be done with it; `state` has the same fields in both kinds."""

    name: str
    state: Any  # State, or the C struct of the same fields
    construct: Callable[[int], int]
    anneal: Callable[[int], None]
    keep_if_better: Callable[[], None]
    go_back: Callable[[], None]
    go_home: Callable[[], None]
    homeless: Callable[[], int]
    mend: Callable[[int], None]


def library_name() -> str:
    """The file of the C engine: its name says from which text it was made, so that an old one is never used."""
    text = hashlib.sha256()
    for name in SEARCH:
        text.update((ROOM / f"{name}.py").read_bytes())
    return f"_search-{text.hexdigest()[:16]}.so"


def start(fields: Fields, wanted: str | None = None) -> Engine:
    """An engine for these lists; `wanted` is "c" or "python", without it the fastest that there is."""
    if wanted != "python" and fits(fields):
        library = load()
        if library is not None:
            return _in_c(fields, library)
    if wanted == "c":
        raise LookupError("the C engine is not built, or the numbers are too large for it")
    return in_python(state_of(fields))


def in_python(state: State) -> Engine:
    """The search in Python on a state."""
    return Engine(
        "python",
        state,
        lambda steps: construction.construct(state, steps),
        lambda steps: moves.anneal(state, steps),
        lambda: construction.keep_if_better(state),
        lambda: construction.go_back(state),
        lambda: construction.go_home(state),
        lambda: mending.homeless(state),
        lambda steps: mending.mend(state, steps),
    )


def fits(fields: Fields) -> bool:
    """Whether no number can outgrow 64 bits."""
    slots, count = fields["slot_count"], fields["activity_count"]
    costs, weight, price = fields["slot_cost"], fields["weight"], fields["price"]
    assert isinstance(slots, int)
    assert isinstance(count, int)
    assert isinstance(costs, list)
    assert isinstance(weight, list)
    assert isinstance(price, list)
    numbers = [fields[name] for name in ("gap_cost", "change_cost", "moved_cost")]
    largest = max([1, *costs, *price, *(one for one in numbers if isinstance(one, int))])
    dearest = max(largest * (count + 1) * (slots + 4) * 4, sum(weight))
    return slots <= LONGEST_DAY and dearest < LARGEST_COST


@cache
def load() -> ctypes.CDLL | None:
    """The library beside this file, if it was built from the text of today."""
    place = ROOM / library_name()
    try:
        library = ctypes.CDLL(str(place))
    except OSError:
        log.info("The timetable search runs in Python: there is no %s (deploy/build_search.py makes it).", place.name)
        return None
    struct = ctypes.POINTER(Struct)
    library.construct.argtypes, library.construct.restype = [struct, ctypes.c_int64], ctypes.c_int64
    library.homeless.argtypes, library.homeless.restype = [struct], ctypes.c_int64
    for name in ("anneal", "mend"):
        getattr(library, name).argtypes, getattr(library, name).restype = [struct, ctypes.c_int64], None
    for name in ("keep_if_better", "go_back", "go_home"):
        getattr(library, name).argtypes, getattr(library, name).restype = [struct], None
    return library


def _members() -> Iterable[tuple[str, Any]]:
    kinds = {"int": ctypes.c_int64, "Ints": ctypes.POINTER(ctypes.c_int32), "Longs": ctypes.POINTER(ctypes.c_int64)}
    return [(name, kinds[str(kind)]) for name, kind in State.__annotations__.items()]


class Struct(ctypes.Structure):
    """The state as C sees it."""

    _fields_ = list(_members())


def _in_c(fields: Fields, library: ctypes.CDLL) -> Engine:
    struct = Struct()
    kept = []
    for name, kind in State.__annotations__.items():
        value = fields[name]
        if isinstance(value, int):
            setattr(struct, name, value)
            continue
        member, code = (ctypes.c_int32, "i") if str(kind) == "Ints" else (ctypes.c_int64, "q")
        table = (member * max(1, len(value))).from_buffer(array(code, value or [0]))  # faster than one by one
        kept.append(table)  # the struct only points at it
        setattr(struct, name, ctypes.cast(table, ctypes.POINTER(member)))
    reference = ctypes.byref(struct)

    def construct(steps: int) -> int:
        assert kept
        return int(library.construct(reference, steps))

    return Engine(
        "c",
        struct,
        construct,
        lambda steps: library.anneal(reference, steps),
        lambda: library.keep_if_better(reference),
        lambda: library.go_back(reference),
        lambda: library.go_home(reference),
        lambda: int(library.homeless(reference)),
        lambda steps: library.mend(reference, steps),
    )
