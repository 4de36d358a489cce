"""Lives of several lengths."""

from __future__ import annotations

from ledger.simulation import LifePlan

SHORT = LifePlan(
    seed=1,
    loans=25,
    months=20,
    name="short",
    late_rate=40_000,
    foreclosure_rate=300_000,
    nonrecoverable_rate=60_000,
    correction_rate=25_000,
    recovery_rate=50_000,
)

WHOLE = LifePlan(
    seed=2,
    loans=60,
    months=360,
    name="whole",
    prepayment_rate=45_000,
    late_rate=40_000,
    foreclosure_rate=300_000,
    nonrecoverable_rate=60_000,
    correction_rate=8_000,
)

BIG = LifePlan(seed=3, loans=1_000, months=36, name="big", correction_rate=2_000)
