"""The deal as data: everything that makes one securitisation different from another.

Terms are values inside events. Nothing here computes; :mod:`ledger.deal.schedule` turns the calendar terms into dates
and :mod:`ledger.deal.waterfall` runs the steps. A number that belongs to a deal stands in its terms and nowhere in the
code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, cast

import attrs
from attrs import field

from ledger.deal.checked import is_cash, is_count, is_date, is_factor, is_name, is_rate, is_title
from ledger.deal.steps import (
    AccreteInterest,
    Bounded,
    BuildOvercollateralization,
    CoverLosses,
    PayDerivatives,
    PayPrincipal,
    PaySeniorPrincipal,
    PaySubordinatePrincipal,
    Step,
)
from ledger.deal.structure import BalanceSchedule, Sharing
from ledger.errors import InvalidTerms
from ledger.values.dates import BusinessDayRule, DayCount, HolidayCalendar, to_date, to_optional_date
from ledger.values.fields import by_declared_type
from ledger.values.money import (
    Rounding,
    to_amount,
    to_factor,
    to_optional_amount,
    to_optional_factor,
)
from ledger.values.near import did_you_mean


def _is_rules(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= CURRENT_RULES:
        message = f"must be a whole number from 1 to {CURRENT_RULES}, the rules that this release knows"
        raise InvalidTerms(f"{type(instance).__name__}.{attribute.name}", "unknown_rules", message)


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


CURRENT_RULES = 4
"""The rules that new terms are under, the latest that there are.

1: a month's funds are what fell due less what was reported delinquent. 2: they are what came in; delinquency follows.
3: a month is exact in every later month too: speeds, premiums, shortfalls and the pre-funding account as documented.
4: a deal may be of any structure: what steps reckon and what is added to balances is part of the digest.
A closed month replays under the rules that it was closed by; docs/decisions/0021-rules-as-data.md lists what differs.
"""


class RecordDateRule(StrEnum):
    """Who is on the register is decided on this day."""

    LAST_BUSINESS_DAY_OF_PRIOR_MONTH = "last business day of prior month"
    LAST_DAY_OF_PRIOR_MONTH = "last day of prior month"
    BUSINESS_DAY_BEFORE_PAYMENT = "business day before payment"
    DAY_BEFORE_PAYMENT = "day before payment"


class AccrualRule(StrEnum):
    """Which days a class accrues interest over."""

    PAYMENT_TO_PAYMENT = "payment date to payment date"
    PRIOR_CALENDAR_MONTH = "prior calendar month"
    DAY_TO_DAY = "scheduled day to scheduled day"


class RateKind(StrEnum):
    """How the pass-through rate of a class is found."""

    NONE = "none"
    FIXED = "fixed"
    FLOATING = "floating"
    NET_WAC = "net wac"
    REPORTED = "reported"


class ClassKind(StrEnum):
    """What a class is owed."""

    PRINCIPAL = "principal and interest"
    NOTIONAL = "notional interest only"
    RESIDUAL = "residual"


class FeeBasis(StrEnum):
    """How a fee is found: posted by whom it is owed to, or computed from a balance."""

    POSTED = "posted"
    POOL_BALANCE = "opening pool balance"
    CLASS_BALANCE_BEFORE = "class balance before the distribution"
    CLASS_BALANCE_AFTER = "class balance after the distribution"
    FIXED_AMOUNT = "fixed amount"


class ShortfallRate(StrEnum):
    """Which rate a prepayment interest shortfall is reckoned at."""

    GROSS = "gross note rate"
    NET = "note rate less servicing rate"


class ShortfallDays(StrEnum):
    """Which days of the month a payoff loses interest for."""

    THIRTY_ONE_LESS_DAY_PAID = "31 less day paid, over 360"
    THIRTY_LESS_DAY_PAID = "30 less day paid, over 360"
    ACTUAL_DAYS_LEFT_IN_MONTH = "actual days left in month, over 365"


class Bearer(StrEnum):
    """Who bears a shortfall that nothing covers."""

    CLASSES = "classes pro rata on interest"
    RESIDUAL_FIRST = "residual, then classes pro rata on interest"
    EXCESS = "excess interest"


class LateEvents(StrEnum):
    """What happens to a fact of a closed period that is not marked as restating it."""

    REFUSE = "refuse"
    NEXT_DISTRIBUTION = "report in the next open distribution"


class RestatedCash(StrEnum):
    """What becomes of cash that restates a distribution which is paid already."""

    HOLD = "hold"
    SETTLE = "settle in the next open distribution"


class Originals(StrEnum):
    """Where the loans' number, balances and weighted averages at issue come from."""

    STATED = "as the terms state them"
    BOARDED = "from the loans boarded by closing"


