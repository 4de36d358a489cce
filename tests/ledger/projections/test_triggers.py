"""Triggers of every kind as months find them, cured or not. The arithmetic of every case stands in its docstring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

import attrs
import pytest

from ledger import (
    DealTerms,
    Exact,
    Ledger,
    LossLimit,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PostingRefused,
    Sharing,
    Step,
    Trigger,
    TriggerBroughtForward,
    TriggerKind,
)
from replay import statement_of
from tests.deals.tested import a_trigger, behind, declared, found_of, lived, standing
from tests.deals.trust import (
    CUT_OFF,
    DEAL,
    PLAIN,
    RESIDUAL,
    Trust,
    bond,
    closing,
    deal,
    liquidated,
    paid_on,
    shown,
)

CLASSES = (bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL)


def terms(triggers: Sequence[Trigger], waterfall: Sequence[Step] = PLAIN) -> DealTerms:
    return deal(CLASSES, waterfall, triggers=triggers)


def test_which_statuses_count_and_which_side_of_the_limit_is_a_term(ledger: Ledger) -> None:
    """20,000 of principal leave the pool at 980,000. Plainly delinquent 49,000, in foreclosure but current 9,800.

    Delinquent alone: 49,000/980,000 = 5%, which is at the limit of 5% and not above it. With foreclosures whatever
    their bucket 58,800/980,000 = 6%; foreclosures that count by bucket add nothing. Ninety days and more: none.
    """
    kind, limit = TriggerKind.DELINQUENCY, "0.05"
    trust = Trust(
        ledger,
        terms(
            [
                a_trigger(trigger_id="above", kind=kind, limit=limit, counts=["delinquent"]),
                a_trigger(trigger_id="at", kind=kind, limit=limit, counts=["delinquent"], in_force_when="at or above"),
                a_trigger(trigger_id="by bucket", kind=kind, limit=limit),
                a_trigger(trigger_id="whole", kind=kind, limit=limit, counts_whole=["foreclosure"]),
                a_trigger(trigger_id="ninety", kind=kind, limit=limit, days_behind="90 days or more"),
            ]
        ),
    )
    january = trust.month(
        1, "10000.00", "20000.00", behind(1, "49000.00"), behind(1, "9800.00", "current", "foreclosure")
    )
    assert [item.value.value for item in january.triggers] == [
        Fraction(5, 100), Fraction(5, 100), Fraction(5, 100), Fraction(6, 100), 0,
    ]  # fmt: skip
    assert list(standing(january).values()) == [False, True, False, True, False]
    whole = found_of(january, "whole")
    assert whole.numerator is not None
    assert whole.denominator is not None
    assert (shown(whole.numerator), shown(whole.denominator)) == ("58,800.00", "980,000.00")


def test_a_rolling_average_against_the_subordinates(ledger: Ledger) -> None:
    """60,000, 90,000 and 180,000 behind against 60% of B's 180,000: 33.3%, (60 + 90)/2 = 75 is 41.7%, 110 is 61.1%.

    Over two months alone it is 135,000/180,000 in March.
    """
    kind, against = TriggerKind.DELINQUENCY, "balance of the subordinates"
    trust = Trust(
        ledger,
        terms(
            [
                a_trigger(trigger_id="shift", kind=kind, limit="0.6", months=3, against=against),
                a_trigger(trigger_id="two", kind=kind, limit="0.6", months=2, against=against),
            ]
        ),
    )
    months = [
        trust.month(month, "10000.00", "0.00", behind(month, amount))
        for month, amount in ((1, "60000.00"), (2, "90000.00"), (3, "180000.00"))
    ]
    found = [found_of(month, "shift") for month in months]
    assert [item.value.value for item in found] == [Fraction(60, 180), Fraction(75, 180), Fraction(110, 180)]
    assert [item.in_force for item in found] == [False, False, True]
    assert [item.since for item in found] == [None, None, paid_on(3)]
    assert not any(item.since_earlier for item in found)
    assert found_of(months[2], "two").value == Fraction(135, 180)


def test_an_average_of_shares_weighs_every_month_alike(ledger: Ledger) -> None:
    """100,000 of 1,000,000 is 10%; 100,000 of 500,000 is 20%: the shares average 15%, the balances 100,000/500,000."""
    kind = TriggerKind.DELINQUENCY
    triggers = [
        a_trigger(trigger_id="shares", kind=kind, limit="0.16", months=2, average_of="shares"),
        a_trigger(trigger_id="balances", kind=kind, limit="0.16", months=2),
    ]
    trust = Trust(ledger, terms(triggers))
    trust.month(1, "10000.00", "0.00", behind(1, "100000.00"))
    february = trust.month(2, "10000.00", "500000.00", behind(2, "100000.00"))
    assert [item.value.value for item in february.triggers] == [Fraction(15, 100), Fraction(20, 100)]
    assert standing(february) == {"shares": False, "balances": True}


def test_what_nothing_cures_stays_in_force(ledger: Ledger) -> None:
    """70,000 behind of 1,000,000 is 7% in January, above 5%; nothing is behind after it."""
    kind = TriggerKind.DELINQUENCY
    triggers = [
        a_trigger(trigger_id="cured", kind=kind, limit="0.05"),
        a_trigger(trigger_id="for ever", kind=kind, limit="0.05", curable=False),
        a_trigger(trigger_id="not yet", kind=kind, limit="0.05", curable=False, from_date=paid_on(2)),
    ]
    trust = Trust(ledger, terms(triggers))
    january = trust.month(1, "10000.00", "0.00", behind(1, "70000.00"))
    assert standing(january) == {"cured": True, "for ever": True}
    march = [trust.month(month, "10000.00", "0.00", behind(month, "0.00")) for month in (2, 3)][-1]
    assert standing(march) == {"cured": False, "for ever": True, "not yet": False}
    assert [item.fails for item in march.triggers] == [False, False, False]
    assert [item.since for item in march.triggers] == [paid_on(2), paid_on(1), None]


def test_a_restated_month_trips_what_nothing_cures(ledger: Ledger) -> None:
    """January reports nothing behind; later it is found that 70,000 of 1,000,000 was. February then says so, since
    January, and January as it was known then still says that nothing was in force."""
    trigger = a_trigger(trigger_id="for ever", kind="delinquency against limit", limit="0.05", curable=False)
    trust = Trust(ledger, terms([trigger]))
    trust.month(1, "10000.00", "0.00")
    known = ledger.head(DEAL).sequence
    late = behind(1, "70000.00")
    ledger.post(attrs.evolve(late, restates=True)).or_raise()
    february = trust.month(2, "10000.00", "0.00")
    assert found_of(february, "for ever").since == paid_on(1)
    assert standing(ledger.distribution(DEAL, paid_on(1), known_through=known)) == {"for ever": False}


def test_a_trip_is_brought_forward_with_a_deal(ledger: Ledger) -> None:
    trigger = a_trigger(trigger_id="lost", kind="cumulative loss against schedule", limit="0.02", curable=False)
    trust = Trust(ledger, terms([trigger]))
    carried = TriggerBroughtForward(
        event_id="tripped", deal=DEAL, effective_date=CUT_OFF, trigger="lost", in_force_since=CUT_OFF
    )
    ledger.post(carried).or_raise()
    january = trust.month(1, "10000.00", "0.00")
    found = found_of(january, "lost")
    assert (found.in_force, found.fails, found.since, found.brought_forward) == (True, False, CUT_OFF, True)


@pytest.mark.parametrize(
    ("trigger", "code"),
    [("lost", "curable"), ("strange", "unknown_trigger")],
)
def test_only_what_a_fact_can_say_is_brought_forward(ledger: Ledger, trigger: str, code: str) -> None:
    Trust(ledger, terms([a_trigger(trigger_id="lost", kind="cumulative loss against schedule", limit="0.02")]))
    carried = TriggerBroughtForward(
        event_id="tripped", deal=DEAL, effective_date=CUT_OFF, trigger=trigger, in_force_since=CUT_OFF
    )
    with pytest.raises(PostingRefused) as caught:
        ledger.post(carried).or_raise()
    assert caught.value.violations[0].code == code


def test_losses_a_year_and_losses_of_the_original_subordinates(ledger: Ledger) -> None:
    """3,000 are lost in January and 6,000 in February, whole balances of loans.

    Two months x 12/2: 9,000 x 6 = 54,000 over (1,000,000 + 997,000)/2 = 998,500 on average, and over 1,000,000 when
    the two months began. To date 9,000 of B's original 180,000 is 5%, at a limit that falls to 4% in February.
    """
    kind = TriggerKind.ANNUALIZED_LOSS
    schedule = [LossLimit(from_date=CUT_OFF, limit="0.06"), LossLimit(from_date=paid_on(2), limit="0.04")]
    triggers = [
        a_trigger(trigger_id="average", kind=kind, limit="0.05", months=2),
        a_trigger(trigger_id="opening", kind=kind, limit="0.05", months=2, against="opening pool"),
        a_trigger(
            trigger_id="of B", kind="cumulative loss against schedule", schedule=schedule,
            against="original balance of the subordinates",
        ),
    ]  # fmt: skip
    trust = Trust(ledger, terms(triggers))
    january = trust.month(1, "10000.00", "0.00", liquidated(1, "3000.00", "0.00"))
    assert found_of(january, "average").value == Fraction(36_000, 1_000_000)
    february = trust.month(2, "10000.00", "0.00", liquidated(2, "6000.00", "0.00"))
    assert found_of(february, "average").value == Fraction(54_000, 998_500)
    assert found_of(february, "opening").value == Fraction(54_000, 1_000_000)
    of_subordinates = found_of(february, "of B")
    assert (of_subordinates.value.value, of_subordinates.limit.value) == (Fraction(5, 100), Fraction(4, 100))
    assert standing(february) == {"average": True, "opening": True, "of B": True}


def test_enhancement_class_balance_and_pool_factor(ledger: Ledger) -> None:
    """January pays 300,000 to A and leaves 700,000 of the pool, 70% of it.

    Before January A's 800,000 leave 20% of 1,000,000 below them, and both classes 2%; before February A's 500,000
    leave 200,000/700,000. A stands at 500,000/800,000 = 62.5% of its face, and is not yet at 400,000 or retired.
    """
    triggers = [
        a_trigger(trigger_id="enhancement", kind="credit enhancement", limit="0.25"),
        a_trigger(trigger_id="of both", kind="credit enhancement", limit="0.03", classes=["B"]),
        a_trigger(trigger_id="low", kind="class balance", classes=["A"], limit="0.65"),
        a_trigger(trigger_id="amount", kind="class balance", classes=["A"], amount="400000.00"),
        a_trigger(trigger_id="retired", kind="class balance", classes=["A"]),
        a_trigger(trigger_id="factor", kind="pool factor", limit="0.75"),
    ]
    trust = Trust(ledger, terms(triggers))
    january = trust.month(1, "10000.00", "300000.00")
    assert standing(january) == {
        "enhancement": True, "of both": True, "low": False, "amount": False, "retired": False, "factor": True,
    }  # fmt: skip
    assert found_of(january, "of both").value == Fraction(2, 100)
    february = trust.month(2, "10000.00", "0.00")
    assert found_of(february, "enhancement").value == Fraction(200, 700)
    assert found_of(february, "low").value == Fraction(5, 8)
    assert standing(february) == {
        "enhancement": False, "of both": True, "low": True, "amount": False, "retired": False, "factor": True,
    }  # fmt: skip


def test_dates_and_declared_events_and_triggers_of_triggers(ledger: Ledger) -> None:
    triggers = [
        a_trigger(trigger_id="from March", kind="date", date=paid_on(3)),
        a_trigger(trigger_id="before March", kind="date", date=paid_on(3), in_force_when="below"),
        a_trigger(trigger_id="default", kind="declared event"),
        a_trigger(trigger_id="default once", kind="declared event", curable=False),
        a_trigger(trigger_id="either", kind="any of other triggers", triggers=["from March", "default"]),
        a_trigger(trigger_id="both", kind="all of other triggers", triggers=["before March", "default"]),
    ]
    trust = Trust(ledger, terms(triggers))
    assert list(standing(trust.month(1, "10000.00", "0.00")).values()) == [False, True, False, False, False, False]
    said = (declared(2, "default"), declared(2, "default once"))
    assert list(standing(trust.month(2, "10000.00", "0.00", *said)).values()) == [False, True, True, True, True, True]
    over = (declared(3, "default", in_force=False), declared(3, "default once", in_force=False))
    march = trust.month(3, "10000.00", "0.00", *over)
    assert list(standing(march).values()) == [True, False, False, True, True, False]
    assert found_of(march, "either").since == paid_on(2)
    assert found_of(march, "default once").since == paid_on(2)


def test_nobody_declares_what_the_ledger_tests(ledger: Ledger) -> None:
    trust = Trust(ledger, terms([a_trigger(trigger_id="factor", kind="pool factor", limit="0.1")]))
    with pytest.raises(PostingRefused) as caught:
        trust.month(1, "10000.00", "0.00", declared(1, "factor"))
    assert caught.value.violations[0].code == "not_declared"


def test_a_deal_turns_sequential_while_a_trigger_is_in_force(ledger: Ledger) -> None:
    """Principal of 9,800 is 8,000 to A and 1,800 to B by balance; from February on all of it is A's, for ever."""
    waterfall: tuple[Step, ...] = (
        PayInterest(classes=["A", "B"]),
        PayPrincipal(classes=["A", "B"], sharing=Sharing.PRO_RATA_BALANCE, not_while=["test"]),
        PayPrincipal(classes=["A", "B"], only_while=["test"]),
        PayResidual(classes=["R"]),
    )
    trigger = a_trigger(trigger_id="test", kind="delinquency against limit", limit="0.05", curable=False)
    trust = Trust(ledger, terms([trigger], waterfall))
    assert closing(trust.month(1, "10000.00", "9800.00")) == {"A": "792,000.00", "B": "178,200.00"}
    assert closing(trust.month(2, "10000.00", "9800.00", behind(2, "90000.00"))) == {
        "A": "782,200.00",
        "B": "178,200.00",
    }
    march = trust.month(3, "10000.00", "9800.00", behind(3, "0.00"))
    assert closing(march) == {"A": "772,400.00", "B": "178,200.00"}
    assert [step.idle for step in march.waterfall.steps if step.idle] == ["test is in force"]


