"""What every event is: a frozen fact with an identity, a deal, a business date, and typed components.

A *component* is an amount that the store keeps in an integer column of its own, so that totals over any history
are one grouped query. Each event class says, field by field, which component the field is. Components are the
linear part of an event; everything else it says stays in its payload.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypedDict, TypeVar, cast

import attrs
from attrs import Attribute, field

from ledger.deal.windows import Window
from ledger.errors import InvalidEvent, Violation
from ledger.values.dates import checked_date, to_date
from ledger.values.exact import Origin
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue, amount, factor, rate

AMOUNT_COMPONENTS = ("principal", "interest", "fee", "loss", "other", "memo")
"""Amount columns, in units of a hundredth of a cent. ``memo`` amounts are reported levels that no account holds."""

COMPONENTS = (*AMOUNT_COMPONENTS, "loans")
"""Everything that a total sums: the amounts and the number of loans."""

RATES = ("note_rate", "servicing_rate")
"""Rate columns (never summed; totals may group by them)."""


def component(name: str) -> dict[str, str]:
    """Return the field metadata that sends a field to a typed column."""
    return {"component": name}


CODE = {"dimension": "code"}
"""Field metadata: the field's text is the event's ``code``, the finest key that totals are grouped by."""

E = TypeVar("E", bound=StrEnum)


def _refuse(instance: Any, attribute: Attribute[Any], fault: BadValue) -> InvalidEvent:
    event_id = getattr(instance, "event_id", None)
    shown = event_id if isinstance(event_id, str) and event_id else "(event without id)"
    return InvalidEvent([Violation(shown, attribute.name, fault.code, str(fault))])


def _validator(check: Callable[[Any], object]) -> Callable[[Any, Attribute[Any], Any], None]:
    def validate(instance: Any, attribute: Attribute[Any], value: Any) -> None:
        try:
            check(value)
        except BadValue as fault:
            raise _refuse(instance, attribute, fault) from None

    return validate


def _not_negative(value: Decimal, what: str) -> None:
    if value < 0:
        raise BadValue("negative", f"{what} {value} must not be negative; reverse or correct the earlier event instead")


def _check_amount(value: Any) -> None:
    _not_negative(amount(value), "amount")


def _check_cash(value: Any) -> None:
    """What the smallest unit of cash is, the deal says: its rules refuse what is no whole number of them."""
    _not_negative(amount(value), "amount")


def _check_signed_cash(value: Any) -> None:
    _check_cash(abs(amount(value)))


def _check_rate(value: Any) -> None:
    _not_negative(rate(value), "rate")


def _check_factor(value: Any) -> None:
    _not_negative(factor(value), "number")


def _check_count(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue("not_a_count", f"a count must be an int, not {value!r}")
    if not 0 <= value <= 10**9:
        raise BadValue("negative" if value < 0 else "too_large", f"count {value} must be between 0 and 10**9")


def _check_flag(value: Any) -> None:
    if not isinstance(value, bool):
        raise BadValue("not_a_flag", f"must be True or False, not {value!r}")


def _check_text(value: Any) -> None:
    if not isinstance(value, str):
        raise BadValue("not_text", f"must be a string, not {type(value).__name__}")
    if len(value) > 500 or not value.isprintable():
        raise BadValue("not_text", "text has at most 500 printable characters")


_EXACT_TEXT = re.compile(r"-?[0-9]{1,200}(/[1-9][0-9]{0,199})?")


def _check_exact_text(value: Any) -> None:
    if not isinstance(value, str) or (value and _EXACT_TEXT.fullmatch(value) is None):
        raise BadValue("not_exact", f'must be a whole number or a fraction such as "2573/2", not {value!r}')


def _optional(check: Callable[[Any], object]) -> Callable[[Any, Attribute[Any], Any], None]:
    """Return a validator of what may be left out; most of what a loan can say is, so nothing is called for it."""
    validate = _validator(check)

    def present(instance: Any, attribute: Attribute[Any], value: Any) -> None:
        if value is not None:
            validate(instance, attribute, value)

    return present


is_amount = _validator(_check_amount)
is_cash = _validator(_check_cash)
is_signed_cash = _validator(_check_signed_cash)
is_rate = _validator(_check_rate)
is_signed_rate = _validator(rate)
is_optional_rate = _optional(_check_rate)
is_factor = _validator(_check_factor)
is_optional_factor = _optional(_check_factor)
is_count = _validator(_check_count)
is_optional_count = _optional(_check_count)
is_optional_amount = _optional(_check_amount)
is_exact_text = _validator(_check_exact_text)
is_flag = _validator(_check_flag)
is_text = _validator(_check_text)
is_date = _validator(checked_date)
is_optional_date = _optional(checked_date)
is_identifier = _validator(identifier)
is_optional_identifier = _optional(identifier)


def word(kind: type[E], value: E | str) -> E:
    """Convert a word to its enumeration; one that it does not know is left for the validator to refuse by name."""
    try:
        return kind(value)
    except ValueError:
        return cast("E", value)


def is_one_of(kind: type[StrEnum]) -> Callable[[Any, Attribute[Any], Any], None]:
    """Return a validator that names the words an enumeration knows."""

    def check(value: Any) -> None:
        if not isinstance(value, kind):
            known = ", ".join(repr(item.value) for item in kind)
            raise BadValue("unknown_word", f"{value!r} is none of {known}")

    return _validator(check)


def optional_word(kind: type[E], value: E | str | None) -> E | None:
    """Convert a word as :func:`word` does; ``None`` says that it is not known."""
    return None if value is None else word(kind, value)


def is_optional_one_of(kind: type[StrEnum]) -> Callable[[Any, Attribute[Any], Any], None]:
    """Return a validator as :func:`is_one_of` does, which lets ``None`` pass."""
    check = is_one_of(kind)

    def validate(instance: Any, attribute: Attribute[Any], value: Any) -> None:
        if value is not None:
            check(instance, attribute, value)

    return validate


class Dated(TypedDict):
    """What events of one deal and one day share; write it once and pass it on with ``**``."""

    deal: str
    effective_date: dt.date


class Stamp(Dated):
    """What every event needs: :class:`Dated` and an identity."""

    event_id: str


@attrs.frozen(kw_only=True)
class Event:
    """A fact about one deal.

    ``event_id`` is chosen by the writer and is unique within the deal; posting it again returns the first receipt.
    ``effective_date`` is the business date. ``restates`` marks a fact that knowingly changes a closed period;
    without it such a fact is refused. A class whose events say little of the much that they can is ``sparse``: what is
    ``None`` is not written into their payloads.
    """

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    sparse: ClassVar[bool] = False
    window: ClassVar[Window] = Window.REMITTANCE
    origin: ClassVar[Origin] = Origin.DERIVED

    event_id: str = field(validator=is_identifier)
    deal: str = field(validator=is_identifier)
    effective_date: dt.date = field(converter=to_date, validator=is_date)
    restates: bool = field(default=False, validator=is_flag)


@attrs.frozen(kw_only=True)
class PoolEvent(Event):
    """A fact about one loan, or about a whole loan group where the servicer reports at that level."""

    loan: str | None = field(default=None, validator=is_optional_identifier)
    group: str | None = field(default=None, validator=is_optional_identifier)

    def __attrs_post_init__(self) -> None:
        if self.loan is None and self.group is None:
            message = "names neither a loan nor a group; give one of them"
            raise InvalidEvent([Violation(self.event_id, "loan", "missing", message)])
