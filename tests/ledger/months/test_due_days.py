"""Several due days in one pool: what falls due on any day of a due period is one month of the deal, worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from ledger import (
    Deal,
    Event,
    Ledger,
    LoanBoarded,
    NoteConventions,
    ScheduledPaymentDue,
    pay_interest,
    pay_principal,
    pay_residual,
)

DEAL, PAID = "days", (date(2024, 2, 26), date(2024, 3, 25))
DUE = {"1": date(2024, 2, 1), "10": date(2024, 1, 10), "31": date(2024, 1, 31)}
"""The first instalments of loans of 100,000.00 at 6%, due on the 1st, the 10th and the last of every month."""


def boarded() -> Iterator[Event]:
    for loan, first in DUE.items():
        yield LoanBoarded(
            event_id=f"board/{loan}", deal=DEAL, effective_date="2024-01-01", loan=loan, group="g",
            balance="100000.00", note_rate="0.06", first_due_date=first, paid_to_date=None, payment="599.55",
            remaining_term_months=360, amortization_type="fixed", maturity_date=date(2053, 12, 1),
        )  # fmt: skip


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    deal = Deal(
        "Due days", cut_off="2024-01-01", closing="2024-01-08", first_payment=PAID[0], final_payment="2054-01-25"
    )
    terms = (
        deal.group("g")
        .senior("A", face="290000.00", coupon="0.05")
        .residual("R")
        .then(pay_interest("A"), pay_principal("A"), pay_residual("R"))
        .terms(notes=NoteConventions())
    )
    with Ledger.create("sqlite://") as opened:
        opened.open_deal(DEAL, terms).or_raise()
        opened.post_many(boarded()).or_raise()
        yield opened


def dues(ledger: Ledger, month: date) -> dict[str, tuple[str, str, str]]:
    """Return what fell due of each loan in the month that a date lies in: when, principal and interest."""
    found: dict[str, tuple[str, str, str]] = {}
    for event in ledger.build_month(DEAL, month).events():
        if isinstance(event, ScheduledPaymentDue):
            found[str(event.loan)] = (str(event.effective_date), str(event.principal), str(event.interest))
    return found


def test_a_month_has_the_instalments_of_every_due_day_once(ledger: Ledger) -> None:
    """599.55 each: 500.00 of interest at first, and 0.0995 x 0.5% = 0.50 less a month later."""
    first = {
        "1": ("2024-02-01", "99.55", "500.00"),
        "10": ("2024-01-10", "99.55", "500.00"),
        "31": ("2024-01-31", "99.55", "500.00"),
    }
    assert dues(ledger, date(2024, 2, 1)) == dues(ledger, date(2024, 1, 20)) == first
    ledger.post_month(DEAL, date(2024, 2, 1)).or_raise()
    report = ledger.distribution(DEAL, PAID[0])
    assert str(report.account.total_principal("g").decimal) == "298.65"
    ledger.close_period(DEAL, PAID[0], acknowledge=dict.fromkeys(
        ledger.readiness(DEAL, PAID[0]).codes_to_acknowledge, "as it is")).or_raise()  # fmt: skip
    ledger.distribute(DEAL, PAID[0]).or_raise()
    second = {
        "1": ("2024-03-01", "100.05", "499.50"),
        "10": ("2024-02-10", "100.05", "499.50"),
        "31": ("2024-02-29", "100.05", "499.50"),
    }
    assert dues(ledger, date(2024, 3, 1)) == second
