"""Posting by columns writes the very rows that posting single events writes, and refuses what that refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import polars as pl
import pytest
from freezegun import freeze_time

from ledger import (
    InvalidArgument,
    InvalidEvent,
    Ledger,
    PayoffCollected,
    PeriodClosed,
    Receipt,
    Refusal,
    StoredRow,
)
from ledger.simulation import Life, LifePlan
from ledger.store import run_sums
from ledger.writing import admission, columns
from ledger.writing import tables as columnar
from tests.deals.toy import LOANS as GROUPS
from tests.deals.toy import TOY, payment_date, toy_deal

# Polars notes what a date is when it first meets one; let that not be under a frozen clock.
pl.DataFrame({"date": [dt.date(2021, 1, 1)]})

LOANS = list(GROUPS)
DUE = dt.date(2021, 1, 1)
MOMENT = dt.datetime(2021, 2, 1, tzinfo=dt.UTC)
PLAN = LifePlan(
    seed=11, loans=40, months=14, name="both-ways", late_rate=60_000, foreclosure_rate=300_000, correction_rate=10_000
)


@pytest.fixture(autouse=True)
def by_columns_from_the_first_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let short tables take the way of long ones."""
    monkeypatch.setattr(columns, "COLUMNS_FROM", 1)


@pytest.fixture
def toy() -> Ledger:
    ledger = Ledger.create("sqlite://")
    toy_deal(ledger)
    return ledger


def due(**changes: Any) -> pl.DataFrame:
    """Return one month's instalments of the toy deal's loans, with some columns changed."""
    columns: dict[str, Any] = {
        "event_id": [f"due/{loan}" for loan in LOANS],
        "effective_date": [DUE] * len(LOANS),
        "loan": list(LOANS),
        "principal": [Decimal("100.00")] * len(LOANS),
        "interest": [Decimal("500.1234")] * len(LOANS),
    }
    return pl.DataFrame(columns | changes)


def received() -> pl.DataFrame:
    """Return the cash of those instalments."""
    return due(event_id=[f"got/{loan}" for loan in LOANS], interest=[Decimal("500.12")] * len(LOANS))


def both_ways(tables: list[tuple[str, pl.DataFrame]]) -> tuple[list[StoredRow], list[StoredRow]]:
    """Return the toy deal's rows after posting tables by columns, and after posting their rows as single events."""
    found: list[list[StoredRow]] = []
    with freeze_time(MOMENT):
        for by_columns in (True, False):
            with Ledger.create("sqlite://") as ledger:
                toy_deal(ledger)
                if by_columns:
                    ledger.post_table(TOY, tables).or_raise()
                else:
                    given = [columnar.EventTable(*table) for table in tables]
                    ledger.post_many(
                        event for table in given for event in columnar.as_events(table, table.frame, TOY)
                    ).or_raise()
                assert list(ledger.sum_faults(TOY)) == []
                found.append(list(ledger.stored_rows(TOY)))
    return found[0], found[1]


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the types of the tables that the columns themselves could post."""
    noted: list[str] = []
    rows = admission.Admitted.rows

    def noting(self: admission.Admitted, *arguments: Any) -> Any:
        noted.append(self.columns.type)
        return rows(self, *arguments)

    monkeypatch.setattr(admission.Admitted, "rows", noting)
    return noted


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


class Arrow:
    """A table of another library, known by the Arrow stream that it gives."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def test_whole_numbers_strings_and_arrow_tables_are_amounts_too() -> None:
    whole = due(principal=[100] * len(LOANS), interest=["500.10"] * len(LOANS))
    assert both_ways([("scheduled_payment_due", whole)])[0] == both_ways([("scheduled_payment_due", whole)])[1]
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        assert isinstance(ledger.post_table(TOY, [("scheduled_payment_due", Arrow(due()))]), Receipt)


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


