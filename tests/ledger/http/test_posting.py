from __future__ import annotations

import datetime as dt

import attrs
import pytest

from ledger import Ledger, LoanBoarded
from ledger.http.posting import REPEATED
from ledger.http.routes import LINES
from ledger.writing.handed_in import opening_events
from tests.deals.toy import TOY, amended, due_date, month_events, payment_date, toy_terms
from tests.ledger.http.program import Program, batch, fields, lines

DAY = str(payment_date(1))
FEE = "1/servicing/one"


def test_a_month_is_posted_checked_closed_and_paid(program: Program, trust: str) -> None:
    posted = program.send("/deals/toy/events", batch(month_events(1)))
    assert posted.status == 200
    assert posted.json["events"] == len(month_events(1))
    found = program.get(f"/deals/toy/findings/{DAY}").json
    codes = {item["code"] for item in found["findings"] if item["grade"] == "must be acknowledged"}
    closing = {"acknowledge": dict.fromkeys(codes, "known")}
    closed = program.send(f"/deals/toy/closings/{DAY}?document=letter.pdf", closing)
    assert closed.status == 200
    paid = program.send(f"/deals/toy/payments/{DAY}", {})
    assert paid.status == 200
    assert program.send(f"/deals/toy/closings/{DAY}", closing).content == closed.content
    assert program.send(f"/deals/toy/payments/{DAY}", {}).content == paid.content
    with Ledger.open(trust) as ledger:
        held = ledger.closing(TOY, payment_date(1))
        assert held is not None
        assert held.paid_at == paid.json["sequence"]
        assert ledger.head(TOY).hash.hex() == paid.json["head_hash"]
        assert [(item.actor, item.document) for item in ledger.batches(TOY)] == [
            ("J. Marsh", ""), ("J. Marsh", "letter.pdf"), ("J. Marsh", "")
        ]  # fmt: skip


def test_the_same_body_again_is_the_same_answer(program: Program) -> None:
    month = lines(month_events(1))
    first, again = (program.send("/deals/toy/events", month, LINES) for _ in range(2))
    assert first.status == again.status == 200
    assert first.content == again.content
    assert (first.headers[REPEATED.lower()], again.headers[REPEATED.lower()]) == ("0", str(len(month_events(1))))


def test_another_body_under_the_same_id_is_refused(program: Program) -> None:
    rate = fields(month_events(1)[0])
    assert program.send("/deals/toy/events", {"events": [rate]}).status == 200
    refused = program.send("/deals/toy/events", {"events": [rate | {"rate": "0.06"}]})
    assert refused.status == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert [(item["event_id"], item["field"], item["code"]) for item in refused.json["violations"]] == [
        ("1/index", "event_id", "different_payload")
    ]


def test_a_refusal_is_that_of_the_python_api(looking: Program, trust: str) -> None:
    bad = [event for event in month_events(1) if event.event_id.startswith("1/servicing/")]
    with Ledger.open(trust) as ledger:
        refusal = ledger.post_many(bad, dry_run=True)
    assert not refusal.accepted
    got = looking.send("/deals/toy/events", batch(bad))
    assert got.status == 422
    said = [(item["event_id"], item["field"], item["code"], item["message"]) for item in got.json["violations"]]
    assert said == [(v.event_id, v.field, v.code, v.message) for v in refusal.violations]


def test_the_actor_is_never_that_of_a_body(program: Program, trust: str) -> None:
    event = fields(month_events(1)[0])
    assert program.send("/deals/toy/events", {"events": [event], "actor": "R. Ortega"}).status == 422
    assert program.send("/deals/toy/events?actor=R.+Ortega", {"events": [event]}).status == 400
    assert program.send("/deals/toy/events", {"events": [event | {"actor": "R. Ortega"}]}).status == 422
    assert program.send("/deals/toy/events", {"events": [event]}).status == 200
    with Ledger.open(trust) as ledger:
        assert [item.actor for item in ledger.batches(TOY)] == ["J. Marsh"]


def test_what_is_made_of_the_books_is_repeated_while_they_say_the_same(program: Program) -> None:
    day, month = payment_date(1), batch(month_events(1))
    assert program.send("/deals/toy/approvals", month).status == 200
    again = program.send("/deals/toy/approvals", month)
    assert (again.status, set(program.codes(again))) == (422, {"already_approved"})
    assert program.send("/deals/toy/events", month).status == 200
    for asked in (f"/deals/toy/closings/{day}", f"/deals/toy/payments/{day}"):
        assert program.send(asked, {}).content == program.send(asked, {}).content
    curtailment = {
        "$type": "curtailment_collected",
        "event_id": "late",
        "deal": "toy",
        "effective_date": "2020-12-20",
        "loan": "one-1",
        "amount": "10.00",
    }
    assert program.send("/deals/toy/restatements", {"events": [curtailment]}).status == 200
    for asked in (f"/deals/toy/closings/{day}", f"/deals/toy/payments/{day}"):
        refused = program.send(asked, {})
        assert (refused.status, set(program.codes(refused))) == (409, {"different_payload"})
    built = f"/deals/toy/months/{due_date(2)}"
    assert program.send(built, {}).json["events"] > 0
    assert program.send(built, {}).json["events"] == 0


def test_what_is_asked_twice_is_not_posted(program: Program) -> None:
    got = program.send("/deals/toy/events?dry_run=true&dry_run=false", batch(month_events(1)))
    assert (got.status, got.json["code"]) == (400, "duplicate_field")
    assert program.send("/deals/toy/events", batch(month_events(1))).headers["indenture-repeated"] == "0"


