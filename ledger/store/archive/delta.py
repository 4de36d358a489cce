"""A Delta table log over the files of an archive, so that whatever reads such tables reads the events as one.

::

    DIR/<deal>/_delta_log/00000000000000000000.json

The log names the files of events that the manifest names, where they lie, and copies nothing. The manifest stays what
says which files are the archive; the log follows it, in a version of its own whenever files came. A log that names
other files, or has a size of one that the manifest has not, is told when the archive is verified, for who reads the
table reads what the log names. The format is the open protocol's, reader version 1 and writer version 2: one JSON
object a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from ledger.errors import StoreUnreadable
from ledger.store.archive.format import SCHEMA, ArchiveDirectory, faults_translated, pl
from ledger.store.archive.manifest import Manifest, SealedFile

LOG = "_delta_log"
_VERSION = re.compile(r"(\d{20})\.json", re.ASCII)
_LARGEST = 1 << 28

_KINDS: Mapping[Any, str] = {
    pl.Int64: "long",
    pl.Int32: "integer",
    pl.String: "string",
    pl.Categorical: "string",
    pl.Binary: "binary",
}


def has_delta_log(place: ArchiveDirectory, deal: str) -> bool:
    """Say whether the archive of a deal has a log beside its files."""
    return bool(place.listed(deal, LOG))


def write_delta_log(place: ArchiveDirectory, manifest: Manifest) -> int:
    """Bring the log beside an archive up to its manifest, and return the version that it is at.

    Nothing is written where it names the manifest's files already. Raises
    :class:`~ledger.errors.StoreUnreadable` for a log that cannot be read.
    """
    there = _versions(place, manifest.deal)
    named, wanted = _named(place, manifest.deal, there), {file.name: file for file in manifest.files}
    actions: list[dict[str, Any]] = [] if there else [_protocol(), _described(manifest)]
    stamp = manifest.opened_at // 1000
    for name, size in named.items():
        if name not in wanted or wanted[name].size != size:
            actions.append({"remove": {"path": name, "deletionTimestamp": stamp, "dataChange": True}})
    actions += [_added(file, stamp) for name, file in sorted(wanted.items()) if named.get(name) != file.size]
    if not actions:
        return max(there)
    version = max(there, default=-1) + 1
    lines = (json.dumps(action, ensure_ascii=False, separators=(",", ":")) for action in actions)
    place.publish(manifest.deal, f"{LOG}/{version:020d}.json", "".join(f"{line}\n" for line in lines).encode())
    return version


def delta_faults(place: ArchiveDirectory, manifest: Manifest) -> Iterator[str]:
    """Say where a log beside an archive names other files than its manifest; nothing where there is no log."""
    try:
        there = _versions(place, manifest.deal)
        named = _named(place, manifest.deal, there)
    except StoreUnreadable as fault:
        yield str(fault)
        return
    if not there and not has_delta_log(place, manifest.deal):
        return
    wanted = {file.name: file.size for file in manifest.files}
    for name in sorted(named.keys() | wanted.keys()):
        if named.get(name) != wanted.get(name):
            told = "names no" if name not in named else "names a" if name not in wanted else "has another size of"
            yield f"the Delta log {told} file {name!a}, and the manifest says otherwise: write it anew"


def _versions(place: ArchiveDirectory, deal: str) -> list[int]:
    """Return the versions of the log, which must follow each other, and be all that there is."""
    found = []
    for name in place.listed(deal, LOG):
        match = _VERSION.fullmatch(name)
        if match is None:
            # A checkpoint or a compacted log stands in the place of what is read here, and may say something else.
            raise StoreUnreadable(f"the Delta log of {deal} holds {name!a}, which no sealing writes")
        found.append(int(match[1]))
    if sorted(found) != list(range(len(found))):
        raise StoreUnreadable(f"the Delta log of {deal} lacks a version")
    return sorted(found)


def _named(place: ArchiveDirectory, deal: str, versions: list[int]) -> dict[str, int]:
    """Return the files that the log names, with their sizes."""
    named: dict[str, int] = {}
    for version in versions:
        name = f"{LOG}/{version:020d}.json"
        with faults_translated(name), place.open(deal, name) as opened:
            content = opened.read(_LARGEST)
        try:
            for action in map(json.loads, content.splitlines()):
                if "add" in action:
                    named[str(action["add"]["path"])] = int(action["add"]["size"])
                elif "remove" in action:
                    named.pop(str(action["remove"]["path"]), None)
        except (ValueError, TypeError, KeyError, RecursionError) as fault:
            raise StoreUnreadable(f"{name} of {deal} is no version of a Delta log") from fault
    return named


def _protocol() -> dict[str, Any]:
    return {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}


def _described(manifest: Manifest) -> dict[str, Any]:
    """Return what the table is; its id is made of the deal, so that the same archive has the same log."""
    fields = [{"name": name, "type": _KINDS[kind], "nullable": True, "metadata": {}} for name, kind in SCHEMA.items()]
    digest = sha256(f"indenture-archive {manifest.deal} {manifest.opened_at}".encode()).digest()
    return {
        "metaData": {
            "id": str(UUID(bytes=digest[:16], version=4)),
            "name": manifest.deal,
            "format": {"provider": "parquet", "options": {}},
            "schemaString": json.dumps({"type": "struct", "fields": fields}, separators=(",", ":")),
            "partitionColumns": [],
            "configuration": {"delta.appendOnly": "true"},
            "createdTime": manifest.opened_at // 1000,
        }
    }


def _added(file: SealedFile, stamp: int) -> dict[str, Any]:
    stats = {
        "numRecords": file.count,
        "minValues": {"sequence": file.first, "effective_date": file.dates[0], "distribution": file.distribution},
        "maxValues": {"sequence": file.last, "effective_date": file.dates[1], "distribution": file.distribution},
    }
    return {
        "add": {
            "path": file.name,
            "partitionValues": {},
            "size": file.size,
            "modificationTime": stamp,
            "dataChange": True,
            "stats": json.dumps(stats, separators=(",", ":")),
        }
    }


__all__ = ["LOG", "delta_faults", "has_delta_log", "write_delta_log"]
