"""A large archive, written straight from the columns of a simulated life: posting and sealing it would take an hour.

The files stand in the layout of an archive, with every column that a query may ask for. Hashes are zeros. Payloads are
the true ones where a statement reads them (the deal's opening, boarded loans, rates, loans paid off or liquidated) and
empty elsewhere. Nothing closes a period or pays the bonds; all events of a month count for its distribution, and months
come whole, so there are somewhat more events than asked for. It can be reported from, and nothing else: no hash of it
verifies.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from ledger import Ledger
from ledger.events import codec
from ledger.events.base import COMPONENTS, RATES
from ledger.events.registry import REGISTRY
from ledger.reading.facts import DOCUMENT_TYPES, LISTED_TYPES, MONTHLY_REPORT_TYPES, RATE_TYPES
from ledger.simulation import Life, LifePlan, LifeTable
from ledger.store.archive.format import ROW_GROUP, SCHEMA, ArchiveDirectory, contents_of, frame_of
from ledger.store.archive.manifest import FORMAT, MANIFEST, Manifest, SealedFile
from ledger.store.rows import Head
from ledger.values.dates import date_number
from tests.benchmarks.harness import say

_FILE_EVENTS = 2_000_000
_READ_WHOLE = {"loan_boarded", *DOCUMENT_TYPES, *LISTED_TYPES, *MONTHLY_REPORT_TYPES, *RATE_TYPES}
"""Event types whose payloads a statement reads."""


def written(home: Path, size: int) -> Manifest:
    """Write the first months of a life, so many events and what is left of the month, and return their manifest."""
    say(f"\nWriting an archive of {size:,} events straight from simulated columns")
    started = time.perf_counter()
    life = Life(LifePlan(seed=13, loans=max(100, size // 150), months=360, callable_at=0, correction_rate=0))
    place = ArchiveDirectory(str(home))
    files: list[SealedFile] = []
    sequence = told = 0
    for number, frame in _frames(life):
        for start in range(0, frame.height, _FILE_EVENTS):
            part = frame.slice(start, _FILE_EVENTS)
            part = part.with_columns(pl.int_range(sequence + 1, sequence + part.height + 1).alias("sequence"))
            files.append(_file(place, life.deal, number, part.select(*SCHEMA)))
            sequence += part.height
        if sequence // 10_000_000 > told:
            told = sequence // 10_000_000
            say(f"  {sequence:,} events")
        if sequence >= size:
            break
    manifest = Manifest(
        deal=life.deal, deal_key=1, opened_at=0, head=Head(sequence, bytes(32)), files=tuple(_ordered(files))
    )
    place.publish(life.deal, MANIFEST, manifest.to_bytes())
    held = sum(file.size for file in files)
    taken = time.perf_counter() - started
    say(f"  {manifest.events:,} events, {held / 2**30:.2f} GiB, {len(files)} files in {taken:,.0f} s")
    return manifest


def _ordered(files: list[SealedFile]) -> list[SealedFile]:
    return sorted(files, key=lambda file: (file.distribution, file.first))


def _opening(life: Life) -> pl.DataFrame:
    """Return the rows by which the deal is opened and its classes are issued, as a ledger stores them."""
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(life.deal, life.terms).or_raise()
        return frame_of(ledger.stored_rows(life.deal))


def _frames(life: Life) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield the events of each month as rows of an archive; all of a month count for its distribution."""
    boarding = life.boarding()
    groups = dict(boarding[0].frame().select("loan", "group").iter_rows())
    by_loan = pl.DataFrame({"loan": list(groups), "of_loan": list(groups.values())})
    yield 0, pl.concat([_opening(life), _rows(life.deal, boarding, 0, by_loan)])
    for month in life.months():
        number = date_number(month.payment_date)
        yield number, _rows(life.deal, month.tables, number, by_loan)


def _rows(deal: str, tables: Sequence[LifeTable], distribution: int, by_loan: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([_table_rows(deal, table, distribution, by_loan) for table in tables])


def _table_rows(deal: str, table: LifeTable, distribution: int, by_loan: pl.DataFrame) -> pl.DataFrame:
    """Return a table as rows of an archive, column by column."""
    known = REGISTRY[table.type]
    held = table.columns
    codes = [item.name for item in attrs.fields(known.kind) if item.metadata.get("dimension") == "code"]
    frame = pl.DataFrame({name: _column(column) for name, column in held.items()})
    payload = pl.lit("")
    if table.type in _READ_WHOLE:
        payload = pl.lit(pl.Series([codec.encode(event).decode() for event in table.events(deal)], dtype=pl.String))
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
        "payload": payload,
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
    assert rows.height == len(table), table.type
    return rows.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def _column(column: Any) -> Any:
    return column if isinstance(column, pl.Series) else pl.Series(values=column)


def _file(place: ArchiveDirectory, deal: str, distribution: int, frame: pl.DataFrame) -> SealedFile:
    found = contents_of(frame.lazy())
    out = io.BytesIO()
    described = {"format": FORMAT, "deal": deal, "distribution": str(distribution), "written": "from simulated columns"}
    frame.write_parquet(out, compression="zstd", statistics=True, row_group_size=ROW_GROUP, metadata=described)
    content = out.getvalue()
    file = found.sealed(distribution, content)
    place.publish(deal, file.name, content)
    return file
