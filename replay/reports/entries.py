"""What a deal was entered with beside a published statement, as a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.reports import CellValue, Column, ColumnKind, Fact, Report, Table

if TYPE_CHECKING:
    from replay.reconciliation.entered import EnteredFigure

_COLUMNS = (
    Column("page", kind=ColumnKind.COUNT),
    Column("section"),
    Column("line"),
    Column("column"),
    Column("printed"),
    Column("entered"),
)


def entry_report(found: Sequence[EnteredFigure]) -> Report:
    """Return the figures that differ, below how many agree."""
    differing = [item for item in found if not item.agrees]
    rows: list[Mapping[str, CellValue]] = [
        {
            "page": item.page,
            "section": item.section,
            "line": item.line,
            "column": item.column,
            "printed": item.printed,
            "entered": entered_text(item.entered),
        }
        for item in differing
    ]
    shown = None if rows else ()
    table = Table.of(_COLUMNS, rows, name="differences", caption="differences" if rows else "", shown=shown)
    agree = len(found) - len(differing)
    return Report(
        title=f"{agree} of {len(found)} figures that the entry determines agree",
        parts=(Fact("figures", len(found)), Fact("agree", agree), table),
    )


def entered_text(value: Fraction) -> str:
    """Return what an entry says as a decimal; a factor, which may be none, to twelve decimals, half up."""
    scaled = value * 10**12
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    shown = Decimal(whole if value >= 0 else -whole).scaleb(-12)
    return f"{shown.normalize() if shown % 1 else shown.quantize(Decimal(1)):f}"
