"""The records of a proof: canonical JSON, each with the hash of the one before it, and the list that is signed."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

PIECE = 1024  # bytes of a file that is named when one in it has changed
ORIGIN = "0" * 64  # what the first record of a chain has before it


def canonical(told: object) -> bytes:
    """The one way to write a value: names sorted, no spaces, UTF-8 (as RFC 8785, for text and whole numbers)."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(held: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(held).hexdigest()


def message(purpose: str, told: object) -> bytes:
    """What is signed: bytes that can be taken for nothing else."""
    return b"oppitupa-" + purpose.encode() + b"-1\n" + canonical(told)


def pieces(name: str, held: bytes) -> list[bytes]:
    """A file in the pieces that are named when they change: records of JSON Lines, else so many bytes each."""
    if name.endswith(".jsonl"):
        *lines, rest = held.split(b"\n")
        return [line + b"\n" for line in lines] + ([rest] if rest else [])
    return [held[at : at + PIECE] for at in range(0, len(held), PIECE)]


def manifest(about: dict[str, Any], files: Sequence[tuple[str, bytes]]) -> bytes:
    """The list of all files by their hashes: what the signature of a bundle is about."""
    listed = [
        {"name": name, "size": len(held), "sha256": fingerprint(held),
         "pieces": [fingerprint(one) for one in pieces(name, held)]}
        for name, held in files
    ]  # fmt: skip
    return canonical({"format": "oppitupa-bundle-1", **about, "files": listed}) + b"\n"


def about_chain(links: Sequence[dict[str, Any]], head: str) -> dict[str, Any]:
    """What a manifest says of its chain."""
    keys = [link["key"]["fingerprint"] for link in links if link.get("kind") == "key"]
    last = links[-1]
    key = keys[-1] if keys else ""
    return {"programme": last["programme"], "number": last["number"], "head": head, "key": key, "as_of": last["at"]}


def keys_in(links: Sequence[dict[str, Any]]) -> bytes:
    """keys.json as it follows from the chain."""
    return canonical([link["key"] for link in links if link.get("kind") == "key"]) + b"\n"


def rules_in(links: Sequence[dict[str, Any]]) -> bytes:
    """rules.json as it follows from the chain: each set of rules, and the records that were reckoned by it."""
    by_rules: dict[bytes, list[int]] = {}
    for link in links:
        if link.get("kind") == "register":
            by_rules.setdefault(canonical(link["trace"][0]["rules"]), []).append(link["number"])
    return canonical([{"rules": json.loads(rules), "records": told} for rules, told in by_rules.items()]) + b"\n"


def read_json(held: bytes) -> Any:
    """The value, or None for what is no JSON."""
    try:
        return json.loads(held)
    except (ValueError, RecursionError):
        return None
