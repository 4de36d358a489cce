"""``replay diff``: what a statement's figures were and are, and what changed them."""

from __future__ import annotations

import datetime as dt
import sys

import click

from replay.cli.about import about_diff
from replay.cli.base import (
    EPILOG,
    FORMAT,
    FOUND,
    WholeNumber,
    check_one_date,
    dated,
    give_up,
    main,
    reading,
    reporting,
    say_which_day,
    show_report,
)


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@dated
@click.option(
    "--known-through",
    "known",
    nargs=2,
    type=WholeNumber(min=1),
    metavar="THEN NOW",
    help="The two sequences to compare, the earlier one first (default: as closed, and now).",
)
@FORMAT
@reporting
def diff(
    url: str,
    deal: str,
    record_date: dt.datetime | None,
    payment_date: dt.datetime | None,
    known: tuple[int, int] | None,
    form: str,
) -> None:
    """Print every figure of a statement that differs between two points of knowledge, and the events that caused it.

    It is the statement as it was closed beside the one as known now, unless --known-through names two sequences.

    \b
      replay diff trust.db impac-cmb-2002-1 --payment-date 2002-09-25

    Exit status 0: no figure differs; 1: some do; 2: a statement could not be made.
    """
    import replay
    from replay.reports.restatements import restatement_report

    check_one_date(record_date, payment_date)
    if known is not None and known[0] > known[1]:
        give_up(
            f"{known[0]} was known after {known[1]}; give the earlier sequence first",
            "known_backwards",
            field="known_through",
        )
    with reading(url) as ledger:
        found = replay.restatement(
            ledger,
            deal,
            record_date.date() if record_date else None,
            *(known or (None, None)),
            payment_date=payment_date.date() if payment_date else None,
        )
        about = about_diff(replay.standing(ledger, found.now), found.known_then)
    say_which_day(record_date.date() if record_date else None, found.now)
    show_report(restatement_report(found), form, about)
    if found:
        sys.exit(FOUND)
