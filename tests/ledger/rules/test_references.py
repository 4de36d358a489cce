"""An event names what its deal has: groups, loans, classes, fees, contracts and indexes."""

from __future__ import annotations

import pytest

from ledger import (
    AmountBroughtForward,
    BondInterestPaid,
    ClassRateReported,
    DerivativePaymentMade,
    DerivativePaymentReceived,
    FeeCharged,
    IndexRateSet,
    Ledger,
    LoanBoarded,
)
from tests.deals.closing import land
from tests.deals.refusals import PAID, Case, D, curtailment, one, payoff, refuse

UNKNOWN_NAMES = [
    one("unknown deal", curtailment(deal="nowhere"), "deal", "unknown_deal"),
    one("unknown group", curtailment(loan=None, group="three"), "group", "unknown_group"),
    one("group of another loan", curtailment(group="two"), "group", "wrong_group"),
    one("unknown class", BondInterestPaid(event_id="bad", class_id="Z", amount="1.00", **PAID), "class_id",
        "unknown_class"),
    one("class of an amount brought forward",
        AmountBroughtForward(event_id="bad", measure="interest paid", class_id="Z", amount="1.00", **D),
        "class_id", "unknown_class"),
    one("unknown loan", payoff(loan="one-99"), "loan", "unknown_loan"),
    Case("loan boarded after its payoff in the batch", [], [payoff(loan="late"), LoanBoarded(
         event_id="good", loan="late", group="one", balance="100000", note_rate="0.12", **D)],
         (("bad", "loan", "unknown_loan"),)),
    one("unknown fee", FeeCharged(event_id="bad", fee_id="bribe", amount="1.00", **PAID), "fee_id", "unknown_fee"),
    one("unknown contract, paid",
        DerivativePaymentMade(event_id="bad", contract="CAP-2", amount_due="1", amount_paid="1", **PAID),
        "contract", "unknown_contract"),
    one("unknown contract, received",
        DerivativePaymentReceived(event_id="bad", contract="CAP-2", amount_due="1", amount_paid="1", **PAID),
        "contract", "unknown_contract"),
    one("unknown index", IndexRateSet(event_id="bad", index="INDEX-6M", rate="0.05", **D), "index", "unknown_index"),
    one("rate of a class that is not reported", ClassRateReported(event_id="bad", class_id="B", rate="0.05", **D),
        "class_id", "rate_not_reported"),
    Case("two unknown names in one event", [], [curtailment(group="three", loan="one-99")],
         (("bad", "group", "unknown_group"), ("bad", "loan", "unknown_loan"))),
]  # fmt: skip


@pytest.mark.parametrize("case", UNKNOWN_NAMES, ids=[case.name for case in UNKNOWN_NAMES])
def test_the_batch_is_refused_and_nothing_changes(toy: Ledger, case: Case) -> None:
    for event in case.first:
        land(toy, event)
    refuse(toy, case.batch, case.expected)
