"""JSON Lines as tables: a file of events of few types need not become an object for every line.

What is plain is read into columns by type, in the order of the lines. Whatever is not - another spelling, a field that
stands twice, a line of another deal - is left to :func:`~ledger.events.codec.from_json`, which names what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import attrs
import msgspec

from ledger.errors import InvalidEvent
from ledger.events import base, codec
from ledger.events.base import Event
from ledger.events.registry import REGISTRY, EventType
from ledger.values.limits import EVENT_CHARACTERS
from ledger.writing.columns import COLUMN_TYPES, COLUMNS_FROM
from ledger.writing.tables import EventTable

if TYPE_CHECKING:
    import polars as pl

_PART = 16_384

_TYPE = re.compile(r'\{"\$type":"([a-z_]+)",')
_JSON_KINDS: dict[Any, Any] = {base.is_count: int, base.is_optional_count: int, base.is_flag: bool}
"""Kinds of fields that are no texts in JSON."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(dict[str, str | int | bool | None])
_Plain = dict[str, str | int | bool | None]


class _NotPlain(Exception):
    """Lines that single events decide."""


def tables_of(
    lines: Sequence[str], progress: Callable[[int], None] | None = None
) -> tuple[str, list[EventTable | list[Event]]] | None:
    """Return the deal of some lines, and its events as tables, with lists of single events between them.

    None where they are too few or too mixed, or anything about them is not plain. ``progress`` is told how many lines
    are read, part by part.
    """
    if len(lines) < COLUMNS_FROM:
        return None
    try:
        import polars  # noqa: F401
    except ModuleNotFoundError:
        return None
    found: list[EventTable | list[Event]] = []
    deals: set[str] = set()
    try:
        for start in range(0, len(lines), _PART):
            part = lines[start : start + _PART]
            alike = _alike(part, deals)
            for item in _parts(part, deals) if alike is None else [alike]:
                _add(found, item)
            if len(found) > 2 + (start + len(part)) // COLUMNS_FROM or len(deals) > 1:
                return None
            if progress is not None:
                progress(len(part))
        if all(isinstance(item, list) for item in found):
            return None
        return deals.pop(), [_joined(item) for item in found]
    except (_NotPlain, InvalidEvent):
        return None


def _alike(lines: Sequence[str], deals: set[str]) -> EventTable | None:
    """Return the events of lines of one type with all their fields, as the ledger itself writes them; else None."""
    match = _TYPE.match(lines[0])
    name = "" if match is None else match[1]
    if match is None or name not in COLUMN_TYPES or not lines[-1].startswith(match[0]):
        return None
    mirror, decoder = _mirror(name)
    try:
        rows = [decoder.decode(line) for line in lines]
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return None
    lengths = list(map(len, lines))
    # What is written again is as long as it was, or something stood twice, was left out, or was spelt otherwise.
    if max(lengths) > EVENT_CHARACTERS.value or list(map(len, map(_encoder.encode, rows))) != lengths:
        return None
    columns: dict[str, Any] = dict(zip(mirror, zip(*map(msgspec.structs.astuple, rows), strict=True), strict=True))
    if {*columns.pop("type")} != {name} or {*columns.pop("version")} != {REGISTRY[name].version}:
        return None
    deals.update(columns.pop("deal"))
    stated = {item: values for item, values in columns.items() if values.count(None) < len(values)}
    return EventTable(name, [_as_frame(stated)])


@cache
def _mirror(name: str) -> tuple[tuple[str, ...], msgspec.json.Decoder[Any]]:
    """Return the fields of an event's line in order, and what reads them from JSON as they are written."""
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [
        ("type", str, msgspec.field(name="$type")),
        ("version", int, msgspec.field(name="$version")),
    ]
    for item in attrs.fields(REGISTRY[name].kind):
        kind: Any = _JSON_KINDS.get(item.validator, str)
        if item.default is not None:
            fields.append((item.name, kind))
        elif REGISTRY[name].kind.sparse:
            fields.append((item.name, kind | None, None))
        else:
            fields.append((item.name, kind | None))
    made = msgspec.defstruct(
        f"Plain_{name}", fields, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False
    )
    return made.__struct_fields__, msgspec.json.Decoder(made)


def _parts(lines: Sequence[str], deals: set[str]) -> Iterator[EventTable | list[Event]]:
    """Yield the events of some lines: a table for every run of one type, and lists for what has no columns."""
    read = [(line, _plain(line)) for line in lines]
    for name, run in groupby(read, key=lambda item: None if item[1] is None else item[1]["$type"]):
        if name is None:
            events = [codec.from_json(line) for line, _ in run]
            deals.update(event.deal for event in events)
            yield events
        else:
            yield EventTable(str(name), [_frame(REGISTRY[str(name)], [item for _, item in run if item], deals)])


def _plain(line: str) -> _Plain | None:
    """Return the fields of a line; None for an event of a type that has no columns."""
    try:
        found: _Plain = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return None
    # A field that stands twice is read once, and ends a name twice.
    if found.get("$type") not in COLUMN_TYPES or line.count('":') != len(found) or len(line) > EVENT_CHARACTERS.value:
        return None
    return found


def _frame(known: EventType, rows: list[_Plain], deals: set[str]) -> pl.DataFrame:
    if not {row.get("$version", known.version) for row in rows} <= codec.versions_alike(known.name):
        raise _NotPlain
    names = set().union(*rows) - {"$type", "$version"}
    if not names <= known.fields:
        raise _NotPlain
    deals.update(str(row.get("deal")) for row in rows)
    columns: dict[str, Any] = {}
    for item in attrs.fields(known.kind):
        if item.name not in names or item.name == "deal":
            continue
        # A null is no default where the field may not be null.
        if item.default is not None and any(item.name in row and row[item.name] is None for row in rows):
            raise _NotPlain
        values = [row.get(item.name) for row in rows]
        kinds = set(map(type, values)) - {type(None)}
        if len(kinds) > 1:
            raise _NotPlain
        if kinds:
            columns[item.name] = values
    return _as_frame(columns)


def _as_frame(columns: dict[str, Any]) -> pl.DataFrame:
    import polars

    try:
        return polars.DataFrame(columns)
    except (TypeError, OverflowError, polars.exceptions.PolarsError):
        raise _NotPlain from None


def _add(found: list[EventTable | list[Event]], item: EventTable | list[Event]) -> None:
    """Add events behind those before them: to the same list, or to the table of the same type."""
    last = found[-1] if found else None
    if isinstance(last, EventTable) and isinstance(item, EventTable) and last.type == item.type:
        last.frame.extend(item.frame)
    elif isinstance(last, list) and isinstance(item, list):
        last.extend(item)
    else:
        found.append(item)


def _joined(item: EventTable | list[Event]) -> EventTable | list[Event]:
    import polars

    if isinstance(item, list):
        return item
    try:
        return EventTable(item.type, polars.concat(item.frame, how="diagonal"))
    except polars.exceptions.PolarsError:
        raise _NotPlain from None
