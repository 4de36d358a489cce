"""What a month says of one loan, by what others said of it; amounts are store units, 10,000 a dollar."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.months.deciding import NOTHING_ADVANCED, Advanced, CashDays, Due, LateRest, Presumption, fee_of, said_of
from ledger.months.gathering import Amounts, Key
from ledger.readiness.loan_month import LoanMonth

DAY, DAYS = 20240201, CashDays(fee=20240215, advance=20240215)
DUE = Due(DAY, 1_000_000, 5_000_000, 200_000)


def said(
    dues: list[Due] | None = None,
    *,
    pays: bool = True,
    advances: bool = True,
    short: int = 0,
    late: LateRest | None = None,
    **others: Any,
) -> dict[str, Amounts]:
    """Return what is said of a loan of which others posted this, by type."""
    held = LoanMonth("one")
    for name, value in others.items():
        setattr(held, name, value)
    presumed = Presumption("1", pays=pays, advances=Advanced() if advances else NOTHING_ADVANCED, short=short)
    found: list[tuple[Key, Amounts]] = list(said_of(presumed, dues or [DUE], held if others else None, late, DAYS))
    assert all(key.whose == "1" for key, _ in found)
    return {key.type: amounts for key, amounts in found}


def test_what_nobody_excepts_is_paid_and_bears_its_fee() -> None:
    assert said() == {
        "scheduled_payment_due": Amounts(1_000_000, 5_000_000),
        "collection_received": Amounts(1_000_000, 5_000_000),
        "servicing_fee_withheld": Amounts(fee=200_000),
    }


def test_one_who_is_taken_to_pay_nothing_is_delinquent_and_advanced_net_of_the_fee() -> None:
    assert said(pays=False) == {
        "scheduled_payment_due": Amounts(1_000_000, 5_000_000),
        "instalment_reported_delinquent": Amounts(1_000_000, 5_000_000, 200_000),
        "advance_made": Amounts(1_000_000, 4_800_000),
    }
    assert "advance_made" not in said(pays=False, advances=False)


def test_what_was_paid_in_part_earns_its_part_of_the_fee_in_whole_cents() -> None:
    found = said(received_interest=1_000_000)
    assert "collection_received" not in found
    assert found["servicing_fee_withheld"] == Amounts(fee=40_000)
    assert found["instalment_reported_delinquent"] == Amounts(1_000_000, 4_000_000, 160_000)
    assert found["advance_made"] == Amounts(1_000_000, 3_840_000)


def test_what_others_reported_delinquent_is_not_reported_again() -> None:
    found = said(delinquent_principal=1_000_000, delinquent_interest=4_500_000)
    assert "instalment_reported_delinquent" not in found
    assert found["collection_received"] == Amounts(0, 500_000)
    assert found["advance_made"] == Amounts(1_000_000, 4_500_000 - (200_000 - 20_000))


def test_what_others_advanced_or_withheld_is_left_to_them() -> None:
    assert "advance_made" not in said(pays=False, advanced_interest=100)
    assert "servicing_fee_withheld" not in said(fee=100)


@pytest.mark.parametrize(("short", "relief"), [(350_000, 0), (0, 350_000), (100_000, 250_000)])
def test_what_a_payoff_or_relief_takes_from_the_interest_is_not_owed(short: int, relief: int) -> None:
    found = said(short=short, relief=relief)
    assert found["collection_received"] == Amounts(1_000_000, 4_650_000)
    assert "instalment_reported_delinquent" not in found


def test_an_instalment_of_others_is_paid_as_they_posted_it() -> None:
    held = LoanMonth("one")
    held.dues, held.due_principal, held.due_interest, held.due_dates = 1, 700_000, 5_500_000, (DAY,)
    told = dict(said_of(Presumption("1", pays=True, advances=Advanced()), [DUE], held, None, DAYS))
    assert {key.type: amounts for key, amounts in told.items()} == {
        "collection_received": Amounts(700_000, 5_500_000),
        "servicing_fee_withheld": Amounts(fee=200_000),
    }


def test_what_was_bought_or_liquidated_owes_nothing() -> None:
    assert said([Due(DAY, 0, 5_000_000, 200_000)], sold=1) == {}


def test_what_was_sold_for_less_than_its_balance_owes_the_instalment_that_the_rest_is() -> None:
    assert said(sold=1)["scheduled_payment_due"] == Amounts(1_000_000, 5_000_000)


def test_a_fraction_of_a_cent_stays_an_accrual() -> None:
    found = said([Due(DAY, 1_000_000, 5_000_050, 200_000)])
    assert found["collection_received"] == Amounts(1_000_000, 5_000_000)
    assert "instalment_reported_delinquent" not in found


def test_nobody_advances_a_balloon() -> None:
    found = said([Due(DAY, 90_000_000, 5_000_000, 200_000, 89_000_000)], pays=False)
    assert found["advance_made"] == Amounts(1_000_000, 4_800_000)


def test_what_is_paid_goes_to_the_earliest_instalment_of_the_month() -> None:
    later = Due(20240215, 2_000_000, 3_000_000, 0)
    held = LoanMonth("one")
    held.received_principal, held.received_interest = 1_000_000, 5_000_000
    told = dict(said_of(Presumption("1", pays=True, advances=NOTHING_ADVANCED), [DUE, later], held, None, DAYS))
    assert {key.day: amounts for key, amounts in told.items() if key.type == "instalment_reported_delinquent"} == {
        20240215: Amounts(2_000_000, 3_000_000)
    }


def test_what_late_payments_give_back_is_taken_out_when_they_are_there() -> None:
    late = LateRest(fee=100, principal=2_000, interest=3_000, day=20240220)
    found = dict(said_of(Presumption("1", pays=True, advances=Advanced()), [DUE], None, late, DAYS))
    taken = {key: amounts for key, amounts in found.items() if key.day == 20240220}
    assert taken == {
        Key("servicing_fee_withheld", "1", "", 20240220): Amounts(fee=200_100),
        Key("advance_recovered", "1", "late collections", 20240220): Amounts(2_000, 3_000),
    }


def test_a_fee_is_a_twelfth_of_its_rate_on_the_balance_half_cents_up() -> None:
    # 200,000 x 0.25% / 12 = 41.666..., 100,000.20 x 0.6% / 12 = 50.0001, 1,000 x 0.06% / 12 = 0.05
    assert fee_of(2_000_000_000, 25_000_000, 12, 100) == 416_700
    assert fee_of(1_000_002_000, 60_000_000, 12, 100) == 500_000
    assert fee_of(10_000_000, 6_000_000, 12, 100) == 500
