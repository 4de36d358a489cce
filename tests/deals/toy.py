"""A small made-up deal in round numbers: what most tests post to.

Ten loans of 100,000 at 12% (1% a month), six in group ``one`` and four in ``two``; class A of 800,000 floats at 6%,
class B of 150,000 pays 8%, and Cert takes what is left. Every month a loan owes 100 of principal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

from ledger import (
    AccrualRule,
    BondClass,
    BuildOvercollateralization,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DayCount,
    DealTerms,
    DerivativeContract,
    Event,
    Fee,
    FeeBasis,
    IndexRateSet,
    InstalmentReportedDelinquent,
    LateEvents,
    Ledger,
    LoanBoarded,
    LoanGroup,
    OvercollateralizationTerms,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayResidual,
    RateKind,
    Receipt,
    Schedule,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    TermsAmended,
)
from tests.deals.copies import begun

TOY = "toy"
INDEX = "INDEX-1M"
CUT_OFF = dt.date(2020, 12, 1)
CLOSING = dt.date(2020, 12, 15)
LOANS = {**{f"one-{n}": "one" for n in range(1, 7)}, **{f"two-{n}": "two" for n in range(1, 5)}}
BALANCE = 100_000
PRINCIPAL = 100
"""What a loan owes of principal each month, in dollars."""

NOBODY: Mapping[str, tuple[str, str]] = {}
"""The loans that do not pay all they owe, in a plain month."""

NOTHING: Mapping[str, str] = {}
"""What loans need not pay, in a plain month."""


def toy_terms(*, late_events: LateEvents = LateEvents.REFUSE, title: str = "Toy Trust", rules: int = 1) -> DealTerms:
    """Return the terms of the toy deal: 24 distributions from January 2021 on, and a few years more."""
    return DealTerms(
        title=title,
        cut_off_date=CUT_OFF,
        closing_date=CLOSING,
        calendar=CalendarTerms(first_payment_date="2021-01-25", final_payment_date="2025-12-26"),
        groups=(
            LoanGroup(group_id="one", number=1, title="One", original_balance="600000", original_loan_count=6),
            LoanGroup(group_id="two", number=2, title="Two", original_balance="400000", original_loan_count=4),
        ),
        classes=(
            BondClass(
                class_id="A",
                face="800000",
                rank=1,
                rate=ClassRate(kind=RateKind.FLOATING, index=INDEX, margin="0.01", available_funds_cap=True),
                day_count=DayCount.THIRTY_360,
                accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
            ),
            BondClass(
                class_id="B",
                face="150000",
                rank=2,
                rate=ClassRate(kind=RateKind.FIXED, rate="0.08"),
                day_count=DayCount.THIRTY_360,
                accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
            ),
            BondClass(class_id="Cert", kind=ClassKind.RESIDUAL, rank=3),
        ),
        fees=(
            Fee(fee_id="trustee", title="Trustee Fee", basis=FeeBasis.POOL_BALANCE, rate="0.0012"),
            Fee(fee_id="pmi", title="Mortgage Insurance", basis=FeeBasis.POSTED),
        ),
        overcollateralization=OvercollateralizationTerms(target="50000"),
        derivatives=(DerivativeContract(contract="CAP-1", kind="cap"),),
        waterfall=(
            PayDerivatives(),
            PayInterest(classes=("A", "B")),
            PayPrincipal(classes=("A", "B")),
            BuildOvercollateralization(classes=("A", "B")),
            PayResidual(classes=("Cert",)),
        ),
        late_events=late_events,
        rules=rules,
    )


def month_of(ordinal: int) -> tuple[int, int]:
    """Return the year and month in which the distribution with this ordinal (1 is January 2021) is paid."""
    return 2021 + (ordinal - 1) // 12, (ordinal - 1) % 12 + 1


def due_date(ordinal: int) -> dt.date:
    """Return the day on which the instalments of a distribution fall due: the first of its month."""
    return dt.date(*month_of(ordinal), 1)


@cache
def payment_date(ordinal: int) -> dt.date:
    """Return the payment date of a distribution, by the deal's own calendar."""
    return Schedule(toy_terms()).payment_dates[ordinal - 1]


