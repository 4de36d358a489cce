"""A demonstration is made where nothing stands."""

from __future__ import annotations

from tests.deals.demo import run_ledger


def test_demo_does_not_overwrite(demo_ledger: str) -> None:
    again = run_ledger("demo", demo_ledger)
    assert again.exit_code == 2
    assert "exists" in again.stderr
