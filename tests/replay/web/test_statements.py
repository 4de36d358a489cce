from __future__ import annotations

import pytest

from ledger import Ledger
from replay.statements.statement import Statement
from tests.deals.demo import DEAL, run_replay
from tests.replay.web.site import Site, site_of

DAY = "2002-09-25"


def test_it_is_read_page_by_page_and_every_figure_is_a_link(pages: Site) -> None:
    got = pages.of(f"/statements/{DAY}?page=3")
    assert got.status == 200
    assert "780640.49" in got.seen
    figures = [link for link in got.links if link.startswith(f"/deals/{DEAL}/figures/{DAY}?figure=3%2F")]
    assert len(figures) == 70
    assert all("known_through=" in link for link in figures)
    assert pages.of(f"/statements/{DAY}?page=1").status == 404
    assert "Certificate Payment Report" in pages.of(f"/statements/{DAY}?page=all").seen


def test_a_page_spells_no_figures_for_programs(demo_ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only other formats show takes as long as all else, and whoever reads pages would wait for it."""
    monkeypatch.setattr(Statement, "rows", None)
    with Ledger.open(demo_ledger) as ledger:
        assert "As recorded" in site_of(ledger, DEAL).of(f"/statements/{DAY}").seen


def test_every_figure_of_the_statement_stands_on_some_page(pages: Site) -> None:
    whole = pages.of(f"/statements/{DAY}?page=all&format=json").json["figures"]
    got = pages.of(f"/statements/{DAY}?page=all")
    assert sum("/figures/" in link for link in got.links) == len(whole)


def test_its_json_csv_and_text_are_what_the_command_prints(pages: Site, demo_ledger: str) -> None:
    known = pages.of(f"/statements/{DAY}?format=json").json["known_through"]
    for form in ("json", "csv", "jsonl", "text"):
        printed = run_replay("statement", demo_ledger, DEAL, "--payment-date", DAY, "--known-through", str(known),
                             "--format", form)  # fmt: skip
        assert pages.of(f"/statements/{DAY}?format={form}").text == printed.stdout
    assert pages.of(f"/statements/{DAY}", accept="application/json").text.startswith("{")


def test_it_is_as_closed_as_now_or_as_known_through_a_sequence(restated_pages: Site) -> None:
    address = "/statements/2021-01-25?format=json"
    closed, now = (restated_pages.of(f"{address}&as={word}").json for word in ("closed", "now"))
    assert closed["digest"] != now["digest"]
    assert now["about"]["state"] == "restated"
    through = restated_pages.of(f"{address}&known_through={closed['known_through']}").json
    assert through["digest"] == closed["digest"]
    page = restated_pages.of("/statements/2021-01-25")
    assert "Restated by" in page.seen
    assert "/deals/toy/compare?payment_date=2021-01-25" in page.links


def test_a_point_of_knowledge_is_one(pages: Site) -> None:
    assert pages.of(f"/statements/{DAY}?as=closed&known_through=5").status == 400
    assert pages.of(f"/statements/{DAY}?as=yesterday").status == 400
    assert pages.of(f"/statements/{DAY}?known_through=99999999").status == 400
    assert pages.of("/statements/2002-09-24").status == 404
    assert pages.of("/statements/yesterday").status == 400


def test_any_calendar_date_leads_to_its_statement(pages: Site) -> None:
    got = pages.of("/statements?date=2002-09-10&as=closed&format=json")
    assert (got.status, got.headers["location"]) == (303, f"/deals/{DEAL}/statements/{DAY}?as=closed&format=json")
    assert pages.get(got.headers["location"]).json["record_date"] == "2002-08-30"
    assert pages.of("/statements?date=1999-01-01").status == 404
    assert pages.of("/statements?date=soon").status == 400
    later = pages.of("/statements?date=2050-01-01")
    assert (later.status, f"/deals/{DEAL}" in later.links) == (404, True)
    assert "Not reported yet" in later.seen
    assert pages.of("/statements").status == 400
    assert f'action="/deals/{DEAL}/statements"' in pages.of("").text


def test_no_page_leads_to_a_statement_that_there_is_not(pages: Site) -> None:
    for address in ("", "/events", "/events/2", "/loans/1109004672"):
        for link in {link for link in pages.of(address).links if "/statements/" in link or "/findings/" in link}:
            assert pages.get(link).status == 200, (address, link)


def test_a_month_without_its_facts_is_not_reported_yet_and_leads_to_its_findings(restated_pages: Site) -> None:
    got = restated_pages.of("/statements/2021-03-25")
    assert got.status == 409
    assert "Not reported yet" in got.seen
    assert restated_pages.get("/deals/toy/findings/2021-03-25").status == 200
    assert {"/deals/toy", "/deals/toy/findings/2021-03-25"} <= set(got.links)


def test_a_month_before_the_deal_entered_is_called_so(pages: Site) -> None:
    got = pages.of("/statements/2002-06-25")
    assert (got.status, "Before the deal entered" in got.seen) == (409, True)


def test_it_says_what_its_underlines_and_its_sequences_are(pages: Site) -> None:
    seen = pages.of(f"/statements/{DAY}").seen
    assert "Dots mark what was brought forward" in seen
    assert "closed by event" in seen
    assert "The address of the ledger and the deal go behind" in seen
    assert "closed by event" in pages.of("").seen
