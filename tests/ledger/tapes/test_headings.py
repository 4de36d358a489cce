from __future__ import annotations

import pytest

from ledger.tapes.fields import FIELDS
from ledger.tapes.headings import HEADINGS, WRITTEN_OUT, normal, written_out


def test_headings_are_spelt_as_they_are_compared() -> None:
    assert set(HEADINGS) <= FIELDS
    assert [item for found in HEADINGS.values() for item in found if normal(item) != item] == []


def test_a_heading_says_one_field_however_its_words_are_shortened() -> None:
    said = [name for found in HEADINGS.values() for name in set(map(written_out, found))]
    assert len(said) == len(set(said))
    assert [word for word in WRITTEN_OUT.values() if written_out(word) != word] == []


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Original Amount", "original_balance"),
        ("ORIG_BAL", "original_balance"),
        ("First Pay", "first_due_date"),
        ("FirstPmtDt", "first_due_date"),
        ("Curr Int Rate", "note_rate"),
        ("Rem Term", "remaining_term_months"),
        ("Loan #", "loan"),
        ("Mat. Dt.", "maturity_date"),
        ("Monthly P&I Pmt", "payment"),
    ],
)
def test_headings_of_tapes_are_known(heading: str, field: str) -> None:
    assert [key for key, found in HEADINGS.items() if written_out(heading) in map(written_out, found)] == [field]
