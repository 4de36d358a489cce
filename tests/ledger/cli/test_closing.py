"""What stands in the way of a closing is shown before it, and named when it is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger import Ledger, PeriodClosed
from tests.deals.demo import run_ledger
from tests.ledger.readiness.small import DEAL, PAID, due, paid, small_deal

ON = (DEAL, str(PAID))
REASON = ("--acknowledge", "due_unaccounted=told by telephone")


@pytest.fixture
def short(tmp_path: Path) -> str:
    """A ledger at a path, in which a thousand of interest is neither received nor reported."""
    path = tmp_path / "small.db"
    with Ledger.create(path) as ledger:
        small_deal(ledger).post_many([due(), paid("1000.00", "9000.00")]).or_raise()
    return str(path)


@pytest.fixture
def clean(tmp_path: Path) -> str:
    path = tmp_path / "clean.db"
    with Ledger.create(path) as ledger:
        small_deal(ledger).post_many([due(), paid()]).or_raise()
    return str(path)


def test_a_month_that_closes_without_a_word(clean: str) -> None:
    result = run_ledger("check", clean, *ON)
    assert result.exit_code == 0
    assert "closes without a word" in result.stdout
    assert "nothing was found" in result.stdout


def test_what_must_be_acknowledged_is_named_with_its_remedy(short: str) -> None:
    result = run_ledger("check", short, *ON)
    assert result.exit_code == 1
    assert "does not close as it stands" in result.stdout
    assert "must be acknowledged: group pool owes 1,000.00 of interest" in result.stdout
    assert "[due_unaccounted]" in result.stdout
    assert "  remedy: post collection_received" in result.stdout


def test_programs_are_told_the_same(short: str) -> None:
    told = json.loads(run_ledger("check", short, *ON, "--format", "json").stdout)
    assert (told["deal"], told["distribution_date"], told["closes"]) == (DEAL, str(PAID), "no")
    [found] = told["findings"]
    assert (found["code"], found["grade"], found["groups"]) == (
        "due_unaccounted",
        "must be acknowledged",
        ["pool"],
    )
    assert "received: 9000" in found["figures"]


def test_an_earlier_state_can_be_asked_about(short: str) -> None:
    with Ledger.open(short) as ledger:
        before = ledger.head(DEAL).sequence - 2
    result = run_ledger("check", short, *ON, "--known-through", str(before))
    assert result.exit_code == 1
    assert "[no_instalments]" in result.stdout


@pytest.mark.parametrize(
    "asked", [("none.db", *ON), ("{}", "other", str(PAID)), ("{}", DEAL, "2021-01-26"), ("{}", DEAL, "soon")]
)
@pytest.mark.parametrize("command", ["check", "close"])
def test_what_cannot_be_looked_at_is_no_finding(clean: str, command: str, asked: tuple[str, ...]) -> None:
    result = run_ledger(command, *(item.format(clean) for item in asked))
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_dry_run_shows_the_findings_and_the_figures_and_writes_nothing(short: str) -> None:
    with Ledger.open(short) as ledger:
        before, digest = ledger.head(DEAL), ledger.distribution(DEAL, PAID).digest
    refused = run_ledger("close", short, *ON, "--dry-run")
    assert refused.exit_code == 1
    assert "[due_unaccounted]" in refused.stdout
    assert f"a closing would fix the digest {digest}" in refused.stdout
    assert "refused: " in refused.stderr
    accepted = run_ledger("close", short, *ON, "--dry-run", *REASON)
    assert accepted.exit_code == 0
    assert accepted.stdout == refused.stdout
    assert "would be closed; nothing was written" in accepted.stderr
    for line in ("opening balance", "scheduled principal", "closing count", "1,000,000.00", "(1,000.00)"):
        assert line in accepted.stdout
    with Ledger.open(short) as ledger:
        assert ledger.head(DEAL) == before


def test_a_closing_names_what_it_acknowledges(short: str) -> None:
    refused = run_ledger("close", short, *ON)
    assert refused.exit_code == 1
    assert "[due_unaccounted]" in refused.stderr
    assert run_ledger("close", short, *ON, *REASON, "--who", "A. Clerk", "--distribute").exit_code == 0
    with Ledger.open(short) as ledger:
        [event] = [recorded.event for recorded in ledger.events(DEAL, types=["period_closed"])]
        assert isinstance(event, PeriodClosed)
        [named] = event.acknowledgements
        assert (named.code, named.reason, named.who) == ("due_unaccounted", "told by telephone", "A. Clerk")
    assert "is closed already" in run_ledger("close", short, *ON, *REASON, "--who", "A. Clerk", "--dry-run").stderr


@pytest.mark.parametrize("given", ["due_unaccounted", "due_unaccounted=", "=because", "due_unaccounted= "])
def test_a_code_without_a_reason_is_no_acknowledgement(short: str, given: str) -> None:
    result = run_ledger("close", short, *ON, "--acknowledge", given)
    assert result.exit_code == 2
    assert "CODE=REASON" in result.stderr


def test_one_code_has_one_reason(short: str) -> None:
    result = run_ledger("close", short, *ON, *REASON, "--acknowledge", "due_unaccounted=something else")
    assert result.exit_code == 2
    assert "twice" in result.stderr


def test_help_teaches_the_grades_and_the_exit_status() -> None:
    told = run_ledger("check", "--help").stdout
    for words in ("refuses", "must be acknowledged", "note", "Exit status: 0", "docs/findings.md", "--acknowledge"):
        assert words in told
    assert "\n  Exit status: 0" in told
    assert "hashed with the closing" in " ".join(run_ledger("close", "--help").stdout.split())
