"""The keys of the house that sign its proofs, and the seals over its chains.

A key is changed by one line that the key before it signs. Where that one is lost, the line says so and nobody signs it.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, insert, select

from calendars.errors import Unavailable
from calendars.store import Look, Work
from classroom.proof import chain
from classroom.proof.records import canonical, fingerprint, message
from classroom.sealing import Seal
from classroom.tables import Link, LinkSeal, Signer

PLACE = "signer {}"


async def signers(look: Look) -> Sequence[Signer]:
    """All keys that ever signed for this house, in order; the last one is in use."""
    found: Sequence[Signer] = await look.all(select(Signer).order_by(Signer.number))
    return found


async def first_key(work: Work, seal: Seal) -> Sequence[Signer]:
    """The keys, of which there is one at least."""
    return await signers(work) or [await _new_key(work, seal, None, "first")]


async def change_key(work: Work, seal: Seal, *, lost: bool = False) -> Signer:
    """Sign with a new key from now on; the one before vouches for it, unless it is lost. Raises what `Seal.open` does.

    Two at one time: the number is the primary key, and the later of them is refused.
    """
    known = await signers(work)
    if not known:
        return await _new_key(work, seal, None, "first")
    return await _new_key(work, seal, known[-1], "lost" if lost else "rotated")


async def _new_key(work: Work, seal: Seal, before: Signer | None, why: str) -> Signer:
    made = Ed25519PrivateKey.generate()
    public = made.public_key().public_bytes_raw()
    mark = fingerprint(public)
    told: dict[str, Any] = {
        "fingerprint": mark, "public": public.hex(), "made": chain.instant(work.now), "why": why,
        "follows": before.fingerprint if before else None,
    }  # fmt: skip
    signature = secret_of(before, seal).sign(message("key", told)).hex() if before and why == "rotated" else None
    row = Signer(
        number=before.number + 1 if before else 1, fingerprint=mark, told=told | {"signature": signature},
        secret=seal.close(PLACE.format(mark), {"key": made.private_bytes_raw().hex()}),
    )  # fmt: skip
    if before is not None:
        before.secret = b""  # nobody signs with a key of before any more, whoever gets a copy of the database later
    work.add(row)
    await work.flush()
    return row


def secret_of(signer: Signer, seal: Seal) -> Ed25519PrivateKey:
    """The secret half. Raises Unavailable `seal_broken` when it was sealed with a key that this house has no more."""
    opened = seal.open(PLACE.format(signer.fingerprint), signer.secret)
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(opened["key"]))


async def seal_keys_anew(work: Work, seal: Seal) -> None:
    """Seal the key in use with the house's sealing key of now, so that the old one can go."""
    for row in (await signers(work))[-1:]:
        with suppress(Unavailable):  # whoever seals or exports says so
            row.secret = seal.renewed(PLACE.format(row.fingerprint), row.secret) or row.secret


async def seal_due(work: Work, seal: Seal) -> int:
    """Take in what the chains lack, and seal each that has grown; how many."""
    await chain.take_in(work)
    ends = select(Link.programme, func.max(Link.number)).group_by(Link.programme)
    seals = select(LinkSeal.programme, func.max(LinkSeal.number)).group_by(LinkSeal.programme)
    sealed = {row[0]: row[1] for row in await work.rows(seals)}
    grown = sorted(row[0] for row in await work.rows(ends) if row[1] > sealed.get(row[0], 0))
    for programme in grown:
        await seal_chain(work, seal, programme)
    return len(grown)


async def seal_chain(work: Work, seal: Seal, programme: str) -> None:
    """Write the keys that the chain does not know yet, and the seal over its end."""
    keys = await first_key(work, seal)
    secret = secret_of(keys[-1], seal)
    await work.number(f"chain:{programme}", 0)  # holds the end of the chain: nobody writes until we have sealed it
    known = await work.all(
        select(Link.record).where(Link.programme == programme, Link.lesson.is_(None)).order_by(Link.number)
    )
    for key in keys[len(known) :]:
        await chain.append(work, programme, "key", {"key": key.told})
    newest = select(Link.number, Link.hash).where(Link.programme == programme).order_by(Link.number.desc()).limit(1)
    number, head = (await work.rows(newest))[0]
    if await work.get(LinkSeal, (programme, number)) is not None:
        return
    told = {
        "programme": programme, "number": number, "head": head, "key": keys[-1].fingerprint,
        "at": chain.instant(work.now),
    }  # fmt: skip
    record = canonical(told | {"signature": secret.sign(message("seal", told)).hex()})
    row = {"programme": programme, "number": number, "at": work.now, "record": record.decode()}
    await work.run(insert(LinkSeal), [row])
