"""A programme's own calendar: the holidays frozen into it, its breaks, and how its days move when they change."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from calendars.freedays import TrainingCalendar

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeptCalendar(TrainingCalendar):
    """Until the day `until` only the holidays of `kept` count; after it those that the country has today."""

    kept: Mapping[date, str] = field(default_factory=dict)
    until: date = date.min

    def holiday(self, day: date) -> str | None:
        """The name of the public holiday on that day, as the programme knows it."""
        return self.kept.get(day) if day <= self.until else TrainingCalendar.holiday(self, day)

    def after(self, day: date) -> Iterable[date]:
        """All training days later than that day, without an end."""
        return self.days(day + ONE_DAY)


def shifted(dates: Collection[date], old: KeptCalendar, new: KeptCalendar, after: date) -> dict[date, date]:
    """Where each of these training days of `old` comes to lie in `new`: the k-th after a day becomes the k-th.

    It is one to one and keeps the order, so that the same with `old` and `new` exchanged leads back. What lies on no
    training day of `old` (somebody put it there by hand) is not in the answer: it stays.
    """
    wanted = {one for one in dates if one > after}
    if not wanted:
        return {}
    found, last = {}, max(wanted)
    for was, becomes in zip(old.after(after), new.after(after), strict=False):
        if was > last:
            break
        if was in wanted:
            found[was] = becomes
    return found
