"""A month as a report: by group, its resets, what is not built, and loan by loan where asked."""

from __future__ import annotations

import json

from ledger.reports import written
from ledger.reports.months import MOST_LISTED, month_report
from tests.deals.noted import DEAL, DUE, NEXT_DUE, POOL, adjustable, loan, noted


def test_it_says_what_posting_would_do_and_that_it_was_done() -> None:
    with noted() as ledger:
        before = written(month_report(ledger.build_month(DEAL, DUE)), "text")
        assert "new, 0 otherwise than before, 0 no longer" in before
        ledger.post_month(DEAL, DUE).or_raise()
        assert "everything it says stands in the ledger" in written(month_report(ledger.build_month(DEAL, DUE)), "text")


def test_a_reset_is_told_with_its_figure() -> None:
    with noted() as ledger:
        found = json.loads(written(month_report(ledger.build_month(DEAL, NEXT_DUE)), "json"))
        (reset,) = found["resets"]
        assert (reset["loan"], reset["from" if "from" in reset else "on"]) == ("arm", "2024-03-01")
        assert "0.0481" in json.dumps(reset)


def test_amounts_by_loan_are_those_of_the_groups() -> None:
    with noted() as ledger:
        proposal = ledger.build_month(DEAL, DUE)
        found = json.loads(written(month_report(proposal, by_loan=True), "json"))
        dues = [row for row in found["loans"] if row["event_type"] == "scheduled_payment_due"]
        assert len(dues) == sum(row["instalments"] for row in found["groups"]) == len(POOL)


def test_a_long_list_is_left_to_programs() -> None:
    silent = [loan(f"{number}", amortization_type=None) for number in range(MOST_LISTED + 1)]
    with noted([*silent, adjustable("arm")]) as ledger:
        report = month_report(ledger.build_month(DEAL, DUE))
        assert "all of them in --format json" in written(report, "text")
        assert len(json.loads(written(report, "json"))["unbuilt"]) == MOST_LISTED + 1
