"""Cash of distributions that are paid comes into the next one as what it is: principal, and the rest as interest.

Loans 1 and 2 owe 100.00 and about 750.00 each; February is paid, and something of it is found in March.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ledger import (
    AdvanceMade,
    AsOf,
    CollectionAccountRemitted,
    CurtailmentCollected,
    DealTerms,
    DistributionReport,
    Event,
    EventReversed,
    InsuranceProceedsReceived,
    Ledger,
    LoanLiquidated,
    LoanRepurchased,
    PaymentReturned,
    Refusal,
    RestatedCash,
    ServicingFeeWithheld,
    TermsAmended,
)
from replay.statements.statement import statement_of
from replay.statements.text import render_text
from tests.deals.pair import APRIL, DEAL, FEBRUARY, MARCH, first, month, on, pair_deal, pair_terms, settle

SETTLED = "prior period adjustment"
JANUARY = dt.date(2024, 1, 20)
"""In the prepayment period that is paid in February."""

Amounts = tuple[str, str]


def settling(**more: Any) -> DealTerms:
    return pair_terms(**{"restated_cash": RestatedCash.SETTLE, "rules": 3, **more})


def paid_february(ledger: Ledger, terms: DealTerms | None = None, *more: Event) -> Ledger:
    pair = pair_deal(ledger, terms or settling())
    pair.post_many([*month(2), *more]).or_raise()
    settle(pair, FEBRUARY)
    return pair


def curtailed(event_id: str = "found", amount: str = "70.00", **more: Any) -> CurtailmentCollected:
    return CurtailmentCollected(event_id=event_id, amount=amount, **on(JANUARY, loan="1"), **{"restates": True, **more})


def came_in(report: DistributionReport) -> Amounts:
    """Return what of the settled cash is principal, and what is interest."""
    account = report.account
    lines = (account.principal.get(SETTLED, {}), account.interest.get(SETTLED, {}))
    principal, interest = (sum((item.value for item in line.values()), Fraction(0)) for line in lines)
    return f"{float(principal):.2f}", f"{float(interest):.2f}"


def given(report: DistributionReport) -> tuple[str, str, str]:
    a, r = report.classes["A"].result, report.classes["R"].result
    return tuple(f"{float(item.value):.2f}" for item in (a.all_interest, a.all_principal, r.all_interest))  # type: ignore[return-value]


def test_a_curtailment_that_is_found_later_is_principal(ledger: Ledger) -> None:
    """70.00 of January: A gets them in March beside the 200.00 of March itself, and the residual no more than else."""
    with Ledger.create("sqlite://") as other:
        plain = paid_february(other)
        plain.post_many(month(3)).or_raise()
        without = plain.distribution(DEAL, MARCH)
    pair = paid_february(ledger)
    pair.post_many([curtailed(), *month(3)]).or_raise()
    settle(pair, MARCH)
    march = pair.distribution(DEAL, MARCH)
    assert came_in(march) == ("70.00", "0.00")
    interest, principal, rest = given(without)
    assert principal == "200.00"
    assert given(march) == (interest, "270.00", rest)
    assert march.waterfall.overcollateralization == without.waterfall.overcollateralization
    text = render_text(statement_of(march))
    assert "Prior Period Adjustment- Principal" in text
    assert "Prior Period Adjustment- Principal" not in render_text(statement_of(without))
    pair.post_many(month(4)).or_raise()
    assert came_in(pair.distribution(DEAL, APRIL)) == ("0.00", "0.00")


RESTATING: dict[str, tuple[Callable[[], Event], Amounts]] = {
    "curtailment": (curtailed, ("70.00", "0.00")),
    "repurchase": (
        lambda: LoanRepurchased(event_id="x", balance="149900.00", accrued_interest="25.00", restates=True,
                                **on(JANUARY, loan="1")),
        ("149900.00", "25.00"),
    ),
    "liquidation with a loss": (
        lambda: LoanLiquidated(event_id="x", balance="149900.00", accrued_interest="25.00", net_proceeds="100000.00",
                               realized_loss="49925.00", restates=True, **on(JANUARY, loan="1")),
        ("99975.00", "25.00"),
    ),
    "insurance": (
        lambda: InsuranceProceedsReceived(event_id="x", principal="40.00", interest="3.00", restates=True,
                                          **on(JANUARY, loan="1")),
        ("40.00", "3.00"),
    ),
    "advance": (
        lambda: AdvanceMade(event_id="x", principal="60.00", interest="7.00", restates=True,
                            **on("2024-02-22", loan="2")),
        ("60.00", "7.00"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", RESTATING)
def test_every_kind_comes_in_as_what_it_is(ledger: Ledger, kind: str) -> None:
    make, expected = RESTATING[kind]
    pair = paid_february(ledger)
    pair.post(make()).or_raise()
    assert came_in(pair.distribution(DEAL, MARCH)) == expected


def test_what_is_taken_back_is_taken_from_principal(ledger: Ledger) -> None:
    """February's 70.00 were interest of an insurer and no curtailment: no cash is left, and March owes A 70.00 less."""
    pair = paid_february(ledger, None, curtailed("there", restates=False))
    pair.post_many(month(3)).or_raise()
    void = EventReversed(event_id="void", reverses="there", reason="booked wrong", restates=True, **on("2024-01-21"))
    paid = InsuranceProceedsReceived(event_id="x", principal="0.00", interest="70.00", restates=True,
                                     **on(JANUARY, loan="1"))  # fmt: skip
    pair.post_many([void, paid]).or_raise()
    march = pair.distribution(DEAL, MARCH)
    assert came_in(march) == ("-70.00", "70.00")
    assert given(march)[1] == "130.00"
    settle(pair, MARCH)
    assert pair.distribution(DEAL, MARCH).classes["A"].recorded.principal.value == 130


