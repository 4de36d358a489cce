"""Totals out of an archive's Parquet files: the product's query against bare decoding of the same columns.

The large archive is not sealed from a ledger: its files are written from the columns of the simulation, in the layout
of an archive, with empty payloads and hashes. It can be added up, and nothing else; no other part uses one.
"""

from __future__ import annotations

import io
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from ledger import Ledger
from ledger.dates import date_number
from ledger.events.base import COMPONENTS, RATES
from ledger.events.registry import REGISTRY
from ledger.simulation import EventTable, Life, LifePlan
from ledger.store.archive_format import ROW_GROUP, SCHEMA, ArchiveDirectory, contents_of
from ledger.store.archive_manifest import FORMAT, MANIFEST, Manifest, SealedFile
from ledger.store.archive_source import ArchiveSource
from ledger.store.rows import Head
from tests.benchmarks.harness import Comparison, Contender, compare, say
from tests.benchmarks.totals import lived, over_parquet, plain
from tests.benchmarks.workload import remove

ARCHIVE = "ArchiveSource.totals"
_FILE_EVENTS = 2_000_000
_ROOT = Path(__file__).resolve().parents[2]
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


def large(directory: Path, rounds: int, *, size: int) -> Comparison:
    """An archive of many events, written straight from simulated columns."""
    home = directory / "large"
    say(f"\nWriting an archive of {size:,} events straight from simulated columns")
    started = time.perf_counter()
    manifest = written(home, size)
    taken = time.perf_counter() - started
    held = sum(file.size for file in manifest.files)
    say(f"  {manifest.events:,} events, {held / 2**30:.2f} GiB, {len(manifest.files)} files in {taken:,.0f} s")
    alone: dict[str, list[float]] = {}
    for name in ("archive", "polars", "duckdb", "pandas"):
        alone[name] = once_alone(name, home)
        say(f"  one answer in a process of its own: {_told(name, alone)}")
    shown = "; ".join(_told(name, alone) for name in alone)
    return _compared(
        home,
        rounds,
        key="archive_large",
        title="Totals out of a large archive",
        work=(
            f"{manifest.events:,} events written straight from simulated columns (no payloads, no hashes), "
            f"{held / 2**30:.2f} GiB in {len(manifest.files)} files; "
            f"one answer in a process of its own: {shown}"
        ),
        events=manifest.events,
        facts={"archive_bytes": held, "seconds_to_write": taken, "alone_seconds_mib": alone},
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


def _told(name: str, alone: dict[str, list[float]]) -> str:
    seconds, peak = alone[name]
    return f"{name} {seconds:,.2f} s, at most {peak:,.0f} MiB"


def once_alone(kind: str, home: Path) -> list[float]:
    """Return how long a process of its own takes for one answer, in seconds, and its peak memory in MiB."""
    command = [sys.executable, "-m", "tests.benchmarks.archives", kind, str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=_ROOT)
    return [float(word) for word in done.stdout.split()]


def _answer_once(kind: str, home: Path) -> None:
    contenders = {"archive": _archive(home, _EVERYTHING)}
    for each in over_parquet(_files(home), _EVERYTHING):
        contenders[each.name.partition(",")[0].lower()] = each
    started = time.perf_counter()
    contenders[kind].run(None)
    print(time.perf_counter() - started, _peak_mib())


def _peak_mib() -> float:
    """Return the most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says begins, on Linux, with what the parent process held
        told = re.search(r"^VmHWM:\s*(\d+) kB$", status.read_text(encoding="utf-8"), re.MULTILINE)
        if told:
            return int(told.group(1)) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def written(home: Path, size: int) -> Manifest:
    """Write a life of about so many events as an archive, a month to a file, and return its manifest."""
    life = Life(LifePlan(seed=13, loans=max(100, size // 150), months=360, callable_at=0, correction_rate=0))
    place = ArchiveDirectory(str(home))
    files: list[SealedFile] = []
    sequence = told = 0
    groups = dict(life.boarding()[0].frame().select("loan", "group").iter_rows())
    by_loan = pl.DataFrame({"loan": list(groups), "of_loan": list(groups.values())})
    for number, frame in _frames(life, by_loan):
        for start in range(0, frame.height, _FILE_EVENTS):
            part = frame.slice(start, min(_FILE_EVENTS, size - sequence))
            part = part.with_columns(pl.int_range(sequence + 1, sequence + part.height + 1).alias("sequence"))
            files.append(_file(place, life.deal, number, part.select(*SCHEMA)))
            sequence += part.height
            if sequence >= size:
                break
        if sequence // 10_000_000 > told:
            told = sequence // 10_000_000
            say(f"  {sequence:,} events")
        if sequence >= size:
            break
    manifest = Manifest(
        deal=life.deal, deal_key=1, opened_at=0, head=Head(sequence, bytes(32)), files=tuple(_ordered(files))
    )
    place.publish(life.deal, MANIFEST, manifest.to_bytes())
    return manifest


def _ordered(files: list[SealedFile]) -> list[SealedFile]:
    return sorted(files, key=lambda file: (file.distribution, file.first))


def _frames(life: Life, by_loan: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield the events of each month as rows of an archive; all of a month count for its distribution."""
    yield 0, _rows(life.boarding(), 0, by_loan)
    for month in life.months():
        number = date_number(month.payment_date)
        yield number, _rows(month.tables, number, by_loan)


def _rows(tables: Any, distribution: int, by_loan: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([_table_rows(table, distribution, by_loan) for table in tables])


def _table_rows(table: EventTable, distribution: int, by_loan: pl.DataFrame) -> pl.DataFrame:
    """Return a table as rows of an archive, column by column."""
    known = REGISTRY[table.type]
    held = table.columns
    count = len(table)
    codes = [item.name for item in attrs.fields(known.kind) if item.metadata.get("dimension") == "code"]
    frame = pl.DataFrame({name: _column(column) for name, column in held.items()})
    made: dict[str, Any] = {
        "sequence": pl.lit(0),
        "event_id": pl.col("event_id"),
        "type": pl.lit(table.type),
        "posts_as": pl.lit(table.type),
        "effective_date": pl.col("effective_date"),
        "distribution": pl.lit(distribution),
        "loan": pl.col("loan").fill_null("") if "loan" in held else pl.lit(""),
        "class_id": pl.col("class_id").fill_null("") if "class_id" in held else pl.lit(""),
        "code": pl.concat_str([pl.col(name) for name in codes], separator=":") if codes else pl.lit(""),
        "reverses": pl.lit(None),
        "recorded_at": pl.lit(0),
        "payload": pl.lit(""),
        "hash": pl.lit(bytes(32)),
    }
    for name in (*COMPONENTS, *RATES):
        field = known.component_fields.get(name, "")
        made[name] = pl.col(field).fill_null(0) if field in held else pl.lit(0)
    own = pl.col("group").fill_null("") if "group" in held else pl.lit("")
    if "loan" in held:
        frame = frame.join(by_loan, on="loan", how="left", maintain_order="left")
        own = pl.coalesce(pl.col("group"), pl.col("of_loan")).fill_null("") if "group" in held else pl.col("of_loan")
    made["loan_group"] = own.fill_null("")
    rows = frame.select(**made)
    assert rows.height in (count, 1)
    return rows.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def _column(column: Any) -> Any:
    return column if isinstance(column, pl.Series) else pl.Series(values=column)


def _file(place: ArchiveDirectory, deal: str, distribution: int, frame: pl.DataFrame) -> SealedFile:
    found = contents_of(frame.lazy())
    out = io.BytesIO()
    described = {"format": FORMAT, "deal": deal, "distribution": str(distribution), "written": "from simulated columns"}
    frame.write_parquet(out, compression="zstd", statistics=True, row_group_size=ROW_GROUP, metadata=described)
    content = out.getvalue()
    file = SealedFile(
        distribution=distribution,
        first=found.first,
        last=found.last,
        count=found.count,
        dates=found.dates,
        types=found.types,
        gross=found.gross,
        size=len(content),
        sha256=sha256(content).hexdigest(),
    )
    place.publish(deal, file.name, content)
    return file


if __name__ == "__main__":
    _answer_once(sys.argv[1], Path(sys.argv[2]))
