"""What the gate costs beside reading what it looks at, over a month of fifty thousand loans, a tenth of them behind."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.readiness.loan_month import DUES, FEES, PAYMENTS
from ledger.simulation import Life, LifePlan
from ledger.values.selector import Selector

MOST = 4
"""Times the reading of the pool and of the month's instalments, payments and fees, row by row and nothing else: 2.2."""


def read(ledger: Ledger, deal: str, number: int) -> int:
    """Read what the gate looks at, and do nothing with it."""
    known = ledger.head(deal).sequence
    with ledger._store.reading() as reading:
        key = reading.deal_key(deal)
        pool = reading.pool_columns(key, known_through=known, distribution=number)
        assert pool is not None
        rows = sum(map(len, pool))
        for kind in (DUES, PAYMENTS, FEES):
            wanted = Selector(types=kind.types, first=number, last=number)
            rows += sum(1 for _ in reading.month_columns(key, wanted, kind.columns, known_through=known))
    return rows


@pytest.mark.slow
def test_the_gate_costs_a_stated_multiple_of_reading_what_it_looks_at(tmp_path: Path) -> None:
    life = Life(LifePlan(seed=5, loans=50_000, months=2, name="cost"))
    with Ledger.create(tmp_path / "cost.db") as ledger:
        ledger.open_deal(life.deal, life.terms).or_raise()
        ledger.post_table(life.deal, [(table.type, table.frame()) for table in life.boarding()]).or_raise()
        for number, month in enumerate(islice(life.months(), 2), 1):
            ledger.post_table(life.deal, [(table.type, table.frame()) for table in month.tables]).or_raise()
            if month.corrections:
                ledger.post_many(month.corrections).or_raise()
            if number == 1:
                ledger.close_period(life.deal, month.payment_date).or_raise()
                ledger.distribute(life.deal, month.payment_date).or_raise()
        number = int(f"{month.payment_date:%Y%m%d}")
        spent: dict[str, list[float]] = {"statement": [], "both": [], "read": []}
        for _ in range(3):
            for name, ask in (
                ("statement", lambda: ledger.distribution(life.deal, month.payment_date)),
                ("both", lambda: ledger.readiness(life.deal, month.payment_date)),
                ("read", lambda: read(ledger, life.deal, number)),
            ):
                started = time.process_time()
                answer = ask()
                spent[name].append(time.process_time() - started)
                assert answer
        statement, both, reading = (min(took) for took in spent.values())
        print(f"statement {statement:.2f} s, with the gate {both:.2f} s, reading alone {reading:.2f} s")
        assert both - statement < MOST * reading
