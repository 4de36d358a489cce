"""What the keeper of a reserve reports is held to what was posted, and a reserve without its deposit has a name."""

from __future__ import annotations

import attrs
import pytest

from ledger import Ledger, TrustAccountReported
from tests.deals.trust import DEAL, Trust, before, paid_on
from tests.ledger.projections.test_trust_accounts import DEPOSIT, terms
from tests.ledger.readiness.cases import shows

TOLD = TrustAccountReported(
    event_id="told", deal=DEAL, effective_date=before(1, 28), account_id="reserve", balance="9999.99"
)


def codes(ledger: Ledger) -> set[str]:
    return {item.code for item in ledger.readiness(DEAL, paid_on(1)).findings}


@shows("account_never_funded")
def test_a_deposit_that_the_terms_speak_of_and_nobody_posted(ledger: Ledger) -> None:
    Trust(ledger, terms())
    assert "account_never_funded" in codes(ledger)
    ledger.post(DEPOSIT).or_raise()
    assert "account_never_funded" not in codes(ledger)


@shows("account_unlike_reported")
@pytest.mark.parametrize(("balance", "unlike"), [("9999.99", True), ("10000.00", False)])
def test_a_balance_reported_otherwise_than_posted(ledger: Ledger, balance: str, unlike: bool) -> None:
    Trust(ledger, terms())
    ledger.post(DEPOSIT).or_raise()
    ledger.post(attrs.evolve(TOLD, balance=balance)).or_raise()
    assert ("account_unlike_reported" in codes(ledger)) is unlike
