"""Waterfalls worked by hand, month after month: the arithmetic stands in each docstring, the ledger must agree.

The made-up trust has one pool of 1,000,000 unless a case says otherwise, pays on the 25th from January 2021 on, and
accrues 30/360. Every case ends with what must always hold: the accounts are empty and the books carry the balances
that the report shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from ledger import (
    AccrualRule,
    AsOf,
    Bearer,
    BondClass,
    BondPrincipalPaid,
    BuildOvercollateralization,
    CalendarTerms,
    Claim,
    ClassKind,
    ClassRate,
    CollectionReceived,
    Dated,
    DayCount,
    DealTerms,
    DelinquencyReported,
    DistributionReport,
    Event,
    Exact,
    Fee,
    FeeBasis,
    IndexRateSet,
    Ledger,
    LoanGroup,
    LoanLiquidated,
    LoanRepurchased,
    LossLimit,
    Means,
    OvercollateralizationTerms,
    PayBasisRisk,
    PayInterest,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RateKind,
    ReimburseInsurer,
    ScheduledPaymentDue,
    Sharing,
    ShortfallTerms,
    Source,
    Step,
    SubsequentRecoveryReceived,
    Trigger,
    TriggerKind,
    WaterfallResult,
    run_waterfall,
)

DEAL = "trust"
CUT_OFF = dt.date(2020, 12, 1)
POOL = "1000000.00"
Figures = dict[str, str]


def paid_on(month: int) -> dt.date:
    """Return the payment date of a month of 2021; the cases use January to April."""
    return dt.date(2021, month, 25)


def before(month: int, day: int = 15) -> dt.date:
    """Return a day of the prepayment period of a distribution: the calendar month before it."""
    return (dt.date(2021, month, 1) - dt.timedelta(days=1)).replace(day=day)


def bond(class_id: str, face: str, rate: str | ClassRate, rank: int, **more: object) -> BondClass:
    terms: dict[str, object] = {
        "day_count": DayCount.THIRTY_360,
        "accrual": AccrualRule.PRIOR_CALENDAR_MONTH,
        "rate": ClassRate(kind=RateKind.FIXED, rate=rate) if isinstance(rate, str) else rate,
    }
    return BondClass(class_id=class_id, face=face, rank=rank, **{**terms, **more})  # type: ignore[arg-type]


RESIDUAL = BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=9)
PLAIN: tuple[Step, ...] = (
    PayInterest(classes=["A", "B"]),
    PayPrincipal(classes=["A", "B"]),
    PayResidual(classes=["R"]),
)


def deal(classes: Sequence[BondClass], waterfall: Sequence[Step], **more: object) -> DealTerms:
    return DealTerms(
        title="Trust",
        cut_off_date=CUT_OFF,
        closing_date=CUT_OFF,
        calendar=CalendarTerms(first_payment_date=paid_on(1), final_payment_date=dt.date(2030, 12, 26)),
        groups=[LoanGroup(group_id="pool", original_balance=POOL, original_loan_count=10)],
        classes=classes,
        waterfall=waterfall,
        **more,  # type: ignore[arg-type]
    )


class Trust:
    """One deal on its way through the months."""

    def __init__(self, ledger: Ledger, terms: DealTerms, pool: str = POOL) -> None:
        self.ledger = ledger
        self.terms = terms
        ledger.open_deal(DEAL, terms).or_raise()
        ledger.post(
            PoolBalanceBroughtForward(
                event_id="pool", deal=DEAL, effective_date=CUT_OFF, group="pool", balance=pool, loan_count=10
            )
        ).or_raise()

    def month(
        self, month: int, interest: str, principal: str, *more: Event, collected: str | None = None
    ) -> DistributionReport:
        """Post a month, close it and pay it; ``collected`` is the interest received where it is not all of it."""
        on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, month, 1)}
        due = ScheduledPaymentDue(event_id=f"{month}/due", group="pool", principal=principal, interest=interest, **on)
        received = CollectionReceived(
            event_id=f"{month}/received", group="pool", principal=principal, interest=collected or interest, **on
        )
        self.ledger.post_many([due, received, *more]).or_raise()
        self.ledger.close_period(DEAL, paid_on(month)).or_raise()
        self.ledger.distribute(DEAL, paid_on(month)).or_raise()
        repeat = self.ledger.distribute(DEAL, paid_on(month)).or_raise()
        assert repeat.sequence == self.ledger.head(DEAL).sequence
        report = self.ledger.distribution(DEAL, paid_on(month))
        self.check(report)
        return report

    def check(self, report: DistributionReport) -> None:
        """The books after a distribution: no cash is left, and every class stands where the report says."""
        on = report.distribution.payment_date
        books = self.ledger.books(DEAL, AsOf(record_date=on))
        assert books.balance("collection_account").value == 0
        assert books.balance("distribution_account").value == 0
        for name, item in report.classes.items():
            if item.accrual.bond.kind is ClassKind.PRINCIPAL:
                assert books.balance("bond_principal", name).value == item.result.closing_balance.value
        run = report.waterfall
        assert run.overcollateralization == report.collateral.total.closing_balance - run.closing_bonds

    def paid(self, month: int, class_id: str) -> tuple[str, str]:
        """Return the interest and the principal recorded as paid to a class."""
        item = self.ledger.distribution(DEAL, paid_on(month)).classes[class_id].recorded
        return shown(item.interest), shown(item.principal)

    def shortfall(self, on: dt.date, class_id: str, kind: str) -> str:
        """Return what the books say a class is still owed of one kind."""
        return shown(self.ledger.books(DEAL, AsOf(record_date=on)).balance("class_shortfalls", f"{class_id} {kind}"))


def shown(value: Exact) -> str:
    return f"{value.decimal:,}"


def closing(report: DistributionReport) -> Figures:
    return {
        name: shown(item.result.closing_balance)
        for name, item in report.classes.items()
        if item.accrual.bond.kind is ClassKind.PRINCIPAL
    }


BUILDING: tuple[Step, ...] = (
    PayInterest(classes=["A", "B"]),
    PayPrincipal(classes=["A", "B"]),
    BuildOvercollateralization(classes=["A", "B"]),
    PayResidual(classes=["R"]),
)
TARGET = OvercollateralizationTerms(
    target="30000",
    step_down_date=paid_on(3),
    step_down_percent="0.02",
    step_down_enhancement="0.20",
    floor="5000",
)


def building(ledger: Ledger, triggers: Sequence[Trigger] = ()) -> Trust:
    """Return the trust after two months of building overcollateralization.

    January: interest 10,000; A 800,000 x 6%/12 = 4,000, B 180,000 x 8%/12 = 1,200; excess 4,800. Principal 20,000
    leaves the pool at 980,000 and A + B at 960,000: OC 20,000, gap 10,000, so all 4,800 are extra principal. A closes
    at 800,000 - 20,000 - 4,800 = 775,200, OC at 24,800.

    February: interest 9,800; A 3,876, B 1,200; excess 4,724. Principal 30,000: pool 950,000, OC 24,800, gap 5,200. A
    closes at 775,200 - 30,000 - 4,724 = 740,476, OC at 29,524.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, BUILDING, overcollateralization=TARGET, triggers=triggers, rolling_months=1))
    january = trust.month(1, "10000.00", "20000.00")
    assert (shown(january.waterfall.excess), shown(january.waterfall.extra_principal)) == ("4,800.00", "4,800.00")
    assert closing(january) == {"A": "775,200.00", "B": "180,000.00"}
    assert trust.paid(1, "A") == ("4,000.00", "24,800.00")
    assert trust.paid(1, "R") == ("0.00", "0.00")
    february = trust.month(2, "9800.00", "30000.00")
    assert closing(february) == {"A": "740,476.00", "B": "180,000.00"}
    assert shown(february.waterfall.overcollateralization) == "29,524.00"
    return trust


