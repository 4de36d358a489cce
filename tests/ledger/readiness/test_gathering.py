"""However many loans there are, the gate asks the store as often: their number is no factor of its queries."""

from __future__ import annotations

from itertools import islice

from ledger import Ledger
from ledger.readiness.gate import readiness
from ledger.simulation import Life, LifePlan

QUERIES = 85
"""More than a readiness takes today; a query a loan, or one an event, would be far more."""


def test_queries_do_not_grow_with_the_loans() -> None:
    life = Life(LifePlan(seed=2, loans=600, months=2, name="queries"))
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(life.deal, life.terms).or_raise()
        ledger.post_table(life.deal, [(table.type, table.frame()) for table in life.boarding()]).or_raise()
        for number, month in enumerate(islice(life.months(), 2), 1):
            ledger.post_table(life.deal, [(table.type, table.frame()) for table in month.tables]).or_raise()
            if month.corrections:
                ledger.post_many(month.corrections).or_raise()
            if number == 1:
                ledger.close_period(life.deal, month.payment_date).or_raise()
                ledger.distribute(life.deal, month.payment_date).or_raise()
        with ledger._store.reading() as reading:
            readiness(reading, life.deal, month.payment_date)
            assert reading.queries <= QUERIES
