"""Delinquency derived from what loans owe: it ages by itself, holds its place, and cures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import pytest

import replay
from ledger import (
    CollectionReceived,
    DealTerms,
    DelinquencyMethod,
    DelinquencySource,
    DelinquencyTerms,
    Event,
    EventReversed,
    InvalidTerms,
    Ledger,
    LoanStatusChanged,
    StatusPrecedence,
)
from tests.deals.pair import DEAL, due, first, month, on, pair_deal, pair_terms, settle, told

OWED = DelinquencySource.WHAT_IS_OWED
PAID_ON = {2: dt.date(2024, 2, 26), 3: dt.date(2024, 3, 25), 4: dt.date(2024, 4, 25), 5: dt.date(2024, 5, 28),
           6: dt.date(2024, 6, 25), 7: dt.date(2024, 7, 25)}  # fmt: skip


def derived(method: DelinquencyMethod = DelinquencyMethod.MBA, **said: Any) -> DealTerms:
    """Return the terms of the pair under which delinquency follows from what is owed."""
    terms = pair_terms(rules=4)
    calendar = attrs.evolve(terms.calendar, delinquency_method=method)
    return attrs.evolve(terms, calendar=calendar, delinquency=DelinquencyTerms(source=OWED, **said))


def cells(ledger: Ledger, number: int) -> dict[str, int]:
    """Return the cells of the table in which there are loans, the same however it is asked."""
    readers = (ledger, ledger.without_snapshots(), Ledger(ledger._store))
    found = [_cells(reader, number) for reader in readers]
    assert found[1:] == found[:-1]
    return found[0]


def _cells(ledger: Ledger, number: int) -> dict[str, int]:
    table = ledger.distribution(DEAL, PAID_ON[number]).delinquency.total
    return {
        f"{category}: {bucket}": int(cell.count.value)
        for category, buckets in table.cells.items()
        for bucket, cell in buckets.items()
        if cell.count.value
    }


def late(number: int, day: str) -> Event:
    return CollectionReceived(
        event_id=f"late/{number}", principal="100.00", interest="750.00", timing="late", due_date=first(number),
        **on(day, loan="2"),
    )  # fmt: skip


def lived(ledger: Ledger, terms: DealTerms, more: Mapping[int, list[Event]], *, through: int = 5) -> dict[int, Any]:
    """Return the cells of every month of a pool whose loan 2 pays nothing but what is given."""
    pair_deal(ledger, terms)
    found = {}
    for number in range(2, through + 1):
        ledger.post_many([*month(number, ["1"]), due(number, "2"), *more.get(number, [])]).or_raise()
        found[number] = _cells(ledger, number) if number < through else cells(ledger, number)
        settle(ledger, PAID_ON[number])
    assert cells(ledger, through) == found[through]
    return found


ONE, TWO, THREE = ({f"delinquent: {bucket}": 1} for bucket in ("1 payment", "2 payments", "3+ payments"))


def test_a_loan_that_pays_nothing_ages_by_itself(ledger: Ledger) -> None:
    assert lived(ledger, derived(), {}) == {2: {}, 3: ONE, 4: TWO, 5: THREE}


def test_by_the_ots_method_it_is_a_month_later(ledger: Ledger) -> None:
    assert lived(ledger, derived(DelinquencyMethod.OTS), {}) == {2: {}, 3: {}, 4: ONE, 5: TWO}


def test_a_loan_that_pays_one_late_holds_its_place_and_one_that_pays_all_cures(ledger: Ledger) -> None:
    pays = {3: [late(2, "2024-03-10")], 4: [late(3, "2024-03-28")], 5: [late(4, "2024-04-20"), late(5, "2024-05-04")]}
    # On 31 March nothing but the instalment of March was missed, and that was paid on the 28th.
    assert lived(ledger, derived(), pays, through=7) == {2: {}, 3: ONE, 4: {}, 5: {}, 6: {}, 7: ONE}


def test_a_short_payment_within_the_tolerance_counts_as_paid(ledger: Ledger) -> None:
    def short(number: int) -> Event:
        return CollectionReceived(
            event_id=f"short/{number}", principal="100.00", interest="740.00", **on(first(number), loan="2")
        )

    pays = {number: [short(number)] for number in range(2, 6)}
    assert lived(ledger, derived(tolerance="10.00"), pays) == {key: {} for key in range(2, 6)}


def test_a_short_payment_beyond_it_is_missed(ledger: Ledger) -> None:
    short = CollectionReceived(event_id="short", principal="100.00", interest="740.00", **on(first(2), loan="2"))
    assert lived(ledger, derived(tolerance="9.99"), {2: [short]}, through=3)[3] == ONE


def status(number: int, word: str, **more: Any) -> Event:
    return LoanStatusChanged(
        event_id=f"status/{number}", status=word, **more, **on(dt.date(2024, number, 20), loan="2")
    )


def test_foreclosure_stands_over_the_bucket_that_is_owed(ledger: Ledger) -> None:
    found = lived(ledger, derived(), {4: [status(4, "foreclosure")], 6: [status(6, "performing")]}, through=7)
    assert found == {2: {}, 3: ONE, 4: {"foreclosure: 2 payments": 1}, 5: {"foreclosure: 3+ payments": 1},
                     6: THREE, 7: THREE}  # fmt: skip


def statuses() -> dict[str, list[Any]]:
    """Return a table of statuses without buckets, long enough to go by columns."""
    return {
        "event_id": [f"status/{number}" for number in range(60)],
        "loan": [str(number % 2 + 1) for number in range(60)],
        "effective_date": [dt.date(2024, 2, 10)] * 60,
        "status": ["foreclosure", "bankruptcy"] * 30,
    }


@pytest.mark.parametrize("precedence", list(StatusPrecedence))
def test_the_terms_say_where_a_loan_stands_that_is_in_both(ledger: Ledger, precedence: StatusPrecedence) -> None:
    said = {3: [status(3, "foreclosure")], 4: [status(4, "bankruptcy")]}
    word = "foreclosure" if precedence is StatusPrecedence.FORECLOSURE else "bankruptcy"
    assert lived(ledger, derived(precedence=precedence), said, through=4)[4] == {f"{word}: 2 payments": 1}


def test_a_stated_bucket_that_differs_is_noted_and_does_not_count(ledger: Ledger) -> None:
    pair_deal(ledger, derived())
    ledger.post_many([*month(2, ["1"]), due(2, "2")]).or_raise()
    settle(ledger, PAID_ON[2])
    ledger.post_many([*month(3, ["1"]), due(3, "2"), status(3, "performing", bucket="3+ payments")]).or_raise()
    assert cells(ledger, 3) == ONE
    codes = {item.code: item.grade.value for item in ledger.readiness(DEAL, PAID_ON[3]).findings}
    assert codes["bucket_unlike_owed"] == "note"
    assert not {"bucket_unlike_paid_to", "delinquency_not_reported"} & codes.keys()


def test_a_payment_that_is_reversed_was_never_made(ledger: Ledger) -> None:
    taken = EventReversed(event_id="x", reverses="late/2", reason="bounced", **on("2024-04-10"))
    pays = {3: [late(2, "2024-03-10")], 4: [late(3, "2024-04-08"), taken]}
    # February is owed again, March is not: with April that makes two.
    assert lived(ledger, derived(), pays, through=5) == {2: {}, 3: ONE, 4: TWO, 5: TWO}


def test_the_default_keeps_the_bucket_that_was_stated(ledger: Ledger) -> None:
    stated = {3: [status(3, "performing", bucket="1 payment")]}
    assert lived(ledger, pair_terms(rules=4), stated) == {2: {}} | dict.fromkeys(range(3, 6), ONE)


def test_a_bucket_may_be_left_out_only_where_it_is_derived(ledger: Ledger) -> None:
    pair_deal(ledger, pair_terms(rules=4))
    assert told(ledger.post(status(3, "foreclosure"))) == ["missing"]
    assert set(told(ledger.post_table(DEAL, [("loan_status_changed", statuses())]))) == {"missing"}


def test_a_table_of_statuses_may_leave_it_out_where_it_is_derived(ledger: Ledger) -> None:
    pair_deal(ledger, derived())
    ledger.post_table(DEAL, [("loan_status_changed", statuses())]).or_raise()
    assert all(getattr(item.event, "bucket", "") is None for item in ledger.events(DEAL, types=["loan_status_changed"]))


def test_how_it_is_counted_is_said_of_derived_delinquency_only() -> None:
    with pytest.raises(InvalidTerms, match="derived"):
        DelinquencyTerms(tolerance="1.00")


def test_a_cell_is_explained_down_to_its_loans_and_their_events(ledger: Ledger) -> None:
    lived(ledger, derived(), {3: [late(2, "2024-03-10")]}, through=4)
    statement = replay.statement(ledger, DEAL, payment_date=PAID_ON[4])
    cell = statement.report.delinquency.total.cell("delinquent", "1 payment").balance
    figure = next(item for item in statement.figures if item.value is cell)
    explained = replay.explain(ledger, statement, figure)
    lines = [step.what for step in explained.steps]
    assert "loan 2" in lines
    assert {"due/3/2"} <= set(explained.event_ids)
    assert "due/3/1" not in explained.event_ids