def test_overcollateralization_is_built_then_steps_down_and_is_released(ledger: Ledger) -> None:
    """March is the step-down date, and A stands below (950,000 - 740,476)/950,000 = 22.06% of the pool, above 20%.

    Principal 150,000 leaves the pool at 800,000; the target falls to 2% of it, 16,000. A + B of 920,476 - 150,000 =
    770,476 would leave OC 29,524: 13,524 of the principal is released. A gets 136,476 and closes at 604,000. Interest
    9,500 less A 3,702.38 less B 1,200 is 4,597.62; with the release the residual gets 18,121.62.
    """
    trust = building(ledger)
    march = trust.month(3, "9500.00", "150000.00")
    assert shown(march.oc_target or Exact(0)) == "16,000.00"
    assert shown(march.waterfall.released) == "13,524.00"
    assert closing(march) == {"A": "604,000.00", "B": "180,000.00"}
    assert trust.paid(3, "A") == ("3,702.38", "136,476.00")
    assert trust.paid(3, "R") == ("18,121.62", "0.00")
    assert shown(march.waterfall.overcollateralization) == "16,000.00"


def test_a_trigger_in_force_forbids_step_down_and_release(ledger: Ledger) -> None:
    """The same March, but 100,000 is 60 days behind: 100,000/800,000 = 12.5% against 40% of 22.06% = 8.82%.

    The target stays at 30,000 and nothing is released: all 150,000 go to A, and 476 of the excess of 4,597.62 close
    the gap of 30,000 - 29,524. A closes at 740,476 - 150,476 = 590,000; the residual gets 4,121.62.
    """
    test = Trigger(trigger_id="behind", kind=TriggerKind.ROLLING_DELINQUENCY, limit="0.40")
    trust = building(ledger, [test])
    behind = DelinquencyReported(
        event_id="3/behind",
        deal=DEAL,
        effective_date=before(3, 28),
        group="pool",
        category="delinquent",
        bucket="2 payments",
        balance="100000.00",
        loan_count=1,
    )
    march = trust.month(3, "9500.00", "150000.00", behind)
    (tested,) = march.triggers
    assert tested.in_force
    assert tested.value == Fraction(125, 1000)
    assert tested.limit == Fraction(40, 100) * Fraction(950_000 - 740_476, 950_000)
    assert not march.waterfall.released
    assert closing(march) == {"A": "590,000.00", "B": "180,000.00"}
    assert trust.paid(3, "R") == ("4,121.62", "0.00")