def test_a_payment_that_was_returned_is_taken_from_both(ledger: Ledger) -> None:
    pair = paid_february(ledger)
    pair.post(curtailed("more", "1000.00")).or_raise()
    back = PaymentReturned(event_id="x", principal="100.00", interest="750.00", due_date=first(2), restates=True,
                           **on("2024-02-05", loan="2"))  # fmt: skip
    pair.post(back).or_raise()
    assert came_in(pair.distribution(DEAL, MARCH)) == ("900.00", "-750.00")


def test_what_is_posted_after_the_closing_is_settled_by_the_next(ledger: Ledger) -> None:
    pair = paid_february(ledger)
    pair.post_many(month(3)).or_raise()
    settle(pair, MARCH)
    closed = pair.distribution(DEAL, MARCH).digest
    pair.post(curtailed()).or_raise()
    pair.post_many(month(4)).or_raise()
    settle(pair, APRIL)
    assert came_in(pair.distribution(DEAL, APRIL)) == ("70.00", "0.00")
    found = pair.closing(DEAL, MARCH)
    assert found is not None
    assert pair.distribution(DEAL, MARCH, known_through=found.sequence).digest == closed
    assert pair.distribution(DEAL, APRIL).funds.value == pair.distribution(DEAL, APRIL).cash_for_classes.value


@pytest.mark.parametrize("more", ["", "later"])
def test_what_terms_held_is_principal_too_when_they_settle_it(ledger: Ledger, more: str) -> None:
    """Found in March, which holds it; in April the terms settle it, with 5.00 found since."""
    held = settling(restated_cash=RestatedCash.HOLD)
    pair = paid_february(ledger, held)
    pair.post_many([curtailed(), *month(3)]).or_raise()
    settle(pair, MARCH)
    assert came_in(pair.distribution(DEAL, MARCH)) == ("0.00", "0.00")
    amended = TermsAmended(event_id="amended", terms=settling(), **on(dt.date(2024, 4, 1)))
    pair.post_many([amended, *month(4), *([curtailed(more, "5.00")] if more else [])]).or_raise()
    settle(pair, APRIL)
    assert came_in(pair.distribution(DEAL, APRIL)) == ("75.00" if more else "70.00", "0.00")


def test_under_the_second_rules_it_all_stays_interest(ledger: Ledger) -> None:
    pair = paid_february(ledger, settling(rules=2))
    pair.post(curtailed()).or_raise()
    march = pair.distribution(DEAL, MARCH)
    assert came_in(march) == ("0.00", "70.00")
    assert SETTLED not in march.account.principal


def test_snapshots_change_nothing_of_it(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "pair.db") as ledger:
        pair = paid_february(ledger)
        pair.post_many([curtailed(), *month(3)]).or_raise()
        settle(pair, MARCH)
        pair.post(curtailed("again", "5.00")).or_raise()
        pair.post_many(month(4)).or_raise()
        digests = [pair.distribution(DEAL, day).digest for day in (FEBRUARY, MARCH, APRIL)]
        assert came_in(pair.distribution(DEAL, APRIL)) == ("5.00", "0.00")
    with Ledger.open(tmp_path / "pair.db", snapshots=False) as plain:
        assert [plain.distribution(DEAL, day).digest for day in (FEBRUARY, MARCH, APRIL)] == digests


def fee(amount: str, event_id: str = "fee", **more: Any) -> ServicingFeeWithheld:
    stamp = {"restates": True, **on(dt.date(2024, 2, 22)), **more}
    return ServicingFeeWithheld(event_id=event_id, group="one", amount=amount, **stamp)


