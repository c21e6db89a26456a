"""The printed page: whole, of as many pages as it needs, with a table that leads to every object."""

import re

from classroom.proof.paper import LINES, pdf


def test_pdf_when_lines_fill_three_pages_then_each_object_stands_where_the_table_says() -> None:
    held = pdf("Title (1)", [f"line {n} \\ (x) \u0644" for n in range(2 * LINES + 1)])
    begins = int(re.findall(rb"startxref\n(\d+)\n", held)[0])
    places = [int(one) for one in re.findall(rb"(\d{10}) 00000 n ", held[begins:])]
    assert held[begins : begins + 5] == b"xref\n"
    assert [held[at:].split(b" ", 1)[0] for at in places] == [b"%d" % n for n in range(1, len(places) + 1)]
    assert (held.count(b"/Type/Page/"), held.count(b"line 124")) == (3, 1)
    assert rb"line 0 \\ \(x\) ?" in held
    for length, stream in re.findall(rb"<</Length (\d+)>>\nstream\n(.*?)\nendstream", held, re.DOTALL):
        assert int(length) == len(stream)


def test_pdf_when_nothing_is_to_be_said_then_one_page() -> None:
    assert pdf("Empty", []).count(b"/Type/Page/") == 1
