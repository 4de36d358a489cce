"""Asset data as XML: an element a loan, its leaves columns by their names."""

from __future__ import annotations

from decimal import Decimal

from ledger import TapeMap, shipped_map
from ledger.tapes.frame import PART_ROWS
from tests.ledger.tapes.making import read_files, refused_file

MAP = TapeMap(
    columns={"loan": "assetNumber", "balance": "end", "note_rate": ["rate", "other"], "state": "where"},
    percent_rates=False,
    optional=["state"],
)


def assets(*bodies: str) -> bytes:
    inside = "".join(f"<assets>{body}</assets>" for body in bodies)
    return f'<?xml version="1.0"?><assetData xmlns="http://example.com/rmbs">{inside}</assetData>'.encode()


def loan(number: int, more: str = "") -> str:
    return f"<assetNumber>{number}</assetNumber><end>2.00</end><other>0.05</other>{more}"


def test_a_loan_is_its_leaves_wherever_they_stand_in_it() -> None:
    (first, second) = read_files(assets(loan(1, "<property><where>CA</where></property>"), loan(2)), tape=MAP).loans
    assert (first.loan, first.state, first.note_rate, second.state) == ("1", "CA", Decimal("0.05"), "")


def test_a_leaf_that_differs_from_itself_is_refused_where_it_is_mapped() -> None:
    twice = loan(1, "<p><where>CA</where></p><p><where>NY</where></p>")
    assert refused_file(assets(twice), MAP)[0][:3] == ("1:1", "where", "duplicate")
    assert len(read_files(assets(twice.replace("NY", "CA")), tape=MAP).loans) == 1
    assert len(read_files(assets(loan(1, "<z>1</z><z>2</z>")), tape=MAP).loans) == 1


def test_what_only_late_loans_say_is_read() -> None:
    bodies = [loan(k) for k in range(PART_ROWS + 1)] + [loan(PART_ROWS + 1, "<where>CA</where>")]
    reading = read_files(assets(*bodies), tape=MAP)
    assert (len(reading.loans), reading.loans[-1].state) == (PART_ROWS + 2, "CA")


def test_elements_too_deep_are_refused() -> None:
    assert refused_file(assets("<a>" * 100 + "</a>" * 100), MAP)[0][2] == "too_deep"
    assert refused_file(b"<assets><assetNumber>1", shipped_map("schedule-al"))[0][2] == "malformed"