def test_the_loss_trigger_reads_the_latest_limit_in_force_in_any_order(ledger: Ledger) -> None:
    """Limits of 5% from 2020 and 1% from February 2021, given latest first: 20,000 lost of 1,000,000 is 2%.

    In January 5% is in force and the test passes; in February 1% is, and it fails though nothing more was lost.
    """
    schedule = [LossLimit(from_date=paid_on(2), limit="0.01"), LossLimit(from_date=CUT_OFF, limit="0.05")]
    trigger = Trigger(trigger_id="lost", kind=TriggerKind.CUMULATIVE_LOSS, schedule=schedule)
    classes = [bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN, triggers=[trigger]))
    january = trust.month(1, "10000.00", "0.00", liquidated(1, "20000.00", "0.00"))
    february = trust.month(2, "10000.00", "0.00")
    assert [test.in_force for test in (*january.triggers, *february.triggers)] == [False, True]


def liquidated(month: int, balance: str, proceeds: str, accrued: str = "0.00") -> LoanLiquidated:
    return LoanLiquidated(
        event_id=f"{month}/liquidated",
        deal=DEAL,
        effective_date=before(month),
        group="pool",
        balance=balance,
        accrued_interest=accrued,
        net_proceeds=proceeds,
        realized_loss=Decimal(balance) + Decimal(accrued) - Decimal(proceeds),
    )


def test_what_the_cap_takes_is_carried_with_interest_and_paid_from_excess(ledger: Ledger) -> None:
    """A of 800,000 floats at 5% + 2%, capped at the available funds rate; B of 150,000 pays 4%: 500.

    January: interest 5,000 on 1,000,000 is a net rate of 6%. A accrues 4,000 instead of 4,666.67: 666.67 short. The
    excess of 5,000 - 4,500 = 500 is paid towards it; 166.67 is carried. A is paid 4,500 in all, the residual nothing.

    February: interest 7,000 is 8.4%, the cap does not bind and A accrues 4,666.67. The 166.67 earn 7%/12, 0.97. Excess
    7,000 - 5,166.67 = 1,833.33 pays the 167.64, and 1,665.69 is left for the residual.
    """
    floating = ClassRate(kind=RateKind.FLOATING, index="INDEX", margin="0.02", available_funds_cap=True)
    classes = [bond("A", "800000", floating, 1), bond("B", "150000", "0.04", 2), RESIDUAL]
    steps = (*PLAIN[:2], PayBasisRisk(classes=["A"]), PLAIN[2])
    trust = Trust(ledger, deal(classes, steps))

    def index(month: int) -> IndexRateSet:
        return IndexRateSet(
            event_id=f"{month}/index", deal=DEAL, effective_date=before(month, 1), index="INDEX", rate="0.05"
        )

    january = trust.month(1, "5000.00", "0.00", index(1))
    assert shown(january.classes["A"].accrual.accrued) == "4,000.00"
    assert shown(january.classes["A"].result.basis_risk_unpaid) == "166.67"
    assert trust.paid(1, "A") == ("4,500.00", "0.00")
    assert trust.paid(1, "R") == ("0.00", "0.00")
    assert trust.shortfall(paid_on(1), "A", "basis risk") == "166.67"
    trust.month(2, "7000.00", "0.00", index(2))
    assert trust.paid(2, "A") == ("4,834.31", "0.00")
    assert trust.paid(2, "R") == ("1,665.69", "0.00")
    assert trust.shortfall(paid_on(2), "A", "basis risk") == "0.00"


