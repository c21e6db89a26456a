"""Sign-ins as tables: devices, codes, invitations, second factors, attempts and letters. Tokens only as their hash."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class SignIn(Base):
    """One person on one device, until a day or until somebody revokes it."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_person_until", "person", "until"),)
    id: Mapped[str] = key()
    token: Mapped[str] = mapped_column(unique=True)
    """The SHA-256 of the token in the cookie."""
    person: Mapped[str] = mapped_column(owner("people.id"))
    device: Mapped[str] = mapped_column(default="")
    means: Mapped[str]
    """link, code, password, passkey, invitation or demo."""
    own: Mapped[bool] = mapped_column(default=True)
    made: Mapped[datetime] = mapped_column(Instant)
    seen: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    revoked: Mapped[datetime | None] = mapped_column(Instant)


class Code(Base):
    """Six digits that somebody reads out to a learner; one for each person at a time."""

    __tablename__ = "codes"
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    wrong: Mapped[int] = mapped_column(default=0)
    """Wrong codes that anybody entered while this one was good: at most so many guesses were made at it."""
    made: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str | None]


class Invitation(Base):
    """A link for one member of staff to enrol or recover with, once."""

    __tablename__ = "invitations"
    id: Mapped[str] = key()
    token: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str] = mapped_column(owner("people.id"), index=True)
    made: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    used: Mapped[datetime | None] = mapped_column(Instant)
    by: Mapped[str | None]


class Password(Base):
    """What a member of staff knows (argon2id) and the second factor she has (TOTP)."""

    __tablename__ = "passwords"
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[str]
    totp: Mapped[str]
    step: Mapped[int] = mapped_column(default=0)
    """The last 30 seconds of which a code was accepted: no code opens twice."""
    changed: Mapped[datetime] = mapped_column(Instant)


class Passkey(Base):
    """A public key on a device of a member of staff."""

    __tablename__ = "passkeys"
    id: Mapped[str] = mapped_column(primary_key=True)
    """The credential id, base64url."""
    person: Mapped[str] = mapped_column(owner("people.id"), index=True)
    public_key: Mapped[bytes]
    count: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(default="")
    made: Mapped[datetime] = mapped_column(Instant)
    used: Mapped[datetime | None] = mapped_column(Instant)


class Challenge(Base):
    """A question put to a passkey; answered at most once, on whichever worker the answer arrives."""

    __tablename__ = "challenges"
    id: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    until: Mapped[datetime] = mapped_column(Instant, index=True)


class Attempt(Base):
    """How often something was tried in a span of time; `id` is a keyed hash, so that no address is kept."""

    __tablename__ = "attempts"
    id: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    until: Mapped[datetime] = mapped_column(Instant, index=True)


class Letter(Base):
    """A letter in the outbox: mail takes it away when it is set, else somebody prints it or reads it out."""

    __tablename__ = "letters"
    id: Mapped[str] = key()
    person: Mapped[str] = mapped_column(owner("people.id"), index=True)
    address: Mapped[str] = mapped_column(default="")
    subject: Mapped[str]
    text: Mapped[str]
    made: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant, index=True)
    by: Mapped[str | None]
    sent: Mapped[datetime | None] = mapped_column(Instant)
    again: Mapped[datetime | None] = mapped_column(Instant)
    """When mail tries next; None once it went, or was refused for good."""
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(default="")
    """Why it did not go at the last try: `away` or `refused`."""
