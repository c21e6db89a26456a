"""A file of people as bytes: whatever spreadsheet wrote it, the same rows, and each fault with its line."""

import pytest

from calendars.errors import Invalid
from classroom.reports import harmless
from server.files import imports
from server.files.imports import COLUMNS, HEADERS, Fault, read, template

TEXT = "Nimi;Puhelin;Äidinkieli\r\nÅsa Öberg;+358 40 123;suomi\r\n"
ROWS = [(2, {"name": "Åsa Öberg", "telephone": "+358 40 123", "language": "suomi"})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_read_when_written_in_any_encoding_then_the_same_rows(encoding: str) -> None:
    assert read(TEXT.encode(encoding)).rows == ROWS


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_read_when_parted_in_any_way_then_the_same_rows(separator: str, ending: str) -> None:
    assert read(TEXT.replace(";", separator).replace("\r\n", ending).encode()).rows == ROWS


def test_read_when_headers_are_finnish_english_or_arabic_then_the_same_columns() -> None:
    for language in ("fi", "en", "ar"):
        header = template(tuple(HEADERS), language).decode().strip()
        sheet = read((header + "\r\n" + "A;" * len(HEADERS) + "\r\n").encode())
        assert set(sheet.rows[0][1]) == set(HEADERS), language
        assert sheet.ignored == ()


def test_read_when_a_quoted_cell_has_lines_then_line_numbers_are_those_of_the_file() -> None:
    sheet = read(b'name,telephone\n"A\nB ""C""","040 123"\n\nD,040 124\n"E,F",040 125\n')
    assert [(line, cells["name"]) for line, cells in sheet.rows] == [(2, 'A\nB "C"'), (5, "D"), (6, "E,F")]


def test_read_when_a_quote_never_closes_then_a_fault_on_its_line_and_nothing_lost_before() -> None:
    sheet = read(b'name,telephone\nA,1234\n"B,1235\nC,1236\n')
    assert ([line for line, _ in sheet.rows], sheet.faults) == ([2], [Fault(3, "broken_line")])


def test_read_when_a_quote_stands_in_the_middle_then_a_fault_and_the_rest_is_read() -> None:
    sheet = read(b'name,telephone\n"A"x,1234\nB,1235\n')
    assert (sheet.rows, sheet.faults) == ([(3, {"name": "B", "telephone": "1235"})], [Fault(2, "broken_line")])


@pytest.mark.parametrize(
    "cell", ["=1+1", "=Anna", "@SUM(A1)", "+cmd|'/C calc'!A0", "-1", '="1"&A1', "|1", "%x+y", "-A1", "\uff1d1"]
)
def test_read_when_a_cell_begins_like_a_formula_then_a_fault(cell: str) -> None:
    sheet = read(f"name;telephone\n{cell};040\n".encode())
    assert (sheet.rows, sheet.faults) == ([], [Fault(2, "formula", "name", cell)])


@pytest.mark.parametrize("cell", ["-Maria", "@Anna", "+ Anna-Maria O'Neill", "- Åsa jr.", "\uff20Mei"])
def test_read_when_words_stand_behind_such_a_mark_then_they_are_words(cell: str) -> None:
    sheet = read(f"name;telephone;municipality\n{cell};-;{cell}\n".encode())
    assert (sheet.rows, sheet.faults) == ([(2, {"name": cell, "telephone": "", "municipality": cell})], [])
    assert harmless(cell) == f"'{cell}"  # and no spreadsheet that opens an export reckons with it


def test_read_when_a_telephone_begins_like_a_formula_then_it_is_judged_as_a_number() -> None:
    assert read(b"name;phone\nA;=1+1\nB;-040 1\n").faults == []
    assert [cells["telephone"] for _, cells in read(b"name;phone\nA;=1+1\nB;-040 1\n").rows] == ["=1+1", "-040 1"]


def test_read_when_a_telephone_begins_with_plus_then_it_is_one() -> None:
    assert read(b"name;phone\nA;+358 40\nB;'+358 41\n").rows == [
        (2, {"name": "A", "telephone": "+358 40"}), (3, {"name": "B", "telephone": "+358 41"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("-", ""),
        ("–", ""),
        ("'0401", "0401"),
        ("'+3584", "+3584"),
        ('"=""0401"""', "0401"),
        ("'a", "'a"),
        ("\u202a0401\u202c", "0401"),
        ("\u2066\u2069", ""),
    ],
)
def test_read_when_a_cell_is_written_for_a_spreadsheet_then_what_was_meant(cell: str, said: str) -> None:
    assert read(f"name;telephone\nA;{cell}\n".encode()).rows == [(2, {"name": "A", "telephone": said})]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_read_when_arabic_in_utf_16_without_its_mark_then_the_same_rows(encoding: str) -> None:
    assert read("الاسم;الهاتف\nأمينة;040\n".encode(encoding)).rows == [(2, {"name": "أمينة", "telephone": "040"})]


def test_read_when_a_cell_is_a_megabyte_then_a_fault_and_the_rest_is_read() -> None:
    sheet = read(b"name;municipality\nA;" + b"x" * 1_000_000 + b"\nB;y\n")
    assert (sheet.rows, sheet.faults) == ([(3, {"name": "B", "municipality": "y"})], [Fault(2, "broken_line")])


def test_read_when_spreadsheet_says_its_separator_then_lines_still_count() -> None:
    assert read(b"sep=;\nname;phone\nA;040\n").rows == [(3, {"name": "A", "telephone": "040"})]


def test_read_when_columns_are_unknown_then_ignored_and_named() -> None:
    sheet = read(b"name;shoe size\nA;43\n")
    assert (sheet.rows, sheet.ignored) == ([(2, {"name": "A"})], ("shoe size",))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "file_empty"), (b"\n \n", "file_empty"), (b"\xef\xbb\xbf", "file_empty"), (b"a;b\n1;2\n", "no_header"),
        (b"name;nimi\nA;B\n", "twice_in_header"), (b"\xff\xfea", "bad_encoding"), (b"name\n\x81\x8d", "bad_encoding"),
        (b"name\n" + b"A" * imports.LARGEST, "too_large"), (b"PK\x03\x04\x14\0", "a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a_workbook"), (b'"name\nA', "no_header"),
    ],
)  # fmt: skip
def test_read_when_it_is_no_list_of_people_then_refused(body: bytes, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        read(body)


def test_read_when_there_are_too_many_lines_then_said_on_the_first_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST_ROWS", 3)
    sheet = read(b"name\n" + b"A\n" * 9)
    assert (len(sheet.rows), sheet.faults) == (3, [Fault(5, "too_many_lines")])


def test_template_when_read_again_then_a_header_and_no_person() -> None:
    sheet = read(template(("name", "telephone"), "fi"))
    assert (sheet.rows, sheet.faults, sheet.ignored) == ([], [], ())


def test_headers_when_a_template_names_them_then_they_are_read() -> None:
    assert {column: [name for name in names if name not in COLUMNS[column]] for column, names in HEADERS.items()} == {
        column: [] for column in HEADERS
    }
