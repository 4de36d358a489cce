"""Overcollateralization is built, steps down and is released, month after month, unless a trigger is in force.

The arithmetic of every case stands in its docstring.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from ledger import (
    Backing,
    BuildOvercollateralization,
    DealTerms,
    DelinquencyReported,
    Exact,
    Ledger,
    LossLimit,
    OvercollateralizationTerms,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PrefundingDeposited,
    Step,
    Trigger,
    TriggerKind,
)
from tests.deals.trust import (
    CUT_OFF,
    DEAL,
    PLAIN,
    RESIDUAL,
    Trust,
    before,
    bond,
    closing,
    deal,
    liquidated,
    paid_on,
    shown,
)

BUILDING: tuple[Step, ...] = (
    PayInterest(classes=["A", "B"]),
    PayPrincipal(classes=["A", "B"]),
    BuildOvercollateralization(classes=["A", "B"]),
    PayResidual(classes=["R"]),
)

TARGET = OvercollateralizationTerms(
    target="30000",
    step_down_date=paid_on(3),
    step_down_percent="0.02",
    step_down_enhancement="0.20",
    floor="5000",
)


def building(ledger: Ledger, triggers: Sequence[Trigger] = ()) -> Trust:
    """Return the trust after two months of building overcollateralization.

    January: interest 10,000; A 800,000 x 6%/12 = 4,000, B 180,000 x 8%/12 = 1,200; excess 4,800. Principal 20,000
    leaves the pool at 980,000 and A + B at 960,000: OC 20,000, gap 10,000, so all 4,800 are extra principal. A closes
    at 800,000 - 20,000 - 4,800 = 775,200, OC at 24,800.

    February: interest 9,800; A 3,876, B 1,200; excess 4,724. Principal 30,000: pool 950,000, OC 24,800, gap 5,200. A
    closes at 775,200 - 30,000 - 4,724 = 740,476, OC at 29,524.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, BUILDING, overcollateralization=TARGET, triggers=triggers, rolling_months=1))
    january = trust.month(1, "10000.00", "20000.00")
    assert (shown(january.waterfall.excess), shown(january.waterfall.extra_principal)) == ("4,800.00", "4,800.00")
    assert closing(january) == {"A": "775,200.00", "B": "180,000.00"}
    assert trust.paid(1, "A") == ("4,000.00", "24,800.00")
    assert trust.paid(1, "R") == ("0.00", "0.00")
    february = trust.month(2, "9800.00", "30000.00")
    assert closing(february) == {"A": "740,476.00", "B": "180,000.00"}
    assert shown(february.waterfall.overcollateralization) == "29,524.00"
    return trust


def test_overcollateralization_is_built_then_steps_down_and_is_released(ledger: Ledger) -> None:
    """March is the step-down date, and A stands below (950,000 - 740,476)/950,000 = 22.06% of the pool, above 20%.

    Principal 150,000 leaves the pool at 800,000; the target falls to 2% of it, 16,000. A + B of 920,476 - 150,000 =
    770,476 would leave OC 29,524: 13,524 of the principal is released. A gets 136,476 and closes at 604,000. Interest
    9,500 less A 3,702.38 less B 1,200 is 4,597.62; with the release the residual gets 18,121.62.
    """
    trust = building(ledger)
    march = trust.month(3, "9500.00", "150000.00")
    assert shown(march.oc_target or Exact(0)) == "16,000.00"
    assert shown(march.waterfall.released) == "13,524.00"
    assert closing(march) == {"A": "604,000.00", "B": "180,000.00"}
    assert trust.paid(3, "A") == ("3,702.38", "136,476.00")
    assert trust.paid(3, "R") == ("18,121.62", "0.00")
    assert shown(march.waterfall.overcollateralization) == "16,000.00"


def test_a_trigger_in_force_forbids_step_down_and_release(ledger: Ledger) -> None:
    """The same March, but 100,000 is 60 days behind: 100,000/800,000 = 12.5% against 40% of 22.06% = 8.82%.

    The target stays at 30,000 and nothing is released: all 150,000 go to A, and 476 of the excess of 4,597.62 close
    the gap of 30,000 - 29,524. A closes at 740,476 - 150,476 = 590,000; the residual gets 4,121.62.
    """
    test = Trigger(trigger_id="behind", kind=TriggerKind.ROLLING_DELINQUENCY, limit="0.40")
    trust = building(ledger, [test])
    behind = DelinquencyReported(
        event_id="3/behind",
        deal=DEAL,
        effective_date=before(3, 28),
        group="pool",
        category="delinquent",
        bucket="2 payments",
        balance="100000.00",
        loan_count=1,
    )
    march = trust.month(3, "9500.00", "150000.00", behind)
    (tested,) = march.triggers
    assert tested.in_force
    assert tested.value == Fraction(125, 1000)
    assert tested.limit == Fraction(40, 100) * Fraction(950_000 - 740_476, 950_000)
    assert not march.waterfall.released
    assert closing(march) == {"A": "590,000.00", "B": "180,000.00"}
    assert trust.paid(3, "R") == ("4,121.62", "0.00")


