"""Deferred, forgiven and capitalised: what it does to pool, funds, losses and classes, worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger import (
    AdvanceMade,
    AdvanceRecovered,
    DeferredPrincipalCollected,
    InterestCapitalized,
    LoanLiquidated,
    LossCarveOut,
    LossCause,
    LossTier,
    PrincipalDeferred,
    PrincipalForgiven,
)
from tests.deals.lines import DEAL, FEB, MAR, STAYS, classes, lines_deal, month, on, pool, settle

DAY = "2024-01-29"


def test_interest_of_the_month_that_becomes_principal_is_missing_from_the_interest_and_is_not_delinquent() -> None:
    """3,000.00 falls due and 2,950.00 comes: 50.00 stands on the loan. A and B take 1,250.00, R the rest."""
    added = InterestCapitalized(event_id="cap", amount="50.00", arrears="current instalment", **on(DAY, loan="2"))
    with lines_deal() as ledger:
        ledger.post_many(month(2, [added], {"2": "1450.00"})).or_raise()
        named = {item.code for item in ledger.readiness(DEAL, FEB).findings}
        assert named.isdisjoint({"due_unaccounted", "delinquency_unlike_derived"})
        settle(ledger, FEB)
        report = ledger.distribution(DEAL, FEB)
        assert pool(ledger, FEB) == "299850.00"
        assert report.instalments.delinquent_interest["one"].value == 0
        assert classes(ledger, FEB)["R"][0] == "1700.00"


@pytest.mark.parametrize(("source", "principal", "residual"), [
    ("principal collections", "150.00", "1750.00"), ("interest collections", "200.00", "1700.00"),
])  # fmt: skip
def test_advances_of_capitalised_arrears_are_repaid_as_the_terms_say(
    source: str, principal: str, residual: str
) -> None:
    """50.00 is advanced in February and becomes principal for March, when the servicer takes it back."""
    made = AdvanceMade(event_id="adv", principal="0.00", interest="50.00", **on("2024-02-20", loan="2"))
    added = InterestCapitalized(event_id="cap", amount="50.00", **on("2024-02-28", loan="2"))
    back = AdvanceRecovered(event_id="back", principal="0.00", interest="50.00", source="capitalized arrears",
                            **on("2024-03-20", loan="2"))  # fmt: skip
    with lines_deal(capitalized_advances=source) as ledger:
        ledger.post_many(month(2, [made], {"2": "1450.00"})).or_raise()
        settle(ledger, FEB)
        ledger.post_many(month(3, [added, back])).or_raise()
        settle(ledger, MAR)
        found = classes(ledger, MAR)
        assert found["A"][1] == principal
        assert Fraction(found["R"][0]) == Fraction(residual) + 1
        assert pool(ledger, MAR) == "299650.00"


def test_deferred_as_a_loss_now_writes_down_and_what_comes_later_writes_up() -> None:
    """The pool falls to 239,800.00, 10,000.00 below the bonds; then 200.00 of principal and 300.00 recovered."""
    given = PrincipalDeferred(event_id="def", amount="60000.00", written_off="60000.00", **on(DAY, loan="2"))
    came = DeferredPrincipalCollected(event_id="came", recovery="300.00", **on("2024-02-28", loan="2"))
    with lines_deal() as ledger:
        ledger.post_many(month(2, [given])).or_raise()
        settle(ledger, FEB)
        ledger.post_many(month(3, [came])).or_raise()
        settle(ledger, MAR)
        assert pool(ledger, FEB) == "239800.00"
        assert classes(ledger, FEB)["B"] == ("250.00", "0.00", "10000.00", "40000.00")
        report = ledger.distribution(DEAL, MAR)
        assert report.losses.cumulative["total"].losses.value == 59_700
        assert report.collateral.total.deferred_balance.value == 59_700
        assert classes(ledger, MAR)["A"][1] == "500.00"


def test_a_modification_loss_falls_on_the_classes_that_the_terms_name_for_it() -> None:
    """The 10,000.00 that B would lose by its rank are A's, which stands at 199,800.00 before."""
    given = PrincipalDeferred(event_id="def", amount="60000.00", written_off="60000.00", **on(DAY, loan="2"))
    with lines_deal(modification_losses=[LossTier(classes=["A"])]) as ledger:
        ledger.post_many(month(2, [given])).or_raise()
        settle(ledger, FEB)
        found = classes(ledger, FEB)
        assert (found["A"][2:], found["B"][2:]) == (("10000.00", "189800.00"), ("0.00", "50000.00"))


def test_deferred_in_the_balance_is_no_loss_and_stands_beside_what_bears_interest() -> None:
    given = PrincipalDeferred(event_id="def", amount="60000.00", **on(DAY, loan="2"))
    came = DeferredPrincipalCollected(event_id="came", principal="300.00", **on("2024-02-28", loan="2"))
    with lines_deal(forbearance=STAYS) as ledger:
        ledger.post_many(month(2, [given])).or_raise()
        settle(ledger, FEB)
        ledger.post_many(month(3, [came])).or_raise()
        settle(ledger, MAR)
        report = ledger.distribution(DEAL, MAR)
        assert pool(ledger, MAR) == "299300.00"
        assert report.losses.cumulative["total"].losses.value == 0
        assert report.collateral.total.deferred_balance.value == 59_700
        assert classes(ledger, MAR)["A"][1] == "500.00"


@pytest.mark.parametrize(("cause", "a", "b"), [
    # 52,000.00 is lost: 50,000.00 of it the pool has beyond the bonds, so that classes bear 2,000.00.
    (None, "0.00", "2000.00"),
    # 1,500.00 of the fraud loss is beyond its carve-out: 1,500 x 199,800 / 249,800 is A's.
    ("fraud", "1199.76", "800.24"),
    ("bankruptcy", "0.00", "2000.00"),
])  # fmt: skip
def test_beyond_a_carve_out_all_classes_bear_the_loss(cause: str | None, a: str, b: str) -> None:
    gone = PrincipalForgiven(event_id="gone", amount="52000.00", cause=cause, **on(DAY, loan="2"))
    carved = (
        LossCarveOut(cause=LossCause.FRAUD, amount="50500.00"),
        LossCarveOut(cause=LossCause.BANKRUPTCY, amount="52000.00"),
    )
    with lines_deal(loss_carve_outs=carved) as ledger:
        ledger.post_many(month(2, [gone])).or_raise()
        found = classes(ledger, FEB)
        assert (found["A"][2], found["B"][2]) == (a, b)


def test_what_all_classes_bear_of_a_modification_is_not_borne_again_in_its_own_order() -> None:
    """112,000.00 is lost, 62,000.00 of it by classes; 1,500.00 of what was forgiven is beyond the carve-out.

    Of that A, at 109,900.00, bears its part beside B's 50,000.00; then the other 50,500.00 that were forgiven.
    """
    forgiven = PrincipalForgiven(event_id="gone", amount="52000.00", cause="fraud", **on(DAY, loan="2"))
    sold = LoanLiquidated(
        event_id="sold", balance="149900.00", net_proceeds="89900.00", realized_loss="60000.00", **on(DAY, loan="1")
    )
    carved = [LossCarveOut(cause=LossCause.FRAUD, amount="50500.00")]
    with lines_deal(loss_carve_outs=carved, modification_losses=[LossTier(classes=["A"])]) as ledger:
        ledger.post_many(month(2, [forgiven, sold])).or_raise()
        found = classes(ledger, FEB)
        assert (found["A"][2], found["B"][2]) == ("51530.96", "10469.04")
