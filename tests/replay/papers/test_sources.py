"""The events that a workbook leads to from a figure are those that explaining the figure finds."""

from __future__ import annotations

import replay
from ledger import Ledger
from replay.papers.paper import Paper
from replay.papers.sources import sources_of
from replay.papers.workbook_sheets import events_of


def test_a_figure_leads_to_the_events_of_the_month_that_explain_it(real_paper: Paper, real_ledger: Ledger) -> None:
    month = {item.sequence for item in real_paper.events}
    rested = 0
    for figure in real_paper.statement.figures[::23]:
        wanted = [item.sequence for item in replay.explain(real_ledger, real_paper.statement, figure).events]
        found = events_of(real_paper, figure)
        if found:
            assert found == [sequence for sequence in wanted if sequence in month], figure.path
            rested += 1
    assert rested > 20


def test_nothing_is_led_to_where_no_event_is_listed(real_paper: Paper, real_ledger: Ledger) -> None:
    assert sources_of(real_ledger, real_paper.statement, ()) == {}
