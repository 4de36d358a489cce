"""What the tests of sealing share."""

from __future__ import annotations

from pathlib import Path

from ledger import Ledger, StoredRow
from tests.deals.toy import TOY


def rows_in(ledger: Ledger, deal: str = TOY) -> list[StoredRow]:
    """Return the stored rows of a deal."""
    return list(ledger.stored_rows(deal))


def contents(directory: Path) -> dict[str, bytes]:
    """Return every file below a directory."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}
