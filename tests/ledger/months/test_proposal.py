"""A month as it is proposed: what it comes to by group, and the same events one by one and by columns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import pytest

from ledger.months import proposal as module
from ledger.months.gathering import Amounts, Key
from ledger.months.proposal import months_of_groups
from ledger.writing.tables import EventTable
from tests.deals.noted import DEAL, DUE, noted


def test_sums_of_a_group_are_those_of_its_loans() -> None:
    said = {
        Key("scheduled_payment_due", "1", "", 20240201): Amounts(1_000_000, 5_000_000),
        Key("scheduled_payment_due", "2", "", 20240201): Amounts(2_000_000, 7_000_000),
        Key("collection_received", "1", "on time", 20240201): Amounts(1_000_000, 5_000_000),
        Key("instalment_reported_delinquent", "2", "", 20240201): Amounts(2_000_000, 7_000_050, 10),
        Key("advance_made", "2", "", 20240215): Amounts(2_000_000, 6_000_000),
        Key("compensating_interest_paid", "b", "", 20240215): Amounts(interest=50_000),
    }
    one, two = months_of_groups(said, ["a", "b"], {"1": "a", "2": "b"})
    assert (one.instalments, one.as_due, one.missed, one.due_principal) == (1, 1, 0, Decimal("100.00"))
    assert (two.instalments, two.as_due, two.missed, two.advanced) == (1, 0, 1, Decimal("800.00"))
    assert (two.missed_interest, two.compensating_interest) == (Decimal("700.0050"), Decimal("5.00"))


def test_postings_count_what_posting_writes() -> None:
    with noted() as ledger:
        proposal = ledger.build_month(DEAL, DUE)
        assert (
            proposal.postings == len(list(proposal.events())) == len(ledger.post_month(DEAL, DUE).or_raise().event_ids)
        )
        again = ledger.build_month(DEAL, DUE)
        assert (again.postings, list(again.events()), again.parts()) == (0, [], [])


def test_a_proposal_is_short_and_shows_its_groups() -> None:
    with noted() as ledger:
        proposal = ledger.build_month(DEAL, DUE)
    assert repr(proposal).startswith(f"<MonthProposal {DEAL} {DUE}, known through {proposal.known_through}: ")
    assert f"{proposal.postings} events to post" in repr(proposal)
    shown = proposal._repr_html_()
    assert shown.count("<tr>") == 1 + len(proposal.groups)
    for group in proposal.groups:
        assert f"<td>{group.group}</td>" in shown
        assert f"<td>{group.due_interest}</td>" in shown


def test_columns_say_what_the_events_say(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("polars")

    def posted() -> dict[str, Any]:
        with noted() as ledger:
            parts = ledger.build_month(DEAL, DUE).parts()
            assert any(isinstance(part, EventTable) for part in parts) is (vars(module)["COLUMNS_FROM"] == 1)
            ledger.post_month(DEAL, DUE).or_raise()
            return {item.event.event_id: attrs.asdict(item.event) for item in ledger.events(DEAL)}

    single = posted()
    monkeypatch.setattr(module, "COLUMNS_FROM", 1)
    assert posted() == single
