from __future__ import annotations

from ledger import Ledger
from tests.deals.demo import DEAL, run_replay
from tests.deals.hostile import SCRIPT
from tests.replay.web.site import Site, site_of


def test_the_deals_stand_with_their_heads_and_last_closings(pages: Site, demo_ledger: str) -> None:
    told = pages.get("/?format=json").json["deals"]
    with Ledger.open(demo_ledger) as ledger:
        assert told[0]["head"] == str(ledger.head(DEAL))
    assert told[0]["last_closed"] == "2002-09-25"
    assert f"/deals/{DEAL}" in pages.get("/").links
    assert pages.get("/deals").status == 200


def test_a_ledger_without_deals_says_what_to_do(ledger: Ledger) -> None:
    assert "ledger open" in site_of(ledger).get("/").seen


def test_the_timeline_is_what_the_command_prints(pages: Site, demo_ledger: str) -> None:
    got = pages.of("?format=json")
    known = str(got.json["about"]["known_through"])
    assert got.text == run_replay("periods", demo_ledger, DEAL, "--known-through", known, "--format", "json").stdout
    assert f"/deals/{DEAL}/statements/2002-09-25" in pages.of("").links


def test_verification_runs_when_it_is_asked_for(pages: Site, restated_pages: Site) -> None:
    assert "/verify?run=yes" in " ".join(pages.of("/verify").links)
    got = pages.of("/verify?run=yes")
    assert "sound" in got.seen
    assert pages.of("/verify?run=yes&format=json").json["sound"] is True
    assert restated_pages.of("/verify?run=yes").status == 200


def test_the_head_is_told_in_every_format_before_anything_is_verified(pages: Site) -> None:
    told = pages.of("/verify?format=json").json
    assert told["head"] == f"{told['known_through']}:{told['head_hash']}"
    for form in ("csv", "text"):
        assert pages.of(f"/verify?format={form}").status == 200
    assert told["head"] in pages.of("/verify?format=csv").text
    assert told["head"] in pages.of("/verify").seen


def test_search_finds_deals_events_loans_and_lines(pages: Site) -> None:
    def kinds(sought: str) -> set[str]:
        return {hit["kind"].split(" of ")[0] for hit in pages.get(f"/search?q={sought}&format=json").json["hits"]}

    assert "deal" in kinds("impac")
    assert "event" in kinds("100")
    assert "event" in kinds("bf/class/A")
    assert {"loan", "events"} <= kinds("1109004672")
    assert "figure" in kinds("accrued")
    assert kinds("%00%3Cscript%3E") == set()
    assert "deal" in kinds("Impac%20CMB%20Trust")
    assert "account" in kinds("collection%20account")
    assert "events" in kinds("payoff_collected")
    assert "Looked for are names and titles of deals" in pages.get("/search?q=nobody-at-all").seen
    codes = {item["code"] for item in pages.of("/findings/2002-09-25?format=json").json["findings"]}
    assert "finding" in kinds(min(codes))


def test_titles_that_mean_harm_are_text(hostile_pages: Site) -> None:
    for address in (
        "/",
        "/deals/toy",
        "/deals/toy/statements/2021-01-25?page=all",
        "/deals/toy/events",
        "/search?q=toy",
    ):
        got = hostile_pages.get(address)
        assert got.status == 200, address
        assert not {"script", "img", "iframe", "object"} & got.read().names
        assert not any(name.startswith("on") for name in got.read().attributes)
    assert SCRIPT in hostile_pages.get("/").seen
