"""Rows as entries: what each value may be, and what is wrong with it."""

from datetime import date

import pytest

from calendars import weeks
from calendars.people.importing import Entry
from calendars.people.people import NewPerson
from server.files.entries import Known, entries
from server.files.imports import Fault, read

KNOWN = Known({"logistics": "f1", "logistiikka": "f1"}, ("language", "tutor", "field:logistics"), ("fi", "en", "ar"))
STAFF = Known({"logistics": "logistics", "logistiikka": "logistics"}, KNOWN.abilities, KNOWN.languages, staff=True)


def of(text: str, known: Known = KNOWN) -> tuple[list[Entry], list[Fault]]:
    return entries(read(text.encode()), known)


def test_entries_when_everything_is_said_then_read_as_people_write_it() -> None:
    found, faults = of(
        "etunimi;sukunimi;puhelin;sähköposti;kieli;syntymäaika;kotikunta;ala;taso;puhuminen;vapaat ajat;muut kielet;"
        "työllisyyspalvelujen asiakas;lähettäjä\n"
        "Dina;Aho;040 123;d@example.org;arabia;3.2.1990;Viitasaari;Logistiikka;A2.1;A1,3;ma ap, ti-ip;ranska-koodi;"
        "kyllä;TE\n".replace("ranska-koodi", "so, venäjä")
    )
    assert faults == []
    assert found == [
        Entry(
            2, NewPerson(name="Dina Aho", telephone="040 123", email="d@example.org", language="ar"),
            {
                "born": date(1990, 2, 3), "municipality": "Viitasaari", "registered": True,
                "levels": {"listening": "A2.1", "speaking": "A1.3", "reading": "A2.1", "writing": "A2.1"},
                "free": ["mon_am", "tue_pm"], "languages": ["so", "ru"], "referred_by": "TE",
            },
            "f1",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("said", ["ma ke to", "Ma, Ke ja To".replace(" ja", ","), "mon;wed;thu", "ma. ke. to."])
def test_entries_when_weekdays_are_said_then_as_a_seat_keeps_them(said: str) -> None:
    found, faults = of(f'nimi,viikonpäivät\nDina,"{said}"\nBert,\n')
    assert ([weeks.named(one.weekdays) if one.weekdays else () for one in found], faults) == (
        [("mon", "wed", "thu"), ()],
        [],
    )


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("telephone", "call me", "bad_telephone"), ("email", "nowhere", "bad_email"),
        ("born", "31.2.1990", "file_day"),
        ("born", "1.1.1800", "bad_birthday"), ("level", "good", "file_level"), ("registered", "maybe", "file_yes_no"),
        ("field", "cooking", "file_field"), ("free", "always", "file_half_days"), ("free", "xx ap", "file_half_days"),
        ("weekdays", "ma ke huomenna", "file_weekdays"),
        ("language", "klingon!", "file_language"), ("municipality", "x" * 100, "too_long"),
    ],
)  # fmt: skip
def test_entries_when_a_value_cannot_be_then_a_fault_with_line_and_column(column: str, value: str, code: str) -> None:
    found, faults = of(f"name;{column}\nGood;\nBad;{value}\n")
    assert [one.person.name for one in found] == ["Good"]
    assert faults == [Fault(3, code, column, value[:40])]


def test_entries_when_somebody_is_born_tomorrow_then_a_fault() -> None:
    today = Known({}, (), ("fi",), today=date(2026, 3, 10))
    found, faults = of("name;born\nA;10.3.2026\nB;11.3.2026\n", today)
    assert ([one.person.name for one in found], [(one.line, one.code) for one in faults]) == (
        ["A"], [(3, "bad_birthday")],
    )  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), [("\0", ""), ("\u202e", ""), ("\u2066", ""), ("\u200b", "")])
def test_entries_when_a_name_holds_what_no_keyboard_writes_then_without_it(said: str, meant: str) -> None:
    found, faults = of(f"name\nأمي{said}نة\n")
    assert ([one.person.name for one in found], faults) == ([f"أمي{meant}نة"], [])


def test_entries_when_a_name_is_missing_then_a_fault() -> None:
    assert of("name;telephone\n;040 1\n") == ([], [Fault(2, "empty", "name", "")])


def test_entries_when_the_same_person_stands_twice_then_the_second_is_a_fault() -> None:
    _, faults = of(
        "name;telephone;email;born\nDina Aho;040 123 4567;;\nAHO, Dina;+358 40 1234567;;\nDina Aho;050 765 4321;;\n"
        "Eeva;;e@example.org;\nEeva;;E@example.org;\nUlla;;;1.2.1990\nUlla;;;2.2.1990\nAune;;;\nAune;;;\n"
    )
    assert [(one.line, one.code, one.value) for one in faults] == [
        (3, "same_as_line", "2"), (6, "same_as_line", "5"), (10, "same_as_line", "9"),
    ]  # fmt: skip


def test_entries_when_of_staff_then_role_and_abilities() -> None:
    found, faults = of(
        "nimi;rooli;osaaminen\nVeera;opettaja;language, logistiikka\nToivo;;\nX;king;\nY;;magic\n", STAFF
    )
    assert [(one.role, one.abilities) for one in found] == [
        ("teacher", ("language", "field:logistics")),
        ("teacher", ()),
    ]
    assert [(one.line, one.column) for one in faults] == [(4, "role"), (5, "abilities")]
