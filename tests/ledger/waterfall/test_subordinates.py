"""What the seniors of loan groups leave, and how it is shared where classes are locked, by hand."""

from __future__ import annotations

from ledger import PaySeniorPrincipal, PaySubordinatePrincipal, ShiftLevel, run_waterfall
from tests.deals.claims import amounts, claim
from tests.deals.groups import brings, together


def test_subordinates_share_what_is_left_by_balance_and_a_locked_one_waits() -> None:
    """Seniors of 160 in a pool of 200 get 80% of 20; of the 4 that are left B-1 gets all, for B-2 is locked."""
    groups = {"pool": brings("0", "200", scheduled="20")}
    classes = [claim("S", 160), claim("B-1", 30, rank=2), claim("B-2", 10, rank=3)]
    senior = PaySeniorPrincipal(
        classes=["S"], subordinates=["B-1", "B-2"], shift=[ShiftLevel(from_date="2020-01-01", share="0")]
    )
    free = PaySubordinatePrincipal(classes=["B-1", "B-2"])
    locked = PaySubordinatePrincipal(classes=["B-1", "B-2"], locked=["B-2"])
    paid = amounts(run_waterfall([senior, free], classes, together(groups)), "principal_paid")
    assert paid == {"S": "16.00", "B-1": "3.00", "B-2": "1.00"}
    paid = amounts(run_waterfall([senior, locked], classes, together(groups)), "principal_paid")
    assert paid == {"S": "16.00", "B-1": "4.00", "B-2": "0.00"}
