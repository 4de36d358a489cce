"""Tables of the neutral pages: what is not known is left out, and every line has a name of its own."""

from __future__ import annotations

from datetime import date

from ledger import Exact, Ledger
from replay.statements.pages.neutral.tables import (
    each_its_own,
    group_columns,
    money_line,
    over_groups,
    spaced,
    table,
)
from replay.statements.printing import Style
from tests.deals.toy import TOY, toy_deal, toy_month

ONE, TWO = Exact(1), Exact(2)


def test_a_column_and_a_line_without_cells_are_left_out() -> None:
    found = table(
        1,
        "Name",
        "Line",
        [
            ("a", [("x", ONE), ("y", None), ("z", "")], Style.MONEY),
            ("b", [("x", None), ("y", None), ("z", None)], Style.MONEY),
            (" c  d ", [("w", TWO), ("x", None), ("z", None)], Style.MONEY),
        ],
    )
    assert found is not None
    assert found.columns == ("x", "w")
    assert [row.label for row in found.rows] == ["a", "c d"]
    assert table(1, "Name", "Line", [("b", [("x", None)], Style.MONEY)]) is None


def test_names_are_told_apart() -> None:
    assert each_its_own(["x", "x", "x (2)", "y"]) == ["x", "x (2)", "x (2) (2)", "y"]
    assert spaced("  ", "-") == "-"


def test_groups_are_columns_and_their_sum_stands_where_all_are_known() -> None:
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger, rules=2)
        toy_month(ledger, 1)
        report = ledger.distribution(TOY, date(2021, 1, 25))
    assert group_columns(report) == {"one": "One", "two": "Two", "total": "total"}
    cells = dict(over_groups(report, {"one": ONE, "two": TWO}))
    summed = cells["total"]
    assert isinstance(summed, Exact)
    assert summed.value == 3
    assert dict(over_groups(report, {"one": ONE}))["total"] is None
    assert money_line(report, "Nothing", {"one": Exact(0), "two": Exact(0)}) == []
    assert len(money_line(report, "Nothing", {"one": Exact(0), "two": Exact(0)}, always=True)) == 1
