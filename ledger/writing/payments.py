"""From what the waterfall computes to the events that record it.

The waterfall's amounts carry fractions of a cent; cash does not. Each class is paid what its balance or its claim falls
by, to the cent, and the residual class gets the cash that is left, so that the account is emptied and never overdrawn.

Amounts rounded one by one can together be a cent or two more or less than the cash there is. No class is paid a whole
cent more or less than its statement shows: what is left stays in the account for the next distribution, and what is
missing is taken off those whose amounts were rounded up, then off the computed fees, then off the interest of the last
class, which is owed it next month. Under the first rules the residual class bears all of it. Cash that is short by more
than roundings can explain is not spread over anybody: the rules refuse the batch by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import attrs

from ledger.deal.steps import PayResidual
from ledger.deal.vocabulary import ClassKind
from ledger.errors import Violation
from ledger.events.accounts import TrustAccountFunded, TrustAccountWithdrawn
from ledger.events.base import Event, Stamp
from ledger.events.distributions import (
    BondInterestDeferred,
    BondInterestPaid,
    BondLossAllocated,
    BondLossPaid,
    BondPrincipalPaid,
    BondShortfallRecorded,
    BondWrittenUp,
    CollectionAccountRemitted,
    InsurerInterestAccrued,
    InsurerPaymentReceived,
    InsurerReimbursed,
    PrepaymentShortfallBorne,
    Shortfall,
)
from ledger.events.fees import FeeCharged, FeeShortfallRecorded
from ledger.events.funding import PrincipalSetAside, SellerDrawsRepaid
from ledger.events.reference import RetainedPartSettled
from ledger.projections.report import ClassReport, DistributionReport
from ledger.values.exact import Exact
from ledger.values.money import Rounding, as_decimal, round_to
from ledger.writing.receipts import Refusal

NOTHING = Decimal("0.00")


def _cents(report: DistributionReport, value: Exact | Fraction, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    """Return an amount as cash: in whole units of the deal's currency."""
    currency = report.terms.currency
    fraction = value.value if isinstance(value, Exact) else value
    return as_decimal(round_to(fraction, currency.unit, rounding), max(currency.decimals, 2))


def _exactly(value: Exact) -> str:
    """Write an exact amount as the fraction that it is."""
    return str(value.value)


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
    deferred: Decimal
    premiums: Decimal
    losses: Decimal
    losses_of_principal: Decimal

    @property
    def paid_as_interest(self) -> Decimal:
        """Everything that is not principal."""
        return self.interest + self.insured_interest + self.basis_risk + self.residual + self.premiums

    @property
    def insured(self) -> Decimal:
        """What the insurer pays."""
        return self.insured_interest + self.insured_principal

    @property
    def cash(self) -> Decimal:
        """What the trust pays."""
        return self.paid_as_interest + self.principal + self.losses - self.insured


def distribution_events(report: DistributionReport) -> list[Event]:
    """Return the events that pay a distribution, out of the cash that was there when the report was made."""
    payment = _Payment(report)
    drawn = sum((item.into_funds.value for item in report.waterfall.accounts.values()), Fraction(0))
    cash = _cents(report, report.cash + report.rounded_before + drawn, Rounding.DOWN)
    fees = _fees(payment, cash)
    shares = {name: _share(report, item) for name, item in report.classes.items()}
    fees, left = _settle(report, cash, fees, shares)
    repaid = {name: _cents(report, report.waterfall.insurer_reimbursed(name)) for name in shares}
    beside = _cents(report, report.waterfall.set_aside), _cents(report, report.waterfall.draws_repaid)
    remitted = sum((share.cash for share in shares.values()), sum(repaid.values(), sum(beside, NOTHING)))
    rolled = _rolled(report, left)
    retained = {bond.class_id for bond in report.terms.classes if bond.retained}
    kept = sum((shares[name].cash for name in shares if name in retained), NOTHING)
    remitted -= kept
    remittance = CollectionAccountRemitted(
        amount=max(remitted, NOTHING),
        roundings_left=max(rolled, NOTHING),
        roundings_paid=max(-rolled, NOTHING),
        **payment.stamp("remitted"),
    )
    found: list[Event] = [*_withdrawals(payment), *fees, *_claimed_fees(payment), *_deposits(payment), remittance]
    if beside[0]:
        found.append(PrincipalSetAside(amount=beside[0], **payment.stamp("set-aside")))
    if kept:
        found.append(RetainedPartSettled(amount=kept, **payment.stamp("retained")))
    of_groups = {name: _cents(report, item) for name, item in report.waterfall.draws_repaid_by_group.items()}
    if beside[1] and not of_groups:
        found.append(SellerDrawsRepaid(amount=beside[1], **payment.stamp("draws-repaid")))
    found.extend(
        SellerDrawsRepaid(amount=amount, group=name, **payment.stamp(f"draws-repaid/{name}"))
        for name, amount in of_groups.items()
        if amount
    )
    found.extend(_written_off(payment))
    residual_last = sorted(report.classes.items(), key=lambda kv: kv[1].accrual.bond.kind is ClassKind.RESIDUAL)
    for name, item in residual_last:
        found.extend(_payments(payment, name, item, shares[name]))
        if item.accrual.insurer_interest.value:
            stamp = payment.stamp(f"insurer/{name}/interest")
            found.append(
                InsurerInterestAccrued(class_id=name, amount=_cents(report, item.accrual.insurer_interest), **stamp)
            )
        if repaid[name]:
            stamp = payment.stamp(f"insurer/{name}/reimbursed")
            found.append(InsurerReimbursed(class_id=name, amount=repaid[name], **stamp))
        found.extend(_shortfalls(payment, name, item, shares[name]))
    return found


