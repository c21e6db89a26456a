"""A lesson or a day on site in the words of whoever reads it, with plain Finnish beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from calendars.agenda import Engagement
from calendars.clock import day_of
from calendars.lessons import doors
from calendars.names import in_language
from server.dates import When
from server.words import PLAIN, Twice

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Shown:
    """An engagement as a page shows it at one instant."""

    it: Engagement
    language: str
    at: datetime

    @property
    def id(self) -> str:
        return self.it.id

    @property
    def heading(self) -> Twice:
        """The field (without one, the programme) in her language over the group's name; of a day on site its phase."""
        if self.it.group is None:
            return self._twice(self.it.title)
        field = self._in((self.it.field or self.it.programme).name)
        group = in_language(self.it.group.name, PLAIN, self.it.programme.language)
        return Twice(group, "") if self.language == PLAIN else Twice(field, group)

    @property
    def topic(self) -> Twice:
        return self._twice(self.it.title)

    @property
    def time(self) -> Twice:
        """`ti 10.3. klo 10.00–11.30`."""
        return self._said(lambda when: when.whole(self.it.starts, self.it.ends))

    @property
    def hours(self) -> Twice:
        """`klo 10.00–11.30`."""
        return self._said(lambda when: when.span(self.it.starts, self.it.ends))

    @property
    def begins(self) -> Twice:
        return self._said(lambda when: when.moment(self.it.starts))

    @property
    def day(self) -> Twice:
        return self._said(lambda when: when.day(self.it.starts))

    @property
    def opens_at(self) -> str:
        return When(self.language, self.it.zone).at(self.it.opens)

    @property
    def place(self) -> str:
        place = self.it.place
        return "" if place is None else ", ".join(part for part in (place.name, place.address) if part)

    @property
    def leaders(self) -> str:
        return ", ".join(one.shown for one in self.it.leaders)

    @property
    def task(self) -> str:
        """What the learners work at by themselves; empty where somebody leads."""
        return self.it.lesson.task if self.it.lesson is not None and self.it.lesson.independent else ""

    @property
    def seconds_to_door(self) -> int:
        """Until she may come in; 0 from then on."""
        return max(0, int((self.it.opens - self.at).total_seconds()))

    @property
    def is_near(self) -> bool:
        """Whether counting down helps: within the hours of one day."""
        return 0 < self.seconds_to_door <= 12 * HOUR and self.is_today

    @property
    def is_today(self) -> bool:
        return self.it.date == day_of(self.at, self.it.zone)

    @property
    def is_tomorrow(self) -> bool:
        return self.it.date == day_of(self.at, self.it.zone) + timedelta(days=1)

    @property
    def is_over(self) -> bool:
        """Whether nobody comes in any more."""
        lesson = self.it.lesson
        if lesson is None:
            return self.at >= self.it.ends
        return lesson.closed is not None or self.at >= doors(lesson, self.it.programme.rules).closes

    @property
    def has_ended(self) -> bool:
        """Whether its time is up, or its teacher closed it: only then can anybody have been absent."""
        return self.at >= self.it.ends or (self.it.lesson is not None and self.it.lesson.closed is not None)

    def _in(self, words: dict[str, str]) -> str:
        return in_language(words, self.language, self.it.programme.language)

    def _twice(self, words: dict[str, str]) -> Twice:
        own, plain = self._in(words), in_language(words, PLAIN, self.it.programme.language)
        return Twice(own, "" if own == plain else plain)

    def _said(self, how: Callable[[When], str]) -> Twice:
        own, plain = how(When(self.language, self.it.zone)), how(When(PLAIN, self.it.zone))
        return Twice(own, "" if own == plain else plain)
