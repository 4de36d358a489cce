"""The text of a neutral statement is read back whole, whatever the deal calls its parts."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

import replay
from ledger import Ledger, Party, StatementTemplate
from replay.filing.neutral import read_neutral
from replay.statements.neutral_text import render_neutral
from tests.deals.toy import TOY, boarding, month_events, toy_terms

HOSTILE = ("Page 1 of 10", "-----  ---", "Note: x", "TOTAL SERVICING FEES: y", "total", "a  b", "One " * 30)


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_worded_by_an_enemy_are_read_back(title: str) -> None:
    plain = toy_terms(title=title)
    groups = [attrs.evolve(group, title=title) for group in plain.groups]
    fees = [attrs.evolve(fee, title=title, payee=title) for fee in plain.fees]
    parties = [Party(role=title, name=title, contact=title)] * 3
    with Ledger.create("sqlite://") as ledger:
        terms = attrs.evolve(plain, groups=groups, fees=fees, parties=parties, statement=StatementTemplate.NEUTRAL)
        ledger.open_deal(TOY, terms).or_raise()
        ledger.post_many([*boarding(), *month_events(1)]).or_raise()
        found = replay.statement(ledger, TOY, payment_date=date(2021, 1, 25))
    read = read_neutral(render_neutral(found))
    assert read.problems == ()
    names = [(item.page, item.section, item.line, item.column, item.printed) for item in read.figures]
    assert names == [(item.page, item.section, item.line, item.column, item.printed) for item in found.figures]
