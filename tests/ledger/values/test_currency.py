"""A currency says how finely it is paid, and everything else is reckoned in that unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ledger import DOLLARS, Currency, InvalidTerms
from ledger.values.currency import is_paid_in


@pytest.mark.parametrize(
    ("code", "decimals", "unit", "in_store", "whole", "broken"),
    [
        ("JPY", 0, Fraction(1), 10_000, "1500.00", "1500.50"),
        ("EUR", 2, Fraction(1, 100), 100, "0.01", "0.001"),
        ("KWD", 3, Fraction(1, 1000), 10, "1.005", "1.0005"),
        ("XTS", 4, Fraction(1, 10_000), 1, "0.0001", "0.00005"),
    ],
)
def test_its_unit_is_one_thing_said_four_ways(
    code: str, decimals: int, unit: Fraction, in_store: int, whole: str, broken: str
) -> None:
    money = Currency(code=code, decimals=decimals)
    assert (money.unit, money.unit_in_store, Fraction(money.smallest)) == (unit, in_store, unit)
    assert [money.is_whole(Decimal(value)) for value in (whole, broken, "1E+3")] == [True, False, True]
    assert not is_paid_in(Decimal("0.25"), 1)


def test_what_nothing_is_said_of_is_dollars_and_cents() -> None:
    assert Currency() == DOLLARS == Currency(code="USD", decimals=2)
    yen = Currency(code="JPY", decimals=0)
    assert (DOLLARS.unit_told, yen.told, yen.unit_told) == ("cents", "whole JPY", "JPY")


@pytest.mark.parametrize(
    ("code", "decimals", "units", "told"),
    [
        ("USD", 2, 12_345_600, "1,234.56"),
        ("USD", 2, 5, "0.0005"),
        ("EUR", 2, -10_000, "EUR -1.00"),
        ("JPY", 0, 10_000_000, "JPY 1,000"),
        ("KWD", 3, 15, "KWD 0.0015"),
    ],
)
def test_what_the_store_counts_is_told_in_it_and_in_full(code: str, decimals: int, units: int, told: str) -> None:
    money = Currency(code=code, decimals=decimals)
    assert money.amount_told(units) == told
    assert (money.heading, money.in_title) == (("dollars", "Dollars") if code == "USD" else (code, code))


def test_the_decimals_that_a_currency_is_known_by() -> None:
    usual = {"JPY": 0, "USD": 2, "KWD": 3}
    assert all(Currency(code=code, decimals=places).is_usual for code, places in usual.items())
    assert not Currency(code="JPY").is_usual


@pytest.mark.parametrize(
    ("fields", "name"), [({"code": "yen"}, "code"), ({"decimals": 5}, "decimals"), ({"decimals": -1}, "decimals")]
)
def test_no_currency_is_finer_than_the_store(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidTerms) as caught:
        Currency(**fields)
    assert caught.value.field == f"Currency.{name}"
