"""A loan tape becomes boarding events whole, or is refused naming line, column and rule."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from ledger import InvalidEvent, TapeMap, loans_from_tape, shipped_map
from tests.ledger.tapes.reading import BOARDING, GOOD, HEADER, LEAST, MAP, board, read, refused


def test_a_row_becomes_a_loan() -> None:
    (loan,) = board('17,"98,530.54",4.500,4.250,360,IL,08/01/2012\n')
    assert (loan.balance, loan.note_rate, loan.servicing_rate) == (
        Decimal("98530.54"),
        Decimal("0.045"),
        Decimal("0.0025"),
    )
    assert (loan.original_term_months, loan.origination_date, loan.state) == (360, date(2012, 8, 1), "IL")


def test_a_tape_tells_loans_without_insurance_from_those_it_says_nothing_of() -> None:
    """Half a per cent a year, none, and a blank."""
    tape = TapeMap(columns={**LEAST, "pmi_rate": "PMI"})
    lines = ["Loan,UPB,Rate,PMI", "1,100.00,4.5,0.5", "2,100.00,4.5,0", "3,100.00,4.5,"]
    loans = loans_from_tape(lines, tape, deal="d", group="g", effective_date=BOARDING)
    assert [loan.pmi_rate for loan in loans] == [Decimal("0.005"), Decimal(0), None]


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("17,abc,4.5,4.25,360,IL,08/01/2012", "UPB", "not_a_number"),
        ("17,100.005,4.5,4.25,360,IL,08/01/2012", "UPB", "not_whole_cents"),
        ("17,-1.00,4.5,4.25,360,IL,08/01/2012", "UPB", "negative"),
        ("17,(1.00),4.5,4.25,360,IL,08/01/2012", "UPB", "negative"),
        ("17,1E+5,4.5,4.25,360,IL,08/01/2012", "UPB", "not_a_number"),
        ("17,NaN,4.5,4.25,360,IL,08/01/2012", "UPB", "not_a_number"),
        ("17,100.00,x,4.25,360,IL,08/01/2012", "Rate", "not_a_number"),
        ("17,100.00,4.5,5.00,360,IL,08/01/2012", "Net", "negative"),
        ("17,100.00,4.5,4.25,360.5,IL,08/01/2012", "Term", "not_a_count"),
        ("17,100.00,4.5,4.25,Infinity,IL,08/01/2012", "Term", "not_a_number"),
        ("17,100.00,4.5,4.25,NaN,IL,08/01/2012", "Term", "not_a_number"),
        ("17,100.00,4.5,4.25,-1,IL,08/01/2012", "Term", "negative"),
        ("17,100.00,4.5,4.25,360,IL,2012-13-01", "Origination", "not_a_date"),
        ("17,100.00,4.5,4.25,360,IL,08/01/1066", "Origination", "date_out_of_range"),
        ("17,100.00,4.5,4.25,360,I\x07L,08/01/2012", "State", "not_text"),
        (",100.00,4.5,4.25,360,IL,08/01/2012", "Loan", "missing"),
        ("O'Neill,100.00,4.5,4.25,360,IL,08/01/2012", "Loan", "not_an_identifier"),
        ("1.23457E+11,100.00,4.5,4.25,360,IL,08/01/2012", "Loan", "not_an_identifier"),
        ("1" * 115 + ",100.00,4.5,4.25,360,IL,08/01/2012", "Loan", "too_long"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(row: str, field: str, code: str) -> None:
    assert refused(f"{HEADER}{GOOD}{row}\n") == [("tape:3", field, code)]


def test_every_bad_cell_is_named() -> None:
    text = f"{HEADER}17,x,y,4.25,360,IL,08/01/2012\n\n18,100.00,4.5,4.25,z,IL,08/01/2012\n"
    assert [(where, field) for where, field, _ in refused(text)] == [
        ("tape:2", "UPB"),
        ("tape:2", "Rate"),
        ("tape:4", "Term"),
    ]


def test_a_negative_balance_is_said_to_be_one() -> None:
    with pytest.raises(InvalidEvent, match=r"balance '-1\.00' is negative, and a loan's never is; correct the row"):
        board("17,-1.00,4.5,4.25,360,IL,08/01/2012\n")


def test_a_loan_that_stands_twice_is_named() -> None:
    row = "17,100.00,4.5,4.25,360,IL,08/01/2012\n"
    with pytest.raises(InvalidEvent, match="line 2 already"):
        board(row + row)


def test_a_tape_without_a_mapped_column_or_without_loans_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="no column 'Loan'; its header has a, b"):
        loans_from_tape(["a,b"], MAP, deal="d", group="g", effective_date=BOARDING)
    with pytest.raises(InvalidEvent, match="one cell, so see whether delimiter ','"):
        loans_from_tape(["a|b"], MAP, deal="d", group="g", effective_date=BOARDING)
    with pytest.raises(InvalidEvent, match="set quote to"):
        read('"Loan"|"UPB"\n', attrs.evolve(MAP, delimiter="|"))
    with pytest.raises(InvalidEvent, match="no loan"):
        board("")


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", " \n\n"])
def test_an_empty_tape_is_said_to_be_empty(text: str) -> None:
    with pytest.raises(InvalidEvent, match="the tape is empty"):
        read(text)


def test_a_mapped_column_that_stands_twice_is_refused() -> None:
    assert refused("Loan,UPB,Rate,UPB\n1,2.00,3,4\n", TapeMap(columns=LEAST)) == [("tape:1", "UPB", "duplicate")]
    assert len(read("Loan,UPB,Rate,Filler,Filler\n1,2.00,3,4,5\n", TapeMap(columns=LEAST)).loans) == 1


@pytest.mark.parametrize("label", ["Total", "TOTALS", "grand total", "Grand Totals:", "Total (2 loans)"])
def test_a_totals_row_is_compared_and_is_no_loan(label: str) -> None:
    rows = f"{HEADER}{GOOD}{GOOD.replace('16', '17', 1)}"
    reading = read(f"{rows}\n,,,,,,\n{label},200.00,,,,,\n")
    assert [loan.loan for loan in reading.loans] == ["16", "17"]
    assert [(row.line, row.label, row.balance) for row in reading.totals] == [(6, label, Decimal("200.00"))]
    assert (reading.rows, reading.blank, reading.balance) == (5, 2, Decimal("200.00"))
    with pytest.raises(InvalidEvent, match=r"totals row: it says 200\.01, and the 2 loans add up to 200\.00"):
        read(f"{rows}{label},200.01,,,,,\n")


def test_a_totals_row_may_be_named_in_another_column_and_must_say_a_balance() -> None:
    assert len(read(f"{HEADER}{GOOD},100.00,,,,Total,\n").totals) == 1
    assert refused(f"{HEADER}{GOOD}Total,,,,,,\n") == [("tape:3", "UPB", "missing")]
    assert refused(f"{HEADER}{GOOD}Total,1.5.0,,,,,\n") == [("tape:3", "UPB", "not_a_number")]


@pytest.mark.parametrize("label", ["Average", "Weighted Average:", "COUNT", "Avg."])
def test_a_row_that_sums_up_in_another_way_is_refused(label: str) -> None:
    assert refused(f"{HEADER}{GOOD}{label},100.00,4.5,,,,\n") == [("tape:3", "Loan", "not_a_loan")]


def test_what_is_expected_of_a_tape_is_compared() -> None:
    rows = f"{HEADER}{GOOD}"
    assert read(rows, loans=1, balance=Decimal("100")).rows == 1
    with pytest.raises(InvalidEvent, match="2 loans are expected and the tape holds 1"):
        read(rows, loans=2)
    with pytest.raises(InvalidEvent, match=r"a balance of 100\.01 is expected and the loans add up to 100\.00"):
        read(rows, balance=Decimal("100.01"))


def test_a_group_is_given_or_stands_in_a_column() -> None:
    tape = TapeMap(columns={**LEAST, "group": "Pool"})
    text = "Loan,UPB,Rate,Pool\n1,2.00,4,one\n2,2.00,4,two\n"
    loans = loans_from_tape(text.splitlines(), tape, deal="d", effective_date=BOARDING)
    assert [loan.group for loan in loans] == ["one", "two"]
    with pytest.raises(InvalidEvent, match="the row has no group"):
        loans_from_tape(text.replace("two", "").splitlines(), tape, deal="d", effective_date=BOARDING)
    with pytest.raises(InvalidEvent, match="a group is given as well"):
        read(text, tape)
    with pytest.raises(InvalidEvent, match="no group is given"):
        loans_from_tape([HEADER], MAP, deal="d", effective_date=BOARDING)


def test_what_is_given_is_checked_once() -> None:
    with pytest.raises(InvalidEvent) as caught:
        loans_from_tape([HEADER, GOOD, GOOD], MAP, deal="d", group="no such", effective_date=date(1800, 1, 1))
    assert [(item.field, item.code) for item in caught.value.violations] == [("effective_date", "date_out_of_range")]


@pytest.mark.skipif("INDENTURE_STATEMENTS" not in os.environ, reason="INDENTURE_STATEMENTS names no directory")
def test_a_real_tape_boards_whole() -> None:
    (path,) = (Path(os.environ["INDENTURE_STATEMENTS"]) / "tapes").glob("freddie*.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    loans = loans_from_tape(lines, shipped_map("freddie-mac"), deal="d", group="g", effective_date=date(2022, 12, 1))
    assert len(loans) == 268
    assert sum(loan.balance for loan in loans) == Decimal("37849356.11")
