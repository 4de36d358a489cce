"""The state moves event by event, and nothing that was refused or only tried leaves a trace in it."""

from __future__ import annotations

import attrs

from ledger import FeeCharged, Ledger, Receipt, TermsAmended
from tests.deals.refusals import PAID, payoff, refuse
from tests.deals.toy import CLOSING, TOY, toy_terms


def test_a_refused_batch_leaves_no_trace_in_what_is_decided_next(toy: Ledger) -> None:
    """The rules' state moves event by event; a refused batch must not leave its half behind."""
    refuse(toy, [payoff("good"), payoff("bad")], (("bad", "loan", "already_paid_off"),))
    assert isinstance(toy.post(payoff("good")), Receipt)


def test_a_dry_run_leaves_no_trace_in_what_is_decided_next(toy: Ledger) -> None:
    assert isinstance(toy.post(payoff("good"), dry_run=True), Receipt)
    assert isinstance(toy.post(payoff("good")), Receipt)


def test_a_fee_that_an_amendment_removes_is_unknown_from_then_on_in_the_batch(toy: Ledger) -> None:
    terms = attrs.evolve(toy_terms(), fees=())
    amendment = TermsAmended(event_id="amended", deal=TOY, effective_date=CLOSING, terms=terms)
    fee = FeeCharged(event_id="bad", fee_id="pmi", amount="1.00", **PAID)
    refuse(toy, [amendment, fee], (("bad", "fee_id", "unknown_fee"),))
