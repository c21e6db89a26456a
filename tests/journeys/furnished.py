"""A demo house with everything in it that the demo itself lacks, so that every page has something to show.

An administrator, proposals, appointments and talks, an absence, a search for a substitute, a video server that is away.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from calendars import grants, groupings, groups, houses, lessons, programmes, rights, visitors
from calendars.appointments import appointments, guests, interviews, visits
from calendars.appointments.checks import NewAppointment
from calendars.appointments.interviews import NewBlock, NewEmployer
from calendars.appointments.visits import NewVisit
from calendars.changes import byhand, publishing
from calendars.changes.arranging import Arranged
from calendars.changes.publishing import Wanted
from calendars.changes.standings import standings
from calendars.clock import Clock, SetClock
from calendars.grouping.search import form
from calendars.people import enrolments, people, profiles
from calendars.people.people import NewPerson
from calendars.people.profiles import NewProfile
from calendars.places import NewPlace
from calendars.repair import absences, asked, substitutes
from calendars.scheduling import adjusting
from calendars.store import Store, Work, new_id
from calendars.tables import Request, Solve
from classroom import serverstates
from classroom.video.health import Health
from deploy.build_front import ROOT
from server.auth import signin
from server.demo import cast
from tests.classroom.elsewhere import other_server
from tests.journeys.conftest import STARTED_WITHIN

DAY = "2026-03-10T10:05:00+02:00"

NAMES = (
    "CSV JSON TURN OPPITUPA SECRET coturn oppitupa doctor PIN PNG JPEG WebP openapi json min Katu Talo Uusi "
    "Chrome Linux Suomi English com net klo Galene Teams Zoom Meet group admin data config lesson"
)
"""Latin words that are no English: formats, programs, languages, units, what a test wrote, and the Finnish klo."""


HOUSE_NAMES = (
    "Tervetulotalo Koulutustalo Lutakonkatu Sosiaali terveysala Logistiikka Asiakaspalvelu myynti Europe Helsinki "
    "Jyväskylä Keskustalo Jitsi Meet LiveKit BigBlueButton Prosody XMPP API PEM app secret livekit yaml keys custom "
    "THE meet example org"
)
"""Names of the demo, and of video servers and their settings; they are as they are in every language."""


@dataclass
class House:
    """A running demo, and who and what of it the pages are about."""

    listing: dict[str, Any]
    folder: Path
    seat: str = ""
    solve: str = ""
    server: str = ""
    proposal: str = ""
    talk: str = ""
    interview: str = ""
    timetable: str = ""
    """A proposed timetable that is not published, and a lesson that it moves."""
    proposed: str = ""
    ask: str = ""
    """The secret word of a question to a substitute."""
    visit: str = ""
    """The path of the link of somebody from outside."""

    @property
    def url(self) -> str:
        return str(self.listing["url"])

    def person(self, role: str) -> dict[str, Any]:
        """Somebody of this role: as learner one who reads Arabic, as admin a teacher who got that right."""
        people = [one for one in self.listing["people"] if one["role"] == ("teacher" if role == "admin" else role)]
        if role == "learner":
            return next(one for one in people if one["language"] == "ar")
        if role == "teacher":
            return next(one for one in people if one["group"] in (self.group, None))
        return people[-1 if role == "admin" else 0]

    @property
    def group(self) -> str:
        return str(self.person("learner")["group"])

    def lesson(self, *states: str) -> str:
        """The last lesson of her group that is so."""
        mine = [one for one in self.listing["lessons"] if one["group"] == self.group and one["state"] in states]
        return str(mine[-1]["id"]) if mine else "none"

    def holes(self, role: str) -> dict[str, str]:
        """What fills the holes of an address."""
        learner, teacher = self.person("learner"), self.person("teacher")
        lessons = [one for one in self.listing["lessons"] if one["group"] == self.group]
        on_site = next((one["id"] for one in lessons if one["room"] is None or one.get("kind") == "contact"), "none")
        return {
            "me": self.person(role)["id"] if role != "nobody" else "", "learner": learner["id"],
            "teacher": teacher["id"], "counsellor": self.person("counsellor")["id"],
            "group": self.group, "programme": self.listing["programmes"][0]["id"],
            "now": self.lesson("open", "running"), "over": self.lesson("signed", "ended"),
            "ahead": self.lesson("planned"), "on_site": on_site, "seat": self.seat,
            "solve": self.solve, "talk": self.talk, "interview": self.interview, "proposal": self.proposal,
            "ask": self.ask, "timetable": self.timetable, "proposed": self.proposed, "server": self.server,
            "visit": self.visit,
            "link": learner["signin"].removeprefix(self.url), "staff_link": teacher["signin"].removeprefix(self.url),
        }  # fmt: skip

    @property
    def names(self) -> list[str]:
        """Every Latin word that is a name in this house."""
        told = " ".join(str(one["name"]) for one in self.listing["people"])
        told += " ".join(["", *(one.name for one in (*cast.WAITING, *cast.ASKING))])
        return sorted(set(re.findall(r"\w{3,}", f"{NAMES} {HOUSE_NAMES} {told}")))

    async def prepare(self) -> None:
        """Make the last teacher an administrator, whom the demo lacks; and ask where the learner sits."""
        store = Store(f"sqlite+aiosqlite:///{self.folder}/oppitupa.db", Clock())
        async with store.work() as work:
            right = grants.Right("admin", "house", rights.HOUSE)
            await grants.give(work, rights.system(), self.person("admin")["id"], right, rights.THE_HOUSE)
            held = await groups.seats_of(work, rights.system(), self.person("learner")["id"])
            self.seat = held[0][0].seat
            await self._propose(work)
            programme = await rights.target_of_programme(work, self.listing["programmes"][0]["id"])
            row = Solve(
                id=new_id(), organisation=programme[1].organisation, programme=programme[0].id, mode="anew", seconds=5,
                programmes=[programme[0].id], seed=1, state="interrupted", problem="{}", asked=work.now,
                asked_by=self.person("coordinator")["id"],
            )  # fmt: skip
            work.add(row)
            self.solve, self.server = row.id, await other_server(work)
            away = Health(problem="video_unreachable", facts={"server": "meet.example.org"}, at=work.now)
            await serverstates.report(work, {self.server: away})
        store.clock = SetClock(datetime.fromisoformat(DAY) - timedelta(days=1))
        async with store.work() as work:
            await self._meet(work)
        store.clock = SetClock(datetime.fromisoformat(DAY))
        async with store.work() as work:
            await self._replan(work)
        await store.close()

    async def _replan(self, work: Work) -> None:
        """Propose to take one of her lessons out, and ask for somebody else to lead the next."""
        planned = [one for one in self.listing["lessons"] if one["group"] == self.group and one["state"] == "planned"]
        self.proposal = (await byhand.cancel(work, rights.system(), planned[-3]["id"], "other")).id
        self.proposed = planned[-5]["id"]
        before = (await standings(work, [self.proposed]))[self.proposed][1]
        later = replace(before, starts=before.starts + timedelta(minutes=10), ends=before.ends + timedelta(minutes=10))
        talk = Arranged(
            kind="guidance", learner=self.person("learner")["id"], partners=(self.person("counsellor")["id"],),
            day=before.day, starts=before.ends + timedelta(minutes=20), ends=before.ends + timedelta(minutes=40),
        )  # fmt: skip
        row = await publishing.propose(
            work, rights.system(), str(self.listing["programmes"][0]["id"]), "timetable",
            [Wanted(later, self.proposed)], {adjusting.HELD: {self.proposed: before.day}}, [talk],
        )  # fmt: skip
        self.timetable = row.id
        without = planned[-2]["id"]
        leader = (await lessons.leaders(work, without))[0].person
        search = await substitutes.seek(work, rights.system(), [without], leader)
        question = await work.one(select(Request.id).where(Request.search == search.id))
        self.ask = asked.token(await houses.secret(work), question)

    async def _meet(self, work: Work) -> None:
        """A talk of the counsellor that waits for its minutes, open times, and three on a day when she is away."""
        oona = await rights.actor_of(work, self.person("counsellor")["id"])
        learners = [str(one["id"]) for one in self.listing["people"] if one["role"] == "learner"]
        hers = self.person("learner")["id"]
        told = [
            (5, hers, "mentoring", "phone", "+358 40 123 4567"), (80, None, "guidance", "online", ""),
            (81, None, "guidance", "online", ""), (103, hers, "mentoring", "online", ""),
            (104, next(one for one in learners if one != hers), "mentoring", "on_site", "Talo"),
            (105, None, "mentoring", "phone", ""),
        ]  # fmt: skip
        new = [
            NewAppointment(
                kind=kind, starts=work.now + timedelta(hours=at), ends=work.now + timedelta(hours=at, minutes=30),
                partners=(oona.person,), learner=learner, way=way, spot=spot,
            )
            for at, learner, kind, way, spot in told
        ]  # fmt: skip
        programme, group = str(self.listing["programmes"][0]["id"]), self.group
        self.talk = (await appointments.plan(work, oona, programme, new))[3].id
        employer = await interviews.add_employer(
            work, rights.system(), programme, NewEmployer(name="Talo", contact=NewPerson(name="Uusi"))
        )
        late = work.now + timedelta(hours=98)
        block = NewBlock(
            employer=employer.id, starts=late, ends=late + timedelta(minutes=40), minutes=20, learners=(),
            hosts=(oona.person,),
        )  # fmt: skip
        self.interview = (await interviews.plan_block(work, rights.system(), programme, block))[0].id
        await guests.bring(work, oona, self.talk, NewPerson(name="Uusi"), "interpreter")
        now = self.lesson("open", "running")
        outside = await visitors.invite(work, rights.system(), now, NewPerson(name="Uusi"), "interpreter")
        self.visit = signin.visitor_link(await houses.secret(work), outside.id, outside.generation)
        visit = NewVisit(
            title="Katu", starts=work.now + timedelta(hours=127), ends=work.now + timedelta(hours=129), groups=(group,),
            place=NewPlace(name="Talo", address="Katu 1"), staff=(oona.person,), transport="Katu 2", gear="Talo",
        )  # fmt: skip
        await visits.plan(work, rights.system(), programme, visit)
        away = work.now + timedelta(hours=102)
        await absences.report(work, oona, oona.person, away, away + timedelta(hours=8), "away")

    async def _propose(self, work: Work) -> None:
        """Seven who wait for a group, a proposal of two tables, one who came after it; those of the demo wait on."""
        programme = str(self.listing["programmes"][0]["id"])
        for one in (await groupings.desk(work, rights.system(), programme)).learners:
            await enrolments.change(work, rights.system(), programme, one.id, "waiting")
        field = (await programmes.fields(work, rights.system(), programme))[0].id
        target = (await rights.target_of_programme(work, programme))[1]
        for number in range(7):
            if number == 6:
                asked = await groupings.sized(work, rights.system(), programme, 2, 4)
                await groupings.lay(work, rights.system(), programme, asked, form(asked, 1))
            person = (await people.add(work, rights.system(), NewPerson(name="Uusi"), target)).id
            await enrolments.apply(work, rights.system(), programme, person, field)
            await enrolments.admit(work, rights.system(), programme, person, "Uusi")
            known = NewProfile(levels={"speaking": "A2.1"}, free=["mon_am", "tue_am"][: 1 + number % 2])
            await profiles.describe(work, rights.system(), person, known)


@contextmanager
def open_house(folder: Path, *more: str) -> Iterator[House]:
    """The demo at 10:05 of a Tuesday, with an administrator, without classmates."""
    command = [sys.executable, "-m", "server", "demo", "--json", "--port", "0", "--data", str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPPITUPA_")}
    process = subprocess.Popen(
        [*command, "--classmates", "0", "--clock", DAY, *more], cwd=ROOT, stdout=subprocess.PIPE, env=environment
    )
    try:
        house = House(json.loads(first_line(process)), folder)
        asyncio.run(house.prepare())
        yield house
    finally:
        process.terminate()
        process.communicate(timeout=40)


def first_line(process: subprocess.Popen[bytes], seconds: float = STARTED_WITHIN) -> bytes:
    """What the demo prints when it is ready; a demo that is silent for too long is ended, which ends the reading."""
    assert process.stdout is not None
    late = threading.Timer(seconds, process.kill)
    late.start()
    line: bytes = process.stdout.readline()
    late.cancel()
    assert line, f"the demo printed no line within {seconds:g} s, or ended before it"
    return line
