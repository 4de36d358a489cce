"""Checkpoints vouch for a deal's head and time, and keys are their owners' alone."""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path

import attrs
import pytest

from ledger import Head, Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.evidence.checkpoint import (
    Checkpoint,
    SigningFault,
    generate_key,
    read_checkpoint,
    sign_checkpoint,
    sign_head,
)
from replay.evidence.vouched import check_vouched, trusted_signer, vouched_by_one

AT = dt.datetime(2002, 9, 26, 12, tzinfo=dt.UTC)


def is_by(checkpoint: Checkpoint, public_key: Path) -> bool:
    return bool(check_vouched(vouched_by_one(checkpoint), [trusted_signer(str(public_key))]))


def test_a_checkpoint_vouches_for_deal_sequence_hash_and_time(trust: Path, tmp_path: Path, trust_head: Head) -> None:
    with Ledger.open(trust / "trust.db") as ledger:
        made = sign_head(ledger, DEAL, trust / "key", at=AT)
    assert made == sign_checkpoint(
        DEAL, trust_head, trust / "key", at=AT.astimezone(dt.timezone(dt.timedelta(hours=5)))
    )
    (tmp_path / "c").write_text(made.to_json())
    read = read_checkpoint(tmp_path / "c")
    assert read == made
    assert read.signed_at == "2002-09-26T12:00:00Z"
    assert is_by(read, trust / "key.pub")
    assert not is_by(read, generate_key(tmp_path / "other"))
    for changed in (
        attrs.evolve(read, deal="another"),
        attrs.evolve(read, head=Head(166, trust_head.hash)),
        attrs.evolve(read, head=Head(167, bytes(32))),
        attrs.evolve(read, signed_at="2002-09-27T12:00:00Z"),
        attrs.evolve(read, signature="00" * 64),
        attrs.evolve(read, signature="x"),
        attrs.evolve(read, public_key="00" * 32),
    ):
        assert not is_by(changed, trust / "key.pub")


def test_a_key_that_is_not_there_is_named_as_such(trust: Path, tmp_path: Path, trust_head: Head) -> None:
    with pytest.raises(SigningFault, match="cannot be read"):
        sign_checkpoint(DEAL, trust_head, tmp_path / "none", at=AT)


def test_a_time_without_a_zone_is_refused(trust: Path, trust_head: Head) -> None:
    with pytest.raises(SigningFault, match="time zone"):
        sign_checkpoint(DEAL, trust_head, trust / "key", at=dt.datetime(2002, 9, 26))


def test_a_key_is_its_owners_alone_and_never_overwritten(tmp_path: Path) -> None:
    generate_key(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    with pytest.raises(SigningFault, match="exists"):
        generate_key(tmp_path / "key")
    with pytest.raises(SigningFault, match="cannot be written"):
        generate_key(tmp_path / "none" / "key")


@pytest.mark.parametrize("content", ["", "{}", "[]", "[" * 100_000, "x", '{"format": "indenture checkpoint 1"}'])
def test_what_is_no_checkpoint(tmp_path: Path, content: str) -> None:
    (tmp_path / "c").write_text(content)
    with pytest.raises(SigningFault, match="holds no checkpoint"):
        read_checkpoint(tmp_path / "c")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("sequence", -1), ("sequence", "1"), ("hash", "00"), ("deal", 1), ("deal", "a\nb"), ("deal", "\ud800")),
        *(("deal", ""), ("signed_at", ""), ("signed_at", "2002-09-26"), ("signed_at", "2002-9-6T12:00:00Z\n")),
    ],
)
def test_a_checkpoint_with_a_field_of_another_kind(
    trust: Path, tmp_path: Path, trust_head: Head, name: str, value: object
) -> None:
    fields = json.loads(sign_checkpoint(DEAL, trust_head, trust / "key", at=AT).to_json())
    (tmp_path / "c").write_text(json.dumps({**fields, name: value}))
    with pytest.raises(SigningFault, match="holds no checkpoint"):
        read_checkpoint(tmp_path / "c")


def test_keys_of_other_kinds_are_refused(trust: Path, tmp_path: Path, trust_head: Head) -> None:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    other = X25519PrivateKey.generate()
    (tmp_path / "k").write_bytes(other.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    public = other.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "k.pub").write_bytes(public)
    for key in (tmp_path / "k", trust / "key.pub", tmp_path / "none"):
        with pytest.raises(SigningFault):
            sign_checkpoint(DEAL, trust_head, key, at=AT)
    made = sign_checkpoint(DEAL, trust_head, trust / "key", at=AT)
    for key in (tmp_path / "k.pub", trust / "key", tmp_path / "none"):
        with pytest.raises(SigningFault):
            is_by(made, key)
