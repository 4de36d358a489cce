"""The same notes as events, posted through the public API as a servicer would post them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger import (
    AdvanceDeclaredNonrecoverable,
    AdvanceMade,
    AdvanceRecovered,
    CollectionAccountWithdrawn,
    CollectionReceived,
    CompensatingInterestPaid,
    CurtailmentCollected,
    Dated,
    DelinquencyReported,
    DerivativePaymentMade,
    Event,
    FeeCharged,
    IndexRateSet,
    InstalmentReportedDelinquent,
    InsuranceProceedsReceived,
    Ledger,
    LoanBoarded,
    LoanLiquidated,
    LoanRepurchased,
    LoanStatusChanged,
    PayoffCollected,
    PoolCharacteristicsReported,
    ReliefActShortfallReported,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    SubsequentRecoveryReceived,
)
from tests.model.notes import GROUPS, GroupMonth, Loan, Month
from tests.model.printing import rounded
from tests.model.statement import compensated, delinquent, prepaid_on, shortfall, total

ACKNOWLEDGED = "the month is made up"


def number(value: Fraction) -> Decimal:
    """Return a value that has a finite decimal."""
    found = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(found) == value, value
    return found


def events(deal: str, month: Month) -> Iterator[Event]:
    """Yield every event of a month's notes, in the order in which they are posted."""
    made_up = compensated(
        {group: shortfall(month.groups[group]) for group in GROUPS},
        total({group: month.groups[group].servicing_fee for group in GROUPS}),
    )
    start: Dated = {"deal": deal, "effective_date": month.prior_payment_date}
    tag = month.payment_date.strftime("%Y-%m")
    yield IndexRateSet(event_id=f"{tag}/libor", index="LIBOR-1M", rate=number(month.index), **start)
    for contract, due in month.contracts.items():
        yield DerivativePaymentMade(
            event_id=f"{tag}/derivative/{contract}",
            deal=deal,
            effective_date=month.payment_date,
            contract=contract,
            amount_due=number(due),
            amount_paid=number(rounded(due, 2)),
        )
    for group, notes in month.groups.items():
        yield from _leaving(deal, month, group, notes, f"{tag}/{group}")
        yield from _instalments(deal, month, group, notes, f"{tag}/{group}")
        yield from _account(deal, month, group, notes, made_up[group], f"{tag}/{group}")
        yield from _reports(deal, month, group, notes, f"{tag}/{group}")


def _board(deal: str, month: Month, group: str, loan: Loan) -> LoanBoarded:
    return LoanBoarded(
        event_id=f"loan/{loan.number}",
        deal=deal,
        effective_date=month.prior_payment_date + dt.timedelta(days=1),  # the day itself is of the closed period
        loan=loan.number,
        group=group,
        balance_in_group=number(loan.balance),
        loan_count=0,
        note_rate=number(loan.note_rate),
        original_balance=number(loan.original_balance),
        original_term_months=loan.original_term,
        origination_date=loan.origination_date,
        state=loan.state,
        loan_to_value=number(loan.loan_to_value),
    )


def _leaving(deal: str, month: Month, group: str, notes: GroupMonth, tag: str) -> Iterator[Event]:
    end = prepaid_on(month, 1).replace(day=28)
    e: Dated = {"deal": deal, "effective_date": end}
    for payoff in notes.payoffs:
        yield _board(deal, month, group, payoff.loan)
        yield PayoffCollected(
            event_id=f"{tag}/payoff/{payoff.loan.number}",
            deal=deal,
            effective_date=prepaid_on(month, payoff.day),
            loan=payoff.loan.number,
            amount=number(payoff.loan.balance),
            note_rate=number(payoff.loan.note_rate),
            premium=number(payoff.premium),
        )
    for bought in notes.repurchases:
        yield _board(deal, month, group, bought.loan)
        yield LoanRepurchased(
            event_id=f"{tag}/repurchase/{bought.loan.number}",
            loan=bought.loan.number,
            balance=number(bought.loan.balance),
            accrued_interest=number(bought.interest),
            **e,
        )
    for sold in notes.liquidations:
        yield _board(deal, month, group, sold.loan)
        yield LoanLiquidated(
            event_id=f"{tag}/liquidation/{sold.loan.number}",
            loan=sold.loan.number,
            balance=number(sold.loan.balance),
            accrued_interest=number(sold.interest),
            net_proceeds=number(sold.proceeds),
            realized_loss=number(sold.loss),
            **e,
        )
    for loan, amount in notes.recoveries:
        yield SubsequentRecoveryReceived(event_id=f"{tag}/recovery/{loan}", loan=loan, amount=number(amount), **e)
    if notes.curtailments:
        curtailed = number(notes.curtailments)
        yield CurtailmentCollected(event_id=f"{tag}/curtailments", group=group, amount=curtailed, **e)
    if notes.insurance_principal or notes.insurance_interest:
        yield InsuranceProceedsReceived(
            event_id=f"{tag}/insurance",
            group=group,
            principal=number(notes.insurance_principal),
            interest=number(notes.insurance_interest),
            **e,
        )
    for taken in notes.new_reo:
        yield _board(deal, month, group, taken)
        yield LoanStatusChanged(
            event_id=f"{tag}/reo/{taken.number}", loan=taken.number, status="reo", bucket="3+ payments", **e
        )


