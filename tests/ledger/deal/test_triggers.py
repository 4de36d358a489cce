"""What triggers may say: their limits, what they are against, and what they name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

from ledger import InvalidTerms, LoanGroup, LossLimit, terms_from_json, terms_to_json
from tests.deals.tested import a_trigger
from tests.deals.trust import PLAIN, RESIDUAL, bond, deal

CLASSES = (bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL)


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"kind": "rolling delinquency against enhancement"}, "limit", "missing"),
        ({"kind": "cumulative loss against schedule"}, "schedule", "missing"),
        ({"kind": "delinquency against limit"}, "limit", "missing"),
        ({"kind": "pool factor"}, "limit", "missing"),
        ({"kind": "date"}, "date", "missing"),
        ({"kind": "class balance"}, "classes", "missing"),
        ({"kind": "class balance", "classes": ["A"], "amount": "1.00", "limit": "0.5"}, "amount", "contradiction"),
        ({"kind": "pool factor", "limit": "0.1", "amount": "1.00"}, "amount", "contradiction"),
        ({"kind": "any of other triggers"}, "triggers", "missing"),
        ({"kind": "any of other triggers", "triggers": ["t"]}, "triggers", "unknown"),
        ({"kind": "pool factor", "limit": "0.1", "groups": ["none"]}, "groups", "unknown"),
        ({"kind": "class balance", "classes": ["none"]}, "classes", "unknown"),
        ({"kind": "pool factor", "limit": "0.1", "against": "closing pool"}, "against", "contradiction"),
        ({"kind": "delinquency against limit", "limit": "0.1", "months": 0}, "months", "out_of_range"),
        ({"kind": "delinquency against limit", "limit": "0.1", "counts": []}, "counts", "missing"),
        (
            {"kind": "delinquency against limit", "limit": "0.1", "counts_whole": ["delinquent"]},
            "counts_whole",
            "contradiction",
        ),
    ],
)
def test_what_cannot_be_tested_is_refused_by_field(given: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(InvalidTerms) as caught:
        deal(CLASSES, PLAIN, triggers=[a_trigger(trigger_id="t", **given)])
    assert (caught.value.field, caught.value.code) == (f"Trigger[t].{field}", code)


def test_nothing_is_for_ever_before_the_fourth_rules() -> None:
    trigger = a_trigger(trigger_id="t", kind="pool factor", limit="0.1", curable=False)
    deal(CLASSES, PLAIN, triggers=[trigger])
    with pytest.raises(InvalidTerms) as caught:
        deal(CLASSES, PLAIN, triggers=[trigger], rules=3)
    assert (caught.value.field, caught.value.code) == ("Trigger[t].curable", "contradiction")


def test_a_share_of_the_original_pool_needs_that_pool() -> None:
    trigger = a_trigger(trigger_id="t", kind="pool factor", limit="0.1")
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(deal(CLASSES, PLAIN, triggers=[trigger]), groups=[LoanGroup(group_id="pool")])
    assert caught.value.field == "DealTerms.groups.original_balance"


def test_a_limit_stands_or_is_dated() -> None:
    """A cumulative loss reads its schedule first, every other kind its limit."""
    dated = [LossLimit(from_date="2021-03-01", limit="0.02"), LossLimit(from_date="2021-01-01", limit="0.01")]
    factor = a_trigger(trigger_id="t", kind="pool factor", schedule=dated)
    assert factor.limit_on(dt.date(2020, 12, 31)) is None
    assert [str((factor.limit_on(dt.date(2021, month, 25)) or ("",))[0]) for month in (1, 3)] == ["0.01", "0.02"]
    both = {"limit": "0.5", "schedule": dated}
    loss = a_trigger(trigger_id="t", kind="cumulative loss against schedule", **both)
    rolling = a_trigger(trigger_id="t", kind="rolling delinquency against enhancement", **both)
    on = dt.date(2021, 1, 25)
    assert [str((item.limit_on(on) or ("",))[0]) for item in (loss, rolling)] == ["0.01", "0.5"]


def test_triggers_are_written_and_read_again() -> None:
    triggers = [
        a_trigger(
            trigger_id="t",
            kind="delinquency against limit",
            limit="0.5",
            months=6,
            against="balance of the subordinates",
            counts=["delinquent", "reo"],
            counts_whole=["reo"],
            curable=False,
        ),
        a_trigger(trigger_id="either", kind="any of other triggers", triggers=["t"]),
    ]
    terms = deal(CLASSES, PLAIN, triggers=triggers)
    assert terms_from_json(terms_to_json(terms)) == terms
