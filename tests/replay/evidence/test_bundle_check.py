"""Whatever is done to a bundle of whole rows, as older releases wrote them, ends in faults."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from ledger import Head, IntegrityFault, Ledger
from ledger.evidence.bundles.lines import row_line, row_of
from replay.evidence.bundle import import_bundle, verify_bundle
from replay.evidence.checkpoint import SigningFault, generate_key
from tests.deals.toy import TOY, toy_deal
from tests.draws import draws
from tests.evidence.damage import contents_of, hashed_anew, packed, rearranged, repacked
from tests.evidence.old_bundles import old_bundle
from tests.replay.evidence.bundles import OLD_MEMBERS, STATEMENT, codes, verified


def change_bytes(path: Path, copy: Path, changes: int, seed: int) -> None:
    print(f"seed {seed}")
    sound = path.read_bytes()
    chance = random.Random(seed)
    for made in range(changes):
        content = bytearray(sound)
        # Half of the changes go where the little things are: headers, the manifest, the directory.
        at = chance.choice((chance.randrange(len(sound)), chance.randrange(1_200), -chance.randrange(1, 600)))
        content[at] ^= chance.randrange(1, 256)
        copy.write_bytes(bytes(content))
        assert verify_bundle(copy).faults, f"seed {seed}, change {made}: byte {at} was not found"


def change_members(path: Path, copy: Path, changes: int, seed: int) -> None:
    """Change single bytes of members and make all checksums fit again, as whoever holds no key can."""
    print(f"seed {seed}")
    sound = contents_of(path)
    chance = random.Random(seed)
    for made in range(changes):
        name = chance.choice(list(sound))
        content = bytearray(sound[name])
        at = chance.randrange(len(content))
        content[at] ^= chance.randrange(1, 256)
        contents = {**sound, name: bytes(content)}
        copy.write_bytes(packed(contents) if name in SEALED else repacked(unsigned(contents)))
        assert verify_bundle(copy).faults, f"seed {seed}, change {made}: byte {at} of {name} was not found"


SEALED = ("manifest.json", "signature.json")
"""What only a signature vouches for: a manifest names the release that wrote it, which nothing else shows."""


def unsigned(contents: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in contents.items() if name != "signature.json"}


def test_every_changed_byte_is_found(old_trust: Path, tmp_path: Path) -> None:
    change_bytes(old_trust / "trust.zip", tmp_path / "changed.zip", draws(10), seed=1)
    change_bytes(old_trust / "signed.zip", tmp_path / "changed.zip", draws(4), seed=2)
    change_members(old_trust / "signed.zip", tmp_path / "changed.zip", draws(5), seed=3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_changed_byte_is_found_in_thousands(old_trust: Path, tmp_path: Path, seed: int) -> None:
    change_bytes(old_trust / "signed.zip", tmp_path / "changed.zip", 400, seed)
    change_members(old_trust / "signed.zip", tmp_path / "changed.zip", 100, seed)


@pytest.mark.parametrize(("tries", "seed"), [(6, 1), pytest.param(150, 2, marks=pytest.mark.slow)])
def test_events_removed_swapped_or_cut_are_found(
    old_trust: Path, tmp_path: Path, trust_head: Head, tries: int, seed: int
) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    contents = contents_of(old_trust / "trust.zip")
    lines = contents["events.jsonl"].splitlines(True)
    for made in range(tries):
        told, changed = rearranged(lines, chance)
        content = repacked({**contents, "events.jsonl": b"".join(changed)})
        assert verified(tmp_path, content, head=trust_head).faults, f"seed {seed}, change {made}: {told} was not found"


def test_every_truncation_is_found(old_trust: Path, tmp_path: Path) -> None:
    sound = (old_trust / "trust.zip").read_bytes()
    chance = random.Random(3)
    for length in (
        0,
        1,
        29,
        30,
        60,
        len(sound) - 1,
        len(sound) - 22,
        *(chance.randrange(len(sound)) for _ in range(40)),
    ):
        assert codes(verified(tmp_path, sound[:length])) == {"malformed"}
    assert codes(verified(tmp_path, sound + b"\x00")) == {"malformed"}
    assert codes(verified(tmp_path, b"\x00" + sound)) == {"malformed"}


@pytest.mark.parametrize("name", OLD_MEMBERS)
def test_a_missing_member_is_found(old_trust: Path, tmp_path: Path, name: str) -> None:
    contents = contents_of(old_trust / "trust.zip")
    rest = {key: content for key, content in contents.items() if key != name}
    expected = "malformed" if name == "manifest.json" else "missing_member"
    assert expected in codes(verified(tmp_path, packed(rest)))
    if name != "manifest.json":
        assert "missing_member" in codes(verified(tmp_path, repacked(rest)))


def edited(name: str, change: Callable[[bytes], bytes]) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda contents: {**contents, name: change(contents[name])}


FORGERIES = {
    "a figure of a statement": (edited(STATEMENT, lambda text: text.replace(b"7", b"8", 1)), "other_figures"),
    "a term": (edited("terms.json", lambda text: text.replace(b"0", b"1", 1)), "other_terms"),
    "a statement of no period": (lambda held: {**held, "statements/2002-10-25.csv": held[STATEMENT]}, "extra_member"),
    "a line that is none": (edited("events.jsonl", lambda text: text + b"{}\n"), "unreadable"),
    "a line that never ends": (edited("events.jsonl", lambda text: text + b"x" * (17 << 20)), "unreadable"),
    "deeply nested lines": (edited("events.jsonl", lambda text: text + b"[" * 100_000 + b"\n"), "unreadable"),
    "two thousand empty lines": (edited("events.jsonl", lambda text: text + b"\n" * 2_000), "unreadable"),
    "no events": (edited("events.jsonl", lambda text: b""), "not_restorable"),
    "an amount": (edited("events.jsonl", lambda text: text.replace(b'"principal":0', b'"principal":1', 1)), "differs"),
    "a removed event": (edited("events.jsonl", lambda text: b"".join(text.splitlines(True)[1:])), "gap"),
    "a cut tail": (edited("events.jsonl", lambda text: b"".join(text.splitlines(True)[:-9])), "other_head"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_whose_manifest_fits_is_found(old_trust: Path, tmp_path: Path, forgery: str) -> None:
    forge, code = FORGERIES[forgery]
    contents = forge(contents_of(old_trust / "trust.zip"))
    assert "changed_member" in codes(verified(tmp_path, packed(contents))) or forgery == "a statement of no period"
    found = verified(tmp_path, repacked(contents))
    assert code in codes(found)
    with Ledger.create("sqlite://") as ledger:
        with pytest.raises(IntegrityFault):
            import_bundle(tmp_path / "given.zip", ledger)
        assert ledger.deals() == []


def rewritten(contents: dict[str, bytes]) -> dict[str, bytes]:
    rows = [row_of(line) for line in contents["events.jsonl"].splitlines(True)]
    later = hashed_anew([*rows[:-1], rows[-1]._replace(recorded_at=rows[-1].recorded_at + 1)])
    manifest = json.loads(contents["manifest.json"])
    manifest["head"]["hash"] = later[-1].hash.hex()
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return {**contents, "manifest.json": text.encode(), "events.jsonl": b"".join(map(row_line, later))}


def test_a_bundle_rewritten_from_end_to_end_shows_against_a_head_or_a_signature(
    old_trust: Path, tmp_path: Path, trust_head: Head
) -> None:
    content = repacked(rewritten(contents_of(old_trust / "trust.zip")))
    assert verified(tmp_path, content).ok, "nothing inside a bundle can show this"
    assert codes(verified(tmp_path, content, head=trust_head)) == {"rewritten"}
    signed = repacked(rewritten(contents_of(old_trust / "signed.zip")))
    assert codes(verified(tmp_path, signed)) == {"bad_signature"}


def test_a_signature_is_checked_against_the_key_that_is_trusted(old_trust: Path, tmp_path: Path) -> None:
    signed, public = old_trust / "signed.zip", old_trust / "key.pub"
    other = generate_key(tmp_path / "other")
    found = verify_bundle(signed, public_key=public)
    assert found.ok
    assert found.notes == ()
    unasked = verify_bundle(signed)
    assert unasked.ok
    assert "whose key that is was not asked" in unasked.notes[0]
    assert codes(verify_bundle(signed, public_key=other)) == {"other_signer"}
    assert codes(verify_bundle(old_trust / "trust.zip", public_key=public)) == {"unsigned"}
    with pytest.raises(SigningFault):
        verify_bundle(signed, public_key=old_trust / "trust.db")
    with pytest.raises(SigningFault):
        verify_bundle(signed, public_key=tmp_path / "none")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"[" * 100_000, b'{"public_key": 1, "signature": 2}'])
def test_a_signature_that_is_none_is_a_fault(old_trust: Path, tmp_path: Path, content: bytes) -> None:
    contents = {**contents_of(old_trust / "signed.zip"), "signature.json": content}
    assert codes(verified(tmp_path, packed(contents))) == {"bad_signature"}


def test_a_signature_has_one_spelling(old_trust: Path, tmp_path: Path) -> None:
    contents = contents_of(old_trust / "signed.zip")
    held = json.loads(contents["signature.json"])
    for name in ("public_key", "signature"):
        for other in (held[name].upper(), f" {held[name]}", f"{held[name]}\n"):
            text = json.dumps({**held, name: other}, indent=1, sort_keys=True) + "\n"
            changed = {**contents, "signature.json": text.encode()}
            assert codes(verified(tmp_path, packed(changed))) == {"bad_signature"}


def test_a_signature_of_another_bundle_is_a_fault(old_trust: Path, tmp_path: Path, ledger: Ledger) -> None:
    toy_deal(ledger)
    old_bundle(ledger, TOY, tmp_path / "toy.zip", key=old_trust / "key")
    stolen = contents_of(tmp_path / "toy.zip")["signature.json"]
    contents = {**contents_of(old_trust / "signed.zip"), "signature.json": stolen}
    assert codes(verified(tmp_path, packed(contents), public_key=old_trust / "key.pub")) == {"bad_signature"}


def test_without_the_signing_library_a_bundle_is_still_verified(old_trust: Path) -> None:
    with patch.dict("sys.modules", {"cryptography.hazmat.primitives.asymmetric.ed25519": None}):
        found = verify_bundle(old_trust / "signed.zip")
        assert found.ok
        assert "indenture[signing]" in found.notes[0]
        with pytest.raises(SigningFault, match="signing"):
            verify_bundle(old_trust / "signed.zip", public_key=old_trust / "key.pub")
