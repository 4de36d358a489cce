"""Bundles prove what they hold, and whatever is done to one ends in faults."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import attrs
import pytest
from click.testing import CliRunner
from sqlalchemy import URL

from ledger import Fault, Head, IntegrityFault, Ledger, LedgerError, StoredRow
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.cli import main
from replay.evidence.bundle import BundleFault, export_bundle, import_bundle, verify_bundle
from replay.evidence.bundle_format import line_of, row_of
from replay.evidence.canonical_zip import Malformed, measured, read_members, write_zip
from replay.evidence.checkpoint import SigningFault, generate_key
from replay.evidence.verify import FaultsFound, LogWatch, Verification
from tests.evidence.damage import contents_of, hashed_anew, packed, rearranged, repacked
from tests.toy import TOY, payment_date, toy_deal, toy_month

STATEMENT = "statements/2002-09-25.csv"
MEMBERS = ["manifest.json", "events.jsonl", "terms.json", STATEMENT]


def codes(found: Verification) -> set[str]:
    return {fault.code for fault in found.faults}


def verified(tmp_path: Path, content: bytes, **options: Any) -> Verification:
    path = tmp_path / "given.zip"
    path.write_bytes(content)
    return verify_bundle(path, **options)


def test_a_bundle_is_sound_and_every_zip_program_reads_it(evidence: Path, head: Head) -> None:
    found = verify_bundle(evidence / "trust.zip", head=head)
    assert found.ok
    assert (found.deal, found.events, found.head, found.periods, found.notes) == (DEAL, 167, head, 1, ())
    with zipfile.ZipFile(evidence / "trust.zip") as opened:
        assert opened.testzip() is None
        assert opened.namelist() == MEMBERS
        assert opened.read(STATEMENT) == contents_of(evidence / "trust.zip")[STATEMENT]
        assert len(opened.read("events.jsonl").splitlines()) == 167


def test_the_statement_in_it_is_the_one_that_replay_prints(evidence: Path) -> None:
    arguments = ["statement", str(evidence / "trust.db"), DEAL, "--record-date", "2002-08-30", "--format", "csv"]
    shown = CliRunner().invoke(main, arguments)
    assert contents_of(evidence / "trust.zip")[STATEMENT].decode() == shown.stdout


def test_a_bundle_with_a_deal_beside_it_is_named_as_one(evidence: Path) -> None:
    told = CliRunner().invoke(main, ["verify", str(evidence / "trust.zip"), DEAL])
    assert (told.exit_code, told.stdout) == (2, "")
    assert f"is a bundle, which holds one deal; leave {DEAL} out" in told.stderr


@pytest.mark.parametrize("content", [b"", b"Dear sir\n"])
def test_a_file_that_is_no_bundle_is_not_unsound(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(content)
    told = CliRunner().invoke(main, ["verify", str(tmp_path / "letter.txt")])
    assert (told.exit_code, told.stdout) == (2, "")
    assert "is no bundle" in told.stderr


def test_the_same_log_gives_the_same_bytes(evidence: Path, tmp_path: Path) -> None:
    with Ledger.open(evidence / "trust.db") as ledger:
        export_bundle(ledger, DEAL, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (evidence / "trust.zip").read_bytes()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_an_imported_deal_has_the_same_head_and_statements(
    evidence: Path, tmp_path: Path, head: Head, backend: str, request: pytest.FixtureRequest
) -> None:
    url: Path | URL = tmp_path / "new.db"
    if backend == "postgresql":
        url = request.getfixturevalue("postgres_ledger")
    with Ledger.create(url) as ledger:
        toy_deal(ledger)
        assert import_bundle(evidence / "trust.zip", ledger) == ledger.head(DEAL) == head
        assert ledger.deals() == [TOY, DEAL]
        export_bundle(ledger, DEAL, tmp_path / "back.zip")
        assert (tmp_path / "back.zip").read_bytes() == (evidence / "trust.zip").read_bytes()
        with pytest.raises(LedgerError, match="already"):
            import_bundle(evidence / "trust.zip", ledger)


def test_every_closed_period_has_its_statement(ledger: Ledger, tmp_path: Path) -> None:
    toy_deal(ledger)
    for ordinal in (1, 2, 3):
        toy_month(ledger, ordinal)
    export_bundle(ledger, TOY, tmp_path / "toy.zip")
    assert verify_bundle(tmp_path / "toy.zip").periods == 3
    names = [f"statements/{payment_date(ordinal)}.csv" for ordinal in (1, 2, 3)]
    assert list(contents_of(tmp_path / "toy.zip"))[3:] == names


def test_a_deal_without_a_closed_period_is_a_bundle_too(toy: Ledger, tmp_path: Path) -> None:
    export_bundle(toy, TOY, tmp_path / "toy.zip")
    assert verify_bundle(tmp_path / "toy.zip").ok


def test_nothing_unsound_is_exported_and_nothing_overwritten(
    evidence: Path, tmp_path: Path, rows: list[StoredRow]
) -> None:
    with Ledger.open(evidence / "trust.db") as ledger:
        with pytest.raises(BundleFault, match="exists"):
            export_bundle(ledger, DEAL, evidence / "trust.zip")
        bad = [*rows[:20], rows[20]._replace(loan="x"), *rows[21:]]
        with (
            patch.object(Ledger, "stored_rows", lambda *_, **__: iter(bad)),
            pytest.raises(BundleFault, match="event 21"),
        ):
            export_bundle(ledger, DEAL, tmp_path / "bad.zip")
        with pytest.raises(BundleFault, match="cannot be written"):
            export_bundle(ledger, DEAL, tmp_path / "nowhere" / "bad.zip")
    assert list(tmp_path.iterdir()) == []


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


def test_every_changed_byte_is_found(evidence: Path, tmp_path: Path) -> None:
    change_bytes(evidence / "trust.zip", tmp_path / "changed.zip", 25, seed=1)
    change_bytes(evidence / "signed.zip", tmp_path / "changed.zip", 8, seed=2)
    change_members(evidence / "signed.zip", tmp_path / "changed.zip", 10, seed=3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_changed_byte_is_found_in_thousands(evidence: Path, tmp_path: Path, seed: int) -> None:
    change_bytes(evidence / "signed.zip", tmp_path / "changed.zip", 400, seed)
    change_members(evidence / "signed.zip", tmp_path / "changed.zip", 100, seed)


@pytest.mark.parametrize(("tries", "seed"), [(6, 1), pytest.param(150, 2, marks=pytest.mark.slow)])
def test_events_removed_swapped_or_cut_are_found(
    evidence: Path, tmp_path: Path, head: Head, tries: int, seed: int
) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    contents = contents_of(evidence / "trust.zip")
    lines = contents["events.jsonl"].splitlines(True)
    for made in range(tries):
        told, changed = rearranged(lines, chance)
        content = repacked({**contents, "events.jsonl": b"".join(changed)})
        assert verified(tmp_path, content, head=head).faults, f"seed {seed}, change {made}: {told} was not found"


def test_every_truncation_is_found(evidence: Path, tmp_path: Path) -> None:
    sound = (evidence / "trust.zip").read_bytes()
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


def deflated(contents: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_no_bomb_unfolds(evidence: Path, tmp_path: Path) -> None:
    bomb = deflated({"manifest.json": bytes(300 << 20)})
    assert len(bomb) < 1 << 20
    assert codes(verified(tmp_path, bomb)) == {"malformed"}
    assert codes(verified(tmp_path, deflated(contents_of(evidence / "trust.zip")))) == {"malformed"}
    sound = (evidence / "trust.zip").read_bytes()
    at = sound.index(b"\x01\x00\x10\x00") + 4
    claimed = sound[:at] + (2**63).to_bytes(8, "little") * 2 + sound[at + 16 :]
    assert codes(verified(tmp_path, claimed)) == {"malformed"}
    assert codes(verified(tmp_path, packed({"manifest.json": bytes(17 << 20)}))) == {"malformed"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x", "statements/../x", "a\x00b", "", " "])
def test_names_that_lead_elsewhere_lead_nowhere(evidence: Path, tmp_path: Path, name: str) -> None:
    contents = {**contents_of(evidence / "trust.zip"), name: b"x"}
    assert codes(verified(tmp_path, packed(contents))) == {"extra_member"}
    assert codes(verified(tmp_path, repacked(contents))) >= {"extra_member"}
    assert [path.name for path in tmp_path.iterdir()] == ["given.zip"]


@pytest.mark.parametrize("name", MEMBERS)
def test_a_missing_member_is_found(evidence: Path, tmp_path: Path, name: str) -> None:
    contents = contents_of(evidence / "trust.zip")
    rest = {key: content for key, content in contents.items() if key != name}
    expected = "malformed" if name == "manifest.json" else "missing_member"
    assert expected in codes(verified(tmp_path, packed(rest)))
    if name != "manifest.json":
        assert "missing_member" in codes(verified(tmp_path, repacked(rest)))


def test_members_stand_once_and_in_order(evidence: Path, tmp_path: Path) -> None:
    contents = contents_of(evidence / "trust.zip")
    assert codes(verified(tmp_path, packed(dict(reversed(contents.items()))))) == {"order"}
    out = io.BytesIO()
    write_zip(out, [measured(name, io.BytesIO(contents[name])) for name in (*MEMBERS, "terms.json")])
    assert codes(verified(tmp_path, out.getvalue())) == {"malformed"}
    out.seek(0)
    with pytest.raises(Malformed, match="two members"):
        read_members(out)


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
def test_a_forgery_whose_manifest_fits_is_found(evidence: Path, tmp_path: Path, forgery: str) -> None:
    forge, code = FORGERIES[forgery]
    contents = forge(contents_of(evidence / "trust.zip"))
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
    return {**contents, "manifest.json": text.encode(), "events.jsonl": b"".join(map(line_of, later))}


def test_a_bundle_rewritten_from_end_to_end_shows_against_a_head_or_a_signature(
    evidence: Path, tmp_path: Path, head: Head
) -> None:
    content = repacked(rewritten(contents_of(evidence / "trust.zip")))
    assert verified(tmp_path, content).ok, "nothing inside a bundle can show this"
    assert codes(verified(tmp_path, content, head=head)) == {"rewritten"}
    signed = repacked(rewritten(contents_of(evidence / "signed.zip")))
    assert codes(verified(tmp_path, signed)) == {"bad_signature"}


MANIFESTS = [
    *(b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"format": 1}', b'{"format": "indenture bundle 2"}'),
    b'{"format": "indenture bundle 1", "deal": 1, "events": [], "head": 3, "members": [], "release": ""}',
]


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_a_manifest_that_is_none_is_a_fault(evidence: Path, tmp_path: Path, manifest: bytes) -> None:
    contents = {**contents_of(evidence / "trust.zip"), "manifest.json": manifest}
    assert codes(verified(tmp_path, packed(contents))) == {"malformed"}


def with_manifest(contents: dict[str, bytes], name: str, value: object) -> bytes:
    manifest = {**json.loads(contents["manifest.json"]), name: value}
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return packed({**contents, "manifest.json": text.encode(errors="surrogatepass")})


def test_a_manifest_that_says_something_else_is_a_fault(evidence: Path, tmp_path: Path) -> None:
    contents = contents_of(evidence / "trust.zip")
    assert "other_deal" in codes(verified(tmp_path, with_manifest(contents, "deal", "b")))
    assert codes(verified(tmp_path, with_manifest(contents, "events", 166))) == {"other_head"}
    for name, value in {
        "events": (True, -1, 2**63, 10**400),
        "deal": ("", "x\ny: sound. 167 events", "\x1b[2J", "\ud800", "x" * 121),
        "release": ("", "\x1b[2J", "1\n"),
    }.items():
        for item in value:
            content = with_manifest(contents, name, item)
            assert codes(verified(tmp_path, content)) == {"malformed"}, (name, item)
    listed = json.loads(contents["manifest.json"])["members"]
    without = {name: item for name, item in listed.items() if name != "events.jsonl"}
    assert "missing_member" in codes(verified(tmp_path, with_manifest(contents, "members", without)))
    older = with_manifest({**contents, STATEMENT: contents[STATEMENT] + b"x"}, "release", "0.0.1")
    found = verified(tmp_path, older)
    assert {"changed_member", "other_figures"} == codes(found)
    assert "written by release 0.0.1" in str(found.faults[-1])


def test_a_signature_is_checked_against_the_key_that_is_trusted(evidence: Path, tmp_path: Path) -> None:
    signed, public = evidence / "signed.zip", evidence / "key.pub"
    other = generate_key(tmp_path / "other")
    found = verify_bundle(signed, public_key=public)
    assert found.ok
    assert found.notes == ()
    unasked = verify_bundle(signed)
    assert unasked.ok
    assert "whose key that is was not asked" in unasked.notes[0]
    assert codes(verify_bundle(signed, public_key=other)) == {"other_signer"}
    assert codes(verify_bundle(evidence / "trust.zip", public_key=public)) == {"unsigned"}
    with pytest.raises(SigningFault):
        verify_bundle(signed, public_key=evidence / "trust.db")
    with pytest.raises(SigningFault):
        verify_bundle(signed, public_key=tmp_path / "none")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"[" * 100_000, b'{"public_key": 1, "signature": 2}'])
def test_a_signature_that_is_none_is_a_fault(evidence: Path, tmp_path: Path, content: bytes) -> None:
    contents = {**contents_of(evidence / "signed.zip"), "signature.json": content}
    assert codes(verified(tmp_path, packed(contents))) == {"bad_signature"}


def test_a_signature_has_one_spelling(evidence: Path, tmp_path: Path) -> None:
    contents = contents_of(evidence / "signed.zip")
    held = json.loads(contents["signature.json"])
    for name in ("public_key", "signature"):
        for other in (held[name].upper(), f" {held[name]}", f"{held[name]}\n"):
            text = json.dumps({**held, name: other}, indent=1, sort_keys=True) + "\n"
            changed = {**contents, "signature.json": text.encode()}
            assert codes(verified(tmp_path, packed(changed))) == {"bad_signature"}


def test_a_period_that_replays_to_other_figures_is_not_exported(evidence: Path, tmp_path: Path) -> None:
    other = Fault(167, "", "report_digest", "other_figures", "other figures")

    def found(_ledger: Ledger, _log: LogWatch, findings: FaultsFound) -> int:
        findings.add([other])
        return 0

    with (
        Ledger.open(evidence / "trust.db") as ledger,
        patch("replay.evidence.bundle.check_periods", found),
        pytest.raises(BundleFault, match="other figures"),
    ):
        export_bundle(ledger, DEAL, tmp_path / "bad.zip")


def test_a_bundle_that_changes_between_check_and_import_is_not_imported(evidence: Path, tmp_path: Path) -> None:
    checked = verify_bundle(evidence / "trust.zip")
    shorter = attrs.evolve(checked, events=checked.events - 1)
    with Ledger.create("sqlite://") as ledger, patch("replay.evidence.bundle.check_bundle", return_value=shorter):
        with pytest.raises(IntegrityFault, match="changed while it was read"):
            import_bundle(evidence / "trust.zip", ledger)
        assert ledger.deals() == []


def test_a_signature_of_another_bundle_is_a_fault(evidence: Path, tmp_path: Path, ledger: Ledger) -> None:
    toy_deal(ledger)
    export_bundle(ledger, TOY, tmp_path / "toy.zip", key=evidence / "key")
    stolen = contents_of(tmp_path / "toy.zip")["signature.json"]
    contents = {**contents_of(evidence / "signed.zip"), "signature.json": stolen}
    assert codes(verified(tmp_path, packed(contents), public_key=evidence / "key.pub")) == {"bad_signature"}


def test_without_the_signing_library_a_bundle_is_still_verified(evidence: Path) -> None:
    with patch.dict("sys.modules", {"cryptography.hazmat.primitives.asymmetric.ed25519": None}):
        found = verify_bundle(evidence / "signed.zip")
        assert found.ok
        assert "indenture[signing]" in found.notes[0]
        with pytest.raises(SigningFault, match="signing"):
            verify_bundle(evidence / "signed.zip", public_key=evidence / "key.pub")


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.zip", tmp_path):
        with pytest.raises(BundleFault, match="cannot be read"):
            verify_bundle(path)


def test_files_of_other_kinds_are_faults(evidence: Path, tmp_path: Path) -> None:
    for content in (b"", b"PK", b"\x00" * 100_000, (evidence / "trust.db").read_bytes(), packed({})):
        assert codes(verified(tmp_path, content)) == {"malformed"}
