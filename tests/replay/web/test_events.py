from __future__ import annotations

import csv
import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from ledger import Envelope, Ledger
from replay.web.desk import ReadersDesk
from replay.web.events import PAGE
from tests.deals.demo import DEAL
from tests.deals.toy import TOY, month_events, toy_deal
from tests.replay.restated import curtailed
from tests.replay.web.site import Site, site_of


def test_the_log_is_paged_without_a_gap(pages: Site, demo_ledger: str) -> None:
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        got = pages.of(f"/events?after={after}&format=json").json
        seen += [item["sequence"] for item in got["events"]]
        after = got["next_after"]
    with Ledger.open(demo_ledger) as ledger:
        assert seen == list(range(1, ledger.head(DEAL).sequence + 1))
    assert f"/deals/{DEAL}/events?after={PAGE}" in pages.of("/events").links


def test_the_log_is_paged_back_to_its_beginning_and_from_its_end(pages: Site) -> None:
    head = pages.of("/verify?format=json").json["known_through"]

    def leads(query: str) -> list[str]:
        here = f"/deals/{DEAL}/events"
        return [link.removeprefix(here) for link in pages.of(f"/events{query}").links if link.startswith(here)][-3:]

    assert leads("")[1:] == [f"?after={PAGE}", f"?after={head - PAGE}"]
    assert leads(f"?after={head - PAGE}")[-2:] == ["", f"?after={head - 2 * PAGE}" if head > 2 * PAGE else ""]
    assert f"/deals/{DEAL}/events?after=20" in pages.of(f"/events?after={PAGE + 20}").links
    # Of those that are about something nobody knows which come before.
    assert "Previous" not in pages.of("/events?after=120&type=fee_charged").seen
    assert "Last" not in pages.of("/events?type=fee_charged").seen


def test_a_page_asks_the_log_for_each_day_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_deal(ledger)
    ledger.post_many(month_events(1)).or_raise()
    asked: list[dt.date] = []
    leads = ReadersDesk.page_of_day

    def counted(desk: ReadersDesk, deal: str, day: dt.date, known: int | None = None) -> str:
        asked.append(day)
        return leads(desk, deal, day, known)

    monkeypatch.setattr(ReadersDesk, "page_of_day", counted)
    assert site_of(ledger, TOY).of("/events").status == 200
    assert 0 < len(asked) == len(set(asked))


def test_a_page_asks_the_database_few_questions(demo_ledger: str) -> None:
    asked: list[str] = []

    def heard(*given: Any) -> None:
        asked.append(given[2])

    with Ledger.open(demo_ledger) as ledger:
        site = site_of(ledger, DEAL)
        site.of("/events/7")  # Which months are closed is known from now on.
        event.listen(Engine, "before_cursor_execute", heard)
        try:
            for address, most in (("/events/20", 15), ("/events?after=30", 11), ("/events/20", 2)):
                asked.clear()
                assert site.of(address).status == 200
                assert 0 < len([each for each in asked if each.startswith("SELECT")]) <= most, asked
        finally:
            event.remove(Engine, "before_cursor_execute", heard)


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("type=payoff_collected", {"payoff_collected"}),
        ("class=A&type=bond_class_issued", {"bond_class_issued"}),
        ("group=fixed&type=pool_balance_brought_forward", {"pool_balance_brought_forward"}),
        ("distribution=2002-09-25&type=period_closed", {"period_closed"}),
        ("event_id=bf/class/A", {"class_balance_brought_forward"}),
        ("loan=1109004672&type=payoff_collected", {"payoff_collected"}),
    ],
)
def test_the_log_is_filtered(pages: Site, query: str, types: set[str]) -> None:
    got = pages.of(f"/events?{query}&format=json").json["events"]
    assert {item["type"] for item in got} == types


def test_what_is_about_nothing_says_so(pages: Site) -> None:
    assert "No event is about that" in pages.of("/events?loan=%3Cb%3E").seen
    assert pages.of("/events?type=nonsense").status == 400
    assert pages.of("/events?after=x").status == 400


def test_an_event_has_its_payload_hash_and_neighbours(pages: Site, demo_ledger: str) -> None:
    got = pages.of("/events/100")
    with Ledger.open(demo_ledger) as ledger:
        before, item = list(ledger.events(DEAL, after=98, limit=2))
    assert item.hash in got.seen
    assert before.hash in got.seen
    assert {f"/deals/{DEAL}/events/99", f"/deals/{DEAL}/events/101"} <= set(got.links)
    told = pages.of("/events/100?format=json").json
    assert told["payload"] == item.payload
    assert json.loads(told["payload"])["event_id"] in got.seen


def test_an_event_says_who_posted_it_and_from_what(toy: Ledger) -> None:
    held = Envelope(actor="A. Clerk", approver="B. Chief", document="letter.pdf", document_sha256="ab" * 32)
    toy.post(curtailed("ahead", "1.00", dt.date(2020, 12, 20)), envelope=held).or_raise()
    site, last = site_of(toy, TOY), toy.head(TOY).sequence
    got = site.of(f"/events/{last}")
    for said in ("stated: A. Clerk", "B. Chief", "letter.pdf", "ab" * 32):
        assert said in got.seen
    told = site.of(f"/events/{last}?format=json").json
    assert (told["posted_by"], told["document"], told["document_sha256"]) == (
        "stated: A. Clerk",
        "letter.pdf",
        "ab" * 32,
    )


def test_the_chain_of_a_reversal_is_followed_both_ways(restated_pages: Site) -> None:
    found = restated_pages.of("/events?event_id=cut-1&format=json").json["events"][0]
    voided = restated_pages.of(f"/events/{found['sequence']}?format=json").json["chain"]
    assert [(item["relation"], item["event_id"]) for item in voided] == [("reversed by", "cut-1/reversed")]
    reversal = restated_pages.of(f"/events/{voided[0]['sequence']}")
    assert "reverses" in reversal.seen
    assert "<b>wrong</b> loan" in reversal.seen
    assert "b" not in reversal.read().names


@pytest.mark.parametrize("name", ["0", "-1", "x", "9999999", "1.0", "1%00"])
def test_an_event_that_there_is_not_is_not_found(pages: Site, name: str) -> None:
    assert pages.of(f"/events/{name}").status == 404


def test_an_event_is_a_row_for_a_spreadsheet(pages: Site) -> None:
    heading, row = csv.reader(pages.of("/events/160?format=csv").text.splitlines())
    told = pages.of("/events/160?format=json").json
    assert [dict(zip(heading, row, strict=True))[name] for name in ("event_id", "hash")] == [
        told["event_id"],
        told["hash"],
    ]


def test_an_event_is_told_as_text_with_a_chain_where_it_has_one(restated_pages: Site) -> None:
    found = restated_pages.of("/events?event_id=cut-1&format=json").json["events"][0]
    first, voided = (restated_pages.of(f"/events/{at}?format=text").text for at in (1, found["sequence"]))
    assert "type: deal_opened\n" in first
    assert "relation" not in first
    assert "event id: cut-1\n" in voided
    assert "cut-1/reversed" in voided
