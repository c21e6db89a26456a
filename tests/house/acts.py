"""The rule of acts: every public coroutine of the two lower floors is `verb(work | look, actor, ...)` and asks itself.

It asks when it hands the actor to a question of calendars/rights.py, or the actor and its unit of work to another
function that does. Whatever is no such act stands in EXCEPTIONS with its reason.
"""

import ast
from collections.abc import Iterable, Mapping
from typing import Final

from tests.house.sources import Function, Source

UNITS: Final = {"work": "Work", "look": "Look"}
QUESTIONS: Final = frozenset({"ask", "may", "knows", "ask_about", "ask_part", "narrowed", "scopes_of", "reachable"})
FLOORS: Final = ("calendars", "classroom")
RIGHTS: Final = "it is the asking itself"
GIVEN: Final = "it writes rights down for acts that have asked"
TOKEN: Final = "the token of the address is the right, and whose days they are follows from it"
OWN: Final = "reads for one person what is her own; who she is was proven by the caller"
PLAN: Final = "plain reading of the plan for acts that have asked about the lesson or the programme"
PART: Final = "a part of acts about appointments, each of which has asked"
HOUSE: Final = "the house itself: chores and the life of a process, nobody acts"
BEAT: Final = "the live process about a stay whose entering was asked; no person is named from outside"
INSIDE: Final = "for whoever has entered; entering has asked"
TOLD: Final = "a video provider tells or answers, by a proof of its own; whom it may tell of is asked of the rows"
CARRIED: Final = "a signal of a call that whoever sends it is in; the receiver's worker asks again"
EXCEPTIONS: Final[Mapping[str, str]] = {
    "calendars.agenda.all_of": OWN,
    "calendars.agenda.contact_days": OWN,
    "calendars.agenda.days_of": OWN,
    "calendars.repair.asked.asked": TOKEN,
    "calendars.chains.of_new": PLAN,
    "calendars.visitors.come": TOKEN,
    "calendars.visitors.invited": TOKEN,
    "calendars.changes.changing.check_present": PLAN,
    "calendars.changes.changing.hold": PLAN,
    "calendars.appointments.checks.check_new": PART,
    "calendars.appointments.checks.check_single": PART,
    "calendars.appointments.checks.check_spans": PART,
    "calendars.appointments.rights.lock_people": PART,
    "calendars.appointments.rights.locked": PART,
    "calendars.appointments.rights.partners_of": PART,
    "calendars.appointments.unstaffed.at_work": PLAN,
    "calendars.appointments.rights.seated_in": PART,
    "calendars.appointments.rooms.keep": "the room follows from the appointment; the act that changed it has asked",
    "calendars.away.ahead": PLAN,
    "calendars.away.away_between": PLAN,
    "calendars.away.hours_of": PLAN,
    "calendars.clashes.booked": PLAN,
    "calendars.clashes.check_free": PLAN,
    "calendars.clashes.met": PLAN,
    "calendars.appointments.diary.all_of": OWN,
    "calendars.days.clashing.left_behind": PLAN,
    "calendars.days.continuing.going_on": PLAN,
    "calendars.days.clashing.not_at_work": PLAN,
    "calendars.days.clashing.settle": PLAN,
    "calendars.days.clashing.tutoring_before": PLAN,
    "calendars.days.talks.kept_out": PLAN,
    "calendars.days.talks.of_days": PLAN,
    "calendars.days.talks.seated": PLAN,
    "calendars.databases.engines.unbroken": "a way to await, no act",
    "calendars.feeds.contents": TOKEN,
    "calendars.feeds.fetched": TOKEN,
    "calendars.feeds.of": "narrowed to the actor's own rows",
    "calendars.feeds.open_feed": TOKEN,
    "calendars.feeds.streams": TOKEN,
    "calendars.repair.leaders.alert_due": HOUSE,
    "calendars.lessons.expected": PLAN,
    "calendars.lessons.freeze": HOUSE,
    "calendars.lessons.freeze_due": HOUSE,
    "calendars.lessons.leaders": PLAN,
    "calendars.lessons.lock_lesson": PART,
    "calendars.lessons.lock_people": PLAN,
    "calendars.lessons.seated": PLAN,
    "calendars.lessons.unentitled": PLAN,
    "calendars.changes.publishing.tell_due": HOUSE,
    "calendars.changes.following.people_of": PLAN,
    "calendars.changes.standings.standings": PLAN,
    "calendars.grants.end": GIVEN,
    "calendars.grants.lay": GIVEN,
    "calendars.grants.touch": GIVEN,
    "calendars.groups.follow_seats": GIVEN,
    "calendars.groups.tell_rosters": PLAN,
    "calendars.houses.card": "open to everybody: it stands on the sign-in page",
    "calendars.houses.found": "the first start, before anybody is there",
    "calendars.houses.logo": "open to everybody: it stands on the sign-in page",
    "calendars.houses.name_of_organisation": "the public name of who gives the training",
    "calendars.people.people.place_of": RIGHTS,
    "calendars.houses.secret": "for the process that signs, never for a person",
    "calendars.people.people.who": "names of people whom an act has shown already",
    "calendars.programmes.blueprint_of": PLAN,
    "calendars.originals.blueprints_of": PLAN,
    "calendars.programmes.of": "narrowed to the scopes that the actor has",
    "calendars.scheduling.scheduling.abilities": PLAN,
    "calendars.scheduling.talks.of_programmes": PLAN,
    "calendars.scheduling.solves.any_to_see_to": HOUSE,
    "calendars.scheduling.solves.beat": HOUSE,
    "calendars.scheduling.solves.before": "how many wait before a search that an act has shown already",
    "calendars.scheduling.solves.bury": HOUSE,
    "calendars.scheduling.solves.care_for": HOUSE,
    "calendars.scheduling.solves.claim": HOUSE,
    "calendars.scheduling.solves.end": HOUSE,
    "calendars.scheduling.solves.orphans": HOUSE,
    "calendars.people.seating.room_left": "how full a group is, for acts that have asked",
    "calendars.appointments.quotas.balances": PART,
    "calendars.appointments.quotas.check_offer": PART,
    "calendars.appointments.quotas.entitled": PART,
    "calendars.appointments.quotas.quota_of": PART,
    "calendars.appointments.quotas.quota_or_refuse": PART,
    "calendars.appointments.quotas.window_of": PART,
    "calendars.appointments.quotas.write": "the one pen of the tutoring accounts; every act that uses it has asked",
    "calendars.rights.actors_of": RIGHTS,
    "calendars.rights.actor_of": RIGHTS,
    "calendars.rights.placed": RIGHTS,
    "calendars.rights.target_of_group": RIGHTS,
    "calendars.rights.target_of_lesson": RIGHTS,
    "calendars.rights.target_of_programme": RIGHTS,
    "calendars.rights.targets_of_person": RIGHTS,
    "calendars.repair.pool.pool_of": PLAN,
    "calendars.repair.substitutes.answer": TOKEN,
    "calendars.repair.substitutes.go_on": HOUSE,
    "calendars.unplanned.groups_of": "narrowed to the scopes that the actor has",
    "calendars.appointments.freetimes.busy": PLAN,
    "calendars.appointments.appointments.take_out": PART,
    "calendars.appointments.tutoring_accounts.remind": HOUSE,
    "classroom.moves.go_on": "the room of a lesson whose server is away, for whoever may enter it",
    "classroom.moves.go_on_due": HOUSE,
    "classroom.moves.of_lesson": "for whoever has entered, or has asked for the lesson's register",
    "classroom.moves.of_lessons": "for acts that have asked about these lessons",
    "classroom.serverstates.known": HOUSE,
    "classroom.serverstates.report": HOUSE,
    "classroom.rooms.stands": TOLD,
    "classroom.servers.seal_anew": HOUSE,
    "classroom.servers.rooms": "for the process that signs links, never for a person",
    "classroom.board.board": INSIDE,
    "classroom.board.messages": INSIDE,
    "classroom.calls.call": INSIDE,
    "classroom.calls.settle": HOUSE,
    "classroom.epochs.alive": HOUSE,
    "classroom.epochs.begin": HOUSE,
    "classroom.epochs.bury": HOUSE,
    "classroom.epochs.end": HOUSE,
    "classroom.epochs.outage": HOUSE,
    "classroom.epochs.revive": HOUSE,
    "classroom.epochs.signs": HOUSE,
    "classroom.epochs.tidy": HOUSE,
    "classroom.ledger.calls_on": PLAN,
    "classroom.ledger.close_stays": BEAT,
    "classroom.known.known": PLAN,
    "classroom.known.standing": PLAN,
    "classroom.ledger.enter": "the one pen of the ledger; every act that uses it has asked",
    "classroom.ledger.trace": PLAN,
    "classroom.ledger.traces": PLAN,
    "classroom.proof.chain.append": "the one pen of the chain; every act that uses it has asked",
    "classroom.proof.chain.register_reopened": "a part of the act that opens a register again, which has asked",
    "classroom.proof.chain.register_signed": "a part of the act that signs a register, which has asked",
    "classroom.proof.chain.take_in": HOUSE,
    "classroom.proof.signing.change_key": HOUSE,
    "classroom.proof.signing.first_key": HOUSE,
    "classroom.proof.signing.seal_chain": HOUSE,
    "classroom.proof.signing.seal_due": HOUSE,
    "classroom.proof.signing.seal_keys_anew": HOUSE,
    "classroom.proof.signing.signers": HOUSE,
    "classroom.register.close_forgotten": HOUSE,
    "classroom.register.renew": HOUSE,
    "classroom.register.propose": "follows from the evidence; the act that changed it has asked",
    "classroom.rooms.close_forgotten": HOUSE,
    "classroom.rooms.running_pause": INSIDE,
    "classroom.reservations.open_room": "a video server of the house asks, by its proof, and learns when a lesson ends",
    "classroom.roster.snapshot": "reads the roster of a lesson about which the caller has asked",
    "classroom.roster.snapshots": "reads the rosters of lessons about which the caller has asked",
    "classroom.roomstays.of_people": TOLD,
    "classroom.roomstays.settle": TOLD,
    "classroom.served.served": TOLD,
    "classroom.serverstates.tells_ahead": TOLD,
    "classroom.sightings.take": TOLD,
    "classroom.watching.close_over": HOUSE,
    "classroom.watching.is_news": HOUSE,
    "classroom.watching.is_untold": HOUSE,
    "classroom.watching.unwelcome": TOLD,
    "classroom.watching.reconcile": TOLD,
    "classroom.watching.to_watch": HOUSE,
    "classroom.signals.fetch": HOUSE,
    "classroom.signals.post": CARRIED,
    "classroom.signals.sweep": HOUSE,
    "classroom.signals.worker_of": CARRIED,
    "classroom.visits.awoke": BEAT,
    "classroom.visits.leave": BEAT,
    "classroom.visits.lost": BEAT,
    "classroom.visits.measured": "only the actor's own visit, anything else is NotFound",
    "classroom.visits.record": BEAT,
    "classroom.visits.resumed": BEAT,
    "classroom.visits.silent": BEAT,
    "classroom.visits.taken_up": BEAT,
    "classroom.visits.sounding": "only the actor's own visit, anything else is NotFound",
    "classroom.video.trials.walk": "speaks to a video server and reads no row; whoever shows it has asked",
    "classroom.video.dial.check": "looks a name up and reads no row; whoever fills in the form has asked",
    "classroom.video.dial.dialled": "speaks to a video server and reads no row; only its provider calls it",
    "classroom.video.observer.visit": "speaks to a video server and reads no row; only its provider calls it",
}


