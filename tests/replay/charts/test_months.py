"""The months of a deal: what was brought forward, what is a gap, and what each month's own statement says."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import Ledger, schedule
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID
from replay.charts.months import TOTAL, months_of_deal
from tests.deals.hostile import HOSTILE, hostile_ledger
from tests.deals.toy import INDEX, boarding, month_events, payment_date, toy_terms


def test_before_a_deal_entered_only_what_was_brought_forward_is_known(real_ledger: Ledger) -> None:
    found = months_of_deal(real_ledger, real_ledger.distribution(DEAL, PAID))
    *before, now = found.months
    assert [month.day for month in before] == [
        dt.date(2002, month, day) for month, day in ((3, 25), (4, 25), (5, 28), (6, 25), (7, 25), (8, 26))
    ]
    assert now.day == PAID
    for month in before:
        assert month.of("prepaid", TOTAL) == (None, "")
        assert month.of("one or two payments", TOTAL) == (None, "")
        value, origin = month.of("CPR", TOTAL)
        assert value
        assert origin == "brought forward"
    assert [str(month.of("balance", TOTAL)[0]) for month in before] == ["None"] * 5 + ["46819093813/100"]
    assert [month.of("behind", "60")[0] is not None for month in before] == [False] * 4 + [True] * 2


def test_each_month_is_what_its_own_report_says() -> None:
    with hostile_ledger() as ledger:
        told: list[tuple[int, int]] = []
        found = months_of_deal(
            ledger, ledger.distribution(HOSTILE, payment_date(3)), lambda done, whole: told.append((done, whole))
        )
        assert told == [(1, 3), (2, 3)]
        assert [month.day for month in found.months][1:] == [payment_date(n) for n in (1, 2, 3)]
        for ordinal in (1, 2, 3):
            report = ledger.distribution(HOSTILE, payment_date(ordinal))
            month = found.months[ordinal]
            assert month.of("balance", TOTAL)[0] == report.collateral.total.closing_balance.value
            assert month.of("class balance", "A")[0] == report.classes["A"].result.closing_balance.value
            assert month.of("prepaid", "one")[0] == report.prepayments.current["one"].total.value


def test_a_month_that_cannot_be_reported_is_a_gap(ledger: Ledger) -> None:
    ledger.open_deal(HOSTILE, toy_terms()).or_raise()
    ledger.post_many(boarding()).or_raise()
    for ordinal in (1, 2, 3):
        events = [each for each in month_events(ordinal) if ordinal != 2 or getattr(each, "index", "") != INDEX]
        ledger.post_many(events).or_raise()
    found = months_of_deal(ledger, ledger.distribution(HOSTILE, payment_date(3)))
    held = [month.of("balance", TOTAL)[0] for month in found.months]
    assert held[2] is None
    assert None not in (held[1], held[3])


def test_earlier_knowledge_gives_earlier_months() -> None:
    with hostile_ledger() as ledger:
        head = ledger.head(HOSTILE).sequence
        before = ledger.distribution(HOSTILE, payment_date(3), known_through=head - 1)
        assert months_of_deal(ledger, before).months[2].of("prepaid", "one")[0] == 0
        now = ledger.distribution(HOSTILE, payment_date(3))
        assert months_of_deal(ledger, now).months[3].of("prepaid", "one")[0] is not None


@pytest.mark.parametrize("ordinal", [1, 2])
def test_the_calendar_of_the_deal_says_which_months_there_are(ordinal: int) -> None:
    with hostile_ledger() as ledger:
        found = months_of_deal(ledger, ledger.distribution(HOSTILE, payment_date(ordinal)))
        dates = schedule(ledger.terms(HOSTILE)).payment_dates
        assert [month.day for month in found.months][1:] == dates[:ordinal]
