"""A problem of a foreign statement that the replayed one has as well is none."""

from __future__ import annotations

import datetime as dt

from ledger import Ledger, LoanStatusChanged
from replay.filing import read_trustee_filing
from replay.reconciliation.understood import understood
from replay.statements.statement import statement_of
from replay.statements.text import render_text
from tests.deals.pair import DEAL, FEBRUARY, month, on, pair_deal


def test_our_own_text_has_no_problem_that_ours_has_not(ledger: Ledger) -> None:
    pair_deal(ledger).post_many(month(2)).or_raise()
    ours = statement_of(ledger.distribution(DEAL, FEBRUARY))
    filing = read_trustee_filing(render_text(ours))
    assert understood(ours, filing).problems == ()


def test_a_row_without_its_figures_is_one_where_ours_has_them(ledger: Ledger) -> None:
    pair_deal(ledger).post_many(month(2)).or_raise()
    ours = statement_of(ledger.distribution(DEAL, FEBRUARY))
    text = render_text(ours)
    (line,) = [line for line in text.splitlines() if "INTEREST COLLECTIONS" in line.upper() and "1,500.00" in line][:1]
    bare = text.replace(line, line[: len("Interest Collections") + line.index(line.strip())], 1)
    found = understood(ours, read_trustee_filing(bare)).problems
    assert "row-without-figures" in {item.code for item in found}


def test_loans_that_are_counted_and_not_listed_are_no_loss(ledger: Ledger) -> None:
    became = LoanStatusChanged(event_id="reo", status="reo", bucket="3+ payments", **on(dt.date(2024, 1, 20), loan="2"))
    pair_deal(ledger).post_many([*month(2), became]).or_raise()
    ours = statement_of(ledger.distribution(DEAL, FEBRUARY))
    assert ours.report.new_reo_count == 1
    filing = read_trustee_filing(render_text(ours))
    assert "loan-count-differs" in {item.code for item in filing.problems}
    assert understood(ours, filing).problems == ()
