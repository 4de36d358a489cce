"""What payoffs are short of is borne by the classes of their own loan group, and by common subordinates in part."""

from __future__ import annotations

import datetime as dt

from ledger import (
    AccrualRule,
    BondClass,
    CalendarTerms,
    ClassRate,
    CollectionReceived,
    Dated,
    DayCount,
    DealTerms,
    Ledger,
    LoanGroup,
    PayInterest,
    PayoffCollected,
    PayPrincipal,
    PoolBalanceBroughtForward,
    RateKind,
    ScheduledPaymentDue,
    Source,
)

DEAL, ISSUED, PAID = "two-pools", dt.date(2020, 12, 1), dt.date(2021, 1, 25)


def terms() -> DealTerms:
    """Group one backs 1-A of 800, group two 2-A of 900; B of 300 stands behind both (subordinate amounts 200, 100)."""

    def bond(name: str, face: str, rank: int, *groups: str) -> BondClass:
        coupon = ClassRate(kind=RateKind.FIXED, rate="0.06")
        thirty = {"day_count": DayCount.THIRTY_360, "accrual": AccrualRule.PRIOR_CALENDAR_MONTH}
        return BondClass(class_id=name, face=face, rank=rank, rate=coupon, groups=groups, **thirty)  # type: ignore[arg-type]

    names = ("1-A", "2-A", "B")
    return DealTerms(
        title="Two Pools",
        cut_off_date=ISSUED,
        closing_date=ISSUED,
        calendar=CalendarTerms(first_payment_date=PAID, final_payment_date="2030-12-26"),
        groups=(LoanGroup(group_id="one"), LoanGroup(group_id="two")),
        classes=(
            bond("1-A", "800000.00", 1, "one"),
            bond("2-A", "900000.00", 1, "two"),
            bond("B", "300000.00", 2),
        ),
        waterfall=(PayInterest(classes=names, source=Source.AVAILABLE), PayPrincipal(classes=names)),
    )


def test_a_group_s_shortfall_is_its_own_classes_and_a_part_of_the_subordinates() -> None:
    """A payoff of 90,000 on the 11th at 6% is 20 days short: 300.00 of group one, which no servicing fee makes up.

    1-A accrues 4,000, B 1,500 of which two thirds are of group one, 1,000: they bear 240.00 and 60.00; 2-A nothing.
    """
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 1, 1)}
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        for group, balance in (("one", "1000000.00"), ("two", "1000000.00")):
            ledger.post(
                PoolBalanceBroughtForward(
                    event_id=f"pool/{group}",
                    deal=DEAL,
                    effective_date=ISSUED,
                    group=group,
                    balance=balance,
                    loan_count=9,
                )
            ).or_raise()
            ledger.post_many(
                [
                    ScheduledPaymentDue(
                        event_id=f"due/{group}", group=group, principal="0.00", interest="5000.00", **on
                    ),
                    CollectionReceived(event_id=f"in/{group}", group=group, principal="0.00", interest="4700.00", **on),
                ]
            ).or_raise()
        ledger.post(
            PayoffCollected(
                event_id="payoff",
                deal=DEAL,
                effective_date=dt.date(2020, 12, 11),
                group="one",
                amount="90000.00",
                note_rate="0.06",
            )
        ).or_raise()
        report = ledger.distribution(DEAL, PAID)
    assert report.shortfalls.non_supported["one"] == 300
    assert {name: str(item.non_supported.decimal) for name, item in report.classes.items()} == {
        "1-A": "240.00",
        "2-A": "0.00",
        "B": "60.00",
    }
