"""The store names the loans whose month did not come in, and nobody else."""

from __future__ import annotations

from ledger import EventReversed, Ledger
from tests.deals.pair import DEAL, due, month, on, paid, pair_deal

NUMBER = 20240226


def test_only_loans_are_named_whose_month_did_not_come_in(either_ledger: Ledger) -> None:
    pair_deal(either_ledger)
    either_ledger.post_many([*month(2, ["1"]), due(2, "2")]).or_raise()
    either_ledger.post(paid(2, "2", "700.00")).or_raise()
    with either_ledger._store.reading() as reading:
        found = reading.unpaid_loans(reading.deal_key(DEAL), known_through=2**62, distribution=NUMBER, cent=100)
        assert [(*item,) for item in found] == [
            ("2", "one", 20240201, 20240201, 1_000_000, 7_500_000, 1_000_000, 7_000_000)
        ]
        asked = {"known_through": 2**62, "distribution": NUMBER, "cent": 100}
        assert reading.unpaid_loans(reading.deal_key(DEAL), effective_through=20240131, **asked) == []


def test_reversals_are_told_with_what_they_void(either_ledger: Ledger) -> None:
    pair_deal(either_ledger)
    either_ledger.post_many(month(2)).or_raise()
    either_ledger.post(EventReversed(event_id="x", reverses="paid/2/2", reason="error", **on("2024-02-02"))).or_raise()
    with either_ledger._store.reading() as reading:
        key = reading.deal_key(DEAL)
        found = reading.reversals(key, known_through=2**62, first=0, last=NUMBER)
        assert found == [("x", "paid/2/2", "2", "collection_received", NUMBER)]
        unpaid = reading.unpaid_loans(key, known_through=2**62, distribution=NUMBER, cent=100)
        assert [item.loan for item in unpaid] == ["2"]
