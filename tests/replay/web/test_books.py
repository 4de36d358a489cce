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
