"""Before a month is closed, nothing stands on an account that was to be released by then."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from ledger import (
    CapitalizedInterestDeposited,
    CapitalizedInterestWithdrawn,
    ClassBalanceIncreased,
    DrawMade,
    Exact,
    FundingAccountDeposited,
    FundingAccountReleased,
    InvalidTerms,
    Ledger,
    LoanBoarded,
    LoanLiquidated,
    PrefundingDeposited,
    PrefundingWithdrawn,
    PrincipalDeferred,
)
from tests.deals import lines
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


def funding(ledger: Ledger, paid: dt.date, code: str) -> list[str]:
    """Return the figures that the gate names under a code, in dollars."""
    found = [item for item in ledger.readiness(lines.DEAL, paid).findings if item.code == code]
    return [f"{Exact(Fraction(value)).decimal:.2f}" for item in found for _, value in item.figures]


@shows("funding_account_not_released")
@pytest.mark.parametrize(("by", "left", "named"), [
    ("2024-02-10", "100.00", ["100.00"]), ("2024-02-10", "0.01", ["0.01"]), ("2024-02-10", "0.00", []),
    ("2024-06-25", "100.00", []),
])  # fmt: skip
def test_what_stands_on_the_funding_account_after_its_date_is_named(by: str, left: str, named: list[str]) -> None:
    out = Decimal("100.00") - Decimal(left)
    with lines.lines_deal(funding_account_release_by=by) as ledger:
        put = FundingAccountDeposited(event_id="put", amount="100.00", **lines.on("2024-01-20"))
        taken = FundingAccountReleased(event_id="out", amount=out, **lines.on("2024-01-30"))
        ledger.post_many([put, taken, *lines.month(2)]).or_raise()
        lines.settle(ledger, lines.FEB)
        ledger.post_many(lines.month(3)).or_raise()
        assert funding(ledger, lines.MAR, "funding_account_not_released") == named


@shows("draws_unlike_note")
@pytest.mark.parametrize(("drawn", "paid_in", "named"), [
    ("100.00", "99.99", ["0.01"]), ("100.00", "100.00", []), ("100.00", "100.01", ["-0.01"]),
])  # fmt: skip
def test_draws_that_a_note_is_to_pay_are_held_to_what_it_rose_by(drawn: str, paid_in: str, named: list[str]) -> None:
    day = "2024-01-29"
    made = DrawMade(event_id="d", amount=drawn, funded_by="variable funding note", **lines.on(day, loan="1"))
    rise = ClassBalanceIncreased(event_id="r", class_id="A", amount=paid_in, used_for="draws", **lines.on(day))
    with lines.lines_deal() as ledger:
        ledger.post_many([*lines.month(2), made, rise]).or_raise()
        assert funding(ledger, lines.FEB, "draws_unlike_note") == named


@shows("draws_beyond_collections")
@pytest.mark.parametrize(("beyond", "named"), [("0.01", ["0.01"]), ("0.00", []), ("-0.01", [])])
def test_draws_that_principal_collections_do_not_reach_for_are_named(beyond: str, named: list[str]) -> None:
    with lines.lines_deal() as ledger:
        ledger.post_many(lines.month(2)).or_raise()
        brought = ledger.distribution(lines.DEAL, lines.FEB).account.principal_funds.decimal
        drawn = DrawMade(event_id="d", amount=brought + Decimal(beyond), **lines.on("2024-01-29", loan="1"))
        ledger.post(drawn).or_raise()
        assert funding(ledger, lines.FEB, "draws_beyond_collections") == named


@shows("deferred_beyond_pool")
@pytest.mark.parametrize(("ended", "named"), [("0.00", ["100000.00", "0.00"]), ("100000.00", [])])
def test_deferred_principal_of_loans_that_have_left_is_named(ended: str, named: list[str]) -> None:
    day = "2024-01-29"
    given = PrincipalDeferred(event_id="def", amount="100000.00", **lines.on(day, loan="2"))
    sold = [
        LoanLiquidated(
            event_id=f"sold/{loan}", balance="149900.00", net_proceeds="140000.00", realized_loss="9900.00",
            deferred=ended if loan == "2" else "0.00", **lines.on(day, loan=loan),
        )
        for loan in ("1", "2")
    ]  # fmt: skip
    with lines.lines_deal(forbearance=lines.STAYS) as ledger:
        ledger.post_many([*lines.month(2), given, *sold]).or_raise()
        assert funding(ledger, lines.FEB, "deferred_beyond_pool") == named
