"""Subordinates of one group beside those of several: each stack has its own principal and its own losses, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ledger import (
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    Deal,
    DealTerms,
    DistributionReport,
    Event,
    Ledger,
    LoanLiquidated,
    LossesBorne,
    PoolBalanceBroughtForward,
    ScheduledPaymentDue,
    pay_interest,
    pay_senior_principal,
    pay_subordinate_principal,
)

DEAL, PAID = "stacks", date(2024, 2, 26)
POOLS = {"1": "1000.00", "2": "600.00", "3": "400.00"}
SENIORS = {"1": "1-A", "2": "2-A", "3": "3-A"}
BEFORE: Dated = {"deal": DEAL, "effective_date": date(2024, 1, 31)}


def terms(losses: LossesBorne = LossesBorne.STACKS) -> DealTerms:
    """Return 900 of 1-A over 100 of 1-B on group 1; 540 of 2-A and 360 of 3-A over B-1 and B-2 on groups 2 and 3."""
    deal = Deal("Stacks", cut_off="2024-01-01", closing="2024-01-15", first_payment=PAID, final_payment="2054-01-25")
    for group, pool in POOLS.items():
        deal = deal.group(group, balance=pool)
    for name, face, groups in (("1-A", "900.00", "1"), ("2-A", "540.00", "2"), ("3-A", "360.00", "3")):
        deal = deal.senior(name, face=face, coupon="0", groups=[groups])
    deal = deal.subordinate("1-B", face="100.00", coupon="0", groups=["1"])
    deal = deal.subordinate("B-1", face="60.00", coupon="0", groups=["2", "3"])
    deal = deal.subordinate("B-2", face="40.00", coupon="0", groups=["2", "3"])
    shift = [("2024-02-26", "0.5")]
    return deal.then(
        pay_interest("1-A", "2-A", "3-A", "1-B", "B-1", "B-2"),
        pay_senior_principal("1-A", subordinates=["1-B"], groups=["1"], shift=shift),
        pay_senior_principal("2-A", subordinates=["B-1", "B-2"], groups=["2"], shift=shift),
        pay_senior_principal("3-A", subordinates=["B-1", "B-2"], groups=["3"], shift=shift),
        pay_subordinate_principal("1-B", groups=["1"]),
        pay_subordinate_principal("B-1", "B-2", groups=["2", "3"]),
    ).terms(losses_borne=losses)


def month(lost: dict[str, str]) -> Iterator[Event]:
    """Yield 20, 12 and 8 scheduled, 100, 60 and 40 prepaid, and loans that are lost whole."""
    for group, pool in POOLS.items():
        yield PoolBalanceBroughtForward(
            event_id=f"pool/{group}", deal=DEAL, effective_date="2024-01-01", group=group, balance=pool, loan_count=9
        )
    for group, scheduled, prepaid in (("1", "20.00", "100.00"), ("2", "12.00", "60.00"), ("3", "8.00", "40.00")):
        on: Dated = {"deal": DEAL, "effective_date": date(2024, 2, 1)}
        for kind in (ScheduledPaymentDue, CollectionReceived):
            yield kind(event_id=f"{kind.name}/{group}", group=group, principal=scheduled, interest="0.00", **on)
        yield CurtailmentCollected(event_id=f"ahead/{group}", group=group, amount=prepaid, **BEFORE)
    for group, balance in lost.items():
        yield LoanLiquidated(
            event_id=f"lost/{group}", group=group, balance=balance, net_proceeds="0.00", realized_loss=balance, **BEFORE
        )


def run(lost: dict[str, str], losses: LossesBorne = LossesBorne.STACKS) -> DistributionReport:
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, terms(losses)).or_raise()
        ledger.post_many(month(lost)).or_raise()
        return ledger.distribution(DEAL, PAID)


def test_each_stack_gets_what_its_own_seniors_leave() -> None:
    """Seniors get 90% of scheduled and 95% of prepaid principal: 18 + 95, 10.8 + 57, 7.2 + 38. What is left of group 1
    is 1-B's, 2 + 5; of groups 2 and 3, 2 + 5 too, 60 : 40."""
    paid = {name: str(item.principal.decimal) for name, item in run({}).classes.items()}
    assert paid == {"1-A": "113.00", "2-A": "67.80", "3-A": "45.20", "1-B": "7.00", "B-1": "4.20", "B-2": "2.80"}


def test_a_stack_that_is_lost_leaves_the_other_alone() -> None:
    """Of 150 lost in group 1, 1-B bears its 93 and 1-A 57; of 50 in group 2, B-2 bears its 37.20 and B-1 12.80."""
    found = {name: str(item.loss.decimal) for name, item in run({"1": "150.00", "2": "50.00"}).classes.items()}
    assert found == {"1-A": "57.00", "2-A": "0.00", "3-A": "0.00", "1-B": "93.00", "B-1": "12.80", "B-2": "37.20"}


def test_by_the_whole_deal_the_lowest_rank_bears_them_whatever_group_they_come_from() -> None:
    found = {name: str(item.loss.decimal) for name, item in run({"1": "50.00"}, LossesBorne.DEAL).classes.items()}
    assert found["B-2"] == "37.20"
    assert run({"1": "50.00"}).classes["B-2"].loss.value == 0
