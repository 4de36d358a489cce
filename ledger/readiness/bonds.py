"""Checks of the bonds: rates and indexes, what the waterfall pays, and what was recorded as paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from ledger.deal.contradictions import PRINCIPAL_STEPS
from ledger.deal.steps import AccreteInterest, PayInterest, PayReportedPrincipal, PayResidual
from ledger.deal.vocabulary import ClassKind, RateKind
from ledger.events.statuses import ClassPrincipalReported, ClassRateReported, IndexRateSet
from ledger.findings import Finding
from ledger.projections.bonds import increased, opening_balance
from ledger.projections.derivatives import ContractPayment, notional
from ledger.projections.facts import Facts
from ledger.projections.pool import PREMIUM
from ledger.readiness.codes import found
from ledger.readiness.month import MonthToClose
from ledger.values.exact import Exact
from ledger.values.money import from_units


def rate_findings(facts: Facts) -> Iterator[Finding]:
    """Return what is the matter with the rates of the classes; without one of them there is no report to look at."""
    yield from _indexes(facts)
    reported = {event.class_id for _, event in facts.documents_of(ClassRateReported, first=facts.number)}
    for bond in facts.terms.classes:
        if bond.rate.kind is RateKind.REPORTED and bond.class_id not in reported:
            message = f"no rate of class {bond.class_id} is reported for {facts.distribution.payment_date}"
            yield found("class_rate_missing", message, classes=[bond.class_id])
    yield from _unreported_principal(facts)


def _unreported_principal(facts: Facts) -> Iterator[Finding]:
    given = {event.class_id for _, event in facts.documents_of(ClassPrincipalReported, first=facts.number)}
    steps = [step for step in facts.terms.waterfall if isinstance(step, PayReportedPrincipal)]
    for name in dict.fromkeys(name for step in steps for name in step.classes):
        if name not in given and opening_balance(facts, name).value > 0:
            message = f"no principal of class {name} is reported for {facts.distribution.payment_date}"
            yield found("class_principal_missing", message, classes=[name])


def _first_days(facts: Facts) -> dict[str, dt.date]:
    """Return the indexes that classes and contracts are on, each with the first day of its accrual period.

    A contract whose notional amount is nothing this month needs no index.
    """
    found: dict[str, dt.date] = {}
    for bond in facts.terms.classes:
        if bond.rate.kind is RateKind.FLOATING:
            found.setdefault(bond.rate.index or "", facts.calendar.accrual(bond, facts.distribution).start)
    for item in facts.terms.derivatives:
        if item.index and item.index not in found and notional(facts, item).value:
            period = facts.calendar.accrual_period(item.accrual, item.day_count, facts.distribution)
            found[item.index] = period.start
    return found


def _indexes(facts: Facts) -> Iterator[Finding]:
    floating = [bond for bond in facts.terms.classes if bond.rate.kind is RateKind.FLOATING]
    for name, start in _first_days(facts).items():
        classes = [bond.class_id for bond in floating if bond.rate.index == name]
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
    yield from _unissued(month.facts)
    yield from _steps(month)
    yield from _above_pool(month)
    yield from _paid(month)
    yield from _fees(month)
    yield from _missing_fees(month)
    yield from _premiums(month)
    yield from _contracts(month)
    yield from _contracts_by_terms(month)


def _unissued(facts: Facts) -> Iterator[Finding]:
    """Name classes with a face that nothing was ever posted to.

    Of a deal that came in mid-life nothing is said: a class that was paid off by then may rightly have been left out.
    """
    if facts.totals.holds("class_balance_brought_forward"):
        return
    for bond in facts.terms.classes:
        if bond.kind is not ClassKind.PRINCIPAL or not bond.face:
            continue
        issued = facts.to_date("principal", "bond_class_issued", class_id=bond.class_id)
        if not (issued.value or opening_balance(facts, bond.class_id).value or increased(facts, bond.class_id).value):
            message = f"class {bond.class_id} has a face of {bond.face:,} and was not issued"
            yield found("class_not_issued", message, classes=[bond.class_id], figures=[("face", bond.face)])


def _steps(month: MonthToClose) -> Iterator[Finding]:
    terms = month.facts.terms
    paid = {
        name
        for step in terms.waterfall
        if isinstance(step, AccreteInterest | PayInterest | PayResidual)
        for name in step.classes
    }
    interest = {name for step in terms.waterfall if isinstance(step, PayInterest) for name in step.classes}
    for name, item in month.report.classes.items():
        if item.accrual.accrued.value and name not in paid:
            message = (
                f"class {name} accrues {item.accrual.accrued.decimal:,} and no step of the waterfall pays it interest"
            )
            yield found("class_unpaid_by_waterfall", message, classes=[name])
    principal = {name for step in terms.waterfall if isinstance(step, PRINCIPAL_STEPS) for name in step.classes}
    for bond in terms.classes if principal else ():
        if bond.kind is ClassKind.PRINCIPAL and bond.class_id not in principal:
            message = f"no step of the waterfall pays class {bond.class_id} principal"
            yield found("class_without_principal", message, classes=[bond.class_id])
    for bond in terms.classes:
        if bond.rate.kind is RateKind.NONE and bond.kind is not ClassKind.RESIDUAL and bond.class_id in interest:
            message = f"a step pays interest to class {bond.class_id}, which has no rate"
            yield found("class_without_rate", message, classes=[bond.class_id])


def _above_pool(month: MonthToClose) -> Iterator[Finding]:
    report = month.report
    principal = [bond.class_id for bond in month.facts.terms.classes if bond.kind is ClassKind.PRINCIPAL]
    bonds = sum((report.classes[name].result.closing_balance.value for name in principal), Fraction(0))
    pool = report.collateral.total.closing_balance.value + report.prefunding.closing.value
    pool += report.funding_account.value
    if principal and bonds > pool + month.unit * len(principal):
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
        if line.fee.basis.is_posted or not line.charged.value:
            continue
        claimed = month.report.waterfall.fees.get(line.fee.fee_id)
        payable = line.total if claimed is None else claimed.paid
        if abs(line.charged.value - payable.value) > month.unit * len(line.due):
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
        if not fee.basis.is_posted:
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
            if abs(due - paid) >= month.unit:
                message = (
                    f"{Exact(paid).decimal:,} passed under contract {contract.contract}, {Exact(due).decimal:,} was due"
                )
                yield found("derivative_unlike_due", message, figures=[("paid", paid), ("due", due)])


def _contracts_by_terms(month: MonthToClose) -> Iterator[Finding]:
    for item in month.report.derivatives.contracts:
        if not item.contract.is_derived:
            continue
        given, passed = (item.receivable - item.due).value, (item.received - item.paid).value
        if passed != given or _accrued_otherwise(month.facts, item):
            what = f"{Exact(passed).decimal:,}" if item.posted else "nothing"
            message = (
                f"{what} is posted as received under contract {item.contract.contract}, and its terms give "
                f"{Exact(given).decimal:,}; what the trust pays is below zero"
            )
            yield found("contract_unlike_terms", message, figures=[("posted", passed), ("terms", given)])


def _accrued_otherwise(facts: Facts, item: ContractPayment) -> bool:
    """Say whether what was posted as due is another accrual than the terms give."""
    received, made = (
        facts.this_period("memo", f"derivative_payment_{way}", code=item.contract.contract).value
        for way in ("received", "made")
    )
    return item.posted and abs(received - made - item.accrued.value) >= facts.terms.currency.unit


def _premiums(month: MonthToClose) -> Iterator[Finding]:
    for line in month.report.fees:
        for group in line.from_loans:
            posted = month.facts.this_period("fee", "fee_charged", group=group, code=line.fee.fee_id)
            due = line.due[group]
            if posted != due:
                message = f"{posted.decimal:,} of {line.fee.title} is posted, and the loans give {due.decimal:,}"
                figures = [("posted", posted.value), ("loans", due.value)]
                yield found("premium_unlike_loans", message, groups=[group], figures=figures)
            yield from _without_rates(month, line.fee.title, group)


def _without_rates(month: MonthToClose, title: str, group: str) -> Iterator[Finding]:
    """Name a group of which some loans say what their insurance costs, or that they have none, and some do not."""
    pool = month.facts.pool
    stated = from_units(pool.opening[group][PREMIUM][0]) if pool is not None else Fraction(0)
    opening = month.report.collateral.groups[group].opening_balance.value
    if stated != opening:
        unknown = opening - stated
        message = f"loans of {Exact(unknown).decimal:,} do not say what their {title} is, and are taken to owe none"
        figures = [("balance without a rate", unknown), ("opening balance", opening)]
        yield found("premium_rate_unknown", message, groups=[group], figures=figures)
