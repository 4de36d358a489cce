"""An event belongs to a distribution of its deal's life, and none into a closed period."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import (
    DealOpened,
    FeeCharged,
    IndexRateSet,
    InstalmentReportedDelinquent,
    LateEvents,
    Ledger,
    PeriodClosed,
    PoolBalanceBroughtForward,
)
from tests.deals.closing import land
from tests.deals.refusals import PAID, Case, closed, curtailment, one, refuse, reversal
from tests.deals.toy import CLOSING, CUT_OFF, INDEX, TOY, month_events, payment_date, toy_terms

DATES = [
    one("before the cut-off date", curtailment(effective_date=CUT_OFF - dt.timedelta(days=1)), "effective_date",
        "outside_deal_life"),
    one("after the final payment", FeeCharged(event_id="bad", fee_id="pmi", amount="1", deal=TOY,
                                              effective_date=dt.date(2025, 12, 27)),
        "effective_date", "outside_deal_life"),
    one("deal opened before its cut-off",
        DealOpened(event_id="bad", deal="other", effective_date=dt.date(2020, 11, 30), terms=toy_terms()),
        "effective_date", "outside_deal_life"),
    one("close on a day without payment",
        PeriodClosed(event_id="bad", distribution_date="2021-01-26", report_digest="", **PAID),
        "distribution_date", "not_a_payment_date"),
    one("closed twice", PeriodClosed(event_id="bad", distribution_date=payment_date(1), report_digest="", **PAID),
        "distribution_date", "already_closed",
        PeriodClosed(event_id="first", distribution_date=payment_date(1), report_digest="", **PAID)),
    one("closed while a month after the last closing is open",
        PeriodClosed(event_id="bad", distribution_date=payment_date(4), report_digest="", deal=TOY,
                     effective_date=payment_date(4)),
        "distribution_date", "earlier_open",
        PeriodClosed(event_id="first", distribution_date=payment_date(1), report_digest="", **PAID)),
    one("first closing beyond a month that holds events",
        PeriodClosed(event_id="bad", distribution_date=payment_date(2), report_digest="", deal=TOY,
                     effective_date=payment_date(2)),
        "distribution_date", "earlier_open",
        InstalmentReportedDelinquent(event_id="first", loan="one-1", principal="1", interest="1", deal=TOY,
                                     effective_date=dt.date(2021, 1, 1))),
    Case("first closing beyond a month that the batch itself holds", [],
         [curtailment("good"), PeriodClosed(event_id="bad", distribution_date=payment_date(2), report_digest="",
                                            deal=TOY, effective_date=payment_date(2))],
         (("bad", "distribution_date", "earlier_open"),)),
    one("dated into a closed period", curtailment(), "effective_date", "period_closed",
        PeriodClosed(event_id="first", distribution_date=payment_date(1), report_digest="", **PAID)),
    one("dated before the last closed period", curtailment(), "effective_date", "period_closed",
        PeriodClosed(event_id="first", distribution_date=payment_date(1), report_digest="", **PAID),
        PeriodClosed(event_id="second", distribution_date=payment_date(2), report_digest="", deal=TOY,
                     effective_date=payment_date(2))),
    one("the first closing passes over the first distribution", PeriodClosed(
        event_id="bad", distribution_date=payment_date(2), report_digest="", deal=TOY, effective_date=payment_date(2)),
        "distribution_date", "earlier_open"),
    one("reversed into a closed period", reversal("first"), "effective_date", "period_closed", curtailment("first"),
        PeriodClosed(event_id="closed", distribution_date=payment_date(1), report_digest="", **PAID)),
]  # fmt: skip


def test_a_late_event_that_says_it_restates_is_accepted_into_its_period(ledger: Ledger) -> None:
    closed(ledger).post(curtailment("late", restates=True)).or_raise()
    [recorded] = ledger.events(TOY, event_ids=["late"])
    assert recorded.distribution_date == payment_date(1)


def test_a_late_event_is_moved_to_the_next_distribution_where_the_terms_say_so(ledger: Ledger) -> None:
    closed(ledger, LateEvents.NEXT_DISTRIBUTION).post(curtailment("late")).or_raise()
    [recorded] = ledger.events(TOY, event_ids=["late"])
    assert recorded.distribution_date == payment_date(2)


def test_a_late_event_in_the_middle_of_good_ones_keeps_all_of_them_out(ledger: Ledger) -> None:
    batch = [*month_events(2), curtailment("bad")]
    refuse(closed(ledger), batch, (("bad", "effective_date", "period_closed"),))


def test_a_late_event_is_told_the_distribution_that_its_own_period_was_closed_with(ledger: Ledger) -> None:
    second = PeriodClosed(event_id="second", distribution_date=payment_date(2), report_digest="", deal=TOY,
                          effective_date=payment_date(2))  # fmt: skip
    land(closed(ledger), second)
    for late, ordinal in ((curtailment("bad"), 1), (curtailment("bad", effective_date=payment_date(1)), 2)):
        refusal = refuse(ledger, [late], (("bad", "effective_date", "period_closed"),))
        assert f"closed with the distribution of {payment_date(ordinal)};" in refusal.violations[0].message


def test_a_closing_that_jumps_over_open_months_names_them(ledger: Ledger) -> None:
    closed(ledger)
    expected = {
        3: f"{payment_date(3)} cannot be closed while the distribution of {payment_date(2)} is open",
        12: f"{payment_date(7)} and 4 more are open",
    }
    for ordinal, part in expected.items():
        closing = PeriodClosed(event_id="bad", deal=TOY, effective_date=payment_date(ordinal), report_digest="",
                               distribution_date=payment_date(ordinal))  # fmt: skip
        refusal = refuse(ledger, [closing], (("bad", "distribution_date", "earlier_open"),))
        assert part in refusal.violations[0].message
        assert f"close that of {payment_date(2)} first" in refusal.violations[0].message


@pytest.mark.parametrize("ordinal", [1, 2, 6])
def test_a_deal_carried_in_mid_life_may_close_any_distribution_first(ledger: Ledger, ordinal: int) -> None:
    """What a deal carries with it belongs to an earlier payment date, and leaves nothing open there."""
    ledger.open_deal(TOY, toy_terms()).or_raise()
    prior = payment_date(ordinal - 1) if ordinal > 1 else CLOSING
    ledger.post_many(
        [
            PoolBalanceBroughtForward(event_id=f"bf/{group}", deal=TOY, effective_date=prior, group=group,
                                      balance="900000.00", loan_count=9)
            for group in ("one", "two")
        ]
    ).or_raise()  # fmt: skip
    closing = PeriodClosed(event_id="closed", deal=TOY, effective_date=payment_date(ordinal), report_digest="",
                           distribution_date=payment_date(ordinal))  # fmt: skip
    land(ledger, closing)


@pytest.mark.parametrize("case", DATES, ids=[case.name for case in DATES])
def test_the_batch_is_refused_and_nothing_changes(toy: Ledger, case: Case) -> None:
    for event in case.first:
        land(toy, event)
    refuse(toy, case.batch, case.expected)


def test_a_rate_that_was_fixed_before_its_period_is_reversed_on_the_day_of_its_fixing(toy: Ledger) -> None:
    land(toy, PeriodClosed(event_id="first", distribution_date=payment_date(1), report_digest="", **PAID))
    fixing = dt.date(2020, 12, 30)
    rate = IndexRateSet(
        event_id="fixed", deal=TOY, effective_date=fixing, index=INDEX, rate="0.05", period_start=dt.date(2021, 1, 1)
    )
    toy.post(rate).or_raise()
    toy.reverse(TOY, "fixed", effective_date=fixing, reason="misread").or_raise()
