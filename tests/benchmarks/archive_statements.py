"""A statement out of a large archive: the ledger's report against bare decoding of the columns that one is made of.

The archive is that of :mod:`tests.benchmarks.written`, with the snapshot of its last distribution, which is derived
from the events first: the report with it must be the report without.
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import attrs
import polars as pl

from ledger import Ledger
from ledger.events.base import COMPONENTS
from ledger.projections.report import distribution_report
from ledger.reading.facts import payment_facts
from ledger.reading.snapshots import SNAPSHOT_VERSION, content_of
from ledger.store.archive.format import SCHEMA, ArchiveDirectory
from ledger.store.archive.manifest import MANIFEST, Manifest
from ledger.store.archive.snapshots import seal_snapshots
from ledger.store.archive.source import ArchiveSource
from tests.benchmarks.alone import alone, peak_mib, told
from tests.benchmarks.harness import Comparison, Contender, compare, say

REPORT = "Ledger.distribution, out of the archive"
EVENTS = "Polars, decoding alone the columns of totals"
LOANS = "Polars, decoding alone those of totals and of loans"
OWN = "Polars, decoding alone the files that it reads"
_TOTALS = ("distribution", "posts_as", "loan_group", "class_id", "code", *COMPONENTS)
_LOANS = (*_TOTALS, "sequence", "effective_date", "loan", "reverses")


def last_day(manifest: Manifest) -> dt.date:
    """Return the payment date of an archive's last distribution."""
    last = max(file.distribution for file in manifest.files)
    return dt.date(last // 10_000, last // 100 % 100, last % 100)


def keep_snapshot(home: Path, manifest: Manifest) -> str:
    """Derive the last distribution from the events, as closing its period does, and seal it; return its digest."""
    source = ArchiveSource(str(home))
    facts, known = payment_facts(source, manifest.deal, last_day(manifest), None)
    new = [(facts.number, known, content_of(facts))]
    place = ArchiveDirectory(str(home))
    snapshots = seal_snapshots(place, manifest.deal, manifest.snapshots, new, version=SNAPSHOT_VERSION)
    place.publish(manifest.deal, MANIFEST, attrs.evolve(manifest, snapshots=snapshots).to_bytes())
    return distribution_report(facts, known).digest


def reported(home: Path, deal: str, day: dt.date) -> str:
    """Open an archive and return the digest of a report out of it."""
    with Ledger.open(f"archive:{home}") as ledger:
        return ledger.distribution(deal, day).digest


def decoded(files: Sequence[Path], columns: Sequence[str]) -> int:
    """Decode columns and return how many rows they have; of each only the greatest value is looked for."""
    rows = pl.scan_parquet(list(files), hive_partitioning=False, glob=False)
    schema = rows.collect_schema()
    looked = [
        (pl.col(name).to_physical() if schema[name] == pl.Categorical else pl.col(name)).max() for name in columns
    ]
    found = rows.select(*looked, pl.len().alias("rows")).collect(engine="streaming")
    return int(found["rows"][0])


def _own(home: Path, manifest: Manifest) -> list[Path]:
    """Return the files that the report of the last distribution reads: its own, and those of no distribution."""
    last = max(file.distribution for file in manifest.files)
    return [home / manifest.deal / file.name for file in manifest.files if file.distribution in (0, last)]


def _contenders(home: Path, manifest: Manifest, digest: str) -> list[Contender]:
    files = [home / manifest.deal / file.name for file in manifest.files]
    day, own = last_day(manifest), _own(home, manifest)
    held = sum(file.count for file in manifest.files if home / manifest.deal / file.name in own)
    return [
        Contender(name=REPORT, ours=True, run=lambda _: reported(home, manifest.deal, day), expected=digest),
        Contender(name=EVENTS, rival=False, run=lambda _: decoded(files, _TOTALS), expected=manifest.events),
        Contender(name=LOANS, rival=False, run=lambda _: decoded(files, _LOANS), expected=manifest.events),
        Contender(name=OWN, rival=False, run=lambda _: decoded(own, tuple(SCHEMA)), expected=held),
    ]


def large(home: Path, rounds: int, *, manifest: Manifest) -> Comparison:
    """The statement of the last month of an archive of many events."""
    say("\nDeriving the last distribution from the events, once, for its snapshot")
    seconds, peak, digest = alone("archive_statements", "derive", str(home))
    once = {"derived from the events, without a snapshot": [float(seconds), float(peak)]}
    for number, each in enumerate(_contenders(home, manifest, digest)):
        once[each.name] = [float(word) for word in alone("archive_statements", str(number), str(home))]
        say(f"  once in a process of its own: {told(each.name, once[each.name])}")
    size = sum(file.size for file in manifest.files)
    months = len({file.distribution for file in manifest.files}) - 1
    shown = "; ".join(told(name, once[name]) for name in once)
    return compare(
        key="archive_statement_large",
        title="A statement out of a large archive",
        work=(
            f"The last of {months} months of {manifest.events:,} events "
            f"written straight from simulated columns, {size / 2**30:.2f} GiB in {len(manifest.files)} files, with the "
            f"snapshot of that month; once in a process of its own: {shown}"
        ),
        contenders=_contenders(home, manifest, digest),
        events=manifest.events,
        rounds=rounds,
        reference=REPORT,
        facts={"archive_bytes": size, "alone_seconds_mib": once, "digest": digest},
    )


def _once(what: str, home: Path) -> None:
    source = ArchiveSource(str(home))
    manifest = source.manifest(source.deals()[0])
    contenders = _contenders(home, manifest, "")
    gc.disable()  # as the ledger does while it reports
    started = time.perf_counter()
    answer = keep_snapshot(home, manifest) if what == "derive" else contenders[int(what)].run(None)
    print(time.perf_counter() - started, peak_mib(), *([answer] if what == "derive" else []))


if __name__ == "__main__":
    _once(sys.argv[1], Path(sys.argv[2]))
