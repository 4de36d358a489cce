"""What was read of a tape, as a report: counts, balances and averages, by group and by state, beside its own totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from ledger.events.deal import LoanBoarded
from ledger.reports.report import CellValue, Column, ColumnKind, Fact, Report, Spelling, Table
from ledger.tapes.cells import EXACT
from ledger.tapes.tape import TapeReading, balance_sum

_AVERAGES: dict[str, int] = {
    "note_rate": 8,
    "remaining_term_months": 2,
    "seasoning_months": 2,
    "loan_to_value": 4,
}
"""What is averaged, weighted by balance over the loans that say it, and its decimals, rounded half up."""


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
    beside = list(_beside(reading, loans, balance))
    stated = (Table.of(_BESIDE, beside, name="stated", caption="beside what is stated"),) if beside else ()
    return Report(
        title=f"{len(reading.loans):,} loans, {reading.balance:,}",
        parts=(
            *(Fact(name, value) for name, value in _facts(reading).items()),
            Table.of(
                _columns("pool"), [_row("pool", "all", reading.loans)], name="pool", caption="averages by balance"
            ),
            Table.of(
                _columns("group"), _by("group", reading, lambda loan: loan.group), name="groups", caption="by group"
            ),
            Table.of(
                _columns("state"),
                _by("state", reading, lambda loan: loan.state or "-"),
                name="states",
                caption="by state",
            ),
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


def _by(key: str, reading: TapeReading, of: Callable[[LoanBoarded], str]) -> Iterator[Mapping[str, CellValue]]:
    found: dict[str, list[LoanBoarded]] = {}
    for loan in reading.loans:
        found.setdefault(of(loan), []).append(loan)
    for name in sorted(found):
        yield _row(key, name, found[name])


def _row(key: str, name: str, loans: Iterable[LoanBoarded]) -> Mapping[str, CellValue]:
    held = list(loans)
    averages = {field: averaged_by_balance(held, field) for field in _AVERAGES}
    return {key: name, "loans": len(held), "balance": balance_sum(loan.balance for loan in held), **averages}


def averaged_by_balance(loans: Iterable[LoanBoarded], field: str) -> Decimal | None:
    """Return the average of a field weighted by balance, over the loans that say it; None where none with one does."""
    whole = weighed = Decimal(0)
    for loan in loans:
        found = getattr(loan, field)
        if found is not None:
            whole = EXACT.add(whole, loan.balance)
            weighed = EXACT.add(weighed, EXACT.multiply(loan.balance, Decimal(found)))
    if not whole:
        return None
    places = Decimal(1).scaleb(-_AVERAGES[field])
    return EXACT.divide(weighed, whole).quantize(places, ROUND_HALF_UP, EXACT)


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
