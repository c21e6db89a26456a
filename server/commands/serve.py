"""`oppitupa serve`: the house in production, in one process or in several behind one listening socket."""

import argparse
import asyncio
import os
import signal
import socket
import sys
from dataclasses import replace
from urllib.parse import urlsplit

from calendars import houses
from calendars.clock import Clock
from calendars.errors import NotFound
from calendars.store import Store
from server import app, assets
from server.auth.staff import first_admin_link
from server.listening import answer, listen, stop_event
from server.middleware import logs
from server.migrations import migrate
from server.settings import Settings, Unsettled, is_loopback, read
from server.tls import context_of
from server.workers import Workers, die_with_leader, tell_ready

NO_TURN = (
    "OPPITUPA_TURN is not set: people behind strict firewalls will have neither picture nor sound in the embedded room."
)

RENEWED = -1


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("serve", help="production: settings from the environment (`oppitupa settings`)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes; more than one needs PostgreSQL")
    parser.add_argument("--tls", choices=["auto"], help="speak HTTPS with a certificate that the house makes itself")
    parser.add_argument("--socket", type=int, help=argparse.SUPPRESS)  # the parent's, handed to a worker
    parser.add_argument("--ready", type=int, help=argparse.SUPPRESS)  # where a worker tells its parent that it answers
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM. Raises Unsettled with a sentence when a setting is wrong."""
    settings = checked(read(), arguments.workers, tls=arguments.tls == "auto")
    logs.set_up(readable=sys.stderr.isatty())
    assets.built()
    if arguments.socket is not None and arguments.ready is not None:
        die_with_leader()
        return _work(settings, socket.socket(fileno=arguments.socket), arguments)
    _, warning = context_of(settings, auto=arguments.tls == "auto")
    asyncio.run(prepare(settings))
    if arguments.socket is None:
        listening = listen(settings.host, settings.port)
    else:  # renewed: whoever knocked meanwhile waits at the same door
        listening = socket.socket(fileno=arguments.socket)
    for sentence in (warning, "" if settings.turn else NO_TURN):
        if sentence:
            print(sentence, file=sys.stderr)
    if arguments.workers == 1:
        return _alone(settings, listening, arguments)
    return _lead(arguments, listening)


def checked(settings: Settings, workers: int, *, tls: bool) -> Settings:
    """Refuse what would not be safe or could not work; without OPPITUPA_URL a loopback house knows its own address."""
    encrypted = tls or settings.tls_cert is not None
    if not encrypted and not settings.trusted_proxies and not settings.loopback:
        raise Unsettled(
            f"OPPITUPA_HOST is {settings.host}: others would reach it by plain http, where browsers give no camera. "
            "Set OPPITUPA_TLS_CERT and OPPITUPA_TLS_KEY, add --tls auto, or name your proxy in "
            "OPPITUPA_TRUSTED_PROXIES."
        )
    if (
        settings.url
        and not settings.url.startswith("https://")
        and not is_loopback(urlsplit(settings.url).hostname or "")
    ):
        raise Unsettled(f"OPPITUPA_URL is {settings.url}: anywhere but on this machine it must begin with https://.")
    if not settings.url and not settings.loopback:
        raise Unsettled("OPPITUPA_URL is not set: write the address that people will use, https://….")
    if workers < 1:
        raise Unsettled("--workers must be 1 or more.")
    if workers > 1 and settings.embedded:
        raise Unsettled("--workers above 1 needs PostgreSQL: set OPPITUPA_DATABASE=postgresql://….")
    if workers > 1 and os.name == "nt":
        raise Unsettled("--workers above 1 does not work on Windows.")
    scheme = "https" if encrypted else "http"
    return settings if settings.url else replace(settings, url=f"{scheme}://{settings.host}:{settings.port}")


async def prepare(settings: Settings) -> None:
    """Before anybody listens: the database is migrated and the house founded; its administrator gets her link."""
    await migrate(settings.database_url)
    store = Store(settings.database_url, Clock())
    try:
        async with store.work() as work:
            try:
                await houses.card(work)
            except NotFound:
                await houses.found(work, houses.NewHouse(name="Oppitupa"))
            link = await first_admin_link(work)
        if link:
            print(f"Open this address to become the administrator; it works once: {settings.url}{link}", flush=True)
    finally:
        await store.close()


def _work(settings: Settings, listening: socket.socket, arguments: argparse.Namespace) -> int:
    """Answer until told to stop, or (alone) to be renewed."""
    tls, _ = context_of(settings, auto=arguments.tls == "auto")
    renewed = False

    def ready() -> None:
        if arguments.ready is not None:
            tell_ready(arguments.ready)
        print(f"The house answers at {settings.url}", file=sys.stderr, flush=True)

    async def work() -> None:
        stop = stop_event()

        def renew() -> None:
            nonlocal renewed
            renewed = True
            stop.set()

        if arguments.ready is None and hasattr(signal, "SIGHUP"):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, renew)
        await answer(app.build(settings, Clock()), listening, tls, ready, stop)

    asyncio.run(work())
    return RENEWED if renewed else 0


def _alone(settings: Settings, listening: socket.socket, arguments: argparse.Namespace) -> int:
    """One process; SIGHUP ends it in good order and starts it anew behind the same socket, where everybody waits."""
    kept = listening.dup()
    if _work(settings, listening, arguments) != RENEWED:
        return 0
    os.set_inheritable(kept.fileno(), True)
    sys.stdout.flush()
    os.execv(sys.executable, _command(arguments, kept))  # noqa: S606  this very program


def _lead(arguments: argparse.Namespace, listening: socket.socket) -> int:
    """Keep N workers alive behind one socket; SIGHUP renews them one by one, and no request fails by it."""
    os.set_inheritable(listening.fileno(), True)

    async def lead() -> int:
        stop, renew = stop_event(), asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, renew.set)
        await Workers(_command(arguments, listening), listening.fileno(), arguments.workers).lead(stop, renew)
        return 0

    return asyncio.run(lead())


def _command(arguments: argparse.Namespace, listening: socket.socket) -> list[str]:
    command = [sys.executable, "-m", "server", "serve", "--workers", str(arguments.workers)]
    return [*command, "--socket", str(listening.fileno()), *(["--tls", "auto"] if arguments.tls else [])]
