"""Questions to the machine and to other servers, each with a short answer: what `oppitupa doctor` asks."""

import ctypes
import secrets
import smtplib
import socket
import ssl
import struct
import sys
from datetime import UTC, datetime
from typing import Final

from server.settings import Settings

PATIENCE: Final = 4.0  # seconds for each question
STUN_COOKIE: Final = 0x2112A442
UNSYNCHRONISED: Final = 5  # adjtimex(2): TIME_ERROR


def clock_is_synchronised() -> bool | None:
    """What the kernel knows of it; None where it cannot be asked."""
    if sys.platform != "linux":
        return None
    asked = ctypes.create_string_buffer(512)  # a struct timex of zeros changes nothing and only asks
    state = ctypes.CDLL(None, use_errno=True).adjtimex(asked)
    return None if state < 0 else state != UNSYNCHRONISED


def mail_server(settings: Settings) -> str:
    """Why the mail server does not let us in; empty when it does."""
    context = ssl.create_default_context()
    try:
        if settings.smtp_encryption == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.smtp_host, settings.smtp_port, timeout=PATIENCE, context=context
            )
        else:
            server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=PATIENCE)
        with server:
            if settings.smtp_encryption == "starttls":
                server.starttls(context=context)
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.noop()
    except (OSError, smtplib.SMTPException) as trouble:
        return type(trouble).__name__
    return ""


def ice_server(url: str) -> str:
    """Why a STUN or TURN server does not answer; empty when it does. `turn:host:port?transport=udp`, RFC 7065."""
    scheme, _, rest = url.partition(":")
    place, _, query = rest.partition("?")
    host, _, port = place.rpartition(":") if place.rpartition(":")[2].isdigit() else (place, "", "")
    secure = scheme in ("turns", "stuns")
    address = (host.strip("[]"), int(port) if port else (5349 if secure else 3478))
    try:
        if secure or "transport=tcp" in query:
            with socket.create_connection(address, PATIENCE):
                return ""
        return _stun_binding(address)
    except OSError as trouble:
        return trouble.strerror or type(trouble).__name__


def _stun_binding(address: tuple[str, int]) -> str:
    """Send a Binding request (RFC 8489) and wait for its answer."""
    family, kind, protocol, _, place = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
    transaction = secrets.token_bytes(12)
    with socket.socket(family, kind, protocol) as line:
        line.settimeout(PATIENCE / 2)
        line.connect(place)
        for _ in range(2):  # UDP may lose one
            line.send(struct.pack("!HHI", 1, 0, STUN_COOKIE) + transaction)
            try:
                answer = line.recv(2048)
            except TimeoutError:
                continue
            if answer[:2] == b"\x01\x01" and answer[8:20] == transaction:
                return ""
            return "it answers, but not as a STUN server"
    return "no answer"


def certificate(host: str, port: int) -> tuple[datetime | None, str]:
    """Until when the certificate at an address is good, as browsers see it; else None and why."""
    try:
        with (
            socket.create_connection((host, port), PATIENCE) as line,
            ssl.create_default_context().wrap_socket(line, server_hostname=host) as secured,
        ):
            until = (secured.getpeercert() or {}).get("notAfter")
            return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(until)), UTC), ""
    except ssl.SSLCertVerificationError as wrong:
        return None, wrong.verify_message
    except OSError as wrong:
        return None, wrong.strerror or type(wrong).__name__
