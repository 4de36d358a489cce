"""Reports as JSON and JSON Lines for programs.

Amounts, rates and dates are strings, so that no reader makes floats of them; only counts are numbers. Every document
begins with ``about``, and that with its version: of a result that says no more of itself, that is all of it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ledger.reports.about import ABOUT, About
from ledger.reports.report import CellValue, Column, ColumnKind, Fact, Report, Table
from ledger.reports.spelling import plain
from ledger.values.result_version import only_version
from ledger.visible import is_visible

JsonValue = str | int | list["JsonValue"] | dict[str, "JsonValue"] | None


def as_json(report: Report) -> str:
    """Return a report as one indented JSON object: what it says of itself, its facts, the rows of its named tables."""
    return shown_json(json.dumps({**_about(report.about), **members(report)}, indent=1, ensure_ascii=False))


def as_members(report: Report) -> str:
    """Return the members alone that a report adds to a document that was begun, and the end of it."""
    text = shown_json(json.dumps(members(report), indent=1, ensure_ascii=False))
    return text.removeprefix("{").removeprefix("\n")


def as_one_json(name: str, reports: Iterable[Report], about: About | None = None) -> str:
    """Return several reports as one indented JSON object, whose one member lists them, below what it says of itself."""
    document = {**_about(about), name: [members(report) for report in reports]}
    return shown_json(json.dumps(document, indent=1, ensure_ascii=False))


def _about(about: About | None) -> dict[str, object]:
    """Return what a result says of itself as the first member of its document; its version at least."""
    if about is None:
        return only_version()
    return {ABOUT: {name: _value(value) for name, value in about.said().items()}}


def members(report: Report) -> dict[str, object]:
    """Return the members of a report's document, without what it says of itself."""
    document: dict[str, object] = {fact.name: _value(fact.value) for fact in report.provenance.facts()}
    for part in report.parts:
        if isinstance(part, Fact):
            document[part.name] = _value(part.value)
        elif isinstance(part, Table) and part.name:
            document[part.name] = list(_rows(part))
    return document


def as_json_lines(report: Report) -> str:
    """Return the table that stands for the report as JSON Lines: one object a row, every line ended.

    What the report says of itself is the first line.
    """
    first = ""
    if report.about is not None:
        told = json.dumps(_about(report.about), ensure_ascii=False, separators=(",", ":"))
        first = f"{shown_json(told)}\n"
    return first + "".join(f"{json_line(row)}\n" for row in _rows(report.table))


def json_line(fields: dict[str, JsonValue]) -> str:
    """Return plain values as one line of JSON, in the order given."""
    return shown_json(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))


def shown_json(text: str) -> str:
    r"""Return JSON that means the same and is fit to be shown: what would steer a terminal is written as ``\u009b``."""
    return "\n".join(line if line.isprintable() else "".join(map(_shown, line)) for line in text.split("\n"))


def _shown(character: str) -> str:
    return character if is_visible(character) else json.dumps(character)[1:-1]


def _rows(table: Table) -> Iterator[dict[str, JsonValue]]:
    columns = list(table.told())
    return ({column.name: _cell(row[place], column) for place, column in columns} for row in table.rows)


def _cell(cell: CellValue, column: Column) -> JsonValue:
    """Return a cell for JSON: counts as numbers, lists as lists, no time or hash as null, the rest as it is spelt.

    Named values in a list are objects with a ``name`` and a ``value``.
    """
    if isinstance(cell, tuple):
        return [{"name": item.name, "value": _value(item.value)} if isinstance(item, Fact) else item for item in cell]
    if column.kind in (ColumnKind.COUNT, ColumnKind.FLAG) and (cell is None or isinstance(cell, int)):
        return cell
    if column.kind in (ColumnKind.TIME, ColumnKind.HASH) and cell is None:
        return None
    return plain(cell)


def _value(value: CellValue | Iterable[Fact]) -> JsonValue:
    if isinstance(value, Decimal | dt.date):
        return plain(value)
    if value is None or isinstance(value, str | int):
        return value
    held = list(value)
    if held and all(isinstance(item, Fact) for item in held):
        return {item.name: _value(item.value) for item in held if isinstance(item, Fact)}
    return [item for item in held if not isinstance(item, Fact)]
