"""Passkeys: a key on the device that only its owner's finger or face unlocks, so one touch is both factors."""

import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from calendars.errors import Invalid
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Person
from server.auth.device import Device
from server.auth.facts import StaffEnrolled
from server.auth.signin import Opened, begin, digest, is_staff
from server.auth.staff import Invited, burn, forget_secrets
from server.auth.tables import Challenge, Passkey

ANSWER_WITHIN = timedelta(minutes=5)
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """The house as a passkey knows it: the origin that the browser vouches for, and its name."""

    origin: str
    name: str

    @property
    def id(self) -> str:
        return urlsplit(self.origin).hostname or ""


async def offer(work: Work, site: Site, guest: Invited) -> str:
    """What the browser needs for making a new passkey, as JSON."""
    held = await work.all(select(Passkey.id).where(Passkey.person == guest.person))
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=site.name,
        user_id=guest.person.encode(),
        user_name=guest.email or guest.name,
        user_display_name=guest.name,
        challenge=await _challenge(work, f"new passkey of {guest.person}"),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in held],
    )
    return options_to_json(options)


async def enrol(work: Work, site: Site, token: str, answer: Json, device: Device) -> Opened:
    """Use an invitation up: keep the new passkey, and sign in. Nothing that was there before opens any more."""
    guest = await burn(work, token)
    await forget_secrets(work, guest.person)
    await _keep(work, site, guest.person, answer, device)
    return await begin(work, guest.person, "passkey", device)


async def add(work: Work, actor: Actor, site: Site, answer: Json, device: Device) -> None:
    """Keep one more passkey of somebody who is signed in: each of her devices has its own."""
    if not await is_staff(work, actor.person):
        raise Invalid("passkey_wrong")
    await _keep(work, site, actor.person, answer, device)


async def ask(work: Work, site: Site) -> str:
    """What the browser needs for signing in with whatever passkey it has for us, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=site.id,
        challenge=await _challenge(work, "sign in"),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


async def by_passkey(work: Work, site: Site, answer: Json, device: Device) -> Opened:
    """Sign in with a passkey. Raises Invalid `passkey_wrong`."""
    key: Passkey | None = await work.get(Passkey, str(answer.get("id", ""))[:1400])
    if key is None or not await is_staff(work, key.person):
        raise Invalid("passkey_wrong")
    challenge = await _answered(work, "sign in", answer)
    try:
        verified = webauthn.verify_authentication_response(
            credential=dict(answer), expected_challenge=challenge, expected_rp_id=site.id, expected_origin=site.origin,
            credential_public_key=key.public_key, credential_current_sign_count=key.count,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Invalid("passkey_wrong") from None
    values = {"count": verified.new_sign_count, "used": work.now}
    await work.run(update(Passkey).where(Passkey.id == key.id).values(values))
    return await begin(work, key.person, "passkey", device)


async def held_by(look: Look, actor: Actor) -> list[str]:
    """The labels of the actor's own passkeys, the oldest first."""
    mine = select(Passkey.label).where(Passkey.person == actor.person).order_by(Passkey.made, Passkey.id)
    return list(await look.all(mine))


async def invited_self(look: Look, actor: Actor) -> Invited:
    """The actor herself as the one for whom a passkey is made."""
    person: Person | None = await look.get(Person, actor.person)
    if person is None or not await is_staff(look, actor.person):
        raise Invalid("passkey_wrong")
    return Invited("", person.id, person.name, person.email)


async def _keep(work: Work, site: Site, person: str, answer: Json, device: Device) -> None:
    challenge = await _answered(work, f"new passkey of {person}", answer)
    try:
        verified = webauthn.verify_registration_response(
            credential=dict(answer), expected_challenge=challenge, expected_rp_id=site.id, expected_origin=site.origin,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Invalid("passkey_wrong") from None
    work.add(
        Passkey(
            id=bytes_to_base64url(verified.credential_id), person=person, public_key=verified.credential_public_key,
            count=verified.sign_count, label=device.label, made=work.now,
        )
    )  # fmt: skip
    work.tell(StaffEnrolled(stream=person, means="passkey"))


async def _challenge(work: Work, purpose: str) -> bytes:
    challenge = secrets.token_bytes(32)
    await work.run(delete(Challenge).where(Challenge.until <= work.now))
    work.add(Challenge(id=_kept(challenge), purpose=purpose, until=work.now + ANSWER_WITHIN))
    return challenge


async def _answered(work: Work, purpose: str, answer: Json) -> bytes:
    """The challenge that an answer belongs to; it is gone with that, so the same answer never counts twice."""
    try:
        said = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(said["challenge"])
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error, RecursionError):
        raise Invalid("passkey_wrong") from None
    good = (Challenge.id == _kept(challenge)) & (Challenge.purpose == purpose) & (Challenge.until > work.now)
    if not await work.rows(delete(Challenge).where(good).returning(Challenge.id)):
        raise Invalid("passkey_wrong")
    return challenge


def _kept(challenge: bytes) -> str:
    return digest(bytes_to_base64url(challenge))
