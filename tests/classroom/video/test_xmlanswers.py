"""What BigBlueButton answers when it is bad: a clear code each, nothing that XML could do, no secret anywhere."""

import traceback

import pytest

from calendars.clock import SetClock
from calendars.errors import Unavailable
from server.errorwords import ERRORS
from tests.classroom.video.guests import asked
from tests.classroom.video.loopback import line_to, loopback, said
from tests.classroom.video.test_bigbluebutton import AT, LESSON, SECRET, provider


def failed(*keys: str) -> bytes:
    inside = "".join(f"<messageKey>{key}</messageKey>" for key in keys)
    return f"<response><returncode>FAILED</returncode>{inside}<message>{SECRET}</message></response>".encode()


LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    f'<!ENTITY {"a" * n} "{("&" + "a" * (n - 1) + ";") * 10}">'.encode() for n in range(2, 12)
)
ANSWERS: dict[str, tuple[bytes, str]] = {
    "wrong secret": (failed("checksumError"), "video_refused"),
    "another kind of no": (failed("unsupportedRequest"), "video_failed"),
    "a no in its newer form": (
        b'<r><returncode>FAILED</returncode><errors><error key="validationError" message="x"/></errors></r>',
        "video_failed",
    ),
    "a no without a word": (failed(), "video_failed"),
    "a no of a strange word": (failed("<b>" + SECRET), "video_unreadable"),
    "full": (failed("serverUnavailable"), "video_busy"),
    "broken inside": (failed("internalError"), "video_broken"),
    "a page": (b"<html><body>Welcome<br></body></html>", "video_unreadable"),
    "a whole page": (b"<html><body>Welcome</body></html>", "video_unreadable"),
    "nothing": (b"", "video_unreadable"),
    "entities": (LAUGHS + b"]><response><returncode>SUCCESS&aaaaaaaaaaa;</returncode></response>", "video_unreadable"),
    "a file of ours": (
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><response><returncode>&x;</returncode></response>',
        "video_unreadable",
    ),
    "a document type elsewhere": (
        b'<!DOCTYPE r SYSTEM "http://169.254.169.254/x"><response><returncode>SUCCESS</returncode></response>',
        "video_unreadable",
    ),
    "an unknown entity": (b"<response><returncode>SUCCESS&x;</returncode></response>", "video_unreadable"),
    "deep": (b"<a>" * 50_000, "video_unreadable"),
    "long names": (b"<r><" + b"a" * 500_000 + b">" + b"<b/>" * 100_000, "video_unreadable"),
    "another encoding": (b'<?xml version="1.0" encoding="utf-7"?><response/>', "video_unreadable"),
    "no encoding": (b'<?xml version="1.0" encoding="rot13"?><response/>', "video_unreadable"),
    "bytes": (bytes(range(256)) * 100, "video_unreadable"),
    "neither yes nor no": (b"<response><messageKey>idNotUnique</messageKey></response>", "video_unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
async def test_prepare_when_the_answer_is_bad_then_its_code_and_no_secret(name: str) -> None:
    body, code = ANSWERS[name]
    async with loopback(said("200 OK", body=body)) as server, line_to(server.base, SetClock(AT)) as line:
        with pytest.raises(Unavailable) as refused:
            await provider(line).prepare(asked())
    assert refused.value.code == code
    assert code in ERRORS
    assert SECRET not in "".join(traceback.format_exception(refused.value)) + str(refused.value.facts)


async def test_present_when_it_is_refused_then_nobody_is_not_said() -> None:
    """A wrong secret says nothing of who is in."""
    refusal = said("200 OK", body=failed("checksumError"))
    async with loopback(refusal) as server, line_to(server.base, SetClock(AT)) as line:
        for asking in (provider(line).present, provider(line).end):
            with pytest.raises(Unavailable, match="video_refused"):
                await asking(LESSON)
