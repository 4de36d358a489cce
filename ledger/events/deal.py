"""The deal itself: its terms, its bonds, its loans, and the closing of a period."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar, cast

import attrs
from attrs import field

from ledger.deal.terms import CURRENT_RULES, DealTerms
from ledger.deal.vocabulary import CapitalizedInterestRest
from ledger.deal.windows import Window
from ledger.errors import InvalidEvent, Violation
from ledger.events.base import (
    CODE,
    Event,
    component,
    is_amount,
    is_cash,
    is_count,
    is_date,
    is_flag,
    is_identifier,
    is_one_of,
    is_optional_amount,
    is_optional_count,
    is_optional_date,
    is_optional_factor,
    is_optional_identifier,
    is_optional_one_of,
    is_optional_rate,
    is_rate,
    is_text,
    word,
)
from ledger.events.loan_terms import (
    AmortizationType,
    InterestMethod,
    PaymentFrequency,
    RateRounding,
    to_amortization_type,
    to_interest_method,
    to_optional_status,
    to_payment_frequency,
    to_rate_rounding,
)
from ledger.events.statuses import LoanStatus
from ledger.values.dates import to_date, to_optional_date
from ledger.values.exact import Origin
from ledger.values.money import to_amount, to_optional_amount, to_optional_factor, to_optional_rate, to_rate
from ledger.visible import shows_nothing

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def is_terms(instance: Event, attribute: attrs.Attribute[DealTerms], value: object) -> None:
    """Refuse what are no deal terms."""
    if not isinstance(value, DealTerms):
        message = f"must be DealTerms (terms_from_json reads them), not {type(value).__name__}"
        raise InvalidEvent([Violation(instance.event_id, attribute.name, "not_terms", message)])


@attrs.frozen(kw_only=True)
class DealOpened(Event):
    """The deal exists, on these terms. It is the first event of every deal; its date is the closing date."""

    name: ClassVar[str] = "deal_opened"
    version: ClassVar[int] = 5
    window: ClassVar[Window] = Window.TERMS
    origin: ClassVar[Origin] = Origin.TERM

    terms: DealTerms = field(validator=is_terms)


@attrs.frozen(kw_only=True)
class TermsAmended(Event):
    """From the distribution that follows its date on, the deal has these terms, all of them."""

    name: ClassVar[str] = "terms_amended"
    version: ClassVar[int] = 5
    window: ClassVar[Window] = Window.TERMS
    origin: ClassVar[Origin] = Origin.TERM

    terms: DealTerms = field(validator=is_terms)
    reason: str = field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class BondClassIssued(Event):
    """A class of bonds was issued at its original face; ``face`` must be the face in the terms."""

    name: ClassVar[str] = "bond_class_issued"
    window: ClassVar[Window] = Window.BALANCE
    origin: ClassVar[Origin] = Origin.TERM

    class_id: str = field(validator=is_identifier)
    face: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("principal"))


@attrs.frozen(kw_only=True)
class LoanBoarded(Event):
    """A loan entered the pool, with what the tape says of it.

    ``balance`` is its stated principal balance on the effective date. A loan that is part of a group balance
    already brought forward carries that balance as ``balance_in_group`` instead, with ``balance`` and ``loan_count``
    zero: its own history can then be followed without counting it twice. A loan boarded on a payment date counts from
    the close of that distribution; on another date after closing it is an addition of the month. Terms are in months,
    loan to value is a fraction.

    What the note says is ``None`` where the tape does not say it, and never zero. ``cap_up`` and ``cap_down`` are of
    every adjustment, ``first_cap_up`` and ``first_cap_down`` of the first. ``rate_rounding`` is the step that an
    adjusted rate is rounded to. ``status`` is what the tape says of the loan on the date; what it becomes is reported.
    ``pmi_rate`` is the yearly rate of the mortgage insurance that its lender pays for, on its balance: zero says that
    it has none, left out that nobody says. ``credit_limit`` is up to what balance a line of credit can be drawn on,
    ``draw_period_end`` the last date for it. ``interest_method`` is stated where it is not that of the deal's terms.
    ``index_rate`` is the figure of the index as the tape has it. The payment of a loan whose payment does not follow
    its rate changes every ``payment_reset_months``, rises by no more than the share ``payment_cap`` at a change, and is
    recast without that cap every ``recast_months``; ``negative_amortization_limit`` is the share of the original
    balance, 1.1 for 110%, that unpaid interest may take the balance to. ``step`` is what a rate rises by, or the share
    that a graduated payment rises by, every ``step_months``, ``step_count`` times.
    """

    name: ClassVar[str] = "loan_boarded"
    version: ClassVar[int] = 4
    sparse: ClassVar[bool] = True
    window: ClassVar[Window] = Window.BOARDING

    loan: str = field(validator=is_identifier)
    group: str = field(validator=is_identifier)
    balance: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash,
                             metadata=component("principal"))  # fmt: skip
    balance_in_group: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash,
                                      metadata=component("memo"))  # fmt: skip
    loan_count: int = field(default=1, validator=is_count, metadata=component("loans"))
    note_rate: Decimal = field(converter=to_rate, validator=is_rate, metadata=component("note_rate"))
    servicing_rate: Decimal = field(default=Decimal(0), converter=to_rate, validator=is_rate,
                                    metadata=component("servicing_rate"))  # fmt: skip
    original_balance: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_optional_amount)
    original_term_months: int | None = field(default=None, validator=is_optional_count)
    remaining_term_months: int | None = field(default=None, validator=is_optional_count)
    remaining_amortization_months: Decimal | None = field(
        default=None, converter=to_optional_factor, validator=is_optional_factor
    )
    seasoning_months: Decimal | None = field(default=None, converter=to_optional_factor, validator=is_optional_factor)
    origination_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    paid_to_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    state: str = field(default="", validator=is_text)
    loan_to_value: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    margin: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    max_rate: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    min_rate: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    cap_up: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    cap_down: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    subsequent: bool = field(default=False, validator=is_flag)
    servicer_loan: str | None = field(default=None, validator=is_optional_identifier)
    investor_loan: str | None = field(default=None, validator=is_optional_identifier)
    first_due_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    maturity_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    payment: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_optional_amount)
    pmi_rate: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    credit_limit: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_optional_amount)
    amortization_type: AmortizationType | None = field(
        default=None, converter=to_amortization_type, validator=is_optional_one_of(AmortizationType)
    )
    interest_only_months: int | None = field(default=None, validator=is_optional_count)
    balloon_months: int | None = field(default=None, validator=is_optional_count)
    balloon_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    index_name: str | None = field(default=None, validator=is_optional_identifier)
    look_back_days: int | None = field(default=None, validator=is_optional_count)
    rate_rounding: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    rate_rounding_way: RateRounding | None = field(
        default=None, converter=to_rate_rounding, validator=is_optional_one_of(RateRounding)
    )
    first_reset_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    next_reset_date: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    first_reset_months: int | None = field(default=None, validator=is_optional_count)
    reset_months: int | None = field(default=None, validator=is_optional_count)
    first_cap_up: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    first_cap_down: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    status: LoanStatus | None = field(
        default=None, converter=to_optional_status, validator=is_optional_one_of(LoanStatus)
    )
    deferred_balance: Decimal | None = field(default=None, converter=to_optional_amount, validator=is_optional_amount)
    payment_frequency: PaymentFrequency | None = field(
        default=None, converter=to_payment_frequency, validator=is_optional_one_of(PaymentFrequency)
    )
    interest_method: InterestMethod | None = field(
        default=None, converter=to_interest_method, validator=is_optional_one_of(InterestMethod)
    )
    index_rate: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    payment_reset_months: int | None = field(default=None, validator=is_optional_count)
    payment_cap: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    recast_months: int | None = field(default=None, validator=is_optional_count)
    negative_amortization_limit: Decimal | None = field(
        default=None, converter=to_optional_factor, validator=is_optional_factor
    )
    draw_period_end: dt.date | None = field(default=None, converter=to_optional_date, validator=is_optional_date)
    step: Decimal | None = field(default=None, converter=to_optional_rate, validator=is_optional_rate)
    step_months: int | None = field(default=None, validator=is_optional_count)
    step_count: int | None = field(default=None, validator=is_optional_count)

    def __attrs_post_init__(self) -> None:
        if self.balance_in_group and (self.balance or self.loan_count):
            message = "a loan inside a group balance brought forward has balance 0.00 and loan_count 0"
            name = "balance" if self.balance else "loan_count"
            raise InvalidEvent([Violation(self.event_id, name, "counted_twice", message)])


@attrs.frozen(kw_only=True)
class PrefundingDeposited(Event):
    """Bond proceeds were set aside at closing to buy subsequent loans."""

    name: ClassVar[str] = "prefunding_deposited"
    window: ClassVar[Window] = Window.BALANCE

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))


@attrs.frozen(kw_only=True)
class PrefundingWithdrawn(Event):
    """Cash left the pre-funding account: spent on subsequent loans, or unspent and paid as principal."""

    name: ClassVar[str] = "prefunding_withdrawn"

    spent_on_loans: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash,
                                    metadata=component("memo"))  # fmt: skip
    paid_as_principal: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash,
                                       metadata=component("principal"))  # fmt: skip
    interest: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_amount,
                              metadata=component("interest"))  # fmt: skip


def to_capitalized_interest_rest(value: CapitalizedInterestRest | str) -> CapitalizedInterestRest:
    """Convert the written word; see :func:`~ledger.events.base.word`."""
    return word(CapitalizedInterestRest, value)


@attrs.frozen(kw_only=True)
class CapitalizedInterestDeposited(Event):
    """Cash was set aside at closing to make up for interest that loans not yet bought do not bring."""

    name: ClassVar[str] = "capitalized_interest_deposited"
    window: ClassVar[Window] = Window.BALANCE

    amount: Decimal = field(converter=to_amount, validator=is_cash, metadata=component("other"))


@attrs.frozen(kw_only=True)
class CapitalizedInterestWithdrawn(Event):
    """Cash left the capitalized interest account.

    ``drawn`` joins the interest funds of the distribution. ``released`` is what was left when the funding period ended;
    ``released_to`` is who gets it, as the terms say: the depositor, outside the distribution, or the interest funds.
    """

    name: ClassVar[str] = "capitalized_interest_withdrawn"

    drawn: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash,
                           metadata=component("interest"))  # fmt: skip
    released: Decimal = field(default=Decimal("0.00"), converter=to_amount, validator=is_cash,
                              metadata=component("memo"))  # fmt: skip
    released_to: CapitalizedInterestRest = field(
        default=CapitalizedInterestRest.DEPOSITOR,
        converter=to_capitalized_interest_rest,
        validator=is_one_of(CapitalizedInterestRest),
        metadata=CODE,
    )


@attrs.frozen(kw_only=True)
class Acknowledgement:
    """What the gate named before a closing, and was closed all the same: its code, why, and who answers for it."""

    code: str
    reason: str
    who: str = ""


_PARTS = ("code", "reason", "who")


def _acknowledgements(value: Iterable[Acknowledgement | Mapping[str, str]]) -> tuple[Acknowledgement, ...]:
    """Read mappings as acknowledgements; what is none is left for the validator to refuse by name."""
    return cast("tuple[Acknowledgement, ...]", _read_acknowledgements(value))


def _read_acknowledgements(value: object) -> object:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        return value
    return tuple(_acknowledgement(item) for item in value)


def _acknowledgement(item: object) -> object:
    fits = isinstance(item, Mapping) and {"code", "reason"} <= set(item) <= set(_PARTS)
    return Acknowledgement(**item) if fits and isinstance(item, Mapping) else item


def _are_acknowledgements(instance: Event, attribute: attrs.Attribute[Any], value: object) -> None:
    refused = next(_wrong_in_acknowledgements(value), None)
    if refused is not None:
        code, message = refused
        raise InvalidEvent([Violation(instance.event_id, attribute.name, code, message)])


def _wrong_in_acknowledgements(value: object) -> Iterator[tuple[str, str]]:
    """Say what is wrong with acknowledgements: a code and a message each."""
    if not isinstance(value, tuple):
        yield "not_acknowledgements", f"must be a list of acknowledgements, not {value!r}"
        return
    for item in value:
        if not isinstance(item, Acknowledgement):
            lacks = [name for name in _PARTS[:2] if name not in item] if isinstance(item, Mapping) else []
            strange = [name for name in item if name not in _PARTS] if isinstance(item, Mapping) else []
            wrong = f"{lacks[0]} is missing" if lacks else f"there is no {strange[0]!r}" if strange else f"not {item!r}"
            yield "not_acknowledgements", f"each must have a code, a reason, and who answers for it (who); {wrong}"
            return
        for name in _PARTS:
            text = getattr(item, name)
            plain = isinstance(text, str) and text.isprintable() and len(text) <= 500
            if not plain or (name != "who" and shows_nothing(text)):
                yield "not_acknowledgements", f"{name} must be 1 to 500 printable characters, not {text!r}"
    codes = [item.code for item in value]
    twice = [code for code in codes if codes.count(code) > 1]
    if twice:
        yield "acknowledged_twice", f"{twice[0]!r} is acknowledged twice; one code has one reason"


@attrs.frozen(kw_only=True)
class PeriodClosed(Event):
    """The servicer has reported everything for one distribution; ``report_digest`` fixes the figures then known.

    After it, an event that belongs to that distribution or an earlier one is refused unless it says ``restates``.
    ``rules`` are those that the figures follow, for ever; ``acknowledgements`` are the findings that the gate had named
    and that the period was closed with. ``facts_digest`` fixes what the figures were made of: the version of a snapshot
    and the SHA-256 of what it holds, so that later months may rest on it. It is empty where none was taken.
    """

    name: ClassVar[str] = "period_closed"
    version: ClassVar[int] = 3

    distribution_date: dt.date = field(converter=to_date, validator=is_date)
    report_digest: str = field(validator=is_text)
    rules: int = field(default=CURRENT_RULES, validator=is_count)
    acknowledgements: tuple[Acknowledgement, ...] = field(
        default=(), converter=_acknowledgements, validator=_are_acknowledgements
    )
    facts_digest: str = field(default="", validator=is_text)


def is_sha256(instance: Event, attribute: attrs.Attribute[Any], value: object) -> None:
    """Refuse what is no SHA-256."""
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        message = f"must be a SHA-256 in 64 lower-case hexadecimal digits, not {value!r}"
        raise InvalidEvent([Violation(instance.event_id, attribute.name, "not_a_digest", message)])


@attrs.frozen(kw_only=True)
class ActApproved(Event):
    """Whoever posts this approves an event that another person is to post, exactly as it is.

    ``approves`` is the id of that event and ``payload_sha256`` the SHA-256 of its canonical JSON, so that anything else
    under the same id is not approved. It counts for what stands behind it in the log; a reversal takes it back. Who
    approves stands in the envelope of the batch.
    """

    name: ClassVar[str] = "act_approved"
    window: ClassVar[Window] = Window.TERMS

    approves: str = field(validator=is_identifier)
    payload_sha256: str = field(validator=is_sha256)
    note: str = field(default="", validator=is_text)

    def __attrs_post_init__(self) -> None:
        if self.restates:
            message = "an approval changes no period; leave restates out"
            raise InvalidEvent([Violation(self.event_id, "restates", "contradiction", message)])
