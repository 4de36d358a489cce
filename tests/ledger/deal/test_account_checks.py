"""Accounts, fees in the waterfall and their steps fit one another, or the terms are refused by the name of the term."""

from __future__ import annotations

import attrs
import pytest

from ledger import (
    AccountTarget,
    Covers,
    Fee,
    FeeBasis,
    InvalidTerms,
    PayFee,
    PayInterest,
    PayPremiums,
)
from tests.ledger.projections.test_trust_accounts import RESERVE, SERVICING, terms


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"rules": 3}, "DealTerms.accounts"),
        ({"rules": 3, "accounts": [], "steps": (PayFee(fee_id="servicing"),)}, "DealTerms.fees"),
        ({"rules": 3, "accounts": [], "fees": [], "steps": (PayPremiums(classes=["A"]),)}, "DealTerms.waterfall"),
        ({"accounts": [RESERVE, RESERVE]}, "DealTerms.accounts"),
        ({"accounts": []}, "DealTerms.waterfall[0].account"),
        ({"steps": (PayInterest(classes=["A"]),)}, "Fee[servicing].in_waterfall"),
        ({"fees": [attrs.evolve(SERVICING, basis=FeeBasis.POSTED)]}, "Fee[servicing].in_waterfall"),
        ({"fees": [Fee(fee_id="b", title="B", basis=FeeBasis.BILLED)], "steps": ()}, "Fee[b].in_waterfall"),
        ({"fees": [attrs.evolve(SERVICING, minimum="2", maximum="1")]}, "Fee[servicing].minimum"),
        ({"fees": [attrs.evolve(SERVICING, basis=FeeBasis.SCHEDULE)]}, "Fee[servicing].amounts"),
        ({"steps": (PayFee(fee_id="other"), PayFee(fee_id="servicing"))}, "DealTerms.waterfall[0].fee_id"),
        (
            {"accounts": [attrs.evolve(RESERVE, may_pay=[Covers.INTEREST])]},
            "DealTerms.waterfall[0].covers",
        ),
        (
            {"accounts": [attrs.evolve(RESERVE, target=AccountTarget(amount="1", at_most_balance_of=["Z"]))]},
            "TrustAccount[reserve].target.at_most_balance_of",
        ),
    ],
)
def test_terms_that_do_not_fit_together_are_refused_by_name(more: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTerms) as refused:
        terms(**more)
    assert refused.value.field == field
