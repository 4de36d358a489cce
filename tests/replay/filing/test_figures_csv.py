"""Figures that are listed one to a row are read row by row."""

from __future__ import annotations

from replay.filing import read_figures_csv, sniff
from tests.replay.filing.printed import DATA, expected_rows, rows


def test_a_figures_csv_gives_back_its_rows() -> None:
    path = DATA / "two_pools.figures.csv"
    filing = read_figures_csv(path.read_text(encoding="utf-8"))
    assert rows(filing) == expected_rows(path)
    assert filing.groups == ("pool ii", "pool i")
    assert filing.problems == ()


def test_unreadable_rows_of_a_figures_csv_are_named() -> None:
    text = "page,section,line,column,printed\nx,S,L,total,1.00\n4,S,L,total\n4,S,L,total,1x00\n"
    filing = read_figures_csv(text)
    assert rows(filing) == [(4, "S", "L", "total", "1x00")]
    assert [(p.source_line, p.code) for p in filing.problems] == [
        (2, "row-unreadable"),
        (3, "row-unreadable"),
        (4, "not-a-number"),
    ]


def test_a_figures_csv_may_have_more_columns_in_any_order() -> None:
    text = "value,printed,page,origin,column,line,section\n1.0,1.00,4,derived,total,L,S\n2,2.00,4,x,total,L\n"
    assert sniff(text) == "figures csv"
    filing = read_figures_csv(text)
    assert rows(filing) == [(4, "S", "L", "total", "1.00")]
    assert [(p.source_line, p.code) for p in filing.problems] == [(3, "row-unreadable")]
