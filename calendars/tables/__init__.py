"""What is planned, as tables.

A day and a lesson carry `revision` (every change), `sequence` (time, place or state: RFC 5545 SEQUENCE) and `status`;
what is taken out is cancelled, never deleted, so that ids, UIDs and evidence survive a re-plan.
"""

from calendars.tables.appointments import (
    PRIVATE,
    Appointment,
    Employer,
    Interview,
    Partner,
    RoomLine,
    Swap,
    TutoringEntry,
    TutoringGrant,
)
from calendars.tables.blueprints import Model
from calendars.tables.drafts import GroupDraft
from calendars.tables.feeds import Feed
from calendars.tables.groups import Group, Seat
from calendars.tables.house import Grant, House, Organisation, Person
from calendars.tables.lessons import Expected, Leader, Lesson, Visitor
from calendars.tables.profiles import Checked, Enrolment, Profile, Wish
from calendars.tables.programmes import Break, Day, Field, Phase, Place, Programme
from calendars.tables.proposals import Proposal
from calendars.tables.servers import VideoServer
from calendars.tables.solves import Solve, Weighing
from calendars.tables.staff import Ability, Absence, Load, WorkingTime
from calendars.tables.substitutes import Request, Search
from calendars.tables.uploads import Upload

__all__ = [
    "PRIVATE",
    "Ability",
    "Absence",
    "Appointment",
    "Break",
    "Checked",
    "Day",
    "Employer",
    "Enrolment",
    "Expected",
    "Feed",
    "Field",
    "Grant",
    "Group",
    "GroupDraft",
    "House",
    "Interview",
    "Leader",
    "Lesson",
    "Load",
    "Model",
    "Organisation",
    "Partner",
    "Person",
    "Phase",
    "Place",
    "Profile",
    "Programme",
    "Proposal",
    "Request",
    "RoomLine",
    "Search",
    "Seat",
    "Solve",
    "Swap",
    "TutoringEntry",
    "TutoringGrant",
    "Upload",
    "VideoServer",
    "Visitor",
    "Weighing",
    "Wish",
    "WorkingTime",
]