def _instalments(deal: str, month: Month, group: str, notes: GroupMonth, tag: str) -> Iterator[Event]:
    first = month.payment_date.replace(day=1)
    due: Dated = {"deal": deal, "effective_date": first}
    yield ScheduledPaymentDue(
        event_id=f"{tag}/due",
        group=group,
        principal=number(notes.due_principal),
        interest=number(notes.due_interest),
        **due,
    )
    yield CollectionReceived(
        event_id=f"{tag}/collected",
        group=group,
        principal=number(notes.collected_principal),
        interest=number(notes.collected_interest),
        due_date=first,
        **due,
    )
    missed = delinquent(notes.due_principal, notes.collected_principal, Fraction(0))
    missed_interest = delinquent(notes.due_interest, notes.collected_interest, shortfall(notes) + notes.relief)
    if missed or missed_interest:
        yield InstalmentReportedDelinquent(
            event_id=f"{tag}/delinquent",
            group=group,
            principal=number(missed),
            interest=number(missed_interest),
            servicing_fee=number(notes.delinquent_fee),
            due_date=first,
            **due,
        )
    if notes.relief:
        yield ReliefActShortfallReported(event_id=f"{tag}/relief", group=group, interest=number(notes.relief), **due)
    tenth: Dated = {"deal": deal, "effective_date": first.replace(day=10)}
    for late in notes.late:
        advanced = bool(late.advance_principal or late.advance_interest)
        yield CollectionReceived(
            event_id=f"{tag}/late/{late.due_date}/{'advanced' if advanced else 'never advanced'}",
            group=group,
            principal=number(late.principal),
            interest=number(late.interest),
            timing="late, advanced" if advanced else "late",
            due_date=late.due_date,
            **tenth,
        )
        if advanced:
            yield AdvanceRecovered(
                event_id=f"{tag}/recovered/{late.due_date}",
                group=group,
                principal=number(late.advance_principal),
                interest=number(late.advance_interest),
                source="late collections",
                due_date=late.due_date,
                **tenth,
            )


def _account(deal: str, month: Month, group: str, notes: GroupMonth, made_up: Fraction, tag: str) -> Iterator[Event]:
    e: Dated = {"deal": deal, "effective_date": month.payment_date - dt.timedelta(days=1)}
    first = month.payment_date.replace(day=1)
    if notes.advanced_principal or notes.advanced_interest:
        yield AdvanceMade(
            event_id=f"{tag}/advance",
            group=group,
            principal=number(notes.advanced_principal),
            interest=number(notes.advanced_interest),
            due_date=first,
            **e,
        )
    if notes.servicing_advance:
        yield AdvanceMade(
            event_id=f"{tag}/servicing-advance",
            group=group,
            principal="0.00",
            interest="0.00",
            servicing_advance=number(notes.servicing_advance),
            **e,
        )
    lost = (notes.nonrecoverable_principal, notes.nonrecoverable_interest, notes.nonrecoverable_servicing)
    if any(lost):
        principal, interest, servicing = map(number, lost)
        yield AdvanceDeclaredNonrecoverable(
            event_id=f"{tag}/nonrecoverable",
            group=group,
            principal=principal,
            interest=interest,
            servicing_advance=servicing,
            **e,
        )
        yield AdvanceRecovered(
            event_id=f"{tag}/taken-back",
            group=group,
            principal=principal,
            interest=interest,
            servicing_advance=servicing,
            source="any funds",
            **e,
        )
    for purpose, amount in notes.withdrawn.items():
        yield CollectionAccountWithdrawn(
            event_id=f"{tag}/withdrawn/{purpose}", group=group, purpose=purpose, amount=number(amount), **e
        )
    if notes.servicing_fee:
        yield ServicingFeeWithheld(event_id=f"{tag}/fee", group=group, amount=number(notes.servicing_fee), **e)
    if made_up:
        yield CompensatingInterestPaid(event_id=f"{tag}/compensating", group=group, amount=number(made_up), **e)
    if notes.pmi:
        yield FeeCharged(event_id=f"{tag}/pmi", fee_id="pmi", group=group, amount=number(notes.pmi), **e)


def _reports(deal: str, month: Month, group: str, notes: GroupMonth, tag: str) -> Iterator[Event]:
    e: Dated = {"deal": deal, "effective_date": prepaid_on(month, 28)}
    averages: dict[str, Any] = {name: number(value) for name, value in notes.averages.items()}
    first: Dated = {"deal": deal, "effective_date": month.payment_date.replace(day=1)}
    yield PoolCharacteristicsReported(event_id=f"{tag}/averages", group=group, **averages, **first)
    for (category, bucket), (amount, loans) in notes.delinquency.items():
        yield DelinquencyReported(
            event_id=f"{tag}/{category.lower()}/{bucket}",
            group=group,
            category=category.lower(),
            bucket=bucket,
            balance=number(amount),
            loan_count=loans,
            **e,
        )


def post(ledger: Ledger, deal: str, month: Month) -> None:
    """Post a month, close it with whatever the gate wants named, and pay the bonds."""
    ledger.post_many(list(events(deal, month))).or_raise()
    found = ledger.readiness(deal, month.payment_date)
    named = {finding.code: ACKNOWLEDGED for finding in found.findings if finding.grade == "must be acknowledged"}
    ledger.close_period(deal, month.payment_date, acknowledge=named, who="A. Clerk").or_raise()
    ledger.distribute(deal, month.payment_date).or_raise()
