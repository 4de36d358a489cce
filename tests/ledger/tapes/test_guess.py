"""A map is proposed from the header and the first rows, with reasons; as it stands it reads the file."""

from __future__ import annotations

import io
import json

import pytest

from ledger import InvalidEvent, tape_map_from_json
from ledger.tapes.guess import Guess, guessed_map
from ledger.tapes.headings import normal
from tests.ledger.tapes.making import read_files, sheet, workbook
from tests.ledger.tapes.test_opening import FILES
from tests.ledger.tapes.test_shipped import FANNIE, ORIGINATION

TEXT = (
    "Loan Number|Current UPB|Note Rate|LTV|Originated|PropertyState|Seller|UPB\n"
    "0010|180,000.00|6.250|80|02/28/2023|CA|x|1\n0020|N/A|7|999|03/31/2023|NY|y|1\n"
)


def guess(data: bytes | str) -> Guess:
    return guessed_map(io.BytesIO(data.encode() if isinstance(data, str) else data), "tape")


def test_columns_are_known_by_what_they_are_called() -> None:
    found = guess(TEXT)
    assert found.complete
    assert found.keys["columns"] == {
        "loan": "Loan Number",
        "balance": "Current UPB",
        "note_rate": "Note Rate",
        "origination_date": "Originated",
        "state": "PropertyState",
        "loan_to_value": "LTV",
    }
    assert (found.keys["delimiter"], found.keys["date_formats"], found.keys["null_words"]) == (
        "|",
        ["%m/%d/%Y"],
        ["N/A"],
    )
    assert (found.keys["percent_rates"], found.keys["sentinels"]) == (True, {"loan_to_value": ["999"]})
    told = "\n".join(found.reasons)
    assert "balance: 'Current UPB' is what it is called; 'UPB' may be it as well" in told
    assert "not taken: 'Seller', 'UPB'" in told
    tape = tape_map_from_json(json.dumps(dict(found.keys)))
    assert read_files(TEXT.replace("N/A", "2.00").encode(), tape=tape).rows == 2


@pytest.mark.parametrize("kind", FILES)
def test_a_map_is_proposed_for_every_kind_of_file(kind: str) -> None:
    found = guess(FILES[kind])
    tape = tape_map_from_json(json.dumps(dict(found.keys)))
    assert len(read_files(FILES[kind], tape=tape).loans) == 2


def test_what_no_heading_says_is_said() -> None:
    found = guess("Number,Amount,Coupon\n1,2.00,5\n")
    assert not found.complete
    assert found.keys["columns"] == {"note_rate": "Coupon", "loan": "?", "balance": "?"}
    assert "balance: no heading says it" in "\n".join(found.reasons)


def test_dates_that_two_forms_read_are_spoken_of() -> None:
    told = "\n".join(guess("Loan,UPB,Rate,Maturity Date\n1,2.00,5,01/02/2030\n").reasons)
    assert "%m/%d/%Y reads every date of the first rows; %d/%m/%Y would as well" in told
    assert guess("Loan,UPB,Rate,Maturity Date\n1,2.00,0.05,2030\n").keys["percent_rates"] is False


@pytest.mark.parametrize(("row", "name"), [(ORIGINATION, "freddie-mac-origination"), (FANNIE, "fannie-mae")])
def test_files_without_a_header_are_known_by_what_reads_them(row: str, name: str) -> None:
    found = guess(row)
    assert found.reasons[0].partition("--map ")[2].startswith(name)
    tape = tape_map_from_json(json.dumps(dict(found.keys)))
    assert len(read_files(row.encode(), tape=tape).loans) == 1


def test_what_nothing_reads_is_no_map() -> None:
    assert not guess("1|2|3|4\n5|6|7|8\n").complete
    with pytest.raises(InvalidEvent, match="the tape is empty"):
        guess("\n")
    with pytest.raises(InvalidEvent, match="this is a workbook with 2 sheets"):
        guess(workbook({"A": sheet([]), "B": sheet([])}))


def test_a_heading_is_its_words() -> None:
    assert normal("Loan-To-Value (LTV)") == "loan to value ltv"
    assert normal("originalLoanAmount") == "original loan amount"


def test_numbers_of_days_are_told_from_dates() -> None:
    found = guessed_map(io.BytesIO(b"Loan ID,Current UPB,Int Rate,Maturity Date\n1,1.00,5,51136\n"), "pool.csv")
    assert (found.keys["serial_dates"], found.complete) == ("1900", True)
    assert found.keys["columns"]["note_rate"] == "Int Rate"
    odd = guessed_map(io.BytesIO(b"Loan ID,Current UPB,Rate,Maturity Date\n1,1.00,5,soon\n"), "pool.csv")
    assert "date_formats: no form reads all of them; write the form that they have" in odd.reasons
