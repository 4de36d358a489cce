"""What of a statement must be equal is, in sample deals of every kind, and what is not is said to be apart."""

from __future__ import annotations

from fractions import Fraction

import attrs
import pytest

from ledger import Exact, Ledger
from ledger.samples import told
from replay.charts.cash_flow import cash_flow
from replay.papers.paper import Paper
from replay.papers.ties import Tie, ties_of
from replay.statements.statement import statement_of


def test_the_real_month_ties_out(real_paper: Paper) -> None:
    found = list(ties_of(real_paper))
    assert len(found) == 12
    assert {tie.verdict for tie in found} == {"equal", "equal to the cent"}
    assert {"Pool after the distribution", "Principal of A"} <= {tie.what for tie in found}


@pytest.mark.parametrize("sample", told.TOLD[::3], ids=lambda sample: sample.DEAL)
def test_a_sample_ties_out(sample: told.ToldSample, ledger: Ledger) -> None:
    ledger.open_deal(sample.DEAL, sample.terms()).or_raise()
    ledger.post_many(sample.events("entered.jsonl")).or_raise()
    sample.post_month(ledger, sample.payment_dates[0])
    report = ledger.distribution(sample.DEAL, sample.payment_dates[0])
    paper = Paper(statement=statement_of(report), report=None, charts=(cash_flow(report),))  # type: ignore[arg-type]
    assert [tie for tie in ties_of(paper) if tie.verdict == "APART"] == []


def test_two_amounts_a_cent_apart_are_apart() -> None:
    tie = Tie(what="x", left_is="a", left=Exact(Fraction(1)), right_is="b", right=Exact(Fraction(1)))
    assert tie.verdict == "equal"
    assert attrs.evolve(tie, left=Exact(Fraction(101, 100))).verdict == "APART"
