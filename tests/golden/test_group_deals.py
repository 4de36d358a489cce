"""Published months of deals of several loan groups: every class row that is printed, to the cent.

The statements end before their halves of principal, so rates, balances and interest are compared. What they do not
print is supplied, and labelled: unpaid interest brought forward is what a class was paid beyond its coupon, a rate that
is printed to five decimals the shortest one that gives the interest of all who share it, a notional balance likewise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

import replay
from ledger import (
    AmountBroughtForward,
    ClassRateReported,
    CollectionReceived,
    Dated,
    Deal,
    DealTerms,
    Event,
    Ledger,
    PayInterest,
    PoolBalanceBroughtForward,
    RecordDateRule,
    Schedule,
    ScheduledPaymentDue,
    Sharing,
    reported_rate,
)
from replay import Status
from replay.filing import ClassTable, read_class_table
from tests.deals import foreign
from tests.deals.class_tables import amount, printed_rate

TABLES = Path(__file__).resolve().parent.parent / "data" / "tables"
BANC = ("bafc_2006-B_2009-03-20", "boams_2005-3_2008-01-25")
UNPAID = {BANC[0]: {"2-A-1": "0.01", "B-3": "14461.48", "B-4": "5558.56", "B-5": "6258.69"}}
"""Interest that the table shows as not paid: a month's coupon on each balance; of 2-A-1, a cent that no rate gives that
prints as its own."""

NOTIONAL = ("1-A-7",)


def table(name: str) -> ClassTable:
    """Return the class table of a statement."""
    return read_class_table((TABLES / f"{name}.csv").read_text("utf-8"))


def paid_on(held: ClassTable) -> date:
    """Return the distribution date, which the table prints."""
    assert held.distribution_date is not None
    return held.distribution_date


def group_of(class_id: str) -> str:
    """Return the loan group that a class is paid by, or nothing for the subordinates of all."""
    first = class_id.partition("-")[0]
    return first if first.isdigit() else ""


def group_terms(held: ClassTable) -> DealTerms:
    """Return a deal of several groups: seniors paid by their own, subordinates in order by what is left of all."""
    month = paid_on(held).replace(day=1)
    deal = Deal(
        "Group deal",
        cut_off=month.replace(year=month.year - 1),
        closing=month.replace(year=month.year - 1),
        first_payment=month.replace(year=month.year - 1, month=month.month + 1),
        final_payment=month.replace(year=month.year + 1),
    )
    rows = [row for row in held.rows if row.class_id != "Total"]
    for name in sorted({group_of(row.class_id) for row in rows} - {""}):
        deal = deal.group(name)
    for row in rows:
        own = group_of(row.class_id)
        if row.class_id in NOTIONAL:
            deal = deal.interest_only(
                row.class_id, of=(), coupon=reported_rate(), groups=(own,), cusip=row.cells["cusip"]
            )
        else:
            add = deal.senior if own else deal.subordinate
            deal = add(
                row.class_id,
                face=amount(row, "beginning"),
                coupon=reported_rate(),
                groups=(own,) if own else (),
                cusip=row.cells["cusip"],
            )
    for group in deal.groups:
        own_classes = [row.class_id for row in rows if group_of(row.class_id) == group.group_id]
        deal = deal.then(PayInterest(classes=own_classes, groups=(group.group_id,), sharing=Sharing.PRO_RATA_CLAIM))
    junior = [row.class_id for row in rows if not group_of(row.class_id)]
    deal = deal.then(PayInterest(classes=junior)) if junior else deal
    terms = deal.terms()
    calendar = attrs.evolve(
        terms.calendar,
        payment_day=paid_on(held).day,
        record_date=RecordDateRule.LAST_BUSINESS_DAY_OF_PRIOR_MONTH,
    )
    return attrs.evolve(terms, calendar=calendar)


def rates(held: ClassTable, terms: DealTerms, on: Dated) -> Iterator[Event]:
    """Yield the rates as reported: those that classes share are unrounded, notional balances are back-solved."""
    at = Schedule(terms).paid_on(paid_on(held))
    assert at is not None
    for name, (rate, notional) in foreign.supplied_rates(terms, held, at).items():
        yield ClassRateReported(event_id=f"rate/{name}", class_id=name, rate=rate, notional_balance=notional, **on)


def month(deal: str, held: ClassTable, terms: DealTerms) -> Iterator[Event]:
    """Yield what is brought forward, the rates, and interest that brings in what the classes were paid."""
    first = paid_on(held).replace(day=1)
    due: Dated = {"deal": deal, "effective_date": first}
    prior: Dated = {"deal": deal, "effective_date": first - timedelta(days=1)}
    before: Dated = {"deal": deal, "effective_date": (first - timedelta(days=1)).replace(day=28)}
    rows = {row.class_id: row for row in held.rows if row.class_id != "Total"}
    collected: dict[str, Decimal] = dict.fromkeys(terms.group_ids, Decimal(0))
    pools = dict.fromkeys(terms.group_ids, Decimal(0))
    for name, row in rows.items():
        own = group_of(name) or terms.group_ids[0]
        collected[own] += amount(row, "interest")
        pools[own] += amount(row, "beginning")
        if not group_of(name) and amount(row, "interest"):
            accrued = (amount(row, "beginning") * printed_rate(row) / 12).quantize(Decimal("0.01"))
            yield AmountBroughtForward(
                event_id=f"unpaid/{name}",
                measure="unpaid interest",
                class_id=name,
                amount=amount(row, "interest") - accrued,
                **before,
            )
    for group in terms.group_ids:
        yield PoolBalanceBroughtForward(
            event_id=f"pool/{group}", group=group, balance=pools[group], loan_count=0, **before
        )
        paid: dict[str, Any] = {"group": group, "principal": "0.00", "interest": collected[group]}
        yield ScheduledPaymentDue(event_id=f"due/{group}", **paid, **due)
        yield CollectionReceived(event_id=f"paid/{group}", **paid, **due)
    yield from rates(held, terms, prior)


@pytest.mark.parametrize("name", BANC)
def test_every_row_of_a_deal_of_groups_is_said_to_the_cent(name: str) -> None:
    held = table(name)
    terms = group_terms(held)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(name, terms).or_raise()
        ledger.post_many(month(name, held, terms)).or_raise()
        ledger.close_period(name, paid_on(held)).or_raise()
        ledger.distribute(name, paid_on(held)).or_raise()
        statement = replay.statement(ledger, name, payment_date=paid_on(held))
        tied = replay.reconcile_class_table(statement, held, ledger=ledger)
    assert tied.breaks == ()
    assert tied.count(Status.EQUAL) >= 3 * (len(held.rows) - 1)
    for row in (row for row in held.rows if row.class_id != "Total"):
        item = statement.report.classes[row.class_id]
        assert item.recorded.interest.decimal == amount(row, "interest")
        if row.class_id not in NOTIONAL:
            assert item.accrual.opening_balance.decimal == amount(row, "beginning")
    unpaid = {name: str(item.unpaid_interest.decimal) for name, item in statement.report.classes.items()}
    assert {name: left for name, left in unpaid.items() if left != "0.00"} == UNPAID.get(name, {})
