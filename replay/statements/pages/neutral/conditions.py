"""What the deal tests and targets: triggers with their values and limits, overcollateralization, and its rates."""

from __future__ import annotations

from collections.abc import Callable

from ledger import DistributionReport, Exact, RateKind, TriggerKind
from replay.statements.figures import Cell, Page, Section
from replay.statements.pages.neutral.tables import Line, moved, over_groups, page_of, spaced, table
from replay.statements.printing import Style

_COUNTED = frozenset({TriggerKind.DECLARED, TriggerKind.ANY_OF, TriggerKind.ALL_OF})
"""Triggers whose value is how many are declared, or in force."""


def _triggers(report: DistributionReport, page: int) -> Section | None:
    tested = {test.trigger.trigger_id: test for test in report.triggers}
    lines: list[Line] = []
    for trigger in report.terms.triggers:
        test = tested.get(trigger.trigger_id)
        cells: list[Cell] = [("test", trigger.kind.value)]
        if test is None:
            cells += [("value", None), ("limit", None), ("in force", None), ("not tested", "has no limit yet")]
        else:
            cells += [
                ("value", test.value),
                ("limit", test.limit),
                ("in force", Exact(int(test.in_force), "test", (test.value, test.limit), label="in force",
                                   rule="where the value is above the limit")),
                ("not tested", None),
            ]  # fmt: skip
        # Statements under earlier rules stay as they were printed, counts and dates as shares among them.
        counted = trigger.kind in _COUNTED and report.terms.rules > 3
        amount = Style.COUNT if counted else Style.FINE_PERCENT
        if trigger.kind is TriggerKind.DATE and report.terms.rules > 3:
            amount = Style.DATE
        styles = [Style.TEXT, amount, amount, Style.FLAG, Style.TEXT]
        lines.append((spaced(trigger.title, trigger.trigger_id), cells, styles))
    return table(page, "Triggers", "Trigger", lines)


def _enhancement(report: DistributionReport, page: int) -> Section | None:
    if report.oc_target is None:
        return None
    run = report.waterfall
    amounts = {
        "Required overcollateralization": report.oc_target,
        "Overcollateralization after the distribution": run.overcollateralization,
        "Excess cash flow": run.excess,
        "Extra principal paid": moved(run.extra_principal),
        "Overcollateralization released": moved(run.released),
    }
    lines: list[Line] = [(label, [("amount", value)], Style.MONEY) for label, value in amounts.items()]
    return table(page, "Overcollateralization", "Overcollateralization", lines)


def _rates(report: DistributionReport, page: int) -> Section | None:
    found, terms = report.rates, report.terms
    lines: list[Line] = []
    if found.net_mortgage.value:
        values = dict(found.net_of_groups)
        lines.append(("Net mortgage rate", over_groups(report, values, found.net_mortgage), Style.FINE_PERCENT))
    kinds = [bond.rate for bond in terms.classes]
    if any(rate.available_funds_cap or rate.kind is RateKind.NET_WAC for rate in kinds):
        rate = over_groups(report, {} if len(terms.groups) > 1 else {terms.group_ids[0]: found.available_funds},
                      found.available_funds)  # fmt: skip
        lines.append(("Available funds rate", rate, Style.FINE_PERCENT))
    return table(page, "Rates of the pool", "Rate", lines)


def _indices(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = [
        (spaced(name), [("rate", rate)], Style.FINE_PERCENT) for name, rate in report.index_rates.items()
    ]
    return table(page, "Indices", "Index", lines)


def _caps(report: DistributionReport, page: int) -> Section | None:
    """What available funds caps took, where a class has one."""
    if not any(bond.rate.available_funds_cap for bond in report.terms.classes):
        return None
    amounts: dict[str, Callable[[], Exact]] = {
        "Taken this period": lambda: report.basis_risk_now,
        "Owed after the distribution": lambda: report.basis_risk_unpaid,
    }
    lines: list[Line] = [(label, [("amount", value())], Style.MONEY) for label, value in amounts.items()]
    return table(page, "Available funds cap", "Basis risk shortfall", lines)


def conditions_page(report: DistributionReport, number: int) -> Page:
    """Return the page of triggers, targets and rates."""
    tables = (
        _triggers(report, number),
        _enhancement(report, number),
        _rates(report, number),
        _indices(report, number),
        _caps(report, number),
    )
    none = [] if report.terms.triggers else ["Note: The terms of the deal have no trigger."]
    return page_of(number, "Triggers and tests", tables, none)


__all__ = ["conditions_page"]
