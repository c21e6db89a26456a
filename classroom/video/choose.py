"""Which provider gives a programme its rooms."""

from collections.abc import Iterable

from calendars.errors import Invalid, Unavailable
from classroom.video.provider import Provider


class Providers:
    """The providers that this house has, by name."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._by_name = {provider.name: provider for provider in providers}

    @property
    def names(self) -> list[str]:
        return sorted(self._by_name)

    def of(self, name: str) -> Provider:
        """The provider of a programme. Raises Unavailable when this house has it no more."""
        if name not in self._by_name:
            raise Unavailable("provider_not_set", provider=name)
        return self._by_name[name]

    def check(self, name: str) -> str:
        """A name that somebody chose. Raises Invalid `bad_choice`."""
        if name not in self._by_name:
            raise Invalid("bad_choice", field="provider")
        return name
