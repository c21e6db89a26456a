"""Who gets what answer at every address and every socket event: written by hand from contract.md, role by role.

Nothing here is read from the code. Whoever is not named gets 404 for anything with an id and for any page that is not
hers; a stranger gets 401. A new route or event without a line here fails the walk.
The lines are walked in this order, each by every role: a form that changes something changes it for those who follow.
"""

from dataclasses import dataclass, field
from typing import Any

Answers = dict[str, int]
EVERYBODY = (
    "learner", "teacher", "tutor", "counsellor", "support", "coordinator", "employer", "officer", "inspector", "board",
    "applicant", "guest", "admin", "rightless",
)  # fmt: skip


def all_of(status: int) -> Answers:
    """The same for everybody who is signed in."""
    return dict.fromkeys(EVERYBODY, status)


def these(status: int, *roles: str, **others: int) -> Answers:
    """These roles get this; others, named with their own."""
    return dict.fromkeys(roles, status) | others


@dataclass(frozen=True)
class Line:
    """One address. `own`: by role, for what lies in her own programme. `next`: for what lies next door."""

    route: str
    own: Answers
    next: Answers = field(default_factory=dict)
    foreign: Answers = field(default_factory=dict)
    public: int = 0
    """What a stranger gets; 0: she must sign in."""
    invented: int = 404
    form: dict[str, Any] = field(default_factory=dict)
    kind: str = "learner"
    """What stands for {person}."""


LED = ("teacher", "tutor", "coordinator")
INSIDE = ("learner", "teacher", "tutor", "coordinator", "guest")
ROSTER = ("teacher", "tutor", "counsellor", "coordinator")
PEOPLE = ("teacher", "counsellor", "coordinator")
PLAN = ("counsellor", "coordinator", "inspector")
LOOK_ON = {"counsellor": 403, "inspector": 403}
"""They know of those who teach and may do nothing with them."""
WIDE = {"coordinator"}
"""Whose right reaches over all of her organisation."""

