"""The class table: the one page that every trustee prints, whatever the template."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ledger import ZERO, ClassReport, DistributionReport, Exact, total
from replay.statements.figures import Cell, Page, section
from replay.statements.printing import Style

SECTION = "class table"
AMOUNTS: dict[str, Callable[[ClassReport], Exact]] = {
    "beginning": lambda item: item.accrual.opening_balance,
    "interest": lambda item: item.interest,
    "principal": lambda item: item.principal,
    "loss": lambda item: item.loss,
    "ending": lambda item: item.result.closing_balance,
    "total distribution": lambda item: item.distribution,
    "cumulative loss": lambda item: item.to_date.losses,
}
COLUMNS = ("cusip", "rate", *AMOUNTS)
"""Every column that a class table may have."""


def _class_cells(item: ClassReport, wanted: Iterable[str], zero_rate: bool) -> tuple[list[Cell], list[Style]]:
    cells: list[Cell] = []
    styles: list[Style] = []
    for column in wanted:
        if column == "cusip":
            cells.append((column, item.accrual.bond.cusip or None))
            styles.append(Style.TEXT)
        elif column == "rate":
            cells.append((column, ZERO if zero_rate and item.accrual.rate is None else item.accrual.rate))
            styles.append(Style.LONG_PERCENT)
        else:
            cells.append((column, AMOUNTS[column](item)))
            styles.append(Style.MONEY)
    return cells, styles


def class_page(
    report: DistributionReport,
    columns: Iterable[str] = COLUMNS,
    *,
    totals: Iterable[str] = tuple(AMOUNTS),
    zero_rates: Iterable[str] = (),
) -> Page:
    """Return the class table with the columns asked for.

    ``totals`` are the columns of its last row; ``zero_rates`` names the classes without a rate that show one of zero.
    """
    zeros = set(zero_rates)
    wanted = [column for column in COLUMNS if column in set(columns)]
    rows = [(name, *_class_cells(item, wanted, name in zeros)) for name, item in report.classes.items()]
    summed: list[Cell] = [
        (column, total(AMOUNTS[column](item) for item in report.classes.values()))
        for column in wanted
        if column in AMOUNTS and column in set(totals)
    ]
    if summed:
        rows.append(("Total", summed, [Style.MONEY] * len(summed)))
    table = section(2, SECTION, wanted, rows, shape="classes")
    return Page(number=2, report="Class Table", title="Class Table", sections=(table,))
