"""The manifest of an archive: every file and every snapshot that belongs to it, and where its log ends.

What a manifest does not name is no part of the archive. There is one way to write one, so its bytes can be compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import attrs

from ledger.store.rows import Head
from ledger.values.glance import Glanced

FORMAT = "indenture-archive/2"
WITH_BATCHES = "indenture-archive/3"
"""The format of a manifest that names envelopes, which an earlier release would pass over."""

MANIFEST = "manifest.json"

_PERIOD_FILE = re.compile(r"period=(\d{8})/([1-9]\d*)-([1-9]\d*)\.parquet", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@attrs.frozen(kw_only=True)
class SealedFile:
    """One file of an archive, as the manifest lists it.

    ``first`` and ``last`` are sequences, ``dates`` the earliest and latest business date (YYYYMMDD), ``types`` how many
    events post as each type, ``gross`` the largest of the columns' sums of absolute amounts (in their stored units),
    ``size`` is in bytes and ``sha256`` of the whole file.
    """

    distribution: int
    first: int
    last: int
    count: int
    dates: tuple[int, int]
    types: Mapping[str, int] = attrs.field(hash=False)
    gross: int
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """Its place below the deal's directory."""
        return f"period={self.distribution:08d}/{self.first}-{self.last}.parquet"


@attrs.frozen(kw_only=True)
class SealedSnapshot:
    """One snapshot in an archive: of which distribution, through which sequence its facts were known, its version.

    ``size`` is in bytes and ``sha256`` of the whole file.
    """

    distribution: int
    through: int
    version: int
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """Its place below the deal's directory."""
        return f"snapshots/{self.distribution:08d}-{self.through}.v{self.version}"


@attrs.frozen(kw_only=True)
class SealedBatches:
    """The envelopes of one sealing, ``count`` of them: of batches that lie in the events ``first`` to ``last``.

    ``size`` is in bytes and ``sha256`` of the whole file.
    """

    first: int
    last: int
    count: int
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """Its place below the deal's directory."""
        return f"batches/{self.first}-{self.last}.jsonl"


@attrs.frozen(kw_only=True, repr=False)
class Manifest(Glanced):
    """What an archive of a deal holds: every event up to ``head``, in ``files``, and ``snapshots`` of closed periods.

    ``batches`` are the files of the envelopes of its batches, where any has one.
    ``deal_key`` is the key that the deal has in the ledger it was sealed from, ``opened_at`` when its first event was
    recorded, in microseconds since 1970.
    """

    deal: str
    deal_key: int
    opened_at: int
    head: Head
    files: tuple[SealedFile, ...]
    snapshots: tuple[SealedSnapshot, ...] = ()
    batches: tuple[SealedBatches, ...] = ()

    @property
    def events(self) -> int:
        """How many events the archive holds."""
        return sum(file.count for file in self.files)

    def to_bytes(self) -> bytes:
        """Return the manifest as it is stored: canonical JSON and a line end."""
        content: dict[str, object] = {
            "format": WITH_BATCHES if self.batches else FORMAT,
            "deal": self.deal,
            "deal_key": self.deal_key,
            "opened_at": self.opened_at,
            "through": self.head.sequence,
            "head_hash": self.head.hash.hex(),
            "events": self.events,
            "files": [
                {
                    "name": file.name,
                    "bytes": file.size,
                    "sha256": file.sha256,
                    "first": file.first,
                    "last": file.last,
                    "distribution": file.distribution,
                    "count": file.count,
                    "dates": list(file.dates),
                    "types": dict(file.types),
                    "gross": file.gross,
                }
                for file in self.files
            ],
            "snapshots": [
                {
                    "name": kept.name,
                    "bytes": kept.size,
                    "sha256": kept.sha256,
                    "distribution": kept.distribution,
                    "through": kept.through,
                    "version": kept.version,
                }
                for kept in self.snapshots
            ],
        }
        if self.batches:
            content["batches"] = [
                {
                    "name": kept.name,
                    "bytes": kept.size,
                    "sha256": kept.sha256,
                    "first": kept.first,
                    "last": kept.last,
                    "count": kept.count,
                }
                for kept in self.batches
            ]
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def manifest_of(raw: bytes) -> Manifest:
    """Return the manifest in these bytes; raises ValueError for any that :meth:`Manifest.to_bytes` cannot have made."""
    try:
        given: Any = json.loads(raw)
        if given["format"] not in (FORMAT, WITH_BATCHES):
            told = f"its format is {given['format']!a}; this release reads {WITH_BATCHES!r} and {FORMAT!r}"
            raise ValueError(f"{told}: seal the deal anew, into an empty directory")
        found = Manifest(
            deal=_typed(given["deal"], str),
            deal_key=_typed(given["deal_key"], int),
            opened_at=_typed(given["opened_at"], int),
            head=Head(_typed(given["through"], int), bytes.fromhex(given["head_hash"])),
            files=tuple(_file(item) for item in given["files"]),
            snapshots=tuple(_snapshot(item) for item in given["snapshots"]),
            batches=tuple(_batches(item) for item in given.get("batches", ())),
        )
        if found.to_bytes() != raw:
            raise ValueError("it is not the one way to write it")
        if found.events != found.head.sequence or len(found.head.hash) != 32:
            raise ValueError(f"its files hold {found.events} events, its log ends at {found.head.sequence}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise ValueError(f"the manifest cannot be read: {fault}") from fault
    return found


def _file(item: Any) -> SealedFile:
    found = SealedFile(
        distribution=_typed(item["distribution"], int),
        first=_typed(item["first"], int),
        last=_typed(item["last"], int),
        count=_typed(item["count"], int),
        dates=(_typed(item["dates"][0], int), _typed(item["dates"][1], int)),
        types={_typed(name, str): _typed(count, int) for name, count in item["types"].items()},
        gross=_typed(item["gross"], int),
        size=_size(item["bytes"]),
        sha256=_typed(item["sha256"], str),
    )
    if not _PERIOD_FILE.fullmatch(found.name) or not 0 < found.count <= found.last - found.first + 1:
        raise ValueError(f"{found.name!a} is not a file of {found.count} events")
    return found


def _snapshot(item: Any) -> SealedSnapshot:
    found = SealedSnapshot(
        distribution=_typed(item["distribution"], int),
        through=_typed(item["through"], int),
        version=_typed(item["version"], int),
        size=_size(item["bytes"]),
        sha256=_typed(item["sha256"], str),
    )
    if not (0 < found.distribution < 10**8 and found.through > 0 < found.version and _SHA256.fullmatch(found.sha256)):
        raise ValueError(f"{found.name!a} is not a snapshot")
    return found


def _batches(item: Any) -> SealedBatches:
    found = SealedBatches(
        first=_typed(item["first"], int),
        last=_typed(item["last"], int),
        count=_typed(item["count"], int),
        size=_size(item["bytes"]),
        sha256=_typed(item["sha256"], str),
    )
    if not (0 < found.first <= found.last and 0 < found.count <= found.last - found.first + 1):
        raise ValueError(f"{found.name!a} is not a file of {found.count} envelopes")
    if not _SHA256.fullmatch(found.sha256):
        raise ValueError(f"{found.name!a} has no SHA-256")
    return found


def _size(value: Any) -> int:
    size: int = _typed(value, int)
    if size < 0:
        raise ValueError(f"{size} is no number of bytes")
    return size


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{value!a} is not of the kind {kind.__name__}")
    return value


__all__ = [
    "FORMAT",
    "MANIFEST",
    "WITH_BATCHES",
    "Manifest",
    "SealedBatches",
    "SealedFile",
    "SealedSnapshot",
    "manifest_of",
]
