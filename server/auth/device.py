"""The device that somebody signs in on: what to call it, and for how long it may stay signed in."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from calendars.clock import day_of, local

OWN = timedelta(days=90)
STAFF = timedelta(hours=12)
SHARED_UNTIL = time(20)
SHARED_LEAST = timedelta(hours=2)

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
           ("CrOS", "Chromebook"), ("Mac OS X", "Mac"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """Where a sign-in happens. `own` is her answer to "Is this your own device?"."""

    label: str
    own: bool
    zone: str

    def until(self, now: datetime, staff: bool) -> datetime:
        """When the sign-in ends by itself: a shared device forgets her in the evening, staff after a working day."""
        evening = max(local(day_of(now, self.zone), SHARED_UNTIL, self.zone), now + SHARED_LEAST)
        if not self.own:
            return evening
        return now + (STAFF if staff else OWN)


def label_of(user_agent: str) -> str:
    """Browser and system in words that people know, from what the browser says of itself."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)
