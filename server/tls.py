"""HTTPS spoken by the house itself: with a certificate from the settings, or with one of its own (`--tls auto`)."""

import hashlib
import ipaddress
import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from server.listening import EVERYWHERE, reached_at
from server.settings import Settings, Unsettled

LIVES: Final = timedelta(days=397)  # Apple's devices refuse what lives longer
WARNING: Final = (
    "This house made its own certificate. A phone or browser will ask once whether to trust it: choose "
    "“Advanced”, then “Continue”. Its fingerprint (SHA-256) is {fingerprint}."
)


def context_of(settings: Settings, *, auto: bool) -> tuple[ssl.SSLContext | None, str]:
    """What to speak HTTPS with (None: plain http) and a sentence to show, if any. Raises Unsettled."""
    if settings.tls_cert and settings.tls_key:
        return _context(settings.tls_cert, settings.tls_key), ""
    if not auto:
        return None, ""
    certificate, key = _own(settings)
    return _context(certificate, key), WARNING.format(fingerprint=fingerprint(certificate))


def fingerprint(certificate: Path) -> str:
    """What a browser shows of the certificate, so that the two can be compared."""
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text(encoding="ascii"))
    return ":".join(f"{byte:02X}" for byte in hashlib.sha256(der).digest())


def ends(certificate: Path) -> datetime:
    """When a certificate stops being good."""
    from cryptography import x509

    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as wrong:
        reason = getattr(wrong, "reason", None) or wrong.strerror or "unreadable"
        raise Unsettled(f"OPPITUPA_TLS_CERT and OPPITUPA_TLS_KEY do not work together: {reason}.") from None
    return context


def _own(settings: Settings) -> tuple[Path, Path]:
    """The house's own certificate, made anew when it is missing, ends soon or does not know all our names."""
    folder = settings.data / "tls"
    certificate, key, names = folder / "certificate.pem", folder / "key.pem", folder / "names"
    wanted = names_of(settings)
    fresh = certificate.exists() and key.exists() and ends(certificate) - datetime.now(UTC) > timedelta(days=30)
    if not fresh or names.read_text(encoding="utf-8").split() != wanted:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made, private = self_signed(wanted)
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(private)
        certificate.write_bytes(made)
        names.write_text("\n".join(wanted), encoding="utf-8")
    return certificate, key


def names_of(settings: Settings) -> list[str]:
    """Every name and address under which a browser may reach this machine."""
    found = {"localhost", "127.0.0.1", "::1", socket.gethostname()}
    found |= {reached_at(settings.host), *map(reached_at, EVERYWHERE)}
    found |= {urlsplit(settings.url).hostname or "localhost"}
    return sorted(name for name in found if name.isascii())


def self_signed(names: list[str]) -> tuple[bytes, bytes]:
    """A certificate for these names that signs itself, and its key, both PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Oppitupa (own certificate)")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a phone whose clock is behind
        .not_valid_after(now + LIVES)
        .add_extension(x509.SubjectAlternativeName([_named(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


def _named(name: str):  # type: ignore[no-untyped-def]  # the library is loaded only when a certificate is made
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