def test_what_is_tried_is_not_written(looking: Program) -> None:
    tried = looking.send("/deals/toy/events?dry_run=true", batch(month_events(1)))
    assert (tried.json["dry_run"], tried.json["head_hash"], tried.json["recorded_at"]) == (True, None, None)
    assert looking.of("").json["head"]["sequence"] == 13
    assert looking.send("/deals/toy/events?expected_sequence=12", batch(month_events(1))).status == 409


def test_mistakes_are_reversed_corrected_and_restated(program: Program) -> None:
    program.send("/deals/toy/events", batch(month_events(1)))
    fee = fields(next(event for event in month_events(1) if event.event_id == FEE))
    other = fee | {"event_id": "fee/b", "amount": "100.00"}
    corrected = program.send("/deals/toy/corrections", {"event_id": FEE, "replacement": other, "reason": "too high"})
    assert corrected.status == 200
    assert program.send("/deals/toy/reversals", {"event_id": "fee/b", "reason": "twice"}).status == 200
    unknown = program.send("/deals/toy/reversals", {"event_id": "nowhere", "reason": "?"})
    assert (unknown.status, program.codes(unknown)) == (422, ["unknown_event"])
    assert program.send("/deals/toy/reversals", {"event_id": "\ud800", "reason": "?"}).status == 422
    restated = program.send("/deals/toy/restatements", {"events": [other | {"event_id": "fee/c"}]})
    assert restated.status == 200
    last = program.of(f"/events?after={restated.json['sequence'] - 1}").json["events"][0]
    assert '"restates":true' in last["payload"]


def test_a_closing_is_proposed_and_approved(program: Program) -> None:
    program.send("/deals/toy/events", batch(month_events(1)))
    proposed = program.send(f"/deals/toy/proposals/{DAY}", {}).json
    approved = program.send("/deals/toy/approvals?note=seen", proposed)
    assert approved.status == 200
    assert approved.json["events"] == 1
    again = program.send("/deals/toy/approvals", proposed)
    assert (again.status, program.codes(again)) == (422, ["already_approved"])


def test_a_month_is_built(looking: Program) -> None:
    due = due_date(1)
    assert looking.get(f"/deals/toy/months/{due}").json["due_date"] == str(due)
    assert looking.send(f"/deals/toy/months/{due}?dry_run=true", {}).status in (200, 422)


@pytest.mark.parametrize("address", ["events", "restatements", "approvals"])
def test_an_event_of_another_deal_is_refused(looking: Program, address: str) -> None:
    got = looking.send(f"/deals/toy/{address}", batch([amended("other")]))
    assert (got.status, looking.codes(got)) == (422, ["other_deal"])
    said = {"event_id": FEE, "replacement": fields(amended("other")), "reason": "r"}
    assert looking.codes(looking.send("/deals/toy/corrections", said)) == ["other_deal"]


def test_a_deal_is_opened_by_its_events(program: Program) -> None:
    opened = program.send("/deals/new/events", batch(opening_events("new", toy_terms(), None)))
    assert (opened.status, opened.json["first_sequence"]) == (200, 1)
    unknown = program.send("/deals/nowhere/events", batch(month_events(1, "nowhere")))
    assert (unknown.status, unknown.json["code"]) == (404, "unknown_deal")


def test_a_payment_of_an_open_distribution_is_refused(program: Program) -> None:
    program.send("/deals/toy/events", batch(month_events(1)))
    assert program.send(f"/deals/toy/payments/{DAY}", {}).status == 422
    nothing = program.send(f"/deals/toy/payments/{payment_date(1) + dt.timedelta(days=1)}", {})
    assert (nothing.status, nothing.json["code"]) == (404, "no_distribution")


def test_a_deal_is_opened_by_one_batch(program: Program) -> None:
    terms = toy_terms()
    opening = [attrs.evolve(event, deal="new") for event in opening_events(TOY, terms, None)]
    boarded = LoanBoarded(
        event_id="boarded/1", deal="new", effective_date=terms.closing_date, loan="1", group=terms.group_ids[0],
        balance="1000.00", note_rate="0.06",
    )  # fmt: skip
    assert program.send("/deals/new/events", batch([*opening, boarded])).status == 200
    assert program.get("/deals/new").json["head"]["sequence"] == len(opening) + 1


def test_what_is_not_open_for_payment_is_told_with_its_address(program: Program) -> None:
    program.send("/deals/toy/events", batch(month_events(1)))
    [violation] = program.send(f"/deals/toy/payments/{DAY}", {}).json["violations"]
    assert "close it first (POST /deals/{deal}/closings/{date})" in violation["message"]


@pytest.mark.parametrize("address", [f"closings/{DAY}", f"payments/{DAY}"])
def test_a_post_without_a_body_is_told_what_to_send(looking: Program, address: str) -> None:
    for kind in ("", "application/json"):
        got = looking.ask("POST", f"/deals/toy/{address}", kind=kind, length="")
        assert got.status == (411 if kind else 415)
        assert "where nothing is to be said, send {}" in got.json["detail"]


def test_a_month_says_by_a_flag_whether_it_is_posted(looking: Program) -> None:
    assert looking.get(f"/deals/toy/months/{due_date(1)}").json["is_posted"] is False
