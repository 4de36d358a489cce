"""A workbook is read a sheet at a time: its texts, numbers and days, and what of it cannot be relied on."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from ledger import InvalidArgument, TapeMap
from ledger.values import limits
from tests.ledger.tapes.making import DAY, PERCENT, read_files, refused_file, sheet, workbook
from tests.ledger.tapes.reading import LEAST

HEAD = ["Loan", "UPB", "Rate", "Date"]
DATED = TapeMap(columns={**LEAST, "origination_date": "Date"}, date_formats=["%m/%d/%Y"])


def book(*rows: list[object], after: str = "", properties: str = "") -> bytes:
    return workbook({"Pool": sheet([HEAD, *rows], after)}, properties=properties)


def test_texts_numbers_and_days_are_read() -> None:
    data = book(["0010", "180000.1", 6.25, (45322, DAY)], ["0020", "<v>1.8000000000000001E-1</v>", "7%", "02/01/2024"])
    first, second = read_files(data, tape=DATED).loans
    assert (first.loan, first.balance, first.note_rate) == ("0010", Decimal("180000.10"), Decimal("0.0625"))
    assert (first.origination_date, second.origination_date) == (date(2024, 1, 31), date(2024, 2, 1))
    assert second.balance == Decimal("0.18")


def test_shared_texts_are_read_without_their_readings() -> None:
    cells = ['<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c>']
    rows = f'<row r="1">{cells[0]}</row><row r="2"><c t="s"><v>3</v></c><c><v>5</v></c><c><v>4</v></c></row>'
    data = workbook(
        {"A": f"<worksheet><sheetData>{rows}</sheetData></worksheet>"}, shared=["Loan", "UPB", "Rate", "L1"]
    )
    assert [(loan.loan, loan.balance) for loan in read_files(data).loans] == [("L1", Decimal("5.00"))]
    lacking = workbook({"A": f"<worksheet><sheetData>{rows}</sheetData></worksheet>"}, shared=["Loan"])
    assert refused_file(lacking)[0][2] == "damaged"


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    data = book(["1", 1, 5, (1, DAY)], properties='<workbookPr date1904="1"/>')
    assert read_files(data, tape=DATED).loans[0].origination_date == date(1904, 1, 2)


def test_what_is_shown_as_a_percentage_is_one_whatever_the_map_says() -> None:
    fractions = TapeMap(columns=LEAST, percent_rates=False)
    loans = read_files(book(["1", 1, (0.0625, PERCENT)], ["2", 1, 0.05]), tape=fractions).loans
    assert [loan.note_rate for loan in loans] == [Decimal("0.0625"), Decimal("0.05")]
    assert read_files(book(["1", 1, (0.0625, PERCENT)])).loans[0].note_rate == Decimal("0.0625")


def test_a_day_with_a_time_is_no_date() -> None:
    assert refused_file(book(["1", 1, 5, (45322.5, DAY)]), DATED)[0][:3] == ("1/Pool:2", "Date", "not_a_date")


def test_one_of_several_sheets_must_be_named() -> None:
    rows = sheet([HEAD[:3], ["1", "2.00", 5]])
    data = workbook({"Cover": sheet([["hello"]]), "Pool": rows, "Notes": sheet([["x"]])})
    ((where, _, code, told),) = refused_file(data)
    assert (where, code) == ("1", "name_one")
    assert told == "this is a workbook with 3 sheets: name one with --sheet ('Cover', 'Pool', 'Notes')"
    assert len(read_files(data, sheet="Pool").loans) == len(read_files(data, sheet="2").loans) == 1
    assert "has no sheet 'Loans'" in refused_file(data, sheet="Loans")[0][3]


def test_a_formula_is_read_by_its_stored_result_and_refused_without_one() -> None:
    assert read_files(book(["1", "<f>A1*2</f><v>12.5</v>", 5])).balance == Decimal("12.50")
    ((where, column, code, told),) = refused_file(book(["1", "<f>A1*2</f>", 5]))
    assert (where, column, code) == ("1/Pool:2", "UPB", "no_result")
    assert "formula" in told


def test_merged_cells_are_refused_below_the_header_and_let_be_above_it() -> None:
    first: list[object] = ["1", "2.00", 5]
    merged = book(first, ["2", None, 5], after='<mergeCells><mergeCell ref="B2:B3"/></mergeCells>')
    assert [item[2] for item in refused_file(merged)] == ["missing", "merged"]
    assert "B2:B3" in refused_file(merged)[1][3]
    titled = book(["1", "2.00", 5], after='<mergeCells><mergeCell ref="A1:C1"/></mergeCells>')
    assert len(read_files(titled).loans) == 1


def test_cells_far_apart_cost_nothing() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    data = workbook({"A": f'<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'})
    assert {item[2] for item in refused_file(data)} == {"missing"}
    wide = workbook({"A": '<worksheet><sheetData><row r="1"><c r="ZZZ1"><v>1</v></c></row></sheetData></worksheet>'})
    assert refused_file(wide)[0][2] == "too_large"


def test_errors_of_cells_and_cells_beyond_the_header_are_refused() -> None:
    assert refused_file(book(["1", "<v>#REF!</v>", 5]))[0][:3] == ("1/Pool:2", "UPB", "not_a_number")
    assert refused_file(book(["1", 2, 5, None, "stray"]))[0][2] == "wrong_width"


def test_a_sheet_without_rows_or_cut_off_is_refused() -> None:
    assert refused_file(workbook({"A": sheet([])}))[0][2] == "empty"
    assert refused_file(workbook({"A": sheet([HEAD])[:-30]}))[0][2] == "malformed"
    assert "workbook with 0 sheets" in refused_file(workbook({}))[0][3]


def test_a_long_number_as_a_loan_has_lost_digits() -> None:
    assert refused_file(book([123456789012345678, 2, 5]))[0][1:3] == ("Loan", "not_an_identifier")


def test_titles_above_the_header_are_passed_over() -> None:
    rows: list[list[object]] = [["Pool report"], [], ["Loan", "UPB", "Rate"], ["1", 2, 5]]
    reading = read_files(workbook({"A": sheet(rows, '<mergeCells><mergeCell ref="A1:C1"/></mergeCells>')}))
    assert len(reading.loans) == 1
    assert reading.notes[0] == "1/A: the header is on line 3; what stands above it is passed over"


def test_the_texts_that_cells_share_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_given", {"environment": {"INDENTURE_TAPE_BYTES": "100000"}})
    data = workbook({"A": sheet([["Loan", "UPB", "Rate"]])}, shared=["x"] * 1_000)
    with pytest.raises(InvalidArgument, match="INDENTURE_TAPE_BYTES"):
        read_files(data)


def with_part(path: str, body: str) -> bytes:
    """Return a workbook of one loan with a part in the place of its own, or beside it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(["1", 2, 5]))) as given, zipfile.ZipFile(out, "w", 8) as made:
        for item in given.infolist():
            if item.filename != path:
                made.writestr(item, given.read(item))
        made.writestr(path, body)
    return out.getvalue()


