"""The list of distributions names what was acknowledged, why, and who answers for it."""

from __future__ import annotations

import json

import attrs

import replay
from ledger import Acknowledgement, Ledger
from ledger.reports import written
from replay.reports.periods import periods_report
from tests.deals.toy import TOY
from tests.replay.statements.test_restated import january, restate


def test_findings_acknowledged_are_listed(ledger: Ledger) -> None:
    january(ledger)
    restate(ledger)
    found = replay.periods(ledger, TOY)
    first = found.periods[0]
    assert first.closing is not None
    told = (Acknowledgement(code="due_unaccounted", reason="told by telephone", who="A. Clerk"),)
    named = attrs.evolve(first, closing=attrs.evolve(first.closing, acknowledgements=told))
    report = periods_report(attrs.evolve(found, periods=(named, *found.periods[1:])))
    text = written(report, "text")
    assert "due_unaccounted  told by telephone  A. Clerk" in text
    assert "replay diff URL DEAL --payment-date DATE" in text
    document = json.loads(written(report, "json"))
    assert document["acknowledged"][0]["who"] == "A. Clerk"
    assert (document["periods"][0]["closed_at"], document["periods"][-1]["closed_at"]) == (first.closed_at, None)
    assert document["periods"][0]["restated_by"].endswith("(3 events)")
    assert "due_unaccounted (A. Clerk)" in written(report, "csv")
