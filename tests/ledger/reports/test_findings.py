"""Findings are shown weightiest first as given, with what they are about; programs get every field."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction

from ledger.findings import Finding, Grade
from ledger.reports import as_csv, as_json, as_text
from ledger.reports.findings import findings_report
from ledger.reports.spelling import accounting

FOUND = Finding(
    code="something",
    grade=Grade.REFUSES,
    message="something is the matter",
    figures={"loans": 30, "amount": Fraction(2469135, 2), "rounded": Fraction(2, 3), "rate": Decimal("0.0725")},
    loans=["L1", "L2", "L3", "L4", "L5", "L6"],
    classes=["A", "B"],
    groups=["pool"],
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
        "  groups: pool",
        "  classes: A, B",
        "  loans: L1, L2, L3, L4, L5 and 25 more",
        "  events: due/L1",
        "  figures: amount 1,234,567.50; rounded 0.6667; rate 0.0725",
        "  remedy: put it right",
    ]


def test_programs_get_every_field() -> None:
    made = findings_report([FOUND], deal="deal", distribution_date=dt.date(2021, 1, 25), known_through=7, closes=False)
    [row] = json.loads(as_json(made))["findings"]
    assert [(item["name"], item["value"]) for item in row["figures"]] == [
        ("loans", "30"),
        ("amount", "1234567.5"),
        ("rounded", "0.6666666666666666666666666667"),
        ("rate", "0.0725"),
    ]
    assert row["loans"] == list(FOUND.loans)
    assert as_csv(made).startswith("grade,code,message,remedy,")
    assert "loans: 30 amount: 1234567.5" in as_csv(made)


def told(name: str, value: Fraction) -> str:
    """Return how a reader is shown a figure."""
    found = Finding(code="x", grade=Grade.NOTE, message="x", figures={name: value})
    return report(found).splitlines()[-1].removeprefix(f"  figures: {name} ")


def test_amounts_have_cents_or_four_decimals_rounded_half_up_from_the_exact_one() -> None:
    assert told("amount", Fraction(150)) == "150.00"
    assert told("amount", Fraction(1, 8)) == "0.1250"
    assert told("amount", Fraction(5, 100_000)) == "0.0001"
    assert told("amount", Fraction(49_999, 10**9)) == "0.0000"
    assert told("amount", Fraction(-12_345_678, 10_000)) == "(1,234.5678)"
    assert told("loans", Fraction(1_234)) == "1,234"
    assert told("loans in the terms", Fraction(12)) == "12"


def test_what_a_closing_would_fix_is_rounded_and_not_cut() -> None:
    assert accounting(Decimal("1.23456")) == "1.2346"
    assert accounting(Decimal("-0.00005")) == "(0.0001)"
    assert accounting(Decimal("2.5")) == "2.50"
