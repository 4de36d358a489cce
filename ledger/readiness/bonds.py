"""Checks of the bonds: rates and indexes, what the waterfall pays, and what was recorded as paid."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ledger.deal.steps import PayInterest, PayResidual
from ledger.deal.terms import ClassKind, FeeBasis, RateKind
from ledger.events.statuses import ClassRateReported, IndexRateSet
from ledger.findings import Finding
from ledger.projections.facts import Facts
from ledger.readiness.codes import found
from ledger.readiness.month import MonthToClose
from ledger.values.exact import Exact

_CENT = Fraction(1, 100)


def rate_findings(facts: Facts) -> Iterator[Finding]:
    """Return what is the matter with the rates of the classes; without one of them there is no report to look at."""
    yield from _indexes(facts)
    reported = {event.class_id for _, event in facts.documents_of(ClassRateReported, first=facts.number)}
    for bond in facts.terms.classes:
        if bond.rate.kind is RateKind.REPORTED and bond.class_id not in reported:
            message = f"no rate of class {bond.class_id} is reported for {facts.distribution.payment_date}"
            yield found("class_rate_missing", message, classes=[bond.class_id])


def _indexes(facts: Facts) -> Iterator[Finding]:
    floating = [bond for bond in facts.terms.classes if bond.rate.kind is RateKind.FLOATING]
    for name in dict.fromkeys(bond.rate.index or "" for bond in floating):
        bonds = [bond for bond in floating if bond.rate.index == name]
        classes = [bond.class_id for bond in bonds]
        start = facts.calendar.accrual(bonds[0], facts.distribution).start
        rates = [event for _, event in facts.documents_of(IndexRateSet, first=facts.number) if event.index == name]
        if not rates:
            message = f"no {name} is set for the accrual period from {start}, for {facts.distribution.payment_date}"
            yield found("index_missing", message, classes=classes)
            continue
        if len({event.rate for event in rates}) > 1:
            figures = [(event.event_id, event.rate) for event in rates]
            message = f"{name} is set to {len(rates)} rates for the accrual period from {start}"
            yield found(
                "two_index_rates", message, classes=classes, figures=figures, events=[e.event_id for e in rates]
            )
        latest = rates[-1]
        stated = latest.period_start or latest.effective_date
        if stated != start or (latest.fixing_date is not None and latest.fixing_date > start):
            fixed = latest.fixing_date or stated
            message = f"{name} of {fixed} is taken for the accrual period from {start}"
            yield found("index_of_other_period", message, classes=classes, events=[latest.event_id])


def bond_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what is the matter with the classes and with what they are paid."""
    yield from _steps(month)
    yield from _above_pool(month)
    yield from _paid(month)
    yield from _fees(month)
    yield from _missing_fees(month)
    yield from _contracts(month)


def _steps(month: MonthToClose) -> Iterator[Finding]:
    terms = month.facts.terms
    paid = {name for step in terms.waterfall if isinstance(step, PayInterest | PayResidual) for name in step.classes}
    interest = {name for step in terms.waterfall if isinstance(step, PayInterest) for name in step.classes}
    for name, item in month.report.classes.items():
        if item.accrual.accrued.value and name not in paid:
            message = (
                f"class {name} accrues {item.accrual.accrued.decimal:,} and no step of the waterfall pays it interest"
            )
            yield found("class_unpaid_by_waterfall", message, classes=[name])
    for bond in terms.classes:
        if bond.rate.kind is RateKind.NONE and bond.kind is not ClassKind.RESIDUAL and bond.class_id in interest:
            message = f"a step pays interest to class {bond.class_id}, which has no rate"
            yield found("class_without_rate", message, classes=[bond.class_id])


def _above_pool(month: MonthToClose) -> Iterator[Finding]:
    report = month.report
    principal = [bond.class_id for bond in month.facts.terms.classes if bond.kind is ClassKind.PRINCIPAL]
    bonds = sum((report.classes[name].result.closing_balance.value for name in principal), Fraction(0))
    pool = report.collateral.total.closing_balance.value + report.prefunding.closing.value
    if principal and bonds > pool + _CENT * len(principal):
        message = f"the classes stand at {Exact(bonds).decimal:,}, above the pool of {Exact(pool).decimal:,}"
        yield found("bonds_above_pool", message, classes=principal, figures=[("classes", bonds), ("pool", pool)])


def _paid(month: MonthToClose) -> Iterator[Finding]:
    for name, item in month.report.classes.items():
        if not item.recorded.anything:
            continue
        if month.number > month.closed_through:
            message = f"payments of class {name} are recorded, and the distribution is not closed"
            yield found("paid_before_closed", message, classes=[name])
    for name, what, computed, recorded in month.report.unlike_recorded:
        message = (
            f"class {name} is recorded as paid {recorded.decimal:,} of {what}, and {computed.decimal:,} is computed"
        )
        figures = [("recorded", recorded.value), ("computed", computed.value)]
        yield found("payments_unlike_computed", message, classes=[name], figures=figures)


def _fees(month: MonthToClose) -> Iterator[Finding]:
    for line in month.report.fees:
        if line.fee.basis is FeeBasis.POSTED or not line.charged.value:
            continue
        claimed = month.report.waterfall.fees.get(line.fee.fee_id)
        payable = line.total if claimed is None else claimed.paid
        if abs(line.charged.value - payable.value) > _CENT * len(line.due):
            message = f"{line.charged.decimal:,} of {line.fee.title} is charged, and the terms give {payable.decimal:,}"
            figures = [("charged", line.charged.value), ("terms", payable.value)]
            yield found("fee_unlike_terms", message, figures=figures)


def _missing_fees(month: MonthToClose) -> Iterator[Finding]:
    """Name fees that somebody posts every month, and has not posted this month."""
    facts = month.facts
    before = facts.calendar.preceding(facts.number)
    if before is None:
        return
    for fee in facts.terms.fees:
        if fee.basis is not FeeBasis.POSTED:
            continue
        keys = {"code": fee.fee_id}
        charged = facts.totals.sum("fee", "fee_charged", first=before, last=before, **keys)
        if charged.value > 0 and not facts.this_period("fee", "fee_charged", code=fee.fee_id).value:
            message = f"no {fee.title} is posted; the month before it was {charged.decimal:,}"
            yield found("posted_fee_missing", message, figures=[("the month before", charged.value)])


def _contracts(month: MonthToClose) -> Iterator[Finding]:
    facts = month.facts
    for kind in ("derivative_payment_made", "derivative_payment_received"):
        for contract in facts.terms.derivatives:
            due = facts.this_period("memo", kind, code=contract.contract).value
            paid = facts.this_period("other", kind, code=contract.contract).value
            if abs(due - paid) >= _CENT:
                message = (
                    f"{Exact(paid).decimal:,} passed under contract {contract.contract}, {Exact(due).decimal:,} was due"
                )
                yield found("derivative_unlike_due", message, figures=[("paid", paid), ("due", due)])
