"""Losses, prepayments and speeds, and every loan that left by either, as far as they are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ledger import (
    DistributionReport,
    Exact,
    LossAmounts,
    MonthSpeed,
    Origin,
    PrepaidAmounts,
    Speeds,
    default_speeds,
    severity,
    speeds,
    window,
)
from replay.statements.figures import Cell, Page, Section, Words
from replay.statements.pages.base import boarding_cells, source
from replay.statements.pages.neutral.pool import counts_known
from replay.statements.pages.neutral.tables import Line, day, group_columns, over_groups, page_of, table
from replay.statements.printing import Style

LOST: dict[str, tuple[Callable[[LossAmounts], Exact], Style]] = {
    "Loans liquidated": (lambda item: item.count, Style.WHOLE),
    "Realized losses, net of recoveries": (lambda item: item.losses, Style.MONEY),
    "Net proceeds": (lambda item: item.proceeds, Style.MONEY),
}
PREPAID: dict[str, tuple[Callable[[PrepaidAmounts], Exact], Style]] = {
    "Loans paid in full": (lambda item: item.payoff_count, Style.WHOLE),
    "Paid in full": (lambda item: item.payoffs, Style.MONEY),
    "Loans repurchased": (lambda item: item.repurchase_count, Style.WHOLE),
    "Repurchased": (lambda item: item.repurchases, Style.MONEY),
    "Curtailments": (lambda item: item.curtailments, Style.MONEY),
    "Delinquent loans bought by the servicer": (lambda item: item.special_repurchases, Style.MONEY),
}
MONTHS: dict[str, int | None] = {"this period": 1, "3 months": 3, "12 months": 12, "to date": None}

OneOf = Callable[[tuple[MonthSpeed, ...]], Exact | None]


def _line(report: DistributionReport, label: str, values: Mapping[str, Exact], style: Style) -> list[Line]:
    known: dict[str, Exact | None] = dict(values)
    return [(label, over_groups(report, known), style)] if any(value.value for value in values.values()) else []


def _losses(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = []
    for when, held in (("this period", report.losses.current), ("to date", report.losses.cumulative)):
        for label, (value, style) in LOST.items():
            lines += _line(report, f"{label}, {when}", {name: value(item) for name, item in held.items()}, style)
    share = report.losses.cumulative_share
    if lines and share is not None:
        own: dict[str, Exact | None] = {} if len(report.terms.groups) > 1 else {report.terms.group_ids[0]: share}
        lines.append(("Share of the original pool lost", over_groups(report, own, share), Style.PERCENT))
    return table(page, "Losses", "Losses", lines)


def _prepaid(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = []
    counted = counts_known(report)
    for when, held in (("this period", report.prepayments.current), ("to date", report.prepayments.cumulative)):
        for label, (value, style) in PREPAID.items():
            if counted or style is not Style.WHOLE:
                lines += _line(report, f"{label}, {when}", {name: value(item) for name, item in held.items()}, style)
    return table(page, "Prepayments", "Prepayments", lines)


def _over(report: DistributionReport, label: str, of: OneOf, style: Style) -> list[Line]:
    lines: list[Line] = []
    for when, months in MONTHS.items():
        values: dict[str, Exact | None] = {}
        for group, history in report.prepayments.history.items():
            part = window(history, months)
            values[group] = of(part) if part and (months is not None or len(history) > 1) else None
        lines.append((f"{label}, {when}", over_groups(report, values), style))
    return lines


def _multiple(of: Callable[[tuple[MonthSpeed, ...]], Speeds], part: tuple[MonthSpeed, ...]) -> Exact | None:
    return of(part).multiple


def _speeds(report: DistributionReport, page: int) -> Section | None:
    lines = [
        *_over(report, "SMM", lambda part: speeds(part).monthly, Style.PERCENT),
        *_over(report, "CPR", lambda part: speeds(part).yearly, Style.PERCENT),
        *_over(report, "PSA", partial(_multiple, speeds), Style.SHORT_PERCENT),
    ]
    return table(page, "Prepayment speeds", "Speed", lines)


def _defaults(report: DistributionReport, page: int) -> Section | None:
    if not any(item.count.value or item.losses.value for item in report.losses.cumulative.values()):
        return None
    of = partial(default_speeds, rules=report.terms.rules)
    lines = [
        *_over(report, "MDR", lambda part: of(part).monthly, Style.PERCENT),
        *_over(report, "CDR", lambda part: of(part).yearly, Style.PERCENT),
        *_over(report, "SDA", partial(_multiple, of), Style.SHORT_PERCENT),
        *_over(report, "Severity", severity, Style.PERCENT),
    ]
    return table(page, "Default speeds", "Speed", lines)


def _group_names(report: DistributionReport) -> dict[int, str]:
    columns = group_columns(report)
    return {group.number: columns[group.group_id] for group in report.terms.groups}


def _of_loan(boarded: dict[str, Exact | Words | None]) -> list[Cell]:
    """Return what a list says of a loan out of its boarding."""
    return [("state", boarded["state"]), ("loan to value", boarded["ltv at origination"])]


_TEXTS = {"group", "paid on", "by", "state"}
_PERCENTS = {"note rate": Style.FINE_PERCENT, "loan to value": Style.SHORT_PERCENT}


def _styles(cells: list[Cell]) -> list[Style]:
    return [Style.TEXT if column in _TEXTS else _PERCENTS.get(column, Style.MONEY) for column, _ in cells]


def _paid_off(report: DistributionReport, page: int) -> Section | None:
    names = _group_names(report) if len(report.terms.groups) > 1 else {}
    lines: list[Line] = []
    for loan in report.prepaid_loans:
        cells: list[Cell] = [
            ("group", _stated(names.get(loan.group_number), loan.amount, "group")),
            ("original balance", loan.original_balance),
            ("paid", loan.amount),
            ("paid on", Words(day(loan.paid_on).text, source(loan.amount, "effective_date"))),
            ("by", Words(loan.kind, source(loan.amount, "type"))),
            ("note rate", loan.note_rate),
            *_of_loan(boarding_cells(loan.boarded)),
        ]
        lines.append((loan.loan, cells, _styles(cells)))
    return table(page, "Loans prepaid in full", "Loan", lines, origin=Origin.REPORTED)


def _stated(text: str | None, beside: Exact, field: str) -> Words | None:
    return None if text is None else Words(text, source(beside, field))


def _liquidated(report: DistributionReport, page: int) -> Section | None:
    names = _group_names(report) if len(report.terms.groups) > 1 else {}
    lines: list[Line] = []
    for loan in report.liquidated_loans:
        cells: list[Cell] = [
            ("group", _stated(names.get(loan.group_number), loan.balance, "group")),
            ("original balance", loan.original_balance),
            ("balance", loan.balance),
            ("net proceeds", loan.net_proceeds),
            ("realized loss", loan.realized_loss),
            ("note rate", loan.note_rate),
            *_of_loan(boarding_cells(loan.boarded)),
        ]
        lines.append((loan.loan, cells, _styles(cells)))
    return table(page, "Loans liquidated", "Loan", lines, origin=Origin.REPORTED)


def performance_page(report: DistributionReport, number: int) -> Page:
    """Return the page of losses, prepayments and speeds."""
    tables = (
        _losses(report, number),
        _prepaid(report, number),
        _speeds(report, number),
        _defaults(report, number),
        _paid_off(report, number),
        _liquidated(report, number),
    )
    return page_of(number, "Losses, prepayments and speeds", tables)


__all__ = ["LOST", "MONTHS", "PREPAID", "performance_page"]
