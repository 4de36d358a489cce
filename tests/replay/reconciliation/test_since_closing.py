"""A filing as it was closed differs from the restated statement by the restatement, and that is said."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

import replay
from ledger import Ledger
from tests.deals.toy import TOY
from tests.draws import one_in
from tests.replay.statements.test_restated import FIRST, january, restate, run


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A ledger in a file whose January is closed, paid and restated."""
    with Ledger.create(tmp_path / "held.db") as ledger:
        january(ledger)
        restate(ledger)
    return tmp_path / "held.db"


def test_a_filing_as_closed_differs_by_the_restatement(held: Path, tmp_path: Path) -> None:
    for form in one_in(2, ("text", "csv")):
        written = tmp_path / f"closed.{form}"
        asked = (held, TOY, "--payment-date", FIRST)
        written.write_text(run("statement", *asked, "--as-closed", "--format", form).stdout)
        assert run("reconcile", *asked, "--as-closed", written).exit_code == 0
        now = run("reconcile", *asked, written, "--format", "json")
        assert now.exit_code == 1
        breaks = json.loads(now.stdout)["breaks"]
        assert breaks
        assert all(item["kind"].startswith("restated by ") for item in breaks), breaks
        assert any("late" in item["kind"] for item in breaks)
        assert "restated by " in run("reconcile", *asked, written).stdout


def test_a_figure_that_was_wrong_at_the_closing_stays_unexplained(held: Path) -> None:
    with Ledger.open(held) as ledger:
        day = dt.date.fromisoformat(FIRST)
        closed = replay.statement(ledger, TOY, payment_date=day, as_closed=True)
        now = replay.statement(ledger, TOY, payment_date=day)
        figures = tuple(
            replay.PublishedFigure(
                page=item.page,
                section=item.section,
                line=item.line,
                column=item.column,
                printed="987,123.00" if item.line == "Curtailments" and item.column == "one" else item.printed,
                source_line=number,
            )
            for number, item in enumerate(closed, start=1)
        )
        tied = replay.reconcile(now, replay.Filing(figures=figures), ledger=ledger)
    kinds = {(entry.line, entry.column): entry.kind for entry in tied.breaks}
    assert kinds["Curtailments", "one"] is not replay.Kind.RESTATED
    assert kinds["Curtailments", "total"] is replay.Kind.RESTATED
