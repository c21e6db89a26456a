"""Letters and text messages in the words of whoever gets them (auth/letters.py keeps them, mail.py takes them away)."""

from calendars.houses import HouseCard
from server.auth.letters import Written
from server.words import Say


def invitation(say: Say, house: HouseCard, name: str, address: str) -> Written:
    """The letter that invites a member of staff, or lets her in again."""
    call = say("Did you not expect this letter? Call us: {telephone}", telephone=house.telephone)
    paragraphs = [
        say("Hello {name},", name=name),
        say("open this link to set up how you sign in at {house}:", house=house.name),
        address,
        say("The link works once, for seven days. It is for you alone."),
        call if house.telephone else "",
    ]
    subject = say("Your way into {house}", house=house.name)
    return Written(subject, "\n\n".join(paragraph for paragraph in paragraphs if paragraph))


def six_digits(say: Say, house: HouseCard, spoken: str, address: str) -> str:
    """The text message that carries the digits which are else read out. Web addresses go last: telephones link them."""
    return say(
        "{house}: your digits are {digits}. Write them here: {address}",
        house=house.name,
        digits=spoken,
        address=address,
    )
