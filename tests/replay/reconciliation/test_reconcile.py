"""A tie-out finds what was changed in a published statement, all of it and nothing else."""

from __future__ import annotations

import random
import time
from fractions import Fraction

import attrs
import pytest

import replay
from ledger import Ledger
from replay import Filing, Kind, PublishedFigure, Status
from replay.filing import read_class_table
from tests.replay.reconciliation.published import TABLE


def with_printed(filing: Filing, index: int, printed: str) -> Filing:
    figures = list(filing.figures)
    figures[index] = attrs.evolve(figures[index], printed=printed)
    return attrs.evolve(filing, figures=tuple(figures))


def index_of(filing: Filing, page: int, section: str, line: str, column: str) -> int:
    place = (page, section, line, column)
    return next(index for index, f in enumerate(filing.figures) if (f.page, f.section, f.line, f.column) == place)


def place(figure: PublishedFigure) -> tuple[int, str, str, str]:
    return (figure.page, figure.section, figure.line, figure.column)


def broken(tied: replay.TieOut) -> list[tuple[int, str, str, str]]:
    return [(e.page, e.section, e.line, e.column) for e in tied.breaks]


def test_the_published_statement_ties_out(real_statement: replay.Statement, filing: Filing) -> None:
    tied = replay.reconcile(real_statement, filing)
    assert tied.count(Status.EQUAL) == 1290
    assert not tied.breaks
    assert tied.agrees


def test_the_breaks_inside_the_statement_are_shown(real_statement: replay.Statement, filing: Filing) -> None:
    note = "PSA Standard Prepayment Model:    CPR/(0.02*min(30,WAS))"
    tied = replay.reconcile(real_statement, filing, text=note)
    differences = sorted(finding.difference for finding in tied.findings)
    assert differences == ["0.01", "0.0180", "4,050.42"]


def test_any_changed_digit_is_found_and_nothing_else(real_statement: replay.Statement, filing: Filing) -> None:
    chance = random.Random(20020925)
    numeric = [i for i, f in enumerate(filing.figures) if any(c.isdigit() for c in f.printed)]
    for index in chance.sample(numeric, 150):
        figure = filing.figures[index]
        at = chance.choice([k for k, c in enumerate(figure.printed) if c.isdigit()])
        digit = chance.choice([d for d in "0123456789" if d != figure.printed[at]])
        changed = figure.printed[:at] + digit + figure.printed[at + 1 :]
        tied = replay.reconcile(real_statement, with_printed(filing, index, changed))
        assert broken(tied) == [place(figure)]
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


CASES = [
    (2, "current period", "A", "current principal balance", "439797456.4", Kind.STALE),
    (8, "COLLATERAL", "Principal Balance: Current", "fixed", "6733664.46", Kind.STALE),
    (2, "current period", "A", "interest", "780604.49", Kind.DIGIT_SLIP),
    (6, "INTEREST - FEES", "Owner Trustee Fee", "total", "700.00", Kind.ARITHMETIC),
    (7, "STRUCTURAL FEATURES", "Available Funds Rate", "total", "n/a", Kind.UNREADABLE),
    (23, "ADDITIONAL INFORMATION", "Current Net Mortgage Rate", "total", "6.0500%", Kind.UNEXPLAINED),
]


@pytest.mark.parametrize(("page", "section", "line", "column", "printed", "kind"), CASES)
def test_breaks_are_classified(
    real_statement: replay.Statement,
    filing: Filing,
    page: int,
    section: str,
    line: str,
    column: str,
    printed: str,
    kind: Kind,
) -> None:
    index = index_of(filing, page, section, line, column)
    tied = replay.reconcile(real_statement, with_printed(filing, index, printed))
    assert [(entry.kind, entry.published) for entry in tied.breaks] == [(kind, printed)]


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


def test_a_break_names_the_events_behind_our_figure(
    real_statement: replay.Statement, filing: Filing, real_ledger: Ledger
) -> None:
    index = index_of(filing, 4, "PRINCIPAL - COLLECTIONS", "Curtailments", "fixed")
    tied = replay.reconcile(real_statement, with_printed(filing, index, "19,967.45"), ledger=real_ledger)
    assert tied.breaks[0].event_ids == ("2002-09/curtailments/fixed",)


