"""``replay portfolio``: a line for every deal of some ledgers and archives, from a shell."""

from __future__ import annotations

import datetime as dt
import sys
import time

import click

from replay.cli.about import about_portfolio
from replay.cli.base import (
    AS,
    AS_CLOSED,
    FORMAT,
    FOUND,
    KNOWN_AT,
    RECORD_DATE,
    WholeNumber,
    give_up,
    knowing,
    main,
    reporting,
    show_report,
    tell,
)

FAILED = FOUND
"""The exit status where some deal could not be replayed."""

ADDRESSES = (
    "ADDRESS is archive:DIR (a path or an fsspec URL) or archive:DIR?tail=URL, a SQLAlchemy URL, or the path of an "
    "embedded ledger or of a directory of archives."
)


@main.command(epilog=ADDRESSES)
@click.argument("addresses", metavar="ADDRESS...", nargs=-1, required=True)
@RECORD_DATE
@click.option(
    "--deal",
    "patterns",
    multiple=True,
    metavar="PATTERN",
    help="Only deals of this name, or that match it (* ? [...]); may be repeated.",
)
@KNOWN_AT
@AS
@AS_CLOSED
@click.option("--known-through", hidden=True, metavar="SEQUENCE")
@click.option(
    "--cluster",
    default="threads",
    show_default=True,
    metavar="WHERE",
    help="threads, processes, or the address of a Dask scheduler (tcp://host:8786).",
)
@click.option("--workers", type=WholeNumber(1, 256), help="Threads or processes (default: one for each processor).")
@FORMAT
@reporting
def portfolio(
    addresses: tuple[str, ...],
    record_date: dt.datetime,
    patterns: tuple[str, ...],
    known_at: dt.datetime | None,
    as_closed: bool,
    as_known: str | None,
    known_through: str | None,
    cluster: str,
    workers: int | None,
    form: str,
) -> None:
    """Replay every deal at each ADDRESS to a record date and print a line a deal, in order of their names.

    As known now, at a moment (--known-at), or when each distribution was closed (--as-closed); every line says up to
    which sequence of its deal's log that is. The lines are the same to the byte wherever they are made. Processes and
    clusters need: pip install 'indenture[cluster]'; the workers of a cluster reach the ledgers at the same addresses.

    \b
      replay portfolio archive:archives --record-date 2002-08-30
      replay portfolio archive:archives --record-date 2002-08-30 --deal "impac-*" --cluster processes --workers 8
      replay portfolio archive:s3://bucket/archives --record-date 2002-08-30 --cluster tcp://host:8786 --format csv

    Exit status 0: every deal is replayed, or has no distribution yet; 1: some could not be, and their lines say why;
    2: nothing could be replayed.
    """
    from replay.portfolio.lines import portfolio_tasks, replay_portfolio
    from replay.portfolio.workers import PROCESSES, THREADS, connected
    from replay.reports.portfolios import counted, portfolio_report

    as_closed = knowing(None, known_at, as_closed, as_known).as_closed
    if known_through is not None:
        told = "every deal has a log of its own, and a sequence names a place in one; use --known-at or --as-closed"
        give_up(told, "sequence_of_one_deal", field="known_through")
    if workers is not None and cluster not in (THREADS, PROCESSES):
        give_up(
            "a cluster has the workers that it has; --workers goes with threads and processes",
            "workers_of_a_cluster",
            field="workers",
        )
    tasks = portfolio_tasks(addresses, record_date.date(), known_at=known_at, as_closed=as_closed, patterns=patterns)
    started = time.monotonic()
    with connected(cluster, workers=workers and max(1, min(workers, len(tasks)))) as mapper:
        if sys.stderr.isatty():
            with click.progressbar(length=len(tasks), label="Replaying", file=sys.stderr, show_pos=True) as bar:
                lines = replay_portfolio(tasks, mapper, lambda done, _: bar.update(done - bar.pos))
        else:
            lines = replay_portfolio(tasks, mapper)
    show_report(
        portfolio_report(lines, record_date.date(), known_at, as_closed=as_closed),
        form,
        about_portfolio(record_date.date()),
    )
    tell(f"{counted(lines)}; {time.monotonic() - started:.1f} seconds")
    sys.exit(FAILED if any(line.failed for line in lines) else 0)
