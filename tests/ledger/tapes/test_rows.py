"""The rows of a tape: how they are quoted, counted and told from a total."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from ledger import InvalidEvent, TapeMap, loans_from_tape
from ledger.tapes import tape_lines
from tests.ledger.tapes.reading import BOARDING, GOOD, HEADER, LEAST, MAP, board, read, refused


@pytest.mark.parametrize("delimiter", ["|", "\t"])
def test_a_quote_is_a_character_like_any_other_unless_commas_delimit(delimiter: str) -> None:
    tape = attrs.evolve(MAP, delimiter=delimiter)
    rows = '16,100.00,4.5,4.25,360,"IL,08/01/2012\n17,100.00,4.5,4.25,360,IL,08/01/2012\n'
    loans = read((HEADER + rows).replace(",", delimiter), tape).loans
    assert [(loan.loan, loan.state) for loan in loans] == [("16", '"IL'), ("17", "IL")]


def test_quotes_that_the_map_does_not_expect_are_refused_in_what_is_mapped() -> None:
    tape = attrs.evolve(MAP, delimiter="|")
    text = (HEADER + '16,100.00,4.5,4.25,360,"IL",08/01/2012\n').replace(",", "|")
    assert refused(text, tape) == [("tape:2", "State", "quoted")]
    assert read(text, attrs.evolve(tape, quote='"')).loans[0].state == "IL"


@pytest.mark.parametrize(
    "rows",
    [
        '16,100.00,4.5,4.25,360,"IL,08/01/2012\n17,100.00,4.5,4.25,360,IL,08/01/2012\n',
        '16,100.00,4.5,4.25,360,"IL,08/01/2012\n17,100.00,4.5,4.25,360,"AZ",08/01/2012\n',
        '16,100.00,4.5,4.25,360,"IL,08/01/2012\n17,100.00,4.5,4.25,360,AZ",08/01/2012\n',
        '16,100.00,4.5,4.25,360,"IL,08/01/2012\n' + "17,100.00,4.5,4.25,360,IL,08/01/2012\n" * 5000,
    ],
    ids=["to the end", "to another cell in quotes", "to a stray quote at a cell's end", "beyond the longest cell"],
)
def test_an_open_quote_is_refused_on_the_line_it_opened_on(rows: str) -> None:
    assert refused(f"{HEADER}15,100.00,4.5,4.25,360,IL,08/01/2012\n{rows}") == [("tape:3", "", "open_quote")]


def test_a_cell_in_quotes_may_run_over_lines_and_lines_are_counted_on() -> None:
    text = 'Loan,"Current\n  UPB",Rate,Remark\n16,100.00,4.5,"two\nlines"\n17,"1,000.00",4.5,"5"" inch"\n18,x,4.5,\n'
    tape = TapeMap(columns={**LEAST, "balance": "Current UPB"})
    assert refused(text, tape) == [("tape:6", "Current UPB", "not_a_number")]
    assert read(text.replace("x", "7.00"), tape).balance == Decimal("1107.00")


@pytest.mark.parametrize(
    ("row", "widths"),
    [
        ("17,127,000.00,4.5,4.25,360,IL,08/01/2012", "8 cells and the header 7"),
        ("17,100.00,4.5,4.25,360,IL,08/01/2012,", "8 cells and the header 7"),
        ("17,100.00,4.5", "3 cells and the header 7"),
    ],
)
def test_a_row_of_another_width_than_the_header_is_refused(row: str, widths: str) -> None:
    assert refused(f"{HEADER}{GOOD}{row}") == [("tape:3", "", "wrong_width")]
    with pytest.raises(InvalidEvent, match=widths):
        board(GOOD + row)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_recognised(encoding: str) -> None:
    lines = tape_lines(f"{HEADER}{GOOD}".encode(encoding), "latin-1")
    assert len(loans_from_tape(lines, MAP, deal="d", group="g", effective_date=BOARDING)) == 1
    marked = f"\ufeff{HEADER}{GOOD}".splitlines()
    assert len(loans_from_tape(marked, MAP, deal="d", group="g", effective_date=BOARDING)) == 1


def test_text_in_another_encoding_is_refused_by_line_and_byte() -> None:
    data = f"{HEADER}{GOOD}17,100.00,4.5,4.25,360,Qu\xe9bec,08/01/2012\n".encode("latin-1")
    with pytest.raises(InvalidEvent, match=r"tape:3: byte 104 of the file \(0xE9\) is not utf-8 text.*--encoding"):
        tape_lines(data, "utf-8")
    with pytest.raises(InvalidEvent, match=r"tape:3: byte 107 of the file \(0xE9\)"):
        tape_lines(b"\xef\xbb\xbf" + data, "utf-8")
    lines = tape_lines(data, "latin-1")
    assert loans_from_tape(lines, MAP, deal="d", group="g", effective_date=BOARDING)[1].state == "Qu\xe9bec"


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="NUL"):
        tape_lines(f"{HEADER}{GOOD}".encode("utf-16-le"), "utf-8")
    with pytest.raises(InvalidEvent, match="tape:1: byte 1 of the file"):
        tape_lines(bytes(range(128, 256)), "utf-8")


def test_a_header_of_more_columns_than_any_tape_has_is_refused_before_it_is_gone_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("ledger.tapes.rows.heading", asked.append)
    text = ",".join(f"c{k}" for k in range(20_000)) + "\n"
    with pytest.raises(InvalidEvent) as caught:
        read(text)
    (found,) = caught.value.violations
    assert (found.event_id, found.code, asked) == ("tape:1", "too_large", [])
    assert found.message.startswith("a row of 20,000 cells is more than the 16,384 columns")
