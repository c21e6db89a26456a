"""How long a talk in a room really was, from the presence of its learner: proposed to whoever enters the minutes."""

from collections.abc import Sequence

from sqlalchemy import select

from calendars import rights
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Lesson, Programme
from classroom import ledger, rooms
from classroom.attendance import reckon


async def proposed(look: Look, actor: Actor, appointments: Sequence[str]) -> dict[str, int]:
    """Whole minutes, begun ones counted, for those talks whose room somebody held and whose learner was there.

    Only for rooms that the actor leads; in a constant number of statements.
    """
    rows = await look.rows(
        select(Lesson, Programme)
        .join(Programme, Programme.id == Lesson.programme)
        .where(Lesson.id.in_(appointments), Programme.status == rights.ROOMS, Lesson.opened.is_not(None))
    )
    led = [(lesson, one) for lesson, one in rows if rights.may(actor, "register", rights.place_of(lesson, one))]
    asked = [(lesson, rooms.times(lesson, one.rules), rooms.rules_of(one)) for lesson, one in led]
    found = {}
    for lesson, trace in (await ledger.traces(look, asked)).items() if asked else ():
        seconds = max((one.seconds["present"] for one in reckon(trace).values()), default=0)
        if seconds:
            found[lesson] = -(-seconds // 60)
    return found
