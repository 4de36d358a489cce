"""What a waterfall runs on and what comes out: claims, means and results, in dollars and exact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar

import attrs

from ledger.deal.accounts import TrustAccount
from ledger.deal.steps import PrincipalKind, ReimburseInsurer, Step
from ledger.deal.terms import CURRENT_RULES
from ledger.values.currency import DOLLARS
from ledger.values.exact import ZERO, Exact, total
from ledger.values.glance import Glanced


@attrs.frozen(kw_only=True)
class Claim:
    """What one class is owed at a distribution, in dollars.

    ``interest_due`` is the accrual less the shortfalls it bears; ``interest_arrears`` was unpaid before. ``basis_risk``
    is what the available funds cap took, now and before. ``written_down`` is the loss that the class has borne so far
    and neither been written up for nor paid. ``written_up`` is what recoveries of this month have added to ``balance``.
    ``groups`` are the loan groups that back the class; none named, all do. ``is_notional`` says that its face is that
    of others, and no principal of its own.
    """

    class_id: str
    face: Exact
    balance: Exact
    rank: int = 1
    insured: bool = False
    interest_due: Exact = ZERO
    interest_arrears: Exact = ZERO
    basis_risk: Exact = ZERO
    insurer_arrears: Exact = ZERO
    written_down: Exact = ZERO
    written_up: Exact = ZERO
    groups: tuple[str, ...] = ()
    is_notional: bool = False

    @property
    def balance_before(self) -> Exact:
        """What the class stood at before the distribution, which percentages are of: without this month's write-up."""
        return self.balance - self.written_up if self.written_up.value else self.balance


@attrs.frozen(kw_only=True)
class GroupMeans:
    """What one loan group brings to the waterfall, in dollars.

    ``principal`` is by kind and sums to the group's principal funds. ``liquidated`` is the balance of the loans that
    were liquidated this period, ``original_pool`` the group's pool at issue, or None where nobody knows it. Of a group
    that is stripped to a rate, ``stripped`` is the part of each kind of principal that is principal only,
    ``stripped_pool`` that of ``opening_pool``, ``stripped_liquidated`` that of ``liquidated`` and ``stripped_original``
    that of ``original_pool``; ``stripped_lost`` is that of the losses of principal this period, of which
    ``stripped_beyond`` goes beyond the carve-outs of the terms; ``stripped_recovered`` is that of what came in on
    earlier losses.
    """

    interest: Exact
    principal: Mapping[PrincipalKind, Exact]
    opening_pool: Exact
    closing_pool: Exact
    liquidated: Exact = ZERO
    original_pool: Exact | None = None
    stripped: Mapping[PrincipalKind, Exact] = attrs.field(factory=dict)
    stripped_pool: Exact = ZERO
    stripped_liquidated: Exact = ZERO
    stripped_original: Exact = ZERO
    stripped_lost: Exact = ZERO
    stripped_beyond: Exact = ZERO
    stripped_recovered: Exact = ZERO

    @property
    def principal_funds(self) -> Exact:
        """The group's principal, of every kind."""
        return total(self.principal.values())

    @property
    def closing_pool_shared(self) -> Exact:
        """The closing pool without what of it is principal only: what the other classes stand for."""
        if not self.stripped_pool.value:
            return self.closing_pool
        fallen = [amount for kind, amount in self.stripped.items() if kind is not PrincipalKind.RECOVERIES]
        return self.closing_pool - (self.stripped_pool - total((*fallen, self.stripped_lost)))


@attrs.frozen(kw_only=True)
class GroupTarget:
    """What a loan group must exceed the classes by that it alone backs, in dollars; whether it may release the rest."""

    target: Exact
    may_release: bool = True


@attrs.frozen(kw_only=True)
class AccountMeans:
    """What an account of the trust holds before the steps run, with the pools its target may be a share of."""

    account: TrustAccount
    balance: Exact
    original_pool: Exact = ZERO
    opening_pool: Exact = ZERO


@attrs.frozen(kw_only=True)
class FeeClaim:
    """What is owed of a fee that stands in the waterfall, in dollars.

    ``due`` is that of the month, to the cent; ``arrears`` was unpaid before. ``paid_this_year`` is what distributions
    of the calendar year have paid of it before this one.
    """

    due: Exact
    arrears: Exact = ZERO
    paid_this_year: Exact = ZERO


