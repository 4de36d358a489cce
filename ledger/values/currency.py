"""The money of a deal: its currency, and the smallest amount of it that is paid.

This is the one place that says what the smallest unit of cash is; where code and documents speak of a cent, they mean
this unit of the deal at hand. What the store counts (0.0001 of whatever the currency is) is the same for every deal, so
accruals may be finer than cash, and no currency may be finer than the store.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import attrs
from attrs import field

from ledger.errors import InvalidTerms
from ledger.values.fields import by_declared_type
from ledger.values.money import SCALE, as_decimal, from_units

DECIMALS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Decimals of the currencies that have other than two (ISO 4217, minor units)."""

_CODE = re.compile(r"[A-Z]{3}", re.ASCII)


def is_paid_in(value: Decimal, decimals: int) -> bool:
    """Say whether an amount could be paid in cash of so many decimals."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -decimals:
        return True
    return (Fraction(value) / Fraction(1, 10**decimals)).denominator == 1


@attrs.frozen(kw_only=True, field_transformer=by_declared_type)
class Currency:
    """A currency by its three letters (ISO 4217), and the decimals in which it is paid: none for yen, two for euros."""

    code: str = field(default="USD")
    decimals: int = field(default=2)

    def __attrs_post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise InvalidTerms("Currency.code", "not_a_currency", "three capital letters, such as USD, EUR or JPY")
        if not 0 <= self.decimals <= SCALE:
            raise InvalidTerms("Currency.decimals", "out_of_range", f"must be from 0 to {SCALE}, what the store keeps")

    @property
    def unit(self) -> Fraction:
        """The smallest amount of cash, in whole ones of the currency: 1/100 for dollars, 1 for yen."""
        return Fraction(1, 10**self.decimals)

    @property
    def unit_in_store(self) -> int:
        """The same in what the store counts: 100 for dollars, 10,000 for yen."""
        return int(10 ** (SCALE - self.decimals))

    @property
    def smallest(self) -> Decimal:
        """The same as a Decimal, to count with amounts of events."""
        return Decimal(1).scaleb(-self.decimals)

    @property
    def told(self) -> str:
        """The currency with its decimals, as a sentence has it."""
        return f"{self.code} to {self.decimals} decimals" if self.decimals else f"whole {self.code}"

    @property
    def unit_told(self) -> str:
        """What the unit is called in messages: cents, where it is a hundredth; the currency itself, where it is one."""
        return "cents" if self.decimals == 2 else f"units of {self.told}" if self.decimals else self.code

    @property
    def is_usual(self) -> bool:
        """Whether these are the decimals that the currency is known to have."""
        return DECIMALS.get(self.code, 2) == self.decimals

    def is_whole(self, value: Decimal) -> bool:
        """Say whether an amount could be paid in cash."""
        return is_paid_in(value, self.decimals)

    @property
    def heading(self) -> str:
        """What amounts are of, under a heading: dollars, or the currency's three letters."""
        return "dollars" if self.code == "USD" else self.code

    @property
    def in_title(self) -> str:
        """The same where a title says what its amounts are: Dollars, EUR."""
        return self.heading.capitalize() if self.code == "USD" else self.code

    def amount_told(self, units: int) -> str:
        """Return what the store counts as a message has it: `1,000.00` of dollars, `EUR 1,000.00` of others.

        An amount that is finer than cash has the decimals that it needs.
        """
        places = self.decimals
        while places < SCALE and units % 10 ** (SCALE - places):
            places += 1
        told = f"{as_decimal(from_units(units), places):,}"
        return told if self.code == "USD" else f"{self.code} {told}"


DOLLARS = Currency()
"""What a deal is in whose terms say nothing else."""
