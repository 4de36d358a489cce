"""Checks of single terms: cash, rates, names, dates, counts and titles, each refused by the name of its field."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs

from ledger.errors import InvalidTerms
from ledger.values.dates import checked_date
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue, amount, factor


def checked(check: Callable[[Any], object]) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    """Make a field's validator of a check that raises :class:`BadValue`; None is left for the field's type to allow."""

    def validate(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is None:
            return
        try:
            check(value)
        except BadValue as fault:
            raise InvalidTerms(f"{type(instance).__name__}.{attribute.name}", fault.code, str(fault)) from None

    return validate


def _cash(value: Any) -> None:
    number = amount(value)
    if number < 0:
        raise BadValue("negative", f"amount {value} must not be negative")


def _rate(value: Any) -> None:
    if not 0 <= factor(value) <= 1:
        raise BadValue("out_of_range", f"{value} is not a fraction from 0 to 1; give 1.81% as 0.0181")


def _positive(value: Any) -> None:
    if factor(value) <= Decimal(0):
        raise BadValue("out_of_range", f"{value} is not above zero")


def _title(value: Any) -> None:
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise BadValue("not_text", "a title is a string of at most 200 printable characters")


def _count(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadValue("not_a_count", f"{value!r} is not a count")


def _positive_count(value: Any) -> None:
    _count(value)
    if value < 1:
        raise BadValue("out_of_range", f"{value} is not above zero")


is_cash = checked(_cash)
is_rate = checked(_rate)
is_factor = checked(factor)
is_positive = checked(_positive)
is_name = checked(identifier)
is_date = checked(checked_date)
is_count = checked(_count)
is_positive_count = checked(_positive_count)
is_title = checked(_title)
