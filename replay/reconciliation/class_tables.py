"""Tying a class table out: each trustee's own columns and spellings, set against the statement's classes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from ledger import DistributionReport, Ledger
from replay.filing import NOT_COMPARED, ClassTable, Filing, PublishedFigure, parse_cell
from replay.reconciliation.belonging import belonging
from replay.reconciliation.entries import TieOut
from replay.reconciliation.reconcile import tie_out
from replay.statements.figures import Page
from replay.statements.pages import class_table
from replay.statements.statement import Statement

_LEAST_PERCENT = Fraction(1, 2)
"""A rate from here on, printed without a percent sign, is in percent: nothing is paid 50% a year."""


def class_filing(table: ClassTable) -> Filing:
    """Return a class table as a filing whose figures stand on page 2 under ``class table``, one line a class."""
    rows = [*table.rows, *([table.totals] if table.totals is not None else [])]
    rates = [row.cells["rate"] for row in rows if row.cells.get("rate")]
    percent = any(abs(parse_cell(rate) or Fraction(0)) >= _LEAST_PERCENT for rate in rates if "%" not in rate)
    figures = [
        PublishedFigure(
            page=2,
            section=class_table.SECTION,
            line="Total" if row is table.totals else row.class_id,
            column=column,
            printed=printed,
            source_line=row.cell_lines.get(column, row.source_line),
            value=_cell_value(column, printed, percent),
        )
        for row in rows
        for column, printed in row.cells.items()
        if column in class_table.COLUMNS and printed
    ]
    return Filing(
        distribution_date=table.distribution_date,
        record_date=table.record_date,
        figures=tuple(figures),
        problems=table.problems,
    )


def _cell_value(column: str, printed: str, percent: bool) -> Fraction | None:
    """Return what a cell is worth: a rate without a percent sign is in percent where its column cannot be fractions."""
    value = parse_cell(printed)
    return value / 100 if value is not None and column == "rate" and percent and "%" not in printed else value


def _plain_class(name: str) -> str:
    return re.sub(r"[^a-z0-9]|^class(?:es)?\b", "", name.lower())


def _named_as_ours(table: ClassTable, classes: Iterable[str]) -> ClassTable:
    """Give each class our name where its letters and figures leave no doubt: `a1` or `Class A-1` is `A-1`."""
    ours, theirs = defaultdict(list), defaultdict(list)
    for name in classes:
        ours[_plain_class(name)].append(name)
    for row in table.rows:
        theirs[_plain_class(row.class_id)].append(row.class_id)
    known = {name for names in ours.values() for name in names}
    renamed = {
        names[0]: ours[plain][0]
        for plain, names in theirs.items()
        if len(names) == 1 and len(ours.get(plain, ())) == 1 and names[0] not in known
    }
    rows = [attrs.evolve(row, class_id=renamed.get(row.class_id, row.class_id)) for row in table.rows]
    return attrs.evolve(table, rows=tuple(rows))


def reconcile_class_table(
    statement: Statement,
    table: ClassTable,
    *,
    tolerance: Fraction = Fraction(0),
    ledger: Ledger | None = None,
    known_as: Sequence[str] = (),
) -> TieOut:
    """Tie a class table out against a replayed statement: the columns that the table has, class by class.

    Numbers must be equal, however they are spelt. A table that names another deal or other dates has problems that say
    so (see :mod:`replay.reconciliation.belonging`); ``known_as`` gives further names that the deal goes by.
    """
    filing = class_filing(_named_as_ours(table, statement.report.classes))
    columns = {figure.column for figure in filing.figures}
    totals = {figure.column for figure in filing.figures if figure.line == "Total"}
    rated = {figure.line for figure in filing.figures if figure.column == "rate"}

    def pages(report: DistributionReport) -> tuple[Page, ...]:
        return (class_table.class_page(report, columns, totals=totals, zero_rates=rated),)

    view = Statement(report=statement.report, pages=pages(statement.report))
    found = belonging(statement, table, known_as)
    aside = [column for column in table.columns if column in NOT_COMPARED]
    if aside:
        found = attrs.evolve(found, notes=(*found.notes, f"not compared: the column {', '.join(aside)}"))
    return tie_out(view, filing, found, text="", tolerance=tolerance, ledger=ledger, pages=pages)