LINES = (
    # open to all
    Line("GET /", these(200, "learner", "support", "employer", "officer", "board", "applicant", "guest", "rightless",
                        teacher=303, tutor=303, counsellor=303, coordinator=303, inspector=303, admin=303), public=200),
    Line("GET /health/live", all_of(200), public=200),
    Line("GET /health/ready", all_of(200), public=200),
    Line("GET /metrics", all_of(200), public=200),
    Line("GET /openapi.json", all_of(200), public=200),
    Line("GET /openapi", all_of(200), public=200),
    Line("GET /logo", all_of(404), public=404),
    Line("GET /sign-in", all_of(200), public=200),
    Line("GET /sign-in/staff", all_of(200), public=200),
    Line("GET /code", all_of(200), public=200),
    Line("GET /switch", all_of(200), public=200),
    # her own pages
    Line("GET /api/me", all_of(200)),
    Line("GET /api/lessons", all_of(200)),
    Line("GET /api/programmes", all_of(200)),
    Line("GET /hours", all_of(200)),
    Line("GET /devices", all_of(200)),
    Line("GET /calendar", all_of(200)),
    Line("POST /calendar", all_of(422)),
    Line("POST /passkeys", all_of(422)),
    Line("POST /passkeys/question", these(200, "teacher", "tutor", "counsellor", "support", "coordinator", "inspector",
                                          "admin", learner=422, employer=422, officer=422, board=422, applicant=422,
                                          guest=422, rightless=422)),
    Line("GET /appointments", all_of(200)),
    Line("GET /interviews", all_of(200)),
    # pages of those who work here
    Line("GET /talks", these(200, "teacher", "tutor", "counsellor", "support", "coordinator")),
    Line("POST /talks", {}),
    Line("GET /house", these(200, *ROSTER)),
    Line("GET /house/turn", these(200, "coordinator")),
    Line("GET /teaching", these(200, *LED)),
    Line("GET /teaching/week", these(200, *LED)),
    Line("GET /absence", these(200, *LED, "counsellor", "support")),
    Line("POST /absence", these(422, *LED, "counsellor", "support"), form={"span": "days"}),
    Line("GET /programmes", these(200, *PLAN)),
    Line("GET /programmes/new", these(200, "coordinator")),
    Line("POST /programmes/new", these(422, "coordinator")),
    Line("GET /programmes/what-if", these(200, "coordinator")),
    Line("GET /wizard", these(200, "coordinator")),
    Line("POST /wizard", these(422, "coordinator")),
    Line("GET /programmes/compare", these(200, "coordinator")),
    Line("GET /models", these(200, "coordinator")),
    Line("GET /models/new", these(200, "coordinator")),
    Line("POST /models/new", these(422, "coordinator")),
    Line("GET /models/{name}/{version}", these(200, "coordinator"), foreign={"coordinator": 200}),
    Line("GET /models/{name}/{version}/file", these(200, "coordinator"), foreign={"coordinator": 200}),
    Line("POST /models/{name}/{version}/offer", these(404, "coordinator")),
    Line("GET /staff", these(200, "coordinator", "admin")),
    Line("GET /staff/new", these(200, "coordinator", "admin")),
    Line("POST /staff/new", these(422, "coordinator", "admin")),
    Line("GET /people", these(200, "coordinator", "admin")),
    Line("GET /people/new", these(200, "coordinator", "admin")),
    Line("POST /people/new", these(404, "coordinator")),
    Line("GET /reports", these(200, "teacher", *PLAN)),
    Line("GET /outbox", these(200, "coordinator", "admin")),
    Line("GET /settings", these(200, "admin")),
    Line("POST /settings", these(422, "admin")),
    Line("GET /settings/servers", these(200, "admin")),
    Line("POST /settings/servers", these(422, "admin")),
    Line("GET /settings/servers/new", these(303, "admin")),
    Line("POST /settings/servers/new", these(422, "admin"), form={"kind": "jitsi"}),
    Line("GET /settings/servers/{server}", these(200, "admin"), next={"admin": 200}, foreign={"admin": 200}),
    Line("POST /settings/servers/{server}", these(422, "admin"), next={"admin": 422}, foreign={"admin": 422}),
    Line("POST /settings/servers/{server}/try", these(200, "admin"), next={"admin": 200}, foreign={"admin": 200}),
    Line("POST /settings/servers/{server}/retire", these(303, "admin"), next={"admin": 303}, foreign={"admin": 303}),
    # by a token; who holds it is who may
    Line("GET /l/{link}", all_of(200), all_of(200), all_of(200), public=200),
    Line("GET /enrol/{invitation}", all_of(200), all_of(200), all_of(200), public=200),
    Line("GET /ask/{question}", all_of(200), all_of(200), all_of(200), public=200),
    Line("GET /feeds/{feed}.ics", all_of(200), all_of(200), all_of(200), public=200),
    # a lesson before it ends
    Line("GET /api/lessons/{lesson}", these(200, *INSIDE, "counsellor")),
    Line("GET /api/lessons/{lesson}/roster", these(200, *ROSTER)),
    Line("GET /j/{lesson}", these(303, *INSIDE, "counsellor", inspector=403)),
    Line("GET /lessons/{lesson}/room", these(200, *INSIDE)),
    Line("GET /lessons/{lesson}/door", these(303, *INSIDE)),
    Line("GET /lessons/{lesson}/board", these(200, *INSIDE)),
    Line("POST /lessons/{lesson}/board", these(303, *INSIDE), form={"text": "Hei"}),
    Line("GET /lessons/{lesson}/walk-in", these(200, *LED)),
    Line("POST /lessons/{lesson}/walk-in", these(422, *LED)),
    Line("GET /lessons/{lesson}/substitute", these(200, "coordinator")),
    Line("POST /lessons/{lesson}/substitute", these(422, "coordinator")),
    Line("POST /lessons/{lesson}/hold", these(409, "coordinator")),
    Line("GET /lessons/{lesson}/change", these(200, "coordinator")),
    Line("POST /lessons/{lesson}/change", these(422, "coordinator")),
    Line("POST /lessons/{lesson}/cancel", these(422, "coordinator")),
    Line("POST /lessons/{lesson}/move", these(422, *LED), next={"coordinator": 422}),
    Line("POST /lessons/{lesson}/pause", these(409, *LED, teacher=303), next={"coordinator": 409}),
    Line("POST /lessons/{lesson}/resume", these(409, *LED, teacher=303), next={"coordinator": 409}),
    Line("GET /lessons/{lesson}/register", these(200, *LED)),
    Line("GET /lessons/{lesson}/figure", these(200, *PEOPLE, "inspector")),
    Line("POST /lessons/{lesson}/register/correct", these(422, *LED)),
    Line("POST /lessons/{lesson}/register/excuse", these(422, *LED)),
    Line("POST /lessons/{lesson}/register/held", these(422, *LED)),
    Line("POST /lessons/{lesson}/ticks", these(303, *LED)),
    Line("POST /lessons/{lesson}/end", these(303, *LED), next={"coordinator": 409}),
    Line("POST /lessons/{lesson}/register/sign", these(303, *LED), next={"coordinator": 409}),
    Line("POST /lessons/{lesson}/register/reopen", these(422, *LED)),
    Line("POST /teaching/sign", these(303, *LED)),
    # changes of the plan, and who leads instead
    Line("GET /proposals/{proposal}", these(200, "coordinator")),
    Line("POST /proposals/{proposal}/publish", these(303, "coordinator")),
    Line("POST /proposals/{proposal}/undo", these(303, "coordinator")),
    Line("POST /proposals/{proposal}/tell", these(409, "coordinator")),
    Line("POST /proposals/{proposal}/drop", these(409, "coordinator")),
    Line("GET /proposals/{proposal}/lessons/{proposed}", these(200, "coordinator")),
    Line("POST /proposals/{proposal}/lessons/{proposed}", these(422, "coordinator")),
    Line("GET /proposals/{proposal}/week", these(200, "coordinator")),
    Line("GET /proposals/{proposal}/lessons/{proposed}/places", these(200, "coordinator")),
    Line("POST /proposals/{proposal}/place", these(404, "coordinator")),
    Line("POST /proposals/{proposal}/hold", these(409, "coordinator")),
    Line("POST /proposals/{proposal}/again", these(404, "coordinator")),
    Line("POST /searches/{search}/stop", these(303, "coordinator")),
    Line("POST /programmes/{programme}/without-teacher", these(422, "coordinator")),
    Line("GET /absent/{person}", these(200, "coordinator"), kind="teacher"),
    Line("POST /absent/{person}/ask", these(404, "coordinator"), kind="teacher"),
    Line("POST /absent/{person}/search", these(404, "coordinator"), kind="teacher"),
    Line("POST /absent/{person}/move", these(404, "coordinator"), kind="teacher"),
    Line("POST /absent/{person}/back", these(404, "coordinator"), kind="teacher"),
    Line("GET /staff/{person}/talks", these(200, "coordinator"), kind="teacher"),
    Line("POST /staff/{person}/talks", these(422, "coordinator"), kind="teacher"),
    Line("POST /staff/{person}/talks/private", these(303, "coordinator"), kind="teacher"),
    Line("POST /groups/{group}/begin", these(409, *LED, teacher=303)),
    # programmes and groups
    Line("GET /programmes/{programme}", these(200, *PLAN)),
    Line("GET /programmes/{programme}/file", these(200, "coordinator")),
    Line("GET /programmes/{programme}/days/{n}", these(200, *PLAN)),
    Line("GET /programmes/{programme}/days/{n}/change", these(200, "coordinator")),
    Line("POST /programmes/{programme}/days/{n}/change", these(422, "coordinator")),
    Line("GET /programmes/{programme}/calendar", these(200, "coordinator")),
    Line("POST /programmes/{programme}/calendar", these(422, "coordinator")),
    Line("GET /programmes/{programme}/lessons/new", these(200, "coordinator")),
    Line("POST /programmes/{programme}/lessons/new", these(422, "coordinator")),
    Line("GET /programmes/{programme}/series", these(200, "coordinator")),
    Line("POST /programmes/{programme}/series", these(422, "coordinator")),
    Line("GET /programmes/{programme}/grouping", these(200, "coordinator")),
    Line("POST /programmes/{programme}/grouping/propose", these(422, "coordinator")),
    Line("POST /programmes/{programme}/grouping/move", these(409, "coordinator")),
    Line("POST /programmes/{programme}/grouping/lock", these(409, "coordinator")),
    Line("POST /programmes/{programme}/grouping/accept", these(409, "coordinator")),
    Line("POST /programmes/{programme}/grouping/drop", these(409, "coordinator")),
    Line("GET /programmes/{programme}/entry", these(200, "coordinator")),
    Line("POST /programmes/{programme}/entry", these(422, "coordinator")),
    Line("GET /programmes/{programme}/grouping/again", these(200, "coordinator")),
    Line("POST /programmes/{programme}/grouping/again", these(422, "coordinator")),
    Line("GET /programmes/{programme}/wizard", these(303, "coordinator")),
    Line("GET /programmes/{programme}/wizard/programme", these(200, "coordinator")),
    Line("POST /programmes/{programme}/wizard/programme", these(303, "coordinator")),
    Line("GET /programmes/{programme}/wizard/learners", these(200, "coordinator")),
    Line("POST /programmes/{programme}/wizard/learners", these(422, "coordinator")),
    Line("POST /programmes/{programme}/wizard/learners/in", these(422, "coordinator")),
    Line("GET /programmes/{programme}/wizard/groups", these(200, "coordinator")),
    Line("POST /programmes/{programme}/wizard/groups", these(422, "coordinator")),
    Line("POST /programmes/{programme}/wizard/groups/fields", these(303, "coordinator")),
    Line("POST /programmes/{programme}/wizard/groups/take", these(409, "coordinator")),
    Line("GET /programmes/{programme}/wizard/teachers", these(200, "coordinator")),
    Line("POST /programmes/{programme}/wizard/teachers", these(303, "coordinator")),
    Line("POST /programmes/{programme}/wizard/teachers/file", these(422, "coordinator")),
    Line("POST /programmes/{programme}/wizard/teachers/in", these(422, "coordinator")),
    Line("GET /programmes/{programme}/wizard/timetable", these(200, "coordinator")),
    Line("POST /programmes/{programme}/wizard/timetable", these(422, "coordinator")),
    Line("POST /programmes/{programme}/wizard/timetable/publish", these(409, "coordinator")),
    Line("GET /programmes/{programme}/wizard/ready", these(200, "coordinator")),
    Line("GET /programmes/{programme}/places", these(200, "coordinator")),
    Line("POST /programmes/{programme}/places/{place}", these(422, "coordinator")),
    Line("GET /programmes/{programme}/timetable", these(200, *PLAN)),
    Line("GET /programmes/{programme}/timetable/loads", these(200, *PLAN)),
    Line("GET /programmes/{programme}/timetable/conflicts", these(200, *PLAN)),
    Line("GET /programmes/{programme}/timetable/new", these(200, "coordinator")),
    Line("POST /programmes/{programme}/timetable/new", these(422, "coordinator")),
    Line("POST /programmes/{programme}/timetable/able", these(303, "coordinator")),
    Line("GET /solves/{solve}", these(200, "coordinator")),
    Line("POST /solves/{solve}/enough", these(303, "coordinator")),
    Line("POST /solves/{solve}/cancel", these(303, "coordinator")),
    Line("POST /solves/{solve}/publish", these(409, "coordinator")),
    Line("GET /groups/{group}", these(200, *PLAN)),
    Line("POST /groups/{group}/name", these(422, "coordinator")),
    Line("POST /programmes/{programme}/groups", these(422, "coordinator")),
    Line("POST /programmes/{programme}/provider", these(422, "coordinator")),
    Line("GET /programmes/{programme}/report", these(200, *PLAN)),
    Line("GET /programmes/{programme}/report.json", these(200, *PLAN)),
    Line("GET /programmes/{programme}/report.csv", these(200, *PLAN)),
    Line("GET /api/programmes/{programme}/report", these(200, *PLAN)),
    Line("GET /groups/{group}/cards", these(200, *PEOPLE)),
    Line("GET /programmes/{programme}/tutoring", these(200, "counsellor", "coordinator")),
    Line("POST /programmes/{programme}/tutoring/late", these(422, "coordinator")),
    Line("POST /programmes/{programme}/tutoring/more", these(404, "coordinator")),
    Line("POST /programmes/{programme}/tutoring/rule", these(422, "coordinator")),
    Line("GET /programmes/{programme}/talks/new", these(200, *ROSTER, "support", inspector=403)),
    Line("POST /programmes/{programme}/talks", these(422, *ROSTER, "support", inspector=403)),
    Line("POST /programmes/{programme}/talks/held", these(422, *ROSTER, "support", inspector=403)),
    Line("GET /programmes/{programme}/interviews", these(200, "coordinator")),
    Line("POST /programmes/{programme}/interviews", these(422, "coordinator")),
    Line("POST /programmes/{programme}/interviews/cancel", these(422, "coordinator")),
    Line("GET /programmes/{programme}/interviews/{appointment}", {}),
    Line("POST /programmes/{programme}/interviews/{appointment}", {}),
    Line("POST /programmes/{programme}/employers", these(422, "coordinator")),
    Line("GET /programmes/{programme}/visits", these(200, "coordinator")),
    Line("POST /programmes/{programme}/visits", these(422, "coordinator")),
    Line("POST /programmes/{programme}/visits/change", these(422, "coordinator")),
    Line("GET /programmes/{programme}/days/{n}/talks", these(200, "coordinator")),
    Line("POST /programmes/{programme}/days/{n}/talks", these(422, "coordinator")),
    # appointments: her own is with the counsellor, the one beside with a teacher and another learner
    Line("GET /appointments/{appointment}/guests", these(200, "counsellor", "coordinator", inspector=403)),
    Line("POST /appointments/{appointment}/guests", these(422, "counsellor", "coordinator", inspector=403)),
    Line("POST /appointments/{appointment}/guests/end", these(422, "counsellor", "coordinator", inspector=403)),
    Line("POST /appointments/{appointment}/book", these(303, "learner")),
    Line("POST /appointments/{appointment}/swap", these(303, "learner")),
    Line("POST /appointments/{appointment}/agree", {}),
    Line("POST /appointments/{appointment}/held", these(409, "counsellor", "coordinator", inspector=403),
         form={"missed": "yes"}),
    Line("POST /interviews/{appointment}/result", {}),
    Line("POST /appointments/{appointment}/cancel", these(422, "learner", "counsellor", "coordinator", inspector=403)),
    # people: a learner of her own group
    Line("GET /people/{person}", these(200, *PEOPLE)),
    Line("POST /people/{person}", these(422, "coordinator")),
    Line("GET /people/{person}/link", these(200, *PEOPLE, tutor=403, inspector=403)),
    Line("GET /people/{person}/card", these(200, *PEOPLE, tutor=403, inspector=403)),
    Line("POST /people/{person}/link/code", these(200, *PEOPLE)),
    Line("POST /people/{person}/link/renew", these(303, *PEOPLE, tutor=403, inspector=403)),
    Line("POST /people/{person}/devices/{sign_in}/revoke", these(303, *PEOPLE, tutor=403, inspector=403)),
    Line("POST /people/{person}/devices/revoke", these(303, *PEOPLE, tutor=403, inspector=403)),
    Line("GET /people/{person}/seats/new", these(200, "coordinator")),
    Line("POST /people/{person}/seats", these(404, "coordinator")),
    Line("GET /people/{person}/seats/{seat}", these(200, "coordinator")),
    Line("POST /people/{person}/seats/{seat}/move", these(404, "coordinator")),
    Line("POST /people/{person}/seats/{seat}/end", these(422, "coordinator")),
    Line("POST /people/{person}/seats/{seat}/weekdays", these(422, "coordinator")),
    Line("GET /people/{person}/profile", these(200, "counsellor", "coordinator")),
    Line("POST /people/{person}/profile", these(303, "counsellor", "coordinator")),
    Line("GET /programmes/{programme}/import", these(200, "coordinator")),
    Line("POST /programmes/{programme}/import", these(422, "coordinator")),
    Line("GET /programmes/{programme}/import/template.csv", these(200, "coordinator")),
    Line("GET /programmes/{programme}/import/preview", these(303, "coordinator")),
    Line("POST /programmes/{programme}/import/preview", these(422, "coordinator")),
    Line("GET /programmes/{programme}/people", these(200, "counsellor", "coordinator")),
    Line("POST /programmes/{programme}/people", these(422, "counsellor", "coordinator")),
    Line("GET /programmes/{programme}/people/{person}", these(200, "counsellor", "coordinator")),
    Line("POST /programmes/{programme}/people/{person}", these(422, "counsellor", "coordinator")),
    # letters in the outbox: each member of staff sees those she caused, an administrator all
    Line("POST /outbox/{letter}/discard", these(303, "admin"), next={"admin": 303}, foreign={"admin": 303}),
    # people: somebody who works there
    Line("POST /people/{person}/invitation", these(200, "coordinator", "admin"), foreign={"admin": 200},
         next={"coordinator": 200, "admin": 200}, kind="teacher"),
    Line("GET /staff/{person}", these(200, "coordinator", "admin"), foreign={"admin": 200},
         next={"coordinator": 200, "admin": 200}, kind="teacher"),
    Line("GET /staff/{person}/absence", these(200, "coordinator", "admin"), foreign={"admin": 200},
         next={"coordinator": 200, "admin": 200}, kind="teacher"),
    Line("POST /staff/{person}/absence", these(422, "coordinator", "admin"), foreign={"admin": 422},
         next={"coordinator": 422, "admin": 422}, form={"span": "days"}, kind="teacher"),
    Line("POST /absence/{absence}/withdraw", these(303, "coordinator", "admin", counsellor=403, inspector=403),
         foreign={"admin": 303}, next={"coordinator": 303, "admin": 303}),
    Line("GET /people/{person}/rights/new", these(200, "coordinator", "admin"), foreign={"admin": 200},
         next={"coordinator": 200, "admin": 200}, kind="teacher"),
    Line("POST /people/{person}/rights", these(422, "coordinator", "admin"), foreign={"admin": 422},
         next={"coordinator": 422, "admin": 422}, kind="teacher"),
    Line("GET /staff/{person}/working", these(200, "coordinator", **LOOK_ON), next={"coordinator": 200},
         kind="teacher"),
    Line("POST /staff/{person}/working", these(303, "coordinator", **LOOK_ON), next={"coordinator": 303},
         kind="teacher"),
    Line("POST /staff/{person}/busy", these(422, "coordinator", **LOOK_ON), next={"coordinator": 422},
         kind="teacher"),
    Line("POST /people/{person}/rights/{grant}/end", these(303, "coordinator", "admin"), foreign={"admin": 303},
         next={"coordinator": 303, "admin": 303}, kind="teacher"),
    Line("GET /people/{person}/stop", these(200, "coordinator", "admin"), foreign={"admin": 200},
         next={"coordinator": 200, "admin": 200}, kind="teacher"),
    Line("POST /people/{person}/stop", these(303, "coordinator", "admin"), foreign={"admin": 303},
         next={"coordinator": 303, "admin": 303}, kind="teacher"),
    # at the door; attempts are limited (tests/server/auth), so these are walked once
    Line("GET /socket.io/", all_of(400)),
    Line("POST /sign-out", all_of(303)),
)  # fmt: skip

AT_THE_DOOR = {
    "POST /l/{token}": "signs in whoever has the link",
    "POST /ask/{token}": "whoever is asked to lead a lesson",
    "POST /code": "signs in whoever has the digits",
    "POST /sign-in/staff": "signs in whoever has password and code",
    "POST /sign-in/passkey": "signs in whoever has the passkey",
    "POST /sign-in/passkey/question": "a question to any passkey",
    "POST /enrol/{token}": "whoever has the invitation",
    "POST /enrol/{token}/passkey": "whoever has the invitation",
    "POST /enrol/{token}/passkey/question": "whoever has the invitation",
    "POST /switch": "whoever is signed in on this device",
    "POST /hooks/{server}/conference": "a Jitsi with its proof",
    "GET /hooks/{server}/conference/{room}": "a Jitsi with its proof",
    "DELETE /hooks/{server}/conference/{room}": "a Jitsi with its proof",
    "POST /hooks/{server}{path}": "a video server with its proof",
    "GET /hooks/{server}{path}": "a video server with its proof",
    "DELETE /hooks/{server}{path}": "a video server with its proof",
}
"""Open to strangers by their nature; tests/server/auth and test_tokens.py try them with everything wrong."""
