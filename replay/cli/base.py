"""What every command of ``replay`` shares: the group it belongs to, its arguments, its formats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from ledger import __version__
from ledger.console import (
    FOUND,
    UNUSABLE,
    URL_HELP,
    CalendarDate,
    Commands,
    Moment,
    WholeNumber,
    give_up,
    is_taken,
    opened_by,
    progress_bar,
    reporting,
    say,
    show,
    show_bytes,
    show_refusal,
    shown_to,
    tell,
    working,
)

if TYPE_CHECKING:
    from ledger import Ledger
    from replay.reports import About, Report
    from replay.statements.asking import Known
    from replay.statements.statement import Statement

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
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "jsonl"]),
    default="text",
    show_default=True,
    help="Output.",
)


KNOWN_AT = click.option(
    "--known-at", type=Moment(), help="Only what was known at this moment, such as 2002-09-25T17:00:00Z."
)
KNOWN_THROUGH = click.option(
    "--known-through", type=WholeNumber(min=1), help="Only what was known at this sequence (default: now)."
)
AS_CLOSED = click.option("--as-closed", is_flag=True, help="The same as --as closed.")
AS = click.option(
    "--as", "as_known", type=click.Choice(["closed", "now"]), help="As known when it was closed, or as known now."
)
TEMPLATES = {"neutral": "NEUTRAL", "filing": "FILED"}
"""The templates of a statement by the words for them."""

_ON_A_DAY = (click.argument("url"), click.argument("deal"))
_KNOWN = (AS, AS_CLOSED, KNOWN_THROUGH, KNOWN_AT)


def _with(
    command: Callable[..., R], options: Sequence[Callable[[Callable[..., R]], Callable[..., R]]]
) -> Callable[..., R]:
    for option in reversed(options):
        command = option(command)
    return command


class Knowing(NamedTuple):
    """As known when, by the options of a command: one point of knowledge at most."""

    through: int | None = None
    at: dt.datetime | None = None
    as_closed: bool = False

    def known(self) -> Known:
        """Return the point of knowledge."""
        from replay.statements.asking import Known

        return Known(through=self.through, at=self.at, as_closed=self.as_closed)


def knowing(through: int | None, at: dt.datetime | None, as_closed: bool, as_known: str | None) -> Knowing:
    """Return the point of knowledge that the options of a command name; a usage error where they name several."""
    closed = as_closed or as_known == "closed"
    if sum((through is not None, at is not None, closed, as_known == "now")) > 1:
        raise click.UsageError(
            "give one point of knowledge: --as closed, --as now, --known-through SEQUENCE or --known-at MOMENT"
        )
    return Knowing(through, at, closed)


def known_when(command: Callable[..., R]) -> Callable[..., R]:
    """Add the options that name a point of knowledge; the command is told them as one :class:`Knowing`."""

    @wraps(command)
    def told(
        *args: object,
        as_known: str | None,
        as_closed: bool,
        known_through: int | None,
        known_at: dt.datetime | None,
        **more: object,
    ) -> R:
        return command(*args, known=knowing(known_through, known_at, as_closed, as_known), **more)

    return _with(told, _KNOWN)


def replaying(command: Callable[..., R]) -> Callable[..., R]:
    """Add the arguments that a question about a day takes."""
    return _with(known_when(command), (*_ON_A_DAY, RECORD_DATE))


ONE_OF_TWO_DATES = (
    click.option("--record-date", type=CalendarDate(), help="Any calendar date, YYYY-MM-DD."),
    click.option("--payment-date", type=CalendarDate(), help="The day of the payment, instead of --record-date."),
)
"""The dates that a statement is asked for by: one of them."""


def check_one_date(record_date: dt.datetime | None, payment_date: dt.datetime | None) -> None:
    """Refuse arguments that name no statement, or one twice."""
    if record_date is None and payment_date is None:
        raise click.UsageError("give --record-date or --payment-date; replay periods lists both")
    if record_date is not None and payment_date is not None:
        raise click.UsageError("give --record-date or --payment-date, and not both")


def dated(command: Callable[..., R]) -> Callable[..., R]:
    """Add the dates that a statement is asked for by."""
    return _with(command, ONE_OF_TWO_DATES)


def stating(command: Callable[..., R]) -> Callable[..., R]:
    """Add the arguments that a question about a statement takes; the command is told them as one :class:`Asked`."""

    @wraps(command)
    def told(
        *args: object,
        record_date: dt.datetime | None,
        payment_date: dt.datetime | None,
        known: Knowing,
        template: str | None,
        **more: object,
    ) -> R:
        check_one_date(record_date, payment_date)
        asked = Asked(
            record_date=record_date.date() if record_date else None,
            payment_date=payment_date.date() if payment_date else None,
            known=known,
            template=template,
        )
        return command(*args, asked=asked, **more)

    chosen = click.option(
        "--template",
        type=click.Choice(list(TEMPLATES)),
        help="How the pages are laid out (default: as the terms of the deal say).",
    )
    return _with(known_when(told), (*_ON_A_DAY, *ONE_OF_TWO_DATES, chosen))


class Asked(NamedTuple):
    """Which statement is asked for, by one of its dates, and as known when."""

    record_date: dt.date | None
    payment_date: dt.date | None
    known: Knowing
    template: str | None = None

    def of(self, ledger: Ledger, deal: str) -> Statement:
        """Return the statement."""
        import replay
        from ledger import StatementTemplate

        return replay.statement(
            ledger,
            deal,
            self.record_date,
            payment_date=self.payment_date,
            known_through=self.known.through,
            known_at=self.known.at,
            as_closed=self.known.as_closed,
            template=None if self.template is None else StatementTemplate[TEMPLATES[self.template]],
        )


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


def printed_by(arguments: Sequence[str]) -> tuple[bytes, int]:
    """Run a command of ``replay`` and return what it prints, in the bytes that a file would hold, and its status."""
    parts: list[bytes] = []
    status: int | str | None = 0
    with shown_to(parts.append, quiet=True):
        try:
            main.main(args=list(arguments), standalone_mode=False)
        except SystemExit as end:
            status = end.code
    return b"".join(parts), status if isinstance(status, int) else 0


def say_which_day(asked: dt.date | None, found: Statement) -> None:
    """Say which distribution a statement is of, where the date that was asked for is not its record date."""
    at = found.report.distribution
    if asked is not None and asked != at.record_date:
        tell(
            f"note: {asked} is no record date; the latest on or before it is {at.record_date}, so this is the "
            f"distribution paid on {at.payment_date}"
        )


def show_report(report: Report, form: str, about: About | None = None) -> None:
    """Print a report in the format of this name, with what it says of itself."""
    import attrs

    from replay.reports import written

    show(written(report if about is None else attrs.evolve(report, about=about), form))


__all__ = [
    "AS",
    "AS_CLOSED",
    "EPILOG",
    "FORMAT",
    "FOUND",
    "KNOWN_AT",
    "KNOWN_THROUGH",
    "ONE_OF_TWO_DATES",
    "RECORD_DATE",
    "UNUSABLE",
    "Asked",
    "CalendarDate",
    "Knowing",
    "WholeNumber",
    "check_one_date",
    "dated",
    "give_up",
    "is_taken",
    "knowing",
    "known_when",
    "main",
    "printed_by",
    "progress_bar",
    "reading",
    "replaying",
    "reporting",
    "say",
    "say_which_day",
    "show",
    "show_bytes",
    "show_refusal",
    "show_report",
    "shown_to",
    "stating",
    "tell",
    "working",
]
