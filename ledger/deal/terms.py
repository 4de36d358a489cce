"""The deal as data: everything that makes one securitisation different from another.

Terms are values inside events. Nothing here computes; :mod:`ledger.deal.schedule` turns the calendar terms into dates
and :mod:`ledger.waterfall.waterfall` runs the steps. A number that belongs to a deal stands in its terms and nowhere in
the code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, cast

import attrs
from attrs import field

from ledger.deal.accounts import TrustAccount
from ledger.deal.advancing import AdvanceTerms
from ledger.deal.checked import is_cash, is_count, is_date, is_factor, is_name, is_positive_count, is_rate, is_title
from ledger.deal.contradictions import contradictions
from ledger.deal.notes import NoteConventions
from ledger.deal.overcollateralization import OvercollateralizationTerms
from ledger.deal.steps import Step
from ledger.deal.structure import BalanceSchedule, ExchangeableClass, PlannedBalance
from ledger.deal.triggers import Trigger
from ledger.deal.vocabulary import (
    AccrualRule,
    Act,
    Bearer,
    CapitalizedAdvances,
    CapitalizedInterestRest,
    ClassKind,
    DelinquencyDay,
    DelinquencyMethod,
    DelinquencySource,
    Direction,
    ExcessRecipient,
    FeeBasis,
    Forbearance,
    LateEvents,
    LossCause,
    LossesBorne,
    Originals,
    PaidBy,
    RateKind,
    RecordDateRule,
    RestatedCash,
    ShortfallDays,
    ShortfallRate,
    StatementTemplate,
    StatusPrecedence,
)
from ledger.errors import InvalidTerms
from ledger.values.currency import DOLLARS, Currency
from ledger.values.dates import BusinessDayRule, DayCount, HolidayCalendar, to_date, to_optional_date
from ledger.values.fields import by_declared_type
from ledger.values.glance import Glanced
from ledger.values.money import (
    Rounding,
    to_amount,
    to_factor,
    to_optional_amount,
    to_optional_factor,
)


def _is_rules(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= CURRENT_RULES:
        message = f"must be a whole number from 1 to {CURRENT_RULES}, the rules that this release knows"
        raise InvalidTerms(f"{type(instance).__name__}.{attribute.name}", "unknown_rules", message)


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


_MOST_HOLIDAYS = 2_000
"""Holidays that a calendar may add: those of forty years, and more than enough to find a business day behind."""


def _dates(value: Iterable[dt.date | str]) -> tuple[dt.date, ...]:
    return tuple(sorted({to_date(item) for item in value}))


def _are_dates(instance: Any, attribute: attrs.Attribute[Any], value: tuple[dt.date, ...]) -> None:
    where = f"{type(instance).__name__}.{attribute.name}"
    if len(value) > _MOST_HOLIDAYS:
        raise InvalidTerms(where, "too_many", f"{len(value):,} dates; no more than {_MOST_HOLIDAYS:,} are read")
    for item in value:
        is_date(instance, attribute, item)


CURRENT_RULES = 4
"""The rules that new terms are under, the latest that there are.

