"""Findings are shown weightiest first as given, with what they are about; programs get every field."""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction

from ledger.findings import Finding, Grade
from ledger.reports import as_csv, as_json, as_text
from ledger.reports.findings import findings_report

FOUND = Finding(
    code="something",
    grade=Grade.REFUSES,
    message="something is the matter",
    figures={"amount": Fraction(1, 4), "loans": 5},
    loans=["L1", "L2", "L3", "L4"],
    events=["due/L1"],
    remedy="put it right",
)


def report(*findings: Finding) -> str:
    made = findings_report(
        findings, deal="deal", distribution_date=dt.date(2021, 1, 25), known_through=7, closes=not findings
    )
    return as_text(made)


def test_nothing_found_is_said() -> None:
    assert report().splitlines() == [
        "deal: the distribution of 2021-01-25 closes without a word",
        "as known through event 7; nothing was found",
    ]


def test_a_finding_says_what_it_is_about_and_what_to_do() -> None:
    assert report(FOUND).splitlines()[3:] == [
        "refuses: something is the matter [something]",
        "  about: L1, L2, L3, ... due/L1",
        "  remedy: put it right",
    ]


def test_programs_get_every_field() -> None:
    made = findings_report([FOUND], deal="deal", distribution_date=dt.date(2021, 1, 25), known_through=7, closes=False)
    [row] = json.loads(as_json(made))["findings"]
    assert row["figures"] == ["amount: 0.25", "loans: 5"]
    assert row["loans"] == list(FOUND.loans)
    assert as_csv(made).startswith("grade,code,message,remedy,")
