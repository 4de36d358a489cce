"""A search for changes to an archive that alter an answer and are not named.

Most are made by somebody who knows what an archive is: files are written anew with another value, row or column, their
footers and the manifest made to fit; or what the manifest, a footer or its statistics say is a lie.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import shutil
import zlib
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import polars as pl

import replay
from ledger import AsOf, Head, Ledger, LedgerError
from ledger.events.base import COMPONENTS
from ledger.evidence.archives import verify_archive
from ledger.store.archive.format import ROW_GROUP, contents_of
from ledger.store.archive.manifest import MANIFEST, Manifest, SealedBatches, SealedFile, SealedSnapshot, manifest_of
from ledger.store.batches import StoredBatch
from tests.attacks.search import Change, Search, is_named, other_byte, other_value, with_another_word

Sealed = SealedFile | SealedSnapshot | SealedBatches

_ASKED = ("effective_date", "posts_as", "distribution", "loan", "sequence", "code", *COMPONENTS)
"""Columns that queries lean on."""

_TOLD = ("first", "last", "count", "dates", "types", "gross")
"""What a manifest says of the rows of a file."""


class ArchiveSearch(Search):
    """A sound archive in a directory, and the changes that are tried on copies of it."""

    impossible = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OverflowError)

    def __init__(self, directory: Path, deal: str, record_dates: tuple[str, ...], seed: int) -> None:
        super().__init__(seed)
        self._sound, self._deal, self._dates = directory, deal, record_dates
        self._copy = directory.with_name("changed")
        with Ledger.open(f"archive:{directory}") as ledger:
            self._head = ledger.head(deal)
        self._before = told_by(f"archive:{directory}", deal, record_dates)
        assert not is_named(f"archive:{directory}", deal, self._head), "the archive is sound to begin with"
        self.changes = CHANGES

    def copied(self) -> Path:
        """Return the directory of the deal in a copy of the archive."""
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._sound, self._copy)
        return self._copy / self._deal

    def altered(self, path: Path) -> str:
        """Say what the archive answers otherwise unless it is named; of those that are named some are read as well."""
        address = f"archive:{self._copy}"
        try:
            first = next(verify_archive(self._copy, self._deal, head=self._head), None)
        except LedgerError:
            return ""
        # The quicker of the two verifications stops at its first fault; the other one is what the commands make.
        if first is not None and self._chance.random() < 0.9:
            return ""
        named = is_named(address, self._deal, self._head)
        try:
            after = told_by(address, self._deal, self._dates)
        except LedgerError:
            return ""  # a clear error is no wrong answer
        return "" if named or after == self._before else "another answer, and nothing is named"


def told_by(address: str, deal: str, record_dates: Sequence[str]) -> object:
    """Return what readers are told of a deal, also as of days in the midst of its months."""
    days = [dt.date.fromisoformat(text) for text in record_dates]
    told: list[object] = []
    with Ledger.open(address) as ledger:
        for day in [*days, *(day - dt.timedelta(days=back) for day in days for back in (8, 30))]:
            told.append(ledger.books(deal, AsOf(record_date=day)))
        for day in days:
            told.append(ledger.advances(deal, AsOf(record_date=day)))
            told.append(ledger.report(deal, AsOf(record_date=day)))
        told.append(replay.statement(ledger, deal, days[-1]).rows())
        told.append(list(ledger.events(deal)))
        told.append(list(ledger.events(deal, types=["curtailment_collected"])))
        told.extend((list(ledger.batches(deal)), ledger.deals(), ledger.head(deal)))
    return told


def manifest_at(path: Path) -> Manifest:
    """Return the manifest of the deal whose archive is at a path."""
    return manifest_of((path / MANIFEST).read_bytes())


def _listed(path: Path, manifest: Manifest) -> None:
    (path / MANIFEST).write_bytes(manifest.to_bytes())


def _fitted(path: Path, manifest: Manifest, kept: Sealed, content: bytes, **told: Any) -> Manifest:
    """Put other bytes into the place of something; write and return the manifest that fits them."""
    changed = attrs.evolve(kept, size=len(content), sha256=sha256(content).hexdigest(), **told)
    (path / kept.name).unlink(missing_ok=True)
    (path / changed.name).write_bytes(content)
    listed: dict[str, Any] = {
        kind: tuple(changed if item == kept else item for item in getattr(manifest, kind))
        for kind in ("files", "snapshots", "batches")
    }
    fitting = attrs.evolve(manifest, **listed)
    _listed(path, fitting)
    return fitting


def _footer(path: Path, file: SealedFile) -> dict[str, str]:
    held = pl.read_parquet_metadata(path / file.name)
    return {name: text for name, text in held.items() if name != "ARROW:schema"}


def written(frame: pl.DataFrame, footer: dict[str, str]) -> bytes:
    """Return the file of a frame, as sealing writes it."""
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd", statistics=True, row_group_size=ROW_GROUP, metadata=footer)
    return out.getvalue()


def _resealed(path: Path, manifest: Manifest, file: SealedFile, frame: pl.DataFrame) -> Manifest:
    """Write a file of other rows; return the manifest that fits it, as its name and its footer do."""
    footer = _footer(path, file)
    told: dict[str, Any] = {}
    try:
        found = contents_of(frame.lazy())
    except (ValueError, pl.exceptions.PolarsError):
        found = None
    if found is not None:
        told = {name: getattr(found, name) for name in _TOLD}
        number: object = found.distributions[0]
        if isinstance(number, int) and 0 <= number < 10**8:
            told["distribution"] = number
        footer |= {name: str(told[name]) for name in ("distribution", "first", "last", "count") if name in told}
    name = attrs.evolve(file, **told).name
    (path / name).parent.mkdir(exist_ok=True)
    return _fitted(path, manifest, file, written(frame, footer), **told)


def _one(path: Path, chance: random.Random) -> tuple[SealedFile, pl.DataFrame]:
    file = chance.choice(manifest_at(path).files)
    return file, pl.read_parquet(path / file.name)


def _rewritten(make: Callable[[pl.DataFrame, random.Random], tuple[pl.DataFrame, str]]) -> Change:
    """Return the change that writes one file anew with what is made of its rows."""

    def change(path: Path, chance: random.Random) -> str:
        file, frame = _one(path, chance)
        made, told = make(frame, chance)
        _resealed(path, manifest_at(path), file, made)
        return f"{file.name}: {told}"

    change.__name__ = make.__name__.removeprefix("_")
    return change


def a_byte_of_a_file(path: Path, chance: random.Random) -> str:
    """Change one byte of any file."""
    name = chance.choice(sorted(item for item in path.rglob("*") if item.is_file()))
    name.write_bytes(other_byte(name.read_bytes(), chance))
    return name.name


def _some(path: Path, chance: random.Random) -> Sealed:
    manifest = manifest_at(path)
    listed: list[Sealed] = [*manifest.files, *manifest.snapshots, *manifest.batches]
    return chance.choice(listed)


def a_byte_that_the_manifest_fits(path: Path, chance: random.Random) -> str:
    """Change some bytes of a file, near its end as often as anywhere, and make the manifest fit."""
    kept = _some(path, chance)
    content = (path / kept.name).read_bytes()
    at = chance.choice([0, max(0, len(content) - 6_000)])
    for _ in range(chance.choice([1, 1, 3])):
        content = content[:at] + other_byte(content[at:], chance)
    _fitted(path, manifest_at(path), kept, content)
    return kept.name


def a_file_cut_or_grown(path: Path, chance: random.Random) -> str:
    """Cut a file somewhere, or let it grow, and perhaps make the manifest fit."""
    kept = _some(path, chance)
    content = (path / kept.name).read_bytes()
    at = chance.randrange(len(content))
    content = chance.choice([content[:at], content[:at] + content, content + chance.randbytes(9)])
    if chance.random() < 0.5:
        _fitted(path, manifest_at(path), kept, content)
    else:
        (path / kept.name).write_bytes(content)
    return f"{kept.name} of {len(content)} bytes"


def a_file_gone_or_exchanged(path: Path, chance: random.Random) -> str:
    """Remove a file, or let two exchange their content, and perhaps make the manifest fit."""
    manifest = manifest_at(path)
    kind: list[Any] = list(chance.choice([manifest.files, manifest.snapshots]))
    one, two = chance.choice(kind), chance.choice(kind)
    if chance.random() < 0.3:
        (path / one.name).unlink()
        return f"{one.name} gone"
    first, second = (path / one.name).read_bytes(), (path / two.name).read_bytes()
    if chance.random() < 0.5 and one != two:
        _fitted(path, _fitted(path, manifest, one, second), two, first)
    else:
        (path / one.name).write_bytes(second)
        (path / two.name).write_bytes(first)
    return f"{one.name} and {two.name}"


def _a_value(frame: pl.DataFrame, chance: random.Random) -> tuple[pl.DataFrame, str]:
    name = chance.choice(frame.columns if chance.random() < 0.5 else _ASKED)
    at = chance.randrange(frame.height)
    values = frame[name].to_list()
    before, values[at] = values[at], other_value(values[at], chance)
    try:
        changed = pl.Series(name, values, pl.String if frame[name].dtype == pl.Categorical else frame[name].dtype)
    except (TypeError, OverflowError):
        return frame, "nothing"
    told = f"{name} of row {at} from {before!r:.60} to {values[at]!r:.60}"
    return frame.with_columns(changed.cast(frame[name].dtype)), told


def _a_row_gone(frame: pl.DataFrame, chance: random.Random) -> tuple[pl.DataFrame, str]:
    at = chance.randrange(frame.height)
    return pl.concat([frame[:at], frame[at + 1 :]]), f"without row {at}"


def _a_row_more(frame: pl.DataFrame, chance: random.Random) -> tuple[pl.DataFrame, str]:
    at, to = chance.randrange(frame.height), chance.randrange(frame.height + 1)
    row = frame[at : at + 1]
    told = ""
    if chance.random() < 0.5:
        row, told = _a_value(row, chance)
    return pl.concat([frame[:to], row, frame[to:]]), f"row {at} again at {to} {told}"


def _a_row_in_the_place_of_another(frame: pl.DataFrame, chance: random.Random) -> tuple[pl.DataFrame, str]:
    at, to = chance.randrange(frame.height), chance.randrange(frame.height)
    return pl.concat([frame[:to], frame[at : at + 1], frame[to + 1 :]]), f"row {at} for row {to}"


def _other_order(frame: pl.DataFrame, chance: random.Random) -> tuple[pl.DataFrame, str]:
    order = list(range(frame.height))
    if chance.random() < 0.5:
        chance.shuffle(order)
    else:
        at, to = chance.randrange(frame.height), chance.randrange(frame.height)
        order[at], order[to] = order[to], order[at]
    return frame[order], "in another order"


def _a_column_exchanged(frame: pl.DataFrame, chance: random.Random) -> tuple[pl.DataFrame, str]:
    at, to, name = chance.randrange(frame.height), chance.randrange(frame.height), chance.choice(_ASKED)
    order = list(range(frame.height))
    order[at], order[to] = order[to], order[at]
    return frame.with_columns(frame[name][order]), f"{name} of rows {at} and {to}"


def _other_columns(frame: pl.DataFrame, chance: random.Random) -> tuple[pl.DataFrame, str]:
    name, other = chance.sample(frame.columns, 2)
    kind = chance.randrange(6)
    if kind == 0:
        return frame.drop(name), f"without {name}"
    if kind == 1:
        return frame.rename({name: f"{name}_"}), f"{name} under another name"
    if kind == 2:
        return frame.rename({name: other, other: name}), f"{name} and {other} exchanged"
    if kind == 3:
        return frame.with_columns(pl.lit(1).alias("more")), "with a column more"
    if kind == 4:
        shuffled = list(frame.columns)
        chance.shuffle(shuffled)
        return frame.select(shuffled), "columns in another order"
    kinds: list[Any] = [pl.Int32, pl.Int64, pl.Float64, pl.String, pl.Decimal(38, 2), pl.Boolean]
    wanted = chance.choice(kinds)
    return frame.with_columns(pl.col(name).cast(wanted, strict=False)), f"{name} as {wanted}"


def _rows_twice(frame: pl.DataFrame, chance: random.Random) -> tuple[pl.DataFrame, str]:
    at = chance.randrange(frame.height)
    return pl.concat([frame, frame[at:]]), f"rows from {at} on twice"


def a_row_in_another_file(path: Path, chance: random.Random) -> str:
    """Move a row from one file to another."""
    one, rows = _one(path, chance)
    two, others = _one(path, chance)
    if one == two or rows.height < 2:
        return "nothing"
    at = chance.randrange(rows.height)
    moved = rows[at : at + 1]
    if chance.random() < 0.5:
        moved = moved.with_columns(others["distribution"][:1])
    manifest = _resealed(path, manifest_at(path), one, pl.concat([rows[:at], rows[at + 1 :]]))
    _resealed(path, manifest, two, pl.concat([others, moved]).sort("sequence"))
    return f"row {at} of {one.name} in {two.name}"


def files_cut_otherwise(path: Path, chance: random.Random) -> str:
    """Cut the rows of one file into two, each with all that belongs to it, which may be so."""
    file, frame = _one(path, chance)
    if frame.height < 2:
        return "nothing"
    at = chance.randrange(1, frame.height)
    footer, manifest = _footer(path, file), _resealed(path, manifest_at(path), file, frame[:at])
    part = frame[at:]
    found = contents_of(part.lazy())
    told = {name: getattr(found, name) for name in _TOLD}
    content = written(part, footer | {name: str(told[name]) for name in ("first", "last", "count")})
    second = attrs.evolve(file, **told, size=len(content), sha256=sha256(content).hexdigest())
    (path / second.name).write_bytes(content)
    files = sorted((*manifest.files, second), key=lambda item: (item.distribution, item.first))
    _listed(path, attrs.evolve(manifest, files=tuple(files)))
    return f"{file.name} at {at}"


def a_footer(path: Path, chance: random.Random) -> str:
    """Let a footer say something else, and perhaps make the manifest fit."""
    file, frame = _one(path, chance)
    footer = _footer(path, file)
    name = chance.choice([*footer, "more"])
    footer[name] = str(other_value(footer.get(name, ""), chance))
    if chance.random() < 0.3:
        del footer[name]
    content = written(frame, footer)
    if chance.random() < 0.9:
        _fitted(path, manifest_at(path), file, content)
    else:
        (path / file.name).write_bytes(content)
    return f"{file.name}: {name}"


def a_lie_of_the_statistics(path: Path, chance: random.Random) -> str:
    """Let the statistics of a footer give other bounds than those of the rows, by which readers pass rows over."""
    file, frame = _one(path, chance)
    name = chance.choice(("effective_date", "posts_as", "distribution", "loan", "sequence", "event_id", "reverses"))
    content = (path / file.name).read_bytes()
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    column = frame[name].cast(pl.String) if frame[name].dtype == pl.Categorical else frame[name]
    values = column.drop_nulls().unique().sort().to_list()
    if len(values) < 2:
        return "nothing"
    bound, lie = chance.choice([(values[-1], values[0]), (values[0], values[-1])])
    told, said = _as_stored(bound, column.dtype), _as_stored(lie, column.dtype)
    _fitted(
        path,
        manifest_at(path),
        file,
        content[:start] + content[start:].replace(told, said[: len(told)].ljust(len(told), b"z")),
    )
    return f"{file.name}: {name} {bound!r} as {lie!r}"


def _as_stored(value: Any, kind: Any) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(4 if kind == pl.Int32 else 8, "little", signed=True)
    return bytes([len(value)]) + str(value).encode()


def a_word_of_the_manifest(path: Path, chance: random.Random) -> str:
    """Let the manifest say something else, spelt as it must be, under the name that follows from it."""
    given = json.loads((path / MANIFEST).read_bytes())
    told = with_another_word(given, chance)
    raw = json.dumps(given, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    (path / MANIFEST).write_bytes(raw)
    return told


def a_listed_item(path: Path, chance: random.Random) -> str:
    """Let the manifest list something otherwise, once more or not at all, and fit the file's name to it."""
    manifest = manifest_at(path)
    kind = chance.choice(["files", "files", "snapshots", "batches"])
    items: list[Any] = list(getattr(manifest, kind))
    at = chance.randrange(len(items))
    item, do = items[at], chance.randrange(4)
    if do == 0:
        del items[at]
    elif do == 1:
        items.append(item)
    elif do == 2:
        chance.shuffle(items)
    else:
        name = chance.choice([field.name for field in attrs.fields(type(item)) if field.name != "sha256"])
        held = getattr(item, name)
        other: Any = chance.choice([held + 1, max(0, held - 1), 0, 20210125]) if isinstance(held, int) else held
        if name == "types":
            other = dict(list(held.items())[1:])
        if name == "dates":
            other = chance.choice([(held[0], held[0]), (held[1], held[1]), (held[0] + 1, held[1] + 100)])
        items[at] = attrs.evolve(item, **{name: other})
        target = path / items[at].name
        if target != path / item.name:
            target.parent.mkdir(exist_ok=True)
            shutil.move(path / item.name, target)
    head = manifest.head
    if kind == "files" and chance.random() < 0.5:
        head = Head(sum(file.count for file in items), head.hash)
    listed: dict[str, Any] = {kind: tuple(items)}
    _listed(path, attrs.evolve(manifest, head=head, **listed))
    return f"{kind} {at}, {do}: {items[at] if at < len(items) else 'gone'!s:.120}"


