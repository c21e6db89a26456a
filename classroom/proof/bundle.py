"""The evidence of a programme in one file that anybody can check: the same bytes for the same end of its chain."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from calendars import rights
from calendars.rights import Actor
from calendars.store import Look
from classroom import reports
from classroom.proof import alone, paper, signing
from classroom.proof.archive import archived
from classroom.proof.records import about_chain, canonical, fingerprint, keys_in, manifest, message, rules_in
from classroom.reports import Report
from classroom.sealing import Seal
from classroom.tables import Link, LinkSeal

README: Final = Path(__file__).with_name("README.txt")
FIGURES: Final = ("planned", "held", "present", "excused", "could_not_enter", "absent", "not_held")


async def bundle(look: Look, actor: Actor, programme: str, seal: Seal) -> bytes | None:
    """The bundle for whoever may see the figures; None while the end of the chain is not sealed by the key in use.

    Its report is that of the instant of the last record, so that the bundle changes only when the chain grows.
    """
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_report", target)
    chain = await look.all(select(Link).where(Link.programme == programme).order_by(Link.number))
    seals = await look.all(select(LinkSeal).where(LinkSeal.programme == programme).order_by(LinkSeal.number))
    keys = await signing.signers(look)
    links = [json.loads(one.record) for one in chain]
    if not seals or seals[-1].number != len(chain) or about_chain(links, "")["key"] != keys[-1].fingerprint:
        return None
    then = Look(look.session, max(look.now, chain[-1].at))  # also where the clock was set back since
    report = await reports.report(then, actor, programme, chain[-1].at)
    files = [
        ("README.txt", README.read_bytes()),
        ("verify.py", alone.source()),
        ("chain.jsonl", "".join(f"{one.record}\n" for one in chain).encode()),
        ("seals.jsonl", "".join(f"{one.record}\n" for one in seals).encode()),
        ("keys.json", keys_in(links)),
        ("rules.json", rules_in(links)),
        ("report.json", reports.as_json(report).encode()),
        ("report.pdf", paper.pdf(f"Attendance of programme {programme}", _lines(report))),
    ]
    listed = manifest(about_chain(links, chain[-1].hash), files)
    signature = signing.secret_of(keys[-1], seal).sign(message("bundle", fingerprint(listed)))
    said = canonical({"key": keys[-1].fingerprint, "signature": signature.hex()}) + b"\n"
    return archived([*files, ("manifest.json", listed), ("signature.json", said)])


def _lines(report: Report) -> Sequence[str]:
    """The report on paper: where it comes from, its totals, and one line a learner."""
    chain: dict[str, Any] = report.chain or {}
    lines = [
        "ATTENDANCE", "", f"Programme   {report.programme}", f"As known    {report.as_of}",
        f"Head        {chain.get('head')}", f"Record      {chain.get('number')}", f"Signer      {chain.get('key')}",
        "", "The head is the hash of the last record of the chain. Keep it: whoever checks a later bundle with",
        "--head and this text sees whether anything up to here was changed. Learners stand by their ids.",
        "", "TOTALS                whole seconds      minutes, rounded down", "",
    ]  # fmt: skip
    lines += [f"{name:<20} {report.totals[name]:>14} {report.totals[name] // 60:>15}" for name in FIGURES]
    lines += ["", "LEARNERS, in minutes, each rounded down", ""]
    lines += ["learner               present  excused  not let in   absent  not held"]
    for learner, sums in report.totals["by_learner"].items():
        present, excused, kept_out, absent, not_held = (sums[name] // 60 for name in FIGURES[2:])
        lines.append(f"{learner:<20} {present:>8} {excused:>8} {kept_out:>11} {absent:>8} {not_held:>9}")
    return lines