def prior_month(ordinal: int, day: int = 1) -> dt.date:
    """Return a day of the month before the distribution: its prepayment and accrual period."""
    return (due_date(ordinal) - dt.timedelta(days=1)).replace(day=day)


def boarding(deal: str = TOY, loans: Sequence[str] = tuple(LOANS)) -> list[Event]:
    """Return the events that board the loans, one by one."""
    return [
        LoanBoarded(
            event_id=f"board/{loan}",
            deal=deal,
            effective_date=CUT_OFF,
            loan=loan,
            group=LOANS[loan],
            balance=BALANCE,
            note_rate="0.12",
            servicing_rate="0.006",
        )
        for loan in loans
    ]


def toy_deal(ledger: Ledger, deal: str = TOY, *, late_events: LateEvents = LateEvents.REFUSE, rules: int = 1) -> None:
    """Open the toy deal and board its loans; the log then ends at sequence 13."""

    def post(made: Ledger) -> None:
        made.open_deal(deal, toy_terms(late_events=late_events, rules=rules)).or_raise()
        made.post_many(boarding(deal)).or_raise()

    begun(ledger, ("toy", deal, late_events, rules), post)


def month_events(
    ordinal: int,
    deal: str = TOY,
    *,
    curtailment: str = "0.00",
    unpaid: Mapping[str, tuple[str, str]] = NOBODY,
    not_owed: Mapping[str, str] = NOTHING,
) -> list[Event]:
    """Return a plain month: every loan pays what it owes; one loan may pay a little ahead.

    ``unpaid`` gives the principal and interest that a loan does not pay, which is reported delinquent; ``not_owed`` the
    interest that one does not pay because it need not.
    """
    due = due_date(ordinal)
    on: Dated = {"deal": deal, "effective_date": due}
    events: list[Event] = [
        IndexRateSet(
            event_id=f"{ordinal}/index", deal=deal, effective_date=prior_month(ordinal), index=INDEX, rate="0.05"
        )
    ]
    for loan in LOANS:
        balance = BALANCE - PRINCIPAL * (ordinal - 1)
        p, i = PRINCIPAL, balance // 100
        events.append(ScheduledPaymentDue(event_id=f"{ordinal}/due/{loan}", loan=loan, principal=p, interest=i, **on))
        short = [Decimal(amount) for amount in unpaid.get(loan, ("0.00", "0.00"))]
        relieved = Decimal(not_owed.get(loan, "0.00"))
        events.append(
            CollectionReceived(
                event_id=f"{ordinal}/collected/{loan}",
                loan=loan,
                principal=p - short[0],
                interest=i - short[1] - relieved,
                **on,
            )
        )
        if loan in unpaid:
            name = f"{ordinal}/delinquent/{loan}"
            events.append(
                InstalmentReportedDelinquent(event_id=name, loan=loan, principal=short[0], interest=short[1], **on)
            )
    for group in ("one", "two"):
        loans = sum(held == group for held in LOANS.values())
        fee = Decimal(loans * (BALANCE - PRINCIPAL * (ordinal - 1))) / 2000
        events.append(ServicingFeeWithheld(event_id=f"{ordinal}/servicing/{group}", group=group, amount=fee, **on))
    if curtailment != "0.00":
        events.append(
            CurtailmentCollected(
                event_id=f"{ordinal}/curtailment",
                deal=deal,
                effective_date=prior_month(ordinal, 15),
                loan="one-1",
                amount=curtailment,
            )
        )
    return events


def toy_month(ledger: Ledger, ordinal: int, deal: str = TOY, *, pay: bool = True) -> Receipt:
    """Post a plain month, and close and pay it unless told not to."""
    receipt = ledger.post_many(month_events(ordinal, deal)).or_raise()
    if pay:
        ledger.close_period(deal, payment_date(ordinal)).or_raise()
        receipt = ledger.distribute(deal, payment_date(ordinal)).or_raise()
    return receipt


def amended(deal: str = TOY, *, title: str = "Toy Trust, Amended", on: dt.date = CLOSING) -> TermsAmended:
    """Return an amendment that changes nothing but the title."""
    return TermsAmended(event_id=f"{deal}/amended", deal=deal, effective_date=on, terms=toy_terms(title=title))
