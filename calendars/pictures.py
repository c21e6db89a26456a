"""A picture that somebody sends in: what it is and how large, read from its own bytes and never from its name.

Nothing is unpacked here. A few kilobytes can say that they are a picture of a billion dots, which would take every
browser's memory that shows it: so what a picture says of its size is bounded, beside its bytes.
"""

from typing import Final

from calendars.errors import Invalid

LARGEST_LOGO: Final = 200_000  # bytes
LONGEST_SIDE: Final = 4000  # dots
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that tell its size."""
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of a JPEG that nothing follows."""


def check_logo(picture: bytes) -> None:
    """Raises Invalid `picture_too_large`, or `bad_picture` for what is none: SVG could run scripts."""
    if len(picture) > LARGEST_LOGO:
        raise Invalid("picture_too_large", field="logo", most=LARGEST_LOGO)
    width, height = size_of(picture)
    if max(width, height) > LONGEST_SIDE:
        raise Invalid("picture_too_large", field="logo", most=LONGEST_SIDE)


def media_type(picture: bytes) -> str:
    """What a picture is by its first bytes. Raises Invalid `bad_picture`."""
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    raise Invalid("bad_picture", field="logo")


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height in dots, as the picture says. Raises Invalid `bad_picture` for one that says none."""
    sizes = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}
    width, height = sizes[media_type(picture)](picture)
    if width < 1 or height < 1:
        raise Invalid("bad_picture", field="logo")
    return width, height


def _png(picture: bytes) -> tuple[int, int]:
    if picture[12:16] != b"IHDR" or len(picture) < 33:
        return 0, 0
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


def _jpeg(picture: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker in _FRAMES:
            return int.from_bytes(picture[at + 7 : at + 9], "big"), int.from_bytes(picture[at + 5 : at + 7], "big")
        if marker == 0xFF:  # filling
            at += 1
        elif marker in _BARE:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(picture[at + 2 : at + 4], "big"))
    return 0, 0


def _webp(picture: bytes) -> tuple[int, int]:
    kind, body = picture[12:16], picture[20:30]
    if len(body) < 10:
        return 0, 0
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return 0, 0
