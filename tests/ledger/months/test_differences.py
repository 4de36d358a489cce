"""A month is corrected by what came after it: it ends as one that was built after all of it, in one batch."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from ledger import AsOf, CurtailmentCollected, Event, InstalmentReportedDelinquent, Ledger, LoanRateChanged
from ledger.months.differences import KINDS, differences_of
from ledger.months.gathering import Amounts, Built, Key, Own
from tests.deals.noted import DEAL, DUE, PAID, noted

LATER: dict[str, Event] = {
    "missed": InstalmentReportedDelinquent(
        event_id="missed", deal=DEAL, effective_date=DUE, loan="level", principal="199.10", interest="1000.00",
        due_date=DUE,
    ),
    "ahead": CurtailmentCollected(
        event_id="ahead", deal=DEAL, effective_date="2024-01-10", loan="arm", amount="900.00"
    ),
    "rate": LoanRateChanged(event_id="rate", deal=DEAL, effective_date="2024-01-10", loan="short", note_rate="0.05"),
}  # fmt: skip


def sums(ledger: Ledger) -> Counter[tuple[str, str, str]]:
    """Return what stands of every type by loan: principal, interest and amounts together."""
    found: Counter[tuple[str, str, str]] = Counter()
    standing: dict[str, Any] = {}
    for item in ledger.events(DEAL):
        event: Any = item.event
        voided = getattr(event, "reverses", None) or getattr(event, "corrects", None)
        if voided is not None:
            standing.pop(voided)
        elif event.name in KINDS:
            standing[event.event_id] = event
    for event in standing.values():
        for name in ("principal", "interest", "amount", "servicing_fee", "note_rate", "payment"):
            value = getattr(event, name, None)
            if value:
                found[event.name, event.loan or event.group, name] += int(value * 10**10)
    return found


@pytest.mark.parametrize("names", [["missed"], ["ahead"], ["rate"], ["missed", "ahead", "rate"]], ids=str)
def test_what_came_after_leaves_the_same_sums_as_what_came_before(names: list[str]) -> None:
    with noted() as before, noted() as after:
        after.post_month(DEAL, DUE).or_raise()
        for ledger in (before, after):
            ledger.post_many([LATER[name] for name in names]).or_raise()
        head = after.head(DEAL).sequence
        receipt = after.post_month(DEAL, DUE).or_raise()
        before.post_month(DEAL, DUE).or_raise()
        # A curtailment leaves the instalment of its month as it is, so there is nothing to post.
        batches = {item.recorded_at for item in after.events(DEAL) if item.sequence > head}
        assert len(batches) == (names != ["ahead"])
        assert bool(receipt.event_ids) is (names != ["ahead"])
        assert sums(before) == sums(after)
        for day in (DUE, dt.date(2024, 2, 15), PAID):
            cash = after.books(DEAL, AsOf(record_date=day)).balance("collection_account").value
            assert cash >= 0
            assert cash == before.books(DEAL, AsOf(record_date=day)).balance("collection_account").value


def test_what_stands_already_is_not_said_again_nor_what_somebody_took_back() -> None:
    one, two, three, four = (Key("scheduled_payment_due", name, "", 20240201) for name in "1234")
    built = Built(
        standing={one: Own("a", Amounts(1)), two: Own("b", Amounts(2)), four: Own("d", Amounts(4))}, refused={three}
    )
    found = differences_of({one: Amounts(1), two: Amounts(5), three: Amounts(3)}, built)
    assert found.new == ()
    assert [(item.own.event_id, item.amounts) for item in found.corrected] == [("b", Amounts(5))]
    assert [own.event_id for _, own in found.withdrawn] == ["d"]
    assert not differences_of({one: Amounts(1)}, Built(standing={one: Own("a", Amounts(1))}))


def test_ids_say_what_they_are_of_and_how_often_it_was_said() -> None:
    with noted() as ledger:
        ledger.post_month(DEAL, DUE).or_raise()
        ledger.post(LATER["ahead"]).or_raise()
        ledger.post(LATER["rate"]).or_raise()
        ledger.post_month(DEAL, DUE).or_raise()
        ids = {item.event.event_id for item in ledger.events(DEAL)}
        assert {
            "noted/month/2024-02-26/due/short", "noted/month/2024-02-26/due/short/rebuilt",
            "noted/month/2024-02-26/due#2/short", "noted/month/2024-02-26/built#2",
        } <= ids  # fmt: skip
