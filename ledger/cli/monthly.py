"""``ledger month``: the month built from the notes, shown or posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ledger.cli.base import about_known, long_step, main, opened, refuse, written_about
from ledger.cli.people import enveloped
from ledger.cli.posting import announced
from ledger.console import URL_HELP, CalendarDate, WholeNumber, reporting, say, show

if TYPE_CHECKING:
    import datetime as dt

    from ledger.values.envelope import Envelope


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.option("--due", "due", type=CalendarDate(), required=True, help="A due date of the month.")
@click.option("--post", "posting", is_flag=True, help="Post what the month says and what it says otherwise now.")
@click.option("--dry-run", is_flag=True, help="With --post: decide everything, write nothing.")
@click.option("--expected-sequence", type=WholeNumber(), help="Post only if the deal's log ends at this sequence.")
@click.option("--loans", is_flag=True, help="List what the month says loan by loan, not only by group.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv", "jsonl"]), default="text", show_default=True
)
@reporting
@enveloped
def month(
    url: str,
    deal: str,
    due: dt.datetime,
    posting: bool,
    dry_run: bool,
    expected_sequence: int | None,
    loans: bool,
    form: str,
    envelope: Envelope,
) -> None:
    """Build DEAL's month from the notes of its loans: the instalments of --due, and all that follows from them.

    The notes give what falls due, and rates and payments that change. What is posted already of a loan's month is an
    exception, and stands: payments that came late or in part, reports of delinquency, payoffs, advances, fees. What is
    not excepted came in as it fell due, which one event says; a loan that owes an earlier instalment, or is in
    foreclosure or REO, is taken to have paid nothing. What did not come in is reported delinquent and, as far as the
    terms say, advanced. Servicing fees, what late payments repay, and compensating interest follow.

    Nothing is written without --post. Done again it posts only what is said otherwise after what came since, and voids
    what it said before; so exceptions may come before it or after it. A closed month is built no more.

    Loans whose boarding says too little for a schedule are listed with what they lack; their instalments are posted as
    facts (scheduled_payment_due).

    \b
    Exit status: 0 done, 1 refused (nothing was posted), 2 it could not be built.

    \b
      ledger month trust.db trust --due 2024-03-01
      ledger post trust.db --deal trust --table curtailment_collected=paid-ahead.csv
      ledger month trust.db trust --due 2024-03-01 --post
      ledger check trust.db trust 2024-03-25
    """
    from ledger.reports.months import month_report

    if (dry_run or expected_sequence is not None) and not posting:
        raise click.UsageError("--dry-run and --expected-sequence are of --post")
    with opened(url) as ledger:
        with long_step(f"building the month of {due:%Y-%m-%d}", ledger, deal):
            proposal = ledger.build_month(deal, due.date())
        about = about_known(ledger, deal, proposal.known_through)
        show(written_about(month_report(proposal, by_loan=loans), form, about))
        if not posting:
            return
        if proposal.is_posted:
            say(f"{deal}: the month of {proposal.due_date} stands as it says; nothing was posted")
            return
        with announced(proposal.postings):
            outcome = ledger.post_month(
                deal, due.date(), envelope=envelope, expected_sequence=expected_sequence, dry_run=dry_run
            )
    if not outcome.accepted:
        refuse(outcome.violations)
    done = "would be" if dry_run else "is"
    say(f"{deal}: the month of {proposal.due_date} {done} posted through sequence {outcome.sequence}")
    if proposal.unbuilt:
        say(f"{deal}: {len(proposal.unbuilt)} loans were not built; their instalments are still to be posted")
