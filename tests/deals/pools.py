"""Deals with what a statement can show: three pools and four classes, or one group and one class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import attrs

from ledger import (
    AccrualRule,
    BondClass,
    CalendarTerms,
    Characteristics,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DayCount,
    DealTerms,
    Event,
    Fee,
    FeeBasis,
    IndexRateSet,
    LoanBoarded,
    LoanGroup,
    LoanStatusChanged,
    OvercollateralizationTerms,
    PayInterest,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    PoolCharacteristicsReported,
    RateKind,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
)

DEAL = "example"
CUT_OFF = date(2003, 3, 1)
CLOSING = date(2003, 3, 20)
FIRST_PAID = date(2003, 4, 25)
PREPAID = date(2003, 4, 28)
AT_ISSUE = {"coupon": "0.0775", "months_to_maturity": "350", "amortization_months": "350", "seasoning_months": "10"}
ARM = {"margin": "0.0275", "max_rate": "0.1375", "min_rate": "0.0275", "cap_up": "0.01", "cap_down": "0.01"}


def group(number: int, title: str, *, adjustable: bool = False) -> LoanGroup:
    """Return a group of twenty loans of 100,000."""
    return LoanGroup(
        group_id=f"group-{number}",
        number=number,
        title=title,
        adjustable=adjustable,
        original_balance="2000000",
        original_loan_count=20,
        original=Characteristics(**AT_ISSUE, **(ARM if adjustable else {})),
    )


def bond(class_id: str, face: str, rank: int, rate: ClassRate, description: str = "") -> BondClass:
    """Return a class that accrues as its rate does: floaters on actual/360, fixed classes on 30/360."""
    fixed = rate.kind is RateKind.FIXED
    return BondClass(
        class_id=class_id,
        cusip=f"00000X{rank:02}9" if fixed else "",
        description=description,
        face=face,
        rank=rank,
        rate=rate,
        day_count=DayCount.THIRTY_360 if fixed else DayCount.ACTUAL_360,
        accrual=AccrualRule.PRIOR_CALENDAR_MONTH if fixed else AccrualRule.PAYMENT_TO_PAYMENT,
    )


def terms_of(title: str, groups: Sequence[LoanGroup], bonds: Sequence[BondClass]) -> DealTerms:
    """Return plain terms: three fees, interest and principal by rank, and the rest to the residual class."""
    named = tuple(item.class_id for item in bonds)
    titles = ("Trustee Fee", "Back-Up Servicing Fee", "Special Servicing and Workout Fee (2)")
    return DealTerms(
        title=title,
        cut_off_date=CUT_OFF,
        closing_date=CLOSING,
        calendar=CalendarTerms(first_payment_date="2003-04-25", final_payment_date="2033-04-25"),
        groups=groups,
        classes=(*bonds, BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=9)),
        fees=tuple(
            Fee(fee_id=f"fee-{number}", title=name, basis=FeeBasis.POOL_BALANCE, rate="0.0001")
            for number, name in enumerate(titles)
        ),
        waterfall=(PayInterest(classes=named), PayPrincipal(classes=named), PayResidual(classes=("R",))),
        original=Characteristics(**AT_ISSUE),
    )


FLOATING = ClassRate(kind=RateKind.FLOATING, index="LIBOR-1M", margin="0.002")


def three_pools() -> DealTerms:
    """Return three pools, one of them adjustable, and four classes, without overcollateralization."""
    fixed = {rate: ClassRate(kind=RateKind.FIXED, rate=rate) for rate in ("0.055", "0.07")}
    bonds = (
        bond("A-1", "3000000", 1, FLOATING, "SEN FLT"),
        bond("A-2", "2000000", 2, fixed["0.055"], "SEN FIX"),
        bond("M-1", "1000000", 3, fixed["0.07"], "MEZ"),
    )
    pools = (group(1, "Pool I"), group(2, "Pool II"), group(3, "Pool III", adjustable=True))
    terms = terms_of("Example Home Equity Trust 2003-A", pools, bonds)
    return attrs.evolve(terms, series="2003-A", description="Mortgage Pass-Through Certificates")


def one_group() -> DealTerms:
    """Return one group and one class, with a target, no series and no description."""
    terms = terms_of("Example Funding 2003-1", (group(1, "All Loans"),), (bond("Notes", "1900000", 1, FLOATING),))
    return attrs.evolve(terms, overcollateralization=OvercollateralizationTerms(target="100000"))


def loans_of(terms: DealTerms) -> Iterator[LoanBoarded]:
    """Yield twenty loans for each group."""
    for item in terms.groups:
        arm = ARM if item.adjustable else {}
        for number in range(20):
            yield LoanBoarded(
                event_id=f"board/{item.number}/{number}",
                deal=DEAL,
                effective_date=CUT_OFF,
                loan=f"{item.number}{number:07}",
                group=item.group_id,
                balance="100000",
                original_balance="104250.75",
                note_rate="0.0775",
                servicing_rate="0.005",
                original_term_months=360,
                remaining_term_months=350,
                remaining_amortization_months="350",
                seasoning_months="10",
                origination_date="2002-05-15",
                state="CA",
                loan_to_value="0.7999",
                margin=arm.get("margin"),
                max_rate=arm.get("max_rate"),
                min_rate=arm.get("min_rate"),
                cap_up=arm.get("cap_up"),
                cap_down=arm.get("cap_down"),
            )


def month(terms: DealTerms, accrual_start: date, due: date) -> Iterator[Event]:
    """Yield the index, and each group's instalments and servicing fee; and how old the loans are."""
    yield IndexRateSet(event_id=f"{due}/index", deal=DEAL, effective_date=accrual_start, index="LIBOR-1M", rate="0.013")
    on: Dated = {"deal": DEAL, "effective_date": due}
    for group_id in (None, *terms.group_ids):
        yield PoolCharacteristicsReported(
            event_id=f"{due}/age/{group_id or 'pool'}", group=group_id, seasoning_months=f"{6 + due.month}", **on
        )
    principal, interest = "4321.09", "12916.67"
    for name in terms.group_ids:
        yield ScheduledPaymentDue(
            event_id=f"{due}/due/{name}", group=name, principal=principal, interest=interest, **on
        )
        yield CollectionReceived(
            event_id=f"{due}/collected/{name}", group=name, principal=principal, interest=interest, **on
        )
        yield ServicingFeeWithheld(event_id=f"{due}/fee/{name}", group=name, amount="833.33", **on)


def mishaps() -> Iterator[Event]:
    """Yield payoffs in two groups, a curtailment, and loans behind in every category."""
    on: Dated = {"deal": DEAL, "effective_date": PREPAID}
    for loan in ("10000001", "30000002"):
        yield PayoffCollected(event_id=f"payoff/{loan}", loan=loan, amount="100000", note_rate="0.0775", **on)
    yield CurtailmentCollected(event_id="curtailment", loan="20000003", amount="12000.50", **on)
    behind = (
        ("10000005", "performing", "2 payments"),
        ("20000006", "foreclosure", "3+ payments"),
        ("30000008", "bankruptcy", "current"),
    )
    for loan, status, bucket in behind:
        yield LoanStatusChanged(event_id=f"status/{loan}", loan=loan, status=status, bucket=bucket, **on)
