"""``ledger check`` and ``close``: what stands between a month and its closing, and the closing itself."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from ledger.cli.base import REFUSED, main, refuse
from ledger.cli.posting import ACTOR, APPROVER, stated_envelope
from ledger.console import URL_HELP, reporting, say, show

if TYPE_CHECKING:
    from ledger.readiness.gate import Readiness
    from ledger.reports import Report

DATE = click.DateTime(["%Y-%m-%d"])


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.argument("distribution_date", metavar="DISTRIBUTION_DATE", type=DATE)
@click.option("--known-through", type=int, help="As known through this sequence (default: now).")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@reporting
def check(url: str, deal: str, distribution_date: dt.datetime, known_through: int | None, form: str) -> None:
    """Say what stands between DEAL's distribution of DISTRIBUTION_DATE (YYYY-MM-DD) and its closing.

    Every finding has a code, the figures that it rests on, the loans, classes or events that it is about, and a remedy.
    What "refuses" must be put right; what "must be acknowledged" can be closed with, under a reason; a "note" is only
    worth knowing. docs/findings.md lists every code.

    \b
    Exit status: 0 it closes without a word, 1 something refuses or must be acknowledged, 2 it could not be looked at.

    \b
      ledger check trust.db impac-cmb-2002-1 2002-09-25
      ledger close trust.db impac-cmb-2002-1 2002-09-25 --dry-run
      ledger close trust.db impac-cmb-2002-1 2002-09-25 --acknowledge "due_unaccounted=told by telephone"
    """
    from ledger.reports import written
    from ledger.service import Ledger

    with Ledger.open(url) as ledger:
        ready = ledger.readiness(deal, distribution_date.date(), known_through=known_through)
    show(written(_report(ready), form))
    if not ready:
        sys.exit(REFUSED)


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.argument("distribution_date", metavar="DISTRIBUTION_DATE", type=DATE)
@click.option("--distribute/--no-distribute", default=False, help="Record the bond payments as well.")
@click.option(
    "--acknowledge",
    "acknowledged",
    multiple=True,
    metavar="CODE=REASON",
    help="Close although CODE was found, for this reason; once for each code that ledger check says must be.",
)
@click.option("--who", default="", help="Who answers for what is acknowledged (default: the actor).")
@ACTOR
@APPROVER
@click.option("--dry-run", is_flag=True, help="Show what stands in the way and what would be fixed; write nothing.")
@reporting
def close(
    url: str,
    deal: str,
    distribution_date: dt.datetime,
    distribute: bool,
    acknowledged: tuple[str, ...],
    who: str,
    actor: str,
    approver: str,
    dry_run: bool,
) -> None:
    """Close the period of DEAL that is paid on DISTRIBUTION_DATE (YYYY-MM-DD), and pay its bonds if asked.

    A closing is final. Whatever `ledger check` says must be acknowledged needs its code here, with a reason; both are
    hashed with the closing.
    """
    from ledger.reports import as_text
    from ledger.service import Ledger

    on, reasons, envelope = distribution_date.date(), _reasons(acknowledged), stated_envelope(actor, approver)
    with Ledger.open(url) as ledger:
        if dry_run:
            show(as_text(_report(ledger.readiness(deal, on), figures=True)))
        outcome = ledger.close_period(
            deal, on, acknowledge=reasons, who=who or actor, envelope=envelope, dry_run=dry_run
        )
        if distribute and outcome.accepted and not dry_run:
            outcome = ledger.distribute(deal, on, envelope=envelope)
    if not outcome.accepted:
        refuse(outcome.violations)
    if dry_run:
        would = "is closed already" if outcome.repeated else "would be closed"
        say(f"{deal}: the distribution of {on} {would}; nothing was written")
        return
    say(f"{deal}: the distribution of {on} is closed at sequence {outcome.sequence}")


def _reasons(given: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in given:
        code, equals, reason = item.partition("=")
        if not equals or not code.strip() or not reason.strip():
            raise click.BadParameter(f"{item!r} is not of the form CODE=REASON", param_hint="--acknowledge")
        if code.strip() in found:
            raise click.BadParameter(f"{code.strip()!r} is acknowledged twice", param_hint="--acknowledge")
        found[code.strip()] = reason.strip()
    return found


def _report(ready: Readiness, *, figures: bool = False) -> Report:
    from ledger.readiness.figures import closing_figures
    from ledger.reports.findings import findings_report

    return findings_report(
        ready.findings,
        deal=ready.deal,
        distribution_date=ready.distribution.payment_date,
        known_through=ready.known_through,
        closes=bool(ready),
        figures=closing_figures(ready.report) if figures and ready.report is not None else None,
    )
