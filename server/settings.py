"""What whoever runs the house decides: one frozen object, read once from OPPITUPA_* in the environment."""

import argparse
import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from calendars.reach import LOOPBACK, Network, Reach

PREFIX = "OPPITUPA_"
FOR_TESTS = frozenset({"OPPITUPA_REQUIRE", "OPPITUPA_RUNS", "OPPITUPA_BROWSER"})

Value = TypeVar("Value")


class Unsettled(Exception):
    """A setting cannot be used; the text is one sentence that names it."""


def text(written: str) -> str:
    """free text"""
    if not written.isprintable():
        raise ValueError("it holds characters that cannot be printed")
    return written


def folder(written: str) -> Path:
    """a folder"""
    return Path(text(written)).expanduser()


def file(written: str) -> Path | None:
    """a file that can be read"""
    path = Path(text(written)).expanduser()
    if not os.access(path, os.R_OK):
        raise ValueError("there is no such file, or it may not be read")
    return path


def port_number(written: str) -> int:
    """a port number"""
    if not written.isascii() or not written.isdigit() or not 0 <= int(written[:6]) <= 65535:
        raise ValueError("a port is a number from 0 to 65535")
    return int(written)


def web_address(written: str) -> str:
    """an https address"""
    parts = urlsplit(text(written))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write the whole address, such as https://class.example.org")
    return written.rstrip("/")


def origin(written: str) -> str:
    """an https address without a path"""
    if urlsplit(written.rstrip("/")).path:
        raise ValueError("write it without a path, such as https://class.example.org")
    return web_address(written)


def database(written: str) -> str:
    """a database address"""
    scheme, _, rest = text(written).partition("://")
    drivers = {
        "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg",
        "postgresql+asyncpg": "postgresql+asyncpg",
        "sqlite": "sqlite+aiosqlite", "sqlite+aiosqlite": "sqlite+aiosqlite",
    }  # fmt: skip
    if scheme not in drivers or not rest:
        raise ValueError("write postgresql://user:password@host/name or sqlite:///file.db")
    return f"{drivers[scheme]}://{rest}"


def redis(written: str) -> str:
    """a Redis address"""
    if urlsplit(text(written)).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("write it like redis://host:6379/0")
    return written


def networks(written: str) -> tuple[Network, ...]:
    """addresses or networks, with commas between them"""
    return tuple(ip_network(one.strip(), strict=False) for one in text(written).split(",") if one.strip())


def stun(written: str) -> tuple[str, ...]:
    """stun: addresses, with commas between them"""
    return _ice(written, ("stun:", "stuns:"))


def turn(written: str) -> tuple[str, ...]:
    """turn: addresses, with commas between them"""
    return _ice(written, ("turn:", "turns:"))


def _ice(written: str, schemes: tuple[str, ...]) -> tuple[str, ...]:
    urls = tuple(one.strip() for one in text(written).split(",") if one.strip())
    if not all(url.startswith(schemes) for url in urls):
        raise ValueError(f"each must begin with {' or '.join(schemes)}")
    return urls


def beat_seconds(written: str) -> float:
    """seconds, from 1 to 20"""
    try:
        seconds = float(written)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 20:  # above it one lost beat would look like an absence (attendance rule: lease)
        raise ValueError("write a number of seconds from 1 to 20")
    return seconds


def key(written: str) -> str:
    """a key of 24 letters or more"""
    if len(text(written)) < 24:
        raise ValueError("it is too short; `openssl rand -base64 32` makes a good one")
    return written


def encryption(written: str) -> str:
    """tls, starttls or none"""
    if written not in ("tls", "starttls", "none"):
        raise ValueError("write tls, starttls or none")
    return written


