"""The command line of the benchmarks: ``python -m tests.benchmarks --help``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks import report
from tests.benchmarks.harness import FEWEST_ROUNDS, Comparison, say

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "build" / "bench.json"

EPILOG = """
parts:
  append-sqlite     months, large batches and single events into an SQLite file
  boarding          a tape of loans, from a file to events, beside Polars and sqlite3 by hand
  append-postgres   months and large batches into a PostgreSQL server that is started for it
  totals            what every account was moved by as of a date; and the worst case for sums by run
  latest            where every loan stands, and its status and rate in force
  statement         one distribution's report against the length of the history, and against back-dated events
  servicing         a month of 10,000 and of 100,000 loans: built, posted, its memory; and while it is open its
                    statement, closing, loans one by one, explanation
  archive           totals out of the Parquet files of an archive
  life              the report of any month in a life of two million events, and where its loans stand at the end;
                    only when asked for: half an hour, 2 GB of disk
  archive-large     totals out of the files of 100 million events, and a statement; only when asked for: as long

Every contender of a table does the same work on the same events, which are those of a simulated servicing life. Before
anything is timed each runs once, and all must come to the same sums. Then they take turns, round after round; a ratio
is taken within each round, so that what else the machine does falls on both sides of it.

examples:
  python -m tests.benchmarks                                      everything, some tens of minutes
  python -m tests.benchmarks append-sqlite --scale 0.1 --rounds 2            a quick look
  python -m tests.benchmarks life archive-large                   the long ones (make bench-large)

