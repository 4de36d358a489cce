"""Heads print as one line for a reader, and as named values for a program."""

from __future__ import annotations

import json

from ledger.reports import written
from replay.reports.heads import contradiction_report, vouched_report, vouching_report, witness_report


def test_a_head_is_one_line() -> None:
    assert written(vouched_report("d", "3:ab"), "text") == "d 3:ab\n"
    assert json.loads(written(vouched_report("d", "3:ab"), "jsonl")) == {"deal": "d", "head": "3:ab"}


def test_what_is_not_vouched_for_names_no_head_to_a_reader() -> None:
    report = vouching_report("d", "3:ab", ["NOT sound: x"], "", sound=False)
    assert written(report, "text") == "NOT sound: x\n"
    assert json.loads(written(report, "json"))["vouched_for"] is False


def test_contradictions_and_witnesses() -> None:
    assert written(contradiction_report("NOT SIGNED", ["  a"]), "text") == "NOT SIGNED\n  a\n"
    assert written(witness_report("1:ab", [("d", "3:ab")]), "text") == "1:ab\n"
    assert written(witness_report("1:ab", [("d", "3:ab")]), "csv") == "deal,head\nd,3:ab\n"
