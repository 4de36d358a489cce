"""Figures that are weighed by balances: what moved a balance moved them too, and stands behind the balance."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from ledger import Exact
from ledger.reports import CellValue, Table
from replay.restatements import Cause, Restatement
from replay.statements.figures import Figure

_RULES = frozenset({"loan records weighed by balance", "groups weighed by balance"})
_BALANCES = {
    "Prior": "Principal Balance: Prior",
    "Current": "Principal Balance: Current",
    ", before": "Opening balance",
    ", after": "Closing balance",
}
"""The line of a balance by how the line of what it weighs ends, in either template."""


def is_weighed(figure: Figure) -> bool:
    """Say whether the balances of loans or groups weigh in a figure without being part of its calculation."""
    if isinstance(figure.value, str):
        return False
    waiting, seen = [figure.value], set[int]()
    while waiting:
        node: Exact = waiting.pop()
        if node.rule in _RULES:
            return True
        if id(node) not in seen:
            seen.add(id(node))
            waiting.extend(node.inputs)
    return False


def balance_of(figure: Figure, figures: Iterable[Figure]) -> Figure | None:
    """Return the balance of the pool that weighs in a figure, in the same column."""
    line = next((name for ending, name in _BALANCES.items() if figure.line.endswith(ending)), None)
    return next(
        (item for item in figures if line is not None and (item.line, item.column) == (line, figure.column)), None
    )


def with_causes(found: Restatement, listed: Table) -> Table:
    """Return the table of figures that differ with the events of a balance beside what it weighs."""
    places = [column.name for column in listed.columns]
    at = places.index("events")
    restated = {item.path: item for item in found.figures}
    standing = [item.figure for item in found.figures]
    rows: list[tuple[CellValue, ...]] = []
    for row, item in zip(listed.rows, found.figures, strict=True):
        held = list(row)
        if not item.causes and is_weighed(item.figure):
            balance = balance_of(item.figure, standing)
            causes: tuple[Cause, ...] = () if balance is None else restated[balance.path].causes
            held[at] = tuple(cause.event_id for cause in causes)
        rows.append(tuple(held))
    return attrs.evolve(listed, rows=tuple(rows))


__all__ = ["balance_of", "is_weighed", "with_causes"]
