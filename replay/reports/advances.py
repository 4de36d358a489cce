"""What the servicer advanced and is still owed, as a report."""

from __future__ import annotations

from ledger import Advances
from ledger.reports import DEALS_CURRENCY, Column, ColumnKind, Fact, Prose, Provenance, Report, Table


def _dollars(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind=ColumnKind.MONEY, unit=DEALS_CURRENCY) for name in names)


_ADVANCES = (
    Column("group"),
    Column("loan"),
    Column("month"),
    *_dollars(
        "made",
        "recovered",
        "recovered_from_any_funds",
        "principal",
        "interest",
        "servicing",
        "brought_forward",
        "nonrecoverable",
        "outstanding",
    ),
)
_WITHDRAWALS = (
    Column("group"),
    Column("loan"),
    *_dollars(
        "withdrawn",
        "from_late_collections",
        "late_collections",
        "from_proceeds",
        "proceeds",
        "from_any_funds",
        "declared_nonrecoverable",
        "available",
    ),
    Column("justified", right=True),
)


def advances_report(found: Advances, *, every: bool = False) -> Report:
    """Return what is owed by loan and month (``every`` month, or those not settled), and what was withdrawn for it."""
    rows = [row for row, item in zip(found.rows(), found.balances, strict=True) if every or item.outstanding]
    withdrawals = found.withdrawal_rows()
    return Report(
        title=f"{found.deal}: advances on {found.date}, known through event {found.known_through}",
        provenance=Provenance(deal=found.deal, date=found.date, known_through=found.known_through),
        parts=(
            Fact("outstanding", found.outstanding()),
            Table.of(_ADVANCES, rows, name="advances"),
            Prose(lines=(f"Owed to the servicer: {found.outstanding():,}",)),
            Table.of(
                _WITHDRAWALS,
                withdrawals,
                name="withdrawals",
                caption="Withdrawn to date, and what justifies it",
                shown=None if withdrawals else (),
            ),
        ),
    )