LOWERING: dict[str, tuple[Callable[[], Event], Amounts]] = {
    "a payment that never came": (
        lambda: EventReversed(event_id="x", reverses="paid/2/1", reason="bounced", restates=True, **on(first(2))),
        ("-100.00", "-750.00"),
    ),
    "a fee that was higher": (lambda: fee("30.00"), ("0.00", "-30.00")),
    "a payment returned": (
        lambda: PaymentReturned(event_id="x", principal="100.00", interest="750.00", due_date=first(2), restates=True,
                                **on("2024-02-05", loan="2")),
        ("-100.00", "-750.00"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", LOWERING)
def test_what_lowers_the_cash_of_a_paid_month_is_taken_from_the_next(ledger: Ledger, kind: str) -> None:
    """A class is owed what it was; the month pays so much less, and the one after it what was left unpaid."""
    make, taken = LOWERING[kind]
    with Ledger.create("sqlite://") as other:
        plain = paid_february(other)
        plain.post_many(month(3)).or_raise()
        without = plain.distribution(DEAL, MARCH)
    pair = paid_february(ledger)
    pair.post(make()).or_raise()
    pair.post_many(month(3)).or_raise()
    march = pair.distribution(DEAL, MARCH)
    assert came_in(march) == taken
    assert march.cash.value == without.cash.value + sum(Fraction(amount) for amount in taken)
    assert "Prior Period Adjustment" in render_text(statement_of(march))
    missing = next(item for item in pair.readiness(DEAL, MARCH).findings if item.code == "restated_cash_missing")
    assert "settled out of this one" in missing.message
    settle(pair, MARCH)
    assert pair.books(DEAL, AsOf(record_date=MARCH)).balance("collection_account").value == 0
    pair.post_many(month(4)).or_raise()
    assert came_in(pair.distribution(DEAL, APRIL)) == ("0.00", "0.00")
    settle(pair, APRIL)


@pytest.mark.parametrize("kind", LOWERING)
def test_where_the_terms_hold_it_is_refused_with_what_to_do(ledger: Ledger, kind: str) -> None:
    pair = paid_february(ledger, settling(restated_cash=RestatedCash.HOLD))
    refused = pair.post(LOWERING[kind][0]())
    assert isinstance(refused, Refusal)
    assert {item.code for item in refused.violations} == {"above_funds_available", "account_below_zero"}
    assert all("restated_cash" in item.message and "settle in the next" in item.message for item in refused.violations)
    pair.post(TermsAmended(event_id="amended", terms=settling(), **on(dt.date(2024, 3, 1)))).or_raise()
    pair.post(LOWERING[kind][0]()).or_raise()


def test_more_than_a_month_has_is_taken_from_the_months_after_it(ledger: Ledger) -> None:
    """March has 1,636.54 and is short of 3,000.00: it pays nothing, and April what is left after 1,363.46."""
    pair = paid_february(ledger)
    pair.post(fee("3000.00")).or_raise()
    for number, day in ((3, MARCH), (4, APRIL)):
        pair.post_many(month(number)).or_raise()
        settle(pair, day)
    assert given(pair.distribution(DEAL, MARCH)) == ("0.00", "0.00", "0.00")
    april = pair.distribution(DEAL, APRIL)
    assert came_in(april) == ("0.00", "-1363.46")
    assert pair.books(DEAL, AsOf(record_date=APRIL)).balance("collection_account").value == 0


def test_no_more_is_paid_of_a_month_than_it_has_left(ledger: Ledger) -> None:
    """What a restatement took of February is not there to be paid in March, to the cent."""
    pair = paid_february(ledger)
    pair.post(fee("30.00")).or_raise()
    pair.post_many(month(3)).or_raise()
    acknowledged = {item.code: "known" for item in pair.readiness(DEAL, MARCH).findings if item.grade != "note"}
    pair.close_period(DEAL, MARCH, acknowledge=acknowledged, who="A. Clerk").or_raise()
    cash = pair.distribution(DEAL, MARCH).cash.decimal
    for more, accepted in (("0.01", False), ("0.00", True)):
        paid = CollectionAccountRemitted(event_id="out", amount=cash + Decimal(more), **on(MARCH))
        assert bool(pair.post(paid)) is accepted


def test_what_comes_later_is_judged_by_its_own_month(ledger: Ledger) -> None:
    """While February is short, a fee of March is refused where March has nothing yet, and taken once it has."""
    pair = paid_february(ledger)
    pair.post(fee("30.00")).or_raise()
    early = fee("10.00", "early", restates=False, **on(dt.date(2024, 3, 20)))
    refused = pair.post(early)
    assert isinstance(refused, Refusal)
    assert "by 10.00" in refused.violations[0].message
    pair.post_many(month(3)).or_raise()
    pair.post(early).or_raise()
