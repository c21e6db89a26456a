"""The command line from outside: one sentence for what cannot be used, never a stack trace."""

import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import main


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "oppitupa: the following arguments are required: COMMAND; oppitupa --help says more.\n"),
        (
            ["report", "--data", "x"],
            "oppitupa report: the following arguments are required: --programme; oppitupa report --help says more.\n",
        ),
        (
            ["demo", "--port", "eighty"],
            "oppitupa demo: argument --port: invalid int value: 'eighty'; oppitupa demo --help says more.\n",
        ),
        (
            ["timetable", "solve", "x.json", "--effort", "1e400"],
            "oppitupa timetable solve: argument --effort: cannot use '1e400';"
            " oppitupa timetable solve --help says more.\n",
        ),
    ],
)
def test_main_when_words_are_missing_or_wrong_then_one_sentence_and_exit_two(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert (left.value.code, capsys.readouterr()) == (2, ("", sentence))


@pytest.mark.parametrize(
    "instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday", "2026-03-10"]
)
def test_report_when_the_instant_cannot_be_one_then_one_sentence_and_exit_two(
    instant: str, tmp_path: Path, sqlite_pattern: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "oppitupa.db").write_bytes(sqlite_pattern.read_bytes())
    assert main(["report", "--programme", "p", "--data", str(tmp_path), "--as-of", instant]) == 2
    assert capsys.readouterr() == (
        "",
        "oppitupa: Write the time with its time zone, like 2026-03-10T10:00:00+02:00.\n",
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["backup", "b.zip", "--data", "none"], "There is no house in none: give its folder with --data."),
        (["backup", ".", "--data", "house"], ". is a folder: name the file to write."),
        (["report", "--programme", "p", "--data", "none"], "There is no house in none: give its folder with --data."),
        (["migrate", "--data", "file"], "file cannot be used: File exists."),
        (["demo", "--data", "file"], "file cannot be used: File exists."),
        (["demo", "--port", "65536"], "65536 is no port: a port is a number from 0 to 65535."),
        (["restore", "file", "--data", "new"], "file: this is no backup (File is not a zip file)."),
    ],
)
def test_command_when_a_file_or_folder_will_not_do_then_one_sentence_and_nothing_made(
    words: list[str],
    sentence: str,
    tmp_path: Path,
    sqlite_pattern: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("no folder, no backup")
    Path("house").mkdir()
    Path("house", "oppitupa.db").write_bytes(sqlite_pattern.read_bytes())
    assert main(words) == 2
    assert capsys.readouterr() == ("", f"oppitupa: {sentence}\n")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "house"]


def test_demo_when_the_blueprint_is_unknown_then_all_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--blueprint", "none"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("oppitupa: There is no blueprint none; there are: catch-up-with-work, ")


def test_command_when_the_database_is_away_then_it_says_what_to_look_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPPITUPA_DATABASE", "postgresql://127.0.0.1:1/none")
    assert main(["report", "--programme", "p"]) == 2
    assert capsys.readouterr().err == (
        "oppitupa: The database does not answer: check OPPITUPA_DATABASE and that its server runs.\n"
    )


@pytest.mark.parametrize("command", [["settings"], ["blueprints", "--json"]])
def test_command_when_its_answer_has_no_room_then_one_sentence_and_exit_two(command: list[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "server.cli", *command], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (
        2,
        "oppitupa: The answer cannot be used: No space left on device.\n",
    )
