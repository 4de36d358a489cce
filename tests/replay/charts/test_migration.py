"""How loans moved between statuses: what stood in each before, by what stands there now, loan by loan."""

from __future__ import annotations

from fractions import Fraction

from ledger import DelinquencyBucket, Ledger, LoanStatus, LoanStatusChanged, PayoffCollected
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID
from replay.charts.migration import status_migration
from replay.charts.svg import as_svg
from tests.deals.toy import TOY, due_date, month_events, payment_date, prior_month, toy_deal, toy_month


def test_loans_move_between_statuses_with_the_balance_that_they_came_with(ledger: Ledger) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1)
    ledger.post_many(
        [
            LoanStatusChanged(event_id="late", deal=TOY, effective_date=due_date(2), loan="one-1",
                              status=LoanStatus.PERFORMING, bucket=DelinquencyBucket.ONE_PAYMENT),
            LoanStatusChanged(event_id="seized", deal=TOY, effective_date=due_date(2), loan="one-2",
                              status=LoanStatus.FORECLOSURE, bucket=DelinquencyBucket.THREE_OR_MORE),
            PayoffCollected(event_id="gone", deal=TOY, effective_date=prior_month(2, 20), loan="two-1",
                            amount="99900.00", note_rate="0.12", servicing_rate="0.006"),
        ]
    ).or_raise()  # fmt: skip
    month = [event for event in month_events(2) if "two-1" not in event.event_id]
    ledger.post_many(month).or_raise()
    report = ledger.distribution(TOY, payment_date(2))
    chart = status_migration(ledger, report)
    found = {(stream.source, stream.target): stream.amount for stream in chart.streams}
    assert found == {
        ("Current before", "Current now"): Fraction(7 * 99_900),
        ("Current before", "1 payment behind now"): Fraction(99_900),
        ("Current before", "In foreclosure now"): Fraction(99_900),
        ("Current before", "Left the pool now"): Fraction(99_900),
    }
    assert sum(found.values()) == report.collateral.total.opening_balance.value
    assert "Current to 1 payment behind: 1 loan" in chart.notes
    assert as_svg(chart) == as_svg(status_migration(ledger, report))
    assert "1 payment behind now" in as_svg(chart)


def test_what_no_single_loan_holds_is_said(real_ledger: Ledger) -> None:
    """Forty loans of the real month are known one by one, those that were paid off; the rest is reported by group."""
    chart = status_migration(real_ledger, real_ledger.distribution(DEAL, PAID))
    assert chart.notes[0] == "Current to Left the pool: 40 loans"
    assert chart.notes[1].endswith("of the pool's 468,190,938.13 before is of loans that are not known one by one.")


def test_the_first_month_shows_nothing_and_says_so(ledger: Ledger) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1)
    chart = status_migration(ledger, ledger.distribution(TOY, payment_date(1)))
    assert not chart.is_known
    assert chart.notes == ("The statuses of single loans, before and now, are not known.",)
