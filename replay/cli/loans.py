"""``replay loans``: the loans of a pool one by one, from a shell."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replay.cli.base import (
    AS_CLOSED,
    EPILOG,
    KNOWN_AT,
    UNUSABLE,
    WholeNumber,
    check_one_date,
    dated,
    main,
    reading,
    reporting,
    say,
    show,
    show_report,
)

if TYPE_CHECKING:
    from ledger import Ledger, LoanBook
    from replay.reports.loans import Listing
    from replay.statements.asking import Known

APART = 1
"""The exit status where a bridge does not close, or a roll-forward does not foot."""


@main.command(name="loans", epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@click.option("--known-through", type=WholeNumber(min=1), help="Only what was known at this sequence (default: now).")
@KNOWN_AT
@AS_CLOSED
@dated
@click.option("--group", help="Only the loans of this group.")
@click.option("--loan", help="The card of this loan: its note, its months event by event, its advances.")
@click.option("--roll-forward", is_flag=True, help="How each balance came from the distribution before to this one.")
@click.option(
    "--bridge", is_flag=True, help="What stands between each actual and stated balance; reads the whole life."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "parquet"]),
    default="text",
    show_default=True,
    help="Output; parquet needs --out.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write to this file, not to standard output.",
)
@reporting
def loans_command(
    url: str,
    deal: str,
    known_through: int | None,
    known_at: dt.datetime | None,
    as_closed: bool,
    record_date: dt.datetime | None,
    payment_date: dt.datetime | None,
    group: str | None,
    loan: str | None,
    roll_forward: bool,
    bridge: bool,
    form: str,
    out: Path | None,
) -> None:
    """List the loans of DEAL after a distribution: balances, rates, statuses, advances, arrears; with their totals.

    The distribution is the one whose record date is the latest on or before --record-date, or that of --payment-date.
    What nobody knows is blank. The sums are the closing balances and counts of the statement's pool page.

    \b
      replay loans trust.db DEAL --record-date 2024-01-31 --format csv
      replay loans trust.db DEAL --payment-date 2024-02-26 --roll-forward
      replay loans trust.db DEAL --payment-date 2024-02-26 --loan 1001

    Exit status 0: listed; 1: a bridge does not close; 2: there is nothing to list, or it could not be read.
    """
    from replay.reports.loans import BridgeListing, Listing, RollForwardListing, by_group_told, card_report
    from replay.statements.asking import Known

    check_one_date(record_date, payment_date)
    if sum((loan is not None, roll_forward, bridge)) > 1:
        raise click.UsageError("give --loan, --roll-forward or --bridge, and only one of them")
    if form == "parquet" and (out is None or loan is not None):
        raise click.UsageError("--format parquet is of a listing, and needs --out FILE")
    known = Known(through=known_through, at=known_at, as_closed=as_closed)
    with reading(url) as ledger:
        book = _book(ledger, deal, _day(record_date), _day(payment_date), known)
        if book.is_by_group:
            say(f"error: {by_group_told(book)}")
            sys.exit(UNUSABLE)
        if loan is not None:
            card = ledger.loan_card(deal, loan, book.distribution.payment_date, known_through=book.known_through)
            show_report(card_report(card), form)
            return
        kind = RollForwardListing if roll_forward else BridgeListing if bridge else Listing
        listing = kind(book, group)
        _write(listing, form, out)
    if isinstance(listing, BridgeListing) and listing.unexplained:
        names = listing.unexplained
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        say(f"the bridge does not close for {', '.join(names[:10])}{more}: see their difference")
        sys.exit(APART)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return None if moment is None else moment.date()


def _book(
    ledger: Ledger, deal: str, record_date: dt.date | None, payment_date: dt.date | None, known: Known
) -> LoanBook:
    from ledger import AsOf
    from replay.statements.asking import paid_for

    sequence = known.sequence(ledger, deal, record_date, payment_date=payment_date)
    if known.as_closed:
        payment_date = payment_date or paid_for(ledger, deal, record_date)
    if payment_date is not None:
        return ledger.loans_paid(deal, payment_date, known_through=sequence)
    assert record_date is not None
    return ledger.loans(deal, AsOf(record_date=record_date, known_through=sequence))


def _write(listing: Listing, form: str, out: Path | None) -> None:
    from ledger.files import written_whole
    from replay.reports.loans import listing_csv, listing_frame, listing_json, listing_text

    if form == "parquet":
        assert out is not None
        with written_whole(out, replace=True) as partial:
            listing_frame(listing).write_parquet(partial)
        return
    writers: dict[str, Callable[[Listing], Iterator[str]]] = {
        "text": listing_text,
        "csv": listing_csv,
        "json": listing_json,
    }
    chunks: Iterable[str] = writers[form](listing)
    if out is None:
        for chunk in chunks:
            show(chunk) if chunk.endswith("\n") else click.echo(chunk, nl=False)
        return
    with written_whole(out, replace=True) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        file.writelines(chunks)
