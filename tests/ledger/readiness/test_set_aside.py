"""Before a month is closed, nothing stands on an account that was to be released by then."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import attrs
import pytest

from ledger import (
    CapitalizedInterestDeposited,
    CapitalizedInterestWithdrawn,
    Exact,
    InvalidTerms,
    Ledger,
    LoanBoarded,
    PrefundingDeposited,
    PrefundingWithdrawn,
)
from tests.deals.pair import CLOSING, CUT_OFF, DEAL, FEBRUARY, MARCH, month, on, pair_deal, pair_terms, settle
from tests.ledger.readiness.cases import shows

BY = "2024-02-10"
"""In the due period that is paid in March: what is spent on loans up to it counts from there."""


def gate(ledger: Ledger, payment_date: dt.date, code: str) -> list[str]:
    """Return what stands on an account by the gate, in dollars."""
    ready = ledger.readiness(DEAL, payment_date)
    found = [dict(item.figures)["stands"] for item in ready.findings if item.code == code]
    return [f"{Exact(Fraction(value)).decimal:.2f}" for value in found]


def funded(ledger: Ledger, *, by: str | None = BY, rules: int = 3) -> Ledger:
    """The pair with 100 on both accounts."""
    terms = attrs.evolve(
        pair_terms(prefunding="100.00", rules=rules), prefunding_release_by=by, capitalized_interest_release_by=by
    )
    pair = pair_deal(ledger, terms)
    put = PrefundingDeposited(event_id="put", amount="100.00", **on(CUT_OFF))
    saved = CapitalizedInterestDeposited(event_id="saved", amount="100.00", **on(CUT_OFF))
    pair.post_many([put, saved, *month(2)]).or_raise()
    return pair


@shows("prefunding_not_released")
@pytest.mark.parametrize(("spent", "back", "stands"), [
    ("0.00", "0.00", "100.00"), ("60.00", "0.00", "40.00"), ("60.00", "39.99", "0.01"), ("60.00", "40.00", None),
    ("0.00", "100.00", None),
])  # fmt: skip
def test_pre_funding_that_stands_after_its_date_is_named(
    ledger: Ledger, spent: str, back: str, stands: str | None
) -> None:
    pair = funded(ledger)
    taken = PrefundingWithdrawn(event_id="out", spent_on_loans=spent, paid_as_principal=back, **on(dt.date(2024, 2, 9)))
    bought = LoanBoarded(
        event_id="new", loan="3", group="one", balance=spent, note_rate="0.06", subsequent=True,
        loan_count=int(spent != "0.00"), **on(dt.date(2024, 2, 9)),
    )  # fmt: skip
    pair.post_many([taken, *([bought] if spent != "0.00" else [])]).or_raise()
    settle(pair, FEBRUARY)
    pair.post_many(month(3)).or_raise()
    found = gate(pair, MARCH, "prefunding_not_released")
    assert found == ([] if stands is None else [stands])


@shows("capitalized_interest_not_released")
@pytest.mark.parametrize(("drawn", "released", "stands"), [
    ("0.00", "0.00", "100.00"), ("60.00", "39.99", "0.01"), ("60.00", "40.00", None),
])  # fmt: skip
def test_capitalized_interest_that_stands_after_its_date_is_named(
    ledger: Ledger, drawn: str, released: str, stands: str | None
) -> None:
    pair = funded(ledger)
    settle(pair, FEBRUARY)
    out = CapitalizedInterestWithdrawn(event_id="out", drawn=drawn, released=released, **on(dt.date(2024, 3, 20)))
    pair.post_many([out, *month(3)]).or_raise()
    found = gate(pair, MARCH, "capitalized_interest_not_released")
    assert found == ([] if stands is None else [stands])


@pytest.mark.parametrize("code", ["prefunding_not_released", "capitalized_interest_not_released"])
def test_nothing_is_named_before_the_date_or_without_one(code: str) -> None:
    for rules in (2, 3):
        with Ledger.create("sqlite://") as ledger:
            assert gate(funded(ledger, rules=rules), FEBRUARY, code) == []
    with Ledger.create("sqlite://") as ledger:
        assert gate(funded(ledger, by=None), FEBRUARY, code) == []
    with Ledger.create("sqlite://") as ledger:
        assert len(gate(funded(ledger, by=str(CLOSING)), FEBRUARY, code)) == 1


@pytest.mark.parametrize("name", ["prefunding_release_by", "capitalized_interest_release_by"])
@pytest.mark.parametrize("day", ["2000-01-01", "2999-01-01"])
def test_the_date_lies_in_the_life_of_the_deal(name: str, day: str) -> None:
    changed: dict[str, Any] = {name: day}
    with pytest.raises(InvalidTerms, match=name):
        pair_terms(**changed)
