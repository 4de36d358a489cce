"""The steps a waterfall is made of: small frozen values, in the order that the indenture gives them.

Each step takes from one *source* of funds and pays one kind of claim of some classes. Every step can be kept to the
funds of some loan groups, to an amount, and to months in which triggers are in force or are not. The interpreter is
:mod:`ledger.waterfall.waterfall`; a step itself only says what the deal says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Literal, cast

import attrs
from attrs import field

from ledger.deal.accounts import Covers, covers
from ledger.deal.checked import is_cash, is_date, is_name, is_rate
from ledger.deal.structure import Node, Sharing
from ledger.errors import InvalidTerms
from ledger.values.dates import to_date, to_optional_date
from ledger.values.fields import by_declared_type
from ledger.values.money import to_factor, to_optional_amount, to_optional_factor


class Source(StrEnum):
    """Which money a step may use: interest funds, principal funds, or both (interest first)."""

    INTEREST = "interest funds"
    PRINCIPAL = "principal funds"
    AVAILABLE = "available funds"


class PrincipalKind(StrEnum):
    """What principal funds stem from; together the kinds are all of them.

    Scheduled principal is what was received or advanced of it, late receipts included. Liquidations are their proceeds
    of principal, and insurance; purchases are repurchases, substitution shortfalls and a clean-up call. The rest is
    unspent pre-funding and what restatements settle. Draws that principal collections pay, and loans bought out of
    them, are below zero: they lower the funds.
    """

    SCHEDULED = "scheduled"
    PAYOFFS = "payoffs"
    CURTAILMENTS = "curtailments"
    PURCHASES = "purchases"
    LIQUIDATIONS = "liquidations"
    RECOVERIES = "recoveries"
    DRAWS = "draws"
    ADDITIONS = "loans bought"
    OTHER = "other"


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


def _kinds(value: Iterable[PrincipalKind | str]) -> tuple[PrincipalKind, ...]:
    known: dict[str, PrincipalKind] = {kind.value: kind for kind in PrincipalKind}
    return tuple(known.get(item, cast("PrincipalKind", item)) for item in value)  # the validator names a stranger


def _levels(value: Iterable[ShiftLevel]) -> tuple[ShiftLevel, ...]:
    return tuple(value)


def classes_of_structure(step: PayPrincipal | PaySeniorPrincipal) -> None:
    """Let the structure of a step say its classes; raises InvalidTerms where it has none, or names others."""
    where = f"{type(step).__name__}.classes"
    if step.structure is None:
        if not step.classes:
            raise InvalidTerms(where, "missing", f"{step.step} pays no class; name classes, or a structure of them")
        return
    names = step.structure.names
    if step.classes and set(step.classes) != set(names):
        message = f"the structure is made of {', '.join(names)}; name the same classes, or none"
        raise InvalidTerms(where, "contradiction", message)
    object.__setattr__(step, "classes", names)


class Step:
    """The base of every step; ``step`` is its written name and ``classes`` whom it pays."""

    step: str
    classes: tuple[str, ...]
    title: ClassVar[str] = ""

    def numbered(self, number: int) -> str:
        """Return how the step is called in its place of the waterfall, counted from 1: `2 senior principal`."""
        return f"{number} {self.title or self.step.replace('_', ' ')}"


@attrs.frozen(kw_only=True)
class Bounded(Step):
    """What every step can be kept to.

    ``groups`` are the loan groups whose funds it uses; none named, it uses those of all. It runs only while every
    trigger of ``only_while`` is in force and none of ``not_while`` is. ``cap`` is the most that it pays in a month, in
    the deal's money, and ``share`` the part of what is available that it may use.
    """

    groups: tuple[str, ...] = field(default=(), converter=_names)
    only_while: tuple[str, ...] = field(default=(), converter=_names)
    not_while: tuple[str, ...] = field(default=(), converter=_names)
    cap: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    share: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayDerivatives(Bounded):
    """Pay what the trust owes under its derivative contracts."""

    title: ClassVar[str] = "derivative payments"
    source: Source = Source.INTEREST
    classes: tuple[str, ...] = field(default=(), converter=_names)
    step: Literal["pay_derivatives"] = "pay_derivatives"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayInterest(Bounded):
    """Pay the classes their interest of the period, and interest unpaid from earlier ones.

    A second step may pay out of other funds what a first could not.
    """

    title: ClassVar[str] = "class interest"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    sharing: Sharing = Sharing.SEQUENTIAL
    step: Literal["pay_interest"] = "pay_interest"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class AccreteInterest(Bounded):
    """Add the interest of accrual classes to their balances, and let the money be principal for others.

    It does so while a class of ``until`` has a balance (always, where none is named); then interest is left for
    :class:`PayInterest`, which stands after it.
    """

    title: ClassVar[str] = "interest added to balances"
    classes: tuple[str, ...] = field(converter=_names)
    until: tuple[str, ...] = field(default=(), converter=_names)
    source: Source = Source.INTEREST
    step: Literal["accrete_interest"] = "accrete_interest"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayPrincipal(Bounded):
    """Distribute principal funds to the classes until they are retired; what is left then goes to later steps.

    ``lockout_months`` keeps the step idle for the first months of the deal. ``structure`` says how the classes share,
    where that is more than one order or one proportion. With ``kinds``, no more is paid than came in of these kinds of
    principal; ``share`` is then taken of that amount. With ``above_pool_of``, no more is paid than the classes stand
    above the closing pool of these loan groups: what other groups pay for one that is under-collateralised.
    """

    title: ClassVar[str] = "class principal"
    classes: tuple[str, ...] = field(default=(), converter=_names)
    source: Source = Source.PRINCIPAL
    sharing: Sharing = Sharing.SEQUENTIAL
    structure: Node | None = None
    kinds: tuple[PrincipalKind, ...] = field(default=(), converter=_kinds)
    lockout_months: int = 0
    above_pool_of: tuple[str, ...] = field(default=(), converter=_names)
    step: Literal["pay_principal"] = "pay_principal"

    def __attrs_post_init__(self) -> None:
        classes_of_structure(self)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class ShiftLevel:
    """From this payment date on, seniors get this share of what prepayments would bring the subordinates."""

    from_date: dt.date = field(converter=to_date, validator=is_date)
    share: Decimal = field(converter=to_factor, validator=is_rate)


class Held(StrEnum):
    """What a failed test makes of the shift: everything prepaid is the seniors', or the level before it stands."""

    EVERYTHING = "everything prepaid goes to the seniors"
    LAST_LEVEL = "the last level stands"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PaySeniorPrincipal(Bounded):
    """Pay the senior classes of a loan group their principal where interest shifts (senior/subordinate deals).

    They get the senior percentage of scheduled principal, the senior prepayment percentage of what was prepaid,
    purchased and recovered, and of loans liquidated the lesser of the senior percentage of their balance and the
    prepayment percentage of their proceeds (``lesser_of_liquidations``; else the latter). The senior percentage is
    their balance over the pool of the group, both before the distribution, at most 1, and 1 once no subordinate class
    is left. The prepayment percentage adds to it the share of the subordinate percentage that ``shift`` gives for the
    date, all of it before the first level; it is 1 while the senior percentage exceeds that at issue (or
    ``initial_percent``), and while a trigger of ``held_by`` is in force, unless ``held`` says that the level before it
    stands. Once the subordinate percentage is twice that at issue, no more than ``doubled_share`` is shifted, from
    ``doubled_from`` on, or than ``doubled`` says by date; ``doubled_when`` names a trigger that says so instead.
    What the group's principal is more than theirs, or than they stand at, is the subordinates', for
    :class:`PaySubordinatePrincipal`. Out of available funds, principal is used first.
    """

    title: ClassVar[str] = "senior principal"
    classes: tuple[str, ...] = field(default=(), converter=_names)
    subordinates: tuple[str, ...] = field(converter=_names)
    source: Source = Source.AVAILABLE
    sharing: Sharing = Sharing.SEQUENTIAL
    structure: Node | None = None
    shift: tuple[ShiftLevel, ...] = field(default=(), converter=_levels)
    held_by: tuple[str, ...] = field(default=(), converter=_names)
    initial_percent: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    lesser_of_liquidations: bool = True
    doubled_share: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    doubled_from: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    held: Held = Held.EVERYTHING
    doubled: tuple[ShiftLevel, ...] = field(default=(), converter=_levels)
    doubled_when: str | None = field(default=None, validator=is_name)
    step: Literal["pay_senior_principal"] = "pay_senior_principal"

    def __attrs_post_init__(self) -> None:
        classes_of_structure(self)
        for name in ("shift", "doubled"):
            dates = [level.from_date for level in getattr(self, name)]
            if dates != sorted(set(dates)):
                message = "the levels stand in the order of their dates, one to a date"
                raise InvalidTerms(f"PaySeniorPrincipal.{name}", "contradiction", message)
        if self.doubled and (self.doubled_share is not None or self.doubled_from is not None):
            message = "levels say by date what one share would say; give one or the other"
            raise InvalidTerms("PaySeniorPrincipal.doubled", "contradiction", message)
        if self.doubled_when is not None and not self.doubled and self.doubled_share is None:
            message = "say what is shifted then: levels, or one share"
            raise InvalidTerms("PaySeniorPrincipal.doubled", "missing", message)
        if self.held is Held.LAST_LEVEL and len(self.held_by) != 1:
            what = "names several triggers" if self.held_by else "names no trigger"
            message = f"{what}; name the one since which the level stands (one of the kind any of other triggers)"
            raise InvalidTerms("PaySeniorPrincipal.held_by", "contradiction", message)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayStrippedPrincipal(Bounded):
    """Pay principal-only classes their part of the principal of loan groups that are stripped to a rate.

    It is, of each kind of principal, the discount fraction of the loans that it came from; what fell due says it of
    scheduled principal. Senior and subordinate principal of these groups is then of the rest alone, and so is the pool
    that the senior percentage is of. It stands before the step that pays the seniors.

    With ``bears_losses`` the classes bear the same fractions of their loans' losses themselves, instead of by rank, and
    lose nothing else; what recoveries bring on these loans writes them up again and is theirs as principal.
    """

    title: ClassVar[str] = "stripped principal"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.AVAILABLE
    sharing: Sharing = Sharing.SEQUENTIAL
    bears_losses: bool = False
    step: Literal["pay_stripped_principal"] = "pay_stripped_principal"


