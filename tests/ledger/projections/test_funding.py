"""Draws by who funds them, a note that rises, principal that is set aside, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger import (
    AdditionalLoansPurchased,
    BuildOvercollateralization,
    ClassBalanceIncreased,
    CollectionReceived,
    CurtailmentCollected,
    Deal,
    DrawMade,
    Event,
    EventReversed,
    FundingAccountReleased,
    Ledger,
    LoanBoarded,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RepayDraws,
    RevolvingPeriodEnded,
    ScheduledPaymentDue,
    SellerDrawsRepaid,
    SetAsidePrincipal,
    pay_interest,
    pay_principal,
    pay_residual,
)
from tests.deals.lines import APR, DEAL, FEB, MAR, STEPS, classes, lines_deal, month, on, pool, settle

DAY = "2024-01-29"


def draw(who: str, amount: str = "150.00") -> DrawMade:
    return DrawMade(event_id="draw", amount=amount, funded_by=who, **on(DAY, loan="1"))


def test_principal_is_net_of_draws_that_it_pays() -> None:
    with lines_deal() as ledger:
        ledger.post_many(month(2, [draw("principal collections")])).or_raise()
        report = ledger.distribution(DEAL, FEB)
        settle(ledger, FEB)
        assert pool(ledger, FEB) == "299950.00"
        assert classes(ledger, FEB)["A"] == ("1000.00", "50.00", "0.00", "199950.00")
    assert report.account.principal["draws"]["one"].value == -150
    assert report.collateral.total.draws.value == 150


def test_the_sellers_draws_are_repaid_first_where_a_step_says_so() -> None:
    """250.00 is owed: 200.00 of principal comes in a month, so that the classes get 150.00 in March."""
    with lines_deal(waterfall=(STEPS[0], RepayDraws(), *STEPS[1:])) as ledger:
        ledger.post_many(month(2, [draw("seller", "250.00")])).or_raise()
        settle(ledger, FEB)
        ledger.post_many(month(3)).or_raise()
        settle(ledger, MAR)
        assert [classes(ledger, paid)["A"][1] for paid in (FEB, MAR)] == ["0.00", "150.00"]
        # The pool that backs the bonds is less what the seller is still owed.
        assert ledger.distribution(DEAL, FEB).waterfall.overcollateralization.value == 50_000
    with lines_deal() as ledger:
        ledger.post_many(month(2, [draw("seller", "250.00")])).or_raise()
        assert classes(ledger, FEB)["A"][1] == "200.00"


def two_pools() -> Deal:
    """Return two groups of 1,000 and 500, with a class and a target each; the seller is repaid by group one."""
    deal = Deal("Two pools", cut_off="2024-01-01", closing="2024-01-15", first_payment=FEB, final_payment="2054-01-25")
    deal = deal.group("one", target="60.00").group("two", target="30.00").residual("R")
    deal = deal.senior("A", face="950.00", coupon="0.06", groups=["one"])
    deal = deal.senior("B", face="480.00", coupon="0.06", groups=["two"])
    own = (("A", "one"), ("B", "two"))
    return deal.then(
        *(pay_interest(name, groups=[group]) for name, group in own),
        RepayDraws(groups=["one"]),
        *(pay_principal(name, groups=[group]) for name, group in own),
        *(BuildOvercollateralization(classes=[name], groups=[group]) for name, group in own),
        pay_residual("R"),
    )


def brought(number: int, one: str, two: str) -> Iterator[Event]:
    """Yield a month: principal of both groups, and interest of 15.00 and 6.00."""
    for group, principal, interest in (("one", one, "15.00"), ("two", two, "6.00")):
        there, day = on(f"2024-{number - 1:02d}-28", group=group), on(f"2024-{number:02d}-01", group=group)
        yield CurtailmentCollected(event_id=f"{number}/ahead/{group}", amount=principal, **there)
        yield ScheduledPaymentDue(event_id=f"{number}/due/{group}", principal="0.00", interest=interest, **day)
        yield CollectionReceived(event_id=f"{number}/paid/{group}", principal="0.00", interest=interest, **day)


def test_the_seller_is_repaid_by_the_group_that_drew_and_its_target_is_reckoned_without_what_is_owed() -> None:
    """One draws 25.00 of the seller, and 10.00 of principal repays it: 1,015 - 25 + 10 stand against A's 950, 10.00
    short of the target, which excess pays. In March the other 15.00 come first, and A gets 5.00 of 20.00."""
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, two_pools().terms()).or_raise()
        ledger.post_many(
            PoolBalanceBroughtForward(event_id=name, balance=balance, loan_count=1, **on("2024-01-01", group=name))
            for name, balance in (("one", "1000.00"), ("two", "500.00"))
        ).or_raise()
        drawn = DrawMade(event_id="draw", amount="25.00", funded_by="seller", **on("2024-01-20", group="one"))
        ledger.post_many([*brought(2, "10.00", "5.00"), drawn]).or_raise()
        settle(ledger, FEB)
        ledger.post_many(brought(3, "20.00", "5.00")).or_raise()
        settle(ledger, MAR)
        assert [classes(ledger, day)["A"][3] for day in (FEB, MAR)] == ["940.00", "935.00"]
        assert classes(ledger, FEB)["B"][3] == "471.40"
        reached = [ledger.distribution(DEAL, day).waterfall.group_overcollateralization for day in (FEB, MAR)]
        assert [str(item["one"].decimal) for item in reached] == ["60.00", "60.00"]
        assert str(reached[0]["two"].decimal) == "23.60"
        repaid = [item.event for item in ledger.events(DEAL, types=["seller_draws_repaid"])]
        assert [(item.group, str(item.amount)) for item in repaid if isinstance(item, SellerDrawsRepaid)] == [
            ("one", "10.00"), ("one", "15.00"),
        ]  # fmt: skip


def test_a_note_rises_before_principal_is_paid_on_it_and_accrues_on_the_rise_a_month_later() -> None:
    rise = ClassBalanceIncreased(event_id="rise", class_id="A", amount="500.00", used_for="draws", **on(DAY))
    with lines_deal() as ledger:
        ledger.post_many(month(2, [draw("variable funding note", "500.00"), rise])).or_raise()
        assert [item for item in ledger.readiness(DEAL, FEB).findings if item.code == "draws_unlike_note"] == []
        settle(ledger, FEB)
        ledger.post_many(month(3)).or_raise()
        assert classes(ledger, FEB)["A"] == ("1000.00", "200.00", "0.00", "200300.00")
        assert classes(ledger, MAR)["A"][0] == "1001.50"


@pytest.mark.parametrize(("use", "principal"), [("principal funds", "700.00"), ("seller", "200.00")])
def test_what_a_note_brings_joins_principal_or_pays_the_seller(use: str, principal: str) -> None:
    rise = ClassBalanceIncreased(event_id="rise", class_id="A", amount="500.00", used_for=use, **on(DAY))
    with lines_deal() as ledger:
        ledger.post_many(month(2, [rise])).or_raise()
        settle(ledger, FEB)
        assert classes(ledger, FEB)["A"][1] == principal


def revolving(until: str = "2024-03-25") -> tuple[object, ...]:
    steps = (PayInterest(classes=("A", "B")), SetAsidePrincipal(until=until, up_to="350.00"))
    return (*steps, PayPrincipal(classes=("A", "B")), PayResidual(classes=("R",)))


def test_principal_buys_loans_until_the_date_and_what_is_left_pays_the_bonds() -> None:
    """200.00 is put aside, 150.00 spent; then 200.00 more is; in April 250.00 joins 200.00 of that month."""
    bought: list[Event] = [
        AdditionalLoansPurchased(event_id="buy", amount="150.00", **on("2024-02-27", group="one")),
        LoanBoarded(event_id="new", loan="3", group="one", balance="150.00", note_rate="0.12", **on("2024-02-27")),
    ]
    with lines_deal(waterfall=revolving()) as ledger:
        ledger.post_many(month(2)).or_raise()
        settle(ledger, FEB)
        ledger.post_many(month(3, bought)).or_raise()
        assert not [
            f for f in ledger.readiness(DEAL, MAR).findings if f.code in ("boarded_unpaid_for", "bonds_above_pool")
        ]
        settle(ledger, MAR)
        released = FundingAccountReleased(event_id="out", amount="250.00", **on("2024-04-10"))
        ledger.post_many(month(4)).or_raise()
        ledger.post(released).or_raise()
        settle(ledger, APR)
        held = [str(ledger.distribution(DEAL, paid).funding_account.decimal) for paid in (FEB, MAR, APR)]
        assert held == ["200.00", "250.00", "0.00"]
        assert [classes(ledger, paid)["A"][1] for paid in (FEB, MAR, APR)] == ["0.00", "0.00", "450.00"]


def test_no_more_is_set_aside_than_may_stand_there() -> None:
    with lines_deal(waterfall=revolving()) as ledger:
        for number, paid in ((2, FEB), (3, MAR)):
            ledger.post_many(month(number)).or_raise()
            settle(ledger, paid)
        assert [classes(ledger, paid)["A"][1] for paid in (FEB, MAR)] == ["0.00", "50.00"]


def test_a_recorded_end_ends_it_for_good_unless_it_is_reversed() -> None:
    ended = RevolvingPeriodEnded(event_id="end", reason="default", **on("2024-02-10"))
    with lines_deal(waterfall=revolving("2024-12-25")) as ledger:
        ledger.post_many(month(2, [ended])).or_raise()
        assert classes(ledger, FEB)["A"][1] == "200.00"
        ledger.post(EventReversed(event_id="void", reverses="end", reason="waived", **on("2024-02-11"))).or_raise()
        assert classes(ledger, FEB)["A"][1] == "0.00"
