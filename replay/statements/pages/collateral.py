"""Collateral: roll-forward, pre-funding, characteristics, servicing fees and advances (the filing's pages 8 to 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger import DistributionReport, Exact, GroupCollateral
from replay.statements.figures import Cell, Page, PlainRow, Section, section
from replay.statements.pages.base import across, across_known, across_map, column_headings, columns, only_total
from replay.statements.printing import Style

REPORT = "Collateral Report"

AVERAGES = {
    "Weighted Average Coupon": "coupon",
    "Weighted Average Months to Maturity": "months_to_maturity",
    "Weighted Avg Remaining Amortization Term": "amortization_months",
    "Weighted Average Seasoning": "seasoning_months",
}

ARM_AVERAGES = {
    "Weighted Average Margin": "margin",
    "Weighted Average Max Rate": "max_rate",
    "Weighted Average Min Rate": "min_rate",
    "Weighted Average Cap Up": "cap_up",
    "Weighted Average Cap Down": "cap_down",
}


def _rolled(report: DistributionReport, label: str, value: Callable[[GroupCollateral], Exact]) -> PlainRow:
    pool, style = report.collateral, Style.GENERAL if label.startswith("Loan Count") else Style.CENTS
    return (label, across(report, lambda group: value(pool.groups[group]), value(pool.total)), style)


def _roll_forward(report: DistributionReport, page: int) -> Section:
    count, balance = "Loan Count: ", "Principal Balance: "
    rows = [
        (f"{count}Original", across_known(report, report.original_counts), Style.GENERAL),
        _rolled(report, f"{count}Prior", lambda pool: pool.opening_count),
        _rolled(report, f"{count}Prefunding", lambda pool: pool.added_count),
        _rolled(report, f"{count}Scheduled Paid Offs", lambda pool: pool.scheduled_payoff_count),
        _rolled(report, f"{count}Full Voluntary Prepayments", lambda pool: pool.payoff_count),
        _rolled(report, f"{count}Repurchases", lambda pool: pool.repurchase_count),
        _rolled(report, f"{count}Liquidations", lambda pool: pool.liquidation_count),
        _rolled(report, f"{count}Current", lambda pool: pool.closing_count),
        (f"{balance}Original", across_known(report, report.original_balances), Style.CENTS),
        _rolled(report, f"{balance}Prior", lambda pool: pool.opening_balance),
        _rolled(report, f"{balance}Prefunding", lambda pool: pool.added_balance),
        _rolled(report, f"{balance}Scheduled Principal", lambda pool: pool.scheduled_principal),
        _rolled(report, f"{balance}Partial and Full Voluntary Prepayments", lambda pool: pool.prepayments),
        _rolled(report, f"{balance}Repurchases", lambda pool: pool.repurchases),
        _rolled(report, f"{balance}Liquidations", lambda pool: pool.liquidations),
        *_risen(report, balance),
        _rolled(report, f"{balance}Current", lambda pool: pool.closing_balance),
        *_where_any(report, f"{balance}Deferred Without Interest", lambda pool: pool.deferred_balance),
    ]
    return section(page, "COLLATERAL", columns(report), rows)


def _where_any(report: DistributionReport, label: str, value: Callable[[GroupCollateral], Exact]) -> list[PlainRow]:
    """Return a line that the template has not, where a group has anything of it."""
    pools = report.collateral.groups.values()
    return [_rolled(report, label, value)] if any(value(pool).value for pool in pools) else []


def _risen(report: DistributionReport, balance: str) -> list[PlainRow]:
    """Return the lines of draws and of modified loans, where there are any."""
    return [
        *_where_any(report, f"{balance}Draws", lambda pool: pool.draws),
        *_where_any(report, f"{balance}Capitalized Arrears", lambda pool: pool.capitalized),
        *_where_any(report, f"{balance}Forgiven and Deferred Principal", lambda pool: pool.modified),
        *_where_any(report, f"{balance}Deferred Principal Collected", lambda pool: pool.deferred_collected),
    ]


def _prefunding(report: DistributionReport, page: int) -> Section:
    account = "PRE-FUNDING ACCOUNT: "
    rows: list[PlainRow] = [
        (f"{account}Original Pre-Funded Amount", only_total(report.original_prefunding), Style.MONEY),
        (
            f"{account}Balance of Subsequent Mortgage Loans added this period",
            only_total(report.collateral.total.added_balance),
            Style.MONEY,
        ),
        (f"{account}Withdrawal remaining amounts", only_total(report.prefunding.withdrawn), Style.MONEY),
        (f"{account}Pre-Funding Account Ending Balance", only_total(report.prefunding.closing), Style.MONEY),
    ]
    return section(page, "PREFUNDING", columns(report), rows)


def _averages(report: DistributionReport, page: int) -> Section:
    rows: list[PlainRow] = []
    for label, measure in AVERAGES.items():
        for when, values in _when(report).items():
            rows.append((f"{label} {when}", across_known(report, values[measure]), Style.GENERAL))
    return section(page, "CHARACTERISTICS", columns(report), rows)


def _when(report: DistributionReport) -> dict[str, Mapping[str, Mapping[str, Exact | None]]]:
    averages = report.averages
    return {"Original": averages.original, "Prior": averages.prior, "Current": averages.current}


def _arm(report: DistributionReport, page: int) -> Section:
    names = column_headings(report)
    adjustable = {group.group_id: names[group.group_id] for group in report.terms.groups if group.adjustable}
    rows: list[PlainRow] = []
    for label, measure in ARM_AVERAGES.items() if adjustable else ():
        for when, values in _when(report).items():
            cells: list[Cell] = [(name, values[measure].get(group)) for group, name in adjustable.items()]
            rows.append((f"{label} {when}", cells, Style.GENERAL))
    return section(page, "ARM CHARACTERISTICS", columns(report), rows)


def _servicing(report: DistributionReport, page: int) -> Section:
    served, short = report.servicing, report.shortfalls

    def line(label: str, values: Mapping[str, Exact]) -> PlainRow:
        return (label, across_map(report, values), Style.MONEY)

    def negative(values: Mapping[str, Exact]) -> dict[str, Exact]:
        return {group: -value for group, value in values.items()}

    rows = [
        line("Current Servicing Fees", served.current_fee),
        line("TOTAL SERVICING FEES: Delinquent Servicing Fees", served.delinquent_fee),
        line("TOTAL SERVICING FEES", served.total_fee),
        line("Total Servicing Fees", served.total_fee),
        line("Compensating Interest", negative(short.compensating)),
        line("COLLECTED SERVICING FEES: Delinquent Servicing Fees", negative(served.delinquent_fee)),
        line("COLLECTED SERVICING FEES", served.collected_fee),
        line("Current PPIS", short.prepayment),
        line("Current Net PPIS", short.non_supported),
        line("Total Advanced Principal For Current Payment Date", served.advanced_principal),
        line("Total Advanced Interest For Current Payment Date", served.advanced_interest),
        line("TOTAL ADVANCES FOR CURRENT PERIOD", served.advances),
    ]
    return section(page, "SERVICING FEES / ADVANCES", columns(report), rows)


def pages(report: DistributionReport, first: int) -> list[Page]:
    """Return the collateral pages, the first numbered ``first``."""
    original = ("Note: Original information refers to deal issue.",)
    return [
        Page(
            number=first,
            report=REPORT,
            title=REPORT,
            sections=(_roll_forward(report, first), _prefunding(report, first)),
        ),
        Page(number=first + 1, report=REPORT, title=REPORT, sections=(_averages(report, first + 1),), notes=original),
        Page(
            number=first + 2,
            report=REPORT,
            title=REPORT,
            sections=(
                _arm(report, first + 2),
                _servicing(report, first + 2),
                section(first + 2, "ADDITIONAL COLLATERAL INFORMATION", columns(report), []),
            ),
            notes=original,
        ),
    ]
