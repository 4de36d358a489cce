"""Level payments to the cent: those of printed tables, and those of exact fractions for whatever loan there is."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.notes.level import level_cents, level_cents_in_full, rounded
from ledger.values.currency import DOLLARS
from ledger.values.money import Rounding, rate_from_units, rate_to_units, round_to, to_units


@pytest.mark.parametrize(
    ("balance", "rate", "months", "payment"),
    [
        # Tables of level payments, as they are printed everywhere.
        ("100000", "0.06", 360, "599.55"),
        ("100000", "0.06", 180, "843.86"),
        ("100000", "0.07", 360, "665.30"),
        ("100000", "0.08", 360, "733.76"),
        ("100000", "0.05", 360, "536.82"),
        ("100000", "0.045", 180, "764.99"),
        ("200000", "0.06", 360, "1199.10"),
        # The handbook on adjustable-rate mortgages: 65,000 over 30 years.
        ("65000", "0.10", 360, "570.42"),
        ("65000", "0.14", 360, "770.17"),
        # The variable-rate sample of Regulation Z (H-14): 10,000 over 30 years.
        ("10000", "0.1741", 360, "145.90"),
        ("10000", "0.1241", 360, "106.03"),
        ("1200", "0", 12, "100.00"),
        ("100", "0", 3, "33.33"),
        ("0", "0.06", 360, "0.00"),
        ("1000", "0.12", 1, "1010.00"),
    ],
)
def test_a_printed_payment(balance: str, rate: str, months: int, payment: str) -> None:
    found = level_cents(to_units(Decimal(balance)), rate_to_units(Decimal(rate)), months)
    assert Decimal(found).scaleb(-2) == Decimal(payment)


@given(
    st.integers(0, 10**16),
    st.one_of(st.integers(0, 10**10), st.integers(0, 200).map(lambda eighths: eighths * 12_500_000)),
    st.integers(1, 480),
    st.sampled_from(Rounding),
)
@example(10**13, 1, 480, Rounding.HALF_UP)
@example(10**13, 1, 1, Rounding.DOWN)
@example(10**16, 10**12, 480, Rounding.HALF_EVEN)
def test_a_payment_is_that_of_exact_fractions(balance: int, rate: int, months: int, rounding: Rounding) -> None:
    monthly = rate_from_units(rate) / 12
    dollars = Fraction(balance, 10_000)
    power = (1 + monthly) ** months
    exact = dollars * monthly * power / (power - 1) if rate else dollars / months
    assert level_cents(balance, rate, months, rounding) == round_to(exact, DOLLARS.unit, rounding) * 100


@given(st.integers(1, 10**14), st.integers(1, 10**10), st.integers(1, 480))
def test_bounds_and_the_whole_reckoning_agree(balance: int, rate: int, months: int) -> None:
    assert level_cents(balance, rate, months) == level_cents_in_full(balance, rate, months, Rounding.HALF_UP)


def test_a_tie_is_decided_in_full() -> None:
    """One payment at 12% is 101% of the balance: of half a cent more than a cent, exactly a tie."""
    balance, rate = 50, rate_to_units(Decimal("0"))
    assert level_cents(balance, rate, 1) == 1
    # 100 units at 600% over one month are 150 units: a cent and a half.
    assert [level_cents(100, 6 * 10**10, 1, way) for way in Rounding] == [2, 2, 1]
    assert level_cents(300, 6 * 10**10, 1, Rounding.HALF_EVEN) == 4


def test_roundings_of_a_ratio() -> None:
    assert [rounded(5, 2, way) for way in Rounding] == [3, 2, 2]
    assert [rounded(7, 2, way) for way in Rounding] == [4, 4, 3]
    assert [rounded(8, 3, way) for way in Rounding] == [3, 3, 2]