class Restricted(StrEnum):
    """What of the subordinates' principal a class that fails its credit support test goes without."""

    NOTHING = "nothing"
    UNSCHEDULED = "unscheduled principal"
    ALL = "all principal"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PaySubordinatePrincipal(Bounded):
    """Pay subordinate classes their shares of what principal the seniors of the groups leave them.

    The shares are by balance before the distribution, among the classes of ``among`` (by default the step's own, the
    most senior first), so that interest and principal can be paid class by class. A class of ``locked`` gets none
    until the others are retired. Where ``credit_support`` restricts something, the classes junior to one whose support
    (the classes below it over the pool) lies under that at issue go without it; what is blocked goes to the others.
    """

    title: ClassVar[str] = "subordinate principal"
    classes: tuple[str, ...] = field(converter=_names)
    among: tuple[str, ...] = field(default=(), converter=_names)
    locked: tuple[str, ...] = field(default=(), converter=_names)
    credit_support: Restricted = Restricted.NOTHING
    source: Source = Source.AVAILABLE
    step: Literal["pay_subordinate_principal"] = "pay_subordinate_principal"

    def __attrs_post_init__(self) -> None:
        strange = [name for name in (*self.classes, *self.locked) if name not in (self.among or self.classes)]
        if strange:
            message = f"{strange[0]!r} is none of the classes that share: name it in among"
            raise InvalidTerms("PaySubordinatePrincipal.among", "contradiction", message)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayReportedPrincipal(Bounded):
    """Pay the classes the principal that is reported of each: for pools known too little to derive it.

    Out of available funds, principal is used first.
    """

    title: ClassVar[str] = "reported principal"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.AVAILABLE
    sharing: Sharing = Sharing.PRO_RATA_CLAIM
    step: Literal["pay_reported_principal"] = "pay_reported_principal"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class BuildOvercollateralization(Bounded):
    """Pay excess interest as extra principal until overcollateralization is at its target.

    Where loan groups have targets of their own, it is those of ``target_of`` together, by default those of the step's
    ``groups``: what these groups' loans exceed the classes by that they alone back.
    """

    title: ClassVar[str] = "extra principal"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    sharing: Sharing = Sharing.SEQUENTIAL
    target_of: tuple[str, ...] = field(default=(), converter=_names)
    step: Literal["build_overcollateralization"] = "build_overcollateralization"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class CoverLosses(Bounded):
    """Pay excess interest as principal for the losses realized this month, before any class is written down."""

    title: ClassVar[str] = "losses covered by excess"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    sharing: Sharing = Sharing.SEQUENTIAL
    step: Literal["cover_losses"] = "cover_losses"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayBasisRisk(Bounded):
    """Pay the classes what the available funds cap took from them, now and before."""

    title: ClassVar[str] = "basis risk shortfalls"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    sharing: Sharing = Sharing.SEQUENTIAL
    step: Literal["pay_basis_risk"] = "pay_basis_risk"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayUnpaidLosses(Bounded):
    """Pay classes what they were written down by before, and neither written up nor paid; it retires no balance.

    With ``subordinates`` it is paid out of what would be their principal: no more than the seniors of the groups leave
    them and than they stand at, and nothing once they are gone. It stands between the steps that pay the seniors and
    those that pay the subordinates, who are then written down by it.
    """

    title: ClassVar[str] = "unpaid realized losses"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    sharing: Sharing = Sharing.SEQUENTIAL
    subordinates: tuple[str, ...] = field(default=(), converter=_names)
    step: Literal["pay_unpaid_losses"] = "pay_unpaid_losses"

    def __attrs_post_init__(self) -> None:
        if self.subordinates and self.source is Source.INTEREST:
            message = "the subordinates' principal is no interest: give the source principal funds, or available funds"
            raise InvalidTerms("PayUnpaidLosses.source", "contradiction", message)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class ReimburseInsurer(Bounded):
    """Repay the bond insurer what it paid on the classes."""

    title: ClassVar[str] = "insurer reimbursement"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.AVAILABLE
    sharing: Sharing = Sharing.SEQUENTIAL
    step: Literal["reimburse_insurer"] = "reimburse_insurer"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class SetAsidePrincipal(Bounded):
    """Put principal on the funding account, to buy more loans or to pay draws: a revolving period, while it lasts.

    It lasts up to and with the payment date ``until``, and ends for good where it is recorded that it did
    (``revolving_period_ended``); triggers of ``not_while`` keep the step idle in their months. ``up_to`` is the most
    that is to stand on the account, in the deal's money. Only whole cents are set aside.
    """

    title: ClassVar[str] = "principal set aside"
    classes: tuple[str, ...] = field(default=(), converter=_names)
    source: Source = Source.PRINCIPAL
    until: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    up_to: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    step: Literal["set_aside_principal"] = "set_aside_principal"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class RepayDraws(Bounded):
    """Repay the seller the draws that it funded, in whole cents; before class principal, draws are paid first."""

    title: ClassVar[str] = "draws repaid to the seller"
    classes: tuple[str, ...] = field(default=(), converter=_names)
    source: Source = Source.PRINCIPAL
    step: Literal["repay_draws"] = "repay_draws"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayFee(Bounded):
    """Pay a fee that stands in the waterfall: what it is this month, and what was left unpaid of it before.

    ``cap`` is the most that the step pays in a month, ``cap_a_year`` the most that is paid of the fee in the calendar
    year of the payment date. Without ``arrears`` the step leaves what was unpaid before to another. A second step of a
    fee pays what the first could not.
    """

    title: ClassVar[str] = "fee"
    fee_id: str = field(validator=is_name)
    classes: tuple[str, ...] = field(default=(), converter=_names)
    source: Source = Source.INTEREST
    cap_a_year: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    arrears: bool = True
    step: Literal["pay_fee"] = "pay_fee"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayPremiums(Bounded):
    """Pay one class the prepayment premiums of the month, and nothing else; they are then no interest funds."""

    title: ClassVar[str] = "prepayment premiums"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.INTEREST
    step: Literal["pay_premiums"] = "pay_premiums"

    def __attrs_post_init__(self) -> None:
        if len(self.classes) > 1 or self.share is not None or self.cap is not None:
            message = "premiums go to one class, and all of them: name one, without cap and share"
            raise InvalidTerms("PayPremiums.classes", "contradiction", message)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class DrawAccount(Bounded):
    """Add cash of an account to the funds, as far as these fall short of the claims that the step names.

    ``covers`` says what claims: interest and principal of ``classes`` and the ``fees``. What is drawn for interest and
    fees joins the interest funds, what is drawn for losses, parity and principal the principal funds, and the steps
    behind it pay it out. ``source`` is which funds the claims would be paid from. Principal itself is drawn from
    ``principal_from`` on, the final date of the classes.
    """

    title: ClassVar[str] = "drawn on an account"
    account: str = field(validator=is_name)
    classes: tuple[str, ...] = field(default=(), converter=_names)
    fees: tuple[str, ...] = field(default=(), converter=_names)
    covers: tuple[Covers, ...] = field(default=(Covers.INTEREST,), converter=covers)
    source: Source = Source.INTEREST
    principal_from: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    step: Literal["draw_account"] = "draw_account"

    def __attrs_post_init__(self) -> None:
        for needs, given, name in (
            (bool({Covers.INTEREST, Covers.PARITY, Covers.PRINCIPAL} & set(self.covers)), self.classes, "classes"),
            (Covers.FEES in self.covers, self.fees, "fees"),
            (Covers.PRINCIPAL in self.covers, self.principal_from, "principal_from"),
        ):
            if needs and not given:
                message = f"a draw that covers {', '.join(self.covers)} needs its {name}"
                raise InvalidTerms(f"DrawAccount.{name}", "missing", message)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class FundAccount(Bounded):
    """Pay into an account until it holds its target."""

    title: ClassVar[str] = "paid into an account"
    account: str = field(validator=is_name)
    classes: tuple[str, ...] = field(default=(), converter=_names)
    source: Source = Source.INTEREST
    step: Literal["fund_account"] = "fund_account"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class ReleaseAccount(Bounded):
    """Let what an account holds above its target join the funds, of interest unless it says otherwise."""

    title: ClassVar[str] = "released from an account"
    account: str = field(validator=is_name)
    classes: tuple[str, ...] = field(default=(), converter=_names)
    source: Source = Source.INTEREST
    step: Literal["release_account"] = "release_account"


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class PayResidual(Bounded):
    """Pay whatever is left to the residual class, the first one named."""

    title: ClassVar[str] = "residual"
    classes: tuple[str, ...] = field(converter=_names)
    source: Source = Source.AVAILABLE
    step: Literal["pay_residual"] = "pay_residual"


