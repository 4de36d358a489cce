"""``ledger init``, ``upgrade`` and ``post``: what writes into a ledger."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

import click

from ledger.cli.base import formatted, main, opened, refuse
from ledger.cli.event_files import read_events
from ledger.cli.people import enveloped
from ledger.console import PROGRESS_FROM, URL_HELP, WholeNumber, reporting, show, tell
from ledger.errors import InvalidEvent, UnknownDeal, Violation

if TYPE_CHECKING:
    from ledger.events.base import Event
    from ledger.service import Ledger
    from ledger.values.envelope import Envelope
    from ledger.writing.receipts import Receipt, Refusal


@main.command(prints=False, epilog=URL_HELP)
@click.argument("url")
@reporting
def init(url: str) -> None:
    """Create an empty ledger at URL (or bring an existing one to this release's schema)."""
    from ledger.service import Ledger

    with Ledger.create(url) as ledger:
        tell(f"the ledger at {ledger.url} is ready; {len(ledger.deals())} deals")


@main.command(prints=False, epilog=URL_HELP)
@click.argument("url")
@reporting
def upgrade(url: str) -> None:
    """Bring the schema of an existing ledger at URL up to this release; events stay as they are."""
    from ledger.service import Ledger

    with Ledger.open(url, upgrade=True) as ledger:
        tell(f"the ledger at {ledger.url} has this release's schema")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="TYPE=FILE",
    help="Events of one type, a CSV or Parquet file; repeatable.",
)
@click.option("--deal", help="The deal of the tables, unless they have a column for it.")
@click.option("--dry-run", is_flag=True, help="Decide everything, write nothing.")
@click.option("--expected-sequence", type=WholeNumber(), help="Post only if the deal's log ends at this sequence.")
@formatted("jsonl")
@reporting
@enveloped
def post(
    url: str,
    file: TextIO | None,
    tables: tuple[str, ...],
    deal: str | None,
    dry_run: bool,
    expected_sequence: int | None,
    form: str,
    envelope: Envelope,
) -> None:
    """Post events from FILE (JSON Lines; - or nothing for standard input), or from tables: all of them, or none.

    Every event of a file belongs to one deal. Posting a file again changes nothing. Prints the receipt as JSON.

    A table has a header of the fields of its event type, a row an event: event_id, effective_date, loan, and so on.
    Amounts and rates are written as decimals (0.0625), dates as YYYY-MM-DD. Tables are posted together, in order.

    Exit status 0: posted; 1: refused, and nothing was posted; 2: the file or the ledger could not be used.

    \b
      ledger post trust.db events.jsonl
      ledger post trust.db --deal trust --table scheduled_payment_due=due.csv --table collection_received=paid.parquet
    """
    how = {"envelope": envelope, "expected_sequence": expected_sequence, "dry_run": dry_run}
    if tables:
        if file is not None:
            raise click.UsageError("give FILE or --table, and not both")
        _post_tables(url, tables, deal, how, form)
        return
    if deal is not None:
        raise click.UsageError("--deal is of --table; the events of FILE say theirs")
    given: Any = click.open_file("-", encoding="utf-8") if file is None else file
    _post_lines(url, given, how, form)


def _post_tables(url: str, given: tuple[str, ...], deal: str | None, how: dict[str, Any], form: str) -> None:
    from ledger.cli.tables import tables_from

    try:
        named, tables = tables_from(given, deal)
        with opened(url) as ledger, announced(sum(len(table.frame) for table in tables)):
            outcome = ledger.post_table(named, tables, **how)
            violations = [] if outcome.accepted else list(_told_once(outcome.violations, outcome.deal, ledger))
    except InvalidEvent as fault:
        refuse(fault.violations)
    finish_posting(outcome, violations, dry_run=how["dry_run"], form=form)


def finish_posting(
    outcome: Receipt | Refusal, violations: list[Violation], *, dry_run: bool, form: str = "jsonl"
) -> None:
    """Print the receipt of what was posted, or why nothing was."""
    from ledger.reports import written
    from ledger.reports.outcomes import receipt_report

    if not outcome.accepted:
        refuse(violations)
    show(written(receipt_report(outcome, dry_run=dry_run), form))


@contextmanager
def announced(count: int) -> Iterator[None]:
    """Say on a terminal how many events are being posted, while they are."""
    if count < PROGRESS_FROM or not sys.stderr.isatty():
        yield
        return
    click.echo(f"\rposting {count:,} events ...", nl=False, err=True)
    try:
        yield
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def _post_lines(url: str, file: TextIO, how: dict[str, Any], form: str) -> None:
    from ledger.store.memory import gc_paused
    from ledger.writing.lines import tables_of

    name = getattr(file, "name", "-")
    lines, fault = _held(_lines(file), name)
    plain = [text for line in lines if (text := line.strip())]
    with bar_of(len(plain), "reading events") as progress, gc_paused():
        found = tables_of(plain, progress) if fault is None else None
    events = _events(lines, fault, name) if found is None else []
    with opened(url) as ledger, announced(len(plain)):
        outcome = None
        if found is not None:
            with suppress(InvalidEvent):
                outcome = ledger.post_table(found[0], found[1], **how)
        if outcome is None or not outcome.accepted:
            # What columns refuse is told as single events tell it.
            outcome = ledger.post_many(events or _events(lines, fault, name), **how)
        violations = [] if outcome.accepted else list(_told_once(outcome.violations, outcome.deal, ledger))
    finish_posting(outcome, violations, dry_run=how["dry_run"], form=form)


def _events(lines: list[str], fault: Violation | None, name: str) -> list[Event]:
    """Return the events of lines, or end with everything that is wrong with them."""
    events, violations = read_events(lines, name)
    violations += [fault] if fault is not None else []
    if violations:
        refuse(violations)
    if not events:
        refuse([Violation(name, "", "empty_batch", "there is no event in it; write one a line, as JSON")])
    return events


def _held(lines: Iterable[str], name: str) -> tuple[list[str], Violation | None]:
    """Return the lines of a file as far as they are text, and what is wrong behind them."""
    held: list[str] = []
    try:
        held.extend(lines)
    except UnicodeDecodeError as fault:
        return held, Violation(name, "", "malformed_json", f"the file is not UTF-8 text: {fault}")
    return held, None


@contextmanager
def bar_of(count: int, label: str) -> Iterator[Callable[[int], None] | None]:
    """Show a bar of so many events on a terminal; what it gives is told how many more are done."""
    if count < PROGRESS_FROM or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=count, label=label, file=sys.stderr, show_pos=True) as bar:
        yield bar.update


def _told_once(violations: Iterable[Violation], deal: str, ledger: Ledger) -> Iterator[Violation]:
    """Yield violations, but that there is no such deal only once, with those that there are: every event breaks it."""
    told = False
    for item in violations:
        if item.code != "unknown_deal":
            yield item
        elif not told:
            told = True
            known = UnknownDeal(deal, ledger.deals())
            yield Violation(item.event_id, item.field, item.code, f"{known}; a new one begins with deal_opened")


def _lines(file: TextIO) -> Iterator[str]:
    """Yield the lines of a file; raises :class:`~ledger.errors.InvalidArgument` for one that is too large."""
    from ledger.errors import InvalidArgument
    from ledger.values.limits import POSTING_CHARACTERS

    content = file.read(POSTING_CHARACTERS.value + 1)
    if len(content) > POSTING_CHARACTERS.value:
        raise InvalidArgument("FILE", "too_large", POSTING_CHARACTERS.exceeded("the file"))
    yield from content.split("\n")
