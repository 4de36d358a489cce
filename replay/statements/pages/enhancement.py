"""Credit enhancement: structural features (the filing's page 7)."""

from __future__ import annotations

from collections.abc import Mapping

from ledger import DistributionReport, Exact, PayUnpaidLosses, total
from replay.statements.figures import Page, PlainRow, section
from replay.statements.pages.base import TOTAL, across_known, columns, only_total
from replay.statements.printing import Style

REPORT = "Credit Enhancement Report"

_RULES_WITH_INSURER = 4
"""Deals under earlier rules print no lines of their insurer, as ever."""


def _insured(report: DistributionReport) -> list[PlainRow]:
    """What the bond insurer paid on each class and is owed; only in months in which there is any of it."""
    rows: list[PlainRow] = []
    for name, item in report.classes.items():
        result = item.result
        amounts = {
            "Insurer Claim Brought Forward": item.insurer_claim_before,
            "Interest on Insurer Claim": item.accrual.insurer_interest,
            "Insured Interest Paid": result.insurer_interest,
            "Insured Principal Paid": result.insurer_principal,
            "Insurer Reimbursed": item.insurer_reimbursed,
            "Insurer Claim Carried Forward": item.insurer_claim,
        }
        if any(value.value for value in amounts.values()):
            rows.extend((f"{name}: {label}", only_total(value), Style.MONEY) for label, value in amounts.items())
    return rows


def _accounts(report: DistributionReport) -> list[PlainRow]:
    """What every account of the trust held, gave and got."""
    rows: list[PlainRow] = []
    for item in report.accounts.values():
        amounts = {
            "Opening Balance": item.opening,
            "Investment Income": item.earned,
            "Drawn for Interest and Fees": item.drawn_interest,
            "Drawn for Principal": item.drawn_principal,
            "Released": item.released,
            "Deposited": item.funded,
            "Required Amount": item.target,
            "Closing Balance": item.closing,
        }
        title = item.account.name
        rows.extend(
            (f"{title}: {label}", only_total(value), Style.MONEY)
            for label, value in amounts.items()
            if value is not None
        )
    return rows


def _fees(report: DistributionReport) -> list[PlainRow]:
    """What fees in the waterfall claimed and were paid."""
    rows: list[PlainRow] = []
    for line in report.fees:
        found = report.waterfall.fees.get(line.fee.fee_id)
        if found is None:
            continue
        amounts = {
            "Due": found.due,
            "Unpaid Before": found.arrears,
            "Paid": found.paid,
            "Carried Forward": found.unpaid,
        }
        rows.extend((f"{line.fee.title}: {label}", only_total(value), Style.MONEY) for label, value in amounts.items())
    return rows


def _unpaid_losses(report: DistributionReport) -> list[PlainRow]:
    """What classes lost and are owed, where a step pays losses back; only of classes that have, or had, any."""
    rows: list[PlainRow] = []
    if not any(isinstance(step, PayUnpaidLosses) for step in report.terms.waterfall):
        return rows
    for name, item in report.classes.items():
        amounts = {
            "Unpaid Realized Loss Brought Forward": item.losses_unpaid_before,
            "Realized Loss of the Period": item.result.loss,
            "Written Up": item.result.written_up,
            "Realized Loss Paid": item.losses_paid,
            "Unpaid Realized Loss Carried Forward": item.losses_unpaid,
        }
        if any(value.value for value in amounts.values()):
            rows.extend((f"{name}: {label}", only_total(value), Style.MONEY) for label, value in amounts.items())
    return rows


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
        section(first, "ACCOUNTS", names, _accounts(report)),
        section(first, "INSURANCE", names, _insured(report) if report.terms.rules >= _RULES_WITH_INSURER else []),
        section(first, "STRUCTURAL FEATURES", names, rows),
        *((section(first, "UNPAID REALIZED LOSSES", names, lost),) if (lost := _unpaid_losses(report)) else ()),
        *((section(first, "FEES IN THE WATERFALL", names, fees),) if (fees := _fees(report)) else ()),
    )
    return [Page(number=first, report=REPORT, title=REPORT, sections=sections)]
