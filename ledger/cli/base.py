"""What every command of ``ledger`` shares: the group it belongs to, and how it refuses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from ledger import __version__
from ledger.console import FOUND, URL_HELP, Commands, opened_by, say, show_refusal, working
from ledger.errors import Violation

if TYPE_CHECKING:
    from ledger.deal.schedule import Distribution
    from ledger.reports import About, Report
    from ledger.service import Ledger

R = TypeVar("R")
REFUSED = FOUND
"""The exit status where violations were printed and nothing was written."""

FORMATS = ("text", "json", "csv", "jsonl")
"""The formats of every result that has rows."""


def formatted(default: str = "text") -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Return the option that names the format of a result."""
    return click.option(
        "--format", "form", type=click.Choice(FORMATS), default=default, show_default=True, help="Output."
    )


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=URL_HELP)
@click.version_option(__version__, prog_name="ledger")
def main() -> None:
    """A servicing ledger for mortgage-backed bonds: post facts, never edit them.

    \b
    Start here:
      ledger demo trust.db                  a real month of a real trust, ready to replay
      replay statement trust.db impac-cmb-2002-1 --record-date 2002-08-30
    Your own deal:
      ledger open trust.db DEAL terms.json  opens it, in a new ledger if there is none
      ledger tape pool.xlsx --deal DEAL ... --post trust.db
      ledger enter trust.db DEAL entry.json what it carries with it, where it has a past
      ledger post trust.db events.jsonl     JSON Lines, one event a line
    Its months, one after the other:
      ledger check trust.db DEAL DATE       what stands before the closing, and the command that closes
      ledger close trust.db DEAL DATE
      ledger distribute trust.db DEAL DATE  what the bonds are paid
    """


@contextmanager
def opened(url: str) -> Iterator[Ledger]:
    """Open the ledger at an address to read from it; restoring a long bundle shows a bar."""
    from ledger.service import Ledger

    with opened_by(lambda progress: Ledger.open(url, progress=progress)) as ledger:
        yield ledger


def long_step(label: str, ledger: Ledger, deal: str) -> AbstractContextManager[None]:
    """Return what says on a terminal which step is being done, where the deal's log is long."""
    return working(label, lambda: ledger.head(deal).sequence)


def about_known(ledger: Ledger, deal: str, known_through: int, at: Distribution | None = None) -> About:
    """Return what a result says that is of the log of a deal up to a sequence, and of one distribution where it is."""
    from ledger.reports.about import About

    return About(
        deal=deal,
        record_date=None if at is None else at.record_date,
        payment_date=None if at is None else at.payment_date,
        known_through=known_through,
        head=str(ledger.head(deal, known_through=known_through)) if known_through else None,
        release=__version__,
    )


def written_about(report: Report, form: str, about: About) -> str:
    """Return a result with what it says of itself: text is for who asks, and names the deal and the sequence itself."""
    import attrs

    from ledger.reports import written

    return written(report if form == "text" else attrs.evolve(report, about=about), form)


def refuse(violations: Sequence[Violation], told: str = "nothing was posted") -> NoReturn:
    """Print what was refused, as JSON too where that was asked for, and end with the exit status for it."""
    from ledger.reports import as_text
    from ledger.reports.outcomes import refusal_report

    show_refusal(violations)
    say(as_text(refusal_report(violations, told)))
    sys.exit(REFUSED)
