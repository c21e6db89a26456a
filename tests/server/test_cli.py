"""The command line from outside: one sentence for what cannot be used, never a stack trace."""

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
