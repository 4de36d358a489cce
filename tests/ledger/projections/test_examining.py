"""On which side of a limit a value lies, and that plain numbers and explained ones are reckoned alike."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger import Exact, InForceWhen
from ledger.projections.examining import EXACT, PLAIN, ExaminedMonth, Examiner, is_beyond
from tests.deals.tested import a_trigger
from tests.deals.trust import PLAIN as WATERFALL
from tests.deals.trust import RESIDUAL, bond, deal, paid_on

CLASSES = (bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (InForceWhen.ABOVE, [False, False, True]),
        (InForceWhen.AT_OR_ABOVE, [False, True, True]),
        (InForceWhen.BELOW, [True, False, False]),
        (InForceWhen.AT_OR_BELOW, [True, True, False]),
    ],
)
def test_a_side_of_the_limit(when: InForceWhen, expected: list[bool]) -> None:
    assert [is_beyond(Fraction(value), Fraction(5), when) for value in (4, 5, 6)] == expected


def test_both_ways_to_reckon_find_the_same() -> None:
    """100 behind of a closing pool of 800 and 200 set aside is 10%; of the loans alone it would be 12.5%."""
    trigger = a_trigger(
        trigger_id="t", kind="delinquency against limit", limit="0.1", share_of="pool and pre-funding account"
    )
    terms = deal(CLASSES, WATERFALL, triggers=[trigger])
    plain = ExaminedMonth(
        number=1,
        opening={"pool": Fraction(1000)},
        closing={"pool": Fraction(800)},
        lost={"pool": Fraction(0)},
        lost_to_date={"pool": Fraction(0)},
        classes={"A": Fraction(700)},
        prefunded=Fraction(0),
        prefunded_after=Fraction(200),
        behind={"pool/delinquent:2 payments": Fraction(100)},
    )
    exact = ExaminedMonth(
        number=1,
        opening={"pool": Exact(1000)},
        closing={"pool": Exact(800)},
        lost={"pool": Exact(0)},
        lost_to_date={"pool": Exact(0)},
        classes={"A": Exact(700)},
        prefunded=Exact(0),
        prefunded_after=Exact(200),
        behind={"pool/delinquent:2 payments": Exact(100)},
    )
    one = Examiner(terms=terms, originals={}, numbers=PLAIN).test(trigger, [plain], paid_on(1))
    other = Examiner(terms=terms, originals={}, numbers=EXACT).test(trigger, [exact], paid_on(1))
    assert one is not None
    assert other is not None
    assert one.value == other.value.value == Fraction(1, 10)
    assert one.limit == other.limit.value
