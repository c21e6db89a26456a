"""What Jitsi's plugin `reservations` asks before it opens a room: the schedule of the house answers.

So a room is there from the moment at which who leads may come in until its doors close, and no other room at all.
"""

from calendars import chains, rights
from calendars.errors import NotFound, NotOpen
from calendars.lessons import doors
from calendars.store import Look
from calendars.tables import Day
from classroom import rooms
from classroom.video.provider import Asked


async def open_room(look: Look, provider: str, room: str) -> Asked:
    """The lesson of a room that this server may open now.

    Raises NotFound for any other room, also of a lesson to which it gives none, NotOpen before and after.
    """
    found, programme, _ = await rights.target_of_lesson(look, room)
    if provider not in chains.chain(programme):
        raise NotFound()
    day = await look.get(Day, found.day)
    if day is None or day.kind != "online":
        raise NotOpen("lesson_on_site")
    rooms.check_open(found, programme.rules, "teacher", look.now)
    return Asked(found.id, "", found.starts, doors(found, programme.rules).closes)
