"""Readers hand a tape over as columns, in parts; what does not fit is in the part, refused by row."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from ledger import InvalidEvent, TapeMap
from ledger.tapes.frame import PART_ROWS, as_frames, delimited, fixed_width
from tests.ledger.tapes.making import LEAST_MAP, read_files, refused_file
from tests.ledger.tapes.reading import LEAST

BY_NUMBER = TapeMap(columns={"loan": 1, "balance": 3, "note_rate": 2}, header=False, delimiter="|", cells=[3])
FIXED = TapeMap(
    columns={"loan": "Loan Identifier", "balance": "Principal Balance", "note_rate": "Loan Coupon"},
    layout={"Loan Identifier": [5, 9], "Principal Balance": [11, 21], "Loan Coupon": [23, 27]},
    header=False,
    decimals={"balance": 2, "note_rate": 3},
)


def test_a_tape_comes_in_parts_of_columns() -> None:
    lines = ["Loan,UPB,Rate\n", *(f"{k},2.00,5\n" for k in range(PART_ROWS + 1))]
    parts = list(delimited(lines, LEAST_MAP, "tape").frames)
    assert [len(part.lines) for part in parts] == [PART_ROWS, 1]
    assert (parts[1].columns, list(parts[1].lines)) == (((str(PART_ROWS),), ("2.00",), ("5",)), [PART_ROWS + 2])


def test_what_is_no_row_is_counted_or_rejected_in_its_part() -> None:
    (part,) = as_frames([(2, ["a", "b"]), (3, ["", " "]), (4, ["c"]), (5, [])], 2, "tape", "the header {}")
    assert (list(part.lines), part.blank) == ([2], 2)
    assert [(item.line, item.cells, item.violations[0].code) for item in part.rejected] == [(4, ["c"], "wrong_width")]


def test_columns_go_by_number_without_a_header() -> None:
    (loan,) = read_files(b"0010|6.25|180000.00\n", tape=BY_NUMBER).loans
    assert (loan.loan, loan.balance, loan.note_rate) == ("0010", Decimal("180000.00"), Decimal("0.0625"))
    assert refused_file(b"1|5\n", BY_NUMBER)[0][2] == "wrong_width"
    assert refused_file(b"1|x|2.00\n", BY_NUMBER)[0][:3] == ("1:1", "column 2", "not_a_number")
    narrow = attrs.evolve(BY_NUMBER, cells=())
    assert "its rows have 2 cells" in refused_file(b"1|5\n", narrow)[0][3]


def test_fixed_width_has_implied_decimals() -> None:
    (loan,) = read_files(b"    00077 00018000000 06250 tail\n\n", tape=FIXED).loans
    assert (loan.loan, loan.balance, loan.note_rate) == ("00077", Decimal("180000.00"), Decimal("0.0625"))
    assert refused_file(b"    00077 00018000000\n", FIXED)[0][2] == "wrong_width"
    assert "implied" in refused_file(b"    00077 00018000.00 06250\n", FIXED)[0][3]
    headed = attrs.evolve(FIXED, header=True)
    assert len(read_files(b"    LOAN  BALANCE     RATE\n    00077 00018000000 06250\n", tape=headed).loans) == 1
    assert fixed_width([], FIXED, "tape").names == tuple(FIXED.layout)


def test_a_row_of_a_million_columns_is_one_refusal() -> None:
    data = ("Loan,UPB,Rate\n" + "1," * 1_000_000 + "\n").encode()
    ((where, _, code, told),) = refused_file(data)
    assert (where, code) == ("1:2", "too_large")
    assert "INDENTURE_TAPE_COLUMNS" in told
    assert refused_file(("x," * 1_000_000).encode())[0][2] == "too_large"


def test_a_fault_of_the_file_stands_behind_what_was_read_before_it() -> None:
    with pytest.raises(InvalidEvent) as caught:
        read_files(b'Loan,UPB,Rate\n1,x,5\n2,"2.00,5\n')
    assert [item.code for item in caught.value.violations] == ["not_a_number", "open_quote"]
    assert TapeMap(columns=LEAST).quoted_with == '"'


def test_a_line_that_ends_inside_a_number_is_refused() -> None:
    layout = {"L": [1, 4], "B": [5, 15], "R": [16, 21]}
    tape = TapeMap(columns={"loan": "L", "balance": "B", "note_rate": "R"}, layout=layout, header=False,
                   decimals={"balance": 2, "note_rate": 4})  # fmt: skip
    ((where, _, code, told),) = refused_file(b"100100018000000055000\n10020001200000006\n", tape)
    assert (where, code) == ("1:2", "wrong_width")
    assert "ends at character 17, inside a number or a date" in told
    named = attrs.evolve(tape, layout={**layout, "State": [22, 23]}, columns={**tape.columns, "state": "State"})
    assert [loan.state for loan in read_files(b"100100018000000055000C\n", tape=named).loans] == ["C"]


def test_titles_above_the_header_are_passed_over_and_spoken_of() -> None:
    data = b"Report of the pool\n\nas of,2024-01-01\nLoan,UPB,Rate\n1,2.00,5\n"
    reading = read_files(data)
    assert [loan.loan for loan in reading.loans] == ["1"]
    passed_over, unrated = reading.notes
    assert passed_over == "1: the header is on line 4; what stands above it is passed over"
    assert "no column of the map gives the loans a servicing rate" in unrated
    assert read_files(b"Loan,UPB,Rate\n1,2.00,5\n").notes == (unrated,)
    ((where, *_, told), *_) = refused_file(b"Report\nLoan,Balance,Rate\n1,2.00,5\n")
    assert where == "1:1"
    assert "that cell is 'Report'" in told
    assert refused_file(b"Report\nx,y,z\n1,2,3\n")[0][2] == "missing"


@pytest.mark.parametrize("rows", [PART_ROWS - 1, PART_ROWS, PART_ROWS + 1])
def test_a_cell_in_quotes_may_run_over_the_end_of_a_part(rows: int) -> None:
    lines = [
        "Loan,UPB,Rate\n",
        *(f"{k},2.00,5\n" for k in range(rows)),
        '"a\n',
        'b",2.00,5\n',
        "c,3.00,5\n",
        '"d",1,5\n',
    ]
    parts = list(delimited(lines, LEAST_MAP, "tape").frames)
    loans = [loan for part in parts for loan in part.columns[0]]
    assert loans == [*map(str, range(rows)), "a\nb", "c", "d"]
    assert [line for part in parts for line in part.lines][-3:] == [rows + 2, rows + 4, rows + 5]