def setting(read: Callable[[str], Value], default: Value, meaning: str, secret: bool = False) -> Value:
    """One setting: how it is read, what it is when nothing is said, and one sentence on it."""
    made: Any = field(default=default, metadata={"read": read, "meaning": meaning, "secret": secret})
    return made  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the environment decides. The address parts say where the house listens and how it is reached."""

    data: Path = setting(
        folder,
        Path("oppitupa-data"),
        "The folder for the database file and what the house keeps.",
    )
    database: str = setting(
        database,
        "",
        "The database; without it a SQLite file in the data folder.",
        secret=True,
    )
    redis: str = setting(
        redis,
        "",
        "Redis, which several workers poke each other with; a hint, never a record.",
        secret=True,
    )
    url: str = setting(origin, "", "The address that people use; the only source of absolute links.")
    host: str = setting(text, "127.0.0.1", "The address to listen on.")
    port: int = setting(port_number, 8080, "The port to listen on.")
    tls_cert: Path | None = setting(
        file,
        None,
        "The certificate (PEM, with its chain), when the house speaks HTTPS itself.",
    )
    tls_key: Path | None = setting(file, None, "The private key of the certificate (PEM).")
    trusted_proxies: tuple[Network, ...] = setting(
        networks, (), "Proxies whose X-Forwarded-For and -Proto are believed."
    )
    inside: tuple[Network, ...] = setting(
        networks,
        (),
        "Networks inside, such as 10.1.0.0/16, whose servers an administrator may name; else public ones alone.",
    )
    metrics_token: str = setting(text, "", "Lets /metrics be read from elsewhere than this machine.", secret=True)
    stun: tuple[str, ...] = setting(stun, (), "STUN servers for the embedded video room.")
    turn: tuple[str, ...] = setting(
        turn,
        (),
        "TURN servers; without one, people behind strict firewalls get no picture or sound.",
    )
    turn_secret: str = setting(
        text,
        "",
        "The secret shared with the TURN server (coturn: static-auth-secret).",
        secret=True,
    )
    seal_key: str = setting(
        key,
        "",
        "A key that is in no database: with it a copy of the database alone opens no secret of a video server, nor the "
        "key that signs the proof of attendance.",
        secret=True,
    )
    seal_key_before: str = setting(
        key,
        "",
        "The key before it, for the one start in which the house seals anew.",
        secret=True,
    )
    jitsi_url: str = setting(web_address, "", "The Jitsi Meet server, when programmes use its rooms.")
    jitsi_app_id: str = setting(text, "", "The application id (issuer) that the Jitsi server accepts.")
    jitsi_secret: str = setting(text, "", "The secret that signs links into Jitsi rooms.", secret=True)
    jitsi_domain: str = setting(text, "", "The XMPP domain of the Jitsi server, when it is not its host name.")
    bigbluebutton_url: str = setting(web_address, "", "The BigBlueButton server, when programmes use its rooms.")
    bigbluebutton_secret: str = setting(
        text, "", "The secret of the BigBlueButton server (bbb-conf --secret).", secret=True
    )
    livekit_url: str = setting(web_address, "", "The LiveKit server, when programmes use its rooms.")
    livekit_front: str = setting(web_address, "", "The page that shows its rooms, such as a LiveKit Meet's /custom.")
    livekit_key: str = setting(text, "", "The API key of the LiveKit server.")
    livekit_secret: str = setting(text, "", "The API secret of the LiveKit server.", secret=True)
    galene_url: str = setting(web_address, "", "The Galene server, when programmes use its rooms.")
    galene_admin: str = setting(text, "", "A user of the Galene server with the permission admin.")
    galene_password: str = setting(text, "", "The password of that user.", secret=True)
    galene_secret: str = setting(text, "", "The secret that signs links into Galene rooms.", secret=True)
    link_url: str = setting(text, "", "The address of a meeting in any other tool; {lesson} in it for one each.")
    smtp_host: str = setting(text, "", "The mail server; without it, letters wait in the outbox page.")
    smtp_port: int = setting(port_number, 587, "The port of the mail server.")
    smtp_encryption: str = setting(encryption, "starttls", "How the line to the mail server is encrypted.")
    smtp_user: str = setting(text, "", "The user at the mail server.")
    smtp_password: str = setting(text, "", "The password at the mail server.", secret=True)
    mail_from: str = setting(text, "", "The address that letters come from.")
    sms_url: str = setting(
        web_address,
        "",
        "The gateway that sends text messages (a POST with JSON to, from, text).",
    )
    sms_token: str = setting(text, "", "The bearer token of the text message gateway.", secret=True)
    sms_from: str = setting(text, "Oppitupa", "The sender that text messages show.")
    beat: float = setting(beat_seconds, 15.0, "Seconds between two signs of life of everybody in a lesson.")
    demo: bool = False
    """The training house: its staff have links that sign in every time. Only the command `demo` says so."""

    @property
    def database_url(self) -> str:
        """The database to open: the one that was named, else the file in the data folder."""
        return self.database or f"sqlite+aiosqlite:///{self.data / 'oppitupa.db'}"

    @property
    def embedded(self) -> bool:
        """Whether the database is a SQLite file of ours."""
        return self.database_url.startswith("sqlite")

    @property
    def database_file(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.database_url.partition("///")[2].partition("?")[0])

    @property
    def reach(self) -> Reach:
        """Where the servers may be that people name in forms; in the training house on this machine, too."""
        return Reach(self.inside + (LOOPBACK if self.demo else ()))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the place where we listen."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host to listen on is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises Unsettled with the first thing that cannot be used."""
    said = {
        name: value
        for name, value in (os.environ if environment is None else environment).items()
        if name.startswith(PREFIX) and name not in FOR_TESTS
    }
    known = {variable(one.name): one for one in told_by_environment()}
    for name in sorted(said.keys() - known.keys()):
        near = difflib.get_close_matches(name, known, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise Unsettled(f"{name} is no setting of this house.{meant} `oppitupa settings` lists them all.")
    values = {known[name].name: _value(name, known[name].metadata["read"], text) for name, text in said.items() if text}
    return _checked(Settings(**values))


def with_data(parser: argparse.ArgumentParser) -> None:
    """A command that needs a database takes `--data DIR` too."""
    parser.add_argument("--data", metavar="DIR", help="the folder of a house, with its SQLite file inside")


def of_command(arguments: argparse.Namespace) -> Settings:
    """The settings of a command: `--data` names a folder with SQLite inside, whatever the environment says."""
    settings = read()
    return settings if arguments.data is None else replace(settings, data=Path(arguments.data), database="")


def standing(settings: Settings) -> Settings:
    """The settings of a house that is there already. Raises Unsettled where its SQLite file is not."""
    if settings.embedded and not settings.database_file.is_file():
        raise Unsettled(f"There is no house in {settings.data}: give its folder with --data.")
    return settings


def told_by_environment() -> list[Field[Any]]:
    """The settings that an environment variable decides."""
    return [one for one in fields(Settings) if one.metadata]


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def _value(name: str, reader: Callable[[str], Any], written: str) -> Any:
    try:
        return reader(written)
    except ValueError as wrong:
        raise Unsettled(f"{name} cannot be used: {wrong}.") from None


def _checked(settings: Settings) -> Settings:
    """Settings that only make sense together."""
    pairs = [
        ("tls_cert", "tls_key"), ("tls_key", "tls_cert"), ("turn", "turn_secret"), ("smtp_host", "mail_from"),
        ("jitsi_url", "jitsi_app_id"), ("jitsi_url", "jitsi_secret"), ("sms_url", "sms_token"),
        ("seal_key_before", "seal_key"),
        ("bigbluebutton_url", "bigbluebutton_secret"),
        ("livekit_url", "livekit_front"), ("livekit_url", "livekit_key"), ("livekit_url", "livekit_secret"),
        ("galene_url", "galene_admin"), ("galene_url", "galene_password"), ("galene_url", "galene_secret"),
    ]  # fmt: skip
    for one, other in pairs:
        if getattr(settings, one) and not getattr(settings, other):
            raise Unsettled(f"{variable(one)} is set, so {variable(other)} must be set too.")
    return settings