def test_more_styles_than_a_spreadsheet_keeps_are_refused_and_what_follows_them_is_not_read() -> None:
    many = '<xf numFmtId="14"/>' * 65_537
    found = refused_file(with_part("xl/styles.xml", f"<styleSheet><cellXfs>{many}</cellXfs></styleSheet>"))
    assert [(where, code) for where, _, code, _ in found] == [("1", "too_large")]
    assert "65,536 styles" in found[0][3]
    behind = f"<styleSheet><cellXfs><xf/></cellXfs>{'<x/>' * 50_000}"
    assert len(read_files(with_part("xl/styles.xml", behind)).loans) == 1


def test_the_small_parts_of_a_workbook_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_given", {"environment": {"INDENTURE_WORKBOOK_PART_BYTES": "100000"}})
    for path in ("xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        with pytest.raises(InvalidArgument, match="INDENTURE_WORKBOOK_PART_BYTES"):
            read_files(with_part(path, f"<a>{'<x/>' * 50_000}</a>"))


@pytest.mark.parametrize("element", ["<si/>", "<x/>", "<si><t/></si>"])
def test_shared_texts_of_nothing_count_as_well(element: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_given", {"environment": {"INDENTURE_TAPE_BYTES": "400000"}})
    with pytest.raises(InvalidArgument, match="INDENTURE_TAPE_BYTES"):
        read_files(with_part("xl/sharedStrings.xml", f"<sst>{element * 4_000}</sst>"))


def test_a_format_of_brackets_is_looked_at_once_and_in_linear_time() -> None:
    body = "".join((
        '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="', "[" * 1_000_000, '"/></numFmts><cellXfs>',
        '<xf numFmtId="164"/>' * 1_000, "</cellXfs></styleSheet>",
    ))  # fmt: skip
    started = time.process_time()
    assert len(read_files(with_part("xl/styles.xml", body)).loans) == 1
    assert time.process_time() - started < 2
