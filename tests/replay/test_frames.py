"""Results give their rows away typed, with no float among them, and carry hostile names as text."""

from __future__ import annotations

import datetime as dt
import sys
import types
from decimal import Decimal
from typing import ClassVar

import polars as pl
import pytest

from replay.frames import SHOWN, Tabular


class Rows(Tabular):
    """A result whose rows are given."""

    _DAYS: ClassVar[frozenset[str]] = frozenset({"day"})
    _COUNTS: ClassVar[frozenset[str]] = frozenset({"count"})
    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"amount"})

    def __init__(self, *rows: tuple[str, str, str, str]) -> None:
        self._rows = rows

    def __repr__(self) -> str:
        return "<Rows>"

    def rows(self) -> list[dict[str, str]]:
        return [dict(zip(("name", "day", "count", "amount"), row, strict=True)) for row in self._rows]


PLAIN = Rows(("a", "2002-09-25", "3", "1.50"), ("b", "", "", "-0.123"), ("c", "2002-09-26", "4", "N/A"))


def test_columns_are_typed_and_what_is_not_known_is_null() -> None:
    assert PLAIN.columns() == {
        "name": ["a", "b", "c"],
        "day": [dt.date(2002, 9, 25), None, dt.date(2002, 9, 26)],
        "count": [3, None, 4],
        "amount": [Decimal("1.50"), Decimal("-0.123"), None],
    }


def test_a_frame_has_days_counts_and_decimals() -> None:
    frame = PLAIN.to_polars()
    assert frame.schema == {"name": pl.String, "day": pl.Date, "count": pl.Int64, "amount": pl.Decimal(38, 3)}
    assert frame["amount"].to_list() == [Decimal("1.500"), Decimal("-0.123"), None]
    assert pl.DataFrame(PLAIN).equals(frame)
    assert Rows().to_polars().is_empty()


def test_what_does_not_fit_stays_text_and_is_not_rounded() -> None:
    long = f"1.{'3' * 40}"
    assert Rows(("a", "", "", long)).to_polars()["amount"].to_list() == [long]


def test_pandas_is_asked_for_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    held = types.ModuleType("pandas")
    held.DataFrame = dict  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pandas", held)
    assert PLAIN.to_pandas() == PLAIN.columns()


def test_a_notebook_is_shown_the_first_rows_as_text() -> None:
    told = Rows(*[("<b>\x1b", "", "", "")] * (SHOWN + 2))._repr_html_()
    assert "&lt;Rows&gt;" in told
    assert "<b>" not in told
    assert "\x1b" not in told
    assert told.count("<tr>") == SHOWN + 1
    assert "2 more rows" in told