STEPS: dict[str, type[Step]] = {
    "pay_derivatives": PayDerivatives,
    "accrete_interest": AccreteInterest,
    "pay_interest": PayInterest,
    "pay_principal": PayPrincipal,
    "pay_reported_principal": PayReportedPrincipal,
    "pay_stripped_principal": PayStrippedPrincipal,
    "pay_senior_principal": PaySeniorPrincipal,
    "pay_subordinate_principal": PaySubordinatePrincipal,
    "build_overcollateralization": BuildOvercollateralization,
    "cover_losses": CoverLosses,
    "pay_basis_risk": PayBasisRisk,
    "pay_unpaid_losses": PayUnpaidLosses,
    "reimburse_insurer": ReimburseInsurer,
    "set_aside_principal": SetAsidePrincipal,
    "repay_draws": RepayDraws,
    "pay_fee": PayFee,
    "pay_premiums": PayPremiums,
    "draw_account": DrawAccount,
    "fund_account": FundAccount,
    "release_account": ReleaseAccount,
    "pay_residual": PayResidual,
}
"""Every step by its written name."""

PAYING_NO_CLASS = (PayDerivatives, PayFee, DrawAccount, FundAccount, ReleaseAccount, SetAsidePrincipal, RepayDraws)
"""Steps that pay others than classes, and may name none."""


def bears_own_losses(steps: Iterable[Step]) -> frozenset[str]:
    """Return the principal-only classes that bear the losses of their own loans, and so none by rank."""
    return frozenset(
        name for step in steps if isinstance(step, PayStrippedPrincipal) and step.bears_losses for name in step.classes
    )


def asks_of_groups(step: Step) -> bool:
    """Say whether a step uses the funds of single loan groups, or asks what kind principal is of."""
    if isinstance(step, PaySeniorPrincipal | PaySubordinatePrincipal | PayStrippedPrincipal):
        return True
    named = isinstance(step, Bounded) and bool(step.groups)
    return named or (isinstance(step, PayPrincipal) and bool(step.kinds or step.above_pool_of))
