"""`oppitupa doctor`: what this house lacks to work well, and what to do about it, in sentences."""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from calendars import houses
from calendars.clock import Clock
from calendars.errors import Refused
from calendars.store import Store
from classroom import servers
from classroom.sealing import Seal
from classroom.video.choose import line_of
from classroom.video.kinds import KINDS, Home, made_of
from classroom.video.provider import Finding as Found
from classroom.video.provider import Provider, Tried
from server import probes
from server.migrations import head, standing
from server.settings import Settings, of_command, with_data
from server.tls import ends
from server.words import of_error

LEAST_FREE: Final = 2_000_000_000  # bytes
BACKUP_WITHIN: Final = timedelta(hours=36)
RENEW_WITHIN: Final = timedelta(days=14)
TRIAL_WITHIN: Final = 30.0  # seconds for all that is tried of one video server
CLOCKS_APART: Final = 1.0  # seconds between us and the database


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `well` is None where there is nothing to judge."""

    well: bool | None
    sentence: str


Look = Callable[[Settings], Iterable[Finding]]


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("doctor", help="what this house lacks, and what to do about it")
    with_data(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look at everything. 0 = all is well, 1 = something has to be done."""
    settings = of_command(arguments)
    findings = asyncio.run(examine(settings))
    for finding in findings:
        mark = {True: "ok  ", False: "TODO", None: "-   "}[finding.well]
        print(f"{mark} {finding.sentence}")
    wrong = sum(finding.well is False for finding in findings)
    print(f"{wrong} to do." if wrong else "All is well.", file=sys.stderr)
    return 1 if wrong else 0