def not_closed(report: DistributionReport) -> Refusal:
    """Return why a distribution that is open is not paid."""
    day = report.distribution.payment_date
    message = f"the distribution of {day} is open; close it first (Ledger.close_period), then pay it"
    violation = Violation(f"{report.deal}/{day}/remitted", "distribution_date", "not_closed", message)
    return Refusal(deal=report.deal, violations=(violation,))


def _written_off(payment: _Payment) -> list[Event]:
    """What payoffs were short of and nobody made up is due no longer."""
    report = payment.report
    if report.terms.rules == 1:
        return []
    return [
        PrepaymentShortfallBorne(group=group, amount=as_decimal(amount.value, 4), **payment.stamp(f"borne/{group}"))
        for group, amount in report.shortfalls.non_supported.items()
        if amount.value
    ]


def _fees(payment: _Payment, cash: Decimal) -> list[FeeCharged]:
    """The computed fees to the cent, as far as there is cash."""
    found: list[FeeCharged] = []
    left = max(cash, NOTHING)
    for line in payment.report.fees:
        if line.fee.in_waterfall or not line.fee.is_computed:
            continue
        for group, amount in line.due.items():
            cents = min(_cents(payment.report, amount), left)
            if cents:
                stamp = payment.stamp(f"fee/{line.fee.fee_id}/{group}")
                found.append(FeeCharged(fee_id=line.fee.fee_id, group=group, amount=cents, **stamp))
                left -= cents
    return found


def _claimed_fees(payment: _Payment) -> list[Event]:
    """The fees that the waterfall paid in their turn, and what of them it could not pay."""
    found: list[Event] = []
    for line in payment.report.fees:
        name = line.fee.fee_id
        claimed = payment.report.waterfall.fees.get(name)
        if claimed is None:
            continue
        if claimed.paid.value:
            stamp = payment.stamp(f"fee/{name}")
            found.append(
                FeeCharged(fee_id=name, group=line.fee.borne_by, amount=_cents(payment.report, claimed.paid), **stamp)
            )
        change = claimed.due.value - claimed.paid.value
        if change:
            found.append(
                FeeShortfallRecorded(
                    fee_id=name,
                    incurred=_cents(payment.report, max(change, Fraction(0))),
                    recovered=_cents(payment.report, max(-change, Fraction(0))),
                    **payment.stamp(f"fee-unpaid/{name}"),
                )
            )
    return found


def _withdrawals(payment: _Payment) -> list[Event]:
    """What accounts of the trust add to the funds."""
    return [
        TrustAccountWithdrawn(
            account_id=name,
            drawn_for_interest=_cents(payment.report, item.drawn_interest),
            drawn_for_principal=_cents(payment.report, item.drawn_principal),
            released=_cents(payment.report, item.released),
            **payment.stamp(f"account/{name}/withdrawn"),
        )
        for name, item in payment.report.waterfall.accounts.items()
        if item.into_funds.value
    ]


def _deposits(payment: _Payment) -> list[Event]:
    """What the funds pay into accounts of the trust."""
    return [
        TrustAccountFunded(
            account_id=name, amount=_cents(payment.report, item.funded), **payment.stamp(f"account/{name}/funded")
        )
        for name, item in payment.report.waterfall.accounts.items()
        if item.funded.value
    ]


def _share(report: DistributionReport, item: ClassReport) -> _Share:
    """What the report gives the class, to the cent; its principal is what its balance falls by."""
    result = item.result
    raised = result.written_up.value + result.deferred_interest.value
    fallen = result.claim.balance.value + raised - result.closing_balance.value - result.loss.value
    return _Share(
        interest=_cents(report, result.interest_paid),
        basis_risk=_cents(report, result.basis_risk_paid),
        residual=_cents(report, result.residual_paid),
        principal=_cents(report, fallen),
        insured_interest=_cents(report, result.insurer_interest),
        insured_principal=_cents(report, result.insurer_principal),
        loss=_cents(report, result.loss),
        written_up=_cents(report, result.written_up),
        deferred=_cents(report, result.deferred_interest),
        premiums=_cents(report, result.premiums_paid),
        losses=_cents(report, result.losses_paid),
        losses_of_principal=_cents(report, result.losses_paid_of_principal),
    )


