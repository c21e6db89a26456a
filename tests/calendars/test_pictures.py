"""What a picture says of itself is read from its bytes; what is none, or too large to be shown, is refused."""

import struct
import zlib

import pytest

from calendars.errors import Invalid
from calendars.pictures import LARGEST_LOGO, LONGEST_SIDE, check_logo, media_type, size_of

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def png(width: int, height: int, *, padding: int = 0) -> bytes:
    """A PNG that says it has these dots, all of them black."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", bytes(padding)) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """A JPEG with a comment and a filling byte before its frame."""
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xfe\x00\x04ab\xff\xff\xc2" + frame + b"\xff\xd9"


def webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 12 + len(body)) + b"WEBP" + kind + struct.pack("<I", len(body)) + body


EXTENDED = b"\x00" * 4 + (299).to_bytes(3, "little") + (199).to_bytes(3, "little")
LOSSLESS = b"\x2f" + (299 | 199 << 14).to_bytes(4, "little") + bytes(5)
LOSSY = b"\x00\x00\x00\x9d\x01\x2a" + (300).to_bytes(2, "little") + (200).to_bytes(2, "little")


@pytest.mark.parametrize(
    ("picture", "kind"),
    [
        (png(300, 200), "image/png"), (jpeg(300, 200), "image/jpeg"), (webp(b"VP8X", EXTENDED), "image/webp"),
        (webp(b"VP8L", LOSSLESS), "image/webp"), (webp(b"VP8 ", LOSSY), "image/webp"),
    ],
)  # fmt: skip
def test_picture_when_whole_then_its_kind_and_size_are_read(picture: bytes, kind: str) -> None:
    assert (media_type(picture), size_of(picture)) == (kind, (300, 200))
    check_logo(picture)


@pytest.mark.parametrize(
    "picture",
    [
        b"", SVG, b"GIF89a" + bytes(40), png(0, 9), jpeg(0, 9), b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00" * 9,
        b"\x89PNG\r\n\x1a\n", png(9, 9)[:30], webp(b"VP8X", b""), webp(b"ALPH", EXTENDED), b"RIFF\x00\x00\x00\x00WEBP",
    ],
)  # fmt: skip
def test_logo_when_it_is_no_picture_then_refused(picture: bytes) -> None:
    with pytest.raises(Invalid, check=lambda wrong: (wrong.code, wrong.facts["field"]) == ("bad_picture", "logo")):
        check_logo(picture)


@pytest.mark.parametrize(
    "picture",
    [
        png(30_000, 30_000), png(9, LONGEST_SIDE + 1), jpeg(65_000, 65_000), webp(b"VP8X", b"\x00" * 4 + b"\xff" * 6),
        png(9, 9, padding=LARGEST_LOGO), SVG + bytes(LARGEST_LOGO),
    ],
)  # fmt: skip
def test_logo_when_it_would_fill_a_browser_or_a_line_then_refused(picture: bytes) -> None:
    with pytest.raises(Invalid, check=lambda wrong: wrong.code == "picture_too_large"):
        check_logo(picture)