class CapitalizedInterestRest(StrEnum):
    """Who gets what of the capitalized interest account is left when the funding period ends."""

    DEPOSITOR = "depositor"
    INTEREST_FUNDS = "interest funds"


class DelinquencyMethod(StrEnum):
    """When an unpaid instalment makes a loan thirty days delinquent.

    MBA: unpaid at the end of the day before the next due date. OTS: at the close of business on the due date's day of
    the following month.
    """

    MBA = "mba"
    OTS = "ots"


class DelinquencyDay(StrEnum):
    """The day on which delinquency buckets are counted."""

    PREPAYMENT_PERIOD_END = "end of the prepayment period"
    RECORD_DATE = "record date"
    REMITTANCE_CUT_OFF = "remittance cut-off"


class TriggerKind(StrEnum):
    """What a trigger tests."""

    ROLLING_DELINQUENCY = "rolling delinquency against enhancement"
    CUMULATIVE_LOSS = "cumulative loss against schedule"


class StatementTemplate(StrEnum):
    """How the pages of the deal's statements are laid out."""

    FILED = "as filed by Impac's trustee"
    NEUTRAL = "neutral"


class Act(StrEnum):
    """What the terms may demand a second person for."""

    CLOSING = "closing"
    RESTATING = "restating"
    ACKNOWLEDGING = "acknowledging a finding"
    NONRECOVERABLE = "declaring an advance nonrecoverable"
    AMENDING = "amending the terms"


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
    ``prefunding`` is the part of the pre-funding account that is to buy loans for this group: what is not spent goes
    back to the groups in these shares.
    """

    group_id: str = field(validator=is_name)
    number: int = field(default=1, validator=is_count)
    title: str = field(default="", validator=is_title)
    adjustable: bool = False
    original_balance: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)
    original_loan_count: int | None = field(default=None, validator=is_count)
    original: Characteristics = Characteristics()
    prefunding: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_cash)


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
    stand for (``by_subordinates``). ``less`` and the rate of class ``less_rate_of`` are taken off it.
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
            raise InvalidTerms("ClassRate.index", "missing", "a floating class needs its index and its margin")


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class BondClass:
    """One class of bonds.

    ``rank`` orders losses: the highest rank loses first, classes of one rank share. ``notional_of`` names the classes
    whose balances a notional class accrues on. ``description`` is the type a statement prints (FLT, SEN, SUB, IO).
    ``unpaid_interest_bears_interest`` says that what it was not paid in earlier months accrues at its own rate.
    ``groups`` are the loan groups that back the class; none named, all do. ``notional_schedule`` names the schedule of
    balances that a notional class accrues on, in place of other classes' balances.
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
    unpaid_interest_bears_interest: bool = False
    groups: tuple[str, ...] = field(default=(), converter=_names)
    notional_schedule: str | None = field(default=None, validator=is_name)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class Fee:
    """One fee of the deal.

    ``rate`` is yearly and is taken one twelfth a month of the basis. ``borne_by`` is the group that bears it, or None
    where each group bears its own share (``POOL_BALANCE``) or the posting says (``POSTED``). ``in_net_rate`` says that
    the net mortgage rate is after it.
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


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class CalendarTerms:
    """The dates of a distribution.

    ``payment_day`` moves by ``payment_rule``. Due dates fall on ``due_day``; a due period runs from the day after the
    prior one to this one. The prepayment period is the calendar month before the payment, or runs from
    ``prepayment_start_day`` of one month to the day before it in the next. ``determination_day`` moves to the business
    day before.
    """

    first_payment_date: dt.date = field(converter=to_date, validator=is_date)
    payment_day: int = 25
    payment_rule: BusinessDayRule = BusinessDayRule.FOLLOWING
    holidays: HolidayCalendar = HolidayCalendar.FEDERAL_RESERVE
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
            if not whole or (not 1 <= day <= 28 and (name, day) != ("due_day", 31)):
                also = ", or 31 for the last day of every month" if name == "due_day" else ""
                raise InvalidTerms(f"CalendarTerms.{name}", "out_of_range", f"must be a day from 1 to 28{also}")
        cut_off = self.remittance_cut_off_day
        if cut_off is not None and (isinstance(cut_off, bool) or not 1 <= cut_off <= 28):
            raise InvalidTerms("CalendarTerms.remittance_cut_off_day", "out_of_range", "must be a day from 1 to 28")
        if self.final_payment_date < self.first_payment_date:
            raise InvalidTerms("CalendarTerms.final_payment_date", "contradiction", "lies before the first payment")


class ExcessRecipient(StrEnum):
    """Whose the interest is that a payoff brings for days of a month that is passed through later."""

    SERVICER = "servicer"
    TRUST = "trust"


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
class OvercollateralizationTerms:
    """How far the pool must exceed the bonds.

    ``target`` is the required amount. From ``step_down_date`` on, while no trigger is in force, it is
    ``step_down_percent`` of the closing pool balance if that is lower, and never less than ``floor``.
    ``step_down_enhancement`` is the enhancement of the most senior classes that must be reached as well.
    """

    target: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)
    step_down_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_date)
    step_down_percent: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    step_down_enhancement: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    floor: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class LossLimit:
    """From this date on, cumulative losses above this fraction of the original pool trip the trigger."""

    from_date: dt.date = field(converter=to_date, validator=is_date)
    limit: Decimal = field(converter=to_factor, validator=is_rate)


def _limits(value: Iterable[LossLimit]) -> tuple[LossLimit, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class Trigger:
    """A test that, while it fails, forbids a step-down and a release.

    A rolling delinquency trigger compares the three-month average of balances 60 days or more behind, over the pool,
    with ``limit`` times the senior enhancement. A cumulative loss trigger reads its limit from ``schedule``.
    """

    trigger_id: str = field(validator=is_name)
    title: str = field(default="", validator=is_title)
    kind: TriggerKind
    limit: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_rate)
    schedule: tuple[LossLimit, ...] = field(default=(), converter=_limits)


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class DerivativeContract:
    """A cap, floor or swap contract of the trust, listed in the statement in this order."""

    contract: str = field(validator=is_name)
    kind: Literal["cap", "floor", "swap"] = "floor"


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


def _acts(value: Iterable[Act | str]) -> tuple[Act, ...]:
    """Return acts each once and in their order; a word that is none is left for the validator to refuse by name."""
    named = {str(item) for item in ((value,) if isinstance(value, str) else value)}
    strange = sorted(named - {act.value for act in Act})
    return (*(act for act in Act if act.value in named), *cast("list[Act]", strange))


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class DealTerms:
    """The whole deal.

    ``available_funds_reduction`` is taken off the net mortgage rate to give the available funds rate.
    ``prefunding`` is the original amount of the pre-funding account, ``capitalized_interest`` that of the
    capitalized interest account, and ``capitalized_interest_rest`` says who gets what is left of the latter.
    ``originals`` says where what the pool was at issue comes from (third rules; what the terms state goes first).
    ``rolling_months`` is the length of the rolling delinquency averages. ``restated_cash`` says what becomes of
    cash that a restatement adds to a paid distribution or takes from it. ``rules`` numbers the rules by which
    figures are derived. ``second_person`` names the acts that two people stand behind, from the place of these
    terms in the log on. ``schedules`` are balances that classes are paid down to, or accrue on. ``statement`` says how
    the pages of the deal's statements are laid out, and ``parties`` whom they name. Cross-references between the parts
    are checked when the terms are built.
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
    statement: StatementTemplate = StatementTemplate.FILED
    parties: tuple[Party, ...] = field(default=(), converter=_parties)

    def __attrs_post_init__(self) -> None:
        _check_references(self)

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


