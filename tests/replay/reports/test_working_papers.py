"""A sample of figures is drawn by nobody, and the index of a working paper carries hostile names as text."""

from __future__ import annotations

import replay
from ledger import Ledger
from ledger.reports import About
from replay.reports.working_papers import Filed, index_page, sampled, sums
from tests.deals.toy import TOY, month_events, payment_date, toy_deal


def test_a_sample_is_the_same_whoever_draws_it_and_grows_by_adding() -> None:
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        ledger.post_many(month_events(1)).or_raise()
        found = replay.statement(ledger, TOY, payment_date=payment_date(1))
    few, more = sampled(found, 3), sampled(found, 9)
    assert sampled(found, 3) == few
    assert {item.path for item in few} < {item.path for item in more}
    assert len(more) == 9
    assert all(not isinstance(item.value, str) and item.value for item in more)
    assert sampled(found, 0) == ()
    places = [found.figures.index(item) for item in more]
    assert places == sorted(places)


def test_the_index_holds_names_as_text() -> None:
    filed = [Filed(name="a.txt", content=b"x", made_by="replay books URL '<b>'")]
    page = index_page(filed, ("<script>",), About(deal="<i>"), "<b>\x1b[1m")
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "\x1b" not in page
    assert sums(filed).endswith("  a.txt\n")
