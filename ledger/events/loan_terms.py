"""The words of a note: how a loan amortizes, and how its rate is rounded when it adjusts."""

from __future__ import annotations

from enum import StrEnum

from ledger.events.base import optional_word
from ledger.events.statuses import LoanStatus


class AmortizationType(StrEnum):
    """How the rate, and with it the payment, of a note moves; terms of interest alone and balloons have fields."""

    FIXED = "fixed"
    ADJUSTABLE = "adjustable"
    STEP = "step"
    GRADUATED_PAYMENT = "graduated payment"
    OTHER = "other"


class RateRounding(StrEnum):
    """Which way an adjusted rate is rounded to the note's step."""

    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"
    NONE = "not rounded"


def to_amortization_type(value: AmortizationType | str | None) -> AmortizationType | None:
    """Convert the written word, or None; see :func:`~ledger.events.base.word`."""
    return optional_word(AmortizationType, value)


def to_rate_rounding(value: RateRounding | str | None) -> RateRounding | None:
    """Convert the written word, or None; see :func:`~ledger.events.base.word`."""
    return optional_word(RateRounding, value)


def to_optional_status(value: LoanStatus | str | None) -> LoanStatus | None:
    """Convert the written word, or None; see :func:`~ledger.events.base.word`."""
    return optional_word(LoanStatus, value)
