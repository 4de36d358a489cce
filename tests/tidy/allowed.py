"""What the tidy test lets pass. These lists can only shrink: an entry that is needed no more fails the test."""

from __future__ import annotations

UNTESTED: tuple[str, ...] = ()
"""Modules without a test of their own, under which a golden figure or a property fails instead."""

UNREAD: dict[str, str] = {
    "ledger.events.upcasters.upcaster": "the ladder has no rung yet; its tests put some on",
    "ledger.samples.impac_cmb_2002_1.calibrated.month.post_calibrated_september_2002": "called by who wants the month",
    "ledger.samples.impac_cmb_2002_1.calibrated.tape.calibrated_tape": "called by who wants the tape",
    "ledger.store.database.schema.INSERT_COLUMNS": "the benchmarks write the same columns by other means",
    "ledger.store.database.schema.deal_access": "declared with the other tables; its statements are PostgreSQL's own",
    "replay.portfolio.lines.split_totals": "the totals of one deal on many workers, called from Python",
}
"""Names that no code of the packages reads, and why they stand."""

TWICE: dict[str, str] = {}
"""Classes and functions of one name in two modules, and why."""

SHADOWED: dict[str, str] = {}
"""Modules whose name is also that of something in their package."""

SLICED: tuple[str, ...] = ()
"""Modules that take columns by their place where a name belongs."""
