"""An archive has one form: no bombs, no names that lead elsewhere, members once and in order."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from ledger.evidence.bundles.canonical_zip import Malformed, deflated, read_members, write_zip
from tests.evidence.damage import contents_of, packed, repacked
from tests.replay.evidence.bundles import MEMBERS, codes, verified


def by_zipfile(contents: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_no_bomb_unfolds(trust: Path, tmp_path: Path) -> None:
    bomb = by_zipfile({"manifest.json": bytes(300 << 20)})
    assert len(bomb) < 1 << 20
    assert codes(verified(tmp_path, bomb)) == {"malformed"}
    assert codes(verified(tmp_path, by_zipfile(contents_of(trust / "trust.zip")))) == {"malformed"}
    sound = (trust / "trust.zip").read_bytes()
    at = sound.index(b"\x01\x00\x10\x00") + 4
    claimed = sound[:at] + (2**63).to_bytes(8, "little") * 2 + sound[at + 16 :]
    assert codes(verified(tmp_path, claimed)) == {"malformed"}
    assert codes(verified(tmp_path, packed({"manifest.json": bytes(17 << 20)}))) == {"malformed"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x", "statements/../x", "a\x00b", "", " "])
def test_names_that_lead_elsewhere_lead_nowhere(trust: Path, tmp_path: Path, name: str) -> None:
    contents = {**contents_of(trust / "trust.zip"), name: b"x"}
    assert codes(verified(tmp_path, packed(contents))) == {"extra_member"}
    assert codes(verified(tmp_path, repacked(contents))) >= {"extra_member"}
    assert [path.name for path in tmp_path.iterdir()] == ["given.zip"]


def test_members_stand_once_and_in_order(trust: Path, tmp_path: Path) -> None:
    contents = contents_of(trust / "trust.zip")
    assert codes(verified(tmp_path, packed(dict(reversed(contents.items()))))) == {"order"}
    out = io.BytesIO()
    write_zip(out, [deflated(name, io.BytesIO(), contents[name]) for name in (*MEMBERS, "terms.json")])
    assert codes(verified(tmp_path, out.getvalue())) == {"malformed"}
    out.seek(0)
    with pytest.raises(Malformed, match="two members"):
        read_members(out)


def test_files_of_other_kinds_are_faults(trust: Path, tmp_path: Path) -> None:
    for content in (b"", b"PK", b"\x00" * 100_000, (trust / "trust.db").read_bytes(), packed({})):
        assert codes(verified(tmp_path, content)) == {"malformed"}
