"""Only a whole batch can break these: cash below zero on a date, and payments beyond the funds."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import (
    BondInterestPaid,
    BondLossAllocated,
    BondLossPaid,
    BondPrincipalPaid,
    CollectionAccountRemitted,
    CompensatingInterestPaid,
    FeeCharged,
    Ledger,
)
from tests.deals.closing import land
from tests.deals.refusals import PAID, Case, closed, curtailment, one, payoff, refuse
from tests.deals.toy import TOY

CASH = [
    Case("bonds paid without funds", [], [BondInterestPaid(event_id="bad", class_id="A", amount="0.01", **PAID)],
         (("bad", "amount", "above_funds_available"), ("bad", "effective_date", "account_below_zero"))),
    one("class paid above its balance", BondPrincipalPaid(event_id="bad", class_id="B", amount="150000.01", **PAID),
        "amount", "above_balance", payoff("one"), payoff("two", loan="one-2")),
    one("class written down below zero", BondLossAllocated(event_id="bad", class_id="B", amount="150000.01", **PAID),
        "amount", "above_balance"),
    one("class paid a loss that it did not bear",
        BondLossPaid(event_id="bad", class_id="B", out_of_interest="0.01", **PAID),
        "out_of_interest", "above_unpaid_losses"),
    one("cash out before it came in",
        FeeCharged(event_id="bad", fee_id="pmi", amount="10.00", deal=TOY, effective_date=dt.date(2021, 1, 10)),
        "effective_date", "account_below_zero",
        CompensatingInterestPaid(event_id="in", group="one", amount="10.00", deal=TOY,
                                 effective_date=dt.date(2021, 1, 20))),
    Case("cash of the next distribution does not pay this one",
         [curtailment("in", amount="10.00", effective_date=dt.date(2021, 1, 1))],
         [FeeCharged(event_id="bad", fee_id="pmi", amount="10.00", **PAID)],
         (("bad", "amount", "above_funds_available"),)),
    Case("the fee that empties the account twice", [curtailment("in", amount="10.00")],
         [FeeCharged(event_id="good", fee_id="pmi", amount="10.00", **PAID),
          FeeCharged(event_id="bad", fee_id="pmi", amount="0.01", **PAID)],
         (("bad", "amount", "above_funds_available"), ("bad", "effective_date", "account_below_zero"))),
    one("more remitted than the collection account holds",
        CollectionAccountRemitted(event_id="bad", amount="10.01", **PAID), "amount", "above_funds_available",
        curtailment("in", amount="10.00")),
]  # fmt: skip


def test_a_closed_and_paid_period_refuses_more_bond_payments(ledger: Ledger) -> None:
    event = BondInterestPaid(event_id="bad", class_id="A", amount="0.01", **PAID)
    violations = (("bad", "amount", "above_funds_available"), ("bad", "effective_date", "account_below_zero"))
    refuse(closed(ledger), [event], violations)


@pytest.mark.parametrize("case", CASH, ids=[case.name for case in CASH])
def test_the_batch_is_refused_and_nothing_changes(toy: Ledger, case: Case) -> None:
    for event in case.first:
        land(toy, event)
    refuse(toy, case.batch, case.expected)