1: a month's funds are what fell due less what was reported delinquent. 2: they are what came in; delinquency follows.
3: a month is exact in every later month too: speeds, premiums, shortfalls and the pre-funding account as documented.
4: a deal may be of any structure: what steps reckon and what is added to balances is part of the digest.
A closed month replays under the rules that it was closed by; docs/decisions/0021-rules-as-data.md lists what differs.
"""


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class Characteristics:
    """Weighted averages of a group (or the pool) at issue, as the offering documents report them."""

    coupon: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_factor)
    months_to_maturity: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_factor)
    amortization_months: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_factor)
    seasoning_months: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_factor)
    margin: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_factor)
    max_rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_factor)
    min_rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_factor)
    cap_up: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_factor)
    cap_down: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_factor)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class LoanGroup:
    """One loan group; the order of the groups in the terms is the order of the columns in a statement.

    ``number`` is the group's number in the statement's lists. ``original`` figures describe it at issue.
    ``prefunding`` is the part of the pre-funding account that is to buy loans for this group: what the group buys
    lowers its own part, and what is not spent goes back by what is left of each (before the fourth rules: by shares).
    ``overcollateralization`` says how far this group's loans must exceed the classes that it alone backs, where each
    group has its own target. ``credit_limit`` is up to what balance the lines of credit of a group that is reported as
    one can be drawn on. ``notes`` are the conventions of its loans' notes, where they are not those of the deal.
    ``strip_rate`` is the net rate that its loans are stripped to: of a loan that bears less, a part of the principal is
    the principal-only classes'; what a loan bears above it is excess interest.
    """

    group_id: str = field(validator=is_name)
    number: int = field(default=1, validator=is_count)
    title: str = field(default="", validator=is_title)
    adjustable: bool = False
    original_balance: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    original_loan_count: int | None = field(default=None, validator=is_count)
    original: Characteristics = Characteristics()
    prefunding: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    overcollateralization: OvercollateralizationTerms | None = None
    credit_limit: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    notes: NoteConventions | None = None
    strip_rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class RateStep:
    """From this payment date on, a fixed class bears this rate (a step-up or step-down coupon)."""

    from_date: dt.date = field(converter=to_date, validator=is_date)
    rate: Decimal = field(converter=to_factor, validator=is_rate)


def _rate_steps(value: Iterable[RateStep]) -> tuple[RateStep, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class ClassRate:
    """The pass-through rate of a class: fixed, index plus margin, the pool's net rate, or reported by the servicer.

    ``available_funds_cap`` caps it at the available funds rate; what the cap takes is a basis risk shortfall.
    ``floor`` and ``ceiling`` are hard limits. ``margin_after_call`` replaces the margin from ``margin_step_date`` on.
    A floating rate is ``leverage`` times the index plus the margin: below zero for an inverse floater, whose margin is
    then its rate at an index of zero. ``steps`` replace a fixed rate from their dates on. A net WAC is that of
    ``groups`` (none named: of the deal): together, or averaged over the groups by what of each pool the subordinates
    stand for (``by_subordinates``). ``less`` and the rate of class ``less_rate_of`` are taken off it. Excess over
    the strip rate is what the loans of the groups bear above the rates that these are stripped to, on what the class
    accrues on.
    """

    kind: RateKind = RateKind.NONE
    rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    steps: tuple[RateStep, ...] = field(default=(), converter=_rate_steps)
    index: str | None = field(default=None, validator=is_name)
    leverage: Decimal = field(default=Decimal(1), converter=to_factor, validator=is_factor)
    margin: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    margin_after_call: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    margin_step_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    available_funds_cap: bool = False
    floor: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    ceiling: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    groups: tuple[str, ...] = field(default=(), converter=_names)
    by_subordinates: bool = False
    less: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    less_rate_of: str | None = field(default=None, validator=is_name)

    def __attrs_post_init__(self) -> None:
        if self.kind is RateKind.FIXED and self.rate is None:
            raise InvalidTerms("ClassRate.rate", "missing", "a fixed class needs its rate")
        if self.kind is RateKind.FLOATING and (self.index is None or self.margin is None):
            lacking = "index" if self.index is None else "margin"
            raise InvalidTerms(f"ClassRate.{lacking}", "missing", "a floating class needs its index and its margin")
        dates = [step.from_date for step in self.steps]
        if dates != sorted(set(dates)):
            message = "the rates stand in the order of their dates, one to a date"
            raise InvalidTerms("ClassRate.steps", "contradiction", message)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class BondClass:
    """One class of bonds.

    ``rank`` orders losses: the highest rank loses first, classes of one rank share. ``notional_of`` names the classes
    whose balances a notional class accrues on. ``description`` is the type a statement prints (FLT, SEN, SUB, IO).
    ``unpaid_interest_bears_interest`` says that what it was not paid in earlier months accrues at its own rate.
    ``insurer_rate`` is the yearly rate that what the insurer paid on it bears until it is repaid.
    ``groups`` are the loan groups that back the class; none named, all do. ``notional_schedule`` names the schedule of
    balances that a notional class accrues on, in place of other classes' balances. ``maximum_balance`` makes the class
    a variable funding note, whose balance can rise up to it. ``retained`` says that the issuer, who pays the classes of
    a reference pool, holds the class itself, so that what it is paid moves no cash.
    """

    class_id: str = field(validator=is_name)
    cusip: str = field(default="", validator=is_title)
    description: str = field(default="", validator=is_title)
    kind: ClassKind = ClassKind.PRINCIPAL
    face: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)
    rank: int = field(default=1, validator=is_count)
    rate: ClassRate = ClassRate()
    day_count: DayCount = DayCount.ACTUAL_360
    accrual: AccrualRule = AccrualRule.PAYMENT_TO_PAYMENT
    accrual_method_printed: str = field(default="", validator=is_title)
    notional_of: tuple[str, ...] = field(default=(), converter=_names)
    insured: bool = False
    insurer_rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    unpaid_interest_bears_interest: bool = False
    groups: tuple[str, ...] = field(default=(), converter=_names)
    notional_schedule: str | None = field(default=None, validator=is_name)
    maximum_balance: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    retained: bool = False


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class FeeAmount:
    """From this payment date on, the fee is this amount."""

    from_date: dt.date = field(converter=to_date, validator=is_date)
    amount: Decimal = field(converter=to_amount, validator=is_cash)


def _fee_amounts(value: Iterable[FeeAmount]) -> tuple[FeeAmount, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class Fee:
    """One fee of the deal.

    ``rate`` is yearly and is taken one twelfth a month of the basis, or by the days from payment to payment over the
    year of ``day_count``. ``amount`` is that of a month, for a loan where the basis counts loans. ``borne_by`` is the
    group that bears it, or None where each group bears its own share (``POOL_BALANCE``) or the posting says
    (``POSTED``). ``in_net_rate`` says that the net mortgage rate is after it. ``minimum`` and ``maximum`` are the least
    and the most that it can be when it is payable: the greater, or the lesser, of two. It is payable in every
    ``every_months``-th distribution, the first time in the ``first_payable``-th, then for all these months (a fixed or
    scheduled amount is one payment). ``in_waterfall`` says that a :class:`~ledger.deal.steps.PayFee` step pays it in
    its turn; what is not paid is carried forward. Otherwise it is charged before the waterfall.
    ``rounding`` makes cents of the premium of a group (``LOAN_PREMIUMS``).
    """

    fee_id: str = field(validator=is_name)
    title: str = field(validator=is_title)
    payee: str = field(default="", validator=is_title)
    basis: FeeBasis
    rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    amount: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    class_id: str | None = field(default=None, validator=is_name)
    borne_by: str | None = field(default=None, validator=is_name)
    in_net_rate: bool = True
    account_id: str | None = field(default=None, validator=is_name)
    amounts: tuple[FeeAmount, ...] = field(default=(), converter=_fee_amounts)
    day_count: DayCount | None = None
    minimum: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    maximum: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    every_months: int = field(default=1, validator=is_positive_count)
    first_payable: int = field(default=1, validator=is_positive_count)
    in_waterfall: bool = False
    rounding: Rounding = Rounding.HALF_UP

    def __attrs_post_init__(self) -> None:
        dates = [item.from_date for item in self.amounts]
        if dates != sorted(set(dates)):
            message = "the amounts stand in the order of their dates, one to a date"
            raise InvalidTerms(f"Fee[{self.fee_id}].amounts", "contradiction", message)

    @property
    def is_computed(self) -> bool:
        """Whether the ledger finds the fee, and charges it when the distribution is paid."""
        return not self.basis.is_posted


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class CalendarTerms:
    """The dates of a distribution.

    ``payment_day`` moves by ``payment_rule``. Due dates fall on ``due_day``; a due period runs from the day after the
    prior one to this one. The prepayment period is the calendar month before the payment, or runs from
    ``prepayment_start_day`` of one month to the day before it in the next. ``determination_day`` moves to the business
    day before.
    """

    first_payment_date: dt.date = field(converter=to_date, validator=is_date)
    months_between_payments: int = 1
    """1: monthly, 3: quarterly, 6: half-yearly, 12: yearly."""
    payment_day: int = 25
    """29 to 31 stand for the last day of months that are shorter."""
    payment_rule: BusinessDayRule = BusinessDayRule.FOLLOWING
    holidays: HolidayCalendar = HolidayCalendar.FEDERAL_RESERVE
    holidays_added: tuple[dt.date, ...] = field(default=(), converter=_dates, validator=_are_dates)
    """Further days that are no business days: those of another place, or of a single year."""
    due_day: int = 1
    """31 stands for the last day of every month: the due period is then the calendar month before the payment."""
    prepayment_start_day: int = 1
    determination_day: int = 15
    determination_rule: BusinessDayRule = BusinessDayRule.PRECEDING
    remittance_cut_off_day: int | None = None
    """Day of the payment month up to which collections count for it; None: the determination date."""
    delinquency_method: DelinquencyMethod = DelinquencyMethod.MBA
    delinquency_day: DelinquencyDay = DelinquencyDay.PREPAYMENT_PERIOD_END
    record_date: RecordDateRule = RecordDateRule.LAST_BUSINESS_DAY_OF_PRIOR_MONTH
    final_payment_date: dt.date = field(converter=to_date, validator=is_date)

    def __attrs_post_init__(self) -> None:
        for name in ("payment_day", "due_day", "prepayment_start_day", "determination_day"):
            day = getattr(self, name)
            whole = isinstance(day, int) and not isinstance(day, bool)
            long = name == "payment_day" and whole and 1 <= day <= 31
            if not whole or (not 1 <= day <= 28 and (name, day) != ("due_day", 31) and not long):
                also = ", or 31 for the last day of every month" if name in ("due_day", "payment_day") else ""
                raise InvalidTerms(f"CalendarTerms.{name}", "out_of_range", f"must be a day from 1 to 28{also}")
        if self.months_between_payments not in (1, 2, 3, 4, 6, 12):
            message = "must divide a year: 1, 2, 3, 4, 6 or 12 months"
            raise InvalidTerms("CalendarTerms.months_between_payments", "out_of_range", message)
        cut_off = self.remittance_cut_off_day
        if cut_off is not None and (isinstance(cut_off, bool) or not 1 <= cut_off <= 28):
            raise InvalidTerms("CalendarTerms.remittance_cut_off_day", "out_of_range", "must be a day from 1 to 28")
        if self.final_payment_date < self.first_payment_date:
            raise InvalidTerms("CalendarTerms.final_payment_date", "contradiction", "lies before the first payment")


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class ShortfallTerms:
    """Prepayment interest shortfalls, what the servicer pays towards them, and who bears the rest.

    ``compensating_cap_rate`` caps compensating interest at a yearly rate on the opening pool;
    ``capped_by_servicing_fee`` caps it at the servicing fee of the month. ``prepayment_excess_to`` says whose the
    interest is that payoffs bring beyond what is owed; the trust's is interest collected.
    """

    rate: ShortfallRate = ShortfallRate.GROSS
    days: ShortfallDays = ShortfallDays.THIRTY_ONE_LESS_DAY_PAID
    curtailments_count: bool = False
    rounding: Rounding = Rounding.HALF_UP
    capped_by_servicing_fee: bool = True
    compensating_cap_rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    non_supported_borne_by: Bearer = Bearer.CLASSES
    relief_act_borne_by: Bearer = Bearer.EXCESS
    prepayment_excess_to: ExcessRecipient = ExcessRecipient.SERVICER


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class DelinquencyTerms:
    """Where the delinquency of a pool that is reported loan by loan comes from, and how it is counted.

    The day of the count and the method stand with the calendar. Derived delinquency counts the due dates that a loan
    has missed on that day: those of which more than ``tolerance`` (money) is owed, and whose month has run out by the
    method; with ``business_days``, on the last business day before or on it, which the day of the count then is too.
    ``precedence`` says where a loan stands that is in foreclosure and in bankruptcy.
    """

    source: DelinquencySource = DelinquencySource.AS_REPORTED
    tolerance: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)
    business_days: bool = False
    precedence: StatusPrecedence = StatusPrecedence.LATEST

    @property
    def is_derived(self) -> bool:
        """Whether delinquency follows from what each loan owes."""
        return self.source is DelinquencySource.WHAT_IS_OWED

    def __attrs_post_init__(self) -> None:
        counted = self.tolerance or self.business_days or self.precedence is not StatusPrecedence.LATEST
        if counted and not self.is_derived:
            message = f"how it is counted is said of delinquency that is derived; give source {_DERIVED!r}"
            raise InvalidTerms("DelinquencyTerms.source", "missing", message)


_DERIVED = DelinquencySource.WHAT_IS_OWED.value


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class LossCarveOut:
    """Losses of one cause since issue: up to ``amount`` borne by rank, beyond it by all classes by their balances."""

    cause: LossCause
    amount: Decimal = field(converter=to_amount, validator=is_cash)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class LossTier:
    """Classes that bear losses of modifications together, by their balances, before the set that follows them does."""

    classes: tuple[str, ...] = field(converter=_names)


def _tiers(value: Iterable[LossTier]) -> tuple[LossTier, ...]:
    return tuple(value)


def _carve_outs(value: Iterable[LossCarveOut]) -> tuple[LossCarveOut, ...]:
    return tuple(value)


def _amounts(value: Iterable[PlannedBalance]) -> tuple[PlannedBalance, ...]:
    return tuple(value)


_NEEDS: Mapping[str, tuple[str, ...]] = {
    "cap": ("strike",),
    "floor": ("strike",),
    "corridor": ("strike", "ceiling"),
    "swap": ("fixed_rate", "direction"),
}
_OF_TERMS = ("strike", "ceiling", "fixed_rate", "direction", "notional_of", "notional_amounts", "fixed_day_count")


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class DerivativeContract:
    """A cap, floor, corridor or swap contract of the trust, listed in the statement in this order.

    With an ``index`` its payments are derived from what stands here; without one they are what is posted. A cap pays
    what the index is above ``strike``, a floor what it is below, a corridor what it is above ``strike`` and no further
    than ``ceiling``, a swap ``fixed_rate`` against the index, netted. ``direction`` says who pays: the payment itself,
    or the fixed leg of a swap (default, but for a swap: the trust receives).

    The notional amount is that of ``notional_amounts`` for the date; with ``notional_of`` it is
    ``notional_multiplier`` times what these classes stand at before the distribution, and no more than the dated
    amount, where there is one. Before the first date it is nothing. ``fixed_day_count`` is that of a swap's fixed leg
    where it differs from ``day_count``. ``rounding`` makes cents of the payment, once. ``group`` is the column in which
    a receipt is shown; None: the first.
    """

    contract: str = field(validator=is_name)
    kind: Literal["cap", "floor", "corridor", "swap"] = "floor"
    index: str | None = field(default=None, validator=is_name)
    strike: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    ceiling: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    fixed_rate: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    direction: Direction | None = None
    notional_of: tuple[str, ...] = field(default=(), converter=_names)
    notional_multiplier: Decimal = field(default=Decimal(1), converter=to_factor, validator=is_factor)
    notional_amounts: tuple[PlannedBalance, ...] = field(default=(), converter=_amounts)
    day_count: DayCount = DayCount.ACTUAL_360
    fixed_day_count: DayCount | None = None
    accrual: AccrualRule = AccrualRule.PAYMENT_TO_PAYMENT
    rounding: Rounding = Rounding.HALF_UP
    group: str | None = field(default=None, validator=is_name)

    def __attrs_post_init__(self) -> None:
        _check_contract(self)

    @property
    def is_derived(self) -> bool:
        """Whether the terms say enough of the contract that its payments follow from them."""
        return self.index is not None

    @property
    def may_pay(self) -> bool:
        """Whether the trust may ever owe anything under the contract."""
        return not self.is_derived or self.kind == "swap" or self.direction is Direction.TRUST_PAYS

    @property
    def may_receive(self) -> bool:
        """Whether the trust may ever be owed anything that follows from the terms of the contract."""
        return self.is_derived and (self.kind == "swap" or self.direction is not Direction.TRUST_PAYS)


def _check_contract(item: DerivativeContract) -> None:
    where = f"DerivativeContract[{item.contract}]"
    given = [name for name in _OF_TERMS if getattr(item, name) not in (None, ())]
    if not item.is_derived:
        if given:
            message = f"{given[0]} says what the contract pays, and that needs the index that it is on"
            raise InvalidTerms(f"{where}.index", "missing", message)
        return
    needs = _NEEDS[item.kind]
    for name in needs:
        if getattr(item, name) is None:
            raise InvalidTerms(f"{where}.{name}", "missing", f"a {item.kind} needs its {name}")
    for name in ("strike", "ceiling", "fixed_rate"):
        if name in given and name not in needs:
            raise InvalidTerms(f"{where}.{name}", "contradiction", f"a {item.kind} has no {name}")
    if item.fixed_day_count is not None and item.kind != "swap":
        raise InvalidTerms(f"{where}.fixed_day_count", "contradiction", f"a {item.kind} has no fixed leg")
    if item.strike is not None and item.ceiling is not None and item.ceiling <= item.strike:
        raise InvalidTerms(f"{where}.ceiling", "contradiction", "the ceiling of a corridor lies above its strike")
    _check_notional(item, where)


def _check_notional(item: DerivativeContract, where: str) -> None:
    if not item.notional_of and not item.notional_amounts:
        message = "a contract needs a notional amount: a schedule, or the classes whose balances it is on"
        raise InvalidTerms(f"{where}.notional_amounts", "missing", message)
    if item.notional_multiplier <= 0:
        raise InvalidTerms(f"{where}.notional_multiplier", "out_of_range", "must be above zero")
    if item.notional_multiplier != 1 and not item.notional_of:
        message = "the multiplier is of class balances; write the amounts of a schedule as they are"
        raise InvalidTerms(f"{where}.notional_multiplier", "contradiction", message)
    dates = [step.from_date for step in item.notional_amounts]
    if any(after <= before for before, after in pairwise(dates)):
        message = "the dates of a schedule follow one another, each later than the one before"
        raise InvalidTerms(f"{where}.notional_amounts", "contradiction", message)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class Party:
    """Somebody who has a part in the deal: the role, the name, and how to reach them, as a statement prints them."""

    role: str = field(validator=is_title)
    name: str = field(validator=is_title)
    contact: str = field(default="", validator=is_title)


def _parties(value: Iterable[Party]) -> tuple[Party, ...]:
    return tuple(value)


def _groups(value: Iterable[LoanGroup]) -> tuple[LoanGroup, ...]:
    return tuple(value)


def _classes(value: Iterable[BondClass]) -> tuple[BondClass, ...]:
    return tuple(value)


def _fees(value: Iterable[Fee]) -> tuple[Fee, ...]:
    return tuple(value)


def _triggers(value: Iterable[Trigger]) -> tuple[Trigger, ...]:
    return tuple(value)


def _contracts(value: Iterable[DerivativeContract]) -> tuple[DerivativeContract, ...]:
    return tuple(value)


def _steps(value: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(value)


def _schedules(value: Iterable[BalanceSchedule]) -> tuple[BalanceSchedule, ...]:
    return tuple(value)


def _accounts(value: Iterable[TrustAccount]) -> tuple[TrustAccount, ...]:
    return tuple(value)


def _exchangeable(value: Iterable[ExchangeableClass]) -> tuple[ExchangeableClass, ...]:
    return tuple(value)


def _acts(value: Iterable[Act | str]) -> tuple[Act, ...]:
    """Return acts each once and in their order; a word that is none is left for the validator to refuse by name."""
    named = {str(item) for item in ((value,) if isinstance(value, str) else value)}
    strange = sorted(named - {act.value for act in Act})
    return (*(act for act in Act if act.value in named), *cast("list[Act]", strange))


@attrs.frozen(kw_only=True, field_transformer=by_declared_type, repr=False)
class DealTerms(Glanced):
    """The whole deal.

    ``available_funds_reduction`` is taken off the net mortgage rate to give the available funds rate.
    ``prefunding`` is the original amount of the pre-funding account, ``capitalized_interest`` that of the
    capitalized interest account, and ``capitalized_interest_rest`` says who gets what is left of the latter.
    ``prefunding_release_by`` and ``capitalized_interest_release_by`` are the dates after which nothing stands there.
    ``originals`` says where what the pool was at issue comes from (third rules; what the terms state goes first).
    ``rolling_months`` is the length of the rolling delinquency averages. ``restated_cash`` says what becomes of
    cash that a restatement adds to a paid distribution or takes from it. ``rules`` numbers the rules by which
    figures are derived. ``second_person`` names the acts that two people stand behind, from the place of these
    terms in the log on. ``schedules`` are balances that classes are paid down to, or accrue on; ``exchangeable`` are
    classes that stand for others. ``accounts`` are those that steps draw on and pay into. ``statement`` says
    how the pages of the deal's statements are laid out, and ``parties`` whom they name. ``delinquency`` says where it
    comes from where the pool is reported loan by loan. ``forbearance``
    says what deferred principal is, ``capitalized_advances`` what repays advances of arrears that were added to
    principal, ``loss_carve_outs`` which losses are not the subordinate classes' alone, and
    ``funding_account_release_by`` after which date nothing stands on the funding account. ``notes`` are the conventions
    that the loans' schedules are built by; without them the defaults are. ``advances`` says when the servicer stops
    advancing. ``losses_borne`` says whether loan groups that share no class bear their losses apart,
    ``paid_by`` who pays the classes. ``currency`` is what the deal's money is, and to how many decimals it is paid.
    ``modification_losses`` are the classes that losses of modifications fall on, set after set; none: by rank.
    Cross-references between the parts are checked when the terms are built.
    """

    title: str = field(validator=is_title)
    series: str = field(default="", validator=is_title)
    description: str = field(default="", validator=is_title)
    trustee: str = field(default="", validator=is_title)
    cut_off_date: dt.date = field(converter=to_date, validator=is_date)
    closing_date: dt.date = field(converter=to_date, validator=is_date)
    calendar: CalendarTerms
    groups: tuple[LoanGroup, ...] = field(converter=_groups)
    classes: tuple[BondClass, ...] = field(converter=_classes)
    fees: tuple[Fee, ...] = field(default=(), converter=_fees)
    shortfalls: ShortfallTerms = ShortfallTerms()
    overcollateralization: OvercollateralizationTerms | None = None
    available_funds_reduction: Decimal = field(default=Decimal(0), converter=to_factor, validator=is_rate)
    triggers: tuple[Trigger, ...] = field(default=(), converter=_triggers)
    derivatives: tuple[DerivativeContract, ...] = field(default=(), converter=_contracts)
    waterfall: tuple[Step, ...] = field(default=(), converter=_steps)
    prefunding: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)
    clean_up_call_percent: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    late_events: LateEvents = LateEvents.REFUSE
    original: Characteristics = Characteristics()
    rolling_months: int = field(default=3, validator=is_count)
    restated_cash: RestatedCash = RestatedCash.HOLD
    originals: Originals = Originals.STATED
    rules: int = field(default=CURRENT_RULES, validator=_is_rules)
    class_rounding: Rounding = Rounding.HALF_UP
    second_person: tuple[Act, ...] = field(default=(), converter=_acts)
    capitalized_interest: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)
    capitalized_interest_rest: CapitalizedInterestRest = CapitalizedInterestRest.DEPOSITOR
    schedules: tuple[BalanceSchedule, ...] = field(default=(), converter=_schedules)
    exchangeable: tuple[ExchangeableClass, ...] = field(default=(), converter=_exchangeable)
    prefunding_release_by: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    capitalized_interest_release_by: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    forbearance: Forbearance = Forbearance.LOSS_NOW
    capitalized_advances: CapitalizedAdvances = CapitalizedAdvances.PRINCIPAL
    loss_carve_outs: tuple[LossCarveOut, ...] = field(default=(), converter=_carve_outs)
    funding_account_release_by: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    accounts: tuple[TrustAccount, ...] = field(default=(), converter=_accounts)
    statement: StatementTemplate = StatementTemplate.FILED
    parties: tuple[Party, ...] = field(default=(), converter=_parties)
    notes: NoteConventions | None = None
    advances: AdvanceTerms | None = None
    delinquency: DelinquencyTerms = DelinquencyTerms()
    losses_borne: LossesBorne = LossesBorne.DEAL
    paid_by: PaidBy = PaidBy.COLLECTIONS
    currency: Currency = DOLLARS
    modification_losses: tuple[LossTier, ...] = field(default=(), converter=_tiers)

    def __attrs_post_init__(self) -> None:
        found = tuple(contradictions(self))
        if found:
            found[0].others = found[1:]
            raise found[0]

    def bond_class(self, class_id: str) -> BondClass:
        """Return the class of this name, or raise :class:`KeyError`."""
        for item in self.classes:
            if item.class_id == class_id:
                return item
        raise KeyError(class_id)

    def group(self, group_id: str) -> LoanGroup:
        """Return the loan group of this name, or raise :class:`KeyError`."""
        for item in self.groups:
            if item.group_id == group_id:
                return item
        raise KeyError(group_id)

    def note_conventions(self, group_id: str) -> NoteConventions | None:
        """Return the conventions of the notes of this group's loans, or None where the terms have none."""
        own = next((item.notes for item in self.groups if item.group_id == group_id), None)
        return self.notes if own is None else own

    def trigger(self, trigger_id: str) -> Trigger:
        """Return the trigger of this name, or raise :class:`KeyError`."""
        for item in self.triggers:
            if item.trigger_id == trigger_id:
                return item
        raise KeyError(trigger_id)

    @property
    def looks_back(self) -> bool:
        """Whether a target depends on earlier months, however long ago."""
        targets = (self.overcollateralization, *(item.overcollateralization for item in self.groups))
        return any(item is not None and item.looks_back for item in targets)

    @property
    def group_ids(self) -> tuple[str, ...]:
        """The groups' names in column order."""
        return tuple(item.group_id for item in self.groups)

    @property
    def original_pool_balance(self) -> Decimal | None:
        """The groups' original balances together, or None where a group has none."""
        balances = [item.original_balance for item in self.groups]
        if any(item is None for item in balances):
            return None
        return sum((item for item in balances if item is not None), Decimal("0.00"))
