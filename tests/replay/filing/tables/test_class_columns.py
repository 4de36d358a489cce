"""A column goes by many names."""

from __future__ import annotations

import pytest

from replay.filing import read_class_table


@pytest.mark.parametrize(
    "heading", ["Cusip No.", "Pass-Through Rate (%)", "Realized Loss", "Total Payment", "RATE*", "End Bal."]
)
def test_columns_go_by_many_names(heading: str) -> None:
    table = read_class_table(f"Class|Interest|{heading}\nA|1.00|2.00\n")
    assert table.problems == ()
