"""The addresses of the house by who walks them, and the forms that lead to more; holes are filled by House.holes."""

SERIES = (
    "/programmes/{programme}/series?group={group}&kind=online&on_thu=yes&starts=15.00&ends=16.00&topic=in_turn"
    "&first=12.3.2026&last=30.4.2026&teacher={teacher}&second="
)
"""A series that fits: the page that shows its lessons before they are planned."""

WAYS: dict[str, tuple[str, ...]] = {
    "nobody": (
        "/", "/sign-in", "/sign-in/staff", "/code", "/switch", "/openapi", "/stage", "/hours", "{link}", "{staff_link}",
        "/l/nobody.AAAA", "{visit}", "/enrol/AAAA", "/ask/{ask}", "/nowhere",
    ),
    "learner": (
        "/", "/hours", "/calendar", "/appointments", "/interviews", "/devices", "/switch",
        "/j/{ahead}", "/j/{over}", "/j/{on_site}",
        "/lessons/{now}/room", "/lessons/{now}/board", "/people/{me}/card", "/nowhere", "/house",
    ),
    "teacher": (
        "/teaching", "/teaching/week", "/devices", "/calendar", "/lessons/{now}/room", "/lessons/{over}/register",
        "/lessons/{now}/register", "/people/{learner}", "/people/{learner}/link", "/reports", "/nowhere",
        "/absence",
        "/lessons/{now}/walk-in", "/lessons/{now}/telephone", "/lessons/{now}/guests", "/staff/{me}/working",
    ),
    "counsellor": (
        "/house", "/talks", "/programmes/{programme}/tutoring", "/programmes", "/programmes/{programme}",
        "/people/{learner}", "/reports", "/absence", "/staff/{me}/talks",
        "/programmes/{programme}/talks/new?learner={learner}",
    ),
    "coordinator": (
        "/house", "/house/turn", "/teaching", "/programmes", "/programmes/{programme}",
        "/programmes/{programme}/days/7", "/programmes/{programme}/days/1/talks", "/programmes/{programme}/interviews",
        "/programmes/{programme}/interviews/{interview}",
        "/programmes/{programme}/tutoring", "/programmes/{programme}/visits", "/appointments/{talk}/guests",
        "/programmes/new",
        "/programmes/new?blueprint=kohti-tyota&start=2026-08-10&place=Talo&address=Katu+1", "/people", "/people/new",
        "/models", "/models/kototyo/1.0", "/programmes/compare", "/models/new?from=kototyo@1.0",
        "/programmes/what-if?blueprint=kototyo&start=2026-10-01&country=FI&break_first=21.12.2026&break_last=3.1.2027",
        "/people/{learner}", "/people/{learner}/link", "/people/{teacher}/link", "/groups/{group}/cards",
        "/lessons/{now}/substitute", "/lessons/{over}/register", "/outbox", "/reports",
        "/programmes/{programme}/report", "/programmes/{programme}/days/1", "/groups/{group}",
        "/programmes/{programme}/lessons/new?day=8&group={group}", "/lessons/{ahead}/change", "/lessons/{now}/change",
        "/programmes/{programme}/grouping", "/programmes/{programme}/grouping/again", "/programmes/{programme}/entry",
        "/programmes/{programme}/calendar",
        "/programmes/{programme}/days/40/change", "/programmes/{programme}/days/1/change",
        "/wizard", "/wizard?blueprint=kototyo&start=1.10.2026&break_first=21.12.2026&break_last=3.1.2027",
        "/programmes/{programme}/wizard/programme", "/programmes/{programme}/wizard/learners",
        "/programmes/{programme}/wizard/groups", "/programmes/{programme}/wizard/teachers",
        "/programmes/{programme}/wizard/timetable", "/programmes/{programme}/wizard/ready",
        "/programmes/{programme}/series", SERIES, "/people/{learner}/seats/new", "/people/{learner}/seats/{seat}",
        "/programmes/{programme}/timetable", "/programmes/{programme}/timetable?by=teacher",
        "/programmes/{programme}/timetable?by=room", "/programmes/{programme}/timetable/loads",
        "/programmes/{programme}/places", "/programmes/{programme}/timetable/conflicts",
        "/programmes/{programme}/timetable/new",
        "/solves/{solve}",
        "/proposals/{proposal}", "/proposals/{timetable}", "/proposals/{timetable}/lessons/{proposed}",
        "/proposals/{timetable}/week", "/proposals/{timetable}/week?by=teacher", "/proposals/{timetable}/week?by=room",
        "/staff", "/staff/new", "/staff/{teacher}", "/people/{teacher}/rights/new", "/people/{teacher}/stop",
        "/staff/{teacher}/absence", "/absent/{teacher}",
        "/programmes/{programme}/people", "/programmes/{programme}/import",
        "/programmes/{programme}/people/{learner}", "/people/{learner}/profile",
        "/staff/{teacher}/working", "/staff/{counsellor}/talks", "/staff/{teacher}/talks?day=1.1.2030&from=8.00",
    ),
    "inspector": (
        "/reports", "/programmes/{programme}/report", "/programmes/{programme}/report?by=learner&of={learner}",
        "/lessons/{over}/figure", "/programmes/{programme}",
    ),
    "admin": (
        "/settings", "/settings/servers", "/settings/servers/new?kind=jitsi",
        "/settings/servers/new?kind=livekit", "/settings/servers/{server}",
    ),
}  # fmt: skip
"""Role -> the pages that are hers, with holes for what only this house knows."""

FORMS: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "nobody": (("/code", "button[data-kind=main]", {"code": "123456"}),),
    "learner": (),
    "coordinator": (
        ("/people/{learner}/link", "form[action$='/link/code'] button", {}),
        ("/people/{teacher}/link", "form[action$='/invitation'] button", {}),
        ("/people/new", "main form button[data-kind=main]", {"name": "Uusi", "telephone": "ei numero"}),
        ("/programmes/{programme}/calendar", "form:has([value=go_on]) button", {"days": "3"}),
        ("/programmes/{programme}/days/40/change", "form:has([value=move]) button", {"to": "32.1.2027"}),
        ("/programmes/{programme}/lessons/new?day=6&group={group}", "form.form button[data-kind=main]", {}),
        ("/programmes/{programme}/series", "form.form button[data-kind=main]", {"starts": "kello"}),
        ("/lessons/{ahead}/change", "form.form button[data-kind=main]", {"ends": "9.00"}),
        ("/staff/{teacher}/absence", "form.form button[data-kind=strong]", {"last": "1.1.2020"}),
        ("/people/{learner}/seats/{seat}", "form[action$='/end'] button", {"last_day": "31.12.2026"}),
        ("/proposals/{timetable}/lessons/{proposed}", "form.form button[data-kind=main]", {"ends": "kello"}),
        ("/staff/new", "main form button[data-kind=main]", {"name": "Uusi", "email": "osoite"}),
    ),
    "teacher": (),
    "admin": (
        (
            "/settings/servers/new?kind=jitsi",
            "main form button[data-kind=main]",
            {
                "name": "Uusi",
                "url": "Katu",
                "app_id": "Uusi",
                "secret": "Keskustalo",
            },
        ),
    ),
}
"""Role -> pages that only a form leads to: where it stands, its button, what is written into it first."""
