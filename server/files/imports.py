"""A list of people as a file: bytes of any spreadsheet into rows, each fault with its line. Pure; run it in a thread.

It reads UTF-8, UTF-16 and Windows-1252, lines parted by comma, semicolon or tab, headers in Finnish, English or Arabic.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from calendars.errors import Invalid

LARGEST = 5_000_000  # bytes
MOST_ROWS = 20_000
SEPARATORS = (";", "\t", ",")
FORMULA = ("=", "@", "+", "-", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula."""
NUMBERS = ("telephone",)
"""Columns that are checked as what they are: there a plus is right, and whatever is no number is said to be none."""
_WORDS = re.compile(r"[@+\-|%\uff0b\uff0d\uff20] *[^\W\d_]+(?:[ .,'\u2019-]+[^\W\d_]+)*[.]?")
"""Words behind such a mark and nothing that could be reckoned; where it is exported, it is guarded."""
NOTHING = frozenset({"-", "\u2013", "\u2014"})
"""What people write into a cell that they leave empty."""
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the words beside them round; a number copied from a telephone's contacts carries some."""
_AS_TEXT = re.compile(r'="([^"]*)"')
"""How a spreadsheet is told that a number is a text: `="0401234567"`."""
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of Excel and OpenOffice themselves begin, new and old."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "nimi", "الاسم"),
    "first_name": ("first name", "given name", "etunimi", "etunimet", "الاسم الأول"),
    "last_name": ("last name", "surname", "family name", "sukunimi", "اسم العائلة"),
    "telephone": ("telephone", "phone", "mobile", "puhelin", "puhelinnumero", "matkapuhelin", "الهاتف"),
    "email": ("email", "e-mail", "sähköposti", "sähköpostiosoite", "البريد الإلكتروني"),
    "language": ("language", "her language", "kieli", "äidinkieli", "asiointikieli", "اللغة"),
    "born": ("born", "date of birth", "birthday", "syntymäaika", "syntymäpäivä", "syntynyt", "تاريخ الميلاد"),
    "municipality": ("municipality", "home town", "kotikunta", "kunta", "البلدية"),
    "field": ("field", "ala", "ammattiala", "المجال"),
    "level": ("level", "taso", "kielitaito", "المستوى"),
    "listening": ("listening", "kuuntelu", "kuullun ymmärtäminen", "الاستماع"),
    "speaking": ("speaking", "puhuminen", "التحدث"),
    "reading": ("reading", "lukeminen", "luetun ymmärtäminen", "القراءة"),
    "writing": ("writing", "kirjoittaminen", "الكتابة"),
    "free": ("free", "free times", "vapaat ajat", "الأوقات الحرة"),
    "weekdays": ("weekdays", "days of the week", "viikonpäivät", "tulopäivät", "أيام الأسبوع"),
    "languages": ("languages", "other languages", "muut kielet", "لغات أخرى"),
    "registered": ("registered", "customer of the employment services", "työllisyyspalvelujen asiakas", "مسجل"),
    "referred_by": ("referred by", "sent by", "ohjaaja", "lähettäjä", "أرسلها"),
    "role": ("role", "rooli", "الدور"),
    "abilities": ("abilities", "osaaminen", "القدرات"),
}
"""Column -> what people call it; the first in English, the second (or so) in Finnish."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on one line, as a code with its facts; `column` is empty where it is the line itself."""

    line: int
    code: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file by column, each with the line on which it begins."""

    rows: list[tuple[int, dict[str, str]]]
    faults: list[Fault] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    """Headers that nobody here knows; their columns are not read."""


def read(body: bytes) -> Sheet:
    """The rows of a file.

    Raises Invalid `file_empty`, `too_large`, `a_workbook`, `bad_encoding`, `no_header`, `twice_in_header`.
    """
    if len(body) > LARGEST:
        raise Invalid("too_large", field="file")
    if body.startswith(WORKBOOKS):
        raise Invalid("a_workbook", field="file")
    text = decoded(body)
    lines = text.splitlines(keepends=True)
    skipped = 0
    if lines and lines[0].lower().startswith("sep="):  # a line that spreadsheets write for themselves
        lines, skipped = lines[1:], 1
    if not any(line.strip() for line in lines):
        raise Invalid("file_empty", field="file")
    records = _records(lines, _separator(lines), skipped)
    columns, ignored = dict[int, str](), list[str]()
    for place, cell in enumerate(next(records)[1]):
        known = _column(cell)
        if known in columns.values():
            raise Invalid("twice_in_header", field="file", given=cell)
        if known:
            columns[place] = known
        elif cell.strip():
            ignored.append(cell.strip()[:40])
    if not {"name", "last_name", "first_name"} & set(columns.values()):
        raise Invalid("no_header", field="file")
    rows, faults = _rows(records, columns)
    return Sheet(rows, faults, tuple(ignored))


def decoded(body: bytes) -> str:
    """The text of a file, whatever program wrote it. Raises Invalid `bad_encoding`."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif body.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    elif body[:200].count(0) > len(body[:200]) // 4 or b"\n\0" in body[:2000] or b"\0\n" in body[:2000]:
        little = body[1:2] == b"\0" or (b"\n\0" in body[:2000] and body[:1] != b"\0")
        encodings = ["utf-16-le" if little else "utf-16-be"]
    else:
        encodings = ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeError:
            continue
    raise Invalid("bad_encoding", field="file")


