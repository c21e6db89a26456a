"""Every way to say no: codes and facts, no sentences.

Refused
 ├─ NotFound       it does not exist, or you may not know that it does
 ├─ SignInFirst    nobody is signed in
 ├─ Forbidden      you may know of it, but not do this
 ├─ Invalid        what was entered cannot be used; `field` names the place
 ├─ Conflict       it does not fit what stands
 │   ├─ NotOpen        the door is not open (yet, or any more)
 │   ├─ Full           no place is left
 │   ├─ Overlaps       two things would be at one time
 │   └─ AlreadySigned  the register is closed
 ├─ TooMany        slow down; `seconds` says how long
 └─ Unavailable    ours is broken for the moment; try again
"""


class Refused(Exception):
    """An act was refused. `code` is stable and has words in every language; `facts` fill its placeholders."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in sorted(self.facts.items()))
        return f"{self.code}({told})" if told else self.code


class NotFound(Refused):
    """It does not exist, or the one who asks may not know that it does."""

    def __init__(self, code: str = "not_found", **facts: object) -> None:
        super().__init__(code, **facts)


class SignInFirst(Refused):
    """Nobody is signed in."""

    def __init__(self, code: str = "sign_in_first", **facts: object) -> None:
        super().__init__(code, **facts)


class Forbidden(Refused):
    """She may know of it, but may not do this."""


class Invalid(Refused):
    """What was entered cannot be used. The fact `field` names the input, where there is one."""


class Conflict(Refused):
    """It does not fit what stands already."""


class NotOpen(Conflict):
    """The door is not open yet, or not any more."""


class Full(Conflict):
    """No place is left."""


class Overlaps(Conflict):
    """Two things would be at one time in one place."""


class AlreadySigned(Conflict):
    """The register is signed; reopening it is an act of its own."""


class TooMany(Refused):
    """Too many attempts. The fact `seconds` says how long to wait."""


class Unavailable(Refused):
    """The house itself cannot do it for the moment."""
