"""What the gate is given of a loan: its arrears to date, and the balance that its instalment is about."""

from __future__ import annotations

from fractions import Fraction

from ledger.readiness.loan_month import LoanMonth, began
from ledger.readiness.month import Arrears, in_dollars
from ledger.store.rows import LoanStanding


def test_a_loan_began_with_what_it_had_or_was_boarded_with() -> None:
    held = LoanMonth("one")
    held.due_principal = 100
    assert began(held, LoanStanding("one", 900, 1, 1_000, 20210125)) == 1_000
    assert began(held, LoanStanding("one", 900, 1, 0, 20210125)) == 1_000
    assert began(held, None) == 0


def test_arrears_tell_what_was_missed_paid_and_advanced() -> None:
    held = Arrears()
    for kind, code, units, forward in (
        ("instalment_reported_delinquent", "", 100, 0),
        ("payment_returned", "on time", 10, 0),
        ("payment_returned", "late", 2, 0),
        ("unapplied_funds_applied", "late", 2, 0),
        ("collection_received", "late", 5, 0),
        ("collection_received", "late, advanced", 60, 0),
        ("amount_brought_forward", "unreimbursed advances", 0, 7),
        ("advance_made", "", 90, 0),
        ("advance_recovered", "late collections", 60, 0),
        ("advance_recovered", "proceeds", 3, 0),
        ("advance_declared_nonrecoverable", "", 20, 0),
        ("advance_recovered", "any funds", 20, 0),
    ):
        held.take_in(kind, code, units, forward)
    assert held == Arrears(missed=110, late=65, late_advanced=60, advanced=97, recovered=83, drawn=60)


def test_store_units_are_ten_thousandths_of_a_dollar() -> None:
    assert in_dollars(12_345) == Fraction("1.2345")
