"""Check a bundle of attendance without its house: verify.py BUNDLE.zip [--key FINGERPRINT] [--head HASH] [--json].

Exit 0: untouched · 1: something is not as it was signed, or not what --key and --head say · 2: this is no bundle.
The house checks by these very lines; the file in the bundle needs Python 3.11 or later and nothing beside it.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import Any

from classroom.proof.archive import NAMES, Finding, finding, opened
from classroom.proof.ed25519 import signed
from classroom.proof.records import (
    ORIGIN,
    PIECE,
    about_chain,
    canonical,
    fingerprint,
    keys_in,
    manifest,
    message,
    pieces,
    read_json,
    rules_in,
)

MOST = 40  # findings that are told; more would be read by nobody
UNSIGNED = ("manifest.json", "signature.json")
BROKEN = (KeyError, TypeError, IndexError, AttributeError, ValueError, RecursionError)
"""What reading something says that was never written by a house."""
Keys = dict[str, bytes]
"""Public keys by their fingerprints."""


def check(held: bytes, key: str | None = None, head: str | None = None) -> dict[str, Any]:
    """What is to be said of a bundle. `trusted` is about `key` and `head` alone; None without either."""
    found, findings = opened(held)
    files = dict(found)
    findings += _in_order([name for name, _ in found], NAMES, "the archive", "file")
    records = files.get("chain.jsonl", b"").split(b"\n")[:-1]
    links = [one if isinstance(one := read_json(record), dict) else {} for record in records]
    keys = _keys(links, files)
    told, wrong, sure = _manifest(files, links, records, keys)
    findings += wrong
    for one in told.get("files", []):
        findings += _changed(one, files)
    if not findings or not sure:
        findings += _read_through(links, records, files, told, keys)
    hashes, signer = [fingerprint(one) for one in records], told.get("key", "")
    trusted = None
    if key is not None or head is not None:
        trusted = (key is None or key.lower() in _vouched(links, signer)) and (head is None or head.lower() in hashes)
    return {
        "intact": not findings, "trusted": trusted, "programme": told.get("programme"), "signer": signer or None,
        "head": hashes[-1] if hashes else None, "records": len(records), "as_of": told.get("as_of"),
        "findings": findings[:MOST], "further": max(0, len(findings) - MOST), "notes": _notes(links),
    }  # fmt: skip


def _keys(links: Sequence[dict[str, Any]], files: dict[str, bytes]) -> Keys:
    """From the chain and from the list beside it; none that its fingerprint belies."""
    listed = read_json(files.get("keys.json", b""))
    told: list[Any] = [link.get("key") for link in links] + (listed if isinstance(listed, list) else [])
    found = {}
    for one in told:
        try:
            public = bytes.fromhex(one["public"])
        except BROKEN:
            continue
        found[fingerprint(public)] = public
    return found


def _manifest(
    files: dict[str, bytes], links: Sequence[dict[str, Any]], records: Sequence[bytes], keys: Keys
) -> tuple[dict[str, Any], list[Finding], bool]:
    """The list that was signed, as it stands or as the files make it; what is wrong with it; whether it is sure."""
    held, said = files.get("manifest.json", b""), read_json(files.get("signature.json", b""))
    said = said if isinstance(said, dict) else {}
    try:
        rest = [(name, files[name]) for name in NAMES if name not in UNSIGNED]
        rebuilt = manifest(about_chain(links, fingerprint(records[-1])), rest)
    except BROKEN:
        rebuilt = b""
    good = next((one for one in (held, rebuilt) if _fits(one, said, keys)), None)
    findings = []
    if good is None:
        findings.append(finding("changed", "signature.json", says="it does not fit manifest.json"))
    elif files["signature.json"] != canonical({name: said[name] for name in ("key", "signature")}) + b"\n":
        findings.append(finding("changed", "signature.json", says="it is not written as it was"))
    if good is not None and good != held:
        here = next(n for n, (one, other) in enumerate(zip_longest(held, good)) if one != other)
        findings.append(finding("changed", "manifest.json", bytes=[here, here]))
    told = read_json(good or rebuilt or held)
    whole = isinstance(told, dict) and isinstance(told.get("files"), list)
    return told if whole else {}, findings, good is not None


def _fits(held: bytes, said: dict[str, Any], keys: Keys) -> bool:
    try:
        told, public, signature = read_json(held), keys[said["key"]], bytes.fromhex(said["signature"])
        if held != canonical(told) + b"\n" or told["key"] != said["key"]:
            return False
    except BROKEN:
        return False
    return signed(public, message("bundle", fingerprint(held)), signature)


def _changed(listed: Any, files: dict[str, bytes]) -> Iterator[Finding]:
    """Which pieces of a file are not those that were signed."""
    try:
        name, expected, size = listed["name"], tuple(map(str, listed["pieces"])), int(listed["size"])
        held = files.get(name)
    except BROKEN:
        yield finding("changed", "manifest.json", says="it is not written as a house writes it")
        return
    if held is None:
        return  # the order of the files has told of it
    actual = tuple(fingerprint(one) for one in pieces(name, held))
    if name.endswith(".jsonl"):
        yield from _in_order(actual, expected, name, "record")
        return
    if len(held) != size:
        yield finding("missing" if len(held) < size else "added", name, says=f"{len(held)} bytes instead of {size}")
    for n, (one, other) in enumerate(zip_longest(actual, expected)):
        if one != other:
            yield finding("changed", name, bytes=[n * PIECE, min((n + 1) * PIECE, max(len(held), size)) - 1])


def _in_order(actual: Sequence[str], expected: Sequence[str], where: str, unit: str) -> Iterator[Finding]:
    """What was changed, is missing, was added or stands elsewhere, counted from 1."""
    if tuple(actual) == tuple(expected):
        return
    here, known = Counter(actual), Counter(expected)
    for tag, a, b, c, d in SequenceMatcher(None, expected, actual, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone = [n for n in range(a, b) if expected[n] not in here]
        new = [n for n in range(c, d) if here[actual[n]] > known[actual[n]]]
        both = min(len(gone), len(new))
        yield from (finding("changed", where, **{unit: n + 1}) for n in new[:both])
        yield from (finding("missing", where, **{unit: n + 1}) for n in gone[both:])
        yield from (finding("added", where, **{unit: n + 1}) for n in new[both:])
        yield from (
            finding("reordered", where, **{unit: n + 1}) for n in range(c, d) if here[actual[n]] == known[actual[n]]
        )


def _read_through(
    links: Sequence[dict[str, Any]], records: Sequence[bytes], files: dict[str, bytes], told: dict[str, Any], keys: Keys
) -> list[Finding]:
    """Whether the chain hangs together, whatever the list says of it."""
    found: list[Finding] = []
    try:
        for part in (_chain(links, records), _endorsed(links, keys), _seals(links, records, files, keys)):
            found += part
        if files["keys.json"] != keys_in(links):
            found.append(finding("changed", "keys.json", says="the chain makes another one"))
        if files["rules.json"] != rules_in(links):
            found.append(finding("changed", "rules.json", says="the chain makes another one"))
        printed = json.loads(files["report.json"])["chain"]
        if not found and (printed["head"], printed["number"]) != (fingerprint(records[-1]), links[-1]["number"]):
            found.append(finding("changed", "report.json", says="it prints another head than the chain has"))
        if not found and told.get("head") != fingerprint(records[-1]):
            found.append(finding("changed", "manifest.json", says="it names another head than the chain has"))
    except BROKEN:
        found.append(finding("changed", "chain.jsonl", says="it is not written as a house writes it"))
    return found


def _chain(links: Sequence[dict[str, Any]], records: Sequence[bytes]) -> Iterator[Finding]:
    before = ORIGIN
    for n, (link, record) in enumerate(zip(links, records, strict=True), start=1):
        if canonical(link) != record or link.get("programme") != links[0].get("programme"):
            yield finding("changed", "chain.jsonl", record=n)
        if link.get("number") != n:
            yield finding("reordered", "chain.jsonl", record=n, says=f"it says that it is number {link.get('number')}")
        elif link.get("before") != before:
            says = f"record {n - 1} and what this one says of it do not fit" if n > 1 else "it is no beginning"
            yield finding("changed", "chain.jsonl", record=n, says=says)
        before = fingerprint(record)


def _endorsed(links: Sequence[dict[str, Any]], keys: Keys) -> Iterator[Finding]:
    """Each key after the first was signed by the one before it, unless that one was lost."""
    last = None
    for link in links:
        if link.get("kind") != "key":
            continue
        said = dict(link["key"])
        signature, follows = said.pop("signature"), said["follows"]
        rotated = said["why"] == "rotated"
        good = follows == last and fingerprint(bytes.fromhex(said["public"])) == said["fingerprint"]
        if rotated:
            good = good and signed(keys[follows], message("key", said), bytes.fromhex(signature))
        if not good or (last is None) != (said["why"] == "first"):
            yield finding("changed", "chain.jsonl", record=link["number"], says="no key before it vouches for it")
        last = said["fingerprint"]


def _seals(
    links: Sequence[dict[str, Any]], records: Sequence[bytes], files: dict[str, bytes], keys: Keys
) -> Iterator[Finding]:
    """Each seal is by the key that stood in the chain by then, about the record that stands there, and the last too."""
    current, key = [], ""
    for link in links:
        key = link["key"]["fingerprint"] if link.get("kind") == "key" else key
        current.append(key)
    until = 0
    for n, record in enumerate(files["seals.jsonl"].split(b"\n")[:-1], start=1):
        said = json.loads(record)
        signature, number = said.pop("signature"), said["number"]
        good = until < number <= len(links) and said["head"] == fingerprint(records[number - 1])
        good = good and said["key"] == current[number - 1] and said["programme"] == links[0]["programme"]
        if not good or not signed(keys[said["key"]], message("seal", said), bytes.fromhex(signature)):
            yield finding("changed", "seals.jsonl", record=n, says=f"it does not fit record {number} of the chain")
        until = max(until, number)
    if until < len(links):
        yield finding("missing", "seals.jsonl", says=f"nothing seals the chain after record {until}")


def _vouched(links: Sequence[dict[str, Any]], signer: str) -> set[str]:
    """The signer, and the keys that vouched for it one after the other by a signed rotation."""
    found = {signer} if signer else set()
    for link in reversed(links):
        said = link.get("key")
        if isinstance(said, dict) and said.get("fingerprint") == signer and said.get("why") == "rotated":
            signer = str(said.get("follows"))
            found.add(signer)
    return found


def _notes(links: Sequence[dict[str, Any]]) -> list[str]:
    lost = [link for link in links if isinstance(link.get("key"), dict) and link["key"].get("why") == "lost"]
    return [
        f"The key {link['key'].get('follows')} was lost; from record {link.get('number')} on another one signs, "
        "and no earlier key vouches for it."
        for link in lost
    ]


def sentences(told: dict[str, Any]) -> str:
    """A verdict for people."""
    lines = [
        f"{one['what']}: {one['where']}"
        + "".join(f", {unit} {one[unit]}" for unit in ("file", "record") if unit in one)
        + (", bytes {} to {}".format(*one["bytes"]) if "bytes" in one else "")
        + (f" ({one['says']})" if "says" in one else "")
        for one in told["findings"]
    ]
    lines += [f"and {told['further']} further findings"] if told["further"] else []
    lines += [f"note: {one}" for one in told["notes"]]
    lines += [f"signer: {told['signer']}", f"head: {told['head']} ({told['records']} records)"]
    fits = {None: "not asked (--key, --head)", True: "yes", False: "NO: it is not what was given to compare with"}
    lines += [f"trusted: {fits[told['trusted']]}", "untouched" if told["intact"] else "NOT as it was signed"]
    return "\n".join(lines) + "\n"


def declare_verify(parser: argparse.ArgumentParser) -> None:
    """What can be said to the command."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE.zip")
    parser.add_argument("--key", metavar="FINGERPRINT", help="the signer that you know")
    parser.add_argument("--head", metavar="HASH", help="a head that was printed in a report")
    parser.add_argument("--json", action="store_true", help="print one JSON value")


def verify(arguments: argparse.Namespace) -> int:
    """Check and tell; the exit code."""
    try:
        held = arguments.bundle.read_bytes()
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else wrong
        sys.stderr.write(f"{str(arguments.bundle)!r} cannot be read: {reason}.\n")
        return 2
    if not opened(held)[0]:
        sys.stderr.write(f"{str(arguments.bundle)!r} is no bundle of Oppitupa: give the ZIP that was exported.\n")
        return 2
    told = check(held, arguments.key, arguments.head)
    sys.stdout.write(json.dumps(told) + "\n" if arguments.json else sentences(told))
    return 0 if told["intact"] and told["trusted"] is not False else 1


def main(words: Sequence[str] | None = None) -> int:
    """Run as a file of its own."""
    parser = argparse.ArgumentParser(description="Check a bundle of attendance, offline.")
    declare_verify(parser)
    return verify(parser.parse_args(words))


if __name__ == "__main__":
    sys.exit(main())
