"""The short code by which a learner on the telephone says who she is: five digits, hers alone among those of a class.

It follows from the house's secret and the generation of her link, as the link does: nothing is stored, nobody can work
out another one's, and a new link brings a new code. It names her to whoever leads; it signs nobody in.
"""

import hmac
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from calendars.tables import Person

DIGITS: Final = 5
_PURPOSE: Final = "telephone code"


def code_of(secret: bytes, person: str, generation: int) -> str:
    """Her five digits."""
    said = "\x00".join((_PURPOSE, person, str(generation))).encode()
    return f"{int.from_bytes(hmac.digest(secret, said, sha256)[:8]) % 10**DIGITS:0{DIGITS}}"


def spoken(code: str) -> str:
    """The same in two parts, as one reads it out."""
    return f"{code[:2]} {code[2:]}"


def whose(secret: bytes, said: str, people: Iterable[Person]) -> list[Person]:
    """Those of these people whose code this is: nearly always one, and nobody for what is no code."""
    digits = "".join(str(unicodedata.decimal(letter)) for letter in said if letter.isdecimal())  # ٣ is a 3
    if len(digits) != DIGITS:
        return []
    return [one for one in people if hmac.compare_digest(code_of(secret, one.id, one.generation), digits)]
