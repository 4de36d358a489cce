"""Writing a deal down as a term sheet reads: its pool, its classes from the top, its fees, and then what is paid.

Every line returns a new :class:`Deal`, so that a part can be shared by several deals; :meth:`Deal.terms` gives the
terms, checked. Nothing is said here that terms could not say, and whatever else they can say is given to
:meth:`Deal.terms` by its name.

Classes rank as they are named: :meth:`Deal.senior` at the rank of the first, every :meth:`Deal.subordinate` one below
the one before. A coupon is a fixed rate, or one of :func:`floating_rate`, :func:`net_wac_rate`
and :func:`reported_rate`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs

from ledger.deal.accounts import AccountTarget, TrustAccount
from ledger.deal.overcollateralization import OvercollateralizationTerms
from ledger.deal.steps import (
    BuildOvercollateralization,
    CoverLosses,
    PayBasisRisk,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PaySeniorPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    Restricted,
    ShiftLevel,
    Source,
    Step,
)
from ledger.deal.structure import Sharing
from ledger.deal.terms import BondClass, CalendarTerms, ClassRate, DealTerms, DerivativeContract, Fee, LoanGroup, Party
from ledger.deal.triggers import LossLimit, Trigger, TriggerKind
from ledger.deal.vocabulary import AccrualRule, ClassKind, Direction, FeeBasis, RateKind, StatementTemplate
from ledger.values.dates import DayCount

Number = Decimal | str | int
Day = dt.date | str

PRO_RATA = Sharing.PRO_RATA_CLAIM


def fixed_rate(rate: Number) -> ClassRate:
    """Return a fixed rate a year: `fixed_rate("0.05")` is 5%."""
    return ClassRate(kind=RateKind.FIXED, rate=_decimal(rate))


def floating_rate(
    index: str, margin: Number, *, floor: Number | None = None, ceiling: Number | None = None, capped: bool = False
) -> ClassRate:
    """Return an index plus a margin; ``capped`` at the available funds rate, between ``floor`` and ``ceiling``."""
    return ClassRate(
        kind=RateKind.FLOATING,
        index=index,
        margin=_decimal(margin),
        floor=None if floor is None else _decimal(floor),
        ceiling=None if ceiling is None else _decimal(ceiling),
        available_funds_cap=capped,
    )


def net_wac_rate(*groups: str, less: Number | None = None) -> ClassRate:
    """Return the net rate of some loan groups, or of the pool, less a strip."""
    return ClassRate(kind=RateKind.NET_WAC, groups=groups, less=None if less is None else _decimal(less))


def reported_rate() -> ClassRate:
    """Return a rate that is told every month, by `class_rate_reported`."""
    return ClassRate(kind=RateKind.REPORTED)


def _decimal(value: Number) -> Decimal:
    return Decimal(str(value))


def pay_interest(
    *classes: str, pro_rata: bool = False, out_of: Source = Source.INTEREST, groups: Sequence[str] = ()
) -> PayInterest:
    """Return the step that pays classes their interest, one after the other, or by what each is due."""
    sharing = PRO_RATA if pro_rata else Sharing.SEQUENTIAL
    return PayInterest(classes=classes, sharing=sharing, source=out_of, groups=tuple(groups))


def pay_principal(
    *classes: str, pro_rata: bool = False, out_of: Source = Source.PRINCIPAL, groups: Sequence[str] = ()
) -> PayPrincipal:
    """Return the step that pays classes principal, one after the other, or by balance."""
    sharing = Sharing.PRO_RATA_BALANCE if pro_rata else Sharing.SEQUENTIAL
    return PayPrincipal(classes=classes, sharing=sharing, source=out_of, groups=tuple(groups))


def pay_senior_principal(
    *classes: str,
    subordinates: Sequence[str],
    shift: Sequence[tuple[Day, Number]] = (),
    doubled: Sequence[tuple[Day, Number]] = (),
    held_by: Sequence[str] = (),
    initial_percent: Number | None = None,
    groups: Sequence[str] = (),
    pro_rata: bool = False,
) -> PaySeniorPrincipal:
    """Return the step that pays seniors where interest shifts.

    ``shift``, and ``doubled`` once the subordinates' support has, list dates and the shares from them on; ``held_by``
    are the triggers that hold them.
    """
    return PaySeniorPrincipal(
        classes=classes,
        subordinates=tuple(subordinates),
        shift=_levels(shift),
        doubled=_levels(doubled),
        held_by=tuple(held_by),
        initial_percent=None if initial_percent is None else _decimal(initial_percent),
        groups=tuple(groups),
        sharing=Sharing.PRO_RATA_BALANCE if pro_rata else Sharing.SEQUENTIAL,
    )


def _levels(given: Sequence[tuple[Day, Number]]) -> list[ShiftLevel]:
    return [ShiftLevel(from_date=_day(day), share=_decimal(share)) for day, share in given]


def pay_subordinate_principal(
    *classes: str,
    among: Sequence[str] = (),
    locked: Sequence[str] = (),
    credit_support: Restricted = Restricted.NOTHING,
    groups: Sequence[str] = (),
) -> PaySubordinatePrincipal:
    """Return the step that pays subordinates their shares of what seniors leave them.

    ``locked`` classes wait until the others are retired; ``credit_support`` is what failing it keeps from those below.
    """
    return PaySubordinatePrincipal(
        classes=classes,
        among=tuple(among),
        locked=tuple(locked),
        credit_support=credit_support,
        groups=tuple(groups),
    )


def build_overcollateralization(*classes: str) -> BuildOvercollateralization:
    """Return the step that pays excess interest as principal until overcollateralization is at its target."""
    return BuildOvercollateralization(classes=classes)


def cover_losses(*classes: str) -> CoverLosses:
    """Return the step that pays excess interest as principal for the losses of the month."""
    return CoverLosses(classes=classes)


def pay_basis_risk(*classes: str) -> PayBasisRisk:
    """Return the step that pays classes what caps took from them."""
    return PayBasisRisk(classes=classes)


def pay_unpaid_losses(
    *classes: str, out_of: Source = Source.INTEREST, subordinates: Sequence[str] = (), groups: Sequence[str] = ()
) -> PayUnpaidLosses:
    """Return the step that pays classes what they were written down by, or pays it out of subordinates' principal."""
    source = Source.PRINCIPAL if subordinates and out_of is Source.INTEREST else out_of
    return PayUnpaidLosses(classes=classes, source=source, subordinates=tuple(subordinates), groups=tuple(groups))