def test_a_loss_writes_the_junior_class_down_and_a_recovery_writes_it_up(ledger: Ledger) -> None:
    """January: a loan of 50,000 brings 20,000; 30,000 are lost.

    A gets the 20,000 and closes at 780,000. The pool is 950,000, the bonds 980,000: B falls to 170,000.

    February: 10,000 come back and 5,000 are scheduled. A gets 15,000: 765,000. B is written up to 180,000, and the
    bonds of 945,000 are the pool's 945,000. B accrues on the 170,000 before: 170,000 x 9%/12 = 1,275.

    March: B accrues on 180,000: 1,350.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "200000", "0.09", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN))
    january = trust.month(1, "8000.00", "0.00", liquidated(1, "50000.00", "20000.00"))
    assert closing(january) == {"A": "780,000.00", "B": "170,000.00"}
    recovery = SubsequentRecoveryReceived(
        event_id="2/recovery", deal=DEAL, effective_date=before(2), group="pool", amount="10000.00"
    )
    february = trust.month(2, "8000.00", "5000.00", recovery)
    assert shown(february.classes["B"].result.written_up) == "10,000.00"
    assert closing(february) == {"A": "765,000.00", "B": "180,000.00"}
    assert trust.paid(2, "B") == ("1,275.00", "0.00")
    assert february.waterfall.overcollateralization.value == 0
    march = trust.month(3, "8000.00", "0.00")
    assert trust.paid(3, "B") == ("1,350.00", "0.00")
    assert closing(march) == closing(february)


def test_a_loss_and_a_recovery_in_one_month_both_count(ledger: Ledger) -> None:
    """January as before: B at 170,000. In February 10,000 come back and a loan of 12,000 brings nothing.

    A gets the 10,000: 770,000. B rises by 10,000 and falls by 12,000: 168,000; the pool is 950,000 - 12,000 = 938,000,
    and so are the bonds.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "200000", "0.09", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN))
    trust.month(1, "8000.00", "0.00", liquidated(1, "50000.00", "20000.00"))
    recovery = SubsequentRecoveryReceived(
        event_id="2/recovery", deal=DEAL, effective_date=before(2), group="pool", amount="10000.00"
    )
    february = trust.month(2, "8000.00", "0.00", recovery, liquidated(2, "12000.00", "0.00"))
    assert closing(february) == {"A": "770,000.00", "B": "168,000.00"}
    assert february.waterfall.overcollateralization.value == 0


def test_an_insured_class_is_made_whole_and_the_insurer_has_a_claim(ledger: Ledger) -> None:
    """A of 1,000,000 at 6% is owed 5,000; 3,000 come in, and a loan of 10,000 brings nothing.

    The insurer pays 2,000 of interest and 10,000 of principal. A is paid 5,000 and 10,000 and closes at the pool's
    990,000 without a loss; 12,000 are owed to the insurer.

    February: A accrues 4,950 of the 9,950 that come in; the next 5,000 are the insurer's, none the residual's.
    """
    classes = [bond("A", POOL, "0.06", 1, insured=True), RESIDUAL]
    steps = [
        PayInterest(classes=["A"]),
        PayPrincipal(classes=["A"]),
        ReimburseInsurer(classes=["A"], source=Source.INTEREST),
        PayResidual(classes=["R"]),
    ]
    trust = Trust(ledger, deal(classes, steps))
    january = trust.month(1, "3000.00", "0.00", liquidated(1, "10000.00", "0.00"))
    assert closing(january) == {"A": "990,000.00"}
    assert trust.paid(1, "A") == ("5,000.00", "10,000.00")
    assert not january.classes["A"].result.loss
    books = ledger.books(DEAL, AsOf(record_date=paid_on(1)))
    assert shown(books.balance("insurer_claims", "A")) == "12,000.00"
    assert books.balance("bond_losses").value == 0
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 2, 1)}
    due = ScheduledPaymentDue(event_id="2/due", group="pool", principal="0.00", interest="9950.00", **on)
    received = CollectionReceived(event_id="2/received", group="pool", principal="0.00", interest="9950.00", **on)
    ledger.post_many([due, received]).or_raise()
    february = ledger.distribution(DEAL, paid_on(2))
    assert shown(february.classes["A"].result.interest_paid) == "4,950.00"
    assert shown(february.waterfall.insurer_reimbursed("A")) == "5,000.00"
    assert not february.classes["R"].result.residual_paid


