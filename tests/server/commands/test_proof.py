"""`oppitupa export`, `verify` and `key` from outside, on both databases."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calendars.clock import SetClock
from calendars.store import Store
from server.cli import main
from server.commands.proof import LOST
from tests.calendars.planned import MONDAY, Planned, plan_house
from tests.classroom.proof.conftest import lived
from tests.classroom.proof.tampering import files_of, lines_of, with_lines
from tests.programs import elsewhere


@dataclass
class Desk:
    """Somebody at the command line of a house."""

    house: Planned
    where: Sequence[str]
    capsys: pytest.CaptureFixture[str]
    out: Path

    def say(self, *words: str) -> tuple[int, str, str]:
        code = main(list(words))
        told = self.capsys.readouterr()
        return code, told.out, told.err

    def export(self) -> bytes:
        told = self.say("export", *self.where, "--programme", self.house.programme, "--out", str(self.out))
        assert told == (0, "", "")
        return self.out.read_bytes()

    def verify(self, *words: str) -> tuple[int, dict[str, object]]:
        code, out, _ = self.say("verify", str(self.out), "--json", *words)
        return code, json.loads(out)

    def signers(self, *words: str) -> list[dict[str, object]]:
        code, out, _ = self.say("key", *self.where, "--json", *words)
        assert code == 0
        found: list[dict[str, object]] = json.loads(out)
        return found


async def _lived(database: str) -> Planned:
    store = Store(database, SetClock(datetime(2026, 1, 1, tzinfo=UTC)))
    house = await plan_house(store)
    house.clock.at = MONDAY + timedelta(hours=1)
    await lived(house)
    await store.close()
    return house


@pytest.fixture
def desk(database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Desk:
    """A house in which a register was signed, opened again and signed."""
    where = ["--data", str(tmp_path)] if database.startswith("sqlite") else []
    monkeypatch.setenv("OPPITUPA_DATABASE", "" if where else database)
    return Desk(elsewhere(_lived(database)), where, capsys, tmp_path / "bundle.zip")


def test_export_when_checked_then_it_is_untouched_and_the_report_prints_its_head(desk: Desk) -> None:
    held = desk.export()
    code, verdict = desk.verify()
    signer, head = str(verdict["signer"]), str(verdict["head"])
    assert (code, verdict["intact"], verdict["trusted"]) == (0, True, None)
    assert [one["fingerprint"] for one in desk.signers()] == [signer]
    words = ("--programme", desk.house.programme, "--format", "json")
    code, report, _ = desk.say("report", *desk.where, *words)
    assert json.loads(report)["chain"] == {"number": 6, "head": head, "key": signer}
    assert f"({head}".encode() not in held
    assert head.encode() in files_of(held)["report.pdf"]
    code, out, _ = desk.say("verify", str(desk.out), "--key", signer, "--head", head)
    assert (code, out) == (0, f"signer: {signer}\nhead: {head} (6 records)\ntrusted: yes\nuntouched\n")
    assert desk.verify("--key", "0" * 64) == (1, verdict | {"trusted": False})
    assert desk.export() == held


def test_verify_when_a_record_is_changed_then_it_says_which_and_exit_one(desk: Desk) -> None:
    held = desk.export()
    lines = lines_of(held)
    lines[2] = lines[2].replace(b"reopened", b"opened")
    desk.out.write_bytes(with_lines(held, lines))
    code, out, _ = desk.say("verify", str(desk.out))
    assert code == 1
    assert out.startswith("changed: chain.jsonl, record 3\n")
    assert out.endswith("NOT as it was signed\n")


def test_key_when_changed_or_lost_then_the_proof_says_so(desk: Desk) -> None:
    desk.export()
    first = str(desk.verify()[1]["signer"])
    assert [one["why"] for one in desk.signers("--rotate")] == ["first", "rotated"]
    desk.export()
    code, verdict = desk.verify("--key", first)
    assert (code, verdict["trusted"], verdict["notes"]) == (0, True, [])
    assert [one["why"] for one in desk.signers("--lost")] == ["first", "rotated", "lost"]
    desk.export()
    code, verdict = desk.verify("--key", first)
    assert (code, verdict["intact"], verdict["trusted"]) == (1, True, False)
    assert "was lost" in str(verdict["notes"])


def test_export_when_the_key_cannot_be_opened_then_one_sentence_and_the_house_is_not_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("export", *desk.where, "--programme", desk.house.programme, "--out", str(desk.out))
    monkeypatch.setenv("OPPITUPA_SEAL_KEY", "a long key that stands in the environment, nowhere else")
    desk.signers("--rotate")
    desk.export()
    monkeypatch.delenv("OPPITUPA_SEAL_KEY")
    assert desk.say(*words) == (2, "", f"oppitupa: {LOST}\n")
    assert desk.say("key", *desk.where, "--rotate") == (2, "", f"oppitupa: {LOST}\n")
    assert len(desk.signers()) == 2


def test_export_when_there_is_no_such_programme_or_place_then_one_sentence(desk: Desk, tmp_path: Path) -> None:
    words = ("export", *desk.where, "--programme", "nothing", "--out", str(desk.out))
    assert desk.say(*words) == (2, "", "oppitupa: There is no programme nothing in this database.\n")
    code, out, said = desk.say(*words[:-1], str(tmp_path))
    assert (code, out, said) == (2, "", f"oppitupa: {tmp_path} is a folder: name the file to write.\n")
    assert desk.say("verify", str(tmp_path / "none.zip"))[0] == 2
    (tmp_path / "no.zip").write_bytes(b"nothing")
    code, out, said = desk.say("verify", str(tmp_path / "no.zip"))
    assert (code, out) == (2, "")
    assert said.endswith("is no bundle of Oppitupa: give the ZIP that was exported.\n")
