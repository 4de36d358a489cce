"""The files of a tape together: several, a second one joined, and rows that are set aside."""

from __future__ import annotations

import io
import time
from decimal import Decimal

import attrs
import pytest

from ledger import InvalidEvent, TapeMap, tape_map_from_json
from ledger.tapes import TapeReader, opened_tape
from ledger.values import limits
from tests.ledger.tapes.making import LEAST_MAP, read_files
from tests.ledger.tapes.reading import BOARDING

HEAD = b"Loan,UPB,Rate\n"
JOINED = tape_map_from_json(
    """{"columns": {"loan": "Id", "state": "State"},
        "join": {"delimiter": "|", "header": false,
                 "columns": {"loan": 1, "balance": 2, "note_rate": 3}, "filters": [{"column": 4, "is": ["A"]}]}}"""
)


def codes(*files: bytes, tape: TapeMap = LEAST_MAP, second: bytes | None = None) -> list[tuple[str, str]]:
    with pytest.raises(InvalidEvent) as caught:
        read_files(*files, tape=tape, second=second)
    return [(item.event_id, item.code) for item in caught.value.violations]


def test_several_files_are_one_tape_in_whatever_order_their_columns_are() -> None:
    reading = read_files(HEAD + b"1,2.00,5\n", b"Rate,Loan,UPB\n6,2,3.00\n", loans=2, balance=Decimal("5.00"))
    assert [(loan.loan, loan.note_rate) for loan in reading.loans] == [("1", Decimal("0.05")), ("2", Decimal("0.06"))]
    assert codes(HEAD + b"1,2.00,5\n", HEAD + b"1,2.00,5\n") == [("2:2", "duplicate")]
    with pytest.raises(InvalidEvent, match="line 2 of 1 already"):
        read_files(HEAD + b"1,2.00,5\n", HEAD + b"1,2.00,5\n")


def test_a_second_file_is_joined_by_loan() -> None:
    first, second = b"Id,State\n10,CA\n20,NY\n", b"20|3.00|6|A\n10|2.00|5|A\n10|9.00|5|B\n30|1.00|5|A\n"
    reading = read_files(first, tape=JOINED, second=second)
    assert [(loan.loan, loan.state, loan.balance) for loan in reading.loans] == [
        ("10", "CA", Decimal("2.00")),
        ("20", "NY", Decimal("3.00")),
    ]
    assert (reading.unmatched, reading.filtered) == (1, 1)


def test_a_join_that_does_not_fit_is_refused_row_by_row() -> None:
    first = b"Id,State\n10,CA\n20,NY\n"
    assert codes(first, tape=JOINED, second=b"10|2.00|5|A\n") == [("1:3", "no_partner")]
    twice = b"10|2.00|5|A\n10|2.00|5|A\n20|3.00|5|A\n"
    assert codes(first, tape=JOINED, second=twice) == [("second:2", "duplicate")]
    assert codes(first, tape=JOINED, second=b"|2.00|5|A\n10|x|5|A\n20|1.00|5|A\n") == [
        ("second:1", "missing"),
        ("second:2", "not_a_number"),
        ("1:2", "no_partner"),
    ]


def test_rows_are_set_aside_whole_and_the_rest_is_read() -> None:
    data = HEAD + b"1,2.00,5\n2,x,5\n3,3.00\n1,4.00,5\nAverage,1,1\n4,5.00,6\nTotal,9.00,\n"
    assert [code for _, code in codes(data)] == ["not_a_number", "wrong_width", "duplicate", "not_a_loan"]
    reading = read_files(data, set_aside=True, loans=6)
    assert [loan.loan for loan in reading.loans] == ["1", "4"]
    assert [(row.line, list(row.cells)) for row in reading.rejected] == [
        (3, ["2", "x", "5"]),
        (4, ["3", "3.00"]),
        (5, ["1", "4.00", "5"]),
        (6, ["Average", "1", "1"]),
    ]
    assert [note.partition(":")[0] for note in reading.notes if "servicing" not in note] == ["1", "tape"]
    assert "6 loans are expected and the tape holds 2" in reading.notes[-1]


def test_a_fault_of_the_file_is_never_set_aside() -> None:
    for data in (HEAD + b'1,2.00,5\n2,"x\n', HEAD + b"1,x,5\n"):
        with pytest.raises(InvalidEvent):
            read_files(data, set_aside=True)


