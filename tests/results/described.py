"""JSON Schemas of results, made of reports: what stands in a column is what its kind says, whatever this one holds.

Facts and the members of documents are described by what a set of results has between them: a member that all of them
have is required, and one that none has is not allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ledger.reports import Column, ColumnKind, Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_OR_NULL = frozenset({ColumnKind.COUNT, ColumnKind.FLAG, ColumnKind.TIME, ColumnKind.HASH})
_NAMES = {str: "string", int: "integer", bool: "boolean", type(None): "null"}


@attrs.define
class Form:
    """What stands at one place of some documents: plain values, lists, objects, or any of them."""

    plain: set[str] = attrs.field(factory=set)
    items: Form | None = None
    members: dict[str, Form] | None = None
    seen: dict[str, int] = attrs.field(factory=dict)
    objects: int = 0
    told: str = ""

    def add(self, value: object) -> None:
        """Add a value of JSON."""
        if isinstance(value, Mapping):
            self.members = {} if self.members is None else self.members
            self.objects += 1
            for name, held in value.items():
                self.seen[name] = self.seen.get(name, 0) + 1
                self.members.setdefault(name, Form()).add(held)
        elif isinstance(value, list):
            self.items = Form() if self.items is None else self.items
            for held in value:
                self.items.add(held)
        else:
            self.plain.add(_NAMES[type(value)])

    def column(self, column: Column) -> None:
        """Let this be what stands in a column, by its kind."""
        if column.kind is ColumnKind.LIST:
            self.items = Form() if self.items is None else self.items
        elif column.kind in (ColumnKind.COUNT, ColumnKind.FLAG):
            self.plain.add("integer" if column.kind is ColumnKind.COUNT else "boolean")
        else:
            self.plain.add("string")
        if column.kind in _OR_NULL:
            self.plain.add("null")
        unit = f", in {column.unit}" if column.unit else ""
        self.told = f"{column.heading}: {column.kind.value}{unit}"

    def table(self, table: Table) -> None:
        """Let this be a list of the rows of a table."""
        self.items = Form() if self.items is None else self.items
        rows = self.items
        rows.members = {} if rows.members is None else rows.members
        for _, column in table.told():
            rows.members.setdefault(column.name, Form()).column(column)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of it."""
        options: list[dict[str, Any]] = [{"type": name} for name in sorted(self.plain)]
        if self.items is not None:
            inside = self.items.schema()
            options.append({"type": "array", "items": inside} if inside else {"type": "array"})
        if self.members is not None:
            options.append(self._object())
        told = {"description": self.told} if self.told else {}
        if len(options) == 1:
            return {**told, **options[0]}
        return {**told, "anyOf": options} if options else told

    def _object(self) -> dict[str, Any]:
        assert self.members is not None
        return {
            "type": "object",
            "properties": {name: held.schema() for name, held in self.members.items()},
            "required": [name for name in self.members if self.seen.get(name, self.objects) == self.objects],
            "additionalProperties": False,
        }


def described(documents: Iterable[Mapping[str, Any]], tables: Iterable[Table]) -> Form:
    """Return the form of some documents, in which some tables were written."""
    form = Form()
    for document in documents:
        form.add(document)
    listed = list(tables)
    by_columns = {frozenset(column.name for _, column in table.told()): table for table in listed}
    _typed(form, by_columns)
    for name, held in (form.members or {}).items():
        if held.items is not None and held.items.members is None and not held.items.plain:
            for table in listed:
                if table.name == name:
                    held.table(table)
    return form


def _typed(form: Form, by_columns: Mapping[frozenset[str], Table]) -> None:
    """Say of every list of rows what stands in its columns."""
    if form.items is not None:
        if form.items.members is not None and (table := by_columns.get(frozenset(form.items.members))):
            form.table(table)
        _typed(form.items, by_columns)
    for held in (form.members or {}).values():
        _typed(held, by_columns)
