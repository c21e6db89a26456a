"""What a browser says: each event is one act; the answer is what it needs to go on."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from calendars import rights
from calendars.clock import rfc3339
from calendars.errors import Full, Invalid, NotFound, NotOpen, TooMany
from calendars.lessons import doors
from calendars.rights import Target
from calendars.store import Look, Store
from classroom import board, moves, rooms, roster, visits
from classroom.video.choose import Providers
from classroom.video.provider import Asked, Guest
from server.members import Member

Handler = Callable[[Member, dict[str, Any]], Awaitable[dict[str, Any]]]


class Hub(Protocol):
    """What a click needs of the gateway; server/live.py is it."""

    store: Store
    providers: Providers
    beat: float

    async def follow(self, member: Member, target: Target) -> None: ...
    async def call(self, look: Look, lesson: str) -> dict[str, Any]: ...
    async def relay(self, to: str, message: dict[str, Any]) -> None: ...
    async def catch_up(self, member: Member) -> None: ...
    async def join_call(self, member: Member, lesson: str, *, inside: bool) -> None: ...


class Clicks:
    """The events of server/live.py, by name."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.events: dict[str, Handler] = {
            "enter": self._enter, "leave": self._leave, "watch": self._watch, "say": self._say, "hand": self._hand,
            "sound": self._sound, "line": self._line, "signal": self._signal,
        }  # fmt: skip

    async def unknown(self, _member: Member, _data: dict[str, Any]) -> dict[str, Any]:
        """An event that means nothing here: whoever waits for an answer is told so. Raises Invalid."""
        raise Invalid("bad_message", field="event")

    async def _enter(self, member: Member, data: dict[str, Any]) -> dict[str, Any]:
        lesson = _text(data, "lesson")
        if lesson not in member.stays and not member.entrances.spend():
            raise TooMany("slow_down", seconds=5)
        member.has_entered = True
        try:
            async with self._hub.store.work() as work:
                media = data.get("media", True) is not False
                stay = await visits.enter(work, member.actor, lesson, member.connection, media=media)
        except (NotOpen, Full) as refused:
            await self._note_refusal(member, lesson, "room_full" if isinstance(refused, Full) else refused.code)
            raise
        if lesson not in member.stays:
            member.stays[lesson], member.heard[lesson] = stay, stay.b
            member.saved = max(filter(None, [member.saved, stay.b]))
            await self._hub.follow(member, stay.target)
        await self._hub.join_call(member, lesson, inside=True)
        return await self._welcome(member, stay)

    async def _note_refusal(self, member: Member, lesson: str, code: str) -> None:
        if code in ("room_full", "too_early"):
            async with self._hub.store.work() as work:
                await visits.refused(work, member.actor, lesson, code)

    async def _welcome(self, member: Member, stay: visits.Stay) -> dict[str, Any]:
        actor = member.actor
        async with self._hub.store.look() as look:
            found, programme, target = await rights.target_of_lesson(look, stay.lesson)
            seen = await roster.snapshot(look, found, programme) if rights.may(actor, "see_roster", target) else None
            shared = await board.board(look, stay.lesson)
            call = await self._hub.call(look, stay.lesson)
            pause = await rooms.running_pause(look, stay.lesson)
        room = await self._room(stay.lesson, moves.room_of(found, programme))
        asked = Asked(stay.lesson, "", found.starts, doors(found, programme.rules).closes)
        guest = Guest.of(actor, stay.role)
        door = self._hub.providers.of(room).link(asked, guest, self._hub.store.clock.outside())
        you = {"connection": member.connection.id, "person": actor.person, "role": stay.role, "name": actor.name}
        called = {"provider": door.provider, "called": self._hub.providers.shown(door.provider)}
        video: dict[str, Any] = {**called, **door.settings}
        return {
            "lesson": stay.lesson, "beat": self._hub.beat, "you": you, "roster": seen, "call": call,
            "board": shared,
            "opened": found.opened and rfc3339(found.opened), "paused": pause and rfc3339(pause.starts),
            "video": video | ({"link": f"/lessons/{stay.lesson}/door"} if door.url else {}),  # signed at the click
        }  # fmt: skip

    async def _room(self, lesson: str, here: str) -> str:
        """Who gives the room: where the lesson is, or, when that server is away, where it goes on from this click."""
        providers = self._hub.providers
        if not providers.why_not(here):
            return here
        async with self._hub.store.work() as work:
            return await moves.go_on(work, lesson, providers.why_not)

    async def _leave(self, member: Member, data: dict[str, Any]) -> dict[str, Any]:
        lesson = _text(data, "lesson")
        stay = member.stays.get(lesson)
        if stay is not None:
            await self._hub.catch_up(member)
            stay = member.stays[lesson]
            async with self._hub.store.work() as work:
                await visits.leave(work, stay, member.heard[lesson])
            self._out(member, lesson)
            await self._hub.join_call(member, lesson, inside=False)
        return {}

    async def _watch(self, member: Member, data: dict[str, Any]) -> dict[str, Any]:
        lesson = _text(data, "lesson")
        async with self._hub.store.look() as look:
            _, _, target = await rights.target_of_lesson(look, lesson)
            rights.ask(member.actor, "see_roster", target)
        await self._hub.follow(member, target)
        async with self._hub.store.look() as look:
            return {"roster": await roster.roster(look, member.actor, lesson)}

    async def _say(self, member: Member, data: dict[str, Any]) -> dict[str, Any]:
        target = self._stay(member, _text(data, "lesson")).target
        async with self._hub.store.work() as work:
            return {
                "number": await board.say(work, member.actor, target, _text(data, "id"), _text(data, "text", 10_000))
            }

    async def _hand(self, member: Member, data: dict[str, Any]) -> dict[str, Any]:
        target = self._stay(member, _text(data, "lesson")).target
        whose = data.get("person")
        async with self._hub.store.work() as work:
            person = whose if isinstance(whose, str) else None
            await board.hand(work, member.actor, target, up=data.get("up") is True, person=person)
        return {}

    async def _sound(self, member: Member, data: dict[str, Any]) -> dict[str, Any]:
        stay = self._stay(member, _text(data, "lesson"))
        async with self._hub.store.work() as work:
            await visits.sounding(work, member.actor, stay.visit, data.get("on") is True)
        return {}

    async def _line(self, member: Member, data: dict[str, Any]) -> dict[str, Any]:
        stay = self._stay(member, _text(data, "lesson"))
        up = data.get("up")
        if not isinstance(up, int | float) or isinstance(up, bool) or up != up:
            raise Invalid("bad_message", field="up")
        async with self._hub.store.work() as work:
            await visits.measured(work, member.actor, stay.visit, int(min(up, 1e6)))
        return {}

    async def _signal(self, member: Member, data: dict[str, Any]) -> dict[str, Any]:
        """Relayed within one call only; the sender is whoever this socket is, never what the message says."""
        lesson, to = _text(data, "lesson"), _text(data, "to")
        self._stay(member, lesson)
        message = {"lesson": lesson, "from": member.connection.id, "data": data.get("data")}
        await self._hub.relay(to, message)
        return {}

    @staticmethod
    def _stay(member: Member, lesson: str) -> visits.Stay:
        stay = member.stays.get(lesson)
        if stay is None:
            raise NotFound()
        return stay

    def _out(self, member: Member, lesson: str) -> None:
        member.stays.pop(lesson, None)
        member.heard.pop(lesson, None)
        for known in (member.silent, member.untold):
            known.discard(lesson)
        member.woken.pop(lesson, None)


def _text(data: dict[str, Any], name: str, longest: int = 64) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value or len(value) > longest:
        raise Invalid("bad_message", field=name)
    return value
