"""Checks of cash: whether what the statement pays is there, and what else is in the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from ledger.deal.vocabulary import PaidBy, RestatedCash
from ledger.events.fees import WithdrawalPurpose
from ledger.findings import Finding
from ledger.journal.accounts import DUE_FROM_ISSUER, OVERPAYMENTS, UNAPPLIED_FUNDS
from ledger.projections.collection_account import held_for_servicer, prior_period
from ledger.projections.facts import Facts
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
    yield from _left_over(month)
    yield from _owed_by_the_issuer(month)
    yield from _withdrawn(month)
    yield from _departed(month)
    for group, fee in month.report.servicing.collected_fee.items():
        if fee.value < 0:
            message = f"the servicer ends up with {fee.decimal:,} of the fee of group {group}"
            yield found("collected_fee_negative", message, groups=[group], figures=[("collected fee", fee.value)])


def _funds(month: MonthToClose) -> Iterator[Finding]:
    report = month.report
    funds, cash = report.funds, report.cash_for_classes
    apart = funds.value - cash.value
    if apart > report.roundings or -apart > report.roundings + _fractions_paid(month):
        message = (
            f"the statement has {funds.decimal:,} to pay out, and {cash.decimal:,} is there: "
            f"{Exact(abs(apart)).decimal:,} {'is missing' if apart > 0 else 'too much'}"
        )
        figures = [("funds", funds.value), ("cash", cash.value)]
        yield found("funds_unlike_cash", message, figures=figures)
    if funds.value < -report.roundings:
        message = f"fees and withdrawals take {Exact(-funds.value).decimal:,} more than came in"
        yield found("funds_below_zero", message, figures=[("funds", funds.value)])


def _fractions_paid(month: MonthToClose) -> Fraction:
    """Return what loans paid, fraction by fraction, beyond instalments that are no whole cents: cash that was not due.

    What they paid less is delinquent, and no funds either; the two offset each other within a group.
    """
    groups = [sums for group, sums in month.singly.items() if group in month.by_loan]
    return in_dollars(sum(max(0, sums.more_principal) + max(0, sums.more_interest) for sums in groups))


def _left_over(month: MonthToClose) -> Iterator[Finding]:
    """Name funds that the waterfall gives to nobody: without a residual there may be more than classes are due."""
    left = month.report.waterfall.left_over
    if left.value > month.report.roundings:
        message = f"{left.decimal:,} of the funds is due to no class"
        yield found("funds_undistributed", message, figures=[("left over", left.value)])


def _owed_by_the_issuer(month: MonthToClose) -> Iterator[Finding]:
    """Name what the issuer has not paid of a reference pool's principal, but for what is its own."""
    facts, report = month.facts, month.report
    if facts.terms.paid_by is not PaidBy.ISSUER:
        return
    held = [bond.class_id for bond in facts.terms.classes if bond.retained]
    own = sum((report.classes[name].principal.value for name in held), Fraction(0))
    settled = facts.this_period("other", "retained_part_settled").value
    apart = facts.journal.balance(DUE_FROM_ISSUER, last=facts.number).value + settled - own
    if abs(apart) > report.roundings:
        told = "has not paid" if apart > 0 else "paid beyond what it owes:"
        message = f"the issuer {told} {Exact(abs(apart)).decimal:,} of the reference pool's principal"
        yield found("issuer_payment_unlike_owed", message, figures=[("owed", apart)])


def _withdrawn(month: MonthToClose) -> Iterator[Finding]:
    facts = month.facts
    for purpose in WithdrawalPurpose:
        for group in facts.groups:
            taken = facts.this_period("fee", "collection_account_withdrawn", group=group, code=purpose.value)
            if taken.value:
                message = f"{taken.decimal:,} is withdrawn from the account of group {group}: {purpose.value}"
                yield found("withdrawal_made", message, groups=[group], figures=[("withdrawn", taken.value)])


def _departed(month: MonthToClose) -> Iterator[Finding]:
    if month.departed:
        loans = list(month.departed)
        cash = in_dollars(sum(month.departed.values()))
        message = f"{Exact(cash).decimal:,} came in on {loans_named(loans)}, which left before this month"
        yield found("cash_of_departed_loan", message, loans=loans, figures=[("cash", cash)])


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
        settles = facts.terms.restated_cash is RestatedCash.SETTLE and facts.terms.rules > 1
        message = f"distributions that are paid are short of {Exact(-left.value).decimal:,}" + (
            ", which is settled out of this one as the terms say" if settles else ""
        )
        yield found("restated_cash_missing", message, figures=[("missing", -left.value)])


def _held(month: MonthToClose) -> Iterator[Finding]:
    facts = month.facts
    for group in facts.groups:
        held = held_for_servicer(facts, group)
        if held.value:
            message = f"{held.decimal:,} of late collections in group {group} repays advances and is not drawn"
            yield found("late_collections_held", message, groups=[group], figures=[("held", held.value)])
    for code, what, total, loans in (
        ("unapplied_funds_held", "unapplied funds", _account(facts, UNAPPLIED_FUNDS), month.unapplied),
        ("overpayments_held", "overpayments", _account(facts, OVERPAYMENTS), month.overpaid),
        ("paid_ahead_held", "instalments paid ahead", in_dollars(sum(month.ahead.groups.values())), month.ahead.loans),
    ):
        if total > 0:
            message = f"{Exact(total).decimal:,} of {what} is held"
            yield found(code, message, loans=_with_balance(loans), figures=[("held", total)])
        below = [loan for loan, units in loans.items() if units < 0]
        if below or total < 0:
            who = loans_named(below) if below else "the groups"
            missing = in_dollars(-sum(units for units in loans.values() if units < 0)) or -total
            message = f"more of {what} was used or given back than came in on {who}"
            yield found("held_below_zero", message, loans=below, figures=[("below zero", missing)])


def _account(facts: Facts, account: str) -> Fraction:
    return (-facts.journal.balance(account, last=facts.number)).value


def _with_balance(loans: Mapping[str, int]) -> list[str]:
    return [loan for loan, units in loans.items() if units > 0]
