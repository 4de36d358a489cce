"""Checkpoints, and the commands that make and use evidence, as a shell sees them."""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from ledger import Head, Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.cli import main
from replay.evidence.checkpoint import (
    SigningFault,
    check_checkpoint,
    generate_key,
    read_checkpoint,
    sign_checkpoint,
    sign_head,
)
from tests.evidence.damage import opened_up

AT = dt.datetime(2002, 9, 26, 12, tzinfo=dt.UTC)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


def test_a_checkpoint_vouches_for_deal_sequence_hash_and_time(evidence: Path, tmp_path: Path, head: Head) -> None:
    with Ledger.open(evidence / "trust.db") as ledger:
        made = sign_head(ledger, DEAL, evidence / "key", at=AT)
    assert made == sign_checkpoint(DEAL, head, evidence / "key", at=AT.astimezone(dt.timezone(dt.timedelta(hours=5))))
    (tmp_path / "c").write_text(made.to_json())
    read = read_checkpoint(tmp_path / "c")
    assert read == made
    assert read.signed_at == "2002-09-26T12:00:00Z"
    assert check_checkpoint(read, evidence / "key.pub")
    assert not check_checkpoint(read, generate_key(tmp_path / "other"))
    for changed in (
        attrs.evolve(read, deal="another"),
        attrs.evolve(read, head=Head(166, head.hash)),
        attrs.evolve(read, head=Head(167, bytes(32))),
        attrs.evolve(read, signed_at="2002-09-27T12:00:00Z"),
        attrs.evolve(read, signature="00" * 64),
        attrs.evolve(read, signature="x"),
        attrs.evolve(read, public_key="00" * 32),
    ):
        assert not check_checkpoint(changed, evidence / "key.pub")


def test_a_checkpoint_does_not_make_an_unreadable_bundle_a_matter_of_deals(
    evidence: Path, tmp_path: Path, head: Head
) -> None:
    (tmp_path / "c").write_text(sign_checkpoint(DEAL, head, evidence / "key", at=AT).to_json())
    (tmp_path / "b.zip").write_bytes(b"PK")
    shown = run("verify", tmp_path / "b.zip", "--checkpoint", tmp_path / "c", "--public-key", evidence / "key.pub")
    assert shown.exit_code == 1
    assert "[malformed]" in shown.stdout


def test_a_key_that_is_not_there_is_named_as_such(evidence: Path, tmp_path: Path, head: Head) -> None:
    with pytest.raises(SigningFault, match="cannot be read"):
        sign_checkpoint(DEAL, head, tmp_path / "none", at=AT)


def test_a_ledger_without_its_deal_is_not_taken_for_a_bundle(evidence: Path) -> None:
    shown = run("verify", evidence / "trust.db")
    assert shown.exit_code == 2
    assert "name its DEAL" in shown.stderr


def test_a_trusted_signature_proves_the_end_of_a_bundle(evidence: Path) -> None:
    assert "would not show" in run("verify", evidence / "signed.zip").stderr
    assert "would not show" not in run("verify", evidence / "signed.zip", "--public-key", evidence / "key.pub").stderr


def test_a_time_without_a_zone_is_refused(evidence: Path, head: Head) -> None:
    with pytest.raises(SigningFault, match="time zone"):
        sign_checkpoint(DEAL, head, evidence / "key", at=dt.datetime(2002, 9, 26))


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
    evidence: Path, tmp_path: Path, head: Head, name: str, value: object
) -> None:
    fields = json.loads(sign_checkpoint(DEAL, head, evidence / "key", at=AT).to_json())
    (tmp_path / "c").write_text(json.dumps({**fields, name: value}))
    with pytest.raises(SigningFault, match="holds no checkpoint"):
        read_checkpoint(tmp_path / "c")


def test_keys_of_other_kinds_are_refused(evidence: Path, tmp_path: Path, head: Head) -> None:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    other = X25519PrivateKey.generate()
    (tmp_path / "k").write_bytes(other.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    public = other.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "k.pub").write_bytes(public)
    for key in (tmp_path / "k", evidence / "key.pub", tmp_path / "none"):
        with pytest.raises(SigningFault):
            sign_checkpoint(DEAL, head, key, at=AT)
    made = sign_checkpoint(DEAL, head, evidence / "key", at=AT)
    for key in (tmp_path / "k.pub", evidence / "key", tmp_path / "none"):
        with pytest.raises(SigningFault):
            check_checkpoint(made, key)