def test_a_clean_up_call_retires_every_class(ledger: Ledger) -> None:
    """A 700,000 and B 250,000 stand on 1,000,000; in February all 1,000,000 are bought with 6,000 of accrued interest.

    A gets 700,000 and 3,500, B 250,000 and 1,875 (9%). The residual gets 50,000 of principal and 625 of interest.
    """
    classes = [bond("A", "700000", "0.06", 1), bond("B", "250000", "0.09", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN, clean_up_call_percent="1"))
    trust.month(1, "6000.00", "0.00")
    call = LoanRepurchased(
        event_id="2/call",
        deal=DEAL,
        effective_date=before(2),
        group="pool",
        balance=POOL,
        accrued_interest="6000.00",
        loan_count=10,
        reason="clean-up call",
    )
    february = trust.month(2, "0.00", "0.00", call)
    assert closing(february) == {"A": "0.00", "B": "0.00"}
    assert trust.paid(2, "A") == ("3,500.00", "700,000.00")
    assert trust.paid(2, "B") == ("1,875.00", "250,000.00")
    assert trust.paid(2, "R") == ("50,625.00", "0.00")
    assert february.collateral.total.closing_balance.value == 0


PAYOFF = PayoffCollected(
    event_id="1/payoff", deal=DEAL, effective_date=before(1, 16), group="pool", amount="120000.00", note_rate="0.12"
)


@pytest.mark.parametrize(
    ("bearer", "paid"),
    [
        (Bearer.CLASSES, {"A": "3,520.00", "B": "880.00", "R": "5,000.00"}),
        (Bearer.RESIDUAL_FIRST, {"A": "4,000.00", "B": "1,000.00", "R": "4,400.00"}),
        (Bearer.EXCESS, {"A": "4,000.00", "B": "1,000.00", "R": "4,400.00"}),
    ],
)
def test_who_bears_a_non_supported_shortfall(ledger: Ledger, bearer: Bearer, paid: Figures) -> None:
    """120,000 at 12% paid off on 16 December: (31 - 16)/360 of a year's interest, 600, is lost; no servicing fee
    covers it. Of 10,000 due 9,400 come in. A accrues 4,000, B 1,000.

    Borne by the classes 4 : 1 they are due 3,520 and 880, and the residual gets 9,400 - 4,400 = 5,000. Borne by the
    residual it gets 9,400 - 5,000 = 4,400.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "150000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN, shortfalls=ShortfallTerms(non_supported_borne_by=bearer)))
    january = trust.month(1, "10000.00", "0.00", PAYOFF, collected="9400.00")
    assert shown(january.shortfalls.total_non_supported) == "600.00"
    assert {name: trust.paid(1, name)[0] for name in paid} == paid
    assert trust.paid(1, "A")[1] == "120,000.00"
    assert not january.classes["A"].result.interest_shortfall.value


def test_no_class_bears_more_than_it_accrues(ledger: Ledger) -> None:
    """The 600 lost against accruals of 333.33 (A, 0.5% on 800,000) and 0.01 (B): both bear all they accrue."""
    classes = [bond("A", "800000", "0.005", 1), bond("B", "12.00", "0.01", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN))
    january = trust.month(1, "10000.00", "0.00", PAYOFF, collected="9400.00")
    assert [shown(item.non_supported) for item in january.classes.values()] == ["333.33", "0.01", "0.00"]
    assert trust.paid(1, "A") == ("0.00", "120,000.00")


def test_interest_unpaid_is_carried_and_paid_first(ledger: Ledger) -> None:
    """January: 4,100 come in for A 4,000 and B 1,000: B is 900 short. February: 6,500 pay A 4,000, B 1,900, R 600."""
    classes = [bond("A", "800000", "0.06", 1), bond("B", "150000", "0.08", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN))
    trust.month(1, "4100.00", "0.00")
    assert trust.shortfall(paid_on(1), "B", "unpaid interest") == "900.00"
    trust.month(2, "6500.00", "0.00")
    assert trust.paid(2, "B") == ("1,900.00", "0.00")
    assert trust.paid(2, "R") == ("600.00", "0.00")
    assert trust.shortfall(paid_on(2), "B", "unpaid interest") == "0.00"


def test_fees_above_interest_come_out_of_principal(ledger: Ledger) -> None:
    """A fee of 500 against 200 of interest: 300 of the 1,000 of principal pay it, and A gets 700, not 1,000.

    Nothing is paid as interest: A and B are owed 4,000 and 1,000. The pool falls to 999,000, the bonds to 949,300.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "150000", "0.08", 2), RESIDUAL]
    fee = Fee(fee_id="trustee", title="Trustee", basis=FeeBasis.FIXED_AMOUNT, amount="500.00")
    trust = Trust(ledger, deal(classes, PLAIN, fees=[fee]))
    january = trust.month(1, "200.00", "1000.00")
    assert closing(january) == {"A": "799,300.00", "B": "150,000.00"}
    assert trust.paid(1, "A") == ("0.00", "700.00")
    assert trust.shortfall(paid_on(1), "A", "unpaid interest") == "4,000.00"
    assert shown(january.waterfall.overcollateralization) == "49,700.00"


