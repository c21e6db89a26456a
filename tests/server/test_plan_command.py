"""`oppitupa plan` and `oppitupa blueprints` as the contract writes them: JSON, exit codes, one clear sentence."""

import argparse
import ast
import json
from pathlib import Path
from typing import Any

import pytest

from calendars import models
from calendars.blueprints import checks, form, sheets, shipped
from server.commands import plan
from server.faultwords import FAULTS

OCCUPATION = "occupation-for-immigrants"


class Told:
    """What one call of the command line said."""

    def __init__(self, exit_code: int, out: str, err: str) -> None:
        self.exit_code, self.out, self.err = exit_code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def oppitupa(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> Told:
        parser = argparse.ArgumentParser(prog="oppitupa")
        plan.declare(parser.add_subparsers(required=True))
        arguments = parser.parse_args(words)
        exit_code = arguments.run(arguments)
        said = capsys.readouterr()
        return Told(exit_code, said.out, said.err)

    return run


def test_plan_when_json_then_the_value_of_the_contract(oppitupa: Any) -> None:
    told = oppitupa("plan", OCCUPATION, "--start", "2026-03-02", "--json")
    value = told.json
    assert (told.exit_code, told.err) == (0, "")
    assert (value["blueprint"], value["start"], value["end"]) == (OCCUPATION, "2026-03-02", "2026-05-28")
    assert value["counts"] == {"contact": 12, "online": 48}
    assert value["days"][0] == {
        "n": 1,
        "date": "2026-03-02",
        "phase": "orientation",
        "service": "labour_market_training",
        "kind": "contact",
        "place": "Koulutustalo",
        "starts": "2026-03-02T09:00:00+02:00",
        "ends": "2026-03-02T15:00:00+02:00",
    }
    assert (value["days"][5]["kind"], value["days"][5]["place"], len(value["days"])) == ("online", None, 60)
    assert [one["date"] for one in value["holidays"]] == ["2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14"]
    assert value["tutoring"] == {"minutes_per_learner": 240, "opens": "2026-05-29", "until": "2026-08-28"}
    assert (value["series"], value["warnings"]) == ([], [])


def test_plan_when_weekly_series_then_occurrences_with_their_offset(oppitupa: Any) -> None:
    value = oppitupa("plan", "catch-up-with-work", "--start", "2026-09-15", "--json").json
    (series,) = value["series"]
    assert series["name"] == "peer-group"
    assert [one["starts"] for one in series["occurrences"]] == [
        "2026-09-15T17:00:00+03:00",
        "2026-09-22T17:00:00+03:00",
        "2026-09-29T17:00:00+03:00",
        "2026-10-06T17:00:00+03:00",
        "2026-10-13T17:00:00+03:00",
        "2026-10-20T17:00:00+03:00",
        "2026-10-27T17:00:00+02:00",
        "2026-11-03T17:00:00+02:00",
    ]
    assert series["occurrences"][7]["ends"] == "2026-11-03T19:00:00+02:00"
    assert (value["days"], value["counts"], value["tutoring"]) == ([], {}, None)


def test_plan_when_months_at_work_then_their_calendar_span_is_told(oppitupa: Any) -> None:
    value = oppitupa("plan", "kototyo", "--start", "2026-08-20", "--json").json
    assert value["phases"][1] == {"phase": "at-work", "days": 103, "first": "2026-10-01", "last": "2027-02-28"}


def test_plan_when_country_weekdays_and_breaks_then_they_hold(oppitupa: Any) -> None:
    words = [
        "--country",
        "ee",
        "--weekdays",
        "wed, MON",
        "--break",
        "2026-03-02..2026-03-04",
        "--break=2026-05-04..2026-05-04",
    ]
    value = oppitupa("plan", "kohti-tyota", "--start", "2026-02-23", *words, "--json").json
    assert (value["country"], value["zone"], value["weekdays"]) == ("EE", "Europe/Tallinn", ["mon", "wed"])
    assert value["breaks"] == [
        {"first": "2026-03-02", "last": "2026-03-04"},
        {"first": "2026-05-04", "last": "2026-05-04"},
    ]
    assert [one["date"] for one in value["days"]][:4] == ["2026-02-23", "2026-02-25", "2026-03-09", "2026-03-11"]
    assert len(value["days"]) == 60


def test_plan_when_start_is_free_then_moved_with_a_warning_on_stderr(oppitupa: Any) -> None:
    told = oppitupa("plan", OCCUPATION, "--start", "2026-03-01", "--json")
    sentence = "2026-03-01 is not a training day here: the start moves to 2026-03-02."
    assert (told.exit_code, told.err, told.json["start"]) == (0, f"warning: {sentence}\n", "2026-03-02")
    assert told.json["warnings"] == [{"code": "start_moved", "text": sentence}]


def test_plan_when_not_json_then_weeks_in_letters(oppitupa: Any) -> None:
    out = oppitupa("plan", OCCUPATION, "--start", "2026-03-02", "--break", "2026-03-09..2026-03-10").out.splitlines()
    assert out[0] == "An occupation for immigrants (occupation-for-immigrants 1.1)"
    assert out[2] == "60 training days: 12 contact, 48 online"
    assert out[5] == "2026-W10    C  C  C  C  C  .  .   1-5      orientation"
    assert out[6] == "2026-W11    b  b  O  O  O  .  .   6-8      online"
    assert out[9] == "2026-W14    O  O  O  O  h  .  .   19-22    online"


def test_plan_when_series_is_not_json_then_local_hours(oppitupa: Any) -> None:
    out = oppitupa("plan", "catch-up-with-work", "--start", "2026-09-15").out
    assert "Tue 2026-11-03  17:00-19:00  UTC+0200" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["x", "--start", "2026-01-01"], "There is no blueprint x; there are: catch-up-with-work, "),
        (["kototyo", "--start", "20260101"], "--start '20260101' is not a day; write it like 2026-03-02."),
        (["kototyo", "--start", "2026-02-30"], "--start '2026-02-30' is not a day; write it like 2026-03-02."),
        (["kototyo", "--start", "٢٠٢٦-03-02"], "--start '٢٠٢٦-03-02' is not a day"),
        (["kototyo", "--start", "9999-12-31"], "The start must lie in the years 1950 to 2150."),
        (["kototyo", "--start", "2026-01-05", "--country", "QQ"], "The public holidays of QQ are not known"),
        (["kototyo", "--start", "2026-01-05", "--country", ""], "The public holidays of  are not known"),
        (["kototyo", "--start", "2026-01-05", "--zone", "Foo"], "There is no time zone Foo"),
        (["kototyo", "--start", "2026-01-05", "--weekdays", "mo"], "mo is no weekday; write mon, tue,"),
        (["kototyo", "--start", "2026-01-05", "--weekdays", ","], "No weekday is left to train on."),
        (["kototyo", "--start", "2026-01-05", "--break", "2026-01-05"], "--break '2026-01-05' is not a break"),
        (["kototyo", "--start", "2026-01-05", "--break", "x..y"], "--break 'x' is not a day"),
        (["kototyo", "--start", "2026-01-05", "--break", "2026-02-02..2026-02-01"], "The break 2026-02-02..2026-02-01"),
        (["kototyo", "--start", "2026-01-05", "--break", "0001-01-01..9999-12-31"], "After 2026-01-05 no training day"),
        (["none.toml", "--start", "2026-01-05"], "'none.toml' cannot be read: No such file or directory."),
    ],
)
def test_plan_when_it_cannot_be_used_then_2_and_one_sentence(oppitupa: Any, words: list[str], sentence: str) -> None:
    told = oppitupa("plan", *words, "--json")
    assert (told.exit_code, told.out, told.err.count("\n")) == (2, "", 1)
    assert told.err.startswith(sentence)


