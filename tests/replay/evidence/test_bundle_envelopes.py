"""A bundle carries the envelopes of its log, and brings them back; a bundle of a log without any is as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ledger import Bundle, IntegrityFault, Ledger, StoredBatch
from ledger.evidence.bundles.lines import envelope_of
from replay.evidence.bundle import export_bundle, import_bundle, verify_bundle
from tests.deals.toy import TOY, toy_deal
from tests.evidence.damage import contents_of, packed, repacked
from tests.evidence.enveloped import STATED, enveloped_toy, stated
from tests.evidence.old_bundles import old_bundle
from tests.replay.evidence.bundles import codes, verified


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """The bundle of a deal of which some batches have envelopes."""
    with Ledger.create("sqlite://") as ledger:
        enveloped_toy(ledger)
        export_bundle(ledger, TOY, tmp_path / "toy.zip")
        old_bundle(ledger, TOY, tmp_path / "old.zip")
    return tmp_path / "toy.zip"


def test_envelopes_are_a_member_beside_the_events(exported: Path) -> None:
    contents = contents_of(exported)
    assert list(contents) == ["manifest.json", "events.txt", "envelopes.txt", "waypoints.txt", "terms.json"]
    lines = contents["envelopes.txt"].splitlines(keepends=True)
    assert [envelope_of(line).first_sequence for line in lines] == [1, 14]
    assert b'"envelopes": 2' in contents["manifest.json"]
    assert verify_bundle(exported).ok


def test_a_log_without_envelopes_has_no_member_for_them(toy: Ledger, tmp_path: Path) -> None:
    export_bundle(toy, TOY, tmp_path / "toy.zip")
    contents = contents_of(tmp_path / "toy.zip")
    assert list(contents) == ["manifest.json", "events.txt", "waypoints.txt", "terms.json"]
    assert b'"envelopes": 0' in contents["manifest.json"]


def test_an_imported_deal_has_its_envelopes(exported: Path, either_ledger: Ledger, tmp_path: Path) -> None:
    toy_deal(either_ledger, "other")
    head = import_bundle(exported, either_ledger)
    assert head == either_ledger.head(TOY)
    assert stated(either_ledger) == STATED
    export_bundle(either_ledger, TOY, tmp_path / "back.zip")
    assert (tmp_path / "back.zip").read_bytes() == exported.read_bytes()


def forged(contents: dict[str, bytes], change: str) -> dict[str, bytes]:
    """Return the members of a bundle with its envelopes changed."""
    lines = contents["batches.jsonl"].splitlines(keepends=True)
    first = StoredBatch.of_line(lines[0])
    other = first._replace(actor="somebody else")
    changed = {
        "a word": b"".join([other.to_line(), lines[1]]),
        "a word and the digest": b"".join([other._replace(digest=other.digest_of_words()).to_line(), lines[1]]),
        "one gone": lines[1],
        "one twice": b"".join([*lines, lines[1]]),
        "out of order": b"".join(lines[::-1]),
        "no line": b"".join([*lines, b"{}\n"]),
        "another spelling": b"".join([lines[0].replace(b'":', b'": ', 1), lines[1]]),
        "an endless line": contents["batches.jsonl"] + b"x" * (17 << 20),
    }
    return {**contents, "batches.jsonl": changed[change]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("a word", "envelope"),
        ("a word and the digest", "envelope"),
        ("one gone", "wrong_hash"),
        ("one twice", "envelope"),
        ("out of order", "envelope"),
        ("no line", "unreadable"),
        ("another spelling", "unreadable"),
        ("an endless line", "unreadable"),
    ],
)
def test_a_forged_envelope_is_found_though_the_manifest_fits(
    exported: Path, tmp_path: Path, change: str, code: str
) -> None:
    contents = forged(contents_of(exported.with_name("old.zip")), change)
    assert "changed_member" in codes(verified(tmp_path, packed(contents)))
    found = verified(tmp_path, repacked(contents))
    assert code in codes(found)
    assert code != "envelope" or any(fault.sequence in (1, 14) for fault in found.faults)
    with Ledger.create("sqlite://") as ledger:
        with pytest.raises(IntegrityFault):
            import_bundle(tmp_path / "given.zip", ledger)
        assert ledger.deals() == []


def test_a_missing_or_an_empty_member_is_found(exported: Path, toy: Ledger, tmp_path: Path) -> None:
    contents = contents_of(exported.with_name("old.zip"))
    rest = {name: content for name, content in contents.items() if name != "batches.jsonl"}
    assert "missing_member" in codes(verified(tmp_path, packed(rest)))
    assert codes(verified(tmp_path, repacked(rest))) == {"wrong_hash"}
    old_bundle(toy, TOY, tmp_path / "plain.zip")
    plain = contents_of(tmp_path / "plain.zip")
    assert "extra_member" in codes(verified(tmp_path, packed({**plain, "batches.jsonl": b""})))


def test_envelopes_that_change_between_check_and_import_are_not_imported(exported: Path) -> None:
    read, reads = Bundle.envelopes, []

    def gone(bundle: Bundle, told: Any) -> list[StoredBatch]:
        reads.append(bundle)
        return read(bundle, told) if len(reads) == 1 else []

    with Ledger.create("sqlite://") as ledger, patch.object(Bundle, "envelopes", gone):
        with pytest.raises(IntegrityFault, match="nothing was restored"):
            import_bundle(exported, ledger)
        assert ledger.deals() == []
