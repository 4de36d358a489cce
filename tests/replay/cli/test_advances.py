"""``replay advances`` as a shell sees it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import replay
from ledger import Ledger
from replay.cli import main as replay_command
from tests.deals.advances import END, FEBRUARY, JANUARY, collected, made, recovered
from tests.deals.toy import TOY, toy_deal
from tests.replay.told import rows_of, table_of


class TestTheCommand:
    """``replay advances`` as a shell sees it."""

    @pytest.fixture
    def database(self, tmp_path: Path) -> str:
        path = str(tmp_path / "toy.db")
        with Ledger.create(path) as ledger:
            toy_deal(ledger)
            ledger.post_many([made("jan", JANUARY), made("feb", FEBRUARY)]).or_raise()
            day = dt.date(2021, 3, 1)
            ledger.post_many([collected("late", day), recovered("back", day, "100", "1000")]).or_raise()
        return path

    def run(self, database: str, *more: str) -> str:
        shown = CliRunner().invoke(replay_command, ["advances", database, TOY, "--record-date", *more])
        assert shown.exit_code == 0, shown.output
        return shown.stdout

    def test_lists_what_is_owed_and_what_justifies_withdrawals(self, database: str) -> None:
        text = self.run(database, "2021-03-01")
        assert "Owed to the servicer: 1,100.00" in text
        assert text.splitlines()[-1].split() == [
            *("one", "one-1", "1,100.00", "1,100.00", "1,100.00"),
            *("0.00", "0.00", "0.00", "0.00", "0.00", "yes"),
        ]

    def test_all_lists_settled_months_too(self, database: str) -> None:
        rows = rows_of(self.run(database, "2021-03-01", "--format", "csv"))
        every = rows_of(self.run(database, "2021-03-01", "--format", "csv", "--all"))
        assert [row["month"] for row in rows] == ["2021-02-25"]
        assert [row["month"] for row in every] == ["2021-01-25", "2021-02-25"]

    def test_json_carries_both_lists(self, database: str) -> None:
        document = json.loads(self.run(database, "2021-03-01", "--format", "json"))
        assert document["outstanding"] == "1100.00"
        assert [row["justified"] for row in document["withdrawals"]] == ["yes"]

    def test_before_anything_was_advanced_it_is_empty(self, database: str) -> None:
        assert table_of(self.run(database, "2020-01-01", "--format", "csv")).count("\n") == 1
        assert "Owed to the servicer: 0.00" in self.run(database, "2020-01-01")

    def test_known_through_goes_back(self, database: str) -> None:
        assert replay.advances(database, TOY, END, known_through=15).outstanding() == Decimal("2200.00")
        assert "2,200.00" in self.run(database, "2021-12-31", "--known-through", "15")

    def test_an_unknown_deal_is_exit_status_2(self, database: str) -> None:
        shown = CliRunner().invoke(replay_command, ["advances", database, "nowhere", "--record-date", "2021-01-01"])
        assert shown.exit_code == 2
