"""``replay diff``: what a statement's figures were and are, and what changed them."""

from __future__ import annotations

import datetime as dt
import sys

import click

from replay.cli.base import (
    EPILOG,
    FORMAT,
    RECORD_DATE,
    UNUSABLE,
    WholeNumber,
    main,
    reading,
    reporting,
    say,
    show_report,
)

RESTATED = 1
"""The exit status where figures differ."""


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@RECORD_DATE
@click.option(
    "--known-through",
    "known",
    nargs=2,
    required=True,
    type=WholeNumber(min=1),
    metavar="THEN NOW",
    help="The two sequences to compare, the earlier one first.",
)
@FORMAT
@reporting
def diff(url: str, deal: str, record_date: dt.datetime, known: tuple[int, int], form: str) -> None:
    """Print every figure of a statement that differs between two points of knowledge, and the events that caused it.

    Exit status 0: no figure differs; 1: some do; 2: a statement could not be made.
    """
    import replay
    from replay.reports.restatements import restatement_report

    if known[0] > known[1]:
        say(f"error: {known[0]} was known after {known[1]}; give the earlier sequence first")
        sys.exit(UNUSABLE)
    with reading(url) as ledger:
        found = replay.restatement(ledger, deal, record_date.date(), *known)
    show_report(restatement_report(found), form)
    if found:
        sys.exit(RESTATED)
