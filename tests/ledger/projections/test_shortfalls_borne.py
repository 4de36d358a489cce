"""Who bears a shortfall of interest, and what is carried and paid later.

The arithmetic of every case stands in its docstring.
"""

from __future__ import annotations

import pytest

from ledger import Bearer, Ledger, PayoffCollected, ShortfallTerms
from tests.deals.trust import DEAL, PLAIN, RESIDUAL, Figures, Trust, before, bond, deal, paid_on, shown

PAYOFF = PayoffCollected(
    event_id="1/payoff", deal=DEAL, effective_date=before(1, 16), group="pool", amount="120000.00", note_rate="0.12"
)


@pytest.mark.parametrize(
    ("bearer", "paid"),
    [
        (Bearer.CLASSES, {"A": "3,520.00", "B": "880.00", "R": "5,000.00"}),
        (Bearer.RESIDUAL_FIRST, {"A": "4,000.00", "B": "1,000.00", "R": "4,400.00"}),
        (Bearer.EXCESS, {"A": "4,000.00", "B": "1,000.00", "R": "4,400.00"}),
    ],
)
def test_who_bears_a_non_supported_shortfall(ledger: Ledger, bearer: Bearer, paid: Figures) -> None:
    """120,000 at 12% paid off on 16 December: (31 - 16)/360 of a year's interest, 600, is lost; no servicing fee
    covers it. Of 10,000 due 9,400 come in. A accrues 4,000, B 1,000.

    Borne by the classes 4 : 1 they are due 3,520 and 880, and the residual gets 9,400 - 4,400 = 5,000. Borne by the
    residual it gets 9,400 - 5,000 = 4,400.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "150000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN, shortfalls=ShortfallTerms(non_supported_borne_by=bearer)))
    january = trust.month(1, "10000.00", "0.00", PAYOFF, collected="9400.00")
    assert shown(january.shortfalls.total_non_supported) == "600.00"
    assert {name: trust.paid(1, name)[0] for name in paid} == paid
    assert trust.paid(1, "A")[1] == "120,000.00"
    assert not january.classes["A"].result.interest_shortfall.value


def test_no_class_bears_more_than_it_accrues(ledger: Ledger) -> None:
    """The 600 lost against accruals of 333.33 (A, 0.5% on 800,000) and 0.01 (B): both bear all they accrue."""
    classes = [bond("A", "800000", "0.005", 1), bond("B", "12.00", "0.01", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN))
    january = trust.month(1, "10000.00", "0.00", PAYOFF, collected="9400.00")
    assert [shown(item.non_supported) for item in january.classes.values()] == ["333.33", "0.01", "0.00"]
    assert trust.paid(1, "A") == ("0.00", "120,000.00")


def test_interest_unpaid_is_carried_and_paid_first(ledger: Ledger) -> None:
    """January: 4,100 come in for A 4,000 and B 1,000: B is 900 short. February: 6,500 pay A 4,000, B 1,900, R 600."""
    classes = [bond("A", "800000", "0.06", 1), bond("B", "150000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN))
    trust.month(1, "4100.00", "0.00")
    assert trust.shortfall(paid_on(1), "B", "unpaid interest") == "900.00"
    trust.month(2, "6500.00", "0.00")
    assert trust.paid(2, "B") == ("1,900.00", "0.00")
    assert trust.paid(2, "R") == ("600.00", "0.00")
    assert trust.shortfall(paid_on(2), "B", "unpaid interest") == "0.00"
