"""Appointments as calendar entries: what they are in the reader's language, and never who the learner is."""

from collections.abc import Callable, Iterator

from calendars.appointments.diary import Talk
from calendars.ical import Entry

Say = Callable[..., str]


def kind_words(say: Say) -> dict[str, str]:
    """Every kind of appointment. A private one, and one of which the reader knows nothing, is an appointment."""
    return {
        "individual_discussion": say("Individual talk"), "interim_assessment": say("Interim assessment"),
        "language_assessment": say("Language assessment"), "prior_learning": say("What I know already"),
        "guidance": say("Guidance"), "interview": say("Job interview"), "mentoring": say("Mentoring"),
        "tutoring": say("Tutoring"), "company_visit": say("Company visit"), "workplace_visit": say("Workplace visit"),
        "support": say("Appointment"), "": say("Appointment"),
    }  # fmt: skip


def title_of(one: Talk, say: Say) -> str:
    """What an appointment is called; a visit has a name of its own."""
    word = kind_words(say)[one.kind]
    return f"{word}: {one.title}" if one.title and not one.private else word


def entry(one: Talk, say: Say, base: str) -> Entry:
    """One appointment as an entry. What is private says its time and its link, and nothing else."""
    link = f"{base}/j/{one.id}" if one.has_room else None
    title = title_of(one, say)
    if one.cancelled:
        title = say("Cancelled: {title}", title=title)
    elif one.status == "offered":
        title = say("Open time: {title}", title=title)
    place = None if one.private else one.place
    return Entry(
        uid=f"{one.id}@oppitupa", starts=one.starts, ends=one.ends, modified=one.modified, zone=one.zone,
        summary=title, description="" if one.private else "\n".join(_lines(one, say)),
        place="" if one.private else whereabouts(one), latitude=place.latitude if place else None,
        longitude=place.longitude if place else None, url=link, conference=link, categories=(say("Appointment"),),
        sequence=one.sequence, cancelled=one.cancelled, transparent=one.status == "offered",
    )  # fmt: skip


def whereabouts(one: Talk) -> str:
    """Where it is, in one line: the house, its address, the room; of a talk by telephone the number is told apart."""
    house = [one.place.name, one.place.address] if one.place else []
    return ", ".join(filter(None, [*house, one.spot if one.way == "on_site" else ""]))


def _lines(one: Talk, say: Say) -> Iterator[str]:
    if one.way == "phone":
        yield say("By telephone: {number}", number=one.spot) if one.spot else say("By telephone")
    if one.transport:
        yield say("How to get there: {transport}", transport=one.transport)
    if one.gear:
        yield say("Bring along: {gear}", gear=one.gear)
