"""A busy log to seal."""

from __future__ import annotations

import pytest

from ledger import Ledger, StoredRow
from tests.deals.busy import busy_toy
from tests.ledger.store.archive.sealed import rows_in


@pytest.fixture
def busy(ledger: Ledger) -> list[StoredRow]:
    """The rows of the busy toy deal."""
    busy_toy(ledger)
    return rows_in(ledger)
