"""The waterfall as it ran: every step with what it could use, owed, paid and left, and what it reckoned on the way."""

from __future__ import annotations

from collections.abc import Iterable

from ledger import DistributionReport, StepResult
from replay.statements.figures import Cell, Page, Section
from replay.statements.pages.neutral.tables import Line, moved, page_of, table
from replay.statements.printing import Style

CONTRACTS = "contracts"
"""Who is paid by a step that pays no class."""


def _numbered(report: DistributionReport) -> list[tuple[str, StepResult]]:
    return [(result.step.numbered(number), result) for number, result in enumerate(report.waterfall.steps, 1)]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _ran(report: DistributionReport, page: int) -> Section | None:
    styles = [Style.TEXT] * 3 + [Style.MONEY] * 4 + [Style.TEXT]
    lines: list[Line] = []
    for name, result in _numbered(report):
        step, idle = result.step, bool(result.idle)
        source = getattr(step, "source", None)
        cells: list[Cell] = [
            ("classes", _listed(step.classes)),
            ("out of", None if source is None else source.value),
            ("groups", _listed(getattr(step, "groups", ()))),
            ("available", None if idle else result.available),
            ("due", None if idle else result.due),
            ("paid", None if idle else result.total_paid),
            ("left", None if idle else result.left),
            ("did not run", result.idle),
        ]
        lines.append((name, cells, styles))
    return table(page, "Steps", "Step", lines)


def _paid(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = [
        (f"{name}: {class_id or CONTRACTS}", [("paid", moved(amount))], Style.MONEY)
        for name, result in _numbered(report)
        for class_id, amount in result.paid.items()
    ]
    return table(page, "Paid by step and class", "Step and class", lines)


def _reckoned(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = []
    for name, result in _numbered(report):
        for what, value in result.found.items():
            is_share = "percentage" in what or "share" in what
            column, style = ("percentage", Style.FINE_PERCENT) if is_share else ("amount", Style.MONEY)
            lines.append((f"{name}: {what}", [(column, value)], style))
    cells = ("percentage", "amount")
    both: list[Line] = [
        (label, [(column, dict(held).get(column)) for column in cells], style) for label, held, style in lines
    ]
    return table(page, "Reckoned by steps", "Step and what it reckoned", both)


def _funds(report: DistributionReport, page: int) -> Section | None:
    account, run = report.account, report.waterfall
    amounts = {
        "Interest funds": account.interest_funds,
        "Principal funds": account.principal_funds,
        "Paid under contracts": moved(run.derivatives_paid),
        "Released from principal": moved(run.released),
        "Left over": moved(run.left_over),
    }
    lines: list[Line] = [(label, [("amount", value)], Style.MONEY) for label, value in amounts.items()]
    return table(page, "Funds", "Funds", lines)


def waterfall_page(report: DistributionReport, number: int) -> Page:
    """Return the page of the waterfall as it ran."""
    none = [] if report.waterfall.steps else ["Note: The terms of the deal have no waterfall."]
    tables = (_funds(report, number), _ran(report, number), _paid(report, number), _reckoned(report, number))
    return page_of(number, "Waterfall as it ran", tables, none)


__all__ = ["waterfall_page"]
