"""The report of a history counts its months and says as known when."""

from __future__ import annotations

import replay
from ledger import Ledger
from ledger.reports import written
from replay.reports.histories import history_report
from tests.deals.toy import TOY
from tests.replay.restated import SHOWN
from tests.replay.statements.test_restated import january


def test_the_title_says_as_known_when(ledger: Ledger) -> None:
    january(ledger)
    now = written(history_report(replay.history(ledger, TOY, SHOWN)), "text")
    then = written(history_report(replay.history(ledger, TOY, SHOWN, as_closed=True)), "text")
    assert now.startswith(f"{TOY}: {SHOWN}, 2 months, known through event ")
    assert then.startswith(f"{TOY}: {SHOWN}, 1 month, as each was closed")
