"""Rows that were set aside are written as they stood, so that they can be mended and read alone."""

from __future__ import annotations

import attrs
import pytest

from ledger import InvalidEvent, TapeMap, Violation, tape_map_from_json
from ledger.reports import as_csv
from ledger.reports.report import Table
from ledger.tapes.rejects import reasons_report, rejects_bytes, rejects_text
from tests.ledger.tapes.making import DAY, LEAST_MAP, read_files, sheet, workbook
from tests.ledger.tapes.reading import LEAST
from tests.ledger.tapes.test_frame import BY_NUMBER, FIXED

DATED = TapeMap(columns={**LEAST, "origination_date": "Date"}, date_formats=["%m/%d/%Y"])
ROWS: list[list[object]] = [
    ["Loan", "UPB", "Rate", "Date", 'a "b", c'],
    ["1", "2.00", 5, (45322, DAY), "x,y"],
    ["2", "two", 5, (45322, DAY), "z"],
]


@pytest.mark.parametrize(
    ("data", "tape", "wrong", "right"),
    [
        (b'Loan,UPB,Rate,"a, b"\n1,2.00,5,x\n2,two,5,"y, z"\n', LEAST_MAP, "two", "2.00"),
        (b"1|5|2.00\n2|5|two\n", BY_NUMBER, "two", "2.00"),
        (b"    00077 00018000000 06250\n    00078 0001800000x 06250\n", FIXED, "0000x", "00000"),
        (
            b"L\n    00077 00018000000 06250\n    00078 0001800000x 06250\n",
            attrs.evolve(FIXED, header=True),
            "0000x",
            "00000",
        ),
        (workbook({"A": sheet(ROWS)}), DATED, "two", "2.00"),
        (b'Loan|UPB|Rate|q\n1|2.00|5|\n2|two|5|"\n', attrs.evolve(LEAST_MAP, delimiter="|"), "two", "2.00"),
    ],
    ids=["text", "by number", "fixed width", "fixed width with a header", "workbook", "pipes"],
)
def test_rejects_are_mended_and_read_alone(data: bytes, tape: TapeMap, wrong: str, right: str) -> None:
    reading = read_files(data, tape=tape, set_aside=True)
    assert (len(reading.loans), len(reading.rejected)) == (1, 1)
    rest = rejects_text(reading.rejected, tape)
    assert wrong in rest
    mended = read_files(rest.replace(wrong, right).encode(), tape=tape)
    assert len(mended.loans) == 1
    whole = read_files(data.replace(wrong.encode(), right.encode()), tape=tape) if wrong.encode() in data else None
    assert whole is None or [*reading.loans, *mended.loans] == list(whole.loans)


def test_rejects_of_several_files_stand_in_the_columns_of_the_first() -> None:
    reading = read_files(b"Loan,UPB,Rate\n1,x,5\n9,1.00,5\n", b"Rate,More,Loan,UPB\n6,,2,y\n", set_aside=True)
    assert rejects_text(reading.rejected, LEAST_MAP) == "Loan,UPB,Rate\n1,x,5\n2,y,6\n"


def test_rejects_are_in_the_encoding_of_the_map_or_marked() -> None:
    latin = attrs.evolve(LEAST_MAP, encoding="latin-1")
    for loan, begins in (("\u00e9", b"Loan"), ("\u20ac", b"\xef\xbb\xbfLoan")):
        data = workbook({"A": sheet([["Loan", "UPB", "Rate"], [loan, "2.00", 5], ["1", 2, 5]])})
        rest = rejects_bytes(read_files(data, tape=latin, set_aside=True).rejected, latin)
        assert rest.startswith(begins)
        assert [item.code for item in _refused(rest, latin)] == ["not_an_identifier"]


def _refused(data: bytes, tape: TapeMap) -> tuple[Violation, ...]:
    with pytest.raises(InvalidEvent) as caught:
        read_files(data, tape=tape)
    return caught.value.violations


def test_reasons_name_row_column_and_rule() -> None:
    reading = read_files(b"Loan,UPB,Rate\n1,x,y\n9,1.00,5\n", set_aside=True)
    lines = as_csv(reasons_report(reading.rejected)).splitlines()
    assert lines[0] == "file,line,reject,column,rule,message"
    assert [line.split(",")[:5] for line in lines[1:]] == [
        ["1", "2", "1", "UPB", "not_a_number"],
        ["1", "2", "1", "Rate", "not_a_number"],
    ]


def test_reasons_number_the_rows_that_are_written() -> None:
    tape = tape_map_from_json(
        '{"columns": {"loan": "Id", "state": "State"},'
        ' "join": {"columns": {"loan": "Loan", "balance": "UPB", "note_rate": "Rate"}}}'
    )
    second = b"Loan,UPB,Rate\n1,x,5\n2,2.00,5\n"
    reading = read_files(b"Id,State\n1,CA\n2,NY\n", tape=tape, second=second, set_aside=True)
    (table,) = reasons_report(reading.rejected).parts
    assert isinstance(table, Table)
    assert [(row[0], row[2]) for row in table.rows] == [("second", None), ("1", 1)]
