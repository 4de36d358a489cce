"""What a statement says twice must agree; where it does not, it is shown."""

from __future__ import annotations

import replay
from replay import Filing


def test_the_breaks_inside_the_statement_are_shown(real_statement: replay.Statement, filing: Filing) -> None:
    note = "PSA Standard Prepayment Model:    CPR/(0.02*min(30,WAS))"
    tied = replay.reconcile(real_statement, filing, text=note)
    differences = sorted(finding.difference for finding in tied.findings)
    assert differences == ["0.01", "0.0180"]
