"""What the pages share: the loan groups as columns, and lines that hold one amount a group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ledger import DistributionReport, Exact, LoanGroup, total
from replay.figures import Cell

TOTAL = "total"


def heading(group: LoanGroup) -> str:
    """Return the name of a group's column, in small letters."""
    return (group.title or group.group_id).lower()


def columns(report: DistributionReport) -> tuple[str, ...]:
    """Return the columns of a group table: the groups, then the total."""
    return (*(heading(group) for group in report.terms.groups), TOTAL)


def across(report: DistributionReport, value: Callable[[str], Exact], whole: Exact | None = None) -> list[Cell]:
    """Return one cell a group and their total (``whole`` where the total is more than the sum)."""
    values = [value(group.group_id) for group in report.terms.groups]
    names = columns(report)
    return [*zip(names[:-1], values, strict=True), (TOTAL, whole if whole is not None else total(values))]


def across_map(report: DistributionReport, values: Mapping[str, Exact]) -> list[Cell]:
    """Return one cell a group from amounts by group, and their total."""
    return across(report, lambda group: values[group])


def across_known(
    report: DistributionReport, values: Mapping[str, Exact | None], *, with_total: bool = True
) -> list[Cell]:
    """Return one cell for each group whose value is known, and the total where ``values`` holds one."""
    cells: list[Cell] = [(heading(group), values.get(group.group_id)) for group in report.terms.groups]
    return [*cells, (TOTAL, values.get(TOTAL))] if with_total else cells


def only_total(value: Exact | str | None) -> list[Cell]:
    """Return the one cell of a line that is printed for the whole deal."""
    return [(TOTAL, value)]


def lines_total(lines: Iterable[Mapping[str, Exact]], group: str) -> Exact:
    """Return the sum of several lines in one group."""
    return total(line[group] for line in lines)
