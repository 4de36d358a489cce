"""``ledger deals`` and ``events``: what a ledger holds."""

from __future__ import annotations

from itertools import islice

import click

from ledger import __version__
from ledger.cli.base import formatted, main, opened, written_about
from ledger.console import URL_HELP, WholeNumber, reporting, show

_TOGETHER = 2_000
"""Events whose approvals are looked up at a time."""


@main.command(epilog=URL_HELP)
@click.argument("url")
@formatted()
@reporting
def deals(url: str, form: str) -> None:
    """List the deals of the ledger at URL: name, last sequence, head (SEQUENCE:HASH)."""
    from ledger.reports import About, as_tabs
    from ledger.reports.logs import deals_report

    with opened(url) as ledger:
        heads = {deal: ledger.head(deal) for deal in ledger.deals()}
    found = deals_report((deal, head.sequence, str(head)) for deal, head in heads.items())
    show(as_tabs(found) if form == "text" else written_about(found, form, About(release=__version__)))


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.option("--after", type=WholeNumber(), default=0, help="Only events after this sequence.")
@click.option("--known-through", type=WholeNumber(), help="Only events up to this sequence.")
@click.option("--stamps", is_flag=True, help="Wrap each event in what the ledger stamped on it.")
@reporting
def events(url: str, deal: str, after: int, known_through: int | None, stamps: bool) -> None:
    """Print the events of DEAL as JSON Lines, in sequence, as they were written; `ledger post` reads them back.

    With --stamps a line also says who posted the event, who approved it, and from which document, where the ledger
    knows. `ledger batches` lists the same batch by batch.
    """
    from ledger.reports.logs import event_lines, stamped_line

    with opened(url) as ledger:
        if not stamps:
            for payloads in ledger.payloads(deal, after=after, known_through=known_through):
                show(event_lines(payloads))
            return
        found = ledger.events(deal, after=after, known_through=known_through)
        while part := list(islice(found, _TOGETHER)):
            seconds = ledger.seconds(deal, part)
            for recorded in part:
                line = stamped_line(
                    recorded.payload,
                    sequence=recorded.sequence,
                    recorded_at=recorded.recorded_at,
                    distribution=recorded.distribution_date,
                    digest=recorded.hash,
                    envelope=recorded.envelope,
                    seconds=seconds.get(recorded.sequence, ()),
                )
                show(line)
