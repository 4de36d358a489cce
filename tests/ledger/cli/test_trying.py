"""A demonstration is made where nothing stands."""

from __future__ import annotations

from pathlib import Path

from tests.deals.demo import DEAL, run_ledger, run_replay


def test_demo_does_not_overwrite(demo_ledger: str) -> None:
    again = run_ledger("demo", demo_ledger)
    assert again.exit_code == 2
    assert "exists" in again.stderr


def test_the_head_that_a_demonstration_prints_can_be_pasted(tmp_path: Path) -> None:
    path = tmp_path / "real.db"
    told = run_ledger("demo", str(path)).stderr
    (head,) = (line.removeprefix("head ") for line in told.splitlines() if line.startswith("head "))
    assert run_replay("verify", str(path), DEAL, "--head", head).exit_code == 0


def test_demo_lives_from_the_closing_day(tmp_path: Path) -> None:
    made = run_ledger("demo", str(tmp_path / "life.db"), "--from-closing")
    assert made.exit_code == 0
    assert "impac-cmb-2002-1 (calibrated before September): 7 distributions" in made.stdout + made.stderr


def test_a_life_whose_pool_is_paid_off_ends_with_a_sentence(tmp_path: Path) -> None:
    made = run_ledger("simulate", str(tmp_path / "life.db"), "one", "--loans", "1", "--months", "12", "--seed", "71")
    assert made.exit_code == 0
    assert "no loan is left in its pool after 1 of 12 distributions" in made.stderr
