"""What every command of ``replay`` shares: the group it belongs to, its arguments, its formats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from ledger import __version__
from ledger.console import (
    UNUSABLE,
    URL_HELP,
    CalendarDate,
    Commands,
    WholeNumber,
    opened_by,
    progress_bar,
    reporting,
    say,
    show,
)

if TYPE_CHECKING:
    from ledger import Ledger
    from replay.reports import Report
    from replay.statements.statement import Statement

P = ParamSpec("P")
R = TypeVar("R")

EPILOG = f"{URL_HELP} What only reads takes archive:DIR, archive:DIR?tail=URL and the path of a bundle too."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="replay")
def main() -> None:
    """Replay a servicing ledger to any date, and trace every figure to the events behind it.

    \b
      replay statement trust.db DEAL --record-date 2002-08-30     every page of the distribution
      replay books     trust.db DEAL --record-date 2002-09-10     every account on that day
      replay explain   trust.db DEAL --record-date 2002-08-30 "3/A/accrued interest"
      replay reconcile trust.db DEAL --record-date 2002-08-30 filing.txt
    """


RECORD_DATE = click.option("--record-date", required=True, type=CalendarDate(), help="Any calendar date, YYYY-MM-DD.")
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="Output."
)


def replaying(command: Callable[P, R]) -> Callable[P, R]:
    """Add the arguments that every replay takes."""
    options = (
        click.argument("url"),
        click.argument("deal"),
        RECORD_DATE,
        click.option(
            "--known-through", type=WholeNumber(min=1), help="Only what was known at this sequence (default: now)."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def reading(url: str) -> Iterator[Ledger]:
    """Open the ledger at an address to read from it; restoring a long bundle shows a bar."""
    from ledger import Ledger, LedgerNotFound

    try:
        with opened_by(lambda progress: Ledger.open(url, progress=progress)) as ledger:
            yield ledger
    except LedgerNotFound as fault:
        # Who only reads has lost a path, and makes no ledger in its place.
        raise LedgerNotFound(fault.found) from fault


def say_which_day(asked: dt.date, found: Statement) -> None:
    """Say which distribution a statement is of, where the date that was asked for is not its record date."""
    at = found.report.distribution
    if asked != at.record_date:
        say(
            f"note: {asked} is no record date; the latest on or before it is {at.record_date}, so this is the "
            f"distribution paid on {at.payment_date}"
        )


def show_report(report: Report, form: str) -> None:
    """Print a report in the format of this name."""
    from replay.reports import written

    show(written(report, form))


__all__ = [
    "EPILOG",
    "FORMAT",
    "RECORD_DATE",
    "UNUSABLE",
    "WholeNumber",
    "main",
    "progress_bar",
    "reading",
    "replaying",
    "reporting",
    "say",
    "say_which_day",
    "show",
    "show_report",
]
