"""Five digits that say who calls: as many codes as chance gives, and none of them follows from another."""

import re

from server.auth import telephone


def test_codes_when_a_house_has_many_learners_then_five_digits_each_and_none_follows_from_another() -> None:
    people = [f"person{n}" for n in range(2000)]
    codes = [telephone.code_of(b"secret", one, 1) for one in people]
    assert all(re.fullmatch(r"\d{5}", one) for one in codes)
    assert len(set(codes)) > 1950  # as chance has it; of a class of eight two alike come once in 3,600 classes
    assert codes != [telephone.code_of(b"other", one, 1) for one in people]
    assert codes[0] != telephone.code_of(b"secret", people[0], 2)
