"""The archive: a deal's log in Parquet files, what stands where in it, and its manifest.

::

    DIR/<deal>/manifest.json
    DIR/<deal>/period=<YYYYMMDD>/<first>-<last>.parquet
    DIR/<deal>/snapshots/<YYYYMMDD>-<through>.v<version>
    DIR/<deal>/batches/<first>-<last>.jsonl
    DIR/<deal>/_delta_log/<version>.json

``<deal>`` is the deal's name, percent-encoded; a period is a distribution (its payment date, 00000000 for events of
none). The rows of a file are of one distribution and stand in sequence; files of different distributions may overlap in
sequence, and together they hold every event from the first to the head exactly once. A file that the manifest does not
name is no part of the archive: the manifest is published last, so a sealing that broke off changes nothing. Snapshots
have their own module, :mod:`ledger.store.archive.snapshots`, and so have the envelopes of batches, where there are any,
:mod:`ledger.store.archive.envelopes`.

A log of a Delta table is there where it was asked for, :mod:`ledger.store.archive.delta`.

Columns are those of :class:`~ledger.store.rows.StoredRow` without ``deal_key``, which is a database's own number:
amounts in 0.0001 dollar, rates in 10**-10, dates YYYYMMDD, times in microseconds since 1970.

Every file says in its footer what it is: format, deal, distribution, first and last sequence, count, and the head of
the log as far as the sealing had read it (``through``, ``head_hash``) when the file was written.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import attrs

from ledger.errors import StoreError, StoreUnavailable, StoreUnreadable
from ledger.events.base import COMPONENTS, RATES
from ledger.files import sync, write_whole
from ledger.store.archive.manifest import MANIFEST, Manifest, SealedFile, manifest_of
from ledger.store.archive.unfolding import check_unfolding
from ledger.store.rows import StoredRow
from ledger.values.secrets import shown_address, without_passwords

_HAS_LOCKS = find_spec("fcntl") is not None  # there are systems without such locks

try:
    import polars as pl
    from fsspec.core import url_to_fs
except ImportError as missing:
    raise StoreError(f"archives need {missing.name}: pip install 'indenture[archive]'") from missing

ROW_GROUP = 65_536
"""Rows in a row group: the least that a query reads of a file."""

SCHEMA: Mapping[str, Any] = {
    "sequence": pl.Int64,
    "event_id": pl.String,
    "type": pl.Categorical,
    "posts_as": pl.Categorical,
    "effective_date": pl.Int32,
    "distribution": pl.Int32,
    "loan": pl.String,
    "loan_group": pl.Categorical,
    "class_id": pl.Categorical,
    "code": pl.Categorical,
    **dict.fromkeys((*COMPONENTS, *RATES), pl.Int64),
    "reverses": pl.String,
    "recorded_at": pl.Int64,
    "payload": pl.String,
    "hash": pl.Binary,
}
"""The columns of a file, in their order: those of a stored row without the key of the deal.

Text of few values is categorical: a dictionary in the files, and numbers under the hand until a query is answered.
"""

NATIVE = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl")
"""Object stores of which a query fetches only the parts of files that it needs; elsewhere whole files are copied."""

_LARGEST_MANIFEST = 1 << 28


def frame_of(rows: Iterable[StoredRow]) -> pl.DataFrame:
    """Return rows as a frame in the archive's columns."""
    columns = list(zip(*rows, strict=True))[1:] or [()] * len(SCHEMA)
    return pl.DataFrame(
        [
            pl.Series(name, values, pl.String).cast(kind) if kind is pl.Categorical else pl.Series(name, values, kind)
            for (name, kind), values in zip(SCHEMA.items(), columns, strict=True)
        ]
    )


def rows_of(frame: pl.DataFrame, deal_key: int) -> Iterator[StoredRow]:
    """Yield the rows of a frame in the archive's columns."""
    for values in frame.iter_rows():
        yield StoredRow(deal_key, *values)


@attrs.frozen
class Contents:
    """What a manifest says of the rows of a file; see :class:`SealedFile`."""

    distributions: tuple[int, ...]
    first: int
    last: int
    count: int
    dates: tuple[int, int]
    types: Mapping[str, int]
    gross: int

    def sealed(self, distribution: int, content: bytes) -> SealedFile:
        """Return what a manifest lists of a file of these rows, whose bytes are ``content``."""
        return SealedFile(
            distribution=distribution,
            first=self.first,
            last=self.last,
            count=self.count,
            dates=self.dates,
            types=self.types,
            gross=self.gross,
            size=len(content),
            sha256=sha256(content).hexdigest(),
        )


