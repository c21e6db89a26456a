"""The chain grows with the signature or not at all, holds no name, and gives the figures that were signed."""

import json
from contextlib import suppress

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from calendars.errors import Conflict
from calendars.tables import Lesson, Person
from classroom import ledger, register, trace
from classroom.attendance import reckon
from classroom.proof import signing
from classroom.proof.bundle import bundle
from classroom.tables import Link, LinkSeal, Signer
from tests.calendars.planned import SYSTEM, Planned
from tests.classroom.proof.conftest import exported, lived, seal, seal_of, sign, taught
from tests.classroom.proof.tampering import files_of, lines_of


async def links(house: Planned) -> list[dict[str, object]]:
    async with house.store.look() as look:
        return [json.loads(one) for one in await look.all(select(Link.record).order_by(Link.number))]


async def test_sign_when_it_fails_after_all_then_neither_signature_nor_record_stays(house: Planned) -> None:
    lesson = await taught(house)
    with suppress(ZeroDivisionError):
        async with house.store.work() as work:
            await register.sign(work, await house.actor("Veera"), lesson)
            raise ZeroDivisionError
    assert await links(house) == []
    await sign(house, lesson)
    await sign(house, lesson)
    assert [(one["kind"], one["number"]) for one in await links(house)] == [("register", 1)]


async def test_chain_when_a_row_would_change_or_go_then_the_database_refuses(signed: Planned) -> None:
    before = await exported(signed)
    for table in (Link, LinkSeal):
        for statement in (update(table).values(record="{}"), delete(table)):
            with pytest.raises((DBAPIError, Conflict)):
                async with signed.store.work() as work:
                    await work.run(statement)
    assert await exported(signed) == before


async def test_record_when_its_trace_is_replayed_then_the_marks_are_those_that_were_signed(signed: Planned) -> None:
    records = [one for one in map(json.loads, lines_of(await exported(signed))) if one["kind"] == "register"]
    assert len(records) == 2
    for record in records:
        found = reckon(trace.read([json.dumps(line) for line in record["trace"]]))
        assert record["marks"] == [
            {"learner": learner, "version": mark["version"], "state": one.state, "seconds": dict(one.seconds),
             "late_by": one.late_by, "left_early_by": one.left_early_by}
            for (learner, one), mark in zip(found.items(), record["marks"], strict=True)
        ]  # fmt: skip


async def test_bundle_when_a_person_is_renamed_then_not_a_byte_changes_and_no_private_word_was_in_it(
    signed: Planned,
) -> None:
    before = await exported(signed)
    async with signed.store.work() as work:
        await work.run(update(Person).values(name="Erased"))
    assert await exported(signed) == before
    told = b"\n".join(content for name, content in files_of(before).items() if name != "verify.py")
    for word in ("Amina", "Bilal", "Veera", "own_illness", "Soitti", "paikalla", "Lista"):
        assert word.encode() not in told


async def test_bundle_when_nothing_grew_then_the_same_bytes_and_else_another_head(signed: Planned) -> None:
    first = await exported(signed)
    signed.clock.at = signed.clock.at.replace(month=6)
    assert await exported(signed) == first
    body = {"provider": "jitsi", "event": "left", "at": "2026-03-09T08:20:00Z"}
    async with signed.store.work() as work:
        await ledger.enter(work, signed.lessons["first"][0], ledger.Said("provider", signed.people["Amina"], body))
    second = await exported(signed)
    assert lines_of(second)[:-1] == lines_of(first)
    assert json.loads(lines_of(second)[-1])["kind"] == "evidence"


async def test_bundle_when_the_end_is_not_sealed_then_none(house: Planned) -> None:
    await sign(house, await taught(house))
    async with house.store.look() as look:
        assert await bundle(look, SYSTEM, house.programme, await seal_of(house)) is None


async def test_seal_when_a_register_was_signed_before_there_were_chains_then_it_is_taken_in(house: Planned) -> None:
    lesson = await taught(house)
    await sign(house, lesson)
    signed_at = house.clock.at
    other = house.lessons["first"][1]
    async with house.store.work() as work:  # as an older version left it
        await work.run(update(Lesson).where(Lesson.id == other).values(signed=signed_at))
    assert (await seal(house), await seal(house)) == (1, 0)
    kinds = [(one["kind"], one.get("lesson"), one.get("taken_in", False)) for one in await links(house)]
    assert kinds == [("register", lesson, False), ("register", other, True), ("key", None, False)]


async def test_key_when_changed_then_the_secret_of_before_is_gone(house: Planned) -> None:
    async with house.store.work() as work:
        await signing.first_key(work, await seal_of(house))
        await signing.change_key(work, await seal_of(house))
    async with house.store.look() as look:
        first, second = await look.all(select(Signer).order_by(Signer.number))
    assert (first.secret, bool(second.secret)) == (b"", True)
    assert (second.told["follows"], second.told["why"]) == (first.fingerprint, "rotated")


async def test_lived_when_sealed_in_between_then_every_kind_stands_in_its_order(house: Planned) -> None:
    await lived(house)
    await seal(house)
    kinds = [one["kind"] for one in await links(house)]
    assert kinds == ["register", "key", "reopened", "evidence", "register", "evidence"]
