"""Six digits that are read out: whoever types them in her own writing gets in too."""

import pytest

from calendars import rights
from server.auth.codes import owner_of_code, read_out_code
from tests.server.auth.conftest import Doors

WRITINGS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９"]


@pytest.mark.parametrize("digits", WRITINGS)
async def test_code_when_typed_in_any_digits_with_spaces_then_hers(doors: Doors, digits: str) -> None:
    async with doors.store.work() as work:
        told = await read_out_code(work, rights.system(), doors.secret, doors.amina.id)
    typed = " ".join(digits[int(one)] for one in told.digits)
    async with doors.store.look() as look:
        assert await owner_of_code(look, doors.secret, typed) == doors.amina.id
        assert await owner_of_code(look, doors.secret, typed[:-1]) is None
