"""Triggers, adjustable rate certificates, rates, and derivative contracts (the filing's pages 23 and 24)."""

from __future__ import annotations

from ledger import ZERO, DistributionReport, total
from replay.statements.figures import Cell, Page, Section, section
from replay.statements.pages.base import columns, only_total
from replay.statements.printing import Style

TRIGGERS = "Triggers, Adj. Rate Cert. and Miscellaneous Report"
OTHER = "Other Related Information"
Line = tuple[str, list[Cell], Style]


def _triggers(report: DistributionReport, page: int) -> Section:
    rows: list[Line] = []
    for test in report.triggers:
        name = test.trigger.title or test.trigger.trigger_id
        rows.append((f"{name}: Test Value", only_total(test.value), Style.PERCENT))
        rows.append((f"{name}: Limit", only_total(test.limit), Style.PERCENT))
        rows.append((f"{name}: In Force", only_total("Yes" if test.in_force else "No"), Style.TEXT))
    return section(page, "TRIGGER EVENTS", columns(report), rows)


def _adjustable(report: DistributionReport, page: int) -> Section:
    classes = report.classes.values()
    current = total(item.accrual.basis_risk_now for item in classes)
    cumulative = total(item.result.basis_risk_unpaid for item in classes)
    rows: list[Line] = [
        ("Current Periods Basis Risk Shortfall Carry Forward Amt", only_total(current), Style.MONEY),
        ("Cumulative Basis Risk Shortfall Carry Forward Amt", only_total(cumulative), Style.MONEY),
    ]
    for index, rate in report.index_rates.items():
        rows.append((f"Current Periods {index.partition('-')[0]} Rate", only_total(rate), Style.PERCENT))
    return section(page, "ADJUSTABLE RATE CERTIFICATE INFORMATION", columns(report), rows)


def _derivatives(report: DistributionReport, page: int) -> Section:
    contracts = report.derivatives.contracts
    whole = report.derivatives.due() if contracts else ZERO
    rows: list[Line] = [("Total Derivative Payments", only_total(whole), Style.MONEY)]
    rows.extend((item.contract.contract, only_total(item.due), Style.MONEY) for item in contracts)
    return section(page, "ADDITIONAL INFORMATION", columns(report), rows)


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the last pages, the first numbered ``first``."""
    net: list[Line] = [("Current Net Mortgage Rate", only_total(report.rates.net_mortgage), Style.PERCENT)]
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
        Page(number=first + 1, report=OTHER, title=OTHER, sections=(_derivatives(report, first + 1),)),
    ]