def _unique(field_name: str, names: Sequence[str]) -> Iterator[InvalidTerms]:
    for name in names:
        if names.count(name) > 1:
            yield InvalidTerms(field_name, "duplicate", f"{name!r} stands there more than once")
            return


def _known(field_name: str, names: Iterable[str | None], known: Sequence[str]) -> Iterator[InvalidTerms]:
    for name in names:
        if name is not None and name not in known:
            told = (f"{name!r} is none of {', '.join(known)}", did_you_mean(name, known, ""))
            yield InvalidTerms(field_name, "unknown", "; ".join(filter(None, told)))


_PRINCIPAL_STEPS = (
    PayPrincipal,
    PaySeniorPrincipal,
    PaySubordinatePrincipal,
    AccreteInterest,
    BuildOvercollateralization,
    CoverLosses,
)


def _check_steps(terms: DealTerms) -> Iterator[InvalidTerms]:
    without_balance = {item.class_id for item in terms.classes if item.kind is not ClassKind.PRINCIPAL}
    for index, step in enumerate(terms.waterfall):
        if getattr(step, "sharing", None) is Sharing.GIVEN_WEIGHTS:
            message = "weights are given in a structure; name one, whose nodes have them"
            yield InvalidTerms(f"DealTerms.waterfall[{index}].sharing", "contradiction", message)
        idle = [name for name in step.classes if name in without_balance]
        if idle and isinstance(step, _PRINCIPAL_STEPS):
            message = f"class {idle[0]} has no principal balance that {step.step} could pay"
            yield InvalidTerms(f"DealTerms.waterfall[{index}].classes", "contradiction", message)
    if terms.derivatives and terms.waterfall and not any(isinstance(step, PayDerivatives) for step in terms.waterfall):
        message = "the deal has derivative contracts, but no step pays them; add pay_derivatives"
        yield InvalidTerms("DealTerms.waterfall", "contradiction", message)