@attrs.frozen(kw_only=True)
class Means:
    """What the waterfall runs on.

    ``loss_to_allocate`` is realized losses net of recoveries that no class has borne yet, below zero where recoveries
    write up more than was lost. ``recoveries`` are those of
    this period, cash that is part of the principal funds. ``oc_target`` is None for a deal without
    overcollateralization. ``may_release`` is False while a trigger is in force. Funds below zero (fees above interest
    collections, say) are made up out of the other funds before any step runs. ``rules`` are those of the deal; before
    the third, contracts were paid out of interest alone, the excess could lie below zero, the part of a cent that no
    claim can be paid was excess, and closing balances were rounded together even where they were within a cent.
    ``groups`` are the loan groups one by one, for steps that name them or ask what kind principal is of; ``in_force``
    the triggers that are, ``since`` when, ``on`` the payment date, ``planned`` the scheduled balances for it, and
    ``reported`` the principal that is reported of classes. ``group_targets`` are the targets of loan groups that have
    their own; then the deal has none. ``accounts`` and ``fees`` are what steps draw on and pay, by name; ``premiums``
    are prepayment premiums by loan group, which are part of the interest funds unless a step pays them to a class of
    their own. ``funding_account`` is what stands on that account before the
    distribution; whether principal still revolves, ``revolving`` says. ``seller_draws`` is what the seller is to be
    repaid, and ``shared_loss`` the part of ``loss_to_allocate`` that all classes bear, ``modified_loss`` that of
    loans which stay, borne in the order of ``modified_order`` first. ``by_stacks`` says that loan
    groups which share no class bear their losses apart. ``seller_draws_by_group`` is what of ``seller_draws`` each
    group owes, where groups have targets of their own. ``unit`` is the smallest amount of cash, a cent of dollars.
    """

    interest_funds: Exact
    principal_funds: Exact
    derivatives_due: Exact = ZERO
    closing_pool: Exact
    losses_this_period: Exact = ZERO
    loss_to_allocate: Exact = ZERO
    recoveries: Exact = ZERO
    oc_target: Exact | None = None
    may_release: bool = True
    ordinal: int = 1
    rules: int = CURRENT_RULES
    groups: Mapping[str, GroupMeans] = attrs.field(factory=dict)
    in_force: frozenset[str] = frozenset()
    since: Mapping[str, dt.date] = attrs.field(factory=dict)
    on: dt.date | None = None
    planned: Mapping[str, Exact] = attrs.field(factory=dict)
    group_targets: Mapping[str, GroupTarget] = attrs.field(factory=dict)
    reported: Mapping[str, Exact] = attrs.field(factory=dict)
    accounts: Mapping[str, AccountMeans] = attrs.field(factory=dict)
    fees: Mapping[str, FeeClaim] = attrs.field(factory=dict)
    premiums: Mapping[str, Exact] = attrs.field(factory=dict)
    funding_account: Exact = ZERO
    revolving: bool = True
    seller_draws: Exact = ZERO
    seller_draws_by_group: Mapping[str, Exact] = attrs.field(factory=dict)
    shared_loss: Exact = ZERO
    modified_loss: Exact = ZERO
    modified_order: tuple[tuple[str, ...], ...] = ()
    by_stacks: bool = False
    unit: Fraction = DOLLARS.unit


@attrs.frozen(kw_only=True)
class StepResult:
    """One step as it ran: what was available to it, what it claimed, what each class got, what it left.

    ``idle`` says why it paid nothing, where a condition kept it from running. ``found`` are the percentages and
    amounts that it reckoned on the way, by their names.
    """

    step: Step
    available: Exact
    due: Exact
    paid: dict[str, Exact]
    left: Exact
    idle: str = ""
    found: Mapping[str, Exact] = attrs.field(factory=dict)

    @property
    def total_paid(self) -> Exact:
        """Everything the step paid."""
        return total(self.paid.values())


