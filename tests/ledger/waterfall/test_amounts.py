"""What a class is owed, is paid and stands at add up, whatever was paid and deferred."""

from __future__ import annotations

from ledger import AccreteInterest, PayInterest, PayPrincipal, PrincipalKind, run_waterfall
from tests.deals.claims import claim, means
from tests.deals.groups import brings


def test_a_groups_principal_funds_are_its_kinds_together() -> None:
    group = brings("0", "100", scheduled="7", payoffs="2", recoveries="1")
    assert group.principal_funds == 10
    assert group.principal[PrincipalKind.SCHEDULED] == 7
    assert group.closing_pool == 90


def test_interest_that_was_deferred_is_not_unpaid() -> None:
    """Z is owed 5 and 1 of arrears: 5 are added to its balance, the 1 is still unpaid for want of money."""
    steps = (AccreteInterest(classes=("Z",)), PayInterest(classes=("Z",)), PayPrincipal(classes=("A",)))
    claims = [claim("A", 50), claim("Z", 100, 5, interest_arrears="1")]
    result = run_waterfall(steps, claims, means(5, 0, 150)).classes["Z"]
    assert result.deferred_interest == 5
    assert result.interest_paid == 0
    assert result.interest_shortfall == 1
    assert result.closing_balance == 105
    assert result.distribution == 0
