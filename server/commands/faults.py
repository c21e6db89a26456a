"""What is wrong with what somebody wrote, in English sentences for the command line."""

from calendars.blueprints.sheets import Fault
from calendars.errors import Refused
from server.faultwords import fault_in_words, shown
from server.words import Say

REFUSALS = {
    "no_such_blueprint": "There is no blueprint {name}; there are: {known}.",
    "unknown_country": "The public holidays of {country} are not known; write a code such as FI or DE-BY.",
    "unknown_zone": "There is no time zone {given}; write a name such as Europe/Helsinki.",
    "unknown_weekday": "{given} is no weekday; write mon, tue, wed, thu, fri, sat or sun.",
    "no_weekdays": "No weekday is left to train on.",
    "break_backwards": "The break {first}..{last} ends before it begins.",
    "no_training_days": "After {after} no training day is found: breaks and holidays leave none.",
    "start_out_of_range": "The start must lie in the years {first} to {last}.",
}
_ENGLISH = Say("en", {})
MOST_FAULTS = 50


def fault_in_english(fault: Fault) -> str:
    """The reason of one fault."""
    return fault_in_words(fault, _ENGLISH)


def refusal_in_words(refused: Refused) -> list[str]:
    """One sentence; for a broken sheet one for each fault, `FILE:LINE: reason`."""
    faults = refused.facts.get("faults")
    if isinstance(faults, tuple):
        source, more = refused.facts["source"], len(faults) - MOST_FAULTS
        told = [f"{source}:{fault.line}: {fault_in_english(fault)}" for fault in faults[:MOST_FAULTS]]
        return [*told, f"{source}: and {more} more"] if more > 0 else told
    return [_ENGLISH(REFUSALS[refused.code], **{name: shown(fact) for name, fact in refused.facts.items()})]