def contents_of(rows: pl.LazyFrame) -> Contents:
    """Return what a manifest says of the rows of a file; of none, or of such as are no events, it raises ValueError."""
    sums = [pl.col(name).cast(pl.Int128).abs().sum() for name in COMPONENTS]
    bounds = rows.select(
        pl.col("sequence").min().alias("first"),
        pl.col("sequence").max().alias("last"),
        pl.len().alias("count"),
        pl.col("effective_date").min().alias("earliest"),
        pl.col("effective_date").max().alias("latest"),
        pl.max_horizontal(sums).alias("gross"),
    )
    types = rows.group_by(pl.col("posts_as").cast(pl.String)).len()
    numbers = rows.select(pl.col("distribution").unique().sort())
    found, counted, distributions = pl.collect_all([bounds, types, numbers], engine="streaming")
    first, last, count, earliest, latest, gross = found.row(0)
    if not count:
        raise ValueError("there are no rows")
    held, held_types = tuple(distributions["distribution"].to_list()), dict(counted.iter_rows())
    if None in (first, earliest, gross, *held, *held_types):
        raise ValueError("a row lacks its sequence, date, distribution or type, or all rows an amount")
    return Contents(held, first, last, count, (earliest, latest), dict(sorted(held_types.items())), gross)


@contextlib.contextmanager
def faults_translated(place: str, *, writing: bool = False) -> Iterator[None]:
    """Turn the faults of files and of Polars into the ledger's own."""
    try:
        yield
    except FileNotFoundError as fault:
        if writing:
            raise StoreUnavailable(f"{place} cannot be written: {fault}; name another directory") from fault
        raise StoreUnreadable(f"{place} lacks a file that its manifest names: {fault}") from fault
    except PermissionError as fault:
        raise StoreUnavailable(f"{place}: permission denied ({fault})") from fault
    except OSError as fault:
        raise StoreUnavailable(f"{place} cannot be read or written: {fault}") from fault
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as fault:
        raise StoreUnreadable(f"{place} is damaged or no archive: {str(fault).splitlines()[0]}") from fault