BAD: dict[str, tuple[Callable[[], pl.DataFrame], str, str]] = {
    "a loan that is not there": (lambda: due(loan=["nobody", *LOANS[1:]]), "loan", "unknown_loan"),
    "more than the balance": (
        lambda: due(principal=[Decimal("999999999.00"), *([Decimal("1.00")] * (len(LOANS) - 1))]),
        "principal",
        "above_balance",
    ),
    "a date after the deal's life": (
        lambda: due(effective_date=[dt.date(2199, 1, 1), *([DUE] * (len(LOANS) - 1))]),
        "effective_date",
        "outside_deal_life",
    ),
    "another loan's group": (lambda: due(group=["two", *list(GROUPS.values())[1:]]), "group", "wrong_group"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_rule_is_refused_by_event_and_field(toy: Ledger, name: str) -> None:
    frame, field, code = BAD[name]
    before = toy.head(TOY)
    refusal = toy.post_table(TOY, [("scheduled_payment_due", frame())])
    assert isinstance(refusal, Refusal)
    assert (refusal.violations[0].event_id, refusal.violations[0].field, refusal.violations[0].code) == (
        f"due/{LOANS[0]}",
        field,
        code,
    )
    assert toy.head(TOY) == before
    toy.post_table(TOY, [("scheduled_payment_due", due())]).or_raise()


UNREADABLE: dict[str, tuple[Callable[[], pl.DataFrame], str, str]] = {
    "floats": (lambda: due(principal=[100.0] * len(LOANS)), "principal", "float_money"),
    "a stranger": (lambda: due().with_columns(pl.lit(1).alias("price")), "price", "unknown_field"),
    "a column missing": (lambda: due().drop("interest"), "interest", "missing"),
    "another deal": (lambda: due(deal=["other"] * len(LOANS)), "deal", "other_deal"),
    "a negative amount": (lambda: due(principal=[Decimal("-1.00")] * len(LOANS)), "principal", "negative"),
    "no identifier": (lambda: due(event_id=["", *LOANS[1:]]), "event_id", "missing"),
    "an amount missing": (lambda: due(principal=[None, *([Decimal("1.00")] * (len(LOANS) - 1))]), "principal", ""),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_table_names_the_column(toy: Ledger, name: str) -> None:
    frame, field, code = UNREADABLE[name]
    with pytest.raises(InvalidEvent) as caught:
        toy.post_table(TOY, [("scheduled_payment_due", frame())])
    assert caught.value.violations[0].field == field
    assert not code or caught.value.violations[0].code == code
    assert toy.head(TOY).sequence == len(list(toy.events(TOY)))


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


def test_a_rate_of_nothing_is_another_than_the_loan_bears(toy: Ledger) -> None:
    table = pl.DataFrame(
        {
            "event_id": ["c"],
            "effective_date": [DUE],
            "loan": [LOANS[0]],
            "amount": [Decimal("5.00")],
            "note_rate": [Decimal("0")],
        }
    )
    refusal = toy.post_table(TOY, [("curtailment_collected", table)])
    assert isinstance(refusal, Refusal)
    assert [(v.field, v.code) for v in refusal.violations] == [("note_rate", "not_the_note_rate")]


def payoffs(count: int = 3, **changes: Any) -> pl.DataFrame:
    """Return the payoffs of the first loans of group one."""
    columns: dict[str, Any] = {
        "event_id": [f"off/{loan}" for loan in LOANS[:count]],
        "effective_date": [DUE - dt.timedelta(days=10)] * count,
        "loan": LOANS[:count],
        "amount": [Decimal("100000.00")] * count,
        "note_rate": [Decimal("0.12")] * count,
    }
    return pl.DataFrame(columns | changes)


def group_payoff(amount: str, loan_count: int) -> PayoffCollected:
    """Return the payoff of loans of group one that are not named."""
    return PayoffCollected(
        event_id="group", deal=TOY, effective_date=DUE - dt.timedelta(days=10), group="one", amount=amount,
        note_rate="0.12", loan_count=loan_count,
    )  # fmt: skip


POOL: dict[str, tuple[pl.DataFrame, PayoffCollected | None, list[tuple[str, str, str]]]] = {
    "more loans than a loan stands for": (
        payoffs(loan_count=[1, 3, 1]),
        None,
        [("off/one-2", "loan_count", "above_count")],
    ),
    "more than the group has left": (
        payoffs(),
        group_payoff("350000.00", 1),
        [("off/one-3", "amount", "above_balance")],
    ),
    "more loans than the group has left": (
        payoffs(),
        group_payoff("1.00", 4),
        [("off/one-3", "loan_count", "above_count")],
    ),
    "a note rate in per cent": (
        payoffs(note_rate=[Decimal("0.12"), Decimal("12"), Decimal("0.12")]),
        None,
        [("off/one-2", "note_rate", "out_of_range")],
    ),
    "a servicing rate in per cent": (
        payoffs(servicing_rate=[Decimal("0.12"), Decimal("0.12"), Decimal("1.01")]),
        None,
        [("off/one-3", "servicing_rate", "out_of_range")],
    ),
}


@pytest.mark.parametrize("name", POOL)
def test_columns_take_no_more_off_a_pool_than_single_events_do(name: str, encoded: list[str]) -> None:
    frame, first, expected = POOL[name]
    for by_columns in (True, False):
        with Ledger.create("sqlite://") as ledger:
            toy_deal(ledger)
            if first is not None:
                ledger.post(first).or_raise()
            table = columnar.EventTable("payoff_collected", frame)
            refusal = (
                ledger.post_table(TOY, [table])
                if by_columns
                else ledger.post_many(columnar.as_events(table, columnar.as_frame(table, TOY), TOY))
            )
            assert isinstance(refusal, Refusal)
            assert [(v.event_id, v.field, v.code) for v in refusal.violations] == expected
    assert encoded == []


def test_columns_take_all_that_a_group_has(toy: Ledger, encoded: list[str]) -> None:
    toy.post(group_payoff("300000.00", 3)).or_raise()
    toy.post_table(TOY, [("payoff_collected", payoffs())]).or_raise()
    assert encoded == ["payoff_collected"]


def test_months_posted_by_columns_are_open_until_they_are_closed(toy: Ledger) -> None:
    toy.post_table(TOY, [("scheduled_payment_due", due())]).or_raise()
    second = payment_date(2)
    closing = PeriodClosed(
        event_id="closed", deal=TOY, effective_date=second, distribution_date=second, report_digest=""
    )
    refusal = toy.post(closing)
    assert isinstance(refusal, Refusal)
    assert [v.code for v in refusal.violations] == ["earlier_open"]


def test_an_empty_group_is_no_group(toy: Ledger) -> None:
    with pytest.raises(InvalidEvent) as caught:
        toy.post_table(TOY, [("scheduled_payment_due", due(group=[""] * len(LOANS)))])
    assert caught.value.violations[0].field == "group"


def test_fractions_of_a_cent_are_no_cash(toy: Ledger) -> None:
    with pytest.raises(InvalidEvent, match="whole cents"):
        toy.post_table(TOY, [("collection_received", due(interest=[Decimal("0.001")] * len(LOANS)))])


def test_what_is_no_table_is_refused_with_what_to_hand_in(toy: Ledger) -> None:
    for frame, code, part in ((due().lazy(), "not_collected", "call its collect()"), (5, "not_a_table", "int is no")):
        with pytest.raises(InvalidEvent) as caught:
            toy.post_table(TOY, [("scheduled_payment_due", frame)])
        [violation] = caught.value.violations
        assert (violation.field, violation.code) == ("frame", code)
        assert part in violation.message
    for tables in ([due()], ["scheduled_payment_due"]):
        with pytest.raises(InvalidArgument, match="tables: must be pairs of an event type and a table"):
            toy.post_table(TOY, tables)  # type: ignore[arg-type]


def test_nothing_to_post_is_refused(toy: Ledger) -> None:
    assert isinstance(toy.post_table(TOY, []), Refusal)
    assert isinstance(toy.post_table(TOY, [("scheduled_payment_due", due().head(0))]), Refusal)
