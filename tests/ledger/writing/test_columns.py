"""Posting by columns writes the very rows that posting single events writes, and refuses what that refuses."""

from __future__ import annotations

from array import array
from decimal import Decimal
from typing import Any

import attrs
import polars as pl
import pytest
from freezegun import freeze_time

from ledger import Ledger, PeriodClosed, Refusal, StoredRow
from ledger.simulation import Life, LifePlan
from ledger.store import run_sums
from ledger.writing import admission, columns
from ledger.writing.tables import EventTable
from tests.deals.tables import DUE, LOANS, MOMENT, both_ways, due, received
from tests.deals.toy import TOY, payment_date

PLAN = LifePlan(
    seed=11, loans=40, months=14, name="both-ways", late_rate=60_000, foreclosure_rate=300_000, correction_rate=10_000
)

pytestmark = pytest.mark.usefixtures("by_columns_from_the_first_row")


def test_a_simulated_life_is_stored_alike_both_ways(encoded: list[str]) -> None:
    life = Life(PLAN)
    found: list[list[StoredRow]] = []
    with freeze_time(MOMENT):
        for by_columns in (True, False):
            with Ledger.create("sqlite://") as ledger:
                ledger.open_deal(life.deal, life.terms).or_raise()
                ledger.post_many(event for table in life.boarding() for event in table.events(life.deal)).or_raise()
                for month in life.months():
                    if by_columns:
                        ledger.post_table(life.deal, [(t.type, t.frame()) for t in month.tables]).or_raise()
                    else:
                        ledger.post_many(e for table in month.tables for e in table.events(life.deal)).or_raise()
                    if month.corrections:
                        ledger.post_many(month.corrections).or_raise()
                assert list(ledger.sum_faults(life.deal)) == []
                found.append(list(ledger.stored_rows(life.deal)))
    assert found[0] == found[1]
    assert set(encoded) >= {"scheduled_payment_due", "collection_received", "payoff_collected", "loan_status_changed"}


AMOUNTS = ["0.00", "0.01", "0.0001", "100.10", "100.1010", "100.123", "99.9"]


@pytest.mark.parametrize("written", AMOUNTS)
def test_an_amount_is_written_as_single_events_write_it(written: str, encoded: list[str]) -> None:
    table = due(interest=[Decimal(written)] * len(LOANS))
    assert pl.Decimal in (table["interest"].dtype, type(table["interest"].dtype))
    by_columns, one_by_one = both_ways([("scheduled_payment_due", table)])
    assert by_columns == one_by_one
    assert encoded == ["scheduled_payment_due"]


@pytest.mark.parametrize("rate", ["0.06", "0.0625", "0.0601234567", "0"])
def test_a_rate_is_written_as_single_events_write_it(rate: str) -> None:
    table = pl.DataFrame(
        {
            "event_id": ["c"],
            "effective_date": [DUE],
            "loan": [LOANS[0]],
            "amount": [Decimal("5.00")],
            "servicing_rate": [Decimal(rate)],
            "note_rate": [None],
        }
    )
    by_columns, one_by_one = both_ways([("curtailment_collected", table)])
    assert by_columns == one_by_one


def test_tables_land_in_order_and_together(toy: Ledger) -> None:
    receipt = toy.post_table(TOY, [("scheduled_payment_due", due()), ("collection_received", received())]).or_raise()
    assert receipt.event_ids == tuple(f"{kind}/{loan}" for kind in ("due", "got") for loan in LOANS)
    assert receipt.sequence == toy.head(TOY).sequence
    assert receipt.head_hash == toy.head(TOY).hash.hex()
    assert [row.posts_as for row in toy.stored_rows(TOY)][-1] == "collection_received"


def test_a_short_table_goes_event_by_event(toy: Ledger, encoded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "COLUMNS_FROM", len(LOANS) + 1)
    toy.post_table(TOY, [("scheduled_payment_due", due())]).or_raise()
    assert encoded == []


def test_a_repeated_table_returns_the_first_receipt(toy: Ledger) -> None:
    first = toy.post_table(TOY, [("scheduled_payment_due", due())]).or_raise()
    again = toy.post_table(TOY, [("scheduled_payment_due", due())]).or_raise()
    assert (again.sequence, again.head_hash, again.repeated) == (first.sequence, first.head_hash, len(LOANS))


def test_a_dry_run_writes_nothing(toy: Ledger) -> None:
    before = toy.head(TOY)
    receipt = toy.post_table(TOY, [("scheduled_payment_due", due())], dry_run=True).or_raise()
    assert receipt.recorded_at is None
    assert toy.head(TOY) == before


def test_an_expected_sequence_lets_the_table_land_only_there(toy: Ledger) -> None:
    refusal = toy.post_table(TOY, [("scheduled_payment_due", due())], expected_sequence=1)
    assert isinstance(refusal, Refusal)
    assert refusal.violations[0].code == "stale_sequence"


@pytest.mark.parametrize("size", [1, 3, 4, 1000])
def test_sums_are_those_of_the_events_wherever_a_run_ends(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are cut within tables, between them, and between columns and single events."""
    for module in (admission, run_sums):
        monkeypatch.setattr(module, "RUN_EVENTS", size)
    life = Life(attrs.evolve(PLAN, months=3))
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(life.deal, life.terms).or_raise()
        ledger.post_table(life.deal, [(t.type, t.frame()) for t in life.boarding()]).or_raise()
        for month in life.months():
            ledger.post_table(life.deal, [(t.type, t.frame()) for t in month.tables]).or_raise()
        assert list(ledger.sum_faults(life.deal)) == []


def test_a_table_that_repeats_one_event_posts_the_others(toy: Ledger) -> None:
    toy.post_table(TOY, [("scheduled_payment_due", due().tail(1))]).or_raise()
    receipt = toy.post_table(TOY, [("scheduled_payment_due", due())]).or_raise()
    assert receipt.repeated == 1
    assert toy.head(TOY).sequence == len(list(toy.events(TOY)))


def test_months_posted_by_columns_are_open_until_they_are_closed(toy: Ledger) -> None:
    toy.post_table(TOY, [("scheduled_payment_due", due())]).or_raise()
    second = payment_date(2)
    closing = PeriodClosed(
        event_id="closed", deal=TOY, effective_date=second, distribution_date=second, report_digest=""
    )
    refusal = toy.post(closing)
    assert isinstance(refusal, Refusal)
    assert [v.code for v in refusal.violations] == ["earlier_open"]


def test_tables_of_a_batch_share_the_names_of_their_loans() -> None:
    known: dict[str, str] = {}
    made = [columns.encode(EventTable("scheduled_payment_due", due()), due(), "toy") for _ in range(2)]
    first, second = (columns.share_names(item, known) for item in made if item is not None)
    assert list(first.loans) == list(second.loans) == LOANS
    assert all(one is other for one, other in zip(first.loans, second.loans, strict=True))


@pytest.mark.parametrize(
    ("values", "dtype", "held"),
    [
        ([1, -2, 2**63 - 1], pl.Int64, array("q", [1, -2, 2**63 - 1])),
        ([1, None], pl.Int64, [1, None]),
        ([2**64 - 1], pl.UInt64, [2**64 - 1]),
        ([2**100], pl.Int128, [2**100]),
        (["a"], pl.String, ["a"]),
    ],
)
def test_numbers_are_held_side_by_side_where_all_of_them_fit(
    values: list[Any], dtype: type[pl.DataType], held: object
) -> None:
    found = columns._values(pl.Series(values, dtype=dtype))
    assert (type(found), found) == (type(held), held)
