"""Reports of terms: every format holds what the text says."""

from __future__ import annotations

import json

from ledger.deal.differences import TermDifference
from ledger.deal.doubts import Doubt
from ledger.deal.words import Told
from ledger.events.terms_check import TermsFault
from ledger.reports import as_json, as_text
from ledger.reports.terms import differences_report, faults_report, terms_report


def test_a_deal_in_words_is_written() -> None:
    parts = [Told("Loan groups", ("Group one.",))]
    report = terms_report("Trust", parts, ["o--> 1"], [Doubt("class_never_paid", "no step pays class A")])
    text = as_text(report)
    assert text.startswith("Trust\n")
    assert "Loan groups:\n  Group one." in text
    assert "  no step pays class A [class_never_paid]" in text
    held = json.loads(as_json(report))
    assert held["loan_groups"] == ["Group one."]
    assert held["paths"] == ["o--> 1"]
    assert held["warnings"] == [{"code": "class_never_paid", "message": "no step pays class A"}]


def test_faults_are_counted_and_listed() -> None:
    faults = [TermsFault("Fee.rate of fee x", "missing", "the fee needs it"), TermsFault("x", "y", "z")]
    assert as_text(faults_report("terms.json", faults[:1])).startswith("terms.json: one thing is wrong")
    text = as_text(faults_report("terms.json", faults))
    assert "2 things are wrong" in text
    assert "  Fee.rate of fee x: the fee needs it [missing]" in text


def test_differences_show_both_spellings() -> None:
    found = [TermDifference("title", "A", "B"), TermDifference("class C", "", "new")]
    assert "title    A    B" in as_text(differences_report("old and new", found))
    assert "No term differs." in as_text(differences_report("old and new", []))
