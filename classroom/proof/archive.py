"""A ZIP whose every byte follows from the names and contents of its files: built, and read though it is wrong."""

import zlib
from collections.abc import Iterator, Sequence
from struct import calcsize, error, pack, unpack_from
from typing import Any

NAMES = (
    "README.txt", "verify.py", "chain.jsonl", "seals.jsonl", "keys.json", "rules.json", "report.json", "report.pdf",
    "manifest.json", "signature.json",
)  # fmt: skip
"""The files of a bundle, in their order."""
Finding = dict[str, Any]
"""What is not as it was signed: `what` (changed, missing, added, reordered), `where`, and which record or bytes."""

LOCAL, ENTRY, END = "<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"
TIME, DAY = 0, 0x21  # midnight on 1 January 1980, the first that a ZIP can tell
FILE_MODE = 0o100644 << 16


def archived(files: Sequence[tuple[str, bytes]]) -> bytes:
    """The one archive that holds these files: stored, in this order, all of one time."""
    return b"".join(part for _, part in _parts_of(files))


def _parts_of(files: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    entries, at = [], 0
    for name, held in files:
        label, crc = name.encode(), zlib.crc32(held)
        same = (20, 0, 0, TIME, DAY, crc, len(held), len(held), len(label))
        yield f"{name}: its header in the archive", pack(LOCAL, b"PK\3\4", *same, 0) + label
        yield name, held
        entry = pack(ENTRY, b"PK\1\2", 3 << 8 | 20, *same, 0, 0, 0, 0, FILE_MODE, at) + label
        entries.append((f"{name}: its entry in the directory of the archive", entry))
        at += calcsize(LOCAL) + len(label) + len(held)
    yield from entries
    length = sum(len(entry) for _, entry in entries)
    yield "the end of the archive", pack(END, b"PK\5\6", 0, 0, len(files), len(files), length, at, 0)


def _by_headers(held: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while held[at : at + 4] == b"PK\3\4":
        *_, size, length, _ = unpack_from(LOCAL, held, at)
        name, at = held[at + 30 : at + 30 + length], at + 30 + length
        yield name.decode("latin-1"), held[at : at + size]
        at += size


def _by_directory(held: bytes) -> Iterator[tuple[str, bytes]]:
    at = unpack_from(END, held, len(held) - calcsize(END))[6]
    while held[at : at + 4] == b"PK\1\2":
        fields = unpack_from(ENTRY, held, at)
        size, length, begins = fields[9], fields[10], fields[16] + 30 + fields[10]
        yield held[at + 46 : at + 46 + length].decode("latin-1"), held[begins : begins + size]
        at += 46 + length


def opened(held: bytes) -> tuple[list[tuple[str, bytes]], list[Finding]]:
    """The files of an archive, read in whichever of two ways leaves the least unexplained, and what is wrong in it."""
    readings = []
    for way in (_by_directory, _by_headers):
        try:
            files = list(way(held))
        except (error, UnicodeError):
            continue
        if files:
            rebuilt = _parts_or_none(files)
            findings = list(_apart(held, rebuilt))
            readings.append(([name for name, _ in files] != list(NAMES), len(findings), files, findings))
    if not readings:
        return [], [finding("missing", "the archive", says="this is no bundle of Oppitupa")]
    return min(readings, key=lambda one: one[:2])[2:]


def _parts_or_none(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    try:
        return list(_parts_of(files))
    except (error, UnicodeError):
        return []


def _apart(held: bytes, parts: Sequence[tuple[str, bytes]]) -> Iterator[Finding]:
    """Where the bytes of an archive are not those that its files make."""
    at = 0
    for label, part in parts:
        here = held[at : at + len(part)]
        if here != part:
            wrong = [at + n for n in range(len(part)) if here[n : n + 1] != part[n : n + 1]]
            yield finding("changed" if len(here) == len(part) else "missing", label, bytes=[wrong[0], wrong[-1]])
        at += len(part)
    if len(held) > at:
        yield finding("added", "the end of the archive", bytes=[at, len(held) - 1])


def finding(what: str, where: str, **more: Any) -> Finding:
    """One finding."""
    return {"what": what, "where": where, **more}
