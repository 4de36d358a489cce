"""A loan tape becomes boarding events whole, or is refused naming line, column and rule."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledger import InvalidEvent, InvalidTerms, TapeMap, loans_from_tape, shipped_map

HEADER = "Loan,UPB,Rate,Net,Term,State,Origination\n"
MAP = TapeMap(
    columns={
        "loan": "Loan",
        "balance": "UPB",
        "note_rate": "Rate",
        "net_rate": "Net",
        "original_term_months": "Term",
        "state": "State",
        "origination_date": "Origination",
    },
    date_formats=("%m/%d/%Y",),
)


def board(rows: str, tape: TapeMap = MAP) -> list[object]:
    lines = (HEADER + rows).splitlines()
    return list(loans_from_tape(lines, tape, deal="d", group="g", effective_date=date(2020, 1, 1)))


def test_a_row_becomes_a_loan() -> None:
    (loan,) = loans_from_tape(
        (HEADER + '17,"98,530.54",4.500,4.250,360,IL,08/01/2012\n').splitlines(),
        MAP,
        deal="d",
        group="g",
        effective_date=date(2020, 1, 1),
    )
    assert (loan.balance, loan.note_rate, loan.servicing_rate) == (
        Decimal("98530.54"),
        Decimal("0.045"),
        Decimal("0.0025"),
    )
    assert (loan.original_term_months, loan.origination_date, loan.state) == (360, date(2012, 8, 1), "IL")


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("17,abc,4.5,4.25,360,IL,08/01/2012", "balance", "not_a_number"),
        ("17,100.005,4.5,4.25,360,IL,08/01/2012", "balance", "not_whole_cents"),
        ("17,-1.00,4.5,4.25,360,IL,08/01/2012", "balance", "negative"),
        ("17,100.00,x,4.25,360,IL,08/01/2012", "Rate", "not_a_number"),
        ("17,100.00,4.5,5.00,360,IL,08/01/2012", "servicing_rate", "negative"),
        ("17,100.00,4.5,4.25,360.5,IL,08/01/2012", "Term", "not_a_number"),
        ("17,100.00,4.5,4.25,360,IL,2012-13-01", "Origination", "not_a_number"),
        (",100.00,4.5,4.25,360,IL,08/01/2012", "Loan", "missing"),
    ],
)
def test_a_bad_row_is_named(row: str, field: str, code: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        board(f"16,100.00,4.5,4.25,360,IL,08/01/2012\n{row}\n")
    assert [(v.field, v.code) for v in refused.value.violations] == [(field, code)]


def test_a_loan_that_stands_twice_is_named() -> None:
    row = "17,100.00,4.5,4.25,360,IL,08/01/2012\n"
    with pytest.raises(InvalidEvent, match="line 2 already"):
        board(row + row)


def test_a_tape_without_a_mapped_column_or_without_loans_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="no column 'Loan'"):
        loans_from_tape(["a,b"], MAP, deal="d", group="g", effective_date=date(2020, 1, 1))
    with pytest.raises(InvalidEvent, match="no loan"):
        board("")


def test_a_map_names_fields_that_loans_have() -> None:
    with pytest.raises(InvalidTerms, match="no field 'colour'"):
        TapeMap(columns={"loan": "a", "balance": "b", "note_rate": "c", "colour": "d"})
    with pytest.raises(InvalidTerms, match="balance"):
        TapeMap(columns={"loan": "a", "note_rate": "c"})
    assert shipped_map("freddie-mac").delimiter == "|"


@pytest.mark.skipif("INDENTURE_STATEMENTS" not in os.environ, reason="INDENTURE_STATEMENTS names no directory")
def test_a_real_tape_boards_whole() -> None:
    (path,) = (Path(os.environ["INDENTURE_STATEMENTS"]) / "tapes").glob("freddie*.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    loans = loans_from_tape(lines, shipped_map("freddie-mac"), deal="d", group="g", effective_date=date(2022, 12, 1))
    assert len(loans) == 268
    assert sum(loan.balance for loan in loans) == Decimal("37849356.11")