def _separator(lines: list[str]) -> str:
    """What parts the cells of the header, outside quotes."""
    header = next(line for line in lines if line.strip())
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


Record = tuple[int, list[str]]


def _records(lines: list[str], separator: str, skipped: int) -> Iterator[Record]:
    """Each record with the line on which it begins; a broken one comes as one cell that says so."""
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=separator, strict=True)
    while True:
        begins = reader.line_num + 1 + skipped
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield begins, ["\0broken"]
            if reader.line_num + skipped < begins:
                return  # it read nothing more
            continue
        if any(cell.strip() for cell in record):
            yield begins, record


def _rows(records: Iterator[Record], columns: dict[int, str]) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    rows: list[tuple[int, dict[str, str]]] = []
    faults: list[Fault] = []
    for line, record in records:
        if len(rows) >= MOST_ROWS:
            faults.append(Fault(line, "too_many_lines"))
            break
        if record == ["\0broken"]:
            faults.append(Fault(line, "broken_line"))
            continue
        cells = {column: _said(record[place]) for place, column in columns.items() if place < len(record)}
        wrong = [Fault(line, "formula", name, cell[:40]) for name, cell in cells.items() if _is_formula(name, cell)]
        if len(record) > max(columns) + 1 and any(cell.strip() for cell in record[max(columns) + 1 + 40 :]):
            wrong.append(Fault(line, "broken_line"))
        faults += wrong
        if not wrong:
            rows.append((line, {name: _plain(cell) for name, cell in cells.items()}))
    return rows, faults


def _said(cell: str) -> str:
    """What somebody meant by a cell: no blanks around it, nothing for a dash, a number that is marked as text."""
    cell = _TURNS.sub("", cell).strip()
    marked = _AS_TEXT.fullmatch(cell)
    return "" if cell in NOTHING else marked[1].strip() if marked else cell


def _plain(cell: str) -> str:
    """What a spreadsheet guarded against itself with an apostrophe, without it."""
    guarded = cell.startswith("'") and (cell[1:2] in FORMULA or cell[1:2].isdigit())
    return cell[1:] if guarded else cell


def _is_formula(column: str, cell: str) -> bool:
    return cell.startswith(FORMULA) and column not in NUMBERS and _WORDS.fullmatch(cell) is None


def _column(cell: str) -> str:
    said = " ".join(cell.replace("_", " ").casefold().split()).strip("*: ")
    return next((column for column, names in COLUMNS.items() if said in names), "")


def template(columns: tuple[str, ...], language: str) -> bytes:
    """An empty file with its header, as a spreadsheet in this language opens it."""
    place = LANGUAGES.get(language, 0)
    return ("\ufeff" + ";".join(HEADERS[one][place] for one in columns) + "\r\n").encode()


LANGUAGES: Mapping[str, int] = {"en": 0, "fi": 1, "ar": 2}
HEADERS: Mapping[str, tuple[str, str, str]] = {
    "name": ("name", "nimi", "الاسم"),
    "telephone": ("telephone", "puhelin", "الهاتف"),
    "email": ("email", "sähköposti", "البريد الإلكتروني"),
    "language": ("language", "kieli", "اللغة"),
    "born": ("born", "syntymäaika", "تاريخ الميلاد"),
    "municipality": ("municipality", "kotikunta", "البلدية"),
    "field": ("field", "ala", "المجال"),
    "level": ("level", "taso", "المستوى"),
    "free": ("free", "vapaat ajat", "الأوقات الحرة"),
    "weekdays": ("weekdays", "viikonpäivät", "أيام الأسبوع"),
    "languages": ("languages", "muut kielet", "لغات أخرى"),
    "registered": ("registered", "työllisyyspalvelujen asiakas", "مسجل"),
    "referred_by": ("referred by", "lähettäjä", "أرسلها"),
    "role": ("role", "rooli", "الدور"),
    "abilities": ("abilities", "osaaminen", "القدرات"),
}
"""What the template calls each column; every name of it is read again."""
