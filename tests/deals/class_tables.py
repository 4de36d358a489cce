"""Deals known only by their class tables, run through terms and events.

A class table prints rates, opening balances and what was paid. The terms of each deal stand in ``tests/data/deals``; a
month's class table in ``tests/data/statements``. What a table does not print is supplied here and labelled: the face of
a class is its earliest balance known, the pool is one group that brings in exactly what the classes are owed, the
notional balance of an interest-only class is the shortest one that gives its printed interest, and a rate that several
classes share is the shortest one that its printed digits and their interest allow (both back-solved).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import replay
from ledger import (
    AccrualRule,
    BondClass,
    ClassKind,
    ClassRateReported,
    CollectionReceived,
    CurtailmentCollected,
    Dated,
    DealTerms,
    Event,
    Ledger,
    RateKind,
    ScheduledPaymentDue,
    round_to,
    terms_from_json,
)
from replay.filing import ClassRow, ClassTable, parse_printed, read_class_table
from tests.deals.foreign import brought_forward

DATA = Path(__file__).resolve().parent.parent / "data"
_NAME = re.compile(r"(?P<deal>.+)_(?P<day>\d{4}-\d{2}-\d{2})\.csv")


def statements() -> list[tuple[str, date]]:
    """Return every (deal, distribution date) that a class table is kept for."""
    found = [_NAME.fullmatch(path.name) for path in sorted((DATA / "statements").glob("*.csv"))]
    return [(match["deal"], date.fromisoformat(match["day"])) for match in found if match is not None]


def table(deal: str, day: date) -> ClassTable:
    """Return a month's class table."""
    return read_class_table((DATA / "statements" / f"{deal}_{day}.csv").read_text(encoding="utf-8"))


def deal_terms(deal: str) -> DealTerms:
    """Return the deal's terms."""
    return terms_from_json((DATA / "deals" / f"{deal}.json").read_text(encoding="utf-8"))


def amount(row: ClassRow, column: str) -> Decimal:
    """Return a printed amount, zero where the table has none."""
    number = parse_printed(row.cells.get(column, "") or "0")
    assert number is not None
    return Decimal(number.numerator) / Decimal(number.denominator)


def back_solved_notional(interest: Decimal, rate: Decimal) -> Decimal:
    """Return the shortest balance that gives the printed interest at 30/360 for a month."""
    exact = Fraction(interest) * 12 / Fraction(rate)
    for places in range(-3, 3):
        quantum = Fraction(1, 1) / Fraction(10) ** places
        candidate = round_to(exact, quantum)
        if round_to(candidate * Fraction(rate) / 12, Fraction(1, 100)) == Fraction(interest):
            return Decimal(candidate.numerator) / Decimal(candidate.denominator)
    raise AssertionError(f"no balance gives {interest} at {rate}")


def _fitting(interest: Decimal, balance: Decimal) -> tuple[Fraction, Fraction]:
    """The rates from which a month's interest on a balance rounds to the printed one: lowest, and first too high."""
    half = Fraction(1, 200)
    return (Fraction(interest) - half) * 12 / Fraction(balance), (Fraction(interest) + half) * 12 / Fraction(balance)


def unrounded_rate(printed: Decimal, paid: list[tuple[Decimal, Decimal]]) -> Decimal:
    """Return the rate behind a printed one that several classes share, from their (interest, balance) pairs.

    A pool's net rate is printed to five decimals of a percent and used unrounded. The shortest rate within that
    rounding that explains the most classes is back-solved; where the printed rate explains them all it is the one.
    """
    spans = [_fitting(interest, balance) for interest, balance in paid if balance]
    held = Fraction(printed)

    def explained(rate: Fraction) -> int:
        return sum(low <= rate < high for low, high in spans)

    if explained(held) == len(spans):
        return printed
    points = [point for low, high in spans for point in (low, (low + high) / 2)]
    near = [point for point in points if abs(point - held) <= Fraction(1, 10**7)]
    best = max(near, key=explained, default=held)
    together = [span for span in spans if span[0] <= best < span[1]]
    low, high = max(span[0] for span in together), min(span[1] for span in together)
    for places in range(7, 11):
        candidate = round_to((low + high) / 2, Fraction(1, 10**places))
        if low <= candidate < high:
            return Decimal(candidate.numerator) / Decimal(candidate.denominator)
    return printed


def printed_rate(row: ClassRow) -> Decimal:
    """Return a row's rate as a fraction."""
    return Decimal(row.cells["rate"].removesuffix("%")) / 100


def _rates(deal: str, terms: DealTerms, held: ClassTable, day: date) -> Iterator[Event]:
    bonds = {c.class_id: c for c in terms.classes}
    shared: dict[Decimal, list[tuple[Decimal, Decimal]]] = {}
    for row in held.rows:
        bond = bonds[row.class_id]
        if bond.kind is ClassKind.PRINCIPAL and bond.accrual is AccrualRule.PRIOR_CALENDAR_MONTH:
            shared.setdefault(printed_rate(row), []).append((amount(row, "interest"), amount(row, "beginning")))
    for row in held.rows:
        bond, rate = bonds[row.class_id], printed_rate(row)
        if bond.rate.kind is not RateKind.REPORTED:
            continue
        notional = None
        if bond.kind is ClassKind.NOTIONAL and rate:
            notional = back_solved_notional(amount(row, "interest"), rate)
        elif rate in shared:
            rate = unrounded_rate(rate, shared[rate])
        yield ClassRateReported(
            event_id=f"{day}/rate/{row.class_id}",
            deal=deal,
            effective_date=_accrual_date(bond, terms, day),
            class_id=row.class_id,
            rate=rate,
            notional_balance=notional,
        )


def _accrual_date(bond: BondClass, terms: DealTerms, payment: date) -> date:
    """A day inside the accrual period that the class is paid for on a date."""
    if bond.accrual is AccrualRule.PRIOR_CALENDAR_MONTH:
        return payment.replace(day=1) - timedelta(days=1)
    return payment.replace(day=terms.calendar.payment_day - 1)


def _funds(deal: str, held: ClassTable, day: date) -> Iterator[Event]:
    interest = sum((amount(row, "interest") for row in held.rows), Decimal(0))
    principal = sum((amount(row, "principal") for row in held.rows), Decimal(0))
    due: Dated = {"deal": deal, "effective_date": day.replace(day=1)}
    prior: Dated = {"deal": deal, "effective_date": day.replace(day=1) - timedelta(days=1)}
    yield ScheduledPaymentDue(event_id=f"{day}/due", group="pool", principal="0.00", interest=interest, **due)
    yield CollectionReceived(event_id=f"{day}/collected", group="pool", principal="0.00", interest=interest, **due)
    if principal:
        yield CurtailmentCollected(event_id=f"{day}/prepaid", group="pool", amount=principal, **prior)


def run(deal: str, day: date) -> tuple[Ledger, replay.Statement]:
    """Bring a deal forward to the month of a class table, post the month, close and pay it, and replay it."""
    terms, held = deal_terms(deal), table(deal, day)
    ledger = Ledger.create("sqlite://")
    ledger.open_deal(deal, terms).or_raise()
    ledger.post_many(brought_forward(deal, terms, held)).or_raise()
    ledger.post_many([*_rates(deal, terms, held, day), *_funds(deal, held, day)]).or_raise()
    ledger.close_period(deal, day).or_raise()
    ledger.distribute(deal, day).or_raise()
    record_date = held.record_date
    assert record_date is not None
    return ledger, replay.statement(ledger, deal, record_date)
