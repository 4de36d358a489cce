from __future__ import annotations

import json

from tests.deals.demo import DEAL, run_replay
from tests.replay.web.site import Site


def test_the_trial_balance_is_what_the_command_prints(pages: Site, demo_ledger: str) -> None:
    got = pages.of("/accounts?date=2002-09-10&format=json")
    known = str(got.json["known_through"])
    printed = run_replay("books", demo_ledger, DEAL, "--record-date", "2002-09-10", "--known-through", known,
                         "--trial-balance", "--format", "json")  # fmt: skip
    told, theirs = got.json, json.loads(printed.stdout)
    assert told["trial_balance"] == theirs["trial_balance"]
    assert told["debits"] == told["credits"]
    links = pages.of("/accounts?date=2002-09-10").links
    assert any(link.startswith(f"/deals/{DEAL}/accounts/") for link in links)


def test_an_account_has_its_card(pages: Site, demo_ledger: str) -> None:
    got = pages.of("/accounts/collection_account?from=2002-09-01&through=2002-09-30&format=json")
    known = str(got.json["known_through"])
    printed = run_replay("account", demo_ledger, DEAL, "collection_account", "--from", "2002-09-01", "--through",
                         "2002-09-30", "--known-through", known, "--format", "json")  # fmt: skip
    assert got.text == printed.stdout
    page = pages.of("/accounts/collection_account?from=2002-09-01&through=2002-09-30")
    assert any(link.startswith(f"/deals/{DEAL}/events") for link in page.links)


def test_what_is_no_account_or_too_long_is_refused(pages: Site) -> None:
    assert pages.of("/accounts/..%2f..%2fetc").status == 404
    assert pages.of("/accounts/collection_account?from=1990-01-01&through=2002-09-30").status == 400
    assert pages.of("/accounts/collection_account?from=2002-10-01&through=2002-09-30").status == 400


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
        assert got.status in (400, 404)
        assert "script" not in got.read().names
    assert hostile_pages.of("/loans").status == 400