def _check_bounds(terms: DealTerms, groups: Sequence[str], classes: Sequence[str]) -> Iterator[InvalidTerms]:
    """Check what steps and classes name beside the classes they pay: groups, triggers and schedules."""
    triggers = tuple(item.trigger_id for item in terms.triggers)
    schedules = tuple(item.schedule_id for item in terms.schedules)
    yield from _unique("DealTerms.schedules", schedules)
    for bond in terms.classes:
        where = f"BondClass[{bond.class_id}]"
        yield from _known(f"{where}.groups", bond.groups, groups)
        yield from _known(f"{where}.rate.groups", bond.rate.groups, groups)
        yield from _known(f"{where}.rate.less_rate_of", [bond.rate.less_rate_of], classes)
        other = next((item for item in terms.classes if item.class_id == bond.rate.less_rate_of), None)
        if other is not None and other.rate.less_rate_of is not None:
            message = f"the rate of class {other.class_id} is itself less that of another; name one that is not"
            yield InvalidTerms(f"{where}.rate.less_rate_of", "contradiction", message)
        yield from _known(f"{where}.notional_schedule", [bond.notional_schedule], schedules)
    shifting: set[str] = set()
    for index, step in enumerate(terms.waterfall):
        where = f"DealTerms.waterfall[{index}]"
        if isinstance(step, Bounded):
            yield from _known(f"{where}.groups", step.groups, groups)
            yield from _known(f"{where}.only_while", step.only_while, triggers)
            yield from _known(f"{where}.not_while", step.not_while, triggers)
        if isinstance(step, PayPrincipal | PaySeniorPrincipal) and step.structure is not None:
            yield from _known(f"{where}.structure.down_to", step.structure.schedules, schedules)
        if isinstance(step, PaySeniorPrincipal):
            yield from _known(f"{where}.subordinates", step.subordinates, classes)
            yield from _known(f"{where}.held_by", step.held_by, triggers)
            shifting.update(step.groups or groups)
        if isinstance(step, AccreteInterest):
            yield from _known(f"{where}.until", step.until, classes)
        if isinstance(step, PaySubordinatePrincipal):
            yield from _known(f"{where}.among", step.among, classes)
            if not shifting & set(step.groups or groups):
                message = "no step before it pays senior principal of these groups; put pay_senior_principal first"
                yield InvalidTerms(f"{where}.groups", "contradiction", message)


