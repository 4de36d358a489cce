"""Totals out of an archive's Parquet files: the product's query against bare decoding of the same columns.

The large archive is not sealed from a ledger: see :mod:`tests.benchmarks.written`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from ledger import Ledger
from ledger.store.archive.manifest import Manifest
from ledger.store.archive.source import ArchiveSource
from tests.benchmarks.alone import alone, peak_mib, told
from tests.benchmarks.harness import Comparison, Contender, compare, say
from tests.benchmarks.totals import lived, over_parquet, plain
from tests.benchmarks.workload import remove

ARCHIVE = "ArchiveSource.totals"
_EVERYTHING = 99_991_231


def _archive(directory: Path, through: int) -> Contender:
    def run(_: object) -> Any:
        source = ArchiveSource(str(directory))
        key = source.deal_key(source.deals()[0])
        return source.totals(key, known_through=source.head(key).sequence, effective_through=through)

    return Contender(name=ARCHIVE, ours=True, run=run, answer=lambda _, rows: plain(rows))


def _files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*/period=*/*.parquet"))


def sealed(directory: Path, rounds: int, *, size: int) -> Comparison:
    """A life, posted and sealed."""
    path, home = directory / "sealed.db", directory / "archive"
    say("\nPreparing the archive")
    life, _ = lived(path, size=size, loans=max(50, size // 180))
    with Ledger.open(path) as ledger:
        manifest = ledger.archive(life.deal, home)
    bytes_of_database = path.stat().st_size
    remove(path)
    return _compared(
        home,
        rounds,
        key="archive",
        title="Totals out of an archive",
        work=f"{manifest.events:,} events, posted and sealed, in {len(manifest.files)} files",
        events=manifest.events,
        facts={
            "archive_bytes": sum(file.size for file in manifest.files),
            "database_bytes": bytes_of_database,
        },
    )


def large(home: Path, rounds: int, *, manifest: Manifest) -> Comparison:
    """The totals of an archive of many events."""
    held = sum(file.size for file in manifest.files)
    once: dict[str, list[float]] = {}
    for name in ("archive", "polars", "duckdb", "pandas"):
        once[name] = [float(word) for word in alone("archives", name, str(home))]
        say(f"  one answer in a process of its own: {told(name, once[name])}")
    shown = "; ".join(told(name, once[name]) for name in once)
    return _compared(
        home,
        rounds,
        key="archive_large",
        title="Totals out of a large archive",
        work=(
            f"{manifest.events:,} events written straight from simulated columns, "
            f"{held / 2**30:.2f} GiB in {len(manifest.files)} files; "
            f"one answer in a process of its own: {shown}"
        ),
        events=manifest.events,
        facts={"archive_bytes": held, "alone_seconds_mib": once},
    )


def _compared(
    home: Path,
    rounds: int,
    *,
    key: str,
    title: str,
    work: str,
    events: int,
    facts: dict[str, Any],
) -> Comparison:
    return compare(
        key=key,
        title=title,
        work=work,
        contenders=[_archive(home, _EVERYTHING), *over_parquet(_files(home), _EVERYTHING)],
        events=events,
        rounds=rounds,
        reference=ARCHIVE,
        facts=facts,
    )


def _answer_once(kind: str, home: Path) -> None:
    contenders = {"archive": _archive(home, _EVERYTHING)}
    for each in over_parquet(_files(home), _EVERYTHING):
        contenders[each.name.partition(",")[0].lower()] = each
    started = time.perf_counter()
    contenders[kind].run(None)
    print(time.perf_counter() - started, peak_mib())


if __name__ == "__main__":
    _answer_once(sys.argv[1], Path(sys.argv[2]))