def test_fees_above_all_cash_are_paid_as_far_as_it_goes(ledger: Ledger) -> None:
    """A fee of 500 against 200 in all: 200 are charged, and nobody else is paid."""
    fee = Fee(fee_id="trustee", title="Trustee", basis=FeeBasis.FIXED_AMOUNT, amount="500.00")
    trust = Trust(ledger, deal([bond("A", POOL, "0.06", 1)], PLAIN_A, fees=[fee]))
    trust.month(1, "200.00", "0.00")
    assert trust.paid(1, "A") == ("0.00", "0.00")
    assert shown(ledger.distribution(DEAL, paid_on(1)).fees[0].charged) == "200.00"
    assert trust.shortfall(paid_on(1), "A", "unpaid interest") == "5,000.00"


PLAIN_A: tuple[Step, ...] = (PayInterest(classes=["A"]), PayPrincipal(classes=["A"]))


def test_a_liquidation_without_proceeds_takes_its_accrued_interest_out_of_principal(ledger: Ledger) -> None:
    """A loan of 10,000 with 60 of accrued interest brings nothing, and 20 of principal are collected.

    The accrued 60 stand among the interest, but never came in: principal funds of 20 - 60 = -40 are made up out of
    interest of 5,600 + 60. A is paid its 5,000 and no principal, and 5,620 - 5,000 = 620 of cash go to the residual.
    A bears the loss that leaves it above the pool: 1,000,000 - 989,980 = 10,020.
    """
    steps = (*PLAIN_A, PayResidual(classes=["R"]))
    trust = Trust(ledger, deal([bond("A", POOL, "0.06", 1), RESIDUAL], steps))
    january = trust.month(1, "5600.00", "20.00", liquidated(1, "10000.00", "0.00", "60.00"))
    assert shown(january.account.principal_funds) == "-40.00"
    assert closing(january) == {"A": "989,980.00"}
    assert trust.paid(1, "A") == ("5,000.00", "0.00")
    assert trust.paid(1, "R") == ("620.00", "0.00")


def test_notional_net_wac_and_actual_360_classes_accrue_each_their_own_way(ledger: Ledger) -> None:
    """February 2021, interest 10,000 on 1,000,000: a net rate of 12%.

    F of 360,000 floats at 6% actual/360 from 25 January to 24 February, 31 days: 360,000 x 6% x 31/360 = 1,860.
    N of 100,000 pays the net rate on 30/360: 1,000. IO pays 1% on the 460,000 of F and N: 383.33. M of 300,000 pays 7%
    fixed: 1,750. The residual gets 10,000 - 4,993.33 = 5,006.67. None of 1,000 of principal goes to IO: F closes at
    359,000.
    """
    floating = ClassRate(kind=RateKind.FLOATING, index="INDEX", margin="0.01")
    classes = [
        bond("F", "360000", floating, 1, day_count=DayCount.ACTUAL_360, accrual=AccrualRule.PAYMENT_TO_PAYMENT),
        bond("N", "100000", ClassRate(kind=RateKind.NET_WAC), 1),
        bond("M", "300000", "0.07", 2),
        bond("IO", "0.00", "0.01", 1, kind=ClassKind.NOTIONAL, notional_of=["F", "N"]),
        RESIDUAL,
    ]
    steps = [
        PayInterest(classes=["F", "N", "IO", "M"]),
        PayPrincipal(classes=["F", "N", "M"]),
        PayResidual(classes=["R"]),
    ]
    trust = Trust(ledger, deal(classes, steps))

    def index(day: dt.date) -> IndexRateSet:
        return IndexRateSet(event_id=f"index/{day}", deal=DEAL, effective_date=day, index="INDEX", rate="0.05")

    trust.month(1, "10000.00", "0.00", index(CUT_OFF))
    february = trust.month(2, "10000.00", "1000.00", index(paid_on(1)))
    paid = {name: trust.paid(2, name)[0] for name in ("F", "N", "IO", "M", "R")}
    assert paid == {"F": "1,860.00", "N": "1,000.00", "IO": "383.33", "M": "1,750.00", "R": "5,006.67"}
    assert closing(february) == {"F": "359,000.00", "N": "100,000.00", "M": "300,000.00"}


