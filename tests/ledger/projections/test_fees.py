"""Fees are charged as far as there is cash, out of interest first.

The arithmetic of every case stands in its docstring.
"""

from __future__ import annotations

from ledger import Fee, FeeBasis, Ledger
from tests.deals.trust import DEAL, PLAIN, PLAIN_A, POOL, RESIDUAL, Trust, bond, closing, deal, paid_on, shown


def test_fees_above_interest_come_out_of_principal(ledger: Ledger) -> None:
    """A fee of 500 against 200 of interest: 300 of the 1,000 of principal pay it, and A gets 700, not 1,000.

    Nothing is paid as interest: A and B are owed 4,000 and 1,000. The pool falls to 999,000, the bonds to 949,300.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "150000", "0.08", 2), RESIDUAL]
    fee = Fee(fee_id="trustee", title="Trustee", basis=FeeBasis.FIXED_AMOUNT, amount="500.00")
    trust = Trust(ledger, deal(classes, PLAIN, fees=[fee]))
    january = trust.month(1, "200.00", "1000.00")
    assert closing(january) == {"A": "799,300.00", "B": "150,000.00"}
    assert trust.paid(1, "A") == ("0.00", "700.00")
    assert trust.shortfall(paid_on(1), "A", "unpaid interest") == "4,000.00"
    assert shown(january.waterfall.overcollateralization) == "49,700.00"


def test_fees_above_all_cash_are_paid_as_far_as_it_goes(ledger: Ledger) -> None:
    """A fee of 500 against 200 in all: 200 are charged, and nobody else is paid."""
    fee = Fee(fee_id="trustee", title="Trustee", basis=FeeBasis.FIXED_AMOUNT, amount="500.00")
    trust = Trust(ledger, deal([bond("A", POOL, "0.06", 1)], PLAIN_A, fees=[fee]))
    trust.month(1, "200.00", "0.00")
    assert trust.paid(1, "A") == ("0.00", "0.00")
    assert shown(ledger.distribution(DEAL, paid_on(1)).fees[0].charged) == "200.00"
    assert trust.shortfall(paid_on(1), "A", "unpaid interest") == "5,000.00"


def test_roundings_never_pay_more_than_there_is(ledger: Ledger) -> None:
    """Two fees of 10.005 and no residual class: each is rounded up to 10.01, and 20.02 is a cent too much.

    The fees leave 100 - 20.01 = 79.99 for A, all of which it is due (of 5,000): 79.99 is paid, the last fee gets 10.00,
    and the account is empty.
    """
    fees = [
        Fee(fee_id=name, title=name, basis=FeeBasis.POOL_BALANCE, rate="0.00012006") for name in ("trustee", "owner")
    ]
    trust = Trust(ledger, deal([bond("A", POOL, "0.06", 1)], PLAIN_A, fees=fees))
    trust.month(1, "100.00", "0.00")
    january = ledger.distribution(DEAL, paid_on(1))
    assert [shown(line.charged) for line in january.fees] == ["10.01", "10.00"]
    assert trust.paid(1, "A") == ("79.99", "0.00")
