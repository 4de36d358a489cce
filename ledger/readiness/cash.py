"""Checks of cash: whether what the statement pays is there, and what else is in the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from ledger.findings import Finding
from ledger.journal.accounts import OVERPAYMENTS, UNAPPLIED_FUNDS
from ledger.projections.collection_account import held_for_servicer, prior_period
from ledger.readiness.codes import found
from ledger.readiness.instalments import loans_named
from ledger.readiness.month import MonthToClose, in_dollars
from ledger.values.dates import date_from_number
from ledger.values.exact import Exact


def cash_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what is the matter with the cash of the month."""
    yield from _funds(month)
    yield from _compensating(month)
    yield from _earlier(month)
    yield from _held(month)
    for group, fee in month.report.servicing.collected_fee.items():
        if fee.value < 0:
            message = f"the servicer ends up with {fee.decimal:,} of the fee of group {group}"
            yield found("collected_fee_negative", message, groups=[group], figures=[("collected fee", fee.value)])


def _funds(month: MonthToClose) -> Iterator[Finding]:
    report = month.report
    funds, cash = report.funds, report.cash_for_classes
    apart = funds.value - cash.value
    if abs(apart) > report.roundings:
        message = (
            f"the statement has {funds.decimal:,} to pay out, and {cash.decimal:,} is there: "
            f"{Exact(abs(apart)).decimal:,} {'is missing' if apart > 0 else 'too much'}"
        )
        figures = [("funds", funds.value), ("cash", cash.value)]
        yield found("funds_unlike_cash", message, figures=figures)
    if funds.value < -report.roundings:
        message = f"fees and withdrawals take {Exact(-funds.value).decimal:,} more than came in"
        yield found("funds_below_zero", message, figures=[("funds", funds.value)])


def _compensating(month: MonthToClose) -> Iterator[Finding]:
    short = month.report.shortfalls
    for group in month.facts.groups:
        owed, paid = short.compensating[group], short.compensating_paid[group]
        if owed.value != paid.value:
            message = (
                f"of compensating interest in group {group}, {owed.decimal:,} is owed and {paid.decimal:,} is paid"
            )
            figures = [("owed", owed.value), ("paid", paid.value)]
            yield found("compensating_interest_unlike_owed", message, groups=[group], figures=figures)


def _earlier(month: MonthToClose) -> Iterator[Finding]:
    facts = month.facts
    left = prior_period(facts)
    if month.unpaid_before is not None:
        message = f"the distribution of {date_from_number(month.unpaid_before)} is closed and not paid"
        yield found("earlier_distribution_not_paid", message)
    elif left.value > 0:
        message = f"distributions that are paid left {left.decimal:,} in the account"
        yield found("restated_cash_held", message, figures=[("held", left.value)])
    elif left.value < 0:
        message = f"distributions that are paid are short of {Exact(-left.value).decimal:,}"
        yield found("restated_cash_missing", message, figures=[("missing", -left.value)])


def _held(month: MonthToClose) -> Iterator[Finding]:
    facts = month.facts
    for group in facts.groups:
        held = held_for_servicer(facts, group)
        if held.value:
            message = f"{held.decimal:,} of late collections in group {group} repays advances and is not drawn"
            yield found("late_collections_held", message, groups=[group], figures=[("held", held.value)])
    for code, account, what, loans in (
        ("unapplied_funds_held", UNAPPLIED_FUNDS, "unapplied funds", month.unapplied),
        ("overpayments_held", OVERPAYMENTS, "overpayments", month.overpaid),
    ):
        total = -facts.journal.balance(account, last=facts.number)
        if total.value > 0:
            message = f"{total.decimal:,} of {what} is held"
            yield found(code, message, loans=_with_balance(loans), figures=[("held", total.value)])
        below = [loan for loan, units in loans.items() if units < 0]
        if below or total.value < 0:
            who = loans_named(below) if below else "the groups"
            missing = in_dollars(-sum(units for units in loans.values() if units < 0)) or -total.value
            message = f"more of {what} was used or given back than came in on {who}"
            yield found("held_below_zero", message, loans=below, figures=[("below zero", Fraction(missing))])


def _with_balance(loans: Mapping[str, int]) -> list[str]:
    return [loan for loan, units in loans.items() if units > 0]
