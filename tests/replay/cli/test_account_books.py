"""Accounts, journals and histories as a shell sees them."""

from __future__ import annotations

import json

from tests.deals.demo import DEAL, run_replay
from tests.replay.told import rows_of


def test_the_trial_balance_has_equal_sums(demo_ledger: str) -> None:
    asked = ("books", demo_ledger, DEAL, "--record-date", "2002-09-25", "--trial-balance")
    *_, total = rows_of(run_replay(*asked, "--format", "csv").stdout)
    assert total["account"] == "total"
    assert total["debit"] == total["credit"] == "956832834.70"
    document = json.loads(run_replay(*asked, "--format", "json").stdout)
    assert document["debits"] == document["credits"] == "956832834.70"


def test_an_account_card_by_key(demo_ledger: str) -> None:
    asked = ["account", demo_ledger, DEAL, "bond_principal", "--of", "A", "--from", "2002-09-01"]
    opening, paid, closing = rows_of(run_replay(*asked, "--through", "2002-09-30", "--format", "csv").stdout)
    assert (opening["balance"], paid["debit"], closing["balance"]) == ("439797456.41", "8824748.07", "430972708.34")
    assert paid["event_id"] == "impac-cmb-2002-1/2002-09-25/principal/A"
    unknown = run_replay("account", demo_ledger, DEAL, "cash", "--from", "2002-09-01", "--through", "2002-09-30")
    assert (unknown.exit_code, "is not an account" in unknown.stderr) == (2, True)


def test_a_journal_ends_with_its_sums(demo_ledger: str) -> None:
    shown = run_replay("journal", demo_ledger, DEAL, "--from", "2002-09-25", "--through", "2002-09-30")
    assert shown.stdout.splitlines()[-1].split() == ["total", "22,965,006.47", "22,965,006.47"]
    backwards = run_replay("journal", demo_ledger, DEAL, "--from", "2002-09-25", "--through", "2002-09-24")
    assert backwards.exit_code == 2


def test_a_figure_that_no_statement_has(demo_ledger: str) -> None:
    shown = run_replay("history", demo_ledger, DEAL, "99/nothing/at all")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "no statement has a figure" in shown.stderr
