"""``ledger check``, ``close`` and ``distribute``: what stands before a closing, the closing, and the payments."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from ledger.cli.base import REFUSED, about_known, formatted, long_step, main, opened, refuse, written_about
from ledger.cli.going_on import GoingOn, going_on
from ledger.cli.people import enveloped
from ledger.console import URL_HELP, CalendarDate, WholeNumber, reporting, show, tell
from ledger.errors import Violation

if TYPE_CHECKING:
    from ledger.readiness.gate import Readiness
    from ledger.reading.closings import RecordedClosing
    from ledger.reports import Report
    from ledger.values.envelope import Envelope
    from ledger.writing.receipts import Receipt

DATE = CalendarDate()


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.argument("distribution_date", metavar="DISTRIBUTION_DATE", type=DATE)
@click.option("--known-through", type=WholeNumber(), help="As known through this sequence (default: now).")
@formatted()
@reporting
def check(url: str, deal: str, distribution_date: dt.datetime, known_through: int | None, form: str) -> None:
    """Say what stands between DEAL's distribution of DISTRIBUTION_DATE (YYYY-MM-DD) and its closing.

    Every finding has a code, the figures that it rests on, the loans, classes or events that it is about, and a remedy.
    What "refuses" must be put right; what "must be acknowledged" can be closed with, under a reason; a "note" is only
    worth knowing. docs/findings.md lists every code. The command that goes on from here is printed last; where the
    terms demand a second person, also who must approve, whether an approval stands, and the commands that get one. Of a
    distribution that is closed already it says that first, and whether it is paid.

    \b
    Exit status: 0 it closes without a word or is closed, 1 something refuses or must be acknowledged,
    2 it could not be looked at.

    \b
      ledger check trust.db impac-cmb-2002-1 2002-09-25
      ledger close trust.db impac-cmb-2002-1 2002-09-25 --dry-run
      ledger close trust.db impac-cmb-2002-1 2002-09-25 --expected-sequence 160 \\
          --acknowledge "due_unaccounted=told by telephone" --who "A. Clerk"
      ledger distribute trust.db impac-cmb-2002-1 2002-09-25
    """
    on = distribution_date.date()
    with opened(url) as ledger:
        with long_step(f"looking at the distribution of {on}", ledger, deal):
            ready = ledger.readiness(deal, on, known_through=known_through)
        closing = ledger.closing(deal, on, known_through=ready.known_through)
        now = ready.known_through == ledger.head(deal).sequence
        onwards = going_on(ledger, url, ready, closing) if now else GoingOn()
        about = about_known(ledger, deal, ready.known_through, ready.distribution)
    show(written_about(_report(ready, closing, onwards=onwards), form, about))
    if not ready and closing is None:
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
@click.option(
    "--expected-sequence",
    type=WholeNumber(),
    help="Close only if the deal's log ends at this sequence: the one that ledger check was shown as known through. An "
    "approval is an event too: look again behind it, or leave this out, for it approves exactly what was proposed.",
)
@click.option("--propose", is_flag=True, help="Print the closing as JSON for somebody else to approve; write nothing.")
@click.option("--dry-run", is_flag=True, help="Show what stands in the way and what would be fixed; write nothing.")
@formatted()
@reporting
@enveloped
def close(
    url: str,
    deal: str,
    distribution_date: dt.datetime,
    distribute: bool,
    acknowledged: tuple[str, ...],
    who: str,
    expected_sequence: int | None,
    propose: bool,
    dry_run: bool,
    form: str,
    envelope: Envelope,
) -> None:
    """Close the period of DEAL that is paid on DISTRIBUTION_DATE (YYYY-MM-DD), and pay its bonds if asked.

    A closing is final. Whatever `ledger check` says must be acknowledged needs its code here, with a reason, and
    somebody who answers for it (--who, or --actor); all three are hashed with the closing. `ledger check` prints this
    command as it has to be given.

    Where the terms demand a second person, --propose prints what somebody else approves (`ledger approve`) before it is
    closed with the same options; on an embedded ledger --actor and --approver do as well. The approval moves the end of
    the log on by one: an --expected-sequence from before it is refused.

    Exit status 0: it is closed; 1: refused, and nothing was written; 2: it could not be looked at.
    """
    from ledger.events import codec
    from ledger.reports import shown_json, written
    from ledger.values.secrets import shown_address
    from ledger.visible import shows_nothing

    on, reasons = distribution_date.date(), _reasons(acknowledged)
    if reasons and shows_nothing(who) and shows_nothing(envelope.actor):
        raise click.UsageError("--acknowledge needs somebody who answers for it: give --who (or --actor)")
    with opened(url) as ledger:
        if propose:
            answering = envelope.actor if shows_nothing(who) else who
            proposed = ledger.proposed_closing(deal, on, acknowledge=reasons, who=answering)
            show(shown_json(codec.encode(proposed).decode()))
            tell(
                f"nothing was written; from a file, somebody else approves it: ledger approve {shown_address(url)} FILE"
            )
            return
        if dry_run:
            with long_step(f"looking at the distribution of {on}", ledger, deal):
                ready = ledger.readiness(deal, on)
            closing = ledger.closing(deal, on, known_through=ready.known_through)
            show(written(_report(ready, closing, figures=True), form))
            if closing is not None:
                tell(f"{deal}: the distribution of {on} is closed already; nothing was written")
                return
        with long_step(f"closing the distribution of {on}", ledger, deal):
            outcome = ledger.close_period(
                deal,
                on,
                acknowledge=reasons,
                who=who,
                envelope=envelope,
                expected_sequence=expected_sequence,
                dry_run=dry_run,
            )
        if not outcome.accepted:
            refuse(outcome.violations)
        if dry_run:
            tell(f"{deal}: the distribution of {on} would be closed; nothing was written")
            return
        if not distribute:
            _acknowledged(outcome, form)
        already = " already, and nothing was written" if outcome.repeated else ""
        tell(f"{deal}: the distribution of {on} is closed at sequence {outcome.sequence}{already}")
        if distribute:
            with long_step(f"paying the distribution of {on}", ledger, deal):
                paid = ledger.distribute(deal, on, envelope=envelope)
            if not paid.accepted:
                refuse(paid.violations, "the distribution is closed, but not paid")
            _acknowledged(paid, form)
            tell(f"{deal}: the distribution of {on} is paid at sequence {paid.sequence}")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.argument("distribution_date", metavar="DISTRIBUTION_DATE", type=DATE)
@formatted()
@reporting
@enveloped
def distribute(url: str, deal: str, distribution_date: dt.datetime, form: str, envelope: Envelope) -> None:
    """Record what DEAL's closed distribution of DISTRIBUTION_DATE (YYYY-MM-DD) pays to its bonds.

    Posted are the fees that the terms compute, the remittance out of the collection account, and every class's
    interest, principal and losses, in whole cents, as the waterfall gives them; the residual class gets what cash is
    left. No money is moved by it. Doing it again changes nothing, so it may be repeated whenever in doubt.

    A distribution is closed first, and paid before the next one is closed.

    \b
    Exit status: 0 it is paid, 1 refused (not closed yet, or more than the cash there is), 2 it could not be looked at.

    \b
      ledger check trust.db impac-cmb-2002-1 2002-09-25
      ledger close trust.db impac-cmb-2002-1 2002-09-25
      ledger distribute trust.db impac-cmb-2002-1 2002-09-25 --actor "A. Clerk"
    """

    on = distribution_date.date()
    with opened(url) as ledger:
        closing = ledger.closing(deal, on)
        if closing is None:
            message = (
                f"the distribution of {on} is not closed yet; ledger check says what it takes, ledger close closes it"
            )
            refuse([Violation(f"{deal}/{on}", "distribution_date", "not_closed", message)])
        with long_step(f"paying the distribution of {on}", ledger, deal):
            outcome = ledger.distribute(deal, on, envelope=envelope)
    if not outcome.accepted:
        again = "it is paid already, otherwise than its figures now are: nothing was posted"
        refuse(outcome.violations, "nothing was posted" if closing.paid_at is None else again)
    said = "was paid already," if outcome.repeated == len(outcome.event_ids) else "is paid"
    _acknowledged(outcome, form)
    tell(f"{deal}: the distribution of {on} {said} at sequence {outcome.sequence}")


def _acknowledged(receipt: Receipt, form: str) -> None:
    """Print what was posted for a program; people are told in a sentence."""
    from ledger.reports import written
    from ledger.reports.outcomes import receipt_report

    if form != "text":
        show(written(receipt_report(receipt), form))


def _reasons(given: Iterable[str]) -> dict[str, str]:
    from ledger.visible import shows_nothing

    found: dict[str, str] = {}
    for item in given:
        code, equals, reason = item.partition("=")
        if not equals or not code.strip() or shows_nothing(reason):
            raise click.BadParameter(f"{item!r} is not of the form CODE=REASON", param_hint="--acknowledge")
        if code.strip() in found:
            raise click.BadParameter(f"{code.strip()!r} is acknowledged twice", param_hint="--acknowledge")
        found[code.strip()] = reason.strip()
    return found


def _report(
    ready: Readiness, closing: RecordedClosing | None, *, figures: bool = False, onwards: GoingOn | None = None
) -> Report:
    from ledger.readiness.figures import closing_figures
    from ledger.reports.findings import findings_report

    return findings_report(
        ready.findings,
        deal=ready.deal,
        distribution_date=ready.distribution.payment_date,
        known_through=ready.known_through,
        closes=bool(ready),
        closed=closing,
        figures=closing_figures(ready.report) if figures and ready.report is not None else None,
        onwards=onwards or GoingOn(),
    )
