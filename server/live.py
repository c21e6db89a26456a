"""The realtime gateway: a click comes in, a fact goes out.

It holds no truth. What a browser says becomes one act; what was committed reaches everybody concerned through
server/streams.py, in the order of its numbers.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from calendars import rights
from calendars.errors import Invalid, Refused, SignInFirst, TooMany, Unavailable
from calendars.facts import Told
from calendars.rights import Actor, Target
from calendars.store import Look, Store
from classroom import board, calls, epochs, signals, visits
from classroom.video.choose import Providers
from server.auth.sockets import Standing, actor_of_socket, still_valid
from server.beats import Beats
from server.clicks import Clicks, Handler
from server.courier import Courier
from server.engine import Reaper, drop, make_engine
from server.keys import ACTOR
from server.members import Member, Members
from server.middleware.problems import problem_of
from server.pokes import Pokes
from server.streams import Streams
from server.words import Words

log = structlog.get_logger()
MOVES = frozenset({"Entered", "Dropped", "Resumed", "Left"})
RIGHTS_MOVE = frozenset({"RightsGiven", "RightsTaken", "Seated", "Unseated", "SignedOut", "StaffEnrolled"})
SECOND = 0.9  # between two looks at rights and streams: with the look itself it stays within a second


class Live:
    """One worker's sockets, rooms and heart."""

    def __init__(
        self, store: Store, epoch: str, providers: Providers, words: Words, pokes: Pokes, *, beat: float = visits.BEAT
    ) -> None:
        self.store = store
        self.providers = providers
        self.beat = beat
        self._words = words
        self._sio = make_engine()
        self._reaper = Reaper(self._sio)
        self.members = Members(epoch)
        self.beats = Beats(store, self.members, self._sio.emit, beat)
        self.streams = Streams(store, self._deliver)
        self._pokes = pokes
        self._courier = Courier(store, epoch, pokes, self._hand_over)
        self.streams.ring(signals.bell(epoch), self._fetch)
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False
        store.listen(self._heard)
        self._sio.on("connect", self._connect)
        self._sio.on("disconnect", self._disconnect)
        clicks = Clicks(self)
        for name, handler in clicks.events.items():
            self._sio.on(name, self._guarded(handler))
        self.events = tuple(clicks.events)
        self._sio.on("*", self._unknown)
        self._unheard = self._guarded(clicks.unknown)

    @property
    def epoch(self) -> str:
        """The life of this process, as the others know it."""
        return self.members.epoch

    # --- the door -------------------------------------------------------------------------------------------------

    async def door(self, request: web.Request) -> web.StreamResponse:
        """The route of /socket.io/: a stranger is refused before anything is upgraded."""
        if self._draining:
            raise Unavailable("house_restarts")
        if self.members.crowds(actor_of_socket(request).person):
            raise TooMany("slow_down", seconds=5)
        answer: web.StreamResponse = await self._sio.handle_request(request)
        return answer

    async def _connect(self, sid: str, environ: dict[str, Any], _auth: object = None) -> bool:
        request = environ["aiohttp.request"]
        self.members.add(sid, request[ACTOR], request.headers.get("User-Agent", "")[:200])
        return True

    async def _disconnect(self, sid: str, *_reason: object) -> None:
        """Gone, for whatever reason: the stays end at their last evidence. Must not raise, and may come twice."""
        member = self.members.remove(sid)
        if member is None:
            return
        await self._forget_watches(member)
        if member.has_entered:
            await self.beats.keeping.gone(member)

    async def catch_up(self, member: Member) -> None:
        """Write what was heard of a member and is no stay yet."""
        await self.beats.keeping.catch_up(member)

    async def _unknown(self, _event: str, sid: str, *said: object) -> dict[str, Any]:
        return await self._unheard(sid, *said)

    def _guarded(self, handler: Handler) -> Callable[..., Awaitable[dict[str, Any]]]:
        async def guarded(sid: str, data: object = None, *_rest: object) -> dict[str, Any]:
            member = self.members.of(sid)
            say = self._words.say(member.actor.language if member else "en")
            try:
                if member is None:
                    raise SignInFirst()
                if not member.may_speak():
                    self._cut_off(member)
                    raise TooMany("slow_down", seconds=5)
                if self._draining:
                    raise Unavailable("house_restarts")
                if not isinstance(data, dict):
                    raise Invalid("bad_message", field="data")
                return await handler(member, data)
            except Refused as refused:
                return {"problem": problem_of(refused, say)}
            except Exception:
                log.exception("socket_event_failed")
                return {"problem": problem_of(Unavailable("broken"), say)}

        return guarded

    def _cut_off(self, member: Member) -> None:
        if not member.cut_off:
            member.cut_off = True
            self._later(self._drop_soon(member))

    async def _drop_soon(self, member: Member) -> None:
        await asyncio.sleep(0.1)  # let the answer out first
        await self.drop(member)

    async def drop(self, member: Member) -> None:
        """Close a member's socket; her browser comes back if it may."""
        with suppress(KeyError):  # it is gone already
            await drop(self._sio, self._sio.manager.eio_sid_from_sid(member.sid, "/"))

    async def relay(self, to: str, message: dict[str, Any]) -> None:
        """Hand a signal of a call to a connection, here or in another worker."""
        await self._courier.carry(to, message)

    async def _fetch(self) -> None:
        with suppress(Unavailable):  # what waits too long is written again by its browser
            await self._courier.fetch()

    async def _hand_over(self, to: str, message: dict[str, Any]) -> bool:
        other = self.members.behind(to)
        if other is None:
            return False
        if message["lesson"] in other.stays:
            await self._sio.emit("signal", message, to=other.sid)
        return True

    async def join_call(self, member: Member, lesson: str, *, inside: bool) -> None:
        """Hear the call of a lesson from now on, or no more."""
        await (self._sio.enter_room if inside else self._sio.leave_room)(member.sid, f"call:{lesson}")

    # --- what everybody hears -------------------------------------------------------------------------------------

    async def follow(self, member: Member, target: Target) -> None:
        """Subscribe first and take the snapshot later: a fact in between is then heard twice, never lost."""
        lesson = target.lesson
        if lesson is None or lesson in member.watching:
            return
        member.watching.add(lesson)
        await self.streams.watch(lesson)
        part = "staff" if _sees_roster(member.actor, target) else "class"
        await self._sio.enter_room(member.sid, f"{part}:{lesson}")

    async def _deliver(self, lesson: str, facts: Sequence[Told]) -> None:
        said = [one.body["message"] for one in facts if one.kind == "Said"]
        words: dict[str, dict[str, Any]] = {}
        if said:
            async with self.store.look() as look:
                words = await board.messages(look, said)
        messages = [_with_words(one, words) for one in facts]
        await self._sio.emit("facts", messages, room=f"staff:{lesson}")
        for_class = [message for one, message in zip(facts, messages, strict=True) if one.audience == "lesson"]
        if for_class:
            await self._sio.emit("facts", for_class, room=f"class:{lesson}")
        if any(one.kind in MOVES for one in facts):
            await self._tell_call(lesson)
        if any(one.kind == "LessonClosed" for one in facts):
            await self._sio.emit("closed", {"lesson": lesson}, room=f"call:{lesson}")

    async def _tell_call(self, lesson: str) -> None:
        async with self.store.look() as look:
            state, settled = await calls.call(look, lesson)
        if not settled:
            async with self.store.work() as work:
                await calls.settle(work, lesson)
            async with self.store.look() as look:
                state, _ = await calls.call(look, lesson)
        await self._sio.emit("call", state, room=f"call:{lesson}")

    async def call(self, look: Look, lesson: str) -> dict[str, Any]:
        """The call as it is now, for everybody in it."""
        return (await calls.call(look, lesson))[0]

    # --- who may stay ---------------------------------------------------------------------------------------------

    def _heard(self, facts: Sequence[Told]) -> None:
        """What moved rights in this worker is felt at once; the others see it within their second."""
        if len(self.members) and any(one.kind in RIGHTS_MOVE for one in facts):
            self._later(self._check_now())

    async def _check_now(self) -> None:
        with suppress(Unavailable):  # the next second asks again
            await self.check_rights()

    async def check_rights(self) -> None:
        """A sign-in that ended or a right that was taken closes the socket within a second."""
        by_sign_in: dict[str, list[Member]] = {}
        for member in self.members:
            by_sign_in.setdefault(member.actor.sign_in, []).append(member)
        if not by_sign_in:
            return
        async with self.store.look() as look:
            valid = await still_valid(look, list(by_sign_in))
            for sign_in, members in by_sign_in.items():
                for member in members:
                    if sign_in not in valid:
                        self._later(self.drop(member))
                    elif valid[sign_in].revision != member.actor.revision or _has_ended(member.actor, look.now):
                        await self._reread(look, member, valid[sign_in])

    async def _reread(self, look: Look, member: Member, standing: Standing) -> None:
        """Her rights as they are now. Whoever may hear less or more than before comes back through the door."""
        before = member.actor
        member.actor = await rights.actor_of(look, before.person, before.sign_in)
        goes = not standing.bears(member.actor)
        for lesson in list(member.watching):
            _, _, target = await rights.target_of_lesson(look, lesson)
            sees = _sees_roster(member.actor, target)
            goes = goes or sees != _sees_roster(before, target)
            goes = goes or not (sees or rights.may(member.actor, "enter", target))
        if goes:
            self._later(self.drop(member))

    async def _forget_watches(self, member: Member) -> None:
        for lesson in member.watching:
            self.streams.unwatch(lesson)
        member.watching.clear()

    # --- the life of the worker -----------------------------------------------------------------------------------

    def _later(self, step: Any) -> None:
        task = asyncio.get_running_loop().create_task(step)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        """Everything that goes on by itself, until cancelled."""
        await asyncio.gather(
            self.beats.run(), self._each_second(), self._pokes.run(self.streams.poked, self._hand_over)
        )

    async def _each_second(self) -> None:
        while True:
            began = time.monotonic()
            try:
                await self.streams.poll()
                await self.check_rights()
                await self._reaper.sweep()
            except Unavailable as away:
                log.warning("database_away", code=away.code)
            except Exception:
                log.exception("live_second_failed")
            await asyncio.sleep(max(0.1, SECOND - (time.monotonic() - began)))

    def figures(self) -> dict[str, float]:
        """Counts of this worker, for /metrics."""
        stays = [stay for member in self.members for stay in member.stays.values()]
        return {
            "sockets": len(self.members), "people_in_lessons": len({(stay.lesson, stay.person) for stay in stays}),
            "lessons_with_people": len({stay.lesson for stay in stays}),
            "evidence_waiting": self.beats.keeping.waiting, "unsaved_seconds": self.beats.keeping.away,
        }  # fmt: skip

    async def drain(self) -> None:
        """Stop in good order: nobody new, what was heard is durable, sockets close a few at a time."""
        self._draining = True
        with suppress(Unavailable):
            await self.beats.keeping.flush()
            self.beats.stop()
            async with self.store.work() as work:
                await epochs.end(work, self.members.epoch)
        for number, member in enumerate(self.members):
            await self.drop(member)
            if number % 50 == 49:
                await asyncio.sleep(random.uniform(0.02, 0.08))  # spreads the rush of those who come back
        await self.streams.close()
        await self._sio.shutdown()


def _has_ended(actor: Actor, now: datetime) -> bool:
    return actor.until is not None and actor.until <= now


def _sees_roster(actor: Actor, target: Target) -> bool:
    return rights.may(actor, "see_roster", target)


def _with_words(fact: Told, words: dict[str, dict[str, Any]]) -> dict[str, Any]:
    message = fact.message()
    return message | {"said": words[fact.body["message"]]} if fact.body.get("message") in words else message
