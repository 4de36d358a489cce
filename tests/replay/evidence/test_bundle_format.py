"""A manifest that is none, or says something else than the bundle holds, is a fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evidence.damage import contents_of, packed
from tests.replay.evidence.bundles import STATEMENT, codes, verified

MANIFESTS = [
    *(b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"format": 1}', b'{"format": "indenture bundle 2"}'),
    b'{"format": "indenture bundle 1", "deal": 1, "events": [], "head": 3, "members": [], "release": ""}',
]


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_a_manifest_that_is_none_is_a_fault(trust: Path, tmp_path: Path, manifest: bytes) -> None:
    contents = {**contents_of(trust / "trust.zip"), "manifest.json": manifest}
    assert codes(verified(tmp_path, packed(contents))) == {"malformed"}


def with_manifest(contents: dict[str, bytes], name: str, value: object) -> bytes:
    manifest = {**json.loads(contents["manifest.json"]), name: value}
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return packed({**contents, "manifest.json": text.encode(errors="surrogatepass")})


def test_a_manifest_that_says_something_else_is_a_fault(old_trust: Path, tmp_path: Path) -> None:
    contents = contents_of(old_trust / "trust.zip")
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
    without = {name: item for name, item in listed.items() if not name.startswith("events")}
    assert "missing_member" in codes(verified(tmp_path, with_manifest(contents, "members", without)))
    older = with_manifest({**contents, STATEMENT: contents[STATEMENT] + b"x"}, "release", "0.0.1")
    found = verified(tmp_path, older)
    assert {"changed_member", "other_figures"} == codes(found)
    assert "written by release 0.0.1" in str(found.faults[-1])
