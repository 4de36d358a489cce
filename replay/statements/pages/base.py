"""What the pages share: the loan groups as columns, and lines that hold one amount a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

import attrs

from ledger import DistributionReport, Event, Exact, LoanBoarded, Origin, Selector, excel_serial, total
from replay.statements.figures import Cell, Words, each_its_own

TOTAL = "total"


def column_headings(report: DistributionReport) -> dict[str, str]:
    """Return the name of each group's column, in small letters: its own, and not that of the total."""
    groups = report.terms.groups
    names = each_its_own([TOTAL, *((group.title or group.group_id).lower() for group in groups)])[1:]
    return {group.group_id: name for group, name in zip(groups, names, strict=True)}


def columns(report: DistributionReport) -> tuple[str, ...]:
    """Return the columns of a group table: the groups, then the total."""
    return (*column_headings(report).values(), TOTAL)


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
    cells: list[Cell] = [(name, values.get(group)) for group, name in column_headings(report).items()]
    return [*cells, (TOTAL, values.get(TOTAL))] if with_total else cells


def only_total(value: Exact | str | None) -> list[Cell]:
    """Return the one cell of a line that is printed for the whole deal."""
    return [(TOTAL, value)]


def _selected(event: Event, field: str) -> Selector:
    return Selector(types=(event.name,), component=field, event_ids=(event.event_id,))


def stated(event: Event, number: int | Decimal, field: str) -> Exact:
    """Return a number that an event states in a field, reported."""
    label = field.replace("_", " ")
    return Exact(Fraction(number), "fact", label=label, origin=Origin.REPORTED, selector=_selected(event, field))


def source(value: Exact, field: str) -> Selector | None:
    """Return where another field stands of the event that a value was read from; None where it was read from none."""
    found = next((leaf.selector for leaf in value.leaves() if leaf.selector is not None), None)
    return None if found is None else attrs.evolve(found, component=field)


def beside(value: Exact, number: int, field: str) -> Exact:
    """Return a number out of another field of the event that a value was read from."""
    label = field.replace("_", " ")
    return Exact(Fraction(number), "fact", label=label, origin=Origin.REPORTED, selector=source(value, field))


def boarding_cells(boarded: LoanBoarded | None) -> dict[str, Exact | Words | None]:
    """Return what a list of loans prints out of the boarding of one; None for what is not known."""
    if boarded is None:
        return dict.fromkeys(("state", "ltv at origination", "original term", "origination date"))
    ltv, day, months = boarded.loan_to_value, boarded.origination_date, boarded.original_term_months
    return {
        "state": Words(boarded.state, _selected(boarded, "state")) if boarded.state else None,
        "ltv at origination": None if ltv is None else stated(boarded, ltv, "loan_to_value"),
        "original term": None if months is None else stated(boarded, months, "original_term_months"),
        "origination date": None if day is None else stated(boarded, excel_serial(day), "origination_date"),
    }
