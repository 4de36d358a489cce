"""Who bears a shortfall of interest, and what is carried and paid later.

The arithmetic of every case stands in its docstring.
"""

from __future__ import annotations

import attrs
import pytest

from ledger import Bearer, Ledger, PayoffCollected, ShortfallTerms, total
from tests.deals.trust import DEAL, PLAIN, RESIDUAL, Figures, Trust, before, bond, deal, paid_on, shown

PAYOFF = PayoffCollected(
    event_id="1/payoff", deal=DEAL, effective_date=before(1, 16), group="pool", amount="120000.00", note_rate="0.12"
)

RESIDUAL_BEARS = ShortfallTerms(non_supported_borne_by=Bearer.RESIDUAL_FIRST)


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


LATER_PAYOFF = PayoffCollected(
    event_id="2/payoff", deal=DEAL, effective_date=before(2, 16), group="pool", amount="120000.00", note_rate="0.12"
)


@pytest.mark.parametrize("bearer", [Bearer.RESIDUAL_FIRST, Bearer.CLASSES], ids=["residual first", "classes"])
@pytest.mark.parametrize(
    ("collected", "borne", "unpaid"),
    [("5900.00", "0.00", "0.00"), ("5500.00", "400.00", "0.00"), ("5300.00", "600.00", "0.00"),
     ("5000.00", "600.00", "300.00"), ("900.00", "600.00", "4,400.00")],
)  # fmt: skip
def test_the_residual_bears_no_more_than_the_excess_that_there_would_be(
    ledger: Ledger, bearer: Bearer, collected: str, borne: str, unpaid: str
) -> None:
    """January: 4,100 for A 4,000 and B 1,000 leave B 900 short. In February 600 are lost to a payoff, and 5,000 and
    those 900 are owed: without the loss, 600 more would come in, and what lies above 5,900 is the residual's.

    Of 5,500 the excess would have been 200, and the classes bear 400; A and B then get all they are due. Of 5,300 it
    would have been nothing, of 5,000 and 900 too: the classes bear 600, and the rest is carried.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "150000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN, shortfalls=ShortfallTerms(non_supported_borne_by=bearer)))
    trust.month(1, "4100.00", "0.00")
    february = trust.month(2, "6500.00", "0.00", LATER_PAYOFF, collected=collected)
    assert shown(february.shortfalls.total_non_supported) == "600.00"
    on_classes = total(item.non_supported for item in february.classes.values())
    assert shown(on_classes) == ("600.00" if bearer is Bearer.CLASSES else borne)
    if bearer is Bearer.RESIDUAL_FIRST:
        assert shown(total(item.result.interest_shortfall for item in february.classes.values())) == unpaid


def test_interest_on_arrears_comes_before_the_excess_too(ledger: Ledger) -> None:
    """B's 900 bear 8% for a month, 6.00: of 5,500 the excess would have been 6,100 - 5,906 = 194, and 406 are borne."""
    late = attrs.evolve(bond("B", "150000", "0.08", 2), unpaid_interest_bears_interest=True)
    terms = deal([bond("A", "800000", "0.06", 1), late, RESIDUAL], PLAIN, shortfalls=RESIDUAL_BEARS)
    trust = Trust(ledger, terms)
    trust.month(1, "4100.00", "0.00")
    february = trust.month(2, "6500.00", "0.00", LATER_PAYOFF, collected="5500.00")
    assert shown(total(item.non_supported for item in february.classes.values())) == "406.00"
    assert not any(item.result.interest_shortfall.value for item in february.classes.values())


def test_what_an_insurer_pays_is_not_borne_by_the_excess(ledger: Ledger) -> None:
    """Of 5,000 due 4,400 come in: the excess would have been nothing, and the classes bear 600; no insurer pays it."""
    insured = [bond("A", "800000", "0.06", 1), attrs.evolve(bond("B", "150000", "0.08", 2), insured=True), RESIDUAL]
    trust = Trust(ledger, deal(insured, PLAIN, shortfalls=RESIDUAL_BEARS))
    january = trust.month(1, "5000.00", "0.00", PAYOFF, collected="4400.00")
    assert shown(total(item.non_supported for item in january.classes.values())) == "600.00"
    assert not january.classes["B"].result.insurer_interest.value


def test_under_the_second_rules_arrears_are_left_out_as_they_were(ledger: Ledger) -> None:
    classes = [bond("A", "800000", "0.06", 1), bond("B", "150000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN, shortfalls=RESIDUAL_BEARS, rules=2))
    trust.month(1, "4100.00", "0.00")
    february = trust.month(2, "6500.00", "0.00", LATER_PAYOFF, collected="5500.00")
    assert not any(item.non_supported.value for item in february.classes.values())


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
