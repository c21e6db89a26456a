"""Every zone of the world through every calendar parser, ten years ahead: some minutes long."""

from datetime import UTC, datetime, timedelta

import pytest

from calendars import zones
from calendars.ical import Calendar, Entry, render
from tests.contracts.calendar_readers import READERS, Lacking, Reader


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: str(reader.__name__))
def test_read_when_every_zone_of_the_world_then_no_wrong_instant(reader: Reader) -> None:
    instants = [datetime(2026, 1, 10, 9, tzinfo=UTC) + timedelta(days=61 * step) for step in range(60)]
    promised = [(str(at), int(at.timestamp()), int(at.timestamp()) + 3600) for at in instants]
    wrong: list[str] = []
    try:
        with reader() as read:
            for zone in sorted(zones.names()):
                entries = [
                    Entry(uid=str(at), starts=at, ends=at + timedelta(hours=1), modified=at, zone=zone, summary=zone)
                    for at in instants
                ]
                seen = sorted(
                    (event.uid, event.starts, event.ends) for event in read(render(Calendar(zone, zone), entries))
                )
                wrong += [zone] if seen != promised else []
    except Lacking as lacking:
        pytest.skip(f"not run here: {lacking}")
    assert wrong == []
