"""Simulated servicing lives: seeded, whole, lawful histories of made-up deals, as columns of events.

For load, for tests and for demonstration. Nothing here is of any real deal: names begin with ``simulated-``, and the
terms say so. Needs numpy and Polars; nothing else of the ledger imports this package.

::

    life = Life(LifePlan(seed=7, loans=5_000, months=360))
    for month in life.months():
        for table in month.tables:
            frame = table.frame()
"""

from __future__ import annotations

from ledger.simulation.batches import post_life
from ledger.simulation.life import Life
from ledger.simulation.plan import LifePlan
from ledger.simulation.tables import FieldKind, LifeTable, SimulatedMonth, TableField, table_fields

__all__ = [
    "FieldKind",
    "Life",
    "LifePlan",
    "LifeTable",
    "SimulatedMonth",
    "TableField",
    "post_life",
    "table_fields",
]
