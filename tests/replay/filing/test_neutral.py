"""Reading the text of a neutral statement: what is damaged is named, never passed over."""

from __future__ import annotations

from datetime import date

import pytest

import replay
from ledger import Ledger, StatementTemplate
from replay.filing import sniff
from replay.filing.neutral import is_neutral, read_neutral
from replay.statements.text import render_text
from tests.deals.toy import TOY, toy_deal, toy_month


@pytest.fixture(scope="module")
def text() -> str:
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger, rules=2)
        toy_month(ledger, 1)
        found = replay.statement(ledger, TOY, payment_date=date(2021, 1, 25), template=StatementTemplate.NEUTRAL)
        return render_text(found)


def codes(text: str) -> set[str]:
    return {item.code for item in read_neutral(text).problems}


def test_a_statement_is_known_and_read(text: str) -> None:
    assert is_neutral(text)
    assert sniff(text) == "neutral text"
    read = read_neutral(text.replace("\n", "\r\n"))
    assert read.problems == ()
    assert read.deal_name == "Toy Trust"
    assert (read.distribution_date, read.record_date) == (date(2021, 1, 25), date(2020, 12, 31))


def test_a_page_that_is_missing_is_named(text: str) -> None:
    pages = text.split("\nToy Trust\n")
    assert codes("\nToy Trust\n".join([*pages[:3], *pages[4:]])) == {"page-missing"}


def test_what_stands_outside_the_columns_is_named(text: str) -> None:
    assert "line-not-understood" in codes(text.replace("A      ", "A  x   ", 1).replace("Total  ", "Total 9", 1))


def test_a_table_without_its_rules_is_named(text: str) -> None:
    lines = text.split("\n")
    at = next(place for place, line in enumerate(lines) if line == "Payments")
    rules = next(place for place, line in enumerate(lines) if place > at and line.startswith("--"))
    assert codes("\n".join([*lines[:rules], *lines[rules + 1 :]])) == {"line-not-understood"}


def test_pages_of_two_deals_are_named(text: str) -> None:
    assert codes(text.replace("Toy Trust", "Other Trust", 1)) == {"heading-differs"}


@pytest.mark.parametrize("text", ["", "\n", "Statement to holders, distribution of nobody", "Page 1 of 1\n"])
def test_nothing_raises(text: str) -> None:
    assert read_neutral(text).problems