def pay_residual(class_id: str) -> PayResidual:
    """Return the step that pays whatever is left to a residual class."""
    return PayResidual(classes=(class_id,))


def _day(value: Day) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


@attrs.frozen
class Deal:
    """A deal as far as it is written down; every line of it returns a new one. Dates may be written `2024-01-15`."""

    title: str
    cut_off: Day = attrs.field(kw_only=True)
    closing: Day = attrs.field(kw_only=True)
    first_payment: Day = attrs.field(kw_only=True)
    final_payment: Day = attrs.field(kw_only=True)
    groups: tuple[LoanGroup, ...] = attrs.field(default=(), kw_only=True)
    classes: tuple[BondClass, ...] = attrs.field(default=(), kw_only=True)
    fees: tuple[Fee, ...] = attrs.field(default=(), kw_only=True)
    triggers: tuple[Trigger, ...] = attrs.field(default=(), kw_only=True)
    parties: tuple[Party, ...] = attrs.field(default=(), kw_only=True)
    steps: tuple[Step, ...] = attrs.field(default=(), kw_only=True)
    target: OvercollateralizationTerms | None = attrs.field(default=None, kw_only=True)
    accounts: tuple[TrustAccount, ...] = attrs.field(default=(), kw_only=True)
    contracts: tuple[DerivativeContract, ...] = attrs.field(default=(), kw_only=True)
    payment_day: int = attrs.field(default=25, kw_only=True)

    def group(
        self,
        name: str,
        *,
        title: str = "",
        balance: Number | None = None,
        loans: int | None = None,
        target: Number | None = None,
    ) -> Deal:
        """Add a loan group, with what it was at issue, and by how much it is to exceed the classes it alone backs."""
        added = LoanGroup(
            group_id=name,
            number=len(self.groups) + 1,
            title=title,
            original_balance=None if balance is None else _decimal(balance),
            original_loan_count=loans,
            overcollateralization=None if target is None else OvercollateralizationTerms(target=_decimal(target)),
        )
        return attrs.evolve(self, groups=(*self.groups, added))

    def senior(
        self,
        name: str,
        *,
        face: Number,
        coupon: ClassRate | Number,
        day_count: DayCount = DayCount.THIRTY_360,
        accrual: AccrualRule = AccrualRule.PRIOR_CALENDAR_MONTH,
        groups: Sequence[str] = (),
        insured: bool = False,
        retained: bool = False,
        cusip: str = "",
    ) -> Deal:
        """Add a class that loses with the first class of the deal; ``insured``, or ``retained`` by the issuer."""
        ranks = [bond.rank for bond in self.classes if bond.kind is ClassKind.PRINCIPAL]
        rank = min(ranks, default=1)
        added = self._bond(name, face, coupon, day_count, accrual, groups, rank)
        return self._with(attrs.evolve(added, insured=insured, retained=retained, cusip=cusip))

    def subordinate(
        self,
        name: str,
        *,
        face: Number,
        coupon: ClassRate | Number,
        day_count: DayCount = DayCount.THIRTY_360,
        accrual: AccrualRule = AccrualRule.PRIOR_CALENDAR_MONTH,
        groups: Sequence[str] = (),
        insured: bool = False,
        retained: bool = False,
        cusip: str = "",
    ) -> Deal:
        """Add a class that loses before every class named before it; ``insured``, or ``retained`` by the issuer."""
        ranks = [bond.rank for bond in self.classes if bond.kind is ClassKind.PRINCIPAL]
        rank = max(ranks, default=0) + 1
        added = self._bond(name, face, coupon, day_count, accrual, groups, rank)
        return self._with(attrs.evolve(added, insured=insured, retained=retained, cusip=cusip))

    def _bond(
        self,
        name: str,
        face: Number,
        coupon: ClassRate | Number,
        day_count: DayCount,
        accrual: AccrualRule,
        groups: Sequence[str],
        rank: int,
    ) -> BondClass:
        return BondClass(
            class_id=name,
            face=_decimal(face),
            rank=rank,
            rate=coupon if isinstance(coupon, ClassRate) else fixed_rate(coupon),
            day_count=day_count,
            accrual=accrual,
            groups=tuple(groups),
        )

    def _with(self, added: BondClass) -> Deal:
        return attrs.evolve(self, classes=(*self.classes, added))

    def interest_only(
        self,
        name: str,
        *,
        of: Sequence[str],
        coupon: ClassRate | Number,
        day_count: DayCount = DayCount.THIRTY_360,
        accrual: AccrualRule = AccrualRule.PRIOR_CALENDAR_MONTH,
        groups: Sequence[str] = (),
        cusip: str = "",
    ) -> Deal:
        """Add a class without principal, which accrues on the balances of others."""
        added = BondClass(
            class_id=name,
            cusip=cusip,
            kind=ClassKind.NOTIONAL,
            notional_of=tuple(of),
            rate=coupon if isinstance(coupon, ClassRate) else fixed_rate(coupon),
            day_count=day_count,
            accrual=accrual,
            groups=tuple(groups),
        )
        return attrs.evolve(self, classes=(*self.classes, added))

    def residual(self, name: str) -> Deal:
        """Add the class that gets what is left."""
        rank = max((bond.rank for bond in self.classes), default=0) + 1
        return attrs.evolve(self, classes=(*self.classes, BondClass(class_id=name, kind=ClassKind.RESIDUAL, rank=rank)))

    def fee(self, name: str, *, title: str = "", rate: Number | None = None, monthly: Number | None = None) -> Deal:
        """Add a fee: a yearly ``rate`` on the pool, a ``monthly`` amount, or else as it is posted."""
        basis = FeeBasis.POOL_BALANCE if rate is not None else FeeBasis.FIXED_AMOUNT
        added = Fee(
            fee_id=name,
            title=title or name,
            basis=FeeBasis.POSTED if rate is None and monthly is None else basis,
            rate=None if rate is None else _decimal(rate),
            amount=None if monthly is None else _decimal(monthly),
        )
        return attrs.evolve(self, fees=(*self.fees, added))

    def overcollateralized(
        self, target: Number, *, step_down: tuple[Day, Number] | None = None, floor: Number = 0
    ) -> Deal:
        """Let the pool exceed the bonds by a target; from the day of ``step_down`` on by a share of the pool, if less.

        It is never less than the ``floor``.
        """
        day, share = step_down if step_down is not None else (None, None)
        held = OvercollateralizationTerms(
            target=_decimal(target),
            step_down_date=None if day is None else _day(day),
            step_down_percent=None if share is None else _decimal(share),
            floor=_decimal(floor),
        )
        return attrs.evolve(self, target=held)

    def delinquency_trigger(self, name: str, *, limit: Number, title: str = "") -> Deal:
        """Add a trigger on loans 60 days or more behind, against a share of the senior enhancement."""
        added = Trigger(trigger_id=name, title=title, kind=TriggerKind.ROLLING_DELINQUENCY, limit=_decimal(limit))
        return attrs.evolve(self, triggers=(*self.triggers, added))

    def loss_trigger(self, name: str, *limits: tuple[Day, Number], title: str = "") -> Deal:
        """Add a trigger on losses to date: pairs of a date and the share of the original pool from it on."""
        schedule = [LossLimit(from_date=_day(day), limit=_decimal(limit)) for day, limit in limits]
        added = Trigger(trigger_id=name, title=title, kind=TriggerKind.CUMULATIVE_LOSS, schedule=schedule)
        return attrs.evolve(self, triggers=(*self.triggers, added))

    def account(
        self,
        name: str,
        *,
        deposit: Number = 0,
        target: Number | None = None,
        share: Number | None = None,
        floor: Number = 0,
        title: str = "",
    ) -> Deal:
        """Add an account with what is set aside at closing, and what it is to hold: money, or a share of the pool."""
        held = AccountTarget(
            amount=None if target is None else _decimal(target),
            percent=None if share is None else _decimal(share),
            floor=_decimal(floor),
        )
        added = TrustAccount(account_id=name, title=title, initial_deposit=_decimal(deposit), target=held)
        return attrs.evolve(self, accounts=(*self.accounts, added))

    def swap(self, name: str, *, index: str, pays: Number, of: Sequence[str]) -> Deal:
        """Add a swap under which the trust pays a fixed rate against an index, on the balance of classes."""
        added = DerivativeContract(
            contract=name,
            kind="swap",
            index=index,
            fixed_rate=_decimal(pays),
            direction=Direction.TRUST_PAYS,
            notional_of=tuple(of),
        )
        return attrs.evolve(self, contracts=(*self.contracts, added))

    def party(self, role: str, name: str, contact: str = "") -> Deal:
        """Name somebody who has a part in the deal, as its statements print it."""
        return attrs.evolve(self, parties=(*self.parties, Party(role=role, name=name, contact=contact)))

    def then(self, *steps: Step) -> Deal:
        """Add the next steps of the waterfall, in their order."""
        return attrs.evolve(self, steps=(*self.steps, *steps))

    def terms(self, **more: object) -> DealTerms:
        """Return the terms; ``more`` are further ones by their names, and take the place of those given here.

        Statements are neutral unless they are said to be as filed. Raises :class:`~ledger.errors.InvalidTerms`.
        """
        given: dict[str, Any] = {
            "title": self.title,
            "cut_off_date": _day(self.cut_off),
            "closing_date": _day(self.closing),
            "calendar": CalendarTerms(
                first_payment_date=_day(self.first_payment),
                final_payment_date=_day(self.final_payment),
                payment_day=self.payment_day,
            ),
            "groups": self.groups,
            "classes": self.classes,
            "fees": self.fees,
            "triggers": self.triggers,
            "parties": self.parties,
            "waterfall": self.steps,
            "overcollateralization": self.target,
            "accounts": self.accounts,
            "derivatives": self.contracts,
            "statement": StatementTemplate.NEUTRAL,
        }
        return DealTerms(**{**given, **more})


__all__ = [
    "Deal",
    "build_overcollateralization",
    "cover_losses",
    "fixed_rate",
    "floating_rate",
    "net_wac_rate",
    "pay_basis_risk",
    "pay_interest",
    "pay_principal",
    "pay_residual",
    "pay_senior_principal",
    "pay_subordinate_principal",
    "pay_unpaid_losses",
    "reported_rate",
]