def _rolled(report: DistributionReport, left: Decimal) -> Decimal:
    """The cents by which roundings leave more in the account than before; what no class is due is no rounding."""
    if report.terms.rules == 1:
        return NOTHING
    # Parts of a cent that several steps set aside can be a cent together; it is theirs who are owed more, next month.
    run = report.waterfall
    left -= _cents(
        report, run.left_over - run.parts_of_cents if run.parts_of_cents.value else run.left_over, Rounding.DOWN
    )
    within = NOTHING <= left <= as_decimal(report.roundings, 4) + report.rounded_before.decimal
    return (left if within else NOTHING) - report.rounded_before.decimal


def _settle(
    report: DistributionReport, cash: Decimal, fees: list[FeeCharged], shares: Mapping[str, _Share]
) -> tuple[list[FeeCharged], Decimal]:
    """Make payments and cash agree where they differ by roundings; return the fees as paid, and what cash is left."""
    run = report.waterfall
    whole = [run.insurer_reimbursed(name).value for name in shares]
    whole += [item.paid.value for item in run.fees.values()] + [item.funded.value for item in run.accounts.values()]
    whole += [run.set_aside.value, run.draws_repaid.value]
    kept = _cents(report, Fraction(sum(whole)))
    left = cash - kept - sum((fee.amount for fee in fees), NOTHING) - sum((s.cash for s in shares.values()), NOTHING)
    steps = [step for step in report.terms.waterfall if isinstance(step, PayResidual) and step.classes]
    allowed = as_decimal(report.roundings, 4)
    if steps:
        name = steps[-1].classes[0]
        last, shown = shares[name], report.classes[name].result.residual_paid.value
        least, most = NOTHING, last.residual + max(left, NOTHING)
        if report.terms.rules > 1:
            least = max(_cents(report, shown, Rounding.DOWN), NOTHING)
            most = least + report.terms.currency.smallest if least < shown else least
        moved = min(max(last.residual + left, least), most) - last.residual if left <= allowed else NOTHING
        last.residual += moved
        left -= moved
    if not -allowed <= left < 0:
        return fees, left
    if report.terms.rules > 1:
        left = _rounded_down(report, left, shares)
    settled: list[FeeCharged] = []
    for fee in reversed(fees):
        cut = min(fee.amount, -left)
        settled.append(attrs.evolve(fee, amount=fee.amount - cut))
        left += cut
    for share in reversed(list(shares.values())):
        cut = min(share.interest, -left)
        share.interest -= cut
        left += cut
    return [fee for fee in reversed(settled) if fee.amount], left


def _rounded_down(report: DistributionReport, left: Decimal, shares: Mapping[str, _Share]) -> Decimal:
    """Take a cent each off the interest that was rounded up, the last class first, and return what is then missing."""
    for name, share in reversed(list(shares.items())):
        cent = report.terms.currency.smallest
        if left < 0 < share.interest and share.interest > report.classes[name].result.interest_paid.value:
            share.interest -= cent
            left += cent
    return left


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
    result, exactly = item.result, payment.report.terms.rules > 1
    stamp = payment.stamp(f"interest/{name}")
    computed = _exactly(result.all_interest) if exactly else ""
    found.append(BondInterestPaid(class_id=name, amount=share.paid_as_interest, computed=computed, **stamp))
    if share.deferred:
        found.append(BondInterestDeferred(class_id=name, amount=share.deferred, **payment.stamp(f"deferred/{name}")))
    if share.written_up:
        found.append(BondWrittenUp(class_id=name, amount=share.written_up, **payment.stamp(f"written-up/{name}")))
    if share.principal or (exactly and result.all_principal.value):
        now = item.to_date.scheduled_now
        found.append(
            BondPrincipalPaid(
                class_id=name,
                amount=share.principal,
                scheduled=max(as_decimal(now.value, 4), NOTHING),
                computed=_exactly(result.all_principal) if exactly else "",
                computed_scheduled=_exactly(now) if exactly else "",
                **payment.stamp(f"principal/{name}"),
            )
        )
    if share.losses:
        found.append(
            BondLossPaid(
                class_id=name,
                out_of_interest=share.losses - share.losses_of_principal,
                out_of_principal=share.losses_of_principal,
                **payment.stamp(f"loss-paid/{name}"),
            )
        )
    if share.loss:
        found.append(BondLossAllocated(class_id=name, amount=share.loss, **payment.stamp(f"loss/{name}")))
    return found


def _shortfalls(payment: _Payment, name: str, item: ClassReport, share: _Share) -> list[Event]:
    """What the class is short of more, or less, than before: what it claimed less the cents it was paid."""
    claim, found = item.result.claim, list[Event]()
    interest = claim.interest_due.value + claim.interest_arrears.value
    unpaid = interest - Fraction(share.interest + share.insured_interest + share.deferred)
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
