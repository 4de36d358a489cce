"""What the neutral pages share: tables without what means nothing, and the loan groups as columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from ledger import DistributionReport, Exact, Origin, total
from replay.statements.figures import Cell, Page, Section, Words, each_its_own, section
from replay.statements.printing import Style

TOTAL = "total"

Line = tuple[str, Sequence[Cell], "Style | Sequence[Style]"]
"""A line as a page gives it: its label, its cells by column, and how all of them, or each, are printed."""


def spaced(text: str, otherwise: str = "") -> str:
    """Return a title on one line with single blanks, as it can be read back; ``otherwise`` where it is empty."""
    return " ".join(text.split()) or otherwise


def moved(value: Exact) -> Exact | None:
    """Return an amount, or None where there is none."""
    return value if value.value else None


def day(value: dt.date) -> Words:
    """Return a date as it is printed."""
    return Words(value.isoformat())


def _is_told(value: Exact | Words | str | None) -> bool:
    text = value.text if isinstance(value, Words) else value
    return text is not None and text != ""


def table(page: int, name: str, heading: str, lines: Iterable[Line], *, origin: Origin = Origin.TERM) -> Section | None:
    """Return a table of what is known, or None where nothing is; ``heading`` stands above the labels.

    A column without any cell is left out, and so is a line. Lines of one label are numbered.
    """
    kept: list[tuple[str, list[tuple[Cell, Style]]]] = []
    order: dict[str, bool] = {}
    for label, cells, styles in lines:
        each = [styles] * len(cells) if isinstance(styles, Style) else list(styles)
        there = [(cell, style) for cell, style in zip(cells, each, strict=True) if _is_told(cell[1])]
        for column, value in cells:
            order[column] = order.get(column, False) or _is_told(value)
        if there:
            kept.append((spaced(label, "-"), there))
    if not kept:
        return None
    labels = each_its_own(label for label, _ in kept)
    rows = [
        (label, [cell for cell, _ in cells], [style for _, style in cells])
        for label, (_, cells) in zip(labels, kept, strict=True)
    ]
    columns = tuple(column for column, is_there in order.items() if is_there)
    return section(page, name, columns, rows, title=heading, shape="table", origin=origin)


def page_of(number: int, title: str, tables: Iterable[Section | None], notes: Iterable[str] = ()) -> Page:
    """Return a page of the tables that there are; where there is none, its notes say so."""
    return Page(
        number=number,
        report=title,
        title=title,
        sections=tuple(item for item in tables if item is not None),
        notes=tuple(notes),
    )


def group_columns(report: DistributionReport) -> dict[str, str]:
    """Return the column of each loan group, by its own title, and that of all together where there are several."""
    groups = report.terms.groups
    names = each_its_own([TOTAL, *(spaced(group.title, group.group_id) for group in groups)])[1:]
    found = {group.group_id: name for group, name in zip(groups, names, strict=True)}
    return {**found, TOTAL: TOTAL} if len(groups) > 1 else found


def over_groups(
    report: DistributionReport, values: Mapping[str, Exact | None], whole: Exact | None = None
) -> list[Cell]:
    """Return a cell a group of amounts by group, and one of all together where there are several groups.

    All together are ``whole``, or what stands under ``total``, or the sum where every group is known.
    """
    cells: list[Cell] = []
    for group, column in group_columns(report).items():
        if group != TOTAL:
            cells.append((column, values.get(group)))
            continue
        known = [item for name, item in values.items() if name != TOTAL and item is not None]
        is_whole = len(known) == len(report.terms.groups)
        summed = total(known) if is_whole and TOTAL not in values else values.get(TOTAL)
        cells.append((column, summed if whole is None else whole))
    return cells


def by_group(report: DistributionReport, value: Callable[[str], Exact]) -> dict[str, Exact]:
    """Return an amount for each loan group."""
    return {group.group_id: value(group.group_id) for group in report.terms.groups}


def money_line(
    report: DistributionReport, label: str, values: Mapping[str, Exact], *, always: bool = False
) -> list[Line]:
    """Return the line of amounts by group, or none where all are nought and the line need not stand."""
    if not always and not any(value.value for value in values.values()):
        return []
    return [(label, over_groups(report, values), Style.MONEY)]


__all__ = [
    "TOTAL",
    "Line",
    "by_group",
    "day",
    "each_its_own",
    "group_columns",
    "money_line",
    "moved",
    "over_groups",
    "page_of",
    "spaced",
    "table",
]
