"""Two loans and one class: a deal small enough to work every month out by hand, under the second rules.

Loans 1 and 2 of 150,000 at 6% (servicing 0.25%) owe 100.00 of principal and 750.00 or so of interest on the first of
the month; the servicer keeps 31.25 on each. Class A of 250,000 pays 5%, 30/360; R takes the rest. Paid on the 25th.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ledger import (
    AccrualRule,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    DayCount,
    DealTerms,
    DistributionReport,
    Event,
    Ledger,
    LoanBoarded,
    LoanGroup,
    PayInterest,
    PayPrincipal,
    PayResidual,
    RateKind,
    Receipt,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    ShortfallDays,
    ShortfallTerms,
)
from tests.deals.closing import closed
from tests.deals.copies import begun

DEAL = "pair"
CUT_OFF, CLOSING = dt.date(2024, 1, 1), dt.date(2024, 1, 15)
FEBRUARY, MARCH, APRIL, MAY = dt.date(2024, 2, 26), dt.date(2024, 3, 25), dt.date(2024, 4, 25), dt.date(2024, 5, 28)
LOANS = ("1", "2")
BALANCE, PRINCIPAL = Decimal("150000.00"), Decimal("100.00")


def pair_terms(*, residual: bool = True, prepaid_from: int = 1, rules: int = 2, **more: Any) -> DealTerms:
    """Return the terms; without a residual class what is left stays in the account."""
    classes = [
        BondClass(
            class_id="A",
            face="250000.00",
            rate=ClassRate(kind=RateKind.FIXED, rate="0.05"),
            day_count=DayCount.THIRTY_360,
            accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
        ),
        BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=2),
    ]
    steps = [PayInterest(classes=["A"]), PayPrincipal(classes=["A"]), PayResidual(classes=["R"])]
    return DealTerms(
        title="Pair Trust 2024-1",
        cut_off_date=CUT_OFF,
        closing_date=CLOSING,
        calendar=CalendarTerms(
            first_payment_date=FEBRUARY, final_payment_date="2054-01-26", prepayment_start_day=prepaid_from
        ),
        groups=[LoanGroup(group_id="one", original_balance="300000.00", original_loan_count=2)],
        classes=classes if residual else classes[:1],
        waterfall=steps if residual else steps[:2],
        shortfalls=ShortfallTerms(days=ShortfallDays.THIRTY_LESS_DAY_PAID),
        rules=rules,
        **more,
    )


def pair_deal(ledger: Ledger, terms: DealTerms | None = None) -> Ledger:
    """Open the deal in an empty ledger, and board its loans."""
    known = pair_terms() if terms is None else terms

    def post(made: Ledger) -> None:
        made.open_deal(DEAL, known).or_raise()
        made.post_many(
            LoanBoarded(
                event_id=f"board/{loan}",
                loan=loan,
                group="one",
                balance=BALANCE,
                note_rate="0.06",
                servicing_rate="0.0025",
                **on(CUT_OFF),
            )
            for loan in LOANS
        ).or_raise()

    begun(ledger, ("pair", known), post)
    return ledger


def on(day: dt.date | str, **fields: Any) -> Any:
    """Return what an event of the deal begins with, dated a day."""
    return {"deal": DEAL, "effective_date": day, **fields}


def first(number: int) -> dt.date:
    """Return the day in 2024 on which a month's instalments fall due."""
    return dt.date(2024, number, 1)


def due(number: int, loan: str, interest: str | Decimal = "750.00", principal: str | Decimal = PRINCIPAL) -> Event:
    """Return the instalment of a loan of a month."""
    name = f"due/{number}/{loan}"
    return ScheduledPaymentDue(event_id=name, principal=principal, interest=interest, **on(first(number), loan=loan))


def paid(number: int, loan: str, interest: str | Decimal = "750.00", principal: str | Decimal = PRINCIPAL) -> Event:
    """Return its payment, on its due date."""
    name = f"paid/{number}/{loan}"
    return CollectionReceived(event_id=name, principal=principal, interest=interest, **on(first(number), loan=loan))


def fee(number: int, loan: str, amount: str | Decimal = "31.25") -> Event:
    """Return the servicing fee that is kept of a loan of a month, on the 20th."""
    day = dt.date(2024, number, 20)
    return ServicingFeeWithheld(event_id=f"fee/{number}/{loan}", amount=amount, **on(day, loan=loan))


def interest_of(number: int) -> Decimal:
    """Return a month's interest of a loan that has owed every instalment since February and nothing else."""
    return _cents((BALANCE - PRINCIPAL * (number - 2)) * Decimal("0.005"))


def fee_of(number: int) -> Decimal:
    """Return a month's servicing fee of such a loan."""
    return _cents((BALANCE - PRINCIPAL * (number - 2)) * Decimal("0.0025") / 12)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def month(number: int, loans: Iterable[str] = LOANS) -> list[Event]:
    """Return a month in which every loan owes 100.00 and its interest, and pays on the first."""
    interest = interest_of(number)
    return [
        event
        for loan in loans
        for event in (due(number, loan, interest), paid(number, loan, interest), fee(number, loan, fee_of(number)))
    ]


def settle(ledger: Ledger, day: dt.date) -> Receipt:
    """Close a distribution, acknowledging what the gate asks for, and pay it."""
    closed(ledger, DEAL, day)
    return ledger.distribute(DEAL, day).or_raise()


def given(report: DistributionReport) -> tuple[str, str, str]:
    """Return what a report gives: interest and principal of A, and R's rest."""
    classes = report.classes
    rest = str(classes["R"].result.residual_paid.decimal) if "R" in classes else "none"
    return str(classes["A"].result.interest_paid.decimal), str(classes["A"].result.principal_paid.decimal), rest


def told(outcome: Any) -> list[str]:
    """Return the codes of a refusal; nothing where it was accepted."""
    return [violation.code for violation in getattr(outcome, "violations", ())]
