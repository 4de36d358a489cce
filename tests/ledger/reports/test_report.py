"""What a report is made of: columns that know their kind, rows that fit, provenance that says what it knows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.reports import Column, ColumnKind, Fact, Provenance, Report, Spelling, Table
from ledger.reports.spelling import spelt

MONEY = Column("balance_due", kind=ColumnKind.MONEY, unit="dollars")


def test_a_column_is_headed_by_its_name_and_set_by_its_kind() -> None:
    assert (MONEY.heading, MONEY.right) == ("balance due", True)
    assert [Column("x", kind=kind).right for kind in (ColumnKind.TEXT, ColumnKind.DATE, ColumnKind.FIGURE)] == [
        False,
        False,
        True,
    ]
    assert Column("x", right=True).right


def test_money_is_shown_with_its_thousands_apart_unless_a_column_says_otherwise() -> None:
    amount = Decimal("-1234.50")
    shown = {kind: spelt(amount, Column("amount", kind=kind)) for kind in ColumnKind if kind.is_number}
    assert shown.pop(ColumnKind.MONEY) == "-1,234.50"
    assert set(shown.values()) == {"-1234.50"}
    assert spelt(amount, Column("amount", kind=ColumnKind.MONEY, spelling=Spelling.PLAIN)) == "-1234.50"


def test_a_row_has_a_cell_for_every_column() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells under 2 columns"):
        Table(columns=(Column("a"), Column("b")), rows=(("1",),))


def test_only_columns_there_are_can_be_shown() -> None:
    with pytest.raises(ValueError, match="no such column to show: c"):
        Table(columns=(Column("a"),), rows=(), shown=("a", "c"))


def test_numbers_given_as_text_become_numbers_where_nothing_is_lost() -> None:
    rows = [{"balance_due": text} for text in ("1234.50", "-0.5", "", "n/a", "007", "1,000.00")]
    table = Table.of([MONEY], rows)
    assert [row[0] for row in table.rows] == [Decimal("1234.50"), Decimal("-0.5"), None, "n/a", "007", "1,000.00"]
    assert Table.of([Column("loan")], [{"loan": "007"}]).rows == (("007",),)


def test_provenance_says_what_it_knows_in_one_order() -> None:
    told = Provenance(known_through=7, deal="d", digest="2:ab", record_date=dt.date(2024, 1, 31))
    assert told.facts() == (
        Fact("deal", "d"),
        Fact("record_date", dt.date(2024, 1, 31)),
        Fact("known_through", 7),
        Fact("digest", "2:ab"),
    )
    assert Provenance().facts() == ()


def test_the_first_named_table_stands_for_a_report() -> None:
    unnamed, named, flat = (Table(columns=(MONEY,), rows=(), name=name) for name in ("", "entries", "flat"))
    assert Report(title="t", parts=(unnamed, named)).table is named
    assert Report(title="t", parts=(unnamed, named), flat=flat).table is flat
    with pytest.raises(LookupError, match="the report 't' has no table"):
        _ = Report(title="t", parts=(unnamed,)).table
