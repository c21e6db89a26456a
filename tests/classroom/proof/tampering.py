"""What somebody could do to a bundle, and whether a verdict names the place where she did it."""

import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from classroom.proof import alone
from classroom.proof.archive import archived, opened
from classroom.proof.verdict import check

Check = Callable[..., dict[str, Any]]


def by_itself() -> Check:
    """The verifier of the bundle, run from its text alone."""
    held: dict[str, Any] = {"__name__": "verify"}
    exec(compile(alone.source(), "verify.py", "exec"), held)
    found: Check = held["check"]
    return found


def files_of(held: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(held)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    return archived(list(files.items()))


def lines_of(held: bytes, name: str = "chain.jsonl") -> list[bytes]:
    return files_of(held)[name].splitlines(keepends=True)


def with_lines(held: bytes, lines: Sequence[bytes], name: str = "chain.jsonl") -> bytes:
    return packed(files_of(held) | {name: b"".join(lines)})


def told(verdict: Mapping[str, Any], where: str) -> list[tuple[str, int]]:
    """What it says of the records of a file."""
    return [(one["what"], one["record"]) for one in verdict["findings"] if one["where"] == where and "record" in one]


def places(held: bytes) -> list[tuple[str, int, int]]:
    """Where the contents of each file lie: name, from, until."""
    found, at = [], 0
    for name, content in opened(held)[0]:
        at += 30 + len(name)
        found.append((name, at, at + len(content)))
        at += len(content)
    return found


def named(verdict: Mapping[str, Any], held: bytes, at: int) -> bool:
    """Whether a verdict names the place of byte `at`: the record, the piece of a file, or the bytes of the archive."""
    for name, begins, ends in places(held):
        if begins <= at < ends:
            mine = [one for one in verdict["findings"] if one["where"] == name]
            if name.endswith(".jsonl"):
                line = held[begins:at].count(b"\n") + 1
                return any(one.get("record") in (line, line + 1) for one in mine)
            if name == "signature.json":
                return bool(mine)
            return any(one["bytes"][0] <= at - begins <= one["bytes"][1] for one in mine if "bytes" in one)
    frame = [one for one in verdict["findings"] if "archive" in one["where"] and "bytes" in one]
    return any(one["bytes"][0] <= at <= one["bytes"][1] for one in frame)


def turn_single_bytes(held: bytes, times: int, seed: int) -> list[str]:
    """Turn one byte at random places; what was not noticed, not named, or judged otherwise by the single file."""
    luck, other, wrong = random.Random(seed), by_itself(), []
    for _ in range(times):
        at, turned = luck.randrange(len(held)), bytearray(held)
        turned[at] ^= luck.randrange(1, 256)
        verdict = check(bytes(turned))
        if verdict["intact"] or not named(verdict, held, at):
            wrong.append(f"byte {at}: {json.dumps(verdict['findings'])[:300]}")
        if other(bytes(turned)) != verdict:
            wrong.append(f"byte {at}: the single file says otherwise")
    return wrong
