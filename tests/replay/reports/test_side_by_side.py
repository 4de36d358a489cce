"""Two months side by side: what stands alike in both is left out, and what only one has is told."""

from __future__ import annotations

import replay
from ledger import Ledger
from replay.reports.side_by_side import side_by_side_report
from tests.deals.toy import TOY, month_events, payment_date
from tests.replay.restated import close


def test_what_differs_between_two_months_is_listed_with_its_difference(toy: Ledger) -> None:
    for month in (1, 2):
        toy.post_many(month_events(month)).or_raise()
    close(toy, 1)
    then, now = (replay.statement(toy, TOY, payment_date=payment_date(month)) for month in (1, 2))
    assert "No figure differs." in side_by_side_report(then, then).summary
    report = side_by_side_report(then, now)
    [table] = [part for part in report.parts if getattr(part, "name", "") == "figures" and hasattr(part, "rows")]
    told = {row[0]: row[1:] for row in table.rows}
    alike = {
        item.path
        for item in now.figures
        if item.exact_text in {old.exact_text for old in then.figures if old.path == item.path}
    }
    assert alike
    assert not alike & set(told)
    numbers = [row for row in told.values() if row[2] is not None and row[3] is not None]
    assert numbers
    assert all(row[3] - row[2] == row[4] for row in numbers)  # type: ignore[operator]
