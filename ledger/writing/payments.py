"""From what the waterfall computes to the events that record it.

The waterfall's amounts carry fractions of a cent; cash does not. Each class is paid what its balance or its claim falls
by, to the cent, and the residual class gets the cash that is left, so that the account is emptied and never overdrawn.

Amounts rounded one by one can together be a cent or two more than the cash there is. The residual class bears that;
where there is none, the computed fees do, then the interest of the last class, which is owed it next month. Cash that
is short by more than roundings can explain is not spread over anybody: the residual class apart, everyone is paid what
the report says, and the rules refuse the batch by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

import attrs

from ledger.deal.steps import PayResidual
from ledger.deal.terms import ClassKind, FeeBasis
from ledger.events.base import Event, Stamp
from ledger.events.distributions import (
    BondInterestPaid,
    BondLossAllocated,
    BondPrincipalPaid,
    BondShortfallRecorded,
    BondWrittenUp,
    CollectionAccountRemitted,
    InsurerPaymentReceived,
    InsurerReimbursed,
    Shortfall,
)
from ledger.events.fees import FeeCharged
from ledger.journal.postings import cash_effect
from ledger.journal.totals import TotalRow
from ledger.projections.report import ClassReport, DistributionReport
from ledger.values.exact import Exact
from ledger.values.money import Rounding, as_decimal, from_units, round_to

NOTHING = Decimal("0.00")
CENT = Decimal("0.01")
OWN_TYPES = frozenset({"bond_interest_paid", "bond_principal_paid", "insurer_payment_received", "insurer_reimbursed"})
"""What a distribution itself posts to the cash accounts, apart from fees."""


def _cents(value: Exact | Fraction, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    fraction = value.value if isinstance(value, Exact) else value
    return as_decimal(round_to(fraction, rounding=rounding), 2)


class _Payment:
    def __init__(self, report: DistributionReport) -> None:
        self.report = report
        self.on = report.distribution.payment_date
        self.prefix = f"{report.deal}/{self.on}"

    def stamp(self, name: str) -> Stamp:
        return {"event_id": f"{self.prefix}/{name}", "deal": self.report.deal, "effective_date": self.on}


@attrs.define
class _Share:
    """What one class is paid, in whole cents; ``insured`` is the part that its insurer pays."""

    interest: Decimal
    basis_risk: Decimal
    residual: Decimal
    principal: Decimal
    insured_interest: Decimal
    insured_principal: Decimal
    loss: Decimal
    written_up: Decimal

    @property
    def paid_as_interest(self) -> Decimal:
        """Everything that is not principal."""
        return self.interest + self.insured_interest + self.basis_risk + self.residual

    @property
    def insured(self) -> Decimal:
        """What the insurer pays."""
        return self.insured_interest + self.insured_principal

    @property
    def cash(self) -> Decimal:
        """What the trust pays."""
        return self.paid_as_interest + self.principal - self.insured


def distribution_events(report: DistributionReport, totals: Iterable[TotalRow]) -> list[Event]:
    """Return the events that pay a distribution; ``totals`` are those known when the report was made."""
    payment = _Payment(report)
    cash = _cash(report, totals)
    fees = _fees(payment, cash)
    shares = {name: _share(item) for name, item in report.classes.items()}
    fees = _settle(report, cash, fees, shares)
    repaid = {name: _cents(report.waterfall.insurer_reimbursed(name)) for name in shares}
    remitted = sum((share.cash for share in shares.values()), sum(repaid.values(), NOTHING))
    found: list[Event] = [*fees, CollectionAccountRemitted(amount=max(remitted, NOTHING), **payment.stamp("remitted"))]
    residual_last = sorted(report.classes.items(), key=lambda kv: kv[1].accrual.bond.kind is ClassKind.RESIDUAL)
    for name, item in residual_last:
        found.extend(_payments(payment, name, item, shares[name]))
        if repaid[name]:
            stamp = payment.stamp(f"insurer/{name}/reimbursed")
            found.append(InsurerReimbursed(class_id=name, amount=repaid[name], **stamp))
        found.extend(_shortfalls(payment, name, item, shares[name]))
    return found


def _cash(report: DistributionReport, totals: Iterable[TotalRow]) -> Decimal:
    """Cash that belongs to this distribution and the ones before, less what this distribution was paid already."""
    number, computed = report.distribution.number, _computed(report)
    units = sum(
        cash_effect(row.type, row.code, row.components)
        for row in totals
        if not (row.distribution == number and row.type in OWN_TYPES)
        and not (row.distribution == number and row.type == "fee_charged" and row.code in computed)
    )
    return _cents(from_units(units), Rounding.DOWN)


def _computed(report: DistributionReport) -> set[str]:
    return {fee.fee_id for fee in report.terms.fees if fee.basis is not FeeBasis.POSTED}


def _fees(payment: _Payment, cash: Decimal) -> list[FeeCharged]:
    """The computed fees to the cent, as far as there is cash."""
    found: list[FeeCharged] = []
    left = max(cash, NOTHING)
    for line in payment.report.fees:
        if line.fee.basis is FeeBasis.POSTED:
            continue
        for group, amount in line.due.items():
            cents = min(_cents(amount), left)
            if cents:
                stamp = payment.stamp(f"fee/{line.fee.fee_id}/{group}")
                found.append(FeeCharged(fee_id=line.fee.fee_id, group=group, amount=cents, **stamp))
                left -= cents
    return found


def _share(item: ClassReport) -> _Share:
    """What the report gives the class, to the cent; its principal is what its balance falls by."""
    result = item.result
    fallen = result.claim.balance.value + result.written_up.value - result.closing_balance.value - result.loss.value
    return _Share(
        interest=_cents(result.interest_paid),
        basis_risk=_cents(result.basis_risk_paid),
        residual=_cents(result.residual_paid),
        principal=_cents(fallen),
        insured_interest=_cents(result.insurer_interest),
        insured_principal=_cents(result.insurer_principal),
        loss=_cents(result.loss),
        written_up=_cents(result.written_up),
    )


def _roundings(report: DistributionReport) -> Decimal:
    """The most that amounts rounded to the cent on their own can be off together: half a cent each.

    They are the computed fees, the contracts, the classes (interest, principal), and the accruals of each group.
    """
    fees = sum(len(line.due) for line in report.fees)
    count = fees + len(report.derivatives.contracts) + 2 * len(report.classes) + 2 * len(report.account.groups)
    return count * CENT / 2


def _settle(
    report: DistributionReport, cash: Decimal, fees: list[FeeCharged], shares: Mapping[str, _Share]
) -> list[FeeCharged]:
    """Make payments and cash agree where they differ by roundings, and return the fees as they are then paid."""
    kept = _cents(Fraction(sum(report.waterfall.insurer_reimbursed(name).value for name in shares)))
    left = cash - kept - sum((fee.amount for fee in fees), NOTHING) - sum((s.cash for s in shares.values()), NOTHING)
    steps = [step for step in report.terms.waterfall if isinstance(step, PayResidual) and step.classes]
    allowed = _roundings(report)
    if steps:
        last = shares[steps[-1].classes[0]]
        moved = max(left, -last.residual) if left <= allowed else NOTHING
        last.residual += moved
        left -= moved
    if not -allowed <= left < 0:
        return fees
    settled: list[FeeCharged] = []
    for fee in reversed(fees):
        cut = min(fee.amount, -left)
        settled.append(attrs.evolve(fee, amount=fee.amount - cut))
        left += cut
    for share in reversed(list(shares.values())):
        cut = min(share.interest, -left)
        share.interest -= cut
        left += cut
    return [fee for fee in reversed(settled) if fee.amount]


def _payments(payment: _Payment, name: str, item: ClassReport, share: _Share) -> list[Event]:
    found: list[Event] = []
    if share.insured:
        found.append(
            InsurerPaymentReceived(
                class_id=name,
                interest=share.insured_interest,
                principal=share.insured_principal,
                **payment.stamp(f"insurer/{name}"),
            )
        )
    stamp = payment.stamp(f"interest/{name}")
    found.append(BondInterestPaid(class_id=name, amount=share.paid_as_interest, **stamp))
    if share.written_up:
        found.append(BondWrittenUp(class_id=name, amount=share.written_up, **payment.stamp(f"written-up/{name}")))
    if share.principal:
        scheduled = max(as_decimal(item.to_date.scheduled_now.value, 4), NOTHING)
        stamp = payment.stamp(f"principal/{name}")
        found.append(BondPrincipalPaid(class_id=name, amount=share.principal, scheduled=scheduled, **stamp))
    if share.loss:
        found.append(BondLossAllocated(class_id=name, amount=share.loss, **payment.stamp(f"loss/{name}")))
    return found


def _shortfalls(payment: _Payment, name: str, item: ClassReport, share: _Share) -> list[Event]:
    """What the class is short of more, or less, than before: what it claimed less the cents it was paid."""
    claim, found = item.result.claim, list[Event]()
    interest = claim.interest_due.value + claim.interest_arrears.value
    unpaid = interest - Fraction(share.interest + share.insured_interest)
    cut_off = claim.basis_risk.value - Fraction(share.basis_risk)
    movements = {
        Shortfall.UNPAID_INTEREST: unpaid - item.accrual.arrears.value,
        Shortfall.BASIS_RISK: cut_off - item.accrual.basis_risk_before.value,
    }
    for kind, change in movements.items():
        if change:
            found.append(
                BondShortfallRecorded(
                    class_id=name,
                    shortfall=kind,
                    incurred=as_decimal(max(change, Fraction(0)), 4),
                    recovered=as_decimal(max(-change, Fraction(0)), 4),
                    **payment.stamp(f"shortfall/{kind.value.replace(' ', '-')}/{name}"),
                )
            )
    return found
