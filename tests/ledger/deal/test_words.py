"""A deal told back in words, part by part."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

import attrs
import pytest

from ledger import (
    BalanceSchedule,
    ClassRate,
    Node,
    PayPrincipal,
    PayStrippedPrincipal,
    PayUnpaidLosses,
    PlannedBalance,
    RateKind,
    RateStep,
    SetAsidePrincipal,
    Sharing,
    Source,
    Trigger,
    TriggerKind,
)
from ledger.deal.steps import STEPS
from ledger.deal.words import deal_in_words, in_percent, node_in_words, rate_in_words, step_in_words
from ledger.samples.told import SEQUOIA_2013_7
from tests.deals.toy import toy_terms


def test_every_part_of_a_deal_is_told() -> None:
    told = {part.heading: part.lines for part in deal_in_words(toy_terms())}
    assert list(told) == ["Dates", "Loan groups", "Classes", "Fees", "Targets and accounts", "Contracts", "Waterfall"]
    assert "paid Monday 2021-01-25" in told["Dates"][2]
    assert told["Classes"][0] == (
        "Class A: $800,000.00, INDEX-1M + 1%, capped at the available funds rate; 30/360, prior calendar month; "
        "loses at rank 1; backed by the whole pool."
    )
    assert len(told["Waterfall"]) == len(toy_terms().waterfall)


def test_a_step_is_told_with_what_bounds_it() -> None:
    step = SEQUOIA_2013_7.terms().waterfall[1]
    assert step_in_words(step).endswith("Only with the money of group pool.")
    bounded = PayPrincipal(classes=["A"], not_while=["t"], cap="5.00", share="0.25", lockout_months=3)
    assert step_in_words(bounded) == (
        "Out of principal funds, pay principal to class A, from month 4 on. Not while t is in force. "
        "At most 25% of what there is. At most $5.00 a month."
    )


def test_losses_that_are_paid_back_are_told_with_who_pays_for_them() -> None:
    assert step_in_words(PayUnpaidLosses(classes=["M-1", "M-2"])) == (
        "Out of interest funds, pay losses borne before, and not made good, to classes M-1, then M-2."
    )
    deferred = PayUnpaidLosses(classes=["PO"], subordinates=["B-1", "B-2"], source=Source.PRINCIPAL)
    assert "to class PO, instead of principal to classes B-1 and B-2, while there are any." in step_in_words(deferred)
    strip = PayStrippedPrincipal(classes=["PO"], bears_losses=True)
    assert step_in_words(strip).endswith("of each loan's, which bears the same fraction of its losses.")


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        (ClassRate(), "bears no interest"),
        (
            ClassRate(kind=RateKind.FIXED, rate="0.05", steps=[RateStep(from_date="2030-01-25", rate="0.055")]),
            "5% a year, 5.5% from 2030-01-25 on",
        ),
        (
            ClassRate(kind=RateKind.FLOATING, index="X", margin="0.2", leverage="-3", floor="0"),
            "-3 x X + 20%, at least 0%",
        ),
        (
            ClassRate(kind=RateKind.NET_WAC, groups=["one"], by_subordinates=True, less="0.001"),
            "the net rate of group one, weighted by the subordinate amounts of the groups, less 0.1%",
        ),
        (ClassRate(kind=RateKind.REPORTED), "reported every month (class_rate_reported)"),
    ],
)
def test_a_rate_is_told(rate: ClassRate, told: str) -> None:
    assert rate_in_words(rate) == told


def test_a_structure_is_told() -> None:
    node = Node(
        of=["A-1", Node(of=["A-2", "A-3"], down_to="plan")],
        pay=Sharing.GIVEN_WEIGHTS,
        weights=[Decimal(1), Decimal("2.50")],
    )
    assert node_in_words(node) == "A-1 x 1 with {A-2, then A-3, down to the schedule plan} x 2.5"


def test_every_step_has_words() -> None:
    told = []
    for kind in STEPS.values():
        given = {"classes": ["A"], "subordinates": ["B"], "account": "reserve", "fee_id": "trustee"}
        names = {item.name for item in attrs.fields(cast("type[attrs.AttrsInstance]", kind))}
        fields = {name: value for name, value in given.items() if name in names}
        if kind.__name__ == "PayDerivatives":
            fields = {}
        if kind is PayUnpaidLosses:
            del fields["subordinates"]
        told.append(step_in_words(kind(**fields)))
    assert len(set(told)) == len(STEPS)
    assert all(line.endswith(".") and "_" not in line for line in told)


def test_triggers_and_schedules_are_told() -> None:
    trigger = Trigger(trigger_id="d", kind=TriggerKind.ROLLING_DELINQUENCY, limit="0.4")
    schedule = BalanceSchedule(schedule_id="plan", points=[PlannedBalance(from_date="2021-01-25", balance="1.00")])
    terms = attrs.evolve(toy_terms(), triggers=(trigger,), schedules=(schedule,))
    told = {part.heading: part.lines for part in deal_in_words(terms)}
    assert told["Triggers"] == ("d: in force while loans 60 days or more behind exceed 40% of the senior enhancement.",)
    assert in_percent(Decimal("0.10")) == "10%"


def test_a_revolving_period_is_told_with_what_ends_it() -> None:
    told = step_in_words(SetAsidePrincipal(until="2024-12-25", up_to="350.00"))
    assert told == (
        "Out of principal funds, put principal on the funding account, to buy loans or pay draws up to and with "
        "2024-12-25, until $350.00 stand there."
    )
