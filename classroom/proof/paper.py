"""A printed page without a library: PDF of one fixed-width font, plain letters, the same bytes for the same lines.

It is for what carries ids and figures alone; names in other scripts need a typesetter.
"""

from collections.abc import Sequence
from typing import Final

LINES: Final = 62  # a page, A4 upright
SIZE: Final = 9  # points
LEADING: Final = 12  # points
PAGE: Final = (595, 842)  # points
MARGIN: Final = (48, 794)  # points: the left edge, and the first line from below


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """A document of these lines. Letters beyond Latin-1 are written as question marks."""
    pages = [lines[at : at + LINES] for at in range(0, len(lines), LINES)] or [[]]
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Lang(en)>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
        b"<</Title(" + _text(title) + b")/Producer(Oppitupa)>>",
    ]
    for n, page in enumerate(pages):
        width, height = PAGE
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Resources<</Font<</F 3 0 R>>>>"
            f"/Contents {6 + 2 * n} 0 R>>".encode()
        )
        drawn = _drawn([*page, *[""] * (LINES - len(page)), "", f"{title}   {n + 1} / {len(pages)}"])
        objects.append(b"<</Length %d>>\nstream\n%b\nendstream" % (len(drawn), drawn))
    return _file(objects)


def _drawn(lines: Sequence[str]) -> bytes:
    begin = f"BT /F {SIZE} Tf {LEADING} TL {MARGIN[0]} {MARGIN[1]} Td".encode()
    return b"\n".join([begin, *(b"(" + _text(line) + b") Tj T*" for line in lines), b"ET"])


def _text(line: str) -> bytes:
    told = line.encode("latin-1", "replace")
    return told.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects one after the other, and the table of where each begins (ISO 32000-1, 7.5)."""
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count, begins = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, table)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, begins)
    return bytes(out)
