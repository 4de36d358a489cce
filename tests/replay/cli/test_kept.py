"""What a verification is given to compare with, wherever it was kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Head
from replay.cli.kept import KeptElsewhere, NotHeld
from replay.evidence.checkpoint import SigningFault, generate_key
from replay.evidence.vouched import VouchedHead, write_vouched
from replay.evidence.witness import Witness

HEAD = Head(3, b"\1" * 32)


def test_all_that_was_kept_of_a_deal_is_compared() -> None:
    held = Witness(heads={"a": [Head(1, bytes(32)), Head(2, bytes(32))], "b": []}, lines=2, chain="", size=1)
    kept = KeptElsewhere(head=HEAD, checkpoint=VouchedHead(deal="a", head=Head(4, bytes(32))), witness=held)
    assert kept
    assert [head.sequence for head in kept.heads_of("a") if isinstance(head, Head)] == [3, 4, 1, 2]
    # A bare head is of whatever deal it is compared with.
    assert kept.heads_of("b") == [HEAD]
    assert kept.of_another("a") == ""
    assert kept.of_another("") == ""
    assert kept.of_another("b") == "the checkpoint is a checkpoint of a, not of b"
    only = KeptElsewhere(head=None, checkpoint=None, witness=held)
    assert only.of_another("b") == "the witness file holds no head of b"
    assert not KeptElsewhere.read(None, None, None, (), (), None)


def test_whoever_vouches_for_a_checkpoint_is_named(tmp_path: Path) -> None:
    write_vouched(tmp_path / "head", VouchedHead(deal="a", head=HEAD))
    public = generate_key(tmp_path / "key")
    with pytest.raises(SigningFault, match="--trust NAME=KEY"):
        KeptElsewhere.read(None, tmp_path / "head", None, (), (), None)
    with pytest.raises(SigningFault, match="takes the place of --head"):
        KeptElsewhere.read(HEAD, tmp_path / "head", public, (), (), None)
    with pytest.raises(NotHeld, match="not signed by the key"):
        KeptElsewhere.read(None, tmp_path / "head", public, (), (), None)
    with pytest.raises(SigningFault, match="must vouch for a --checkpoint"):
        KeptElsewhere.read(None, None, None, (), (tmp_path / "roots",), None)
