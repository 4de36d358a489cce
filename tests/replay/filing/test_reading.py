"""A statement of any known kind is recognised and read; whatever else it is ends in problems."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.filing import (
    ClassTable,
    Filing,
    read_class_table,
    read_figures_csv,
    read_statement,
    read_trustee_filing,
    sniff,
)
from tests.replay.filing.printed import (
    CLASS_TABLE,
    DATA,
    FUZZ,
    TWO_POOLS,
    Row,
    codes,
    expected_rows,
    rewrapped,
    rows,
    unwrapped,
)

STATEMENTS = os.environ.get("INDENTURE_STATEMENTS")


@FUZZ
@given(st.binary(max_size=2000))
def test_any_bytes_can_be_read(content: bytes) -> None:
    read = read_statement(content)
    assert read.problems


@FUZZ
@given(st.text(alphabet=st.sampled_from(' \n>0123456789.,|()%"=-ABClasRteTOTAL\x00\x0c\u2028'), max_size=600))
def test_any_text_can_be_read_by_every_reader(text: str) -> None:
    for read in (read_trustee_filing, read_class_table, read_figures_csv):
        assert isinstance(read(text), Filing | ClassTable)
    sniff(text)


@pytest.mark.parametrize("text", ["", "\n\n", ">", ">" * 5000, "Page 1 of 9999", "9" * 100000, "1  " * 5000])
def test_hostile_text_ends_in_problems(text: str) -> None:
    for filing in (read_trustee_filing(text), read_class_table(text), read_figures_csv(text)):
        assert filing.problems


def test_each_kind_of_statement_is_recognised(tmp_path: Path) -> None:
    figures = (DATA / "two_pools.figures.csv").read_text(encoding="utf-8")
    assert sniff(TWO_POOLS) == "trustee text"
    assert sniff(rewrapped(unwrapped(TWO_POOLS), 30)) == "trustee text"
    assert sniff(figures) == "figures csv"
    assert sniff(CLASS_TABLE) == "class table"
    assert sniff("Dear sir, nothing here.") is None
    path = tmp_path / "statement.txt"
    path.write_text(CLASS_TABLE, encoding="utf-8")
    assert isinstance(read_statement(path), ClassTable)
    assert rows_of(read_statement(DATA / "two_pools.txt")) == rows_of(read_statement(figures.encode()))


def rows_of(read: Filing | ClassTable) -> list[Row]:
    """Return the figures of what must be a filing."""
    assert isinstance(read, Filing)
    return rows(read)


def test_what_cannot_be_opened_is_a_problem(tmp_path: Path) -> None:
    assert codes(read_statement(tmp_path / "absent.txt")) == {"file-unreadable"}
    assert codes(read_statement("a\x00b")) == {"file-unreadable"}
    assert codes(read_statement(tmp_path)) == {"file-unreadable"}
    assert codes(read_statement(b"")) == {"empty"}
    assert codes(read_statement(b"Dear sir")) == {"format-unknown"}


def test_latin_1_is_read_and_reported() -> None:
    read = read_statement("Société Record Date 30-Apr-2000\n".encode("latin-1") + b"Class|Rate|Interest\nA|1%|2.00\n")
    assert isinstance(read, ClassTable)
    assert len(read.rows) == 1
    assert codes(read) == {"not-utf-8"}


needs_statements = pytest.mark.skipif(STATEMENTS is None, reason="INDENTURE_STATEMENTS names no directory")


@needs_statements
def test_every_figure_of_the_published_filings_is_read() -> None:
    listed = sorted(Path(STATEMENTS or "").glob("filings/*.figures.csv"))
    assert listed
    for path in listed:
        filing = read_statement(path.with_name(path.name.replace(".figures.csv", ".txt")))
        assert isinstance(filing, Filing)
        assert Counter(rows(filing)) == Counter(expected_rows(path))
        assert filing.problems == ()


@needs_statements
def test_published_class_tables_keep_every_class() -> None:
    read = {path.name: read_statement(path) for path in Path(STATEMENTS or "").glob("statements/*.txt")}
    tables = {name: table for name, table in read.items() if isinstance(table, ClassTable)}
    assert tables
    for name, table in tables.items():
        ids = [row.class_id for row in table.rows]
        text = (Path(STATEMENTS or "") / "statements" / name).read_text(encoding="utf-8")
        listed = {line.partition("|")[0] for line in text.split("\n") if re.match(r"[A-Z][-0-9A-Z]*\|", line)}
        assert set(ids) == listed, name
        assert table.record_date is not None
        assert table.distribution_date is not None
