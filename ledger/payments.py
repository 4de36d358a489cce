"""From what the waterfall computes to the events that record it.

The waterfall's amounts carry fractions of a cent; cash does not. Each class is paid what its balance or its claim falls
by, to the cent, and the residual class gets the cash that is left, so that the account is emptied and never overdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from ledger.events.base import Event, Stamp
from ledger.events.distributions import (
    BondInterestPaid,
    BondLossAllocated,
    BondPrincipalPaid,
    BondShortfallRecorded,
    BondWrittenUp,
    CollectionAccountRemitted,
    InsurerPaymentReceived,
    Shortfall,
)
from ledger.events.fees import FeeCharged
from ledger.exact import Exact
from ledger.money import Rounding, as_decimal, from_units, round_to
from ledger.postings import cash_effect
from ledger.projections.report import ClassReport, DistributionReport
from ledger.terms import ClassKind, FeeBasis
from ledger.totals import TotalRow


def _cents(value: Exact | Fraction, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    fraction = value.value if isinstance(value, Exact) else value
    return as_decimal(round_to(fraction, rounding=rounding), 2)


def _units(value: Exact) -> Decimal:
    return as_decimal(value.value, 4)


class _Payment:
    def __init__(self, report: DistributionReport) -> None:
        self.report = report
        self.on = report.distribution.payment_date
        self.prefix = f"{report.deal}/{self.on}"
        self.events: list[Event] = []

    def stamp(self, name: str) -> Stamp:
        return {"event_id": f"{self.prefix}/{name}", "deal": self.report.deal, "effective_date": self.on}


def distribution_events(report: DistributionReport, totals: Iterable[TotalRow]) -> list[Event]:
    """Return the events that pay a distribution; ``totals`` are those known when the report was made."""
    payment = _Payment(report)
    fees = _fees(payment)
    cash = _cash(report, totals) - sum((Fraction(fee.amount) for fee in fees), Fraction(0))
    payment.events.extend(fees)
    paid = _class_payments(payment, cash)
    remitted = sum(
        (event.amount for event in paid if isinstance(event, BondInterestPaid | BondPrincipalPaid)), Decimal(0)
    )
    insured = sum((e.principal + e.interest for e in paid if isinstance(e, InsurerPaymentReceived)), Decimal(0))
    remittance = CollectionAccountRemitted(amount=max(remitted - insured, Decimal(0)), **payment.stamp("remitted"))
    return [*payment.events, remittance, *paid]


def _cash(report: DistributionReport, totals: Iterable[TotalRow]) -> Fraction:
    """Cash that belongs to this distribution and the ones before, less what this distribution was paid already."""
    number, own = report.distribution.number, {"bond_interest_paid", "bond_principal_paid"}
    units = sum(
        cash_effect(row.type, row.code, tuple(row[5:12]))
        for row in totals
        if not (row.distribution == number and row.type in own)
        and not (row.distribution == number and row.type == "fee_charged" and row.code in _computed(report))
    )
    return from_units(units)


def _computed(report: DistributionReport) -> set[str]:
    return {fee.fee_id for fee in report.terms.fees if fee.basis is not FeeBasis.POSTED}


def _fees(payment: _Payment) -> list[FeeCharged]:
    found: list[FeeCharged] = []
    for line in payment.report.fees:
        if line.fee.basis is FeeBasis.POSTED:
            continue
        for group, amount in line.due.items():
            cents = _cents(amount)
            if cents:
                stamp = payment.stamp(f"fee/{line.fee.fee_id}/{group}")
                found.append(FeeCharged(fee_id=line.fee.fee_id, group=group, amount=cents, **stamp))
    return found


def _class_payments(payment: _Payment, cash: Fraction) -> list[Event]:
    found: list[Event] = []
    residual: list[ClassReport] = []
    left = cash
    for name, item in payment.report.classes.items():
        if item.accrual.bond.kind is ClassKind.RESIDUAL:
            residual.append(item)
            continue
        insured = Fraction(_cents(item.result.insurer_interest) + _cents(item.result.insurer_principal))
        for event in _one_class(payment, name, item):
            if isinstance(event, BondInterestPaid | BondPrincipalPaid):
                left -= Fraction(event.amount)
            found.append(event)
        left += insured
    for item in residual:
        name = item.accrual.bond.class_id
        amount = min(_cents(item.result.residual_paid), _cents(max(left, Fraction(0)), Rounding.DOWN))
        stamp = payment.stamp(f"interest/{name}")
        found.append(BondInterestPaid(class_id=name, amount=amount, **stamp))
        left -= Fraction(amount)
    return found


def _one_class(payment: _Payment, name: str, item: ClassReport) -> list[Event]:
    result = item.result
    found: list[Event] = []
    if result.insurer_interest.value or result.insurer_principal.value:
        found.append(
            InsurerPaymentReceived(
                class_id=name,
                interest=_cents(result.insurer_interest),
                principal=_cents(result.insurer_principal),
                **payment.stamp(f"insurer/{name}"),
            )
        )
    interest = _cents(result.interest_paid + result.basis_risk_paid + result.insurer_interest, Rounding.HALF_UP)
    found.append(BondInterestPaid(class_id=name, amount=interest, **payment.stamp(f"interest/{name}")))
    if result.written_up.value:
        found.append(
            BondWrittenUp(class_id=name, amount=_cents(result.written_up), **payment.stamp(f"written-up/{name}"))
        )
    fallen = result.claim.balance - result.closing_balance - result.loss
    principal = _cents(fallen + result.written_up if result.written_up.value else fallen)
    if principal:
        scheduled = _units(item.to_date.scheduled_now)
        found.append(
            BondPrincipalPaid(
                class_id=name, amount=principal, scheduled=scheduled, **payment.stamp(f"principal/{name}")
            )
        )
    if result.loss.value:
        found.append(BondLossAllocated(class_id=name, amount=_cents(result.loss), **payment.stamp(f"loss/{name}")))
    found.extend(_shortfalls(payment, name, item))
    return found


def _shortfalls(payment: _Payment, name: str, item: ClassReport) -> list[Event]:
    result, found = item.result, list[Event]()
    movements = {
        Shortfall.UNPAID_INTEREST: (result.interest_shortfall, item.accrual.arrears),
        Shortfall.BASIS_RISK: (result.basis_risk_unpaid, item.accrual.basis_risk_before),
    }
    for kind, (after, before) in movements.items():
        change = after.value - before.value
        if change:
            stamp = payment.stamp(f"shortfall/{kind.value.replace(' ', '-')}/{name}")
            incurred, recovered = (change, Fraction(0)) if change > 0 else (Fraction(0), -change)
            found.append(
                BondShortfallRecorded(
                    class_id=name,
                    shortfall=kind,
                    incurred=as_decimal(incurred, 4),
                    recovered=as_decimal(recovered, 4),
                    **stamp,
                )
            )
    return found
