"""Realized losses, default speeds, and every loan liquidated (the filing's pages 19 to 22)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ledger import DistributionReport, Exact, LossAmounts, Origin, default_speeds, severity, window
from replay.statements.figures import Cell, Page, PlainRow, Section, Words, section
from replay.statements.pages.base import across_known, beside, boarding_cells, columns, only_total, source
from replay.statements.pages.prepayment import PERIODS, rate_rows
from replay.statements.printing import Style

REPORT = "Realized Loss Report"

AMOUNTS: dict[str, Callable[[LossAmounts], Exact]] = {
    "Number of Loans Liquidated": lambda item: item.count,
    "Collateral Realized Loss/(Gain) Amount": lambda item: item.losses,
    "Net Liquidation Proceeds": lambda item: item.proceeds,
}


def _method(rules: int) -> tuple[str, ...]:
    level = "until 61" if rules > 2 else "to 60"
    return (
        "Note: MDR = opening balance of liquidated loans / opening pool balance; CDR = 1 - (1 - MDR)^12.",
        f"Note: SDA = CDR / curve, the curve being 0.0002 a month of age up to 0.006 at 30, level {level}, "
        "then 0.000095 a month down to 0.0003.",
        "Note: Average MDR = 1 - geometric mean of (1 - MDR); average severity skips months without a liquidation.",
    )


def _losses(report: DistributionReport, page: int) -> Section:
    lost = report.losses
    rows: list[PlainRow] = []
    for when, amounts in (("Current", lost.current), ("Cumulative", lost.cumulative)):
        for label, value in AMOUNTS.items():
            values = {name: value(item) for name, item in amounts.items()}
            style = Style.GENERAL if "Number" in label else Style.CENTS
            rows.append((f"{when}: {label}", across_known(report, values), style))
    label = "Cumulative Loss Percentage For Related Payment Date"
    rows.append((label, only_total(lost.cumulative_share), Style.PERCENT))
    return section(page, "COLLATERAL REALIZED LOSSES", columns(report), rows)


def _speeds(report: DistributionReport, page: int) -> Section:
    speeds = partial(default_speeds, rules=report.terms.rules)
    rows = rate_rows(report, {"monthly": "MDR", "yearly": "CDR", "multiple": "SDA"}, speeds)
    labels = (
        "Loss Severity Approximation for Current Period",
        "3 Months Avg Loss Severity Approximation",
        "12 Months Avg Loss Severity Approximation",
        "Avg Loss Severity Approximation Since Cut-off",
    )
    for label, months in zip(labels, PERIODS, strict=True):
        values: dict[str, Exact | None] = {}
        for group, history in report.prepayments.history.items():
            part = window(history, months)
            values[group] = None if part is None else severity(part)
        rows.append((label, across_known(report, values), Style.GENERAL))
    return section(page, "DEFAULT SPEEDS", columns(report), rows)


LOAN_STYLES = {
    "original principal balance": Style.CENTS,
    "prior principal balance": Style.CENTS,
    "realized loss/(gain)": Style.CENTS,
    "ltv at origination": Style.SHORT_PERCENT,
}
LOAN_COLUMNS = (
    "loan group",
    "loan status",
    "original principal balance",
    "prior principal balance",
    "realized loss/(gain)",
    "note rate",
    "state",
    "ltv at origination",
    "original term",
    "origination date",
)


def _loan_rows(report: DistributionReport) -> list[tuple[str, list[Cell], list[Style]]]:
    rows = []
    for loan in report.liquidated_loans:
        boarded = boarding_cells(loan.boarded)
        group = beside(loan.original_balance or loan.balance, loan.group_number, "group")
        cells: list[Cell] = [
            ("loan group", group),
            ("loan status", Words("Liquidated", source(loan.balance, "type"))),
            ("original principal balance", loan.original_balance),
            ("prior principal balance", loan.balance),
            ("realized loss/(gain)", loan.realized_loss),
            ("note rate", loan.note_rate),
            ("state", boarded["state"]),
            ("ltv at origination", boarded["ltv at origination"]),
            ("original term", boarded["original term"]),
            ("origination date", boarded["origination date"]),
        ]
        styles = [LOAN_STYLES.get(column, Style.GENERAL) for column, _ in cells]
        rows.append((loan.loan, cells, styles))
    return rows


def _detail(report: DistributionReport, page: int) -> tuple[Section, ...]:
    whole = report.liquidated_totals
    rows: list[PlainRow] = [
        ("Total Loan Count", only_total(whole.count), Style.COUNT),
        ("Total Original Principal Balance", only_total(whole.original_balance), Style.MONEY),
        ("Total Prior Principal Balance", only_total(whole.balance), Style.MONEY),
        ("Total Realized Loss Amount", only_total(whole.realized_loss), Style.MONEY),
        ("Total Net Liquidation Proceeds", only_total(whole.net_proceeds), Style.MONEY),
    ]
    summary = section(page, "SUMMARY", ("total",), rows, shape="summary")
    if not report.liquidated_loans:
        return (summary,)
    listed = section(page, "LOANS LIQUIDATED", LOAN_COLUMNS, _loan_rows(report), shape="loans", origin=Origin.REPORTED)
    return summary, listed


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the loss pages, the first numbered ``first``; the third holds charts and the method, no figures."""
    title = f"{REPORT} - Collateral"
    return [
        Page(number=first, report=REPORT, title=title, sections=(_losses(report, first),)),
        Page(number=first + 1, report=REPORT, title=title, sections=(_speeds(report, first + 1),)),
        Page(number=first + 2, report=REPORT, title=title, sections=(), notes=_method(report.terms.rules)),
        Page(
            number=first + 3,
            report="Realized Loss Detail Report",
            title="Realized Loss Detail Report - Loans Liquidated During Current Distribution",
            sections=_detail(report, first + 3),
        ),
    ]
