"""A manifest has one way to be written, and says nothing that cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.evidence.bundles.manifest import FORMATS, canonical, manifest_of, signed_message
from tests.evidence.damage import contents_of


@pytest.fixture
def raw(trust: Path) -> bytes:
    """The manifest of a bundle."""
    return contents_of(trust / "trust.zip")["manifest.json"]


def test_it_is_read_as_it_was_written(raw: bytes, old_trust: Path) -> None:
    assert manifest_of(raw).to_bytes() == raw
    old = contents_of(old_trust / "trust.zip")["manifest.json"]
    assert manifest_of(old).to_bytes() == old
    assert (manifest_of(raw).version, manifest_of(old).version) == (3, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("events", 0),
        ("events", 166),
        ("events", True),
        ("envelopes", 1),
        ("envelopes", -1),
        ("format", "indenture bundle 4"),
        ("format", FORMATS[1]),
        ("head", {"hash": "00", "sequence": 167}),
        ("deal", ""),
        ("release", "x\n"),
        ("other", 1),
    ],
)
def test_it_says_nothing_that_cannot_be(raw: bytes, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match="the manifest cannot be read"):
        manifest_of(canonical({**json.loads(raw), name: value}))


def test_what_is_signed_names_the_format(raw: bytes) -> None:
    assert signed_message(raw, 3) == b"indenture bundle 3\n" + raw
    assert signed_message(raw, 2) == signed_message(raw, 1) == b"indenture bundle 1\n" + raw
