"""``replay diff`` as a shell sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from replay.cli import main as replay_command
from tests.deals.toy import TOY, month_events, payment_date, prior_month, toy_deal
from tests.replay.restated import SHOWN, close, curtailed, known, record_date
from tests.replay.told import rows_of, table_of


class TestTheCommand:
    """``replay diff`` as a shell sees it."""

    @pytest.fixture
    def database(self, tmp_path: Path) -> str:
        path = str(tmp_path / "toy.db")
        with Ledger.create(path) as ledger:
            toy_deal(ledger)
            ledger.post_many(month_events(1, curtailment="500.00")).or_raise()
            close(ledger, 1)
            ledger.distribute(TOY, payment_date(1)).or_raise()
            right = curtailed("1/curtailment/b", "650.00", prior_month(1, 16), restates=True)
            ledger.correct("1/curtailment", right, effective_date=prior_month(1, 15), reason="misread").or_raise()
            self.now = known(ledger)
        return path

    def run(self, database: str, *more: str, deal: str = TOY) -> Result:
        return CliRunner().invoke(
            replay_command, ["diff", database, deal, "--record-date", str(record_date(1)), "--known-through", *more]
        )

    def test_text_names_figures_events_and_payments(self, database: str) -> None:
        shown = self.run(database, str(self.now - 2), str(self.now))
        assert shown.exit_code == 1
        assert "corrects 1/curtailment: misread" in shown.stdout
        line = next(line for line in shown.stdout.splitlines() if line.startswith(SHOWN))
        assert line.split()[-5:] == ["500.00", "650.00", "150.00", f"{self.now - 1},", str(self.now)]
        assert shown.stdout.splitlines()[-1].split() == [
            *("A", "principal", "1500.00", "1650.00", "1500.00", "-150.00")
        ]

    def test_csv_and_json_say_the_same(self, database: str) -> None:
        sequences = (str(self.now - 2), str(self.now), "--format")
        rows = rows_of(self.run(database, *sequences, "csv").stdout)
        document = json.loads(self.run(database, *sequences, "json").stdout)
        assert [row["figure"] for row in rows] == [row["figure"] for row in document["figures"]]
        assert [event["event_id"] for event in document["events"]] == ["1/curtailment/corrected", "1/curtailment/b"]
        assert document["events"][0]["voids"] == "1/curtailment"
        assert document["digest_then"] != document["digest_now"]

    def test_no_difference_is_exit_status_0(self, database: str) -> None:
        same = self.run(database, str(self.now), str(self.now))
        assert (same.exit_code, "No figure differs." in same.stdout) == (0, True)
        empty = self.run(database, str(self.now), str(self.now), "--format", "csv")
        assert table_of(empty.stdout).splitlines() == [
            "figure,printed_then,printed_now,exact_then,exact_now,difference,events"
        ]

    @pytest.mark.parametrize("sequences", [("9", "8"), ("0", "1"), ("5",), ("x", "y")])
    def test_what_cannot_be_compared_is_exit_status_2(self, database: str, sequences: tuple[str, ...]) -> None:
        assert self.run(database, *sequences).exit_code == 2

    def test_an_unknown_deal_is_exit_status_2(self, database: str) -> None:
        assert self.run(database, "1", "2", deal="nowhere").exit_code == 2
