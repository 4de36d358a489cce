"""What the boardings of many loans state of their notes, as columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

import attrs

from ledger.deal.notes import NoteConventions
from ledger.events.deal import LoanBoarded
from ledger.events.loan_terms import AmortizationType, PaymentFrequency
from ledger.notes.columns.tables import METHODS, NONE, WAYS, as_column
from ledger.notes.columns.wide import Ints
from ledger.values.dates import date_number
from ledger.values.money import rate_to_units, to_units

KINDS = tuple(AmortizationType)
"""How loans amortize, by the number in a column."""

FREQUENCIES = tuple(PaymentFrequency)
"""How often they pay, by the number in a column."""

_RATES = (
    "margin",
    "rate_rounding",
    "first_cap_up",
    "first_cap_down",
    "cap_up",
    "cap_down",
    "max_rate",
    "min_rate",
    "payment_cap",
    "negative_amortization_limit",
)
_AMOUNTS = ("payment", "credit_limit")
_DATES = (
    "origination_date",
    "first_due_date",
    "maturity_date",
    "balloon_date",
    "first_reset_date",
    "next_reset_date",
)
_WORDS = {
    "amortization_type": KINDS,
    "payment_frequency": FREQUENCIES,
    "interest_method": METHODS,
    "rate_rounding_way": WAYS,
}


@attrs.frozen(kw_only=True, eq=False)
class BoardedColumns:
    """What boardings state of notes, a column for a field of :class:`~ledger.events.deal.LoanBoarded`; -1 for nothing.

    Amounts and rates are in the store's units and dates are YYYYMMDD. A word is its number among the words of its kind
    (:data:`KINDS`, :data:`FREQUENCIES`, ``METHODS``, ``WAYS``), an index its number in ``index_names``.
    ``remaining_amortization_months`` are whole, rounded up. ``conventions`` are those that ``convention`` counts.
    """

    conventions: tuple[NoteConventions, ...]
    index_names: tuple[str, ...]
    convention: Ints
    effective_date: Ints
    amortization_type: Ints
    payment_frequency: Ints
    interest_method: Ints
    payment: Ints
    credit_limit: Ints
    origination_date: Ints
    first_due_date: Ints
    maturity_date: Ints
    original_term_months: Ints
    remaining_term_months: Ints
    remaining_amortization_months: Ints
    interest_only_months: Ints
    balloon_months: Ints
    balloon_date: Ints
    index_name: Ints
    margin: Ints
    look_back_days: Ints
    rate_rounding: Ints
    rate_rounding_way: Ints
    first_reset_date: Ints
    next_reset_date: Ints
    first_reset_months: Ints
    reset_months: Ints
    first_cap_up: Ints
    first_cap_down: Ints
    cap_up: Ints
    cap_down: Ints
    max_rate: Ints
    min_rate: Ints
    payment_reset_months: Ints
    payment_cap: Ints
    recast_months: Ints
    negative_amortization_limit: Ints

    def __len__(self) -> int:
        return len(self.convention)

    @classmethod
    def of(cls, events: Sequence[LoanBoarded], conventions: Sequence[NoteConventions]) -> BoardedColumns:
        """Return boardings as columns, each with its conventions."""
        kinds = {id(item): item for item in conventions}
        places = {key: place for place, key in enumerate(kinds)}
        names = tuple(dict.fromkeys(item.index_name for item in events if item.index_name is not None))
        given = {"convention": as_column(places[id(item)] for item in conventions)}
        for item in attrs.fields(cls):
            if item.name not in ("conventions", "index_names", "convention"):
                read = _reader(item.name, names)
                stated = (getattr(event, item.name) for event in events)
                given[item.name] = as_column(NONE if value is None else read(value) for value in stated)
        return cls(conventions=tuple(kinds.values()), index_names=names, **given)


def _reader(name: str, names: tuple[str, ...]) -> Callable[..., int]:
    if name in _RATES:
        return rate_to_units
    if name in _AMOUNTS:
        return to_units
    if name in _DATES or name == "effective_date":
        return date_number
    if name in _WORDS:
        return _WORDS[name].index
    return names.index if name == "index_name" else ceil