def test_nothing_read_is_not_a_pass(real_statement: replay.Statement) -> None:
    tied = replay.reconcile(real_statement, Filing())
    assert (tied.read, tied.agrees) == (0, False)
    assert len(tied.breaks) == 1290


def test_problems_of_reading_are_not_a_pass(real_statement: replay.Statement, filing: Filing) -> None:
    problem = replay.ReadProblem(source_line=3, code="garbled", message="not understood")
    assert not replay.reconcile(real_statement, attrs.evolve(filing, problems=(problem,))).agrees


def test_a_class_table_ties_out(real_statement: replay.Statement) -> None:
    text = (
        "Class|CUSIP|Rate|Beginning|Interest|Principal|Current Loss|Ending\n"
        "A|45254NCG0|2.13000%|439,797,456.41|780,640.49|8,824,748.07|0.00|430,972,708.34\n"
        "B|45254NCH8|4.06000%|23,393,481.72|79,147.95|469,401.49|0.00|22,924,080.32\n"
        "Cert|||0.00|1,283,193.11|0.00|0.00|0.00\n"
    )
    tied = replay.reconcile_class_table(real_statement, read_class_table(text))
    assert [(entry.line, entry.column, entry.kind) for entry in tied.breaks] == [("B", "ending", Kind.DIGIT_SLIP)]


def test_numbers_of_a_table_may_be_spelt_otherwise(real_statement: replay.Statement) -> None:
    text = TABLE.replace("2.13000%", "2.130").replace("4.06000%", "4.06").replace("|0.00", "|-")
    text = text.replace("780,640.49", "$780640.49")
    tied = replay.reconcile_class_table(real_statement, read_class_table(text))
    assert (tied.breaks, tied.problems) == ((), ())
    short = replay.reconcile_class_table(real_statement, read_class_table(text.replace("|4.06|", "|4.07|")))
    assert [(entry.line, entry.column) for entry in short.breaks] == [("B", "rate")]


def test_a_class_may_be_spelt_otherwise(real_statement: replay.Statement) -> None:
    text = TABLE.replace("\nA|", "\nClass a|").replace("\nCert|", "\nCERT|")
    tied = replay.reconcile_class_table(real_statement, read_class_table(text))
    assert (tied.breaks, tied.problems) == ((), ())
    twice = replay.reconcile_class_table(real_statement, read_class_table(text.replace("\nB|", "\nA-|")))
    assert {entry.kind for entry in twice.breaks} == {Kind.MISSING, Kind.NOT_OURS}


def test_a_break_of_a_second_table_names_its_own_line(real_statement: replay.Statement) -> None:
    text = "Class|Rate\nA|2.13000%\nB|4.06000%\nClass|Interest\nA|780,640.49\nB|79,147.59\nCert|1,283,193.11\n"
    tied = replay.reconcile_class_table(real_statement, read_class_table(text))
    assert [(entry.line, entry.source_line) for entry in tied.breaks] == [("B", 6)]


def test_an_equal_number_printed_otherwise_is_named_so(real_statement: replay.Statement, filing: Filing) -> None:
    index = index_of(filing, 4, "PRINCIPAL - COLLECTIONS", "TOTAL PRINCIPAL", "adjustable")
    bare = filing.figures[index].printed.replace(",", "")
    tied = replay.reconcile(real_statement, with_printed(filing, index, bare))
    assert [entry.kind for entry in tied.breaks] == [Kind.PRINTED_OTHERWISE]


def test_events_left_out_are_owned_up_to(real_statement: replay.Statement, filing: Filing, real_ledger: Ledger) -> None:
    index = index_of(filing, 2, "current period", "A", "principal")
    (entry,) = replay.reconcile(real_statement, with_printed(filing, index, "1.00"), ledger=real_ledger).breaks
    assert (len(entry.event_ids), entry.more_events) == (12, True)
    row = next(
        row for row in replay.reconcile(real_statement, filing, ledger=real_ledger).rows() if row["events"] == ""
    )
    assert row["source_line"]


def test_many_rows_are_tied_out_in_time_that_grows_with_them(real_statement: replay.Statement) -> None:
    text = "Class|Interest\n" + "".join(f"X-{number}|1.00\n" for number in range(20_000))
    started = time.perf_counter()
    tied = replay.reconcile_class_table(real_statement, read_class_table(text))
    assert time.perf_counter() - started < 10
    assert len(tied.breaks) == 20_003
