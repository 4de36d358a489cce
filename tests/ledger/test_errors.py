"""Every fault of a ledger is one of its errors."""

from __future__ import annotations

from ledger import LedgerError, LedgerNotFound, StoreError, StoreUnavailable, StoreUnreadable


def test_every_fault_shares_one_root() -> None:
    for kind in (StoreError, StoreUnreadable, StoreUnavailable, LedgerNotFound):
        assert issubclass(kind, LedgerError)