def test_since_when_is_said_only_as_far_as_months_are_kept() -> None:
    """Fifteen months in force: a curable trigger is known to be so for the months kept apart, or from the first on
    where another that nothing cures asks for all of them."""
    curable = a_trigger(trigger_id="factor", kind="pool factor", limit="0.99")
    other = a_trigger(trigger_id="for ever", kind="pool factor", limit="0.99", curable=False)
    for triggers, since, earlier in (
        ([curable], dt.date(2021, 3, 25), True),
        ([curable, other], dt.date(2021, 1, 25), False),
    ):
        with Ledger.create("sqlite://") as ledger:
            report = [*lived(ledger, terms(triggers), [("1000.00", "20000.00")] * 15)][-1]
            found = found_of(report, "factor")
            assert (found.in_force, found.since, found.since_earlier) == (True, since, earlier)


def test_a_statement_shows_each_test_and_explains_it(ledger: Ledger) -> None:
    """80,000 and 60,000 behind average 70,000, which is 7% of 1,000,000."""
    chosen = [
        a_trigger(trigger_id="behind", kind="delinquency against limit", limit="0.06", months=2, curable=False),
        a_trigger(trigger_id="date", kind="date", date=paid_on(2)),
    ]
    trust = Trust(ledger, terms(chosen))
    trust.month(1, "10000.00", "0.00", behind(1, "80000.00"))
    statement = statement_of(trust.month(2, "10000.00", "0.00", behind(2, "60000.00")))
    printed = {figure.line: figure for figure in statement.figures if figure.section == "TRIGGER EVENTS"}
    assert {line: figure.printed for line, figure in printed.items()} == {
        "behind: Test Value": "7.0000%",
        "behind: Numerator": "70,000.00",
        "behind: Denominator": "1,000,000.00",
        "behind: Limit": "6.0000%",
        "behind: Test Fails": "Yes",
        "behind: In Force": "Yes",
        "behind: In Force Since": "2021-01-25",
        "date: Test Value": "2021-02-25",
        "date: Limit": "2021-02-25",
        "date: In Force": "Yes",
        "date: In Force Since": "2021-02-25",
    }
    value = printed["behind: Test Value"].value
    assert isinstance(value, Exact)
    assert {"loans in pool/delinquent:2 payments, 2021-01-25"} <= {leaf.label for leaf in value.leaves()}