def _check_fees(terms: DealTerms, groups: Sequence[str], classes: Sequence[str]) -> Iterator[InvalidTerms]:
    for fee in terms.fees:
        yield from _known(f"Fee[{fee.fee_id}].class_id", [fee.class_id], classes)
        yield from _known(f"Fee[{fee.fee_id}].borne_by", [fee.borne_by], groups)
        if fee.basis in (FeeBasis.CLASS_BALANCE_AFTER, FeeBasis.CLASS_BALANCE_BEFORE) and fee.class_id is None:
            yield InvalidTerms(f"Fee[{fee.fee_id}].class_id", "missing", "the fee needs the class it is reckoned on")
        if fee.basis is FeeBasis.FIXED_AMOUNT and fee.amount is None:
            yield InvalidTerms(f"Fee[{fee.fee_id}].amount", "missing", "the fee needs its monthly amount")
        if fee.basis not in (FeeBasis.POSTED, FeeBasis.FIXED_AMOUNT) and fee.rate is None:
            yield InvalidTerms(f"Fee[{fee.fee_id}].rate", "missing", "the fee needs its yearly rate")


def _check_triggers(terms: DealTerms) -> Iterator[InvalidTerms]:
    for trigger in terms.triggers:
        where = f"Trigger[{trigger.trigger_id}]"
        if trigger.kind is TriggerKind.ROLLING_DELINQUENCY and trigger.limit is None:
            yield InvalidTerms(f"{where}.limit", "missing", "a delinquency trigger needs its limit")
        if trigger.kind is TriggerKind.CUMULATIVE_LOSS and not trigger.schedule:
            yield InvalidTerms(
                f"{where}.schedule", "missing", "a loss trigger needs its limits and from when they hold"
            )
        if trigger.kind is TriggerKind.CUMULATIVE_LOSS and terms.original_pool_balance is None:
            message = "a loss trigger is a share of the original pool; give every group its original balance"
            yield InvalidTerms("DealTerms.groups.original_balance", "missing", message)


def _contradictions(terms: DealTerms) -> Iterator[InvalidTerms]:
    groups, classes = terms.group_ids, tuple(item.class_id for item in terms.classes)
    if not groups:
        yield InvalidTerms("DealTerms.groups", "missing", "a deal has at least one loan group")
    if not classes:
        yield InvalidTerms("DealTerms.classes", "missing", "a deal has at least one class")
    if not groups or not classes:
        return
    yield from _unique("DealTerms.groups", groups)
    yield from _unique("DealTerms.classes", classes)
    yield from _unique("DealTerms.fees", tuple(item.fee_id for item in terms.fees))
    yield from _unique("DealTerms.derivatives", tuple(item.contract for item in terms.derivatives))
    yield from _check_fees(terms, groups, classes)
    for bond in terms.classes:
        yield from _known(f"BondClass[{bond.class_id}].notional_of", bond.notional_of, classes)
    for index, step in enumerate(terms.waterfall):
        yield from _known(f"DealTerms.waterfall[{index}].classes", step.classes, classes)
        if not step.classes and not isinstance(step, PayDerivatives):
            yield InvalidTerms(f"DealTerms.waterfall[{index}].classes", "missing", f"{step.step} pays no class")
    yield from _check_steps(terms)
    yield from _check_bounds(terms, groups, classes)
    yield from _check_triggers(terms)
    if terms.closing_date > terms.calendar.first_payment_date:
        yield InvalidTerms("DealTerms.closing_date", "contradiction", "lies after the first payment date")


def _check_references(terms: DealTerms) -> None:
    """Raise the first contradiction between the parts, with all others."""
    found = tuple(_contradictions(terms))
    if found:
        found[0].others = found[1:]
        raise found[0]
