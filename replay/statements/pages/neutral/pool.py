"""The pool by loan group: rolled forward, described as far as it is known, and delinquent where that was reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger import DelinquencyTable, DistributionReport, Exact, GroupCollateral
from replay.statements.figures import Cell, Page, Section
from replay.statements.pages.neutral.tables import TOTAL, Line, group_columns, over_groups, page_of, table
from replay.statements.printing import Style

BALANCES: dict[str, Callable[[GroupCollateral], Exact]] = {
    "Opening balance": lambda item: item.opening_balance,
    "Added": lambda item: item.added_balance,
    "Scheduled principal": lambda item: item.scheduled_principal,
    "Curtailments": lambda item: item.curtailments,
    "Paid in full": lambda item: item.payoffs,
    "Insurance principal": lambda item: item.insurance_principal,
    "Repurchased or substituted": lambda item: item.repurchases,
    "Liquidated": lambda item: item.liquidations,
    "Draws": lambda item: item.draws,
    "Capitalized arrears": lambda item: item.capitalized,
    "Forgiven and deferred": lambda item: item.modified,
    "Deferred principal collected": lambda item: item.deferred_collected,
    "Closing balance": lambda item: item.closing_balance,
    "Deferred without interest": lambda item: item.deferred_balance,
}
COUNTS: dict[str, Callable[[GroupCollateral], Exact]] = {
    "Opening": lambda item: item.opening_count,
    "Added": lambda item: item.added_count,
    "Paid in full": lambda item: item.payoff_count,
    "Repurchased or substituted": lambda item: item.repurchase_count,
    "Liquidated": lambda item: item.liquidation_count,
    "Closing": lambda item: item.closing_count,
}
_ENDS = ("Opening balance", "Closing balance", "Opening", "Closing")

MEASURES = {
    "coupon": ("Coupon", Style.PERCENT),
    "months_to_maturity": ("Months to maturity", Style.TWO_DECIMALS),
    "amortization_months": ("Months of amortization left", Style.TWO_DECIMALS),
    "seasoning_months": ("Months of age", Style.TWO_DECIMALS),
    "margin": ("Margin", Style.PERCENT),
    "max_rate": ("Highest rate", Style.PERCENT),
    "min_rate": ("Lowest rate", Style.PERCENT),
    "cap_up": ("Cap on a rise", Style.PERCENT),
    "cap_down": ("Cap on a fall", Style.PERCENT),
}


def _rolled(
    report: DistributionReport, values: Mapping[str, Callable[[GroupCollateral], Exact]], style: Style
) -> list[Line]:
    pool = report.collateral
    lines: list[Line] = []
    for label, value in values.items():
        held: dict[str, Exact | None] = {group: value(item) for group, item in pool.groups.items()}
        if label in _ENDS or any(item is not None and item.value for item in held.values()):
            lines.append((label, over_groups(report, held, value(pool.total)), style))
    return lines


def counts_known(report: DistributionReport) -> bool:
    """Say whether the loans of the pool were counted: a pool with a balance and without a loan was not."""
    pool = report.collateral.total
    return bool(pool.opening_count.value or pool.closing_count.value)


def _issue(report: DistributionReport, page: int) -> Section | None:
    lines: list[Line] = [
        ("Balance", over_groups(report, report.original_balances), Style.MONEY),
        ("Loans", over_groups(report, report.original_counts), Style.WHOLE),
    ]
    return table(page, "Pool at issue", "At issue", lines)


def _averages(report: DistributionReport, page: int) -> Section | None:
    held = report.averages
    lines: list[Line] = []
    for measure, (label, style) in MEASURES.items():
        for when, values in (("at issue", held.original), ("before", held.prior), ("after", held.current)):
            known = {group: _known(measure, value) for group, value in values[measure].items()}
            lines.append((f"{label}, {when}", over_groups(report, known), style))
    return table(page, "Weighted averages", "Average", lines)


def _known(measure: str, value: Exact | None) -> Exact | None:
    """Return a measure; a coupon of nought is that of a pool whose rates nobody gave."""
    return None if value is None or (measure == "coupon" and not value.value) else value


def pool_page(report: DistributionReport, number: int) -> Page:
    """Return the page of the pool."""
    counts = _rolled(report, COUNTS, Style.WHOLE) if counts_known(report) else []
    return page_of(
        number,
        "Pool by group",
        (
            table(number, "Balance", "Balance", _rolled(report, BALANCES, Style.MONEY)),
            table(number, "Loans", "Loans", counts),
            _issue(report, number),
            _averages(report, number),
        ),
    )


BEHIND = ("delinquent", "foreclosure", "bankruptcy", "reo")
BUCKETS = ("current", "1 payment", "2 payments", "3+ payments")
_PRINTED = {"reo": "REO"}


def _behind(report: DistributionReport, held: DelinquencyTable, page: int, name: str) -> Section | None:
    lines: list[Line] = []
    counted = counts_known(report)
    for category in (*BEHIND, TOTAL):
        for bucket in (*BUCKETS, TOTAL):
            cell = held.cell(category, bucket)
            if not (cell.balance.value or cell.count.value) or (category == TOTAL) != (bucket == TOTAL):
                continue
            cells: list[Cell] = [
                ("balance", cell.balance),
                ("share of the balance", held.balance_share(category, bucket)),
                ("loans", cell.count if cell.count.value else None),
                ("share of the loans", held.count_share(category, bucket) if counted and cell.count.value else None),
            ]
            label = "Total" if category == TOTAL else f"{_PRINTED.get(category, category.capitalize())}, {bucket}"
            lines.append((label, cells, [Style.MONEY, Style.PERCENT, Style.WHOLE, Style.PERCENT]))
    return table(page, name, "Behind", lines)


def delinquency_page(report: DistributionReport, number: int) -> Page:
    """Return the page of delinquency, as far as anything is behind."""
    behind, columns = report.delinquency, group_columns(report)
    tables = [_behind(report, behind.total, number, "Delinquency")]
    if len(report.terms.groups) > 1:
        tables += [
            _behind(report, held, number, f"Delinquency: {columns[group]}") for group, held in behind.groups.items()
        ]
    rolling: list[Line] = [
        (label, [("amount", value if value.value else None)], Style.MONEY)
        for label, value in (
            ("60 days or more behind, rolling average", behind.rolling_sixty),
            ("90 days or more behind, rolling average", behind.rolling_ninety),
        )
    ]
    tables.append(table(number, "Rolling averages", "Average", rolling))
    if report.new_reo_count.value:
        cells: list[Line] = [
            ("Loans", [("became REO", report.new_reo_count)], Style.WHOLE),
            ("Balance", [("became REO", report.new_reo_balance)], Style.MONEY),
            ("Original balance", [("became REO", report.new_reo_original)], Style.MONEY),
        ]
        tables.append(table(number, "Real estate owned", "This period", cells))
    none = [] if any(tables) else ["Note: No loan was reported delinquent."]
    return page_of(number, "Delinquency", tables, none)


__all__ = ["BALANCES", "COUNTS", "MEASURES", "counts_known", "delinquency_page", "pool_page"]
