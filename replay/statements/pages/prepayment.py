"""Voluntary prepayments: amounts, rates, and every loan prepaid in full (the filing's pages 15 to 18)."""

from __future__ import annotations

from collections.abc import Callable

from ledger import (
    DistributionReport,
    Exact,
    MonthSpeed,
    Origin,
    PrepaidAmounts,
    Speeds,
    excel_serial,
    speeds,
    window,
)
from replay.statements.figures import Cell, Page, PlainRow, Section, Words, section
from replay.statements.pages.base import across_known, beside, boarding_cells, columns, only_total, source
from replay.statements.printing import Style

REPORT = "Prepayment Report"

AMOUNTS: dict[str, Callable[[PrepaidAmounts], Exact]] = {
    "Number of Paid in Full Loans": lambda item: item.payoff_count,
    "Number of Repurchased Loans": lambda item: item.repurchase_count,
    "Total Number of Loans Prepaid in Full": lambda item: item.total_count,
    "Paid in Full Balance": lambda item: item.payoffs,
    "Repurchased Loans Balance": lambda item: item.repurchases,
    "Curtailments Amount": lambda item: item.curtailments,
    "Total Prepayment Amount": lambda item: item.total,
}


PERIODS: tuple[int | None, ...] = (1, 3, 12, None)
"""The months that a rate is averaged over; None is since cut-off."""


def _amount_rows(report: DistributionReport) -> list[PlainRow]:
    prepaid = report.prepayments
    rows: list[PlainRow] = []
    for when, amounts in (("Current", prepaid.current), ("Cumulative", prepaid.cumulative)):
        for label, value in AMOUNTS.items():
            values = {name: value(item) for name, item in amounts.items()}
            style = Style.GENERAL if "Number" in label else Style.CENTS
            rows.append((f"{when}: {label}", across_known(report, values), style))
    for when, amounts in (("Current", prepaid.current), ("Cumulative", prepaid.cumulative)):
        special = {name: item.special_repurchases for name, item in amounts.items()}
        label = f"{when} Prin Balance of Repurchases Per Sec 3.18"
        rows.append((label, across_known(report, special), Style.MONEY))
    return rows


def rate_rows(
    report: DistributionReport, names: dict[str, str], over: Callable[[tuple[MonthSpeed, ...]], Speeds]
) -> list[PlainRow]:
    """Return the lines of monthly, yearly and multiple speeds, each over the four periods.

    ``names`` maps the attribute of :class:`~ledger.Speeds` to the name that the statement prints.
    """
    found: dict[int | None, dict[str, Speeds | None]] = {}
    for months in PERIODS:
        found[months] = {}
        for group, history in report.prepayments.history.items():
            part = window(history, months)
            found[months][group] = None if part is None else over(part)
    rows: list[PlainRow] = []
    for attribute, name in names.items():
        for months in PERIODS:
            values = {g: None if item is None else getattr(item, attribute) for g, item in found[months].items()}
            rows.append((_rate_label(name, months, attribute), across_known(report, values), Style.GENERAL))
    return rows


def _rate_label(name: str, months: int | None, attribute: str) -> str:
    approximate = " Approximation" if attribute == "multiple" and months != 1 else ""
    if months == 1:
        return name
    return f"Avg {name} Since Cut-off{approximate}" if months is None else f"{months} Months Avg {name}{approximate}"


def _loan_rows(report: DistributionReport) -> list[tuple[str, list[Cell], list[Style]]]:
    rows = []
    for loan in report.prepaid_loans:
        boarded = boarding_cells(loan.boarded)
        cells: list[Cell] = [
            ("loan group", beside(loan.original_balance or loan.amount, loan.group_number, "group")),
            ("original principal balance", loan.original_balance),
            ("prepayment amount", loan.amount),
            ("prepayment date", beside(loan.amount, excel_serial(loan.paid_on), "effective_date")),
            ("note rate", loan.note_rate),
            ("state", boarded["state"]),
            ("ltv at origination", boarded["ltv at origination"]),
            ("type", Words(loan.kind, source(loan.amount, "type"))),
            ("original term", boarded["original term"]),
            ("origination date", boarded["origination date"]),
        ]
        styles = [LOAN_STYLES.get(column, Style.GENERAL) for column, _ in cells]
        rows.append((loan.loan, cells, styles))
    return rows


LOAN_STYLES = {
    "original principal balance": Style.CENTS,
    "prepayment amount": Style.CENTS,
    "ltv at origination": Style.SHORT_PERCENT,
}
LOAN_COLUMNS = (
    "loan group",
    "original principal balance",
    "prepayment amount",
    "prepayment date",
    "note rate",
    "state",
    "ltv at origination",
    "type",
    "original term",
    "origination date",
)


def _detail(report: DistributionReport, page: int) -> tuple[Section, Section]:
    whole = report.prepaid_totals
    rows: list[PlainRow] = [
        ("Total Loan Count", only_total(whole.count), Style.COUNT),
        ("Total Original Principal Balance", only_total(whole.original_balance), Style.MONEY),
        ("Total Prepayment Amount", only_total(whole.amount), Style.MONEY),
    ]
    listed = section(
        page, "LOANS PREPAID IN FULL", LOAN_COLUMNS, _loan_rows(report), shape="loans", origin=Origin.REPORTED
    )
    return section(page, "SUMMARY", ("total",), rows, shape="summary"), listed


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the prepayment pages, the first numbered ``first``; the third holds the filing's charts and no figures."""
    title = f"{REPORT} - Voluntary Prepayments"
    names = columns(report)
    rates = rate_rows(report, {"monthly": "SMM", "yearly": "CPR", "multiple": "PSA"}, speeds)
    amounts = section(first, "VOLUNTARY PREPAYMENTS", names, _amount_rows(report))
    speed = section(first + 1, "VOLUNTARY PREPAYMENT RATES", names, rates)
    return [
        Page(number=first, report=REPORT, title=title, sections=(amounts,)),
        Page(number=first + 1, report=REPORT, title=title, sections=(speed,)),
        Page(number=first + 2, report=REPORT, title=title, sections=()),
        Page(
            number=first + 3,
            report="Prepayment Detail Report",
            title="Prepayment Detail Report - Loans Prepaid in Full During Current Distribution",
            sections=_detail(report, first + 3),
        ),
    ]