def test_roundings_never_pay_more_than_there_is(ledger: Ledger) -> None:
    """Two fees of 10.005 and no residual class: each is rounded up to 10.01, and 20.02 is a cent too much.

    The fees leave 100 - 20.01 = 79.99 for A, all of which it is due (of 5,000): 79.99 is paid, the last fee gets 10.00,
    and the account is empty.
    """
    fees = [
        Fee(fee_id=name, title=name, basis=FeeBasis.POOL_BALANCE, rate="0.00012006") for name in ("trustee", "owner")
    ]
    trust = Trust(ledger, deal([bond("A", POOL, "0.06", 1)], PLAIN_A, fees=fees))
    trust.month(1, "100.00", "0.00")
    january = ledger.distribution(DEAL, paid_on(1))
    assert [shown(line.charged) for line in january.fees] == ["10.01", "10.00"]
    assert trust.paid(1, "A") == ("79.99", "0.00")


def test_missing_cash_is_refused_not_spread(ledger: Ledger) -> None:
    """5,000 are due and reported as collected, but 4,000 came in: A cannot be paid its 5,000."""
    trust = Trust(ledger, deal([bond("A", POOL, "0.06", 1)], PLAIN_A))
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 1, 1)}
    due = ScheduledPaymentDue(event_id="1/due", group="pool", principal="0.00", interest="5000.00", **on)
    received = CollectionReceived(event_id="1/received", group="pool", principal="0.00", interest="4000.00", **on)
    ledger.post_many([due, received]).or_raise()
    refused = ledger.distribute(trust.terms.title.lower(), paid_on(1))
    assert "above_funds_available" in str(refused)


def test_pro_rata_balances_fall_by_whole_cents_that_make_up_the_principal(ledger: Ledger) -> None:
    """100.00 of principal over three classes of 100,000: 33.333... each; 33.34, 33.33 and 33.33 are paid."""
    classes = [bond(name, "100000", "0.06", 1) for name in "ABC"]
    steps = [
        PayInterest(classes=["A", "B", "C"]),
        PayPrincipal(classes=["A", "B", "C"], sharing=Sharing.PRO_RATA_BALANCE),
        PayResidual(classes=["R"]),
    ]
    trust = Trust(ledger, deal([*classes, RESIDUAL], steps), pool="300000.00")
    january = trust.month(1, "2000.00", "100.00")
    assert sorted(trust.paid(1, name)[1] for name in "ABC") == ["33.33", "33.33", "33.34"]
    assert january.waterfall.overcollateralization.value == 0
    paid = [item.event for item in ledger.events(DEAL) if isinstance(item.event, BondPrincipalPaid)]
    assert sum(event.amount for event in paid) == Decimal("100.00")


def dollars(value: str) -> Exact:
    return Exact(Fraction(Decimal(value)))


def claim(class_id: str, balance: str, interest: str = "0.00", *, rank: int = 1, written_down: str = "0.00") -> Claim:
    held = dollars(balance)
    return Claim(
        class_id=class_id,
        face=held,
        balance=held,
        rank=rank,
        interest_due=dollars(interest),
        written_down=dollars(written_down),
    )


def means(interest: str, principal: str, pool: str, *, lost: str = "0.00", recovered: str = "0.00") -> Means:
    return Means(
        interest_funds=dollars(interest),
        principal_funds=dollars(principal),
        closing_pool=dollars(pool),
        loss_to_allocate=dollars(lost),
        recoveries=dollars(recovered),
    )