def a_figure_of_a_snapshot(path: Path, chance: random.Random) -> str:
    """Change a figure within a snapshot, and make the manifest fit."""
    kept = chance.choice(manifest_at(path).snapshots)
    given = json.loads(zlib.decompress((path / kept.name).read_bytes()))
    told = with_another_word(given, chance)
    content = json.dumps(given, separators=(",", ":"), sort_keys=chance.random() < 0.5).encode()
    _fitted(path, manifest_at(path), kept, zlib.compress(content, chance.choice([1, 9])))
    return f"{kept.name}: {told}"


def an_envelope(path: Path, chance: random.Random) -> str:
    """Change, remove or double an envelope, and make the manifest fit."""
    kept = chance.choice(manifest_at(path).batches)
    held = [StoredBatch.of_line(line) for line in (path / kept.name).read_bytes().splitlines(keepends=True)]
    at, do = chance.randrange(len(held)), chance.randrange(3)
    if do == 0 and len(held) > 1:
        del held[at]
    elif do == 1:
        held.insert(at, held[at])
    else:
        name = chance.choice(StoredBatch._fields)
        other: Any = other_value(getattr(held[at], name), chance)
        if other is None or type(other) is not type(getattr(held[at], name)):
            return "nothing"
        held[at] = held[at]._replace(**{name: other})
        if chance.random() < 0.5 and name != "digest":
            held[at] = held[at]._replace(digest=held[at].digest_of_words())
    content = b"".join(item.to_line() for item in held)
    told = {"first": held[0].first_sequence, "last": held[-1].through_sequence, "count": len(held)}
    _fitted(path, manifest_at(path), kept, content, **told)
    return f"{kept.name}: {at}, {do}"


CHANGES: tuple[Change, ...] = (
    a_byte_of_a_file,
    a_byte_that_the_manifest_fits,
    a_byte_that_the_manifest_fits,
    a_file_cut_or_grown,
    a_file_gone_or_exchanged,
    *(_rewritten(make) for make in (_a_value, _a_value, _a_row_gone, _a_row_more, _a_row_in_the_place_of_another)),
    *(_rewritten(make) for make in (_other_order, _a_column_exchanged, _other_columns, _rows_twice)),
    a_row_in_another_file,
    files_cut_otherwise,
    a_footer,
    a_lie_of_the_statistics,
    a_lie_of_the_statistics,
    a_word_of_the_manifest,
    a_listed_item,
    a_figure_of_a_snapshot,
    an_envelope,
)

__all__ = ["CHANGES", "ArchiveSearch"]
