from __future__ import annotations

import datetime as dt

from ledger import AsOf, Ledger, terms_from_json
from tests.deals.toy import TOY, month_events, payment_date, toy_terms
from tests.ledger.http.program import Program, batch


def test_the_deals_and_their_heads_are_listed(looking: Program, trust: str) -> None:
    assert looking.get("/").json["actor"] == "J. Marsh"
    with Ledger.open(trust) as ledger:
        head = ledger.head(TOY)
    held = {"sequence": head.sequence, "hash": head.hash.hex()}
    assert looking.get("/deals").json == {"deals": [{"deal": TOY, "access": "servicer", "head": held}]}
    assert looking.of("").json["head"] == held
    absent = looking.get("/deals/nowhere")
    assert (absent.status, absent.json["detail"]) == (404, "there is no deal 'nowhere'")


def test_the_terms_are_those_of_the_deal(looking: Program) -> None:
    assert terms_from_json(looking.of("/terms").text) == toy_terms(rules=2)
    assert looking.of("/terms?known_through=14").status == 422


def test_the_balances_are_those_of_the_books(program: Program, trust: str) -> None:
    program.send("/deals/toy/events", batch(month_events(1)))
    day = dt.date(2021, 1, 4)
    with Ledger.open(trust) as ledger:
        books = ledger.books(TOY, AsOf(record_date=day))
    said = program.of(f"/balances?date={day}").json
    assert said["balances"] == books.rows()
    assert said["known_through"] == books.known_through
    assert program.of("/balances").status == 400


def test_findings_are_those_of_the_gate(looking: Program, trust: str) -> None:
    with Ledger.open(trust) as ledger:
        ready = ledger.readiness(TOY, payment_date(1))
    said = looking.of(f"/findings/{payment_date(1)}").json
    assert [item["code"] for item in said["findings"]] == [item.code for item in ready.findings]
    assert looking.of("/findings/2021-01-24").status == 404
