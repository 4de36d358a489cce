"""Credit enhancement: structural features (the filing's page 7)."""

from __future__ import annotations

from collections.abc import Mapping

from ledger import DistributionReport, Exact, total
from replay.statements.figures import Page, PlainRow, section
from replay.statements.pages.base import TOTAL, across_known, columns, only_total
from replay.statements.printing import Style

REPORT = "Credit Enhancement Report"


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the credit enhancement page, numbered ``first``."""
    run, behind = report.waterfall, report.delinquency
    rows: list[PlainRow] = []

    def line(label: str, value: Exact, style: Style = Style.MONEY) -> None:
        rows.append((label, only_total(value), style))

    def by_group(label: str, values: Mapping[str, Exact], whole: Exact) -> None:
        rows.append((label, across_known(report, {**values, TOTAL: whole}), Style.MONEY))

    targets = {name: item.target for name, item in report.group_targets.items()}
    if targets:
        by_group("Current Periods Required Overcollateralization Amt", targets, total(targets.values()))
        by_group(
            "Current Periods Overcollateralization Amt", run.group_overcollateralization, run.overcollateralization
        )
    else:
        if report.oc_target is not None:
            line("Current Periods Required Overcollateralization Amt", report.oc_target)
        line("Current Periods Overcollateralization Amt", run.overcollateralization)
    line("Current Periods Extra Principal Distribution", run.extra_principal)
    line("Current Periods Net Monthly Excess Cashflow", run.excess)
    if targets:
        by_group("Current Periods Overcollateralization Release", run.released_by_group, run.released)
    else:
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
