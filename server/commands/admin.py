"""`oppitupa admin`: a new one-time link for an administrator who lost what she signs in with.

Whoever may run it can read the database anyway. Nothing of hers stops working until the link is used.
"""

import argparse
import asyncio
import sys

from calendars.clock import Clock
from calendars.store import Store
from server.auth.staff import admin_link, administrators
from server.settings import Settings, of_command, standing, with_data

NO_HOUSE = "There is no house yet: `oppitupa serve` makes one and prints the first administrator's link."


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("admin", help="print a new one-time link for an administrator who is locked out")
    parser.add_argument("--email", help="whose, where there are several")
    with_data(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 with the link on stdout; 1 with a sentence where nobody or more than one person is meant."""
    settings = standing(of_command(arguments))
    link, sentence = asyncio.run(_made(settings, arguments.email))
    if link and not settings.url:
        print("OPPITUPA_URL is not set: put the address of the house before this path.", file=sys.stderr)
    print(settings.url + link if link else sentence, file=sys.stdout if link else sys.stderr)
    return 0 if link else 1


async def _made(settings: Settings, email: str | None) -> tuple[str, str]:
    store = Store(settings.database_url, Clock())
    try:
        async with store.work() as work:
            known = await administrators(work)
            meant = [one for one in known if email is None or one.email.casefold() == email.casefold()]
            if len(meant) == 1:
                return await admin_link(work, meant[0].id), ""
    finally:
        await store.close()
    if not known:
        return "", NO_HOUSE
    names = ", ".join(one.email or one.name for one in known)
    return "", f"Say whose link you want by --email. The administrators are: {names}."
