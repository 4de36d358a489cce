"""``replay loans``: the loans of a pool one by one, from a shell."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replay.cli.about import about_distribution
from replay.cli.base import (
    EPILOG,
    FOUND,
    UNUSABLE,
    Knowing,
    check_one_date,
    dated,
    known_when,
    main,
    reading,
    reporting,
    say,
    show,
    show_refusal,
    show_report,
    working,
)

if TYPE_CHECKING:
    from ledger import Ledger, LoanBook
    from replay.reports import About
    from replay.reports.loans import Listing
    from replay.statements.asking import Known


@main.command(name="loans", epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@known_when
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
    type=click.Choice(["text", "json", "csv", "jsonl", "parquet"]),
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
    known: Knowing,
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
    from ledger import Violation
    from replay.reports.loans import BridgeListing, Listing, RollForwardListing, by_group_told, card_report

    check_one_date(record_date, payment_date)
    if sum((loan is not None, roll_forward, bridge)) > 1:
        raise click.UsageError("give --loan, --roll-forward or --bridge, and only one of them")
    if form == "parquet" and (out is None or loan is not None):
        raise click.UsageError("--format parquet is of a listing, and needs --out FILE")
    with reading(url) as ledger:
        with working("reading the loans", lambda: ledger.head(deal).sequence):
            book = _book(ledger, deal, _day(record_date), _day(payment_date), known.known())
        if book.is_by_group:
            show_refusal([Violation(deal, "deal", "reported_by_group", by_group_told(book))])
            say(f"error: {by_group_told(book)}")
            sys.exit(UNUSABLE)
        about = about_distribution(ledger, deal, book.distribution, book.known_through)
        if loan is not None:
            card = ledger.loan_card(deal, loan, book.distribution.payment_date, known_through=book.known_through)
            show_report(card_report(card), form, about)
            return
        kind = RollForwardListing if roll_forward else BridgeListing if bridge else Listing
        listing = kind(book, group)
        _write(listing, form, out, about)
    if isinstance(listing, BridgeListing) and listing.unexplained:
        names = listing.unexplained
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        say(f"the bridge does not close for {', '.join(names[:10])}{more}: see their difference")
        sys.exit(FOUND)


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


def _whole_lines(chunks: Iterable[str]) -> Iterator[str]:
    """Yield the same text in parts that each end a line, as results are shown."""
    held = ""
    for chunk in chunks:
        whole, ended, rest = chunk.rpartition("\n")
        if ended:
            yield f"{held}{whole}\n"
            held = rest
        else:
            held += chunk
    if held:
        yield held


def _write(listing: Listing, form: str, out: Path | None, about: About) -> None:
    from ledger.files import written_whole
    from replay.reports.loans import listing_csv, listing_frame, listing_json, listing_json_lines, listing_text

    if form == "parquet":
        assert out is not None
        with written_whole(out, replace=True) as partial:
            listing_frame(listing).write_parquet(partial)
        return
    writers: dict[str, Callable[[Listing, About], Iterator[str]]] = {
        "text": listing_text,
        "csv": listing_csv,
        "json": listing_json,
        "jsonl": listing_json_lines,
    }
    chunks: Iterable[str] = writers[form](listing, about)
    if out is None:
        for lines in _whole_lines(chunks):
            show(lines)
        return
    with written_whole(out, replace=True) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        file.writelines(chunks)
