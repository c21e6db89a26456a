"""Who comes to which lesson, for the tests of the video rooms."""

from datetime import UTC, datetime, timedelta

from calendars.store import new_id
from classroom.video.provider import Asked, Guest

NINE = datetime(2026, 9, 1, 6, tzinfo=UTC)
SECRET = "a secret of at least thirty-two letters"


def asked(lesson: str = "") -> Asked:
    return Asked(lesson or new_id(), "Logistics 1", NINE, NINE + timedelta(hours=2))


def guest(role: str = "learner", name: str = "Amina", person: str = "p1") -> Guest:
    return Guest(person, name, role, "ar")