class ArchiveDirectory:
    """A directory of archives: a path, or an fsspec URL (s3://bucket/archives, memory://archives)."""

    def __init__(self, url: str | os.PathLike[str], storage_options: Mapping[str, Any] | None = None) -> None:
        self.url = os.fspath(url)
        self.shown = shown_address(self.url)
        try:
            self._fs, root = url_to_fs(self.url, **(storage_options or {}))
        except (ImportError, ValueError) as fault:
            raise StoreError(f"{self.shown} cannot be opened: {without_passwords(str(fault))}") from None
        self._root = str(root).rstrip("/")
        protocols = self._fs.protocol
        self._protocol = protocols if isinstance(protocols, str) else str(protocols[0])
        self._local = self._protocol in ("file", "local")
        self._options = dict(storage_options or {})
        self._copies: tempfile.TemporaryDirectory[str] | None = None
        self._copied: dict[str, str] = {}
        self._looked_at: set[tuple[str, int]] = set()
        self._copying = threading.Lock()

    def path(self, deal: str, name: str = "") -> str:
        """Return where a file of a deal's archive stands, in the file system's own words."""
        encoded = quote(deal, safe="")
        if encoded.startswith("."):
            encoded = f"%2E{encoded[1:]}"
        return f"{self._root}/{encoded}/{name}" if name else f"{self._root}/{encoded}"

    def names(self) -> list[str]:
        """Return the names of the deals that have an archive here, sorted; nothing of the archives is read."""
        with faults_translated(self.shown):
            self._fs.invalidate_cache()
            try:
                entries = [str(entry).rstrip("/") for entry in self._fs.ls(self._root or "/", detail=False)]
            except FileNotFoundError:
                return []
            held = [entry for entry in entries if self._fs.exists(f"{entry}/{MANIFEST}")]
        return sorted(unquote(entry.rpartition("/")[2]) for entry in held)

    def manifests(self) -> list[Manifest]:
        """Return the manifest of every archive, in order of the deals' opening."""
        with faults_translated(self.shown):
            self._fs.invalidate_cache()
            try:
                entries = self._fs.ls(self._root or "/", detail=False)
            except FileNotFoundError:
                return []
            names = [f"{str(entry).rstrip('/')}/{MANIFEST}" for entry in entries]
            found = [self._manifest(name) for name in names if self._fs.exists(name)]
        return sorted(found, key=lambda item: (item.deal_key, item.opened_at, item.deal))

    def manifest(self, deal: str) -> Manifest | None:
        """Return the manifest of a deal's archive, or None where there is none."""
        name = self.path(deal, MANIFEST)
        with faults_translated(self.shown):
            self._fs.invalidate_cache()
            found = self._manifest(name) if self._fs.exists(name) else None
        if found is not None and found.deal != deal:
            raise StoreUnreadable(f"{name} is of the deal {found.deal!a}")
        return found

    def _manifest(self, name: str) -> Manifest:
        if self._fs.size(name) > _LARGEST_MANIFEST:
            raise StoreUnreadable(f"{name} is too large for a manifest")
        try:
            return manifest_of(self._fs.cat_file(name))
        except ValueError as fault:
            raise StoreUnreadable(f"{name}: {fault}") from fault

    def listed(self, deal: str, folder: str) -> list[str]:
        """Return the names of what stands in a folder of a deal's archive, sorted; nothing where there is none."""
        with faults_translated(self.shown):
            try:
                entries = self._fs.ls(self.path(deal, folder), detail=False, refresh=True)
            except FileNotFoundError:
                return []
        return sorted(str(entry).rstrip("/").rpartition("/")[2] for entry in entries)

    def open(self, deal: str, name: str) -> Any:
        """Open a file of a deal's archive for reading its bytes."""
        return self._fs.open(self.path(deal, name), "rb")

    def publish(self, deal: str, name: str, content: bytes) -> None:
        """Write a file of a deal's archive, whole or not at all: under another name first, then under its own."""
        path = self.path(deal, name)
        with faults_translated(self.shown, writing=True):
            self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            if not self._local:
                # An object appears whole when its upload ends; renaming it would only copy it.
                self._fs.pipe_file(path, content)
                return
            write_whole(Path(path), content, replace=True)
            sync(Path(path).parent.parent)

    @contextlib.contextmanager
    def sealing(self, deal: str) -> Iterator[None]:
        """Be the only one who seals a deal here; raises :class:`~ledger.errors.StoreUnavailable` where another does.

        Who seals into an object store is held to it by the manifest alone, which is compared before it is published.
        """
        if not self._local or not _HAS_LOCKS:
            yield
            return
        from fcntl import LOCK_EX, LOCK_NB, flock

        with faults_translated(self.url, writing=True):
            os.makedirs(self.path(deal), exist_ok=True)
            handle = os.open(self.path(deal), os.O_RDONLY)
        try:
            try:
                flock(handle, LOCK_EX | LOCK_NB)
            except BlockingIOError as fault:
                raise StoreUnavailable(
                    f"the archive of {deal} in {self.url} is being sealed by another; try again when that is done"
                ) from fault
            except OSError:  # not every file system has such locks
                pass
            yield
        finally:
            os.close(handle)

    def scan(self, deal: str, files: Iterable[SealedFile], *, passing_over: bool = True) -> pl.LazyFrame:
        """Return the rows of some files of a deal's archive; nothing is read before the result is collected.

        A query may pass over rows that the files state to be none that it asks for, unless ``passing_over`` is False.
        """
        paths = [self._checked(deal, file) for file in files]
        return pl.scan_parquet(paths, hive_partitioning=False, glob=False, use_statistics=passing_over)

    def footer(self, deal: str, file: SealedFile) -> dict[str, str]:
        """Return what a file says of itself."""
        return pl.read_parquet_metadata(self._checked(deal, file))

    def _checked(self, deal: str, file: SealedFile) -> str:
        """Return a path that Polars can read a file at, once it is known that it unfolds to no more than it may."""
        path = self.path(deal, file.name)
        with faults_translated(f"{file.name} of {deal}"):
            size = int(self._fs.size(path))
            native = self._protocol in NATIVE and not self._options
            if (path, size) not in self._looked_at:
                # Of a file in an object store only the end is fetched here: its pages are for the query to fetch.
                with self._fs.open(path, "rb") as opened:
                    check_unfolding(opened, size, f"{file.name} of {deal}", pages=not native)
                self._looked_at.add((path, size))
        return self._readable(path)

    def _readable(self, path: str) -> str:
        """Return a path that Polars can read: the file's own, or that of a copy."""
        if self._local:
            return path
        if self._protocol in NATIVE and not self._options:
            return str(self._fs.unstrip_protocol(path))
        with self._copying:
            if path not in self._copied:
                if self._copies is None:
                    self._copies = tempfile.TemporaryDirectory(prefix="indenture-archive-")
                copy = f"{self._copies.name}/{len(self._copied)}.parquet"
                with faults_translated(self.shown):
                    self._fs.get_file(path, copy)
                self._copied[path] = copy
            return self._copied[path]

    def close(self) -> None:
        """Remove the copies of files that were made for reading."""
        if self._copies is not None:
            self._copies.cleanup()
        self._copies, self._copied = None, {}


__all__ = [
    "ROW_GROUP",
    "SCHEMA",
    "ArchiveDirectory",
    "Contents",
    "contents_of",
    "faults_translated",
    "frame_of",
    "pl",
    "rows_of",
]
