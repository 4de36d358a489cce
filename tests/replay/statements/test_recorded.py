"""What was recorded as paid stands beside what the waterfall computes, a row for interest and one for principal."""

from __future__ import annotations

from ledger import Ledger
from replay.statements.recorded import recorded_rows
from replay.statements.statement import statement_of
from tests.deals.pair import DEAL, FEBRUARY, month, pair_deal, settle


def test_nothing_is_beside_it_until_something_was_paid(ledger: Ledger) -> None:
    pair_deal(ledger).post_many(month(2)).or_raise()
    assert recorded_rows(statement_of(ledger.distribution(DEAL, FEBRUARY))) == []
    settle(ledger, FEBRUARY)
    rows = recorded_rows(statement_of(ledger.distribution(DEAL, FEBRUARY)))
    assert [(row["class"], row["of"]) for row in rows] == [
        (name, what) for name in "AR" for what in ("interest", "principal")
    ]
    assert {row["difference"] for row in rows} == {"0.00"}
