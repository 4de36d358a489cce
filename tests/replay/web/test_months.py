from __future__ import annotations

from decimal import Decimal

from ledger import Ledger
from tests.deals.demo import DEAL, run_replay
from tests.deals.toy import TOY, month_events
from tests.replay.web.site import Site, site_of

DAY = "2002-09-25"


def test_what_differs_is_shown_with_the_events_that_caused_it(restated_pages: Site) -> None:
    got = restated_pages.of("/compare?payment_date=2021-01-25")
    assert "figures differ" in got.seen
    assert "/deals/toy/events?event_id=cut-1%2Freversed" in got.links
    assert "<b>wrong</b>" not in got.text
    known = restated_pages.of("/compare?payment_date=2021-01-25&format=json").json
    then = f"/compare?payment_date=2021-01-25&then={known['known_then']}&now={known['known_now']}&format=json"
    assert restated_pages.of(then).json["figures"] == known["figures"]
    assert restated_pages.of("/compare?payment_date=2021-01-25&then=9&now=3").status == 400
    assert restated_pages.of("/compare?payment_date=2021-01-25&then=9").status == 400


def test_two_months_are_put_side_by_side(toy: Ledger) -> None:
    for month in (1, 2):
        toy.post_many(month_events(month)).or_raise()
    pages = site_of(toy, TOY)
    address = "/compare?payment_date=2021-02-25&other=2021-01-25"
    got = pages.of(address)
    assert "figures differ" in got.seen
    assert ">2021-01-25</th>" in got.text
    assert "Restated:" not in got.seen
    told = pages.of(f"{address}&format=json").json
    assert (told["payment_date_then"], told["payment_date_now"]) == ("2021-01-25", "2021-02-25")
    both = [item for item in told["figures"] if item["difference"]]
    assert both
    for item in both:
        assert Decimal(item["exact_now"]) - Decimal(item["exact_then"]) == Decimal(item["difference"])
    assert pages.of("/compare?payment_date=2021-02-25&other=1999-01-25").status == 404


def test_months_of_which_one_is_restated_say_why_they_do_not_roll(restated_pages: Site) -> None:
    got = restated_pages.of("/compare?payment_date=2021-01-25&other=2021-01-25")
    assert "what was paid to the bonds stays as it was recorded" in got.seen


def test_nothing_differs_of_a_month_that_was_left_alone(pages: Site, demo_ledger: str) -> None:
    got = pages.of(f"/compare?payment_date={DAY}&format=json")
    printed = run_replay("diff", demo_ledger, DEAL, "--payment-date", DAY, "--format", "json")
    assert got.text == printed.stdout
    assert got.json["figures"] == []


def test_the_findings_of_the_gate_are_told(pages: Site, restated_pages: Site) -> None:
    got = pages.of(f"/findings/{DAY}")
    assert "is closed already" in got.seen
    assert pages.of(f"/findings/{DAY}?format=json").json["closes"] == "already"
    assert "does not close" in restated_pages.of("/findings/2021-02-25").seen


def test_charts_are_drawn_with_their_tables(restated_pages: Site) -> None:
    got = restated_pages.of("/charts/2021-01-25")
    assert got.status == 200
    assert {"svg", "details", "table"} <= got.read().names
    assert "style" not in got.read().attributes
    assert restated_pages.of("/charts/2021-01-25?format=json").json["charts"]
