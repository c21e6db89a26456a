"""Five digits that say who calls: as many codes as chance gives, and none of them follows from another."""

import re

from calendars.tables import Person
from server.auth import telephone


def test_codes_when_a_house_has_many_learners_then_five_digits_each_and_none_follows_from_another() -> None:
    people = [f"person{n}" for n in range(2000)]
    codes = [telephone.code_of(b"secret", one, 1) for one in people]
    assert all(re.fullmatch(r"\d{5}", one) for one in codes)
    assert len(set(codes)) > 1950  # as chance has it; of a class of eight two alike come once in 3,600 classes
    assert codes != [telephone.code_of(b"other", one, 1) for one in people]
    assert codes[0] != telephone.code_of(b"secret", people[0], 2)


def test_whose_when_the_digits_are_arabic_or_spoken_in_parts_then_hers() -> None:
    amina, bilal = (Person(id=one, generation=1) for one in ("amina", "bilal"))
    code = telephone.code_of(b"secret", "amina", 1)
    arabic = code.translate({ord(str(n)): chr(0x660 + n) for n in range(10)})
    for said in (code, telephone.spoken(code), arabic, f" {arabic[:2]} {arabic[2:]}"):
        assert telephone.whose(b"secret", said, [amina, bilal]) == [amina]
    for said in ("", code[:4], f"{code}0", "²²²²²", "one two"):
        assert telephone.whose(b"secret", said, [amina, bilal]) == []
