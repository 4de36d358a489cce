"""The books on a business date, as a report."""

from __future__ import annotations

from ledger import Books
from ledger.reports import Column, ColumnKind, Provenance, Report, Spelling, Table

_COLUMNS = (
    Column("account"),
    Column("title", heading="account"),
    Column("kind", heading="side"),
    Column("key", heading="of"),
    Column("balance", kind=ColumnKind.AMOUNT4, unit="dollars", spelling=Spelling.ACCOUNTING),
    Column("origin"),
)


def books_report(found: Books) -> Report:
    """Return the balance of every account, class, advance and fee."""
    shown = ("title", "key", "balance", "kind", "origin")
    return Report(
        title=f"{found.deal}: books on {found.date}, known through event {found.known_through}",
        provenance=Provenance(deal=found.deal, date=found.date, known_through=found.known_through),
        parts=(Table.of(_COLUMNS, found.rows(), name="balances", shown=shown),),
    )
