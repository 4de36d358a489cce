"""Before a month is closed, what its triggers test is reported."""

from __future__ import annotations

import datetime as dt

import attrs

from ledger import DelinquencyBroughtForward, DelinquencyReported
from tests.deals.tested import a_trigger
from tests.ledger.readiness.cases import shows
from tests.ledger.readiness.small import DEAL, ISSUED, ON, codes, due, paid, small_month, terms

TESTED = terms(
    rules=4, triggers=[a_trigger(trigger_id="behind", kind="delinquency against limit", limit="0.05", months=2)]
)
NOTHING = DelinquencyReported(
    event_id="behind", group="pool", category="delinquent", bucket="2 payments", balance="0.00", loan_count=0, **ON
)
CARRIED = DelinquencyBroughtForward(
    event_id="before", deal=DEAL, effective_date=ISSUED, sixty_days_or_more="0.00", ninety_days_or_more="0.00"
)


@shows("trigger_without_delinquency")
def test_a_trigger_tests_what_nobody_reported() -> None:
    ready = small_month([due(), paid()], TESTED)
    assert "trigger_without_delinquency" in ready.codes_to_acknowledge
    assert "trigger_without_delinquency" not in codes(small_month([due(), paid(), NOTHING], TESTED))
    later = terms(
        rules=4,
        triggers=[
            a_trigger(trigger_id="behind", kind="delinquency against limit", limit="0.05", from_date="2021-06-25"),
            a_trigger(trigger_id="date", kind="date", date="2021-06-25"),
        ],
    )
    assert "trigger_without_delinquency" not in codes(small_month([due(), paid()], later))


def test_before_the_fourth_rules_nothing_is_asked() -> None:
    old = terms(triggers=[a_trigger(trigger_id="behind", kind="rolling delinquency against enhancement", limit="0.5")])
    assert not {code for code in codes(small_month([due(), paid()], old)) if code.startswith("trigger")}


@shows("trigger_months_missing")
def test_an_average_over_fewer_months_than_it_asks_for() -> None:
    """The deal first paid in December, of which nothing is known but what is brought forward."""
    calendar = attrs.evolve(TESTED.calendar, first_payment_date=dt.date(2020, 12, 28))
    given = attrs.evolve(TESTED, calendar=calendar)
    [found] = [
        item for item in small_month([due(), paid(), NOTHING], given).findings if item.code == "trigger_months_missing"
    ]
    assert [(name, int(value)) for name, value in found.figures] == [("averaged", 2), ("known", 1)]
    assert "trigger_months_missing" not in codes(small_month([CARRIED, due(), paid(), NOTHING], given))