async def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which they matter."""
    looked: Sequence[Look] = (seal, mail, turn, tls, disk, last_backup)
    found = [await database(settings), *await clock(settings), *await rooms(settings)]
    for look in looked:
        found += await asyncio.to_thread(_all, look, settings)
    return found


def _all(look: Look, settings: Settings) -> list[Finding]:
    return list(look(settings))


async def database(settings: Settings) -> Finding:
    """Whether it answers and has the form that this version needs."""
    try:
        step = await standing(settings.database_url)
    except Refused:
        return Finding(False, "The database does not answer: check OPPITUPA_DATABASE and that its server runs.")
    if step is None:
        return Finding(False, "The database is empty: `oppitupa serve` or `oppitupa migrate` fills it.")
    if step != head():
        return Finding(False, f"The database is at step {step}, this version needs {head()}: run `oppitupa migrate`.")
    return Finding(True, "The database answers and has the form that this version needs.")


async def clock(settings: Settings) -> list[Finding]:
    """Attendance is counted by this machine's clock: whether it is set by others, and agrees with the database's."""
    findings = []
    synchronised = probes.clock_is_synchronised()
    if synchronised is None:
        findings.append(
            Finding(None, "Whether the clock is set over the network cannot be seen here: make sure of it.")
        )
    elif synchronised:
        findings.append(Finding(True, "The clock is set over the network."))
    else:
        findings.append(Finding(False, "The clock is not set over the network: `apt install systemd-timesyncd`."))
    newest = await _newest(settings)
    if newest is not None and newest > datetime.now(UTC) + timedelta(seconds=CLOCKS_APART):
        told = f"{newest:%Y-%m-%d %H:%M:%S}"
        findings.append(Finding(False, f"The clock is behind: the last thing that happened was at {told} UTC. Set it."))
    return findings


async def _newest(settings: Settings) -> datetime | None:
    """When the last thing happened in this house; None where nothing did, or nothing can be read."""
    store = Store(settings.database_url, Clock())
    try:
        if await standing(settings.database_url) is None:
            return None  # to look must not make a database
        async with store.look() as look:
            return await look.newest()
    except Refused:
        return None  # told already: the database does not answer, or has no such form
    finally:
        await store.close()


async def rooms(settings: Settings) -> list[Finding]:
    """Whether each video server answers, has the right time, takes our secret and gives a room."""
    store = Store(settings.database_url, Clock())
    found: list[tuple[str, Provider]] = []
    try:
        if await standing(settings.database_url) == head():
            async with store.look() as look:
                sealed = Seal(await houses.secret(look), settings.seal_key, settings.seal_key_before)
                rows, _ = await servers.rooms(look, Home(store.clock, settings.url, settings.reach), sealed, {})
            found += [(room.shown, room.provider) for room in rows]
    except Refused:
        pass  # told already: the database does not answer, or no house stands in it
    finally:
        await store.close()
    own = made_of(lambda name: str(getattr(settings, name, "")), store.clock, settings.url)
    found += [(KINDS[one.name].title, one) for one in own]
    return [line for name, one in found for line in await _tried(name, one, store.clock.outside())]


async def _tried(name: str, provider: Provider, now: datetime) -> list[Finding]:
    if not isinstance(provider, Tried):
        return [Finding(None, f"The video server {name} cannot be asked how it is.")]
    try:
        async with asyncio.timeout(TRIAL_WITHIN):
            told = await provider.trial(now)
    except TimeoutError:
        return [Finding(False, f"The video server {name} does not answer in time: check its address.")]
    finally:
        if (line := line_of(provider)) is not None:
            await line.close()
    wrong = [one for one in told if one.problem is not None]
    if not wrong:
        return [Finding(True, f"The video server {name} answers and gives rooms.")]
    return [Finding(False, f"The video server {name}, {one.what}: {_sentence(one)}") for one in wrong]


def _sentence(wrong: Found) -> str:
    return of_error(wrong.problem or "", lambda source, **told: source.format(**told), wrong.facts)


def seal(settings: Settings) -> Iterable[Finding]:
    """Whether a copy of the database alone opens the secrets of the video servers."""
    if not settings.seal_key:
        yield Finding(
            None,
            "OPPITUPA_SEAL_KEY is not set: whoever has a copy of the database has the secrets of the video servers and "
            "the key that signs the proof of attendance. "
            "Set it to what `openssl rand -base64 32` says, and keep it where no backup of the database is.",
        )
    elif settings.seal_key_before:
        yield Finding(False, "OPPITUPA_SEAL_KEY_BEFORE is set: once the house has started with both keys, take it out.")
    else:
        yield Finding(True, "A copy of the database alone opens no secret of a video server.")


def mail(settings: Settings) -> Iterable[Finding]:
    """Whether letters can leave."""
    if not settings.smtp_host:
        yield Finding(None, "Mail is not set: letters wait in the outbox page. Set OPPITUPA_SMTP_HOST to send them.")
        return
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    trouble = probes.mail_server(settings)
    if trouble:
        yield Finding(False, f"The mail server {where} did not let us in ({trouble}): check OPPITUPA_SMTP_*.")
    else:
        yield Finding(True, f"The mail server {where} lets us in.")


def turn(settings: Settings) -> Iterable[Finding]:
    """Whether people behind strict firewalls get picture and sound."""
    if not settings.turn:
        yield Finding(
            False,
            "TURN is not set: behind strict firewalls (schools, libraries, some phones) there is neither picture nor "
            "sound in the embedded room. `apt install coturn`, then set OPPITUPA_TURN and OPPITUPA_TURN_SECRET.",
        )
    for url in (*settings.stun, *settings.turn):
        trouble = probes.ice_server(url)
        if trouble:
            yield Finding(False, f"{url} does not answer ({trouble}): check that it runs and its port is open.")
        else:
            yield Finding(True, f"{url} answers.")


def tls(settings: Settings) -> Iterable[Finding]:
    """Whether browsers will give a camera, and how long the certificate is good."""
    parts = urlsplit(settings.url)
    if settings.tls_cert:
        try:
            yield _until(ends(settings.tls_cert), "The certificate")
        except (OSError, ValueError):
            yield Finding(False, f"The certificate {settings.tls_cert} cannot be read: check OPPITUPA_TLS_CERT.")
    elif parts.scheme == "https" and parts.hostname:
        until, trouble = probes.certificate(parts.hostname, parts.port or 443)
        if until is None:
            yield Finding(False, f"{settings.url} does not speak HTTPS that browsers trust ({trouble}).")
        else:
            yield _until(until, f"The certificate of {parts.hostname}")
    elif settings.loopback:
        yield Finding(None, "The house is on this machine alone, over plain http: others need HTTPS (OPPITUPA_URL).")
    else:
        yield Finding(False, "OPPITUPA_URL is not an https address: browsers give no camera and no microphone.")


def _until(end: datetime, what: str) -> Finding:
    left = end - datetime.now(UTC)
    if left < timedelta():
        return Finding(False, f"{what} ended on {end:%Y-%m-%d}: renew it now.")
    return Finding(
        left > RENEW_WITHIN, f"{what} is good until {end:%Y-%m-%d}{'' if left > RENEW_WITHIN else ': renew it'}."
    )


def disk(settings: Settings) -> Iterable[Finding]:
    """Whether there is room to save."""
    folder = next(path for path in (settings.data.absolute(), *settings.data.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:.1f} GB are free in {folder}"
    yield Finding(free > LEAST_FREE, f"{told}." if free > LEAST_FREE else f"Only {told}: make room.")


def last_backup(settings: Settings) -> Iterable[Finding]:
    """Whether a lost disk would lose more than a day."""
    mark = Path(settings.data) / "last-backup"
    if not mark.exists():
        yield Finding(False, "There is no backup yet: run `oppitupa backup FILE` each night and keep it elsewhere.")
        return
    age = timedelta(seconds=time.time() - mark.stat().st_mtime)
    hours = int(age.total_seconds() // 3600)
    fresh = age < BACKUP_WITHIN
    yield Finding(fresh, f"The last backup is {hours} hours old{'' if fresh else ': run `oppitupa backup FILE`'}.")
