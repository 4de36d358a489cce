"""A deal whose balances rise and whose loans are modified: draws, a note that pays them, principal that revolves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from ledger import (
    AdditionalLoansPurchased,
    BondClass,
    CalendarTerms,
    ClassBalanceIncreased,
    ClassKind,
    ClassPrincipalReported,
    ClassRate,
    CollectionReceived,
    Dated,
    DealTerms,
    DeferredPrincipalCollected,
    DrawMade,
    Event,
    FundingAccountDeposited,
    FundingAccountReleased,
    IndexPublished,
    InterestCapitalized,
    Ledger,
    LoanBoarded,
    LoanGroup,
    LoanPaymentChanged,
    LossCarveOut,
    LossCause,
    MonthBuilt,
    PayInterest,
    PayPrincipal,
    PayReportedPrincipal,
    PayResidual,
    PrincipalDeferred,
    PrincipalForgiven,
    RateKind,
    RepayDraws,
    RevolvingPeriodEnded,
    ScheduledPaymentDue,
    SetAsidePrincipal,
)

DEAL = "rowan-2024-1"
PAID = (dt.date(2024, 2, 26), dt.date(2024, 3, 25))


def terms() -> DealTerms:
    """Return the terms: a note that lenders can be asked to pay in on, and principal that buys loans at first."""
    coupon = ClassRate(kind=RateKind.FIXED, rate="0.05")
    return DealTerms(
        title="Rowan Trust 2024-1",
        cut_off_date="2024-01-01",
        closing_date="2024-01-15",
        calendar=CalendarTerms(first_payment_date="2024-02-26", final_payment_date="2054-01-26", due_day=31),
        groups=(LoanGroup(group_id="lines", credit_limit="120000.00"),),
        classes=(
            BondClass(class_id="A", face="60000.00", rate=coupon),
            BondClass(class_id="V", face="30000.00", rate=coupon, maximum_balance="50000.00"),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=3),
        ),
        waterfall=(
            PayInterest(classes=("A", "V")),
            RepayDraws(),
            SetAsidePrincipal(until="2024-12-25", share="0.5"),
            PayReportedPrincipal(classes=("V",)),
            PayPrincipal(classes=("A",)),
            PayResidual(classes=("R",)),
        ),
        loss_carve_outs=(LossCarveOut(cause=LossCause.FRAUD, amount="100.00"),),
        funding_account_release_by="2025-01-25",
    )


def _instalments(month: int, paid: str = "500.00") -> Iterator[Event]:
    due: Dated = {"deal": DEAL, "effective_date": dt.date(2024, month, 28)}
    for loan in ("1", "2"):
        came = paid if loan == "2" else "500.00"
        yield ScheduledPaymentDue(
            event_id=f"{month}/due/{loan}", loan=loan, principal="900.00", interest="500.00", **due
        )
        yield CollectionReceived(event_id=f"{month}/paid/{loan}", loan=loan, principal="900.00", interest=came, **due)


def _reported(day: dt.date) -> Event:
    on: Dated = {"deal": DEAL, "effective_date": day}
    return ClassPrincipalReported(event_id=f"{day}/note", class_id="V", amount="80.00", **on)


def first_month() -> Iterator[Event]:
    """Yield what happens in January: draws that each of four pays, and cash put aside."""
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2024, 1, 29)}
    yield from _instalments(1)
    yield _reported(dt.date(2024, 2, 15))
    yield FundingAccountDeposited(event_id="put", amount="1000.00", **on)
    for number, who in enumerate(("principal collections", "funding account", "seller", "variable funding note")):
        yield DrawMade(event_id=f"draw/{number}", loan="1", amount=f"{number + 1}00.00", funded_by=who, **on)
    yield ClassBalanceIncreased(event_id="note", class_id="V", amount="400.00", used_for="draws", **on)


def second_month() -> Iterator[Event]:
    """Yield what happens in February: loans are modified and bought, and the revolving period ends."""
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2024, 2, 28)}
    yield from _instalments(2, paid="450.00")
    yield InterestCapitalized(event_id="added", loan="2", amount="50.00", arrears="current instalment", **on)
    yield PrincipalDeferred(event_id="deferred", loan="2", amount="2000.00", written_off="2000.00", **on)
    yield DeferredPrincipalCollected(event_id="came", loan="2", recovery="150.00", **on)
    yield PrincipalForgiven(event_id="forgiven", loan="2", amount="300.00", deferred="100.00", cause="fraud", **on)
    yield AdditionalLoansPurchased(event_id="bought", group="lines", amount="700.00", **on)
    yield LoanPaymentChanged(event_id="pays", loan="2", payment="1400.00", **on)
    yield IndexPublished(event_id="cmt", index="CMT-1Y", rate="0.0481", as_of="2024-02-27", **on)
    yield MonthBuilt(
        event_id="built", due_date="2024-02-28", known_through=20, instalments=0, as_due=0, principal="0.00",
        interest="0.00", **on,
    )  # fmt: skip
    yield LoanBoarded(event_id="board/3", loan="3", group="lines", balance="700.00", note_rate="0.06", **on)
    later: Dated = {"deal": DEAL, "effective_date": dt.date(2024, 3, 5)}
    yield RevolvingPeriodEnded(event_id="ended", reason="an event of default of the seller", **later)
    yield _reported(dt.date(2024, 3, 15))
    yield FundingAccountReleased(event_id="released", amount="100.00", **later)


def live(ledger: Ledger, clock: Callable[[str], None]) -> None:
    """Let two months pass, close each with what the gate names, and pay it."""
    clock("2024-01-15 10:00:00")
    ledger.open_deal(DEAL, terms()).or_raise()
    began: Dated = {"deal": DEAL, "effective_date": dt.date(2024, 1, 1)}
    ledger.post_many(
        LoanBoarded(
            event_id=f"board/{loan}", loan=loan, group="lines", balance="50000.00", note_rate="0.12",
            credit_limit="60000.00", **began,
        )
        for loan in ("1", "2")
    ).or_raise()  # fmt: skip
    for number, events in enumerate((first_month(), second_month())):
        paid = PAID[number]
        clock(f"{paid:%Y-%m}-08 10:00:00")
        ledger.post_many(events).or_raise()
        clock(f"{paid:%Y-%m}-20 18:00:00")
        named = dict.fromkeys(ledger.readiness(DEAL, paid).codes_to_acknowledge, "as the servicer's letter says")
        ledger.close_period(DEAL, paid, acknowledge=named, who="Ada").or_raise()
        clock(f"{paid} 12:00:00")
        ledger.distribute(DEAL, paid).or_raise()
