"""Sheets: what a form takes, and every fault named with its line."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.blueprints.sheets import Between, Fault, read
from calendars.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Room:
    id: str
    chairs: Annotated[int, Between(1, 9)]


@dataclass(frozen=True, kw_only=True)
class House:
    name: str
    colour: Literal["red", "blue"] = "red"
    open: bool = True
    floors: int | None = None
    rooms: dict[str, Room] = field(default_factory=dict)
    owners: tuple[str, ...] = ()


def faults_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(Invalid) as refused:
        read(text, "house.toml", House)
    assert refused.value.code == "broken_sheet"
    assert refused.value.facts["source"] == "house.toml"
    faults = refused.value.facts["faults"]
    assert isinstance(faults, tuple)
    return [(fault.line, fault.where, fault.why) for fault in faults]


def test_read_when_sheet_fits_then_form_is_filled() -> None:
    house = read('name = " Villa "\nowners = ["A", "B"]\n[rooms.hall]\nchairs = 3\n', "house.toml", House).content
    assert house == House(name="Villa", owners=("A", "B"), rooms={"hall": Room(id="hall", chairs=3)})


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("colour = 'blue'", [(1, "name", "missing")]),
        ("name = 1", [(1, "name", "not_a")]),
        ("name = ' '", [(1, "name", "empty")]),
        ('name = "a\\u0007"', [(1, "name", "not_one_line")]),
        ('name = "a\\u009b"', [(1, "name", "not_one_line")]),
        ('name = "\\u202eeman"', [(1, "name", "turning")]),
        ("name = 'a'\n\ncolour = 'green'", [(3, "colour", "not_one_of")]),
        ("name = 'a'\ncolour = ['red']", [(2, "colour", "not_one_of")]),
        ("name = 'a'\nopen = 1", [(2, "open", "not_a")]),
        ("name = 'a'\nfloors = true", [(2, "floors", "not_a")]),
        ("name = 'a'\nowners = 'A'", [(2, "owners", "not_a")]),
        ("name = 'a'\nowners = [\n'A',\n2]", [(4, "owners[2]", "not_a")]),
        ("name = 'a'\nrooms = 3", [(2, "rooms", "not_a")]),
        ("name = 'a'\n[rooms]\nhall = 3", [(3, "rooms.hall", "not_a")]),
        ("name = 'a'\n[rooms.Hall]\nchairs = 1", [(2, "rooms.Hall", "bad_id")]),
        ("name = 'a'\n[rooms.hall]\nchairs = 10", [(3, "rooms.hall.chairs", "out_of_bounds")]),
        ("name = 'a'\n[rooms.hall]\nchairs = true", [(3, "rooms.hall.chairs", "not_a")]),
        ("name = 'a'\n[rooms.hall]\nid = 'x'\nchairs = 1", [(3, "rooms.hall.id", "unknown_key")]),
        ("name = 'a'\n[rooms.hall]", [(2, "rooms.hall.chairs", "missing")]),
        ("nam = 'a'\nfloors = 1.5", [(1, "name", "missing"), (1, "nam", "unknown_key"), (2, "floors", "not_a")]),
        ("name = 'a'\nopen =", [(2, "", "not_toml")]),
        ("name = 'a'\nname = 'b'", [(2, "", "not_toml")]),
        ("name = 'a'\n[rooms.hall]\nchairs = 1\n[rooms.hall]\n", [(4, "", "not_toml")]),
        ("name = " + "[" * 100_000, [(1, "", "too_deep")]),
        ("name = 'a'\nfloors = " + "[\n" * 50_000, [(34, "", "too_deep")]),
        ("name = 'a'\n\nx = " + "[" * 60 + "]" * 60, [(3, "", "too_deep")]),
        ("name = 'a'\nx = " + "{a=" * 60 + "1" + "}" * 60, [(2, "", "too_deep")]),
        ("name = 'a'\n" + ".".join("x" * 50_000) + " = 1", [(2, "", "too_deep")]),
        ("name = 'a'\n[" + ".".join(["'x'"] * 20_000) + "]", [(2, "", "too_deep")]),
        ("name = 'a'\nfloors = " + "9" * 5_000, [(2, "", "number_too_long")]),
        ("name = 'a'\nfloors = 0x" + "f" * 100_000, [(2, "", "number_too_long")]),
        ("name = 'a'\nowners = [" + "'A'," * 201 + "]", [(2, "owners", "too_many")]),
        ("name = 'a'\n" + "".join(f"[rooms.r{n}]\nchairs = 1\n" for n in range(201)), [(2, "rooms", "too_many")]),
        ("name = '" + "a" * 250_000 + "'", [(1, "", "too_long")]),
    ],
)
def test_read_when_something_does_not_fit_then_every_fault_has_line_and_place(
    text: str, faults: list[tuple[int, str, str]]
) -> None:
    assert sorted(faults_of(text)) == sorted(faults)


def test_read_when_long_names_and_dots_stand_in_quotes_or_notes_then_they_are_taken() -> None:
    text = (
        'name = "' + "..." * 20 + '"\n# ' + "." * 60 + "[" * 60 + "9" * 60 + "\n[rooms.r" + "0" * 30 + "]\nchairs = 1"
    )
    house = read(text, "house.toml", House).content
    assert (house.name, list(house.rooms)) == ("." * 60, ["r" + "0" * 30])


def test_read_when_everything_is_wrong_then_it_stops_counting() -> None:
    faults = faults_of("name = 'a'\n" + "".join(f"x{n} = 1\n" for n in range(1_000)))
    assert (len(faults), faults[-1]) == (200, (201, "x199", "unknown_key"))


def test_read_when_editor_put_its_mark_before_the_text_then_taken() -> None:
    assert read("\ufeffname = 'a'", "house.toml", House).content == House(name="a")


def test_read_when_choice_is_nearly_right_then_says_what_was_meant() -> None:
    with pytest.raises(Invalid) as refused:
        read("name = 'a'\ncolour = 'bleu'", "house.toml", House)
    assert refused.value.facts["faults"] == (
        Fault(2, "colour", "not_one_of", {"given": "bleu", "allowed": ("red", "blue"), "meant": "blue"}),
    )


def test_read_when_key_is_nearly_right_then_says_what_was_meant() -> None:
    with pytest.raises(Invalid) as refused:
        read("name = 'a'\ncolor = 'red'", "house.toml", House)
    assert refused.value.facts["faults"] == (Fault(2, "color", "unknown_key", {"given": "color", "meant": "colour"}),)


@given(st.text(alphabet="abnme=[]{}\"'#,.\n 1-", max_size=60))
def test_read_when_text_is_noise_then_read_or_refused_with_a_line_of_the_text(text: str) -> None:
    try:
        read(text, "noise.toml", House)
    except Invalid as refused:
        faults = refused.facts["faults"]
        assert isinstance(faults, tuple)
        assert all(1 <= fault.line <= text.count("\n") + 1 for fault in faults)
