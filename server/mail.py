"""Mail: takes the letters of the outbox to the mail server, one worker at a time, and tries again what did not go.

A letter goes at least once. Whoever dies between the server's "taken" and our note of it sends it again, under the
same Message-ID (RFC 5322, section 3.6.4), by which mail programs know it for the same letter.
"""

import asyncio
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final

import aiosmtplib
import structlog
from aiohttp import web

from calendars.errors import Unavailable
from server.auth import letters
from server.auth.letters import Waiting
from server.keys import LIVE, SETTINGS, STORE
from server.settings import Settings

log = structlog.get_logger()

EVERY: Final = 5.0  # seconds between two looks into the outbox
PATIENCE: Final = 20.0  # seconds for each answer of the mail server
REFUSED: Final = 500  # RFC 5321, section 4.2.1: 5yz is a permanent refusal
OUR_FAULT: Final = range(530, 540)  # RFC 4954: wrong user, wrong password, no encryption; the letter is not to blame


async def run(app: web.Application) -> None:
    """Carry letters until cancelled; without a mail server there is nothing to carry."""
    while app[SETTINGS].smtp_host:
        try:
            await carry(app)
        except Unavailable as away:
            log.warning("mail_waits", code=away.code)
        except Exception:
            log.exception("mail_failed")
        await asyncio.sleep(EVERY)


async def carry(app: web.Application) -> None:
    """One round: everything that is due now. No transaction is open while the mail server thinks."""
    store, settings = app[STORE], app[SETTINGS]
    async with store.work() as work:
        mine = await work.lease("mail", app[LIVE].epoch, letters.AT_ONCE * PATIENCE)
    if not mine:
        return
    async with store.look() as look:
        due = await letters.due(look)
    for letter in due:
        trouble = await _tried(settings, letter)
        async with store.work() as work:
            if trouble:
                await letters.failed(work, letter.id, trouble)
            else:
                await letters.went(work, letter.id)
        log.info("letter", letter=letter.id, trouble=trouble)


async def _tried(settings: Settings, letter: Waiting) -> str:
    """One letter must not keep those behind it from going, whatever is wrong with it."""
    try:
        return await send(settings, letter)
    except Exception:
        log.exception("letter_failed", letter=letter.id)
        return "away"


async def send(settings: Settings, letter: Waiting) -> str:
    """Hand one letter to the mail server. Empty when it was taken, else why not: `refused` for good, or `away`."""
    try:
        message = message_of(settings, letter)
    except (ValueError, IndexError, AttributeError, MessageError):  # an address that no mail can go to
        return "refused"
    try:
        await aiosmtplib.send(
            message, hostname=settings.smtp_host, port=settings.smtp_port, timeout=PATIENCE,
            username=settings.smtp_user or None, password=settings.smtp_password or None,
            use_tls=settings.smtp_encryption == "tls", start_tls=settings.smtp_encryption == "starttls",
            tls_context=ssl.create_default_context() if settings.smtp_encryption != "none" else None,
        )  # fmt: skip
    except aiosmtplib.SMTPRecipientsRefused as refused:
        return _blame(max(one.code for one in refused.recipients))
    except aiosmtplib.SMTPResponseException as refused:
        return _blame(refused.code)
    except (aiosmtplib.SMTPException, OSError):
        return "away"
    return ""


def message_of(settings: Settings, letter: Waiting) -> EmailMessage:
    """The letter as mail. An address that is none makes the parser fail in ways of its own."""
    sender, receiver = parseaddr(settings.mail_from)[1], letter.address
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = Address(" ".join(letter.name.split()), addr_spec=receiver)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(letter.made)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answer comes back
    message.set_content(letter.text)
    return message


def _blame(code: int) -> str:
    return "refused" if code >= REFUSED and code not in OUR_FAULT else "away"
