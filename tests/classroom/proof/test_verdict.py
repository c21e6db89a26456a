"""An untouched bundle passes anywhere; whatever is done to one is named, and by the single file in the same words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from classroom.proof import signing
from classroom.proof.records import about_chain, canonical, fingerprint, manifest, message
from classroom.proof.verdict import UNSIGNED, check
from tests.calendars.planned import Planned
from tests.classroom.proof.conftest import exported, seal_of, sign
from tests.classroom.proof.tampering import (
    by_itself,
    files_of,
    lines_of,
    packed,
    told,
    turn_single_bytes,
    with_lines,
)  # fmt: skip

RUNS = int(os.environ.get("OPPITUPA_RUNS", "100"))


def alone(bundle: bytes, tmp_path: Path, *words: str) -> tuple[int, dict[str, object]]:
    """The verifier out of the bundle, by a Python that has nothing but its own library."""
    (tmp_path / "bundle.zip").write_bytes(bundle)
    (tmp_path / "verify.py").write_bytes(files_of(bundle)["verify.py"])
    command = [sys.executable, "-I", "-S", "verify.py", "bundle.zip", "--json", *words]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, check=False)
    assert done.stderr == b""
    return done.returncode, json.loads(done.stdout)


async def test_check_when_untouched_then_it_passes_also_by_the_file_alone(signed: Planned, tmp_path: Path) -> None:
    held = await exported(signed)
    verdict = check(held)
    assert (verdict["intact"], verdict["trusted"], verdict["findings"]) == (True, None, [])
    assert alone(held, tmp_path) == (0, verdict)
    known = ["--key", verdict["signer"], "--head", verdict["head"]]
    assert alone(held, tmp_path, *known) == (0, verdict | {"trusted": True})


async def test_check_when_any_byte_is_turned_then_its_place_is_named(signed: Planned) -> None:
    assert turn_single_bytes(await exported(signed), RUNS, 20261130) == []


async def test_check_when_a_record_of_any_kind_is_changed_then_it_is_named(signed: Planned) -> None:
    held, other = await exported(signed), by_itself()
    kinds = set()
    for name, field in (("chain.jsonl", "at"), ("seals.jsonl", "at")):
        for n, line in enumerate(lines := lines_of(held, name)):
            record = json.loads(line)
            kinds.add(record.get("kind", "seal"))
            record[field] = record[field].replace("2026", "2025")
            changed = with_lines(held, [*lines[:n], canonical(record) + b"\n", *lines[n + 1 :]], name)
            verdict = check(changed)
            assert told(verdict, name) == [("changed", n + 1)]
            assert other(changed) == verdict
    assert kinds == {"register", "reopened", "evidence", "key", "seal"}


@pytest.mark.parametrize("name", ["chain.jsonl", "seals.jsonl"])
async def test_check_when_records_are_swapped_missing_or_twice_then_each_is_named(signed: Planned, name: str) -> None:
    held = await exported(signed)
    first, second, *rest = lines_of(held, name)
    assert {what for what, _ in told(check(with_lines(held, [second, first, *rest], name)), name)} == {"reordered"}
    assert told(check(with_lines(held, [first, *rest], name)), name) == [("missing", 2)]
    twice = told(check(with_lines(held, [first, second, second, *rest], name)), name)
    assert [what for what, _ in twice] == ["added"]
    assert twice[0][1] in (2, 3)


async def test_check_when_files_are_missing_added_or_in_another_order_then_each_is_named(signed: Planned) -> None:
    held = await exported(signed)
    files = files_of(held)
    without = {name: content for name, content in files.items() if name != "report.pdf"}
    assert ("missing", 8) in [(one["what"], one.get("file")) for one in check(packed(without))["findings"]]
    more = check(packed(files | {"note.txt": b"hello"}))
    assert ("added", 11) in [(one["what"], one.get("file")) for one in more["findings"]]
    turned = check(packed(dict(reversed(list(files.items())))))
    assert any((one["what"], one["where"]) == ("reordered", "the archive") for one in turned["findings"])
    longer, shorter = check(held + b"x"), check(held[:-30])
    assert longer["findings"][0] == {"what": "added", "where": "the end of the archive", "bytes": [len(held)] * 2}
    assert not shorter["intact"]


def forged(held: bytes, lines: list[bytes], key: Ed25519PrivateKey | None = None) -> bytes:
    """A bundle with another chain and a list made anew; signed with another key, where there is one."""
    files = files_of(held) | {"chain.jsonl": b"".join(lines)}
    links = [json.loads(line) for line in lines]
    head = fingerprint(lines[-1].rstrip(b"\n"))
    about = about_chain(links, head)
    listed = manifest(about, [(name, one) for name, one in files.items() if name not in UNSIGNED])
    said = json.loads(files["signature.json"])
    if key is not None:
        said = {"key": about["key"], "signature": key.sign(message("bundle", fingerprint(listed))).hex()}
    return packed(files | {"manifest.json": listed, "signature.json": canonical(said) + b"\n"})


async def test_check_when_the_list_is_made_anew_too_then_the_signature_and_the_record_are_named(
    signed: Planned,
) -> None:
    held = await exported(signed)
    lines = lines_of(held)
    record = json.loads(lines[2])
    lines[2] = canonical(record | {"by": None}) + b"\n"
    found = check(forged(held, lines))["findings"]
    assert ("changed", "signature.json") in [(one["what"], one["where"]) for one in found]
    assert {"changed", "chain.jsonl"} <= {value for one in found for value in one.values() if isinstance(value, str)}
    assert [one["record"] for one in found if one["where"] == "chain.jsonl"] == [4]
    assert "record 3 and what this one says of it do not fit" in [one.get("says") for one in found]


async def test_check_when_the_house_exports_less_than_before_then_the_head_of_before_is_missed(
    signed: Planned, tmp_path: Path
) -> None:
    """A chain that was cut by whoever has the key fits itself: only a head that was handed out tells."""
    early = check(await exported(signed))
    house_key, lines = Ed25519PrivateKey.generate(), lines_of(await exported(signed))
    cut = resigned(await exported(signed), lines[:5], house_key)
    verdict = check(cut)
    assert verdict["intact"]
    assert check(cut, key=verdict["signer"])["trusted"] is True
    assert check(cut, head=early["head"])["trusted"] is False
    assert alone(cut, tmp_path, "--head", early["head"])[0] == 1


def resigned(held: bytes, lines: list[bytes], key: Ed25519PrivateKey) -> bytes:
    """What a forger makes: all records, seals, keys and lists anew, by a key of her own, so that everything fits."""
    links, before = [json.loads(line) for line in lines], "0" * 64
    public = key.public_key().public_bytes_raw()
    made = []
    for link in links:
        if link["kind"] == "key":
            link["key"] |= {"public": public.hex(), "fingerprint": fingerprint(public)}
        link["before"] = before
        made.append(canonical(link) + b"\n")
        before = fingerprint(made[-1][:-1])
    files = files_of(held)
    seal = {
        "programme": links[0]["programme"], "number": len(links), "head": before, "key": fingerprint(public),
        "at": links[-1]["at"],
    }  # fmt: skip
    seal["signature"] = key.sign(message("seal", seal)).hex()
    keys = [link["key"] for link in links if link["kind"] == "key"]
    rules = [
        one | {"records": [n for n in one["records"] if n <= len(links)]} for one in json.loads(files["rules.json"])
    ]
    report = json.loads(files["report.json"])
    report["chain"] = {"number": len(links), "head": before, "key": fingerprint(public)}
    files |= {
        "seals.jsonl": canonical(seal) + b"\n", "keys.json": canonical(keys) + b"\n",
        "rules.json": canonical(rules) + b"\n", "report.json": json.dumps(report).encode(),
    }  # fmt: skip
    return forged(packed(files), made, key)


async def test_check_when_all_is_signed_anew_with_another_key_then_only_the_known_key_tells(
    signed: Planned, tmp_path: Path
) -> None:
    held = await exported(signed)
    ours = check(held)
    other = resigned(held, lines_of(held), Ed25519PrivateKey.generate())
    assert check(other)["intact"]
    assert check(other)["signer"] != ours["signer"]
    assert check(other, key=ours["signer"])["trusted"] is False
    assert check(other, head=ours["head"])["trusted"] is False
    assert alone(other, tmp_path, "--key", ours["signer"])[0] == 1


async def test_check_when_the_key_was_changed_then_the_old_fingerprint_still_vouches(signed: Planned) -> None:
    before = check(await exported(signed))
    async with signed.store.work() as work:
        await signing.change_key(work, await seal_of(signed))
    await sign(signed, signed.lessons["first"][0])
    async with signed.store.work() as work:
        await signing.seal_chain(work, await seal_of(signed), signed.programme)
    held = await exported(signed)
    after = check(held, before["signer"], before["head"])
    assert (after["intact"], after["trusted"], after["notes"]) == (True, True, [])
    assert after["signer"] != before["signer"]
    lines = lines_of(held)
    record = json.loads(lines[-1])
    assert (record["kind"], record["key"]["why"]) == ("key", "rotated")


async def test_check_when_a_key_was_lost_then_it_is_said_and_the_old_fingerprint_does_not_vouch(
    signed: Planned,
) -> None:
    before = check(await exported(signed))
    async with signed.store.work() as work:
        await signing.change_key(work, await seal_of(signed, "another"), lost=True)
    async with signed.store.work() as work:
        await signing.seal_chain(work, await seal_of(signed, "another"), signed.programme)
    after = check(await exported(signed, "another"), key=before["signer"])
    assert (after["intact"], after["trusted"]) == (True, False)
    assert after["notes"] == [
        f"The key {before['signer']} was lost; from record 7 on another one signs, and no earlier key vouches for it."
    ]


@pytest.mark.parametrize("held", [b"", b"PK\3\4", b"PK\5\6" + bytes(18), b"x" * 100, b"PK\1\2" + b"\xff" * 90])
def test_check_when_it_is_no_bundle_then_it_says_so(held: bytes) -> None:
    assert not check(held)["intact"]