class Acts:
    """The functions of the two lower floors, and which of them ask."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = {one.module: one for one in sources if one.floor in FLOORS}
        self._functions: dict[str, Function] = {}
        self._names: dict[str, dict[str, str]] = {}
        for module, source in self._sources.items():
            for node in source.tree.body:
                if isinstance(node, Function):
                    self._functions[f"{module}.{node.name}"] = node
            self._names[module] = self._known_in(source)

    def _known_in(self, source: Source) -> dict[str, str]:
        """What a name means in a file: its own functions, and what it imports."""
        known = {node.name: f"{source.module}.{node.name}" for node in source.tree.body if isinstance(node, Function)}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return known

    def public(self) -> dict[str, ast.AsyncFunctionDef]:
        """Every public coroutine by its full name."""
        return {f"{module}.{act.name}": act for module, source in self._sources.items() for act in source.acts()}

    def asks(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether this function puts the question, or hands unit and actor to one that does."""
        function = self._functions.get(name)
        if function is None or name in seen:
            return False
        module = name.rpartition(".")[0]
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            given = {one.id for one in call.args if isinstance(one, ast.Name)}
            if "actor" not in given:
                continue
            called = ast.unparse(call.func)
            if called.rpartition(".")[2] in QUESTIONS:
                return True
            if given & UNITS.keys() and self.asks(self._meant(module, called), seen | {name}):
                return True
        return False

    def _meant(self, module: str, called: str) -> str:
        first, _, rest = called.partition(".")
        found = self._names[module].get(first, first)
        return f"{found}.{rest}" if rest else found


def shapeless(sources: Iterable[Source], exceptions: Mapping[str, str] = EXCEPTIONS) -> list[str]:
    """Acts that are not `async def verb(work | look, actor, ...)`, or that ask nobody."""
    acts = Acts(sources)
    found = []
    for name, act in acts.public().items():
        if name in exceptions:
            continue
        taken = [(one.arg, ast.unparse(one.annotation) if one.annotation else "") for one in act.args.args]
        units = [(unit, kind) for unit, kind in UNITS.items() if taken[:1] == [(unit, kind)]]
        if not units or taken[1:2] != [("actor", "Actor")]:
            found.append(f"{name}: not (work | look, actor, ...)")
        elif not acts.asks(name):
            found.append(f"{name}: asks no right")
    return found


def stale(sources: Iterable[Source], exceptions: Mapping[str, str] = EXCEPTIONS) -> list[str]:
    """Exceptions for what is not there, or for what asks properly and needs none."""
    sources = list(sources)
    there = Acts(sources).public()
    needed = {line.partition(":")[0] for line in shapeless(sources, {})}
    return sorted(name for name in exceptions if name not in there or name not in needed)
