"""What is delinquent is due - received - what is not owed, never below zero, to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from ledger import (
    CollectionReceived,
    InstalmentReportedDelinquent,
    Ledger,
    PaymentReturned,
    PayoffCollected,
    ReliefActShortfallReported,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
)
from ledger.projections.instalments import Instalments
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from tests.deals.pair import DEAL, FEBRUARY, due, first, month, on, paid, pair_deal, pair_terms


def fallen(ledger: Ledger) -> Instalments:
    """Return February's instalments."""
    return ledger.distribution(DEAL, FEBRUARY).instalments


def delinquent(ledger: Ledger) -> tuple[str, str]:
    """Return February's delinquent principal and interest."""
    found = fallen(ledger)
    return str(found.delinquent_principal["one"].decimal), str(found.delinquent_interest["one"].decimal)


def test_nothing_is_delinquent_of_a_month_that_was_paid(ledger: Ledger) -> None:
    pair_deal(ledger).post_many(month(2)).or_raise()
    assert delinquent(ledger) == ("0.00", "0.00")


def test_what_did_not_come_in_is_delinquent_whatever_is_reported(ledger: Ledger) -> None:
    """Loan 2 pays 650.00 of its 850.00: 200.00 of interest are delinquent; 30.00 are reported."""
    reported = InstalmentReportedDelinquent(event_id="r", principal="30.00", interest="0.00", **on(first(2), loan="2"))
    pair_deal(ledger).post_many([*month(2, ["1"]), due(2, "2"), paid(2, "2", "550.00"), reported]).or_raise()
    assert delinquent(ledger) == ("0.00", "200.00")
    assert str(fallen(ledger).reported_principal["one"].decimal) == "30.00"


def test_under_the_first_rules_it_is_what_was_reported(ledger: Ledger) -> None:
    pair_deal(ledger, pair_terms(rules=1)).post_many([*month(2, ["1"]), due(2, "2")]).or_raise()
    assert delinquent(ledger) == ("0.00", "0.00")


def test_what_a_payoff_is_short_of_is_not_owed(ledger: Ledger) -> None:
    """Paid off on 20 January: 10 of 30 days of 750.00, 250.00, are not owed, and 500.00 are paid."""
    payoff = PayoffCollected(event_id="off", amount="150000.00", note_rate="0.06", **on("2024-01-20", loan="2"))
    owed = [due(2, "2", principal="0.00"), paid(2, "2", "500.00", principal="0.00")]
    pair_deal(ledger).post_many([*month(2, ["1"]), payoff, *owed]).or_raise()
    assert delinquent(ledger) == ("0.00", "0.00")


def test_relief_is_not_owed(ledger: Ledger) -> None:
    relief = ReliefActShortfallReported(event_id="relief", interest="50.1234", **on(first(2), loan="2"))
    pair_deal(ledger).post_many([*month(2, ["1"]), due(2, "2"), paid(2, "2", "650.00"), relief]).or_raise()
    # 750.00 - 650.00 - 50.1234 = 49.8766, and to the cent.
    assert delinquent(ledger) == ("0.00", "49.88")


def test_it_is_never_below_zero_and_a_fraction_of_a_cent_stays_an_accrual(ledger: Ledger) -> None:
    """By group 1,499.9967 fell due and 1,500.00 came in; 55,412.6967 would be 55,412.70."""
    pair_deal(ledger).post_many([*month(2, ["1"]), due(2, "2", "749.9967"), paid(2, "2")]).or_raise()
    assert delinquent(ledger) == ("0.00", "0.00")


def test_applied_funds_are_received_and_returned_payments_are_not(ledger: Ledger) -> None:
    """Loan 1's payment comes back; loan 2's is made of funds that were held."""
    day = first(2)
    back = PaymentReturned(event_id="b", principal="100.00", interest="750.00", due_date=day, **on(day, loan="1"))
    held = UnappliedFundsReceived(event_id="h", amount="850.00", **on("2024-01-20", loan="2"))
    applied = UnappliedFundsApplied(event_id="a", principal="100.00", interest="750.00", **on(day, loan="2"))
    pair_deal(ledger).post_many([*month(2, ["1"]), due(2, "2"), back, held, applied]).or_raise()
    assert delinquent(ledger) == ("100.00", "750.00")
    assert fallen(ledger).received_interest["one"].value == Fraction(750)


@pytest.mark.parametrize(
    ("due_date", "counts"), [(None, True), (first(2), True), (first(3), False)], ids=["unsaid", "this", "next"]
)
def test_a_payment_counts_for_the_instalment_that_it_names(
    ledger: Ledger, due_date: dt.date | None, *, counts: bool
) -> None:
    payment = CollectionReceived(
        event_id="p", principal="100.00", interest="750.00", due_date=due_date, **on("2024-02-10", loan="2")
    )
    pair_deal(ledger).post_many([*month(2, ["1"]), due(2, "2"), payment]).or_raise()
    assert delinquent(ledger) == (("0.00", "0.00") if counts else ("100.00", "750.00"))


def test_a_payment_after_the_cut_off_must_say_that_it_is_late(ledger: Ledger) -> None:
    """The cut-off is the determination date, 15 February."""
    late = CollectionReceived(
        event_id="p", principal="100.00", interest="750.00", due_date=first(2), **on("2024-02-16", loan="2")
    )
    pair_deal(ledger).post_many([*month(2, ["1"]), due(2, "2")]).or_raise()
    outcome = ledger.post(late)
    assert [v.code for v in getattr(outcome, "violations", ())] == ["late_instalment"]
    assert delinquent(ledger) == ("100.00", "750.00")


def test_the_groups_of_the_real_month_are_delinquent_by_what_did_not_come_in(real_ledger: Ledger) -> None:
    """2,367,226.19 - 1,952,135.60 - 22,223.45, and 77,983.0967 - 20,477.72 - 1,797.76 - 294.92 to the cent."""
    fallen = real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25)).instalments
    interest = {group: value.decimal for group, value in fallen.delinquent_interest.items()}
    assert interest == {"adjustable": Decimal("392867.14"), "fixed": Decimal("55412.70")}
    principal = {group: value.decimal for group, value in fallen.delinquent_principal.items()}
    assert principal == {"adjustable": Decimal("70043.13"), "fixed": Decimal("0.00")}


def test_what_is_derived_is_what_was_reported(real_ledger: Ledger) -> None:
    fallen = real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25)).instalments
    for what in ("principal", "interest"):
        derived, reported = (getattr(fallen, f"{kind}_{what}") for kind in ("delinquent", "reported"))
        assert derived == reported


def test_under_the_first_rules_delinquency_is_what_was_reported(ledger: Ledger) -> None:
    ledger.open_deal(sample.DEAL, attrs.evolve(sample.deal_terms(), rules=1)).or_raise()
    ledger.post_many([*sample.brought_forward(), *sample.month()]).or_raise()
    report = ledger.distribution(sample.DEAL, dt.date(2002, 9, 25))
    assert report.digest.startswith("2:")
    assert report.instalments.delinquent_interest == report.instalments.reported_interest
