"""Parquet is read as columns of text: whole numbers, exact decimals, days, and floats by the digits that are shown."""

from __future__ import annotations

import datetime as dt
import io
import sys
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from ledger import StoreError, TapeMap
from ledger.errors import InvalidArgument
from ledger.values import limits
from tests.ledger.tapes.making import read_files, refused_file
from tests.ledger.tapes.reading import LEAST

MAP = TapeMap(columns={**LEAST, "origination_date": "Date"}, date_formats=["%m/%Y"], optional=["origination_date"])


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


def test_columns_are_read_by_their_kinds() -> None:
    data = parquet(
        Loan=[10, 20],
        UPB=pl.Series([Decimal("180000.10"), Decimal("2.00")], dtype=pl.Decimal(12, 2)),
        Rate=[6.25, 0.1 + 0.2],
        Date=[dt.date(2024, 1, 31), None],
    )
    first, second = read_files(data, tape=MAP).loans
    assert (first.loan, first.balance, first.note_rate) == ("10", Decimal("180000.10"), Decimal("0.0625"))
    assert (first.origination_date, second.origination_date, second.note_rate) == (
        dt.date(2024, 1, 31),
        None,
        Decimal("0.003"),
    )


def test_other_kinds_of_columns() -> None:
    data = parquet(
        Loan=["a", "b"],
        UPB=[1, 2],
        Rate=pl.Series([4.1, 5.0], dtype=pl.Float32),
        Date=[dt.datetime(2024, 1, 31), dt.datetime(2024, 2, 1)],
    )
    assert [loan.note_rate for loan in read_files(data, tape=MAP).loans] == [Decimal("0.041"), Decimal("0.05")]
    with_time = parquet(Loan=["a"], UPB=[1], Rate=[4], Date=[dt.datetime(2024, 1, 31, 12)])
    assert refused_file(with_time, MAP)[0][1:3] == ("Date", "not_a_date")
    assert refused_file(parquet(Loan=["a"], UPB=[[1]], Rate=[4]), MAP)[0][1] == "UPB"
    assert refused_file(parquet(Loan=["a"], UPB=[float("nan")], Rate=[4]), MAP)[0][1:3] == ("UPB", "not_a_number")


def test_rows_of_nothing_are_blank_and_lines_are_rows() -> None:
    data = parquet(Loan=["a", None, "b"], UPB=["1.00", None, "x"], Rate=["4", None, "5"])
    assert refused_file(data, MAP)[0][:3] == ("1:3", "UPB", "not_a_number")
    assert read_files(data, tape=MAP, set_aside=True).blank == 1


def test_what_is_cut_off_is_told_to_be_parquet() -> None:
    assert "this is Parquet that cannot be read" in refused_file(parquet(Loan=["a"])[:-9], MAP)[0][3]


def test_without_polars_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = parquet(Loan=["a"])
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(StoreError, match=r"pip install 'indenture\[frames\]'"):
        read_files(data)


def test_a_single_precision_float_without_digits_for_cents_is_refused() -> None:
    large = parquet(Loan=["1", "2"], UPB=pl.Series([99999.5, 1234567.89], dtype=pl.Float32), Rate=[5, 5])
    assert [item[:3] for item in refused_file(large, TapeMap(columns=LEAST))] == [("1:2", "UPB", "not_a_number")]


@pytest.mark.parametrize(
    "values", [[dt.timedelta(3)], [[1]], [{"a": 1}], [b"1"]], ids=["durations", "lists", "structures", "bytes"]
)
def test_what_is_no_plain_value_is_refused_as_that(values: list[Any]) -> None:
    ((where, column, code, told),) = refused_file(parquet(Loan=["1"], UPB=values, Rate=[5]), TapeMap(columns=LEAST))
    assert (where, column, code) == ("1:1", "UPB", "not_plain")
    assert "and no plain values" in told
    assert len(read_files(parquet(Loan=["1"], UPB=[2], Rate=[5], More=values), tape=TapeMap(columns=LEAST)).loans) == 1


def test_a_truth_value_is_no_name_of_a_loan() -> None:
    found = refused_file(parquet(Loan=[True, False], UPB=["1.00"] * 2, Rate=["5.0"] * 2))
    assert [(column, rule) for _, column, rule, _ in found] == [("Loan", "not_a_name")] * 2


def test_a_cell_that_is_longer_than_a_line_is_refused_before_it_is_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_given", {"environment": {"INDENTURE_TAPE_LINE_CHARACTERS": "1000"}})
    data = parquet(Loan=["1", "2" * 1001], UPB=["1.00", "1.00"], Rate=["7", "7"])
    assert refused_file(data, tape=MAP)[0][:3] == ("1:2", "Loan", "too_large")


def test_a_text_that_the_file_holds_once_counts_for_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_given", {"environment": {"INDENTURE_TAPE_BYTES": "100000"}})
    made: list[str] = []

    def texts(column: pl.Series) -> list[str]:
        made.append(column.name)
        return column.to_list()

    monkeypatch.setattr("ledger.tapes.parquet._texts", texts)
    data = parquet(Loan=[str(k) for k in range(300)], UPB=["1.00"] * 300, Rate=["7"] * 300, Note=["x" * 900] * 300)
    assert len(data) < 10_000
    with pytest.raises(InvalidArgument, match="INDENTURE_TAPE_BYTES"):
        read_files(data, tape=MAP)
    assert made == []