def test_head_and_verify(evidence: Path, copy: Path, head: Head) -> None:
    shown = run("head", evidence / "trust.db", DEAL)
    assert shown.stdout == f"{head.sequence} {head.hash.hex()}\n"
    sound = run("verify", copy, DEAL, "--head", shown.stdout)
    assert sound.exit_code == 0
    assert "167 events; 1 closed period replayed" in sound.stdout
    assert "would not show" not in sound.stderr
    assert "would not show" in run("verify", copy, DEAL).stderr
    opened_up(copy).execute("DELETE FROM events WHERE sequence > 160")
    cut = run("verify", copy, DEAL, "--head", shown.stdout)
    assert cut.exit_code == 1
    assert "[cut]" in cut.stdout
    opened_up(copy).execute("UPDATE events SET principal = 1")
    changed = run("verify", copy, DEAL)
    assert changed.exit_code == 1
    assert (
        "event 1 (impac-cmb-2002-1/opened), principal: the row has 1, its payload gives 0 [differs]" in changed.stdout
    )
    assert "more (--all lists more)" in changed.stdout
    assert len(run("verify", copy, DEAL, "--all").stdout.splitlines()) > 150


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "none.zip"),
        ("verify", "none.db", DEAL),
        ("verify", "{trust.db}", "another"),
        ("verify", "{trust.db}", DEAL, "--head", "x"),
        ("verify", "{trust.db}", DEAL, "--public-key", "{key.pub}"),
        ("verify", "{trust.db}", DEAL, "--checkpoint", "{key}"),
        ("verify", "{trust.db}", DEAL, "--checkpoint", "{key}", "--public-key", "{key.pub}"),
        ("head", "{trust.db}", "another"),
        ("export", "{trust.db}", DEAL, "{trust.zip}"),
        ("export", "{trust.db}", DEAL, "{new.zip}", "--key", "{key.pub}"),
        ("import", "{trust.zip}", "{trust.db}"),
        ("import", "{key}", "{trust.db}"),
        ("keygen", "{key}"),
        ("sign", "{trust.db}", DEAL, "--key", "{key.pub}"),
        ("check-signature", "{key}", "--public-key", "{key.pub}"),
    ],
)
def test_what_cannot_be_used_exits_with_2_and_says_why(evidence: Path, arguments: tuple[str, ...]) -> None:
    given = [str(evidence / item[1:-1]) if item.startswith("{") else item for item in arguments]
    shown = run(*given)
    assert shown.exit_code == 2, shown.output
    assert "rror: " in shown.stderr
    assert not (evidence / "new.zip").exists()


def test_evidence_goes_from_shell_to_shell(evidence: Path, tmp_path: Path, head: Head) -> None:
    key, public, bundle, new = tmp_path / "k", tmp_path / "k.pub", tmp_path / "evidence.zip", tmp_path / "new.db"
    assert run("keygen", key).exit_code == 0
    assert run("export", evidence / "trust.db", DEAL, bundle, "--key", key).exit_code == 0
    assert run("verify", bundle, "--public-key", public).exit_code == 0
    Ledger.create(new).close()
    assert run("import", bundle, new, "--public-key", public).stdout == f"{head.sequence} {head.hash.hex()}\n"
    signed = run("sign", new, DEAL, "--key", key)
    (tmp_path / "c").write_text(signed.stdout)
    assert f"{DEAL} 167:" in run("check-signature", tmp_path / "c", "--public-key", public).stdout
    assert run("check-signature", tmp_path / "c", "--public-key", evidence / "key.pub").exit_code == 1
    for source in ((bundle,), (new, DEAL), (evidence / "trust.db", DEAL)):
        assert run("verify", *source, "--checkpoint", tmp_path / "c", "--public-key", public).exit_code == 0
    (tmp_path / "c").write_text(signed.stdout.replace(DEAL, "another"))
    assert run("verify", bundle, "--checkpoint", tmp_path / "c", "--public-key", public).exit_code == 2
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    assert run("verify", bundle).exit_code == 1


def test_a_checkpoint_of_another_deal_is_not_used(evidence: Path, tmp_path: Path, head: Head) -> None:
    made = sign_checkpoint("another", head, evidence / "key", at=AT)
    (tmp_path / "c").write_text(made.to_json())
    for source in ((evidence / "trust.zip",), (evidence / "trust.db", DEAL)):
        shown = run("verify", *source, "--checkpoint", tmp_path / "c", "--public-key", evidence / "key.pub")
        assert shown.exit_code == 2
        assert "is a checkpoint of another" in shown.stderr


@pytest.mark.parametrize("name", ["head", "verify", "export", "import", "keygen", "sign", "check-signature"])
def test_help_teaches(name: str) -> None:
    shown = run(name, "--help")
    assert shown.exit_code == 0
    assert len(shown.stdout) > 250
