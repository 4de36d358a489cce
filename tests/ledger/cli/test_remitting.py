"""``ledger remittance``: written, posted, posted again, refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.cli import main
from tests.deals.noted import DEAL, DUE, POOL, terms

MAP = {"of": "month", "columns": {"loan": "L", "balance": "B", "received_date": "R"}, "optional": ["received_date"]}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Ledger.create(tmp_path / "t.db") as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many(POOL).or_raise()
    (tmp_path / "map.json").write_text(json.dumps(MAP))
    return tmp_path


def remittance(home: Path, text: str, *arguments: str) -> Result:
    (home / "f.csv").write_text(text)
    asked = ["remittance", str(home / "t.db"), DEAL, str(home / "f.csv"), "--due", "2024-02-01"]
    return CliRunner().invoke(main, [*asked, "--map", str(home / "map.json"), *arguments])


def rows(home: Path, **less: int) -> str:
    """Return a file in which every loan paid as its note says, some of them so many cents more."""
    with Ledger.open(home / "t.db") as ledger:
        return rows_of(ledger, **less)


def rows_of(ledger: Ledger, **less: int) -> str:
    """Return the same of a ledger that is open."""
    month = ledger.build_month(DEAL, DUE)
    dues = {key.whose: held.principal for key, held in month.said.items() if key.type == "scheduled_payment_due"}
    lines = ["L,B,R"]
    for loan in POOL:
        left = int(loan.balance * 100) - dues.get(loan.loan, 0) // 100 - less.get(loan.loan, 0)
        lines.append(f"{loan.loan},{left // 100}.{left % 100:02d},2024-01-20")
    return "\n".join(lines) + "\n"


def test_it_is_written_posted_and_posted_again(home: Path) -> None:
    ahead = POOL[0].loan
    text = rows(home, **{ahead: 50_000})
    written = remittance(home, text)
    (event,) = map(json.loads, written.stdout.splitlines())
    assert (event["$type"], event["loan"], event["amount"]) == ("curtailment_collected", ahead, "500.00")
    posted = remittance(home, text, "--post")
    assert json.loads(posted.stdout)["events"] == 1
    assert f"next: ledger month {home / 't.db'} {DEAL} --due 2024-02-01 --post" in posted.stderr
    month = CliRunner().invoke(main, ["month", str(home / "t.db"), DEAL, "--due", "2024-02-01", "--post"])
    assert month.exit_code == 0
    assert json.loads(remittance(home, text, "--post").stdout)["repeated"] == 1


def test_a_month_as_noted_has_nothing_to_post(home: Path) -> None:
    done = remittance(home, rows(home), "--post")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing was posted" in done.stderr


def test_what_does_not_tie_is_refused_and_a_map_of_loans_too(home: Path) -> None:
    done = remittance(home, rows(home, **{POOL[0].loan: -1}), "--post")
    assert done.exit_code == 1
    assert "does_not_tie" in done.stderr
    assert "nothing was posted" in done.stderr
    loans = {"columns": {"loan": "L", "balance": "B", "note_rate": "N"}}
    (home / "map.json").write_text(json.dumps(loans))
    assert "not_a_month" in remittance(home, "L,B,N\n").stderr
