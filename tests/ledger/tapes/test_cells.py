"""Amounts, rates and dates of a tape are read as they are written, or refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs
import pytest

from ledger import InvalidEvent, TapeMap
from ledger.tapes.cells import is_unknown, number, value
from ledger.values.money import BadValue
from replay.filing.text.numbers import parse_printed
from tests.ledger.tapes.reading import HEADER, LEAST, board, read, refused


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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("loan_to_value", "999"),
        ("loan_to_value", "9999"),
        ("margin", "99.99"),
        ("original_term_months", "999"),
        ("seasoning_months", "999.0"),
    ],
)
def test_nines_alone_are_no_value_unless_the_map_says_what_they_are(name: str, text: str) -> None:
    tape = TapeMap(columns=LEAST)
    with pytest.raises(BadValue) as caught:
        value(name, text, tape)
    assert caught.value.code == "not_available"
    assert '"sentinels"' in caught.value.message
    assert is_unknown(name, text, attrs.evolve(tape, sentinels={name: [text]}))
    if text == "999":
        assert value(name, text, attrs.evolve(tape, sentinels={name: []})) is not None
    assert value("balance", "999.99", tape) == Decimal("999.99")
    assert value("note_rate", "9.99", tape) == Decimal("0.0999")
