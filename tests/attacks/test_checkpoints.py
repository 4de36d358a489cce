"""Whatever is changed in what others keep of a ledger changes nothing that it proves, or is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Ledger
from replay.evidence.witness import witness
from tests.attacks.checkpoints import AT, CheckpointSearch, kept_of
from tests.deals.toy import TOY, boarding, toy_terms


@pytest.mark.parametrize(
    ("tries", "seed"),
    [(100, 1), *(pytest.param(2_000, seed, marks=pytest.mark.slow) for seed in range(2, 7))],
)
def test_no_change_alters_what_is_proved_unnamed(tmp_path: Path, tries: int, seed: int) -> None:
    place = tmp_path / "sound"
    place.mkdir()
    with Ledger.create(tmp_path / "trust.db") as ledger:
        for deal in (TOY, "another deal"):
            ledger.open_deal(deal, toy_terms()).or_raise()
        witness(ledger, place / "heads.txt", at=AT)
        ledger.post_many(boarding(loans=("one-1", "two-1"))).or_raise()
        kept_of(ledger, TOY, place)
        assert CheckpointSearch(ledger, place, seed).missed(tries) == []