Results go to build/bench.json with every sample; tables that ran again replace those of an earlier run there and in
docs/performance.md. Run it on a quiet machine.
"""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure the ledger side by side with what one would use instead.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)} (default: all but {' and '.join(LONG)})"
    )
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help="timed rounds of a table (%(default)s)")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the size of every workload (%(default)s)")
    parser.add_argument("--months", type=int, default=12, help="monthly batches of the append tables (%(default)s)")
    parser.add_argument(
        "--totals-events", type=int, default=1_000_000, help="events of the totals and loans tables (%(default)s)"
    )
    parser.add_argument(
        "--statement-loans", type=int, default=100, help="loans of the long life of the statements (%(default)s)"
    )
    parser.add_argument("--statement-months", type=int, default=360, help="months of that life (%(default)s)")
    parser.add_argument("--life-loans", type=int, default=2_600, help="loans of the large pool (%(default)s)")
    parser.add_argument(
        "--archive-events", type=int, default=2_000_000, help="events of the archive table (%(default)s)"
    )
    parser.add_argument(
        "--large-events", type=int, default=100_000_000, help="events of the large archive (%(default)s)"
    )
    parser.add_argument(
        "--large-archive", type=Path, help="where the large archive is kept, and found again by later runs (not kept)"
    )
    parser.add_argument(
        "--large-life", type=Path, help="where the ledger of the large pool is kept, and found again (not kept)"
    )
    parser.add_argument(
        "--directory", type=Path, help="where databases are made and removed again (a new one in build)"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="the results file (build/bench.json)")
    parser.add_argument("--no-document", action="store_true", help="leave docs/performance.md as it is")
    given = parser.parse_args()
    unknown = [part for part in given.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    return given


def _scaled(given: argparse.Namespace, size: int, least: int = 1) -> int:
    return max(least, int(size * given.scale))


def _append_sqlite(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from tests.benchmarks import append_sqlite

    yield append_sqlite.by_month(directory, given.rounds, loans=_scaled(given, 2_300, 20), count_months=given.months)
    yield append_sqlite.large(directory, given.rounds, loans=_scaled(given, 16_500, 20), count_months=3)
    yield append_sqlite.one_by_one(directory, given.rounds, loans=300, events_each=_scaled(given, 500, 20))


def _boarding(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from tests.benchmarks import boarding

    yield from boarding.by_file(directory, given.rounds, count=_scaled(given, 100_000, 100))


def _append_postgres(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from tests.benchmarks import append_postgres

    yield append_postgres.by_month(directory, given.rounds, loans=_scaled(given, 2_300, 20), count_months=given.months)
    yield append_postgres.large(directory, given.rounds, loans=_scaled(given, 16_500, 20), count_months=3)


def _totals(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from tests.benchmarks import totals

    size = _scaled(given, given.totals_events, 5_000)
    yield from totals.large(directory, given.rounds, size=size, beancount_events=_scaled(given, 20_000, 1_000))
    yield totals.worst(directory, given.rounds, size=_scaled(given, 100_000, 2_000))


def _latest(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from tests.benchmarks import latest

    yield from latest.per_loan(directory, given.rounds, size=_scaled(given, given.totals_events, 5_000))


def _statement(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from tests.benchmarks import statements

    months = _scaled(given, given.statement_months, 12)
    at = (1, 12, 60, 120, 360)
    loans = _scaled(given, given.statement_loans, 20)
    yield from statements.lines(directory, given.rounds, loans=loans, months=months, at=at)


def _life(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from tests.benchmarks import statements
    from tests.benchmarks.workload import remove

    months = _scaled(given, given.statement_months, 12)
    at = (1, 60, 120, 180, 240, 300, 360)
    loans = _scaled(given, given.life_loans, 20)
    kept: Path | None = given.large_life
    path = kept or directory / "life.db"
    if not path.exists():
        statements.post_long(path, loans, months, prepayment_rate=200)
    yield from statements.whole_life(path, given.rounds, at=at)
    if kept is None:
        remove(path)


def _servicing(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from tests.benchmarks import servicing

    sizes = (_scaled(given, 10_000, 100), _scaled(given, 100_000, 1_000))
    yield from servicing.open_months(directory, given.rounds, sizes=sizes)


def _archive(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from tests.benchmarks import archives

    yield archives.sealed(directory, given.rounds, size=_scaled(given, given.archive_events, 5_000))


def _archive_large(given: argparse.Namespace, directory: Path) -> Iterator[Comparison]:
    from ledger.store.archive.source import ArchiveSource
    from tests.benchmarks import archive_statements, archives, written

    home = given.large_archive or directory / "large"
    if home.exists():
        source = ArchiveSource(str(home))
        manifest = source.manifest(source.deals()[0])
    else:
        manifest = written.written(home, _scaled(given, given.large_events, 5_000))
    yield archives.large(home, given.rounds, manifest=manifest)
    yield archive_statements.large(home, given.rounds, manifest=manifest)


PARTS: Mapping[str, Callable[[argparse.Namespace, Path], Iterator[Comparison]]] = {
    "append-sqlite": _append_sqlite,
    "boarding": _boarding,
    "append-postgres": _append_postgres,
    "totals": _totals,
    "latest": _latest,
    "statement": _statement,
    "servicing": _servicing,
    "archive": _archive,
    "life": _life,
    "archive-large": _archive_large,
}
LONG = ("life", "archive-large")
"""Parts that run only when they are named."""


def main() -> int:
    """Run the parts asked for; the exit status is 1 where contenders disagree."""
    given = _arguments()
    run = report.surroundings()
    wanted = [part for part in PARTS if part in given.parts or (not given.parts and part not in LONG)]
    results: dict[str, Any] = report.stored(given.results)
    home = given.directory or ROOT / "build"
    home.mkdir(parents=True, exist_ok=True)
    if given.rounds < FEWEST_ROUNDS:
        say(f"fewer than {FEWEST_ROUNDS} rounds: a look, no measurement; docs/performance.md stays as it is")
    made: list[Comparison] = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as place:
        for part in wanted:
            for comparison in PARTS[part](given, Path(place)):
                if comparison.series and comparison.series not in {each.series for each in made}:
                    results = {key: item for key, item in results.items() if item["series"] != comparison.series}
                made.append(comparison)
                results[comparison.key] = report.as_json(comparison, run)
                report.write(given.results, results)
                print("\n" + report.shown(comparison), flush=True)
    print("\nWhere the product loses:")
    lost = [line for comparison in made for line in report.losses(comparison)]
    for where, rival, ratio, reference in lost:
        print(f"  {where}: {rival} is {ratio} than {reference}")
    if not lost:
        print("  nowhere in these tables")
    if not given.no_document and given.rounds >= FEWEST_ROUNDS:
        homeless = report.document(PAGE, results)
        if homeless:
            say(f"docs/performance.md has no place for {', '.join(homeless)}")
    print(f"\nEvery sample is in {given.results}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
