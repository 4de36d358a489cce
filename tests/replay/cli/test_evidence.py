"""The commands that make and use evidence, as a shell sees them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Head, Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.cli import main
from replay.evidence.checkpoint import sign_checkpoint
from tests.evidence.damage import opened_up

AT = dt.datetime(2002, 9, 26, 12, tzinfo=dt.UTC)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


def test_a_checkpoint_does_not_make_an_unreadable_bundle_a_matter_of_deals(
    trust: Path, tmp_path: Path, trust_head: Head
) -> None:
    (tmp_path / "c").write_text(sign_checkpoint(DEAL, trust_head, trust / "key", at=AT).to_json())
    (tmp_path / "b.zip").write_bytes(b"PK")
    shown = run("verify", tmp_path / "b.zip", "--checkpoint", tmp_path / "c", "--public-key", trust / "key.pub")
    assert shown.exit_code == 1
    assert "[malformed]" in shown.stdout


def test_a_ledger_without_its_deal_is_not_taken_for_a_bundle(trust: Path) -> None:
    shown = run("verify", trust / "trust.db")
    assert shown.exit_code == 2
    assert "name its DEAL" in shown.stderr


def test_a_trusted_signature_proves_the_end_of_a_bundle(trust: Path) -> None:
    assert "would not show" in run("verify", trust / "signed.zip").stderr
    assert "would not show" not in run("verify", trust / "signed.zip", "--public-key", trust / "key.pub").stderr


def test_head_and_verify(trust: Path, trust_copy: Path, trust_head: Head) -> None:
    shown = run("head", trust / "trust.db", DEAL)
    assert shown.stdout == f"{trust_head.sequence}:{trust_head.hash.hex()}\n"
    sound = run("verify", trust_copy, DEAL, "--head", shown.stdout)
    assert sound.exit_code == 0
    assert "167 events; 1 closed period replayed" in sound.stdout
    assert "would not show" not in sound.stderr
    assert "would not show" in run("verify", trust_copy, DEAL).stderr
    opened_up(trust_copy).execute("DELETE FROM events WHERE sequence > 160")
    cut = run("verify", trust_copy, DEAL, "--head", shown.stdout)
    assert cut.exit_code == 1
    assert "[cut]" in cut.stdout
    opened_up(trust_copy).execute("UPDATE events SET principal = 1")
    changed = run("verify", trust_copy, DEAL)
    assert changed.exit_code == 1
    assert (
        "event 1 (impac-cmb-2002-1/opened), principal: the row has 1, its payload gives 0 [differs]" in changed.stdout
    )
    assert "more (--all lists more)" in changed.stdout
    assert len(run("verify", trust_copy, DEAL, "--all").stdout.splitlines()) > 150


def test_a_head_is_taken_in_every_spelling(trust: Path, trust_head: Head) -> None:
    digest = trust_head.hash.hex()
    for source in ((trust / "trust.db", DEAL), (trust / "trust.zip",)):
        for spelt in (f"167:{digest}", f"167 {digest}", digest):
            found = run("verify", *source, "--head", spelt)
            assert found.exit_code == 0, found.output
            assert "it agrees with the head kept elsewhere, up to event 167" in found.stderr
        other = run("verify", *source, "--head", "0" * 64)
        assert (other.exit_code, "[other_head]" in other.stdout) == (1, True)


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
def test_what_cannot_be_used_exits_with_2_and_says_why(trust: Path, arguments: tuple[str, ...]) -> None:
    given = [str(trust / item[1:-1]) if item.startswith("{") else item for item in arguments]
    shown = run(*given)
    assert shown.exit_code == 2, shown.output
    assert "rror: " in shown.stderr
    assert not (trust / "new.zip").exists()


def test_what_an_import_says_is_of_an_import(trust: Path, tmp_path: Path) -> None:
    held = run("import", trust / "trust.zip", trust / "trust.db")
    assert (held.exit_code, "already; bring it into one that does not" in held.stderr) == (2, True)
    Ledger.create(tmp_path / "new.db").close()
    for name in ("trust.db", "key"):
        other = run("import", trust / name, tmp_path / "new.db")
        assert (other.exit_code, "is no bundle; name a file that `replay export` wrote" in other.stderr) == (2, True)
        assert "restore" not in f"{held.stderr}{other.stderr}"


@pytest.mark.parametrize("place", ["none.db", "sqlite:///none.db"])
def test_who_only_reads_is_told_to_check_the_path(place: str) -> None:
    on = ("--record-date", "2002-08-30")
    for command in (("verify", place, DEAL), ("books", place, DEAL, *on), ("head", place, DEAL)):
        shown = run(*command)
        assert shown.exit_code == 2
        assert "there is no such file; check the path" in shown.stderr
        assert "ledger init" not in shown.stderr


def test_evidence_goes_from_shell_to_shell(trust: Path, tmp_path: Path, trust_head: Head) -> None:
    key, public, bundle, new = tmp_path / "k", tmp_path / "k.pub", tmp_path / "evidence.zip", tmp_path / "new.db"
    assert run("keygen", key).exit_code == 0
    assert run("export", trust / "trust.db", DEAL, bundle, "--key", key).exit_code == 0
    assert run("verify", bundle, "--public-key", public).exit_code == 0
    Ledger.create(new).close()
    assert (
        run("import", bundle, new, "--public-key", public).stdout == f"{trust_head.sequence}:{trust_head.hash.hex()}\n"
    )
    signed = run("sign", new, DEAL, "--key", key)
    (tmp_path / "c").write_text(signed.stdout)
    assert f"{DEAL} 167:" in run("check-signature", tmp_path / "c", "--public-key", public).stdout
    assert run("check-signature", tmp_path / "c", "--public-key", trust / "key.pub").exit_code == 1
    for source in ((bundle,), (new, DEAL), (trust / "trust.db", DEAL)):
        assert run("verify", *source, "--checkpoint", tmp_path / "c", "--public-key", public).exit_code == 0
    (tmp_path / "c").write_text(signed.stdout.replace(DEAL, "another"))
    changed = run("verify", bundle, "--checkpoint", tmp_path / "c", "--public-key", public)
    assert (changed.exit_code, "is not sound" in changed.stdout) == (1, True)
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    assert run("verify", bundle).exit_code == 1


def test_a_checkpoint_of_another_deal_is_not_used(trust: Path, tmp_path: Path, trust_head: Head) -> None:
    made = sign_checkpoint("another", trust_head, trust / "key", at=AT)
    (tmp_path / "c").write_text(made.to_json())
    for source in ((trust / "trust.zip",), (trust / "trust.db", DEAL)):
        shown = run("verify", *source, "--checkpoint", tmp_path / "c", "--public-key", trust / "key.pub")
        assert shown.exit_code == 2
        assert "is a checkpoint of another" in shown.stderr


@pytest.mark.parametrize("name", ["head", "verify", "export", "import", "keygen", "sign", "check-signature"])
def test_help_teaches(name: str) -> None:
    shown = run(name, "--help")
    assert shown.exit_code == 0
    assert len(shown.stdout) > 250
