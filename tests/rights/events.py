"""Every event of the socket, and how each role is answered; nothing here is read from the code."""

from typing import Any

from tests.rights.matrix import INSIDE, ROSTER, Answers, all_of, these

EVENTS: dict[str, tuple[Answers, dict[str, Any]]] = {
    "enter": (these(200, *INSIDE, counsellor=403, inspector=403), {"media": False}),
    "watch": (these(200, *ROSTER, learner=403, guest=403, visitor=403, inspector=403), {}),
    "leave": (all_of(200), {}),
    "say": (these(200, *INSIDE), {"id": "m", "text": "Hei"}),
    "hand": (these(200, *INSIDE), {"up": True}),
    "sound": (these(200, *INSIDE), {"on": True}),
    "line": (these(200, *INSIDE), {"up": 800}),
    "signal": (these(200, *INSIDE), {"to": "nobody", "data": {}}),
}
"""Socket event -> what each role gets for the lesson of her own group, and what the message says beside its lesson.

Leaving is no act about a lesson but about one's own stay: whoever has none leaves nothing, true id or invented.
"""
NEED_A_STAY = ("say", "hand", "sound", "line", "signal")
"""Before she has entered nobody may do these; for a lesson that she has not entered it does not exist."""
FOR_THE_CLASS = {"Said", "HandRaised", "HandLowered", "LessonOpened", "PauseStarted", "PauseEnded", "LessonClosed"}
"""Facts that whoever sees no roster may hear; who comes and goes is for those who lead."""
