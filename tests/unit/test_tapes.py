"""A loan tape becomes boarding events whole, or is refused naming line, column and rule."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from ledger import InvalidEvent, InvalidTerms, LoanBoarded, TapeMap, loans_from_tape, shipped_map, tape_map_from_json
from ledger.tapes import TapeReading, read_tape, tape_lines
from ledger.tapes.cells import number
from replay.filing.text.numbers import parse_printed

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
LEAST = {"loan": "Loan", "balance": "UPB", "note_rate": "Rate"}
GOOD = "16,100.00,4.5,4.25,360,IL,08/01/2012\n"
BOARDING = date(2020, 1, 1)


def read(text: str, tape: TapeMap = MAP, loans: int | None = None, balance: Decimal | None = None) -> TapeReading:
    """Read the text of a tape, header and all."""
    lines = tape_lines(text.encode(), tape.encoding)
    return read_tape(lines, tape, deal="d", group="g", effective_date=BOARDING, loans=loans, balance=balance)


def board(rows: str, tape: TapeMap = MAP) -> list[LoanBoarded]:
    return loans_from_tape((HEADER + rows).splitlines(), tape, deal="d", group="g", effective_date=BOARDING)


def refused(text: str, tape: TapeMap = MAP) -> list[tuple[str, str, str]]:
    """Return where, in which column and by which rule a tape is refused."""
    with pytest.raises(InvalidEvent) as caught:
        read(text, tape)
    return [(item.event_id, item.field, item.code) for item in caught.value.violations]


def test_a_row_becomes_a_loan() -> None:
    (loan,) = board('17,"98,530.54",4.500,4.250,360,IL,08/01/2012\n')
    assert (loan.balance, loan.note_rate, loan.servicing_rate) == (
        Decimal("98530.54"),
        Decimal("0.045"),
        Decimal("0.0025"),
    )
    assert (loan.original_term_months, loan.origination_date, loan.state) == (360, date(2012, 8, 1), "IL")


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


# Quotes, widths, headings


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


def test_a_mapped_column_that_stands_twice_is_refused() -> None:
    assert refused("Loan,UPB,Rate,UPB\n1,2.00,3,4\n", TapeMap(columns=LEAST)) == [("tape:1", "UPB", "duplicate")]
    assert len(read("Loan,UPB,Rate,Filler,Filler\n1,2.00,3,4,5\n", TapeMap(columns=LEAST)).loans) == 1


# Totals and blanks


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


# Numbers and rates


@pytest.mark.parametrize(
    "text", ["1.000,00", "1,50", "1,0,0,0", "0,045", ",100", "1,,000", "1_000", "1 000", "１", "€1"]
)
def test_separators_that_do_not_group_by_three_are_refused(text: str) -> None:
    assert refused(f'{HEADER}17,"{text}",4.5,4.25,360,IL,08/01/2012\n') == [("tape:2", "UPB", "not_a_number")]
    with pytest.raises(InvalidEvent, match=text):
        board(f'17,"{text}",4.5,4.25,360,IL,08/01/2012\n')


@pytest.mark.parametrize(
    ("text", "balance"),
    [
        ("$1,000.00", "1000.00"),
        ("1,234,567.89", "1234567.89"),
        ("1000", "1000.00"),
        (".50", "0.50"),
        ("5.", "5.00"),
        ("0", "0.00"),
    ],
)
def test_amounts_are_read_as_they_are_written(text: str, balance: str) -> None:
    (loan,) = board(f'17,"{text}",4.5,4.25,360,IL,08/01/2012\n')
    assert loan.balance == Decimal(balance)


@pytest.mark.parametrize(
    "text", ["1,000", "12,345,678.90", "1,50", "1,0,0,0", "1000,000", "1.000,00", "1234.5", "(1,000)"]
)
def test_amounts_group_as_printed_figures_do(text: str) -> None:
    printed = parse_printed(text)
    if printed is None:
        with pytest.raises(ValueError, match="not a number"):
            number(text, grouped=True)
    else:
        assert number(text, grouped=True) == printed


@pytest.mark.parametrize(
    ("text", "percent", "expected"),
    [
        ("4.5", True, "0.045"),
        ("$4.5", True, "0.045"),
        ("4.5%", True, "0.045"),
        ("4.5 %", False, "0.045"),
        ("0.045", False, "0.045"),
        ("0.125%", True, "0.00125"),
        ("0", True, "0"),
    ],
)
def test_rates_are_percentages_or_fractions_and_a_sign_says_percent(text: str, percent: bool, expected: str) -> None:
    (loan,) = read(f"Loan,UPB,Rate\n1,2.00,{text}\n", TapeMap(columns=LEAST, percent_rates=percent)).loans
    assert loan.note_rate == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "percent", "code", "told"),
    [
        ("4,5", True, "not_a_number", "'4,5' has a comma|'4,5' is not a number"),
        ("4,500", True, "not_a_number", "'4,500' has a comma"),
        ("4.5", False, "too_large", "note_rate 450%, above 100%.*set percent_rates to true"),
        ("450", True, "too_large", "note_rate 450%, above 100%"),
        ("101%", False, "too_large", "note_rate 101%, above 100%"),
        ("0.045", True, "not_percent", r"no note_rate of the tape reaches 0\.25% .*set percent_rates to false"),
    ],
)
def test_rates_that_the_map_misreads_are_refused(text: str, percent: bool, code: str, told: str) -> None:
    tape = TapeMap(columns=LEAST, percent_rates=percent)
    rows = f'Loan,UPB,Rate\n1,2.00,"{text}"\n'
    assert [(field, found) for _, field, found in refused(rows, tape)] == [("Rate", code)]
    with pytest.raises(InvalidEvent, match=told):
        read(rows, tape)


def test_one_low_rate_among_others_is_a_rate() -> None:
    loans = read("Loan,UPB,Rate\n1,2.00,0.125\n2,2.00,4.5\n", TapeMap(columns=LEAST)).loans
    assert [loan.note_rate for loan in loans] == [Decimal("0.00125"), Decimal("0.045")]


def test_loan_to_value_is_a_percentage_where_rates_are() -> None:
    tape = TapeMap(columns={**LEAST, "loan_to_value": "LTV"})
    assert read("Loan,UPB,Rate,LTV\n1,2.00,4,144\n", tape).loans[0].loan_to_value == Decimal("1.44")
    assert refused("Loan,UPB,Rate,LTV\n1,2.00,4,0.80\n", tape) == [("tape:1", "LTV", "not_percent")]
    fractions = attrs.evolve(tape, percent_rates=False)
    assert refused("Loan,UPB,Rate,LTV\n1,2.00,0.04,80\n", fractions) == [("tape:2", "LTV", "too_large")]


@pytest.mark.parametrize(
    ("text", "form", "read_as"),
    [
        ("8/1/2012", "%m/%d/%Y", date(2012, 8, 1)),
        ("082012", "%m%Y", date(2012, 8, 1)),
        ("1112012", "%m%d%Y", None),
        ("20120801", "%Y%m%d", date(2012, 8, 1)),
        ("082012", "%m%d%Y", None),
        ("01AUG2012", "%d%b%Y", date(2012, 8, 1)),
    ],
)
def test_dates_without_separators_have_all_their_digits(text: str, form: str, read_as: date | None) -> None:
    tape = TapeMap(columns={**LEAST, "origination_date": "Date"}, date_formats=[form])
    rows = f"Loan,UPB,Rate,Date\n1,2.00,4,{text}\n"
    if read_as is None:
        assert refused(rows, tape) == [("tape:2", "Date", "not_a_date")]
    else:
        assert read(rows, tape).loans[0].origination_date == read_as


# Groups


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


# Encodings


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


# Maps


def test_a_map_names_fields_that_loans_have() -> None:
    with pytest.raises(InvalidTerms, match="no field 'colour'"):
        TapeMap(columns={"loan": "a", "balance": "b", "note_rate": "c", "colour": "d"})
    with pytest.raises(InvalidTerms, match="balance"):
        TapeMap(columns={"loan": "a", "note_rate": "c"})
    assert shipped_map("freddie-mac").delimiter == "|"


COLUMNS = '"columns": {"loan": "Loan", "balance": "UPB", "note_rate": "Rate"}'


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ("{", "tape map", "not JSON"),
        ("[" * 200_000, "tape map", "nested too deeply"),
        ("[]", "tape map", "must be a JSON object"),
        ("{}", "columns", "needs the key columns"),
        ('{"columns": []}', "columns", "must be an object"),
        ('{"columns": {"loan": 5}}', "columns.loan", "the name of a column, not 5"),
        (f'{{{COLUMNS}, "colour": 1}}', "colour", "no key 'colour'; it has columns, delimiter"),
        (f"{{{COLUMNS}, {COLUMNS}}}", "columns", "twice"),
        ('{"columns": {"loan": "a", "loan": "b", "balance": "c", "note_rate": "d"}}', "loan", "twice"),
        *[(f'{{{COLUMNS}, "delimiter": {it}}}', "delimiter", "one character") for it in
          ('"||"', '""', "5", '"tab"', "null", '"\\n"', '"a"')],
        *[(f'{{{COLUMNS}, "quote": {it}}}', "quote", "one character") for it in ('"quote"', "5", "true", '","')],
        *[(f'{{{COLUMNS}, "encoding": {it}}}', "encoding", "text encoding") for it in
          ('"klingon"', "5", '"hex"', '"punycode"', '"utf-7"', '""', '"a\\u0000b"')],
        *[(f'{{{COLUMNS}, "percent_rates": {it}}}', "percent_rates", "must be true") for it in
          ('"no"', "0", "null")],
        *[(f'{{{COLUMNS}, "date_formats": {it}}}', "date_formats", "must be a list") for it in
          ("[1]", '"%Y"', "[]", "5")],
        *[(f'{{{COLUMNS}, "date_formats": ["{it}"]}}', "date_formats", "a month and a year") for it in
          ("%Q", "%d", "%", "MM/YY")],
        *[(f'{{"columns": {{"{it}": "x"}}}}', f"columns.{it}", "cannot come from a column") for it in
          ("event_id", "deal", "effective_date")],
        *[(f'{{"columns": {{"{it}": "x"}}}}', f"columns.{it}", "no field") for it in
          ("restates", "subsequent", "loan_count", "balance_in_group")],
        ('{"columns": {"loan": "a", "balance": "b", "note_rate": "c", "net_rate": "d", "servicing_rate": "e"}}',
         "columns.servicing_rate", "map one of the two"),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_one_is_refused_by_key(text: str, key: str, told: str) -> None:
    with pytest.raises(InvalidTerms, match=told) as caught:
        tape_map_from_json(text)
    assert caught.value.field == key
    assert "**" not in str(caught.value)


@pytest.mark.skipif("INDENTURE_STATEMENTS" not in os.environ, reason="INDENTURE_STATEMENTS names no directory")
def test_a_real_tape_boards_whole() -> None:
    (path,) = (Path(os.environ["INDENTURE_STATEMENTS"]) / "tapes").glob("freddie*.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    loans = loans_from_tape(lines, shipped_map("freddie-mac"), deal="d", group="g", effective_date=date(2022, 12, 1))
    assert len(loans) == 268
    assert sum(loan.balance for loan in loans) == Decimal("37849356.11")
