"""The words of terms are each one thing, and are written as statements and documents write them."""

from __future__ import annotations

from enum import StrEnum

import pytest

from ledger.deal import vocabulary
from ledger.deal.vocabulary import FeeBasis

KINDS = [kind for kind in vars(vocabulary).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not StrEnum], ids=lambda kind: kind.__name__)
def test_words_are_told_apart_and_plain(kind: type[StrEnum]) -> None:
    words = [word.value for word in kind]
    assert len(words) == len(set(words)) == len(kind.__members__)
    assert all(word == word.strip() and "_" not in word and word for word in words)


def test_what_is_posted_is_charged_by_nobody_else() -> None:
    assert [basis for basis in FeeBasis if basis.is_posted] == [FeeBasis.POSTED, FeeBasis.LOAN_PREMIUMS]
