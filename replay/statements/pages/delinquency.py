"""Delinquency by category and bucket, in total and for each group, and REO (the filing's pages 11 to 14)."""

from __future__ import annotations

from ledger import DelinquencyTable, DistributionReport
from replay.statements.figures import Page, PlainRow, Section, section
from replay.statements.printing import Style

REPORT = "Delinquency Report"
CATEGORIES = ("delinquent", "foreclosure", "bankruptcy", "reo", "total")
BUCKETS = ("current", "1 payment", "2 payments", "3+ payments", "total")
NOTE = "Note: Current = 0-30 days, 1 Payment = 31-60 days, 2 Payments = 61-90 days, 3+ Payments = 91+"


def _category(table: DelinquencyTable, page: int, category: str) -> Section:
    shown = BUCKETS[1:] if category == "delinquent" else BUCKETS
    rows: list[PlainRow] = [
        ("Balance", [(b, table.cell(category, b).balance) for b in shown], Style.CENTS),
        ("% Balance", [(b, table.balance_share(category, b)) for b in shown], Style.GENERAL),
        ("# Loans", [(b, table.cell(category, b).count) for b in shown], Style.GENERAL),
        ("% # Loans", [(b, table.count_share(category, b)) for b in shown], Style.GENERAL),
    ]
    return section(page, category.upper(), BUCKETS, rows, shape="matrix")


def _page(table: DelinquencyTable, number: int, of: str) -> Page:
    return Page(
        number=number,
        report=REPORT,
        title=f"{REPORT} - {of}",
        sections=tuple(_category(table, number, category) for category in CATEGORIES),
        notes=(NOTE,),
    )


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the delinquency pages and the REO page, the first numbered ``first``."""
    behind = report.delinquency
    found = [_page(behind.total, first, "Total")]
    groups = sorted(report.terms.groups, key=lambda group: group.number)
    if len(groups) > 1:
        for offset, group in enumerate(groups, 1):
            title = f"{group.title or group.group_id} Group"
            found.append(_page(behind.groups[group.group_id], first + offset, title))
    number = first + len(found)
    rows: list[PlainRow] = [
        ("Total Loan Count", [("total", report.new_reo_count)], Style.COUNT),
        ("Total Original Principal Balance", [("total", report.new_reo_original)], Style.PADDED),
        ("Total Current Balance", [("total", report.new_reo_balance)], Style.PADDED),
    ]
    reo = Page(
        number=number,
        report="REO Report",
        title="REO Report - Mortgage Loans that Become REO During Current Distribution",
        sections=(section(number, "SUMMARY", ("total",), rows, shape="summary"),),
    )
    return [*found, reo]
