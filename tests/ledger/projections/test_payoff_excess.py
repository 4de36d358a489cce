"""Interest that a payoff brings beyond what is owed is for whom the terms say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

from ledger import (
    AsOf,
    DealTerms,
    ExcessRecipient,
    Ledger,
    PayoffCollected,
    Refusal,
    ShortfallDays,
    ShortfallTerms,
)
from replay.evidence.verify import verify
from tests.deals.pair import DEAL, FEBRUARY, MARCH, due, month, on, paid, pair_deal, pair_terms, settle


def terms(whose: ExcessRecipient) -> DealTerms:
    """The pair with a prepayment period from the 16th to the 15th."""
    found = pair_terms(rules=3, prepaid_from=16)
    shortfalls = ShortfallTerms(days=ShortfallDays.THIRTY_LESS_DAY_PAID, prepayment_excess_to=whose)
    return attrs.evolve(found, shortfalls=shortfalls)


def payoff(interest: str = "100.00", **more: Any) -> PayoffCollected:
    """Loan 2 paid off on 5 March, passed through in March, with four days' interest on top."""
    fields: dict[str, Any] = {"amount": "149800.00", "note_rate": "0.06", "interest": interest, **more}
    return PayoffCollected(event_id="off", **fields, **on(dt.date(2024, 3, 5), loan="2"))


def lived(ledger: Ledger, whose: ExcessRecipient) -> Ledger:
    """February paid, and March before its payoff."""
    pair_deal(ledger, terms(whose)).post_many(month(2)).or_raise()
    settle(ledger, FEBRUARY)
    march = [*month(3, ["1"]), due(3, "2", "749.50"), paid(3, "2", "749.50")]
    ledger.post_many(march).or_raise()
    return ledger


@pytest.mark.parametrize("whose", list(ExcessRecipient))
def test_it_brings_no_shortfall_and_goes_where_the_terms_say(ledger: Ledger, whose: ExcessRecipient) -> None:
    lived(ledger, whose)
    before = ledger.distribution(DEAL, MARCH)
    ledger.post(payoff(excess_to=whose)).or_raise()
    report = ledger.distribution(DEAL, MARCH)
    assert report.shortfalls.prepayment["one"] == 0
    trusts = 100 if whose is ExcessRecipient.TRUST else 0
    assert report.account.interest["other additional"]["one"] == trusts
    assert report.account.interest_funds == before.account.interest_funds + trusts
    assert report.classes["R"].result.residual_paid == before.classes["R"].result.residual_paid + trusts
    settle(ledger, MARCH)
    held = ledger.books(DEAL, AsOf(record_date=MARCH)).balance("fees_not_drawn")
    assert held == 100 - trusts
    assert verify(ledger, DEAL).ok


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        (ExcessRecipient.TRUST, None),
        (ExcessRecipient.TRUST, ExcessRecipient.SERVICER),
        (ExcessRecipient.SERVICER, ExcessRecipient.TRUST),
    ],
)
def test_an_event_that_says_otherwise_is_refused(
    ledger: Ledger, whose: ExcessRecipient, said: ExcessRecipient | None
) -> None:
    lived(ledger, whose)
    refused = ledger.post(payoff(excess_to=said))
    assert isinstance(refused, Refusal)
    assert [(item.field, item.code) for item in refused.violations] == [("excess_to", "not_the_terms")]
    assert ledger.post(payoff("0.00", excess_to=said)).accepted


def test_a_payoff_that_says_nothing_is_the_servicers(ledger: Ledger) -> None:
    lived(ledger, ExcessRecipient.SERVICER)
    assert ledger.post(payoff()).accepted