OF_BOTH = Backing.POOL_AND_PREFUNDING


@pytest.mark.parametrize(("of", "rules", "value"), [
    (Backing.POOL, 3, Fraction(10, 100)), (OF_BOTH, 3, Fraction(8, 100)), (OF_BOTH, 2, Fraction(10, 100)),
])  # fmt: skip
def test_a_delinquent_share_is_of_what_the_terms_say(ledger: Ledger, of: Backing, rules: int, value: Fraction) -> None:
    """100,000 is 60 days behind in a pool of 1,000,000 with 250,000 to buy loans: a tenth, or 8% of both."""
    test = Trigger(trigger_id="behind", kind=TriggerKind.ROLLING_DELINQUENCY, limit="0.40", share_of=of)
    trust = Trust(ledger, prefunded([test], rules=rules))
    set_aside(trust)
    behind = DelinquencyReported(
        event_id="1/behind", deal=DEAL, effective_date=before(1, 28), group="pool", category="delinquent",
        bucket="2 payments", balance="100000.00", loan_count=1,
    )  # fmt: skip
    assert [item.value for item in trust.month(1, "10000.00", "0.00", behind).triggers] == [value]


@pytest.mark.parametrize(("of", "rules", "value"), [
    (Backing.POOL, 3, Fraction(20, 1000)), (OF_BOTH, 3, Fraction(16, 1000)), (OF_BOTH, 2, Fraction(20, 1000)),
])  # fmt: skip
def test_a_share_lost_is_of_what_the_terms_say(ledger: Ledger, of: Backing, rules: int, value: Fraction) -> None:
    """20,000 lost of 1,000,000 is 2%, of the pre-funded 250,000 too 1.6%, also when these are spent; printed is 2%."""
    schedule = [LossLimit(from_date=CUT_OFF, limit="0.05")]
    test = Trigger(trigger_id="lost", kind=TriggerKind.CUMULATIVE_LOSS, schedule=schedule, share_of=of)
    trust = Trust(ledger, prefunded([test], rules=rules))
    set_aside(trust)
    january = trust.month(1, "10000.00", "0.00", liquidated(1, "20000.00", "0.00"))
    assert [item.value for item in january.triggers] == [value]
    assert january.losses.cumulative_share == Fraction(2, 100)


@pytest.mark.parametrize(("of", "target"), [(Backing.POOL, "20,000.00"), (OF_BOTH, "25,000.00")])
def test_the_stepped_down_target_is_of_what_the_terms_say(ledger: Ledger, of: Backing, target: str) -> None:
    """From January on 2% of a pool of 1,000,000, or of 250,000 more that are to buy loans."""
    stepping = OvercollateralizationTerms(
        target="300000", step_down_date=paid_on(1), step_down_percent="0.02", step_down_of=of
    )
    trust = Trust(ledger, prefunded(overcollateralization=stepping))
    set_aside(trust)
    assert shown(trust.month(1, "10000.00", "0.00").oc_target or Exact(0)) == target


def prefunded(triggers: Sequence[Trigger] = (), **more: Any) -> DealTerms:
    classes = [bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL]
    return deal(classes, PLAIN, triggers=triggers, rolling_months=1, prefunding="250000.00", **more)


def set_aside(trust: Trust) -> None:
    put = PrefundingDeposited(event_id="put", deal=DEAL, effective_date=CUT_OFF, amount="250000.00")
    trust.ledger.post(put).or_raise()


def test_the_loss_trigger_reads_the_latest_limit_in_force_in_any_order(ledger: Ledger) -> None:
    """Limits of 5% from 2020 and 1% from February 2021, given latest first: 20,000 lost of 1,000,000 is 2%.

    In January 5% is in force and the test passes; in February 1% is, and it fails though nothing more was lost.
    """
    schedule = [LossLimit(from_date=paid_on(2), limit="0.01"), LossLimit(from_date=CUT_OFF, limit="0.05")]
    trigger = Trigger(trigger_id="lost", kind=TriggerKind.CUMULATIVE_LOSS, schedule=schedule)
    classes = [bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN, triggers=[trigger]))
    january = trust.month(1, "10000.00", "0.00", liquidated(1, "20000.00", "0.00"))
    february = trust.month(2, "10000.00", "0.00")
    assert [test.in_force for test in (*january.triggers, *february.triggers)] == [False, True]
