"""``replay portfolio``: a line for every deal of some ledgers and archives, from a shell."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replay.cli.base import FORMAT, UNUSABLE, as_csv, as_json, reporting, say
from replay.reports.table import table

if TYPE_CHECKING:
    from replay.portfolio.lines import PortfolioLine

FAILED = 1
_SHOWN = ("pool_balance", "pool_count", "class_balance", "funds", "interest", "principal")
_DIGEST_SHOWN = 18
"""Characters of a digest in text; the other formats have all of it."""


def register(main: click.Group) -> None:
    """Add the command to the group."""

    options = (
        click.argument("addresses", metavar="ADDRESS...", nargs=-1, required=True),
        click.option(
            "--record-date", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Any calendar date, YYYY-MM-DD."
        ),
        click.option(
            "--deal",
            "patterns",
            multiple=True,
            metavar="PATTERN",
            help="Only deals of this name, or that match it (* ? [...]); may be repeated.",
        ),
        click.option(
            "--known-through",
            type=click.IntRange(min=1),
            help="Only what was known at this sequence of each deal's log (default: now).",
        ),
        click.option(
            "--cluster",
            default="threads",
            show_default=True,
            metavar="WHERE",
            help="threads, processes, or the address of a Dask scheduler (tcp://host:8786).",
        ),
        click.option(
            "--workers", type=click.IntRange(1, 256), help="Threads or processes (default: one for each processor)."
        ),
        FORMAT,
        click.option(
            "--out",
            type=click.Path(dir_okay=False, writable=True, path_type=Path),
            help="Write to this file, not to standard output.",
        ),
    )
    command = reporting(portfolio)
    for option in reversed(options):
        command = option(command)
    main.command(name="portfolio", epilog=ADDRESSES)(command)


ADDRESSES = (
    "ADDRESS is archive:DIR (a path or an fsspec URL) or archive:DIR?tail=URL, a SQLAlchemy URL, or the path of an "
    "embedded ledger or of a directory of archives."
)


def portfolio(
    addresses: tuple[str, ...],
    record_date: dt.datetime,
    patterns: tuple[str, ...],
    known_through: int | None,
    cluster: str,
    workers: int | None,
    form: str,
    out: Path | None,
) -> None:
    """Replay every deal at each ADDRESS to a record date and print a line a deal, in order of their names.

    The lines are the same to the byte wherever they are made. Processes and clusters need: pip install
    'indenture[cluster]'; the workers of a cluster reach the ledgers at the same addresses.

    \b
      replay portfolio archive:archives --record-date 2002-08-30
      replay portfolio archive:archives --record-date 2002-08-30 --deal "impac-*" --cluster processes --workers 8
      replay portfolio archive:s3://bucket/archives --record-date 2002-08-30 --cluster tcp://host:8786 --format csv

    Exit status 0: every deal is replayed, or has no distribution yet; 1: some could not be, and their lines say why;
    2: nothing could be replayed.
    """
    from replay.portfolio.lines import COLUMNS, portfolio_tasks, replay_portfolio
    from replay.portfolio.workers import PROCESSES, THREADS, connected

    if workers is not None and cluster not in (THREADS, PROCESSES):
        say("error: a cluster has the workers that it has; --workers goes with threads and processes")
        sys.exit(UNUSABLE)
    if out is not None and not out.absolute().parent.is_dir():
        say(f"error: there is no directory {out.parent} to write {out.name} to")
        sys.exit(UNUSABLE)
    tasks = portfolio_tasks(addresses, record_date.date(), known_through=known_through, patterns=patterns)
    started = time.monotonic()
    with connected(cluster, workers=workers and max(1, min(workers, len(tasks)))) as mapper:
        if sys.stderr.isatty():
            with click.progressbar(length=len(tasks), label="Replaying", file=sys.stderr, show_pos=True) as bar:
                lines = replay_portfolio(tasks, mapper, lambda done, _: bar.update(done - bar.pos))
        else:
            lines = replay_portfolio(tasks, mapper)
    if form == "csv":
        content = as_csv([line.row() for line in lines], COLUMNS)
    elif form == "json":
        content = as_json(portfolio_document(lines, record_date.date(), known_through)) + "\n"
    else:
        content = portfolio_text(lines) + "\n"
    if out is None:
        click.echo(content, nl=False)
    else:
        try:
            out.write_text(content, encoding="utf-8", newline="")
        except OSError as fault:
            say(f"error: {out} cannot be written: {fault}")
            sys.exit(UNUSABLE)
    say(f"{_counted(lines)}; {time.monotonic() - started:.1f} seconds")
    sys.exit(FAILED if any(line.failed for line in lines) else 0)


def _counted(lines: Sequence[PortfolioLine]) -> str:
    from replay.portfolio.lines import Outcome

    counts = Counter(line.outcome for line in lines)
    parts = [f"{counts[outcome]} {outcome}" for outcome in map(str, Outcome) if counts[outcome]]
    return f"{len(lines)} deal{'' if len(lines) == 1 else 's'}: {', '.join(parts) or 'none'}"


def portfolio_document(
    lines: Sequence[PortfolioLine], record_date: dt.date, known_through: int | None
) -> dict[str, object]:
    """Return a portfolio as plain values for JSON."""
    from replay.portfolio.lines import Outcome

    counts = Counter(line.outcome for line in lines)
    return {
        "record_date": str(record_date),
        "known_through": known_through,
        "outcomes": {outcome: counts[outcome] for outcome in map(str, Outcome)},
        "deals": [line.row() for line in lines],
    }


def portfolio_text(lines: Sequence[PortfolioLine]) -> str:
    """Return a portfolio as a readable table."""
    headings = ("deal", "distribution", "known", *_HEADINGS, "60+ days", "report")
    rows = []
    for line in lines:
        row = line.row()
        amounts = [_grouped(row[name]) for name in (*_SHOWN, "overcollateralization", "delinquent_60")]
        last = f"{line.digest[:_DIGEST_SHOWN]}..." if line.digest else line.outcome
        rows.append((line.deal, line.distribution_date, line.known_through, *amounts, last))
    reasons = [f"{line.deal}: {line.outcome}: {line.reason}" for line in lines if line.reason]
    parts = [table(headings, rows, right=range(2, len(headings) - 1)), "\n".join(reasons), _counted(lines)]
    return "\n\n".join(filter(None, parts))


_HEADINGS = ("pool", "loans", "classes", "funds", "interest", "principal", "OC")


def _grouped(number: str) -> str:
    """Return an exact decimal with its thousands apart."""
    whole, point, decimals = number.partition(".")
    return f"{int(whole):,}{point}{decimals}" if number and whole.lstrip("-").isdigit() and int(whole) else number


__all__ = ["portfolio_document", "portfolio_text", "register"]
