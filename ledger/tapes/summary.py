"""What was read of a tape, as a report: counts, balances and averages, by group and by state, beside its own totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ledger.events.deal import LoanBoarded
from ledger.reports.report import CellValue, Column, ColumnKind, Fact, Report, Spelling, Table
from ledger.tapes.tape import TapeReading
from ledger.tapes.weighing import AVERAGES, Weighed, weighed


def _columns(by: str) -> tuple[Column, ...]:
    return (
        Column(by),
        Column("loans", kind=ColumnKind.COUNT, spelling=Spelling.GROUPED),
        Column("balance", kind=ColumnKind.MONEY, spelling=Spelling.GROUPED, unit="dollars"),
        Column("note_rate", heading="note rate", kind=ColumnKind.RATE, unit="fraction", empty="-"),
        Column("remaining_term_months", heading="months left", kind=ColumnKind.NUMBER, unit="months", empty="-"),
        Column("seasoning_months", heading="age", kind=ColumnKind.NUMBER, unit="months", empty="-"),
        Column("loan_to_value", heading="loan to value", kind=ColumnKind.NUMBER, unit="fraction", empty="-"),
    )


_BESIDE = (
    Column("stated_by", heading="stated by"),
    Column("what"),
    Column("stated", kind=ColumnKind.MONEY, spelling=Spelling.GROUPED),
    Column("read", kind=ColumnKind.MONEY, spelling=Spelling.GROUPED),
    Column("difference", kind=ColumnKind.MONEY, spelling=Spelling.GROUPED),
)


def tape_report(reading: TapeReading, *, loans: int | None = None, balance: Decimal | None = None) -> Report:
    """Return what was read of a tape, beside what it states of itself; averages are weighted by balance.

    ``loans`` and ``balance`` are what the sender stated.
    """
    pool = [_row("pool", "all", weighed(reading.loans)[""])]
    beside = list(_beside(reading, loans, balance))
    stated = (Table.of(_BESIDE, beside, name="stated", caption="beside what is stated"),) if beside else ()
    return Report(
        title=f"{len(reading.loans):,} loans, {reading.balance:,}",
        parts=(
            *(Fact(name, value) for name, value in _facts(reading).items()),
            Table.of(
                _columns("pool"),
                pool,
                name="pool",
                caption="averages by balance",
            ),
            Table.of(_columns("group"), _by("group", reading.loans), name="groups", caption="by group"),
            Table.of(_columns("state"), _by("state", reading.loans), name="states", caption="by state"),
            *stated,
        ),
    )


def _facts(reading: TapeReading) -> dict[str, CellValue]:
    return {
        "rows": reading.rows,
        "loans": len(reading.loans),
        "balance": reading.balance,
        "blank": reading.blank,
        "totals": len(reading.totals),
        "filtered": reading.filtered,
        "rejected": len(reading.rejected),
        "unmatched": reading.unmatched,
    }


def _by(key: str, loans: Iterable[LoanBoarded]) -> Iterator[Mapping[str, CellValue]]:
    for name, held in weighed(loans, key).items():
        yield _row(key, name or "-", held)


def _row(key: str, name: str, held: Weighed) -> Mapping[str, CellValue]:
    averages = {field: held.average(field) for field in AVERAGES}
    return {key: name, "loans": held.count, "balance": held.whole, **averages}


def _beside(reading: TapeReading, loans: int | None, balance: Decimal | None) -> Iterator[Mapping[str, CellValue]]:
    read = reading.balance
    if loans is not None:
        count = Decimal(len(reading.loans))
        yield {
            "stated_by": "--loans",
            "what": "loans",
            "stated": Decimal(loans),
            "read": count,
            "difference": count - loans,
        }
    for by, stated in (
        *((("--balance", balance),) if balance is not None else ()),
        *((f"{row.file}:{row.line} {row.label}", row.balance) for row in reading.totals),
    ):
        yield {"stated_by": by, "what": "balance", "stated": stated, "read": read, "difference": read - stated}
