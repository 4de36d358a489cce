"""Reading the card of one loan: its whole log, as known through a sequence and up to a distribution."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import InvalidArgument
from ledger.journal.advance_types import ADVANCE_TYPES
from ledger.journal.movements import BALANCE_SIGN, BOARDING, PAYING_TYPES
from ledger.projections.advances import advances
from ledger.projections.loan_card import CardEvent, CardMonth, LoanCard
from ledger.projections.loans import MOVEMENT_OF, movements
from ledger.reading.loan_book import LoanBook
from ledger.reading.loan_pool import boarded_loans
from ledger.store.rows import StoredRow
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import from_store
from ledger.values.selector import Selector
from ledger.visible import quoted

_RETURNED = "payment_returned"


def loan_card(book: LoanBook, loan: str) -> LoanCard:
    """Return the card of a loan; raises :class:`~ledger.errors.InvalidArgument` for one that was never boarded."""
    line = book.loan(loan)
    at = book.distribution
    with book.store.reading() as reading:
        key = reading.deal_key(book.deal)
        boarded = boarded_loans(reading, key, book.known_through, [loan]).get(loan)
        if boarded is None:
            raise InvalidArgument("loan", "unknown_loan", f"{book.deal} has no loan {quoted(loan)}")
        wanted = Selector(loan=loan, last=at.number)
        rows = list(reading.rows(key, wanted, known_through=book.known_through))
        advanced = reading.advance_totals(
            key,
            known_through=book.known_through,
            types=ADVANCE_TYPES,
            effective_through=date_number(at.payment_date),
            loans=[loan],
        )
    reversed_by = {row.reverses: row.event_id for row in rows if row.reverses is not None}
    months: list[CardMonth] = []
    balance = 0
    for number in sorted({row.distribution for row in rows}):
        of_month = [row for row in rows if row.distribution == number]
        month = _month(of_month, number, balance, reversed_by)
        balance += sum(_moved(row) for row in of_month)
        months.append(month)
    return LoanCard(
        deal=book.deal,
        known_through=book.known_through,
        boarded=boarded,
        line=line,
        months=tuple(months),
        advances=advances(book.deal, at.payment_date, book.known_through, advanced).balances,
    )


def _moved(row: StoredRow) -> int:
    if row.posts_as == BOARDING:
        return row.principal + row.memo
    return BALANCE_SIGN.get(row.posts_as, 0) * row.principal


def _month(rows: Sequence[StoredRow], number: int, opening: int, reversed_by: dict[str, str]) -> CardMonth:
    units: dict[str, int] = {}
    due, received = [0, 0], [0, 0]
    for row in rows:
        if row.posts_as in MOVEMENT_OF:
            column = MOVEMENT_OF[row.posts_as]
            units[column] = units.get(column, 0) + _moved(row)
        if row.posts_as == "scheduled_payment_due":
            due[0] += row.principal
            due[1] += row.interest
        elif row.posts_as in PAYING_TYPES:
            sign = -1 if row.posts_as == _RETURNED else 1
            received[0] += sign * row.principal
            received[1] += sign * row.interest
    first = rows[0]
    return CardMonth(
        distribution_date=date_from_number(number) if number else None,
        balance=movements(units, first.loan, first.loan_group, opening, opening + sum(units.values())),
        due_principal=from_store(due[0]),
        due_interest=from_store(due[1]),
        received_principal=from_store(received[0]),
        received_interest=from_store(received[1]),
        events=tuple(_event(row, reversed_by) for row in rows),
    )


def _event(row: StoredRow, reversed_by: dict[str, str]) -> CardEvent:
    return CardEvent(
        sequence=row.sequence,
        event_id=row.event_id,
        type=row.posts_as,
        effective_date=date_from_number(row.effective_date),
        distribution_date=date_from_number(row.distribution) if row.distribution else None,
        code=row.code,
        principal=from_store(row.principal),
        interest=from_store(row.interest),
        fee=from_store(row.fee),
        loss=from_store(row.loss),
        other=from_store(row.other),
        memo=from_store(row.memo),
        reverses=row.reverses,
        reversed_by=reversed_by.get(row.event_id),
    )


__all__ = ["loan_card"]
