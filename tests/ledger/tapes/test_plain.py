"""A tape that is read by columns gives the loans, the rejects and the words that one read row by row gives."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import InvalidEvent, LoanBoarded, TapeMap
from ledger.tapes import TapeReader, loans, opened_tape, plain
from ledger.tapes.boarded import BoardedLoans
from ledger.tapes.summary import tape_report
from tests.draws import draws

MAP = TapeMap(
    columns={
        "loan": "Loan",
        "balance": "UPB",
        "note_rate": "Rate",
        "net_rate": "Net",
        "original_term_months": "Term",
        "seasoning_months": "Age",
        "loan_to_value": "LTV",
        "state": "State",
        "origination_date": "Origination",
        "original_balance": "Original",
        "status": "Status",
        "servicer_loan": "Servicer",
    },
    date_formats=("%m/%d/%Y",),
    null_words=("NA",),
    sentinels={"loan_to_value": ("999",)},
    codes={"status": {"C": "performing", "R": "reo", "X": ""}},
)

CELLS: dict[str, tuple[list[str], list[str]]] = {
    "Loan": ([], ["", "Total", "L1", "Average", "L 7 ", "Ä", "1.2E+05", "NA", "L" * 121]),
    "UPB": (["100.00", "7", "0.10", " 12.5 "], ["$1,234.50", "", "1.234", "-5", "x", "1e5", "9" * 20]),
    "Rate": (["4.5", "6.125%", "0", "7.00"], ["", "101", "-1", "4,5", "4.123456789012"]),
    "Net": (["", "4.25", "NA", "0"], ["99", "4.6"]),
    "Term": (["360", "", "na", "180.0"], ["1.5", "99999999999"]),
    "Age": (["12", "1.5", ""], ["-1"]),
    "LTV": (["80", "999", "75.5", ""], ["2000"]),
    "State": (["CA", "", "N Y"], ["Ä", "x" * 501]),
    "Origination": (["08/01/2012", "1/2/2003", "2012-08-01", ""], ["13/45/2012", "01/01/1850"]),
    "Original": (["100", "", "NA", "5.25"], ["1,000.00", "1.123456"]),
    "Status": (["C", "R", "X", ""], ["Z"]),
    "Servicer": (["S1", ""], ["=A1", '"q']),
}


@st.composite
def tapes(draw: st.DrawFn) -> str:
    """Return a tape of which now and then a cell is not plain."""
    rows = []
    for place in range(draw(st.integers(1, 12))):
        row = [draw(st.sampled_from(good)) if good else f"L{place}" for good, _ in CELLS.values()]
        if draw(st.integers(0, 5)) == 0:
            column = draw(st.integers(0, len(row) - 1))
            row[column] = draw(st.sampled_from(list(CELLS.values())[column][1])).replace(",", "")
        rows.append("|".join(row))
    return "\n".join(["|".join(CELLS), *rows, ""])


def outcome(text: str, *, by_columns: bool, set_aside: bool = False, tape: TapeMap = MAP, **given: Any) -> Any:
    """Return what a tape gives: its loans, its report and its rejects, or its violations."""
    tape = attrs.evolve(tape, delimiter="|")
    reader = TapeReader(
        tape=tape,
        deal="d",
        effective_date=date(2020, 1, 1),
        by_columns=by_columns,
        set_aside=set_aside,
        **({"group": "g"} | given),
    )
    try:
        with opened_tape(io.BytesIO(text.encode()), tape, "a.csv") as table:
            reader.take(table)
        found = reader.end()
    except InvalidEvent as fault:
        return fault.violations
    return (
        list(found.loans),
        found.balance,
        tape_report(found),
        found.rejected,
        found.notes,
        found.totals,
        found.filtered,
    )


@pytest.fixture
def from_the_first_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loans, "_COLUMNS_FROM", 2)


@pytest.mark.usefixtures("from_the_first_row")
@pytest.mark.parametrize("set_aside", [True, False])
@given(text=tapes(), cash_decimals=st.sampled_from([2, 0, 3]))
@settings(max_examples=draws(15), deadline=None, suppress_health_check=list(HealthCheck))
def test_both_ways_give_the_same(text: str, set_aside: bool, cash_decimals: int) -> None:
    tape = attrs.evolve(MAP, cash_decimals=cash_decimals)
    by_columns = outcome(text, by_columns=True, set_aside=set_aside, tape=tape)
    assert by_columns == outcome(text, by_columns=False, set_aside=set_aside, tape=tape)


@pytest.mark.usefixtures("from_the_first_row")
def test_amounts_that_are_finer_than_cash_are_refused_both_ways() -> None:
    tape = attrs.evolve(MAP, cash_decimals=0)
    by_columns = outcome(whole(3, UPB="0.10"), by_columns=True, tape=tape)
    assert {item.code for item in by_columns} == {"not_whole_cents"}
    assert by_columns == outcome(whole(3, UPB="0.10"), by_columns=False, tape=tape)


def whole(count: int, **changes: str) -> str:
    """Return a tape that is plain but for what is changed."""
    cells = {name: (good[0] if good else "") for name, (good, _) in CELLS.items()} | changes
    lines = [
        "|".join(f"L{place}" if name == "Loan" else text for name, text in cells.items()) for place in range(count)
    ]
    return "\n".join(["|".join(cells), *lines, ""])


def columns_of(text: str, tape: TapeMap = MAP) -> list[int]:
    """Return how many loans stand in each table that a tape was read as."""
    tape = attrs.evolve(tape, delimiter="|")
    reader = TapeReader(tape=tape, deal="d", group="g", effective_date=date(2020, 1, 1), by_columns=True)
    with opened_tape(io.BytesIO(text.encode()), tape, "a.csv") as table:
        reader.take(table)
    found = reader.end().loans
    assert isinstance(found, BoardedLoans)
    return [len(part) for part in found.parts if not isinstance(part, list)]


def test_a_plain_tape_makes_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LoanBoarded, "__attrs_post_init__", lambda self: pytest.fail("an event was made"))
    assert columns_of(whole(20_000, UPB="1,000.00")) == [16_384, 3_616]


def test_one_row_that_is_not_plain_leaves_the_others_columns() -> None:
    rows = whole(1_000).splitlines()
    rows[501] = rows[501].replace("|100.00|", "|$100.00|", 1).replace("L500", "Total").replace("100.00", "99900.00", 1)
    assert sum(columns_of("\n".join(rows))) > 850


def test_filters_constants_and_groups_are_read_alike() -> None:
    tape = attrs.evolve(
        MAP,
        columns={**{name: MAP.columns[name] for name in ("loan", "balance", "note_rate")}, "group": "State"},
        codes={},
        sentinels={},
        constants={"amortization_type": "fixed", "margin": "2.25"},
        filters=({"column": "Term", "is": ["360"]},),
    )
    text = whole(200, UPB="5.00") + whole(3, Term="180").partition("\n")[2].replace("L", "M")
    by_columns = outcome(text, by_columns=True, tape=tape, group=None)
    assert by_columns == outcome(text, by_columns=False, tape=tape, group=None)
    assert by_columns[0][0].margin == Decimal("0.0225")
    assert by_columns[-1] == 3


def test_rates_that_are_fractions_are_found_by_columns_too() -> None:
    text = whole(200, Rate="0.045", Net="")
    found = outcome(text, by_columns=True)
    assert [item.code for item in found] == ["not_percent"]
    assert found == outcome(text, by_columns=False)


def test_without_polars_rows_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "columns_library", lambda: None)
    assert columns_of(whole(100)) == []


def test_tables_hold_every_loan_in_order() -> None:
    pytest.importorskip("polars")
    text = whole(300).replace("L150|", "L150count|")
    reader = TapeReader(
        tape=attrs.evolve(MAP, delimiter="|"), deal="d", group="g", effective_date=date(2020, 1, 1), by_columns=True
    )
    with opened_tape(io.BytesIO(text.encode()), attrs.evolve(MAP, delimiter="|"), "a.csv") as table:
        reader.take(table)
    found = reader.end().loans
    assert isinstance(found, BoardedLoans)
    (table_of_all,) = found.tables()
    assert table_of_all["loan"].to_list() == [loan.loan for loan in found]


@pytest.mark.usefixtures("from_the_first_row")
@pytest.mark.parametrize("by_columns", [True, False])
def test_loans_with_a_blank_for_their_servicing_rate_are_counted(by_columns: bool) -> None:
    """A blank is no rate that anybody stated; it is boarded as none, and the report says how often."""
    tape = TapeMap(columns={"loan": "Loan", "balance": "UPB", "note_rate": "Rate", "servicing_rate": "Fee"})
    rows = "".join(f"L{number}|100.00|4.5|{'' if number else '0.25'}\n" for number in range(4))
    notes = outcome(f"Loan|UPB|Rate|Fee\n{rows}", by_columns=by_columns, tape=tape)[4]
    assert [note.split(";")[0] for note in notes] == ["a.csv: 3 loans have nothing in the column 'Fee'"]
