"""What columns are called is written as a heading is compared: words of small letters, once each."""

from __future__ import annotations

from ledger.tapes.fields import FIELDS
from ledger.tapes.guess import normal
from ledger.tapes.headings import HEADINGS


def test_headings_are_spelt_as_they_are_compared() -> None:
    assert set(HEADINGS) <= FIELDS
    assert [item for found in HEADINGS.values() for item in found if normal(item) != item] == []
    spoken = [item for found in HEADINGS.values() for item in found]
    assert len(spoken) == len(set(spoken))
