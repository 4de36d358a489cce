"""Events go out of a ledger and into another, and a refused file changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

from tests.deals.demo import DEAL, ON, run_ledger, run_replay


def test_events_go_out_and_come_in_again(demo_ledger: str, tmp_path: Path) -> None:
    lines = run_ledger("events", demo_ledger, DEAL).stdout
    other = str(tmp_path / "other.db")
    assert run_ledger("init", other).exit_code == 0
    receipt = json.loads(run_ledger("post", other, "-", given=lines).stdout)
    assert (receipt["events"], receipt["repeated"]) == (len(lines.splitlines()), 0)
    again = json.loads(run_ledger("post", other, "-", given=lines).stdout)
    assert again["repeated"] == receipt["events"]
    assert again["head_hash"] == receipt["head_hash"]
    assert run_replay("reconcile", other, DEAL, *ON, "--published").exit_code == 0


def test_a_refused_file_changes_nothing(demo_ledger: str) -> None:
    before = run_ledger("deals", demo_ledger).stdout
    fields = {"event_id": "x", "deal": DEAL, "effective_date": "2002-09-02", "loan": "none", "note_rate": "0.05"}
    bad = json.dumps({"$type": "payoff_collected", "amount": "1.00", **fields}) + "\n"
    refused = run_ledger("post", demo_ledger, "-", given=bad)
    assert refused.exit_code == 1
    assert "unknown_loan" in refused.stderr
    assert "nothing was posted" in refused.stderr
    assert run_ledger("deals", demo_ledger).stdout == before
