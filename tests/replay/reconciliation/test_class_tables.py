"""A published table of classes is tied out class by class, however its names and numbers are spelt."""

from __future__ import annotations

import time

import replay
from replay import Kind
from replay.filing import read_class_table
from tests.replay.reconciliation.published import TABLE


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


def test_many_rows_are_tied_out_in_time_that_grows_with_them(real_statement: replay.Statement) -> None:
    text = "Class|Interest\n" + "".join(f"X-{number}|1.00\n" for number in range(20_000))
    started = time.process_time()
    tied = replay.reconcile_class_table(real_statement, read_class_table(text))
    assert time.process_time() - started < 10
    assert len(tied.breaks) == 20_003
