"""Triggers, adjustable rate certificates, rates, and derivative contracts (the filing's pages 23 and 24)."""

from __future__ import annotations

from ledger import DistributionReport
from replay.statements.figures import Page, PlainRow, Section, section
from replay.statements.pages.base import columns, only_total
from replay.statements.printing import Style

TRIGGERS = "Triggers, Adj. Rate Cert. and Miscellaneous Report"
OTHER = "Other Related Information"


def _triggers(report: DistributionReport, page: int) -> Section:
    rows: list[PlainRow] = []
    for test in report.triggers:
        name = test.trigger.title or test.trigger.trigger_id
        rows.append((f"{name}: Test Value", only_total(test.value), Style.PERCENT))
        rows.append((f"{name}: Limit", only_total(test.limit), Style.PERCENT))
        rows.append((f"{name}: In Force", only_total("Yes" if test.in_force else "No"), Style.TEXT))
    return section(page, "TRIGGER EVENTS", columns(report), rows)


def _adjustable(report: DistributionReport, page: int) -> Section:
    rows: list[PlainRow] = [
        ("Current Periods Basis Risk Shortfall Carry Forward Amt", only_total(report.basis_risk_now), Style.MONEY),
        ("Cumulative Basis Risk Shortfall Carry Forward Amt", only_total(report.basis_risk_unpaid), Style.MONEY),
    ]
    of_classes = {bond.rate.index for bond in report.terms.classes}
    for index, rate in report.index_rates.items():
        # One that only contracts are on has its whole name, or it would be taken for that of the classes.
        name = index.partition("-")[0] if index in of_classes else index
        rows.append((f"Current Periods {name} Rate", only_total(rate), Style.PERCENT))
    return section(page, "ADJUSTABLE RATE CERTIFICATE INFORMATION", columns(report), rows)


def _derivatives(report: DistributionReport, page: int) -> Section:
    paid = report.derivatives
    rows: list[PlainRow] = [("Total Derivative Payments", only_total(paid.due()), Style.MONEY)]
    rows.extend((item.contract.contract, only_total(item.due), Style.MONEY) for item in paid.contracts)
    return section(page, "ADDITIONAL INFORMATION", columns(report), rows)


def _receipts(report: DistributionReport, page: int) -> tuple[Section, ...]:
    """Return what the trust is owed under contracts whose terms say so; a deal without any has no such section."""
    owed = report.derivatives
    rows: list[PlainRow] = [("Total Derivative Receipts", only_total(owed.receivable), Style.MONEY)]
    rows.extend((item.contract.contract, only_total(item.receivable), Style.MONEY) for item in owed.receiving)
    return (section(page, "DERIVATIVE RECEIPTS", columns(report), rows),) if owed.receiving else ()


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the last pages, the first numbered ``first``."""
    net: list[PlainRow] = [("Current Net Mortgage Rate", only_total(report.rates.net_mortgage), Style.PERCENT)]
    return [
        Page(
            number=first,
            report=TRIGGERS,
            title=TRIGGERS,
            sections=(
                _triggers(report, first),
                _adjustable(report, first),
                section(first, "ADDITIONAL INFORMATION", columns(report), net),
            ),
        ),
        Page(
            number=first + 1,
            report=OTHER,
            title=OTHER,
            sections=(_derivatives(report, first + 1), *_receipts(report, first + 1)),
        ),
    ]