def test_plan_when_own_file_then_its_days(oppitupa: Any, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    text = shipped.text_of(OCCUPATION).replace('{ phase = "online", days = 20 }', '{ phase = "online", days = 10 }')
    mine.write_text(text.replace("feedback_days = [30, 60]", "feedback_days = [30, 50]"), encoding="utf-8")
    assert oppitupa("plan", str(mine), "--start", "2026-09-07", "--json").json["counts"] == {
        "contact": 12,
        "online": 38,
    }


def test_blueprints_when_json_then_name_title_and_version(oppitupa: Any) -> None:
    value = oppitupa("blueprints", "--json").json
    assert [one["name"] for one in value] == shipped.names()
    assert {key: value[4][key] for key in ("name", "title", "version")} == {
        "name": OCCUPATION,
        "title": "An occupation for immigrants",
        "version": "1.1",
    }
    assert len(oppitupa("blueprints").out.splitlines()) == len(value)


@pytest.mark.parametrize("name", shipped.names())
def test_check_when_shipped_then_good(oppitupa: Any, tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.toml"
    file.write_text(shipped.text_of(name), encoding="utf-8")
    assert oppitupa("blueprints", "check", str(file)).exit_code == 0
    assert oppitupa("blueprints", "check", str(file), "--json").json["good"] is True


def test_check_when_broken_then_1_and_line_and_reason_of_each_fault(oppitupa: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = shipped.text_of(OCCUPATION).replace('kind = "online"', 'knd = "online"').replace('"1041"', '"41"')
    file.write_text(text, encoding="utf-8")
    isced, kind = (text.count("\n", 0, text.index(key)) + 1 for key in ('isced = "41"', "knd"))
    head = text.count("\n", 0, text.index("[phases.online]")) + 1
    told = oppitupa("blueprints", "check", str(file))
    assert (told.exit_code, told.out.splitlines()) == (
        1,
        [
            f"{file}:{isced}: fields.logistics.isced: 41 is not an ISCED-F code, such as 1041",
            f"{file}:{head}: phases.online.kind: kind is missing",
            f"{file}:{kind}: phases.online.knd: knd means nothing here (did you mean kind?)",
        ],
    )
    found = oppitupa("blueprints", "check", str(file), "--json").json
    assert (found["good"], [one["line"] for one in found["faults"]]) == (False, [isced, head, kind])


def test_check_when_not_toml_then_1_and_the_line(oppitupa: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('format = "oppitupa-blueprint-1"\nname =\n')
    told = oppitupa("blueprints", "check", str(file))
    assert (told.exit_code, told.out) == (1, f"{file}:2: this is not TOML: Invalid value\n")


def test_check_when_there_is_nothing_to_read_then_2(oppitupa: Any, tmp_path: Path) -> None:
    (tmp_path / "raw.toml").write_bytes(b"\xff\xfe\x00")
    for file in ("none.toml", str(tmp_path), str(tmp_path / "raw.toml"), "a\x00b"):
        told = oppitupa("blueprints", "check", file)
        assert (told.exit_code, told.out, told.err.count("\n")) == (2, "", 1)


def test_check_when_file_is_endless_then_1_and_too_long(oppitupa: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(shipped.text_of(OCCUPATION) + "#" * 1_000_000, encoding="utf-8")
    told = oppitupa("blueprints", "check", str(file))
    assert (told.exit_code, told.out) == (1, f"{file}:1: it is longer than 200000 characters\n")


def test_check_when_everything_is_wrong_then_the_first_fifty_faults_and_how_many_more(
    oppitupa: Any, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(shipped.text_of(OCCUPATION) + "".join(f"[a{n}]\n" for n in range(60)), encoding="utf-8")
    lines = oppitupa("blueprints", "check", str(file)).out.splitlines()
    assert (len(lines), lines[-1]) == (51, f"{file}: and 10 more")


def test_check_when_editor_put_its_mark_before_the_text_then_good(oppitupa: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbf" + shipped.text_of(OCCUPATION).replace("\n", "\r\n").encode())
    assert oppitupa("blueprints", "check", str(file)).exit_code == 0


def test_check_when_text_would_steer_the_terminal_then_it_is_told_harmlessly(oppitupa: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('"a\\u001b[31m" = 1\nname = "\\u202e"', encoding="utf-8")
    assert "\x1b" not in oppitupa("blueprints", "check", str(file)).out


def test_words_when_a_fault_can_be_found_then_it_has_a_sentence() -> None:
    place = {"fault": 1, "_fault": 1, "Fault": 2, "ValueError": 0}
    named = {"bad_name", "bad_version", "bad_teaching_language"}
    for module in (sheets, checks, form, models):
        for call in ast.walk(ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                why = call.args[place[name]] if name in place and len(call.args) > place[name] else None
                if isinstance(why, ast.Constant) and isinstance(why.value, str):
                    named.add(why.value)
    assert named == set(FAULTS)
