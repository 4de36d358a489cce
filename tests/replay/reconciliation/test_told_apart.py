"""A line that the template prints twice has a name of its own in each place, and its old name is still read."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction

import attrs
import pytest

import replay
from ledger import Exact, Ledger, Schedule
from ledger.samples.impac_cmb_2002_1.life import months
from ledger.samples.impac_cmb_2002_1.september_2002 import post_september_2002
from ledger.simulation import post_life
from replay import Filing, Kind, Status
from replay.reconciliation.told_apart import told_apart
from replay.statements.figures import section
from replay.statements.printing import Style
from replay.statements.text import render_text
from tests.deals.busy import busy_toy
from tests.ledger.simulation.lives import SHORT
from tests.replay.reconciliation.printed import index_of, with_printed
from tests.replay.reconciliation.test_own_statements import post_pair

FEES = "SERVICING FEES / ADVANCES"
DELINQUENT = "Delinquent Servicing Fees"
TOTALLED, COLLECTED = (f"{name}: {DELINQUENT}" for name in ("TOTAL SERVICING FEES", "COLLECTED SERVICING FEES"))
DEALS = {
    "real": (post_september_2002, (6,)),
    "closing": (months.post, range(7)),
    "toy": (busy_toy, (0, 1, 2)),
    "pair": (post_pair, (0,)),
    "life": (lambda ledger: post_life(ledger, attrs.evolve(SHORT, months=8)), range(7)),
}


@pytest.mark.parametrize("name", DEALS)
def test_page_section_line_and_column_name_one_figure(name: str) -> None:
    post, asked = DEALS[name]
    with Ledger.create("sqlite://") as ledger:
        post(ledger)
        deal = ledger.deals()[0]
        paid = Schedule(ledger.terms(deal)).payment_dates
        for month in asked:
            found = replay.statement(ledger, deal, payment_date=paid[month])
            times = Counter((item.page, item.section, item.line, item.column) for item in found)
            assert not {place for place, count in times.items() if count > 1}, month


def test_the_text_prints_the_line_as_the_template_does(real_statement: replay.Statement) -> None:
    lines = [" ".join(line.split()) for line in render_text(real_statement).splitlines()]
    assert f"{DELINQUENT} 24,400.00 3,086.12 27,486.12" in lines
    assert f"{DELINQUENT} (24,400.00) (3,086.12) (27,486.12)" in lines
    assert not any(line.startswith(("TOTAL SERVICING FEES:", "COLLECTED SERVICING FEES:")) for line in lines)


def test_each_line_is_found_by_its_name_and_both_by_what_is_printed(real_statement: replay.Statement) -> None:
    (first,) = real_statement.find(f"10/{TOTALLED}/total")
    (second,) = real_statement.find(f"10/{FEES}/{COLLECTED}/total")
    assert (first.printed, second.printed) == ("27,486.12", "(27,486.12)")
    assert real_statement.find(f"10/{DELINQUENT}/total") == [first, second]


def test_a_filing_that_names_both_alike_ties_out(real_statement: replay.Statement, filing: Filing) -> None:
    assert replay.reconcile(real_statement, filing).count(Status.EQUAL) == 1290
    assert replay.reconcile(real_statement, told_apart(filing)).count(Status.EQUAL) == 1290


def test_a_filing_that_lost_one_of_the_two_lacks_that_one(real_statement: replay.Statement, filing: Filing) -> None:
    named = told_apart(filing)
    for line in (TOTALLED, COLLECTED):
        kept = zip(filing.figures, named.figures, strict=True)
        lacking = attrs.evolve(filing, figures=tuple(item for item, known in kept if known.line != line))
        tied = replay.reconcile(real_statement, lacking)
        assert {(entry.line, entry.kind) for entry in tied.breaks} == {(line, Kind.MISSING)}


def test_a_filing_in_another_order_ties_out(real_statement: replay.Statement, filing: Filing) -> None:
    """Two that are named alike count in their own order, wherever the others stand."""
    twice = [item for item in filing.figures if item.line == DELINQUENT]
    others = [item for item in filing.figures if item.line != DELINQUENT]
    random.Random(1).shuffle(others)
    tied = replay.reconcile(real_statement, attrs.evolve(filing, figures=(*others, *twice)))
    assert tied.count(Status.EQUAL) == 1290


def test_a_changed_fee_is_no_wrong_sum(real_statement: replay.Statement, filing: Filing) -> None:
    """The name begins with that of a total, but the line is none."""
    at = index_of(filing, 10, FEES, DELINQUENT, "adjustable")
    tied = replay.reconcile(real_statement, with_printed(filing, at, "31,751.00"))
    assert [(entry.line, entry.kind) for entry in tied.breaks] == [(TOTALLED, Kind.UNEXPLAINED)]


def test_a_line_that_a_page_holds_twice_is_numbered_and_printed_as_it_is() -> None:
    """Two contracts, fees or loans may go by one name."""
    one, two = (Exact(Fraction(number), label="amount") for number in (1, 2))
    made = section(6, "INTEREST - FEES", ("total",), [("Fee", [("total", value)], Style.MONEY) for value in (one, two)])
    assert [figure.line for row in made.rows for figure in row.figures] == ["Fee", "Fee (2)"]
    assert [row.label for row in made.rows] == ["Fee", "Fee"]