def test_three_forms_of_dates_in_a_column_are_refused_cell_by_cell() -> None:
    columns = {**LEAST_MAP.columns, "origination_date": "Date"}
    rows = b"1,2.00,5,01/31/2024\n2,2.00,5,2024-01-31\n3,2.00,5,31.01.2024\n4,2.00,5,20240131\n5,2.00,5,03/04/2024\n"
    data = HEAD.replace(b"\n", b",Date\n") + rows
    assert codes(data, tape=TapeMap(columns=columns)) == [("1:4", "not_a_date"), ("1:5", "not_a_date")]
    either = TapeMap(columns=columns, date_formats=["%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d"])
    assert codes(data, tape=either) == [("1:6", "ambiguous_date")]


def test_a_tape_of_wrong_rows_is_read_no_further_than_it_helps() -> None:
    rows = b"1,x,5\n" * 40_000
    found = codes(HEAD + rows)
    assert 10_000 < len(found) < 20_000
    assert found[-1] == ("1", "too_many")


def test_a_tape_has_a_number_of_loans_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_given", {"environment": {"INDENTURE_TAPE_LOANS": "2"}})
    data = HEAD + b"1,2.00,5\n2,2.00,5\n"
    assert len(read_files(data).loans) == 2
    assert codes(data + b"3,2.00,5\n") == [("1", "too_large")]


def test_many_rows_take_time_in_proportion() -> None:
    def took(count: int) -> float:
        data = HEAD + b"".join(b"%d,2.00,5\n" % k for k in range(count))
        start = time.process_time()
        assert len(read_files(data).loans) == count
        return time.process_time() - start

    took(100)
    assert took(16_000) < 12 * took(4_000)


def test_a_file_that_is_given_twice_gives_its_loans_once() -> None:
    reader = TapeReader(tape=LEAST_MAP, deal="d", group="g", effective_date=BOARDING)
    for _ in range(2):
        with opened_tape(io.BytesIO(HEAD + b"1,2.00,5\n"), LEAST_MAP, "pool.csv") as table:
            reader.take(table)
    with pytest.raises(InvalidEvent, match=r"loan 1 stands on line 2, in the same file given before, already"):
        reader.end()


def test_where_every_row_is_refused_their_reasons_are_told() -> None:
    with pytest.raises(InvalidEvent) as caught:
        read_files(HEAD + b"1,x,5\n", set_aside=True)
    assert [item.code for item in caught.value.violations] == ["not_a_number", "empty"]


def test_rows_that_say_nothing_end_where_the_loans_of_a_tape_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_given", {"environment": {"INDENTURE_TAPE_LOANS": "100"}})
    for data in (b"\n" * 200, HEAD + b"1,2.00,5\n" + b"\n" * 200):
        with pytest.raises(InvalidEvent, match=r"10\d blank rows is more|200 blank rows is more"):
            read_files(data)


def test_rows_that_are_read_as_totals_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = TapeReader(tape=LEAST_MAP, deal="d", group="g", effective_date=BOARDING)
    data = HEAD + b"1,2.00,5\n" + b"Total,1.00,\n" * 10_001
    with opened_tape(io.BytesIO(data), LEAST_MAP, "pool.csv") as table:
        reader.take(table)
    with pytest.raises(InvalidEvent, match=r"more than 10,000 rows are read as totals"):
        reader.end()


def test_a_fraction_among_percentages_is_spoken_of() -> None:
    note, _ = read_files(HEAD + b"1,2.00,0.05\n2,2.00,5\n").notes
    assert note.startswith("1: the column 'Rate' holds '0.05' beside rates of 0.25% and more")
    assert not any("Rate" in said for said in read_files(HEAD + b"1,2.00,0\n2,2.00,5\n").notes)


def test_a_tape_without_a_servicing_rate_says_so() -> None:
    (note,) = read_files(HEAD + b"1,2.00,5\n").notes
    assert note.startswith("no column of the map gives the loans a servicing rate; no servicing fee is reckoned")
    tape = attrs.evolve(LEAST_MAP, constants={"servicing_rate": "0.25"})
    assert read_files(HEAD + b"1,2.00,5\n", tape=tape).notes == ()
