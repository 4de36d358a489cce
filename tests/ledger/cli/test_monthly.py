"""``ledger month``: shown without a trace, posted once, refused for what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.cli import main
from tests.deals.noted import DEAL, POOL, loan, terms


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A ledger with the deal of noted loans, without a figure of their index, and one that says too little."""
    path = str(tmp_path / "t.db")
    with Ledger.create(path) as ledger:
        ledger.open_deal(DEAL, terms()).or_raise()
        ledger.post_many([*POOL, loan("silent", amortization_type=None)]).or_raise()
    return path


def month(url: str, *arguments: str) -> Result:
    """Run the command for the instalments of February."""
    return CliRunner().invoke(main, ["month", url, DEAL, "--due", "2024-02-01", *arguments])


def head(url: str) -> int:
    with Ledger.open(url) as ledger:
        return ledger.head(DEAL).sequence


def test_it_shows_the_month_and_writes_nothing(url: str) -> None:
    before = head(url)
    shown = month(url)
    assert shown.exit_code == 0
    assert "the month due 2024-02-01, paid 2024-02-26" in shown.stdout
    assert "amortization_type" in shown.stdout
    assert "scheduled_payment_due" not in shown.stdout
    assert "scheduled_payment_due" in month(url, "--loans").stdout
    assert head(url) == before


def test_json_holds_the_groups_and_what_is_not_built(url: str) -> None:
    found = json.loads(month(url, "--format", "json").stdout)
    assert found["groups"][0]["instalments"] == 4
    assert found["unbuilt"][0]["loan"] == "silent"


def test_it_is_posted_once(url: str) -> None:
    before = head(url)
    assert "would be posted" in month(url, "--post", "--dry-run").stderr
    assert head(url) == before
    posted = month(url, "--post", "--actor", "A. Clerk")
    assert posted.exit_code == 0
    assert "1 loans were not built" in posted.stderr
    after = head(url)
    assert after > before
    assert "nothing was posted" in month(url, "--post").stderr
    assert head(url) == after


def test_a_log_that_went_on_is_refused(url: str) -> None:
    stale = month(url, "--post", "--expected-sequence", "1")
    assert stale.exit_code == 1
    assert head(url) == 8


def test_what_belongs_to_posting_needs_it(url: str) -> None:
    assert month(url, "--dry-run").exit_code == 2
    assert CliRunner().invoke(main, ["month", url, DEAL, "--due", "2094-02-01"]).exit_code == 2
