"""Days and times in words, by the house's own rules: Gregorian, Latin digits, 24 hours (twin: static/dates.js)."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = {
    "fi": ("ma", "ti", "ke", "to", "pe", "la", "su"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
}
WHOLE_WEEKDAYS: Final = {
    "fi": ("maanantai", "tiistai", "keskiviikko", "torstai", "perjantai", "lauantai", "sunnuntai"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ar": WEEKDAYS["ar"],
}
RIGHT_TO_LEFT: Final = frozenset({"ar"})


class When:
    """Dates and times of one language in one time zone."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language if language in WEEKDAYS else "fi"
        self.zone = ZoneInfo(zone)

    def day(self, day: date | datetime, *, whole: bool = False) -> str:
        """`ti 10.3.`, `Tue 10.3.`; with `whole` the weekday unabridged."""
        at = day.astimezone(self.zone).date() if isinstance(day, datetime) else day
        names = (WHOLE_WEEKDAYS if whole else WEEKDAYS)[self.language]
        return f"{names[at.weekday()]} {at.day}.{at.month}."

    def near(self, day: date, today: date) -> str:
        """`ti 10.3.`, with its year where that is not this one: `ti 10.3.2027`."""
        return self.day(day) if day.year == today.year else f"{self.day(day)}{day.year}"

    def weekday(self, number: int) -> str:
        """`ma` or `Mon`, Monday being nought."""
        return WEEKDAYS[self.language][number]

    def field(self, instant: datetime) -> str:
        """`09:05`, as a browser's field for times wants it in every language."""
        return f"{instant.astimezone(self.zone):%H:%M}"

    def dated(self, day: date) -> str:
        """`10.3.2026`: where the year matters, written as it is read back."""
        return f"{day.day}.{day.month}.{day.year}"

    def clock(self, instant: datetime) -> str:
        """`10.00` in Finnish, `10:00` elsewhere."""
        at = instant.astimezone(self.zone)
        return f"{at.hour}{'.' if self.language == 'fi' else ':'}{at.minute:02}"

    def at(self, instant: datetime) -> str:
        """`klo 10.00` in Finnish, `10:00` elsewhere."""
        return f"klo {self.clock(instant)}" if self.language == "fi" else self.clock(instant)

    def span(self, starts: datetime, ends: datetime) -> str:
        """`klo 10.00–11.30`; time runs from left to right in Arabic too."""
        span = f"{self.at(starts)}–{self.clock(ends)}"
        return f"\u2066{span}\u2069" if self.language in RIGHT_TO_LEFT else span

    def moment(self, instant: datetime) -> str:
        """`ti 10.3. klo 10.00`."""
        return f"{self.day(instant)} {self.at(instant)}"

    def whole(self, starts: datetime, ends: datetime) -> str:
        """`ti 10.3. klo 10.00–11.30`."""
        return f"{self.day(starts)} {self.span(starts, ends)}"


def duration(seconds: int) -> str:
    """`41 h 20 min`, rounded down once (contract.md)."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
