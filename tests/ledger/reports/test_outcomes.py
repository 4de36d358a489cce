"""Receipts, refusals, deals and events as the commands print them."""

from __future__ import annotations

import datetime as dt
import json

from ledger import Receipt, Violation
from ledger.reports import as_json, as_json_lines, as_tabs, as_text
from ledger.reports.logs import deals_report, event_line, stamped_line
from ledger.reports.outcomes import receipt_report, refusal_report

AT = dt.datetime(2024, 2, 26, 12, tzinfo=dt.UTC)


def test_a_receipt_is_one_line_of_json() -> None:
    receipt = Receipt(
        deal="d", event_ids=("a", "b"), first_sequence=3, sequence=4, head_hash="ab", recorded_at=AT, repeated=1
    )
    assert as_json_lines(receipt_report(receipt)) == (
        '{"deal":"d","events":2,"repeated":1,"first_sequence":3,"sequence":4,"head":"4:ab","head_hash":"ab",'
        '"recorded_at":"2024-02-26T12:00:00+00:00","dry_run":false}\n'
    )


def test_a_dry_run_was_recorded_at_no_time() -> None:
    receipt = Receipt(deal="d", event_ids=(), first_sequence=3, sequence=4, head_hash="ab", recorded_at=None)
    told = json.loads(as_json_lines(receipt_report(receipt, dry_run=True)))
    assert (told["recorded_at"], told["dry_run"], told["head"]) == (None, True, None)


def test_what_is_known_in_a_dry_run_is_the_log_without_it() -> None:
    def known(*events: str, repeated: int, sequence: int, dry_run: bool = True) -> object:
        receipt = Receipt(
            deal="d", event_ids=events, first_sequence=2, sequence=sequence, head_hash="ab", repeated=repeated,
            recorded_at=None if dry_run else AT,
        )  # fmt: skip
        return json.loads(as_json(receipt_report(receipt, dry_run=dry_run)))["known_through"]

    assert known("stands", "new", "newer", repeated=1, sequence=6) == 4
    assert known("stands", repeated=1, sequence=2) == 2
    assert known("new", repeated=0, sequence=6, dry_run=False) == 6


def test_a_reader_is_told_a_hundred_violations_and_a_program_all() -> None:
    violations = [Violation(f"e{n}", "loan", "unknown_loan", "no such\nloan") for n in range(120)]
    report = refusal_report(violations, "nothing was posted")
    lines = as_text(report).splitlines()
    assert lines[0] == "refused: e0.loan: no such\\nloan [unknown_loan]"
    assert lines[100:] == ["... and 20 more violations", "nothing was posted"]
    assert len(json.loads(as_json(report))["violations"]) == 120


def test_deals_are_lines_for_a_shell() -> None:
    assert as_tabs(deals_report([("d\t1", 3, "ab")])) == "d\\t1\t3\tab\n"
    assert as_tabs(deals_report([])) == ""


def test_an_event_is_the_same_event_and_steers_no_terminal() -> None:
    payload = json.dumps({"reason": "\x9b31m\u202eé"}, ensure_ascii=False)
    line = event_line(payload)
    assert line == '{"reason": "\\u009b31m\\u202eé"}'
    stamped = json.loads(stamped_line(payload, sequence=3, recorded_at=AT, distribution=None, digest="ab"))
    assert stamped["event"] == json.loads(payload) == json.loads(line)
    assert list(stamped) == ["sequence", "recorded_at", "distribution", "hash", "event"]


def test_a_reader_is_told_what_became_of_the_events() -> None:
    def told(repeated: int, *events: str, dry_run: bool = False) -> str:
        at = None if dry_run else AT
        receipt = Receipt(deal="d", event_ids=events, first_sequence=3, sequence=4, head_hash="ab", recorded_at=at,
                          repeated=repeated)  # fmt: skip
        return as_text(receipt_report(receipt, dry_run=dry_run)).splitlines()[0]

    assert told(0, "a") == "d: 1 event posted"
    assert told(1, "a", "b") == "d: 2 events posted"
    assert told(2, "a", "b") == "d: 2 events posted already"
    assert told(0, "a", dry_run=True) == "d: 1 event would be posted; nothing was written"
