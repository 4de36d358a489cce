"""Columns become fields by the map: constants, null words, sentinels, codes, units, filters, serial days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger import AmortizationType, InvalidEvent, LoanStatus, TapeMap
from tests.ledger.tapes.making import read_files, refused_file
from tests.ledger.tapes.reading import LEAST

NOTE = {
    "amortization_type": "Type",
    "margin": "Margin",
    "loan_to_value": "LTV",
    "maturity_date": "Matures",
    "deferred_balance": "Deferred",
    "status": "Status",
}
HEAD = "Loan,UPB,Rate,Type,Margin,LTV,Matures,Deferred,Status\n"


def loan(row: str, **keys: Any) -> Any:
    (found,) = read_files((HEAD + row + "\n").encode(), tape=TapeMap(columns={**LEAST, **NOTE}, **keys)).loans
    return found


def test_what_is_not_known_is_none_and_never_nought() -> None:
    unknown: dict[str, Any] = {
        "null_words": ["NA", "n/a"],
        "sentinels": {"loan_to_value": ["999"], "margin": ["99.999"]},
    }
    found = loan("1,2.00,5,na,99.9990,999.0,N/A,,NA", **unknown)
    assert {name: getattr(found, name) for name in NOTE} == dict.fromkeys(NOTE)
    assert loan("1,2.00,5,,,,,0.00,").deferred_balance == Decimal("0.00")
    assert (
        refused_file((HEAD + "1,2.00,NA,,,,,,\n").encode(), TapeMap(columns={**LEAST, **NOTE}, **unknown))[0][2]
        == "missing"
    )


def test_codes_are_read_by_their_list() -> None:
    codes = {
        "amortization_type": {"A": "adjustable", "*": "other"},
        "status": {"C": "performing", "F": "foreclosure", "X": ""},
    }
    assert loan("1,2.00,5,A,,,,,F", codes=codes).amortization_type is AmortizationType.ADJUSTABLE
    assert loan("1,2.00,5,Q,,,,,F", codes=codes).status is LoanStatus.FORECLOSURE
    assert loan("1,2.00,5,Fixed,,,,,X", codes={"status": codes["status"]}).status is None
    assert loan("1,2.00,5,FIXED,,,,,").amortization_type is AmortizationType.FIXED
    with pytest.raises(InvalidEvent, match="'Z' is no code of the map's list"):
        loan("1,2.00,5,A,,,,,Z", codes=codes)
    with pytest.raises(InvalidEvent, match="none of 'fixed', 'adjustable'"):
        loan("1,2.00,5,FRM,,,,,")


def test_units_are_of_single_fields() -> None:
    units = {"balance": "thousands", "margin": "basis points", "loan_to_value": "fraction", "deferred_balance": "cents"}
    found = loan("1,180.5,5,,275,0.80,,12345,", units=units)
    assert (found.balance, found.note_rate, found.margin) == (Decimal("180500.00"), Decimal("0.05"), Decimal("0.0275"))
    assert (found.loan_to_value, found.deferred_balance) == (Decimal("0.8"), Decimal("123.45"))


def test_days_may_be_numbers_of_a_spreadsheet() -> None:
    assert loan("1,2.00,5,,,,45322,,", serial_dates="1900").maturity_date == date(2024, 1, 31)
    assert loan("1,2.00,5,,,,43860,,", serial_dates="1904").maturity_date == date(2024, 1, 31)
    assert loan("1,2.00,5,,,,367,,", serial_dates="1900").maturity_date == date(1901, 1, 1)
    for row, keys in (("1,2.00,5,,,,60,,", {"serial_dates": "1900"}), ("1,2.00,5,,,,45322,,", {})):
        with pytest.raises(InvalidEvent, match="not_a_date"):
            loan(row, **keys)


def test_filters_keep_rows_and_count_the_rest() -> None:
    text = b"Loan,UPB,Rate,Lien,Kind\n1,2.00,5,1,A\n2,x,5,2,A\n3,2.00,5,1,B\n4,2.00,5,1,C\n"
    tape = TapeMap(columns=LEAST, filters=[{"column": "Lien", "is": ["1"]}, {"column": "Kind", "is_not": ["B"]}])
    reading = read_files(text, tape=tape)
    assert ([item.loan for item in reading.loans], reading.filtered) == (["1", "4"], 2)
    lacking = TapeMap(columns=LEAST, filters=[{"column": "Colour", "is": ["1"]}])
    assert "a filter is of the column 'Colour'" in refused_file(text, lacking)[0][3]
    none = TapeMap(columns=LEAST, filters=[{"column": "Lien", "is": ["7"]}])
    assert "the filters pass over it (4 rows)" in refused_file(text, none)[0][3]


def test_constants_stand_for_columns_that_the_tape_lacks() -> None:
    tape = TapeMap(columns={"loan": "Loan", "balance": "UPB"}, constants={"note_rate": "6.5", "group": "one"})
    (found,) = read_files(b"Loan,UPB\n1,2.00\n", tape=tape).loans
    assert (found.note_rate, found.group) == (Decimal("0.065"), "one")
    wrong = TapeMap(columns={"loan": "Loan", "balance": "UPB"}, constants={"note_rate": "six", "group": "one"})
    with pytest.raises(InvalidEvent, match="the constant of the map"):
        read_files(b"Loan,UPB\n1,2.00\n", tape=wrong)


def test_a_column_may_have_one_of_several_names_or_be_left_out() -> None:
    tape = TapeMap(columns={**LEAST, "balance": ["Balance", "UPB"], "state": "State"}, optional=["state"])
    assert read_files(b"Loan,UPB,Rate\n1,2.00,5\n", tape=tape).balance == Decimal("2.00")
    assert "no column 'Balance or UPB'" in refused_file(b"Loan,Rate\n1,5\n", tape)[0][3]
    assert refused_file(b"Loan,UPB,UPB,Rate\n1,2,3,5\n", tape)[0][2] == "duplicate"


def test_a_formula_in_text_is_no_number() -> None:
    assert refused_file(b"Loan,UPB,Rate\n1,=A1,5\n", TapeMap(columns=LEAST))[0][2] == "no_result"
