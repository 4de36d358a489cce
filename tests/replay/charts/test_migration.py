"""How loans moved between statuses: what stood in each before, by what stands there now, loan by loan."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest

from ledger import DelinquencyBucket, Ledger, LoanStatus, LoanStatusChanged, PayoffCollected, ReplayGap, as_decimal
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID
from replay.charts.migration import _why_empty, status_migration
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
    assert "Current to 1 payment behind: 1 loan." in chart.notes
    assert as_svg(chart) == as_svg(status_migration(ledger, report))
    assert "1 payment behind now" in as_svg(chart)


def test_what_no_single_loan_holds_is_said(real_ledger: Ledger) -> None:
    """Forty loans of the real month are known one by one, those that were paid off; the rest is reported by group."""
    report = real_ledger.distribution(DEAL, PAID)
    chart = status_migration(real_ledger, report)
    found = {(stream.source, stream.target): stream.amount for stream in chart.streams}
    unseen = found["Not known loan by loan before", "Not known loan by loan now"]
    assert sum(found.values()) == report.collateral.total.opening_balance.value
    assert chart.notes == (
        "Current to Left the pool: 40 loans.",
        f"{as_decimal(unseen, 2):,} of the pool's 468,190,938.13 before is known by group only, "
        "and how it moved is not known.",
    )
    lines = [str(text.text) for text in ElementTree.fromstring(as_svg(chart)).iter("{http://www.w3.org/2000/svg}text")]
    assert "how it moved is not known." in " ".join(lines[1:3])


@pytest.mark.parametrize(("boarded", "why"), [(True, "What stood before"), (False, "The pool is known by group")])
def test_where_no_loan_is_known_the_chart_says_why(
    real_ledger: Ledger, monkeypatch: pytest.MonkeyPatch, boarded: bool, why: str
) -> None:
    def no_loans(*_: object, **__: object) -> tuple[()]:
        if boarded:
            raise ReplayGap("no balance was brought forward")
        return ()

    report = real_ledger.distribution(DEAL, PAID)
    monkeypatch.setattr(Ledger, "loans_paid", no_loans)
    (said,) = status_migration(real_ledger, report).notes if not boarded else (_why_empty(real_ledger, report),)
    assert said.startswith(why)
    assert said.endswith("not known.") or "not known:" in said


def test_the_first_month_shows_nothing_and_says_so(ledger: Ledger) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1)
    chart = status_migration(ledger, ledger.distribution(TOY, payment_date(1)))
    assert not chart.is_known
    assert chart.notes == ("No distribution went before this one.",)
