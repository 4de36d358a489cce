from __future__ import annotations

import datetime as dt

from ledger import Ledger, PayoffCollected
from tests.deals.toy import TOY, month_events
from tests.replay.web.site import Site, site_of


def test_a_loan_has_its_card(restated_pages: Site) -> None:
    got = restated_pages.of("/loans/one-1?payment_date=2021-01-25")
    assert "Its events" in got.seen
    assert "cut-1" in got.seen
    assert restated_pages.of("/loans?loan=one-1&payment_date=2021-01-25").text == got.text
    assert restated_pages.of("/loans/one-1?payment_date=2021-01-25&format=json").json["loan"] == "one-1"


def test_a_loan_by_a_strange_name_is_looked_up_and_nothing_else(hostile_pages: Site) -> None:
    assert "0012" in hostile_pages.of("/loans/0012?payment_date=2021-01-25").seen
    for name in ("a%2Fb", "%23", "%3F", "..%2F..%2Fetc%2Fpasswd", "%3Cscript%3E", "%27;drop%20table"):
        got = hostile_pages.of(f"/loans/{name}?payment_date=2021-01-25")
        assert got.status == 404
        assert "script" not in got.read().names
    assert hostile_pages.of("/loans").status == 400


def test_a_loan_that_was_paid_off_says_so_and_is_not_called_current(toy: Ledger) -> None:
    toy.post_many(month_events(1)).or_raise()
    payoff = PayoffCollected(event_id="off", deal=TOY, effective_date=dt.date(2020, 12, 20), loan="one-6",
                             amount="99900", note_rate="0.12")  # fmt: skip
    toy.post(payoff).or_raise()
    site = site_of(toy, TOY)
    gone, there = (site.of(f"/loans/{name}?payment_date=2021-01-25").seen for name in ("one-6", "one-5"))
    assert "As of the distribution of 2021-01-25: paid off." in gone
    assert "performing" not in gone
    assert "performing" in there
    assert "liquidations" not in there