@attrs.frozen(kw_only=True)
class ClassResult:
    """What one class got and where it stands after the distribution, in dollars.

    In print: ``closing_balance`` is the "current principal balance" ("ending"). ``losses_paid`` is what it was paid of
    losses that it was written down by before, ``losses_paid_of_principal`` the part of it that came out of principal,
    so that others bear the loss.
    """

    claim: Claim
    interest_paid: Exact
    principal_paid: Exact
    extra_principal: Exact
    basis_risk_paid: Exact
    residual_paid: Exact
    deferred_interest: Exact
    insurer_interest: Exact
    insurer_principal: Exact
    loss: Exact
    written_up: Exact
    closing_balance: Exact
    premiums_paid: Exact = ZERO
    losses_paid: Exact = ZERO
    losses_paid_of_principal: Exact = ZERO

    @property
    def losses_unpaid(self) -> Exact:
        """What it was written down by, this time too, and neither written up nor paid."""
        left = self.claim.written_down + self.loss - total((self.written_up, self.losses_paid))
        return left.named("unpaid realized losses", "written down less written up and paid")

    @property
    def interest_shortfall(self) -> Exact:
        """Interest still unpaid after the distribution: arrears carried out."""
        owed = self.claim.interest_due + self.claim.interest_arrears
        left = owed - self.interest_paid - self.insurer_interest
        if self.deferred_interest.value:
            left = left - self.deferred_interest
        return left.named("unpaid interest carried forward")

    @property
    def basis_risk_unpaid(self) -> Exact:
        """Basis risk shortfall still unpaid after the distribution."""
        return (self.claim.basis_risk - self.basis_risk_paid).named("basis risk shortfall carried forward")

    @property
    def all_principal(self) -> Exact:
        """Principal from every source."""
        return total((self.principal_paid, self.extra_principal, self.insurer_principal))

    @property
    def all_interest(self) -> Exact:
        """Everything that is neither principal nor a loss paid back, from every source."""
        parts = (self.interest_paid, self.basis_risk_paid, self.residual_paid, self.insurer_interest)
        return total((*parts, self.premiums_paid) if self.premiums_paid.value else parts)

    @property
    def distribution(self) -> Exact:
        """Everything paid to the class."""
        parts = (self.interest_paid, self.basis_risk_paid, self.residual_paid, self.insurer_interest)
        more = [item for item in (self.premiums_paid, self.losses_paid) if item.value]
        return total((*parts, *more, self.all_principal))


@attrs.frozen(kw_only=True)
class AccountResult:
    """What steps did with an account, in dollars and whole cents; ``target`` is None where no step asked for it."""

    opening: Exact
    drawn_interest: Exact
    drawn_principal: Exact
    released: Exact
    funded: Exact
    target: Exact | None
    closing: Exact

    @property
    def into_funds(self) -> Exact:
        """What left the account for the funds of the distribution."""
        return total((self.drawn_interest, self.drawn_principal, self.released))


@attrs.frozen(kw_only=True)
class FeeResult:
    """What was owed of a fee in the waterfall and what was paid of it, in dollars and whole cents."""

    due: Exact
    arrears: Exact
    paid: Exact

    @property
    def unpaid(self) -> Exact:
        """What is carried forward."""
        return (total((self.due, self.arrears)) - self.paid).named("fee carried forward")


@attrs.frozen(kw_only=True, repr=False)
class WaterfallResult(Glanced):
    """The whole waterfall: every class, every step, and the structural amounts, in dollars.

    In print: ``excess`` is "Current Periods Net Monthly Excess Cashflow", ``released`` is
    "Current Periods Overcollateralization Release", ``extra_principal`` is
    "Current Periods Extra Principal Distribution", ``overcollateralization`` is
    "Current Periods Overcollateralization Amt". ``released_by_group`` and ``group_overcollateralization`` are those of
    the loan groups that have targets of their own. ``set_aside`` went to the funding account, ``draws_repaid`` to the
    seller.
    """

    GLANCED: ClassVar[str] = "steps"

    classes: dict[str, ClassResult]
    steps: tuple[StepResult, ...]
    excess: Exact
    released: Exact
    extra_principal: Exact
    closing_bonds: Exact
    overcollateralization: Exact
    derivatives_paid: Exact
    left_over: Exact
    parts_of_cents: Exact = ZERO
    released_by_group: dict[str, Exact] = attrs.field(factory=dict)
    group_overcollateralization: dict[str, Exact] = attrs.field(factory=dict)
    accounts: dict[str, AccountResult] = attrs.field(factory=dict)
    fees: dict[str, FeeResult] = attrs.field(factory=dict)
    set_aside: Exact = ZERO
    draws_repaid: Exact = ZERO
    draws_repaid_by_group: dict[str, Exact] = attrs.field(factory=dict)

    def insurer_reimbursed(self, class_id: str) -> Exact:
        """Return what the insurer of a class was repaid; it is no payment to the class."""
        steps = [item for item in self.steps if isinstance(item.step, ReimburseInsurer)]
        return total(item.paid[class_id] for item in steps if class_id in item.paid)
