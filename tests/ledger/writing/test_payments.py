"""What the waterfall computes is paid in whole cents, and only out of cash that came in.

The arithmetic of every case stands in its docstring.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ledger import (
    BondPrincipalPaid,
    CollectionReceived,
    Dated,
    Ledger,
    PayInterest,
    PayPrincipal,
    PayResidual,
    Refusal,
    ScheduledPaymentDue,
    Sharing,
)
from tests.deals.closing import closed
from tests.deals.trust import DEAL, PLAIN_A, POOL, RESIDUAL, Trust, bond, deal, paid_on


def _short_by_a_thousand(ledger: Ledger, rules: int) -> Trust:
    trust = Trust(ledger, deal([bond("A", POOL, "0.06", 1)], PLAIN_A, rules=rules))
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 1, 1)}
    due = ScheduledPaymentDue(event_id="1/due", group="pool", principal="0.00", interest="5000.00", **on)
    received = CollectionReceived(event_id="1/received", group="pool", principal="0.00", interest="4000.00", **on)
    ledger.post_many([due, received]).or_raise()
    return trust


def test_missing_cash_is_refused_not_spread(ledger: Ledger) -> None:
    """5,000 are due, none of it delinquent by the first rules, but 4,000 came in: A cannot be paid 5,000."""
    _short_by_a_thousand(ledger, rules=1)
    refused = ledger.distribute(DEAL, paid_on(1))
    assert "above_funds_available" in str(refused)


def test_what_did_not_come_in_is_delinquent_and_owed_to_the_class(ledger: Ledger) -> None:
    """By the second rules the 1,000 that did not come in are delinquent: A is paid 4,000 and is owed 1,000."""
    trust = _short_by_a_thousand(ledger, rules=2)
    refused = ledger.distribute(DEAL, paid_on(1))
    assert isinstance(refused, Refusal)
    assert [item.code for item in refused.violations] == ["not_closed"]
    closed(ledger, DEAL, paid_on(1))
    ledger.distribute(DEAL, paid_on(1)).or_raise()
    assert trust.paid(1, "A") == ("4,000.00", "0.00")
    assert trust.shortfall(paid_on(1), "A", "unpaid interest") == "1,000.00"


def test_pro_rata_balances_fall_by_whole_cents_that_make_up_the_principal(ledger: Ledger) -> None:
    """100.00 of principal over three classes of 100,000: 33.333... each; 33.34, 33.33 and 33.33 are paid."""
    classes = [bond(name, "100000", "0.06", 1) for name in "ABC"]
    steps = [
        PayInterest(classes=["A", "B", "C"]),
        PayPrincipal(classes=["A", "B", "C"], sharing=Sharing.PRO_RATA_BALANCE),
        PayResidual(classes=["R"]),
    ]
    trust = Trust(ledger, deal([*classes, RESIDUAL], steps), pool="300000.00")
    january = trust.month(1, "2000.00", "100.00")
    assert sorted(trust.paid(1, name)[1] for name in "ABC") == ["33.33", "33.33", "33.34"]
    assert january.waterfall.overcollateralization.value == 0
    paid = [item.event for item in ledger.events(DEAL) if isinstance(item.event, BondPrincipalPaid)]
    assert sum(event.amount for event in paid) == Decimal("100.00")
