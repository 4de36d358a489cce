"""A manifest lists every file and its hash, and a damaged one is refused."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger import Ledger, StoredRow
from ledger.errors import StoreUnreadable
from ledger.store.archive.manifest import MANIFEST, manifest_of
from ledger.store.archive.source import ArchiveSource
from ledger.store.archive.writer import seal
from tests.deals.toy import TOY, toy_deal
from tests.ledger.store.archive.sealed import rows_in


def test_the_manifest_lists_every_file_and_its_hash(busy: list[StoredRow], tmp_path: Path) -> None:
    manifest = seal(busy, str(tmp_path), chunk=24)
    raw = (tmp_path / TOY / MANIFEST).read_bytes()
    assert manifest_of(raw) == manifest
    assert raw == json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert (manifest.head.sequence, manifest.head.hash) == (busy[-1].sequence, busy[-1].hash)
    assert manifest.events == len(busy)
    for file in manifest.files:
        content = (tmp_path / TOY / file.name).read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (file.size, file.sha256)
        held = [
            row for row in busy if row.distribution == file.distribution and file.first <= row.sequence <= file.last
        ]
        assert (held[0].sequence, held[-1].sequence, len(held)) == (file.first, file.last, file.count)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[:-1],
        lambda raw: b"[" * 5_000,
        lambda raw: raw.replace(b"indenture-archive/2", b"indenture-archive/9"),
        lambda raw: raw.replace(b'"first":1', b'"first":-1', 1),
        lambda raw: raw.replace(b'"first":1', b'"first":"1"', 1),
        lambda raw: raw.replace(b'"bytes":', b'"bytes":-', 1),
        lambda raw: raw.replace(b"period=00000000/", b"../0000/", 1),
        lambda raw: raw.replace(b'"events":', b'"events": ', 1),
        lambda raw: raw.replace(b'"through":', b'"through":1', 1),
    ],
)
def test_a_damaged_manifest_is_refused(busy: list[StoredRow], tmp_path: Path, damage: Any) -> None:
    seal(busy, str(tmp_path))
    path = tmp_path / TOY / MANIFEST
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StoreUnreadable, match="manifest cannot be read"):
        ArchiveSource(str(tmp_path))


def test_a_manifest_under_another_name_is_refused(busy: list[StoredRow], tmp_path: Path) -> None:
    seal(busy, str(tmp_path))
    (tmp_path / TOY).rename(tmp_path / "other")
    with Ledger.create("sqlite://") as other:
        toy_deal(other, "other")
        with pytest.raises(StoreUnreadable, match="is of the deal 'toy'"):
            seal(rows_in(other, "other"), str(tmp_path))
