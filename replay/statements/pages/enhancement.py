"""Credit enhancement: structural features (the filing's page 7)."""

from __future__ import annotations

from ledger import DistributionReport, Exact
from replay.statements.figures import Page, PlainRow, section
from replay.statements.pages.base import columns, only_total
from replay.statements.printing import Style

REPORT = "Credit Enhancement Report"


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the credit enhancement page, numbered ``first``."""
    run, behind = report.waterfall, report.delinquency
    rows: list[PlainRow] = []

    def line(label: str, value: Exact, style: Style = Style.MONEY) -> None:
        rows.append((label, only_total(value), style))

    if report.oc_target is not None:
        line("Current Periods Required Overcollateralization Amt", report.oc_target)
    line("Current Periods Overcollateralization Amt", run.overcollateralization)
    line("Current Periods Extra Principal Distribution", run.extra_principal)
    line("Current Periods Net Monthly Excess Cashflow", run.excess)
    line("Current Periods Overcollateralization Release", run.released)
    line("60 Day Rolling Delinquency Amount", behind.rolling_sixty)
    line("90 Day Rolling Delinquency Amount", behind.rolling_ninety)
    line("Available Funds Rate", report.rates.available_funds, Style.PERCENT)
    names = columns(report)
    sections = (
        section(first, "ACCOUNTS", names, []),
        section(first, "INSURANCE", names, []),
        section(first, "STRUCTURAL FEATURES", names, rows),
    )
    return [Page(number=first, report=REPORT, title=REPORT, sections=sections)]
