"""The words of a note: how a loan amortizes, and how its rate is rounded when it adjusts."""

from __future__ import annotations

from enum import StrEnum

from ledger.deal.notes import InterestMethod, RateRounding
from ledger.events.base import optional_word
from ledger.events.statuses import LoanStatus


class AmortizationType(StrEnum):
    """How the rate, and with it the payment, of a note moves; terms of interest alone and balloons have fields."""

    FIXED = "fixed"
    ADJUSTABLE = "adjustable"
    STEP = "step"
    GRADUATED_PAYMENT = "graduated payment"
    OTHER = "other"


class PaymentFrequency(StrEnum):
    """How often an instalment falls due: each month on the note's day, or every two weeks from the first."""

    MONTHLY = "monthly"
    BIWEEKLY = "biweekly"


def to_amortization_type(value: AmortizationType | str | None) -> AmortizationType | None:
    """Convert the written word, or None; see :func:`~ledger.events.base.word`."""
    return optional_word(AmortizationType, value)


def to_rate_rounding(value: RateRounding | str | None) -> RateRounding | None:
    """Convert the written word, or None; see :func:`~ledger.events.base.word`."""
    return optional_word(RateRounding, value)


def to_payment_frequency(value: PaymentFrequency | str | None) -> PaymentFrequency | None:
    """Convert the written word, or None; see :func:`~ledger.events.base.word`."""
    return optional_word(PaymentFrequency, value)


def to_interest_method(value: InterestMethod | str | None) -> InterestMethod | None:
    """Convert the written word, or None; see :func:`~ledger.events.base.word`."""
    return optional_word(InterestMethod, value)


def to_optional_status(value: LoanStatus | str | None) -> LoanStatus | None:
    """Convert the written word, or None; see :func:`~ledger.events.base.word`."""
    return optional_word(LoanStatus, value)


__all__ = [
    "AmortizationType",
    "InterestMethod",
    "PaymentFrequency",
    "RateRounding",
    "to_amortization_type",
    "to_interest_method",
    "to_optional_status",
    "to_payment_frequency",
    "to_rate_rounding",
]
