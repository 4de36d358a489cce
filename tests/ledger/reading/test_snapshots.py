"""With a snapshot or without, every figure is the same: for any month, on both clocks, however facts arrive."""

from __future__ import annotations

import datetime as dt
import json
import tracemalloc
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pytest
from sqlalchemy import Select, text

from ledger import (
    CollectionReceived,
    CurtailmentCollected,
    EventReversed,
    Ledger,
    Receipt,
    StoreUnavailable,
)
from ledger.reading.snapshots import MONTHS_APART
from ledger.simulation import Life, LifePlan, post_life
from ledger.values.limits import SNAPSHOT_BYTES
from tests.deals.toy import TOY, payment_date, prior_month, toy_deal, toy_month
from tests.draws import one_in

PLAN = LifePlan(
    seed=5,
    loans=30,
    months=18,
    name="snapshots",
    late_rate=60_000,
    foreclosure_rate=300_000,
    nonrecoverable_rate=50_000,
    correction_rate=15_000,
    recovery_rate=50_000,
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A simulated life, with a snapshot of every month."""
    ledger = Ledger.create(tmp_path_factory.mktemp("lived") / "lived.db")
    post_life(ledger, PLAN)
    return ledger


@pytest.fixture
def toy(either_ledger: Ledger) -> Ledger:
    toy_deal(either_ledger)
    return either_ledger


def kept(ledger: Ledger) -> int:
    """Return how many snapshots there are."""
    with ledger._store._engine.connect() as connection:
        return int(connection.execute(text("SELECT COUNT(*) FROM snapshots")).scalar_one())


def bare(ledger: Ledger) -> Ledger:
    """Return the same ledger, read without snapshots."""
    return Ledger(ledger._store, snapshots=False)


def payment_dates(plan: LifePlan) -> list[dt.date]:
    return [month.payment_date for month in Life(plan).months()]


def test_every_month_is_the_same_with_and_without(lived: Ledger) -> None:
    dates = payment_dates(PLAN)
    assert kept(lived) == len(dates) == PLAN.months
    for day in one_in(6, dates):
        assert lived.distribution(PLAN.deal, day) == bare(lived).distribution(PLAN.deal, day)


def test_every_month_is_the_same_as_it_was_known_then(lived: Ledger) -> None:
    closings = [event.sequence for event in lived.events(PLAN.deal, types=["period_closed"])]
    for day, known in list(zip(payment_dates(PLAN), closings, strict=True))[::6]:
        for through in (known - 1, known, known + 3):
            first = lived.distribution(PLAN.deal, day, known_through=through)
            assert first == bare(lived).distribution(PLAN.deal, day, known_through=through)


def test_snapshots_hold_what_the_events_give(lived: Ledger) -> None:
    assert list(lived.snapshot_faults(PLAN.deal)) == []
    assert lived.rebuild_snapshots(PLAN.deal) == PLAN.months
    assert list(lived.snapshot_faults(PLAN.deal)) == []
    day = payment_dates(PLAN)[-2]
    assert lived.distribution(PLAN.deal, day) == bare(lived).distribution(PLAN.deal, day)


def test_dropping_them_changes_nothing(lived: Ledger) -> None:
    day = payment_dates(PLAN)[-1]
    before = lived.distribution(PLAN.deal, day)
    lived.drop_snapshots(PLAN.deal)
    assert lived.distribution(PLAN.deal, day) == before
    lived.rebuild_snapshots(PLAN.deal)


def back_dated(ordinal: int, month: int) -> CurtailmentCollected:
    """Return a curtailment of an earlier month, posted after the month ``ordinal``."""
    return CurtailmentCollected(
        event_id=f"late/{ordinal}/{month}",
        deal=TOY,
        effective_date=prior_month(month, 15),
        loan="one-1",
        amount="25.00",
        restates=True,
    )


@pytest.mark.parametrize("how_far_back", [0, 1, 5, MONTHS_APART + 2])
def test_back_dated_events_show_with_snapshots_as_without(toy: Ledger, how_far_back: int) -> None:
    months = MONTHS_APART + 3
    for ordinal in range(1, months + 1):
        toy_month(toy, ordinal)
    head = toy.head(TOY).sequence
    then = [toy.distribution(TOY, payment_date(k)) for k in range(1, months + 1)]
    assert isinstance(toy.post(back_dated(months, months - how_far_back)), Receipt)
    for k in range(1, months + 1, 2):
        day = payment_date(k)
        assert toy.distribution(TOY, day) == bare(toy).distribution(TOY, day)
        assert toy.distribution(TOY, day, known_through=head) == then[k - 1]
    changed = toy.distribution(TOY, payment_date(months))
    assert changed.collateral.total.closing_balance.value == then[-1].collateral.total.closing_balance.value - 25


def test_a_reversal_of_what_a_snapshot_holds_is_netted(toy: Ledger) -> None:
    for ordinal in range(1, 4):
        toy_month(toy, ordinal)
    late = back_dated(3, 2)
    toy.post(late).or_raise()
    toy.rebuild_snapshots(TOY)
    back = EventReversed(
        event_id="back", deal=TOY, effective_date=prior_month(2, 16), reverses=late.event_id,
        reason="wrong loan", restates=True,
    )  # fmt: skip
    toy.post(back).or_raise()
    for k in range(1, 4):
        assert toy.distribution(TOY, payment_date(k)) == bare(toy).distribution(TOY, payment_date(k))


def test_an_open_month_builds_on_the_last_snapshot(toy: Ledger) -> None:
    toy_month(toy, 1)
    toy_month(toy, 2, pay=False)
    assert toy.distribution(TOY, payment_date(2)) == bare(toy).distribution(TOY, payment_date(2))
    extra = CollectionReceived(
        event_id="late", deal=TOY, effective_date=payment_date(1), loan="one-2", principal="0.00", interest="1.00",
        timing="late",
    )  # fmt: skip
    toy.post(extra)
    assert toy.distribution(TOY, payment_date(2)) == bare(toy).distribution(TOY, payment_date(2))


def test_a_tampered_snapshot_is_found(toy: Ledger) -> None:
    toy_month(toy, 1)
    with toy._store._engine.begin() as connection:
        connection.execute(text("UPDATE snapshots SET through_sequence = through_sequence - 1"))
    assert len(list(toy.snapshot_faults(TOY))) == 1
    with toy._store._engine.begin() as connection:
        connection.execute(text("UPDATE snapshots SET content = :content"), {"content": b"nonsense"})
    assert len(list(toy.snapshot_faults(TOY))) == 1


def _long_run(size: int) -> bytes:
    made = zlib.compressobj(9)
    return b"".join([made.compress(b" " * (1 << 20)) for _ in range(size)]) + made.flush()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"nonsense", id="no snapshot"),
        pytest.param(zlib.compress(b"[" * 100_000), id="nested"),
        pytest.param(zlib.compress(b"{}")[:-3], id="cut"),
        pytest.param(_long_run(80), id="unfolds past the limit"),
    ],
)
def test_a_snapshot_that_cannot_be_used_is_done_without(
    toy: Ledger, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    toy_month(toy, 1)
    before = toy.distribution(TOY, payment_date(1))
    with toy._store._engine.begin() as connection:
        connection.execute(text("UPDATE snapshots SET content = :content"), {"content": content})
    tracemalloc.start()
    try:
        assert toy.distribution(TOY, payment_date(1)) == before
        assert tracemalloc.get_traced_memory()[1] < SNAPSHOT_BYTES.default * 3
    finally:
        tracemalloc.stop()
    assert "snapshot not used" in caplog.text
    assert len(list(toy.snapshot_faults(TOY))) == 1


def test_the_limit_of_a_snapshot_can_be_set(
    toy: Ledger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    toy_month(toy, 1)
    monkeypatch.setenv(SNAPSHOT_BYTES.name, "10")
    toy.distribution(TOY, payment_date(1))
    assert SNAPSHOT_BYTES.name in caplog.records[-1].__dict__["fault"]


def test_a_few_digits_of_a_snapshot_make_no_huge_number(toy: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    toy_month(toy, 1)
    toy_month(toy, 2)
    before = toy.distribution(TOY, payment_date(2))
    with toy._store._engine.begin() as connection:
        for number, content in connection.execute(text("SELECT distribution, content FROM snapshots")).all():
            held = json.loads(zlib.decompress(content))
            held["paid"] = {"A": ["1e2000000000", "0", "0"]}
            changed = {"content": zlib.compress(json.dumps(held).encode()), "number": number}
            connection.execute(text("UPDATE snapshots SET content = :content WHERE distribution = :number"), changed)
    assert toy.distribution(TOY, payment_date(2)) == before
    assert "snapshot not used" in caplog.text


def test_a_snapshot_that_cannot_be_kept_does_not_undo_the_closing(
    toy: Ledger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(toy._store, "keep_snapshot", full)
    toy_month(toy, 1)
    assert [event.event.effective_date for event in toy.events(TOY, types=["period_closed"])] == [payment_date(1)]
    assert kept(toy) == 0
    assert "snapshot not kept" in caplog.text


def test_a_snapshot_of_another_version_is_passed_over(toy: Ledger) -> None:
    toy_month(toy, 1)
    before = toy.distribution(TOY, payment_date(1))
    with toy._store._engine.begin() as connection:
        connection.execute(text("UPDATE snapshots SET version = 99, content = :content"), {"content": b"unknown"})
    assert toy.distribution(TOY, payment_date(1)) == before


def test_the_cost_of_a_statement_does_not_grow_with_history(lived: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: rows that the database returns for month 9 and for month 18."""
    from ledger.store.database.queries import Reading

    execute, counted = Reading._execute, [0]

    def counting(self: Reading, statement: Select[Any], values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        rows = execute(self, statement, values)
        counted[0] += len(rows)
        return rows

    monkeypatch.setattr(Reading, "_execute", counting)
    dates, found = payment_dates(PLAN), []
    for day in (dates[8], dates[17]):
        counted[0] = 0
        lived.distribution(PLAN.deal, day)
        found.append(counted[0])
    assert found[1] <= found[0] * 2
    assert max(found) < 200


def test_equal_reports_are_compared_in_full(lived: Ledger) -> None:
    """Were reports equal by identity or digest alone, the tests above would prove less."""
    report = lived.distribution(PLAN.deal, payment_dates(PLAN)[0])
    assert attrs.evolve(report, oc_target=None) != report