def got(result: WaterfallResult, what: str) -> Figures:
    return {name: str(getattr(item, what).decimal) for name, item in result.classes.items()}


def test_interest_is_paid_in_whole_cents_and_what_is_left_goes_on() -> None:
    """10.005 over three claims of 5: 10.00 is payable, 3.34 + 3.33 + 3.33; the half cent is left for the residual.

    What is carried is whole cents: 1.66, 1.67 and 1.67.
    """
    steps: list[Step] = [
        PayInterest(classes=["A", "B", "C"], sharing=Sharing.PRO_RATA_CLAIM),
        PayResidual(classes=["R"]),
    ]
    claims = [*(claim(name, "100", "5.00") for name in "ABC"), claim("R", "0")]
    result = run_waterfall(steps, claims, means("10.005", "0", "300"))
    assert sorted(got(result, "interest_paid").values()) == ["0.00", "3.33", "3.33", "3.34"]
    assert sorted(got(result, "interest_shortfall").values()) == ["0.00", "1.66", "1.67", "1.67"]
    assert result.classes["R"].residual_paid == Fraction(5, 1000)


def test_a_second_interest_step_pays_only_what_the_first_could_not() -> None:
    """A is owed 5: 3 of interest funds, then 2 of principal funds; 8 of 10 are left to retire it."""
    steps: list[Step] = [
        PayInterest(classes=["A"]),
        PayInterest(classes=["A"], source=Source.PRINCIPAL),
        PayPrincipal(classes=["A"]),
    ]
    result = run_waterfall(steps, [claim("A", "100", "5.00")], means("3", "10", "90"))
    assert got(result, "interest_paid") == {"A": "5.00"}
    assert got(result, "principal_paid") == {"A": "8.00"}
    assert got(result, "loss") == {"A": "0.00"}


def test_a_notional_class_pro_rata_on_balance_still_gets_its_interest() -> None:
    """A has a balance and claims 4, IO has none and claims 3; of 6, A gets 4 and IO the other 2."""
    steps: list[Step] = [PayInterest(classes=["A", "IO"], sharing=Sharing.PRO_RATA_BALANCE)]
    result = run_waterfall(steps, [claim("A", "100", "4.00"), claim("IO", "0", "3.00")], means("6", "0", "100"))
    assert got(result, "interest_paid") == {"A": "4.00", "IO": "2.00"}


def test_extra_principal_stops_at_the_class_balances() -> None:
    """OC target 50, pool 20 after principal of 5, A at 10: only 5 are left to pay, though the gap is 35 and more."""
    steps: list[Step] = [
        PayPrincipal(classes=["A"]),
        BuildOvercollateralization(classes=["A"]),
        PayResidual(classes=["R"]),
    ]
    result = run_waterfall(
        steps, [claim("A", "10"), claim("R", "0")], attrs.evolve(means("30", "5", "20"), oc_target=dollars("50"))
    )
    assert got(result, "extra_principal") == {"A": "5.00", "R": "0.00"}
    assert got(result, "closing_balance")["A"] == "0.00"
    assert got(result, "residual_paid")["R"] == "25.00"


def test_classes_of_one_rank_are_written_up_pro_rata_on_what_they_lost() -> None:
    """8 come back; B1 lost 30 and B2 10: 6 and 2. C, ranked below, gets nothing before they are whole."""
    claims = [
        claim("B1", "70", rank=2, written_down="30"),
        claim("B2", "90", rank=2, written_down="10"),
        claim("C", "0", rank=3, written_down="50"),
    ]
    result = run_waterfall([], claims, means("0", "0", "168", recovered="8"))
    assert got(result, "written_up") == {"B1": "6.00", "B2": "2.00", "C": "0.00"}


def test_less_than_a_cent_above_the_pool_is_not_a_loss() -> None:
    """Bonds of 100.00 stand 0.0049 above a pool of 99.9951, and 5 were lost long ago: nobody is written down."""
    steps: list[Step] = [PayPrincipal(classes=["A"])]
    result = run_waterfall(steps, [claim("A", "100.00")], means("0", "0", "99.9951", lost="5"))
    assert got(result, "loss") == {"A": "0.00"}


def test_a_step_that_names_a_class_without_a_claim_is_an_error() -> None:
    """Z claims nothing and is named nowhere but in the step."""
    with pytest.raises(ValueError, match="names class 'Z'"):
        run_waterfall([PayInterest(classes=["Z"])], [claim("A", "100")], means("0", "0", "100"))
