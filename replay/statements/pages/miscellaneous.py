"""Triggers, adjustable rate certificates, rates, and derivative contracts (the filing's pages 23 and 24)."""

from __future__ import annotations

from collections.abc import Iterator

from ledger import DistributionReport, TriggerKind, TriggerTest
from replay.statements.figures import Cell, Page, PlainRow, Section, section
from replay.statements.pages.base import columns, only_total
from replay.statements.printing import Style

TRIGGERS = "Triggers, Adj. Rate Cert. and Miscellaneous Report"
OTHER = "Other Related Information"


def _yes(said: bool) -> list[Cell]:
    return only_total("Yes" if said else "No")


def _style(test: TriggerTest) -> Style:
    """Return how a test's value and limit are printed: as a share unless they are dollars or counts."""
    if test.trigger.kind is TriggerKind.CLASS_BALANCE and test.denominator is None:
        return Style.MONEY
    counted = (TriggerKind.DECLARED, TriggerKind.ANY_OF, TriggerKind.ALL_OF)
    return Style.COUNT if test.trigger.kind in counted else Style.PERCENT


def _since(test: TriggerTest) -> str | None:
    """Say since when a trigger is in force or is not, as far as it is known; None for one that never was."""
    if test.since is None:
        return None
    text = f"{test.since.isoformat()} or before" if test.since_earlier else test.since.isoformat()
    return f"{text} (brought forward)" if test.brought_forward else text


def _figures(report: DistributionReport, test: TriggerTest) -> Iterator[tuple[str, list[Cell], Style]]:
    """Yield what is printed of one trigger, without its name."""
    trigger = test.trigger
    if trigger.kind is TriggerKind.DATE and trigger.date is not None:
        yield "Test Value", only_total(report.distribution.payment_date.isoformat()), Style.TEXT
        yield "Limit", only_total(trigger.date.isoformat()), Style.TEXT
    else:
        yield "Test Value", only_total(test.value), _style(test)
        if report.terms.rules > 3:
            yield "Numerator", only_total(test.numerator), Style.MONEY
            yield "Denominator", only_total(test.denominator), Style.MONEY
        yield "Limit", only_total(test.limit), _style(test)
    if not trigger.curable:
        yield "Test Fails", _yes(test.fails), Style.TEXT
    yield "In Force", _yes(test.in_force), Style.TEXT
    since = _since(test)
    if since is not None:
        yield "In Force Since" if test.in_force else "Not In Force Since", only_total(since), Style.TEXT


def _triggers(report: DistributionReport, page: int) -> Section:
    rows: list[PlainRow] = []
    for test in report.triggers:
        name = test.trigger.title or test.trigger.trigger_id
        rows.extend(
            (f"{name}: {what}", cells, style)
            for what, cells, style in _figures(report, test)
            if any(value is not None for _, value in cells)
        )
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
