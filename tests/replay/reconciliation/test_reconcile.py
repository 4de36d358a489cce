"""A tie-out finds what was changed in a published statement, all of it and nothing else."""

from __future__ import annotations

import random
from fractions import Fraction

import attrs

import replay
from replay import Filing, Kind, PublishedFigure, Status
from replay.reconciliation.told_apart import told_apart
from tests.draws import draws
from tests.replay.reconciliation.printed import index_of, with_printed


def place(figure: PublishedFigure) -> tuple[int, str, str, str]:
    return (figure.page, figure.section, figure.line, figure.column)


def broken(tied: replay.TieOut) -> list[tuple[int, str, str, str]]:
    return [(e.page, e.section, e.line, e.column) for e in tied.breaks]


def test_the_published_statement_ties_out(real_statement: replay.Statement, filing: Filing) -> None:
    tied = replay.reconcile(real_statement, filing)
    assert tied.count(Status.EQUAL) == 1290
    assert not tied.breaks
    assert tied.agrees


def test_any_changed_digit_is_found_and_nothing_else(real_statement: replay.Statement, filing: Filing) -> None:
    chance, named = random.Random(20020925), told_apart(filing).figures
    numeric = [i for i, f in enumerate(filing.figures) if any(c.isdigit() for c in f.printed)]
    for index in chance.sample(numeric, draws(30)):
        figure = filing.figures[index]
        at = chance.choice([k for k, c in enumerate(figure.printed) if c.isdigit()])
        digit = chance.choice([d for d in "0123456789" if d != figure.printed[at]])
        changed = figure.printed[:at] + digit + figure.printed[at + 1 :]
        tied = replay.reconcile(real_statement, with_printed(filing, index, changed))
        assert broken(tied) == [place(named[index])]
        assert tied.breaks[0].published == changed
        assert not tied.agrees


def test_a_dropped_line_is_found(real_statement: replay.Statement, filing: Filing) -> None:
    kept = tuple(f for f in filing.figures if f.line != "Curtailments")
    tied = replay.reconcile(real_statement, attrs.evolve(filing, figures=kept))
    assert {entry.kind for entry in tied.breaks} == {Kind.MISSING}
    assert [entry.column for entry in tied.breaks] == ["adjustable", "fixed", "total"]


def test_swapped_columns_are_found(real_statement: replay.Statement, filing: Filing) -> None:
    one = index_of(filing, 6, "INTEREST - FEES", "Current Servicing Fees", "adjustable")
    two = index_of(filing, 6, "INTEREST - FEES", "Current Servicing Fees", "fixed")
    left, right = filing.figures[one].printed, filing.figures[two].printed
    tied = replay.reconcile(real_statement, with_printed(with_printed(filing, one, right), two, left))
    assert broken(tied) == [place(filing.figures[one]), place(filing.figures[two])]


def test_a_figure_that_we_do_not_have_is_a_break(real_statement: replay.Statement, filing: Filing) -> None:
    extra = PublishedFigure(
        page=6, section="INTEREST - FEES", line="Audit Fee", column="total", printed="9.00", source_line=7
    )
    tied = replay.reconcile(real_statement, attrs.evolve(filing, figures=(*filing.figures, extra)))
    assert [entry.kind for entry in tied.breaks] == [Kind.NOT_OURS]


def test_a_tolerance_is_stated_and_bounded(real_statement: replay.Statement, filing: Filing) -> None:
    index = index_of(filing, 10, "SERVICING FEES / ADVANCES", "Current PPIS", "fixed")
    cent_off = with_printed(filing, index, "1,797.77")
    assert len(replay.reconcile(real_statement, cent_off).breaks) == 1
    tied = replay.reconcile(real_statement, cent_off, tolerance=Fraction(1, 100))
    assert (tied.count(Status.ROUNDING), len(tied.breaks)) == (1, 0)
    two_off = with_printed(filing, index, "1,797.78")
    assert len(replay.reconcile(real_statement, two_off, tolerance=Fraction(1, 100)).breaks) == 1


def test_nothing_read_is_not_a_pass(real_statement: replay.Statement) -> None:
    tied = replay.reconcile(real_statement, Filing())
    assert (tied.read, tied.agrees) == (0, False)
    assert len(tied.breaks) == 1290


def test_problems_of_reading_are_not_a_pass(real_statement: replay.Statement, filing: Filing) -> None:
    problem = replay.ReadProblem(source_line=3, code="garbled", message="not understood")
    assert not replay.reconcile(real_statement, attrs.evolve(filing, problems=(problem,))).agrees
