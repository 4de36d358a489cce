"""Results at a glance: a line that says what one is, and its first rows as a table where a notebook shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from html import escape
from itertools import islice
from typing import ClassVar

from ledger.visible import visible

GLANCED_ROWS = 20
"""Rows that a notebook is shown of a result."""

LINE, WORD, CELL = 160, 48, 200
"""Characters of a result's line, of one value in it, and of a value in a row of its own."""


class Glanced:
    """A result that says in short what it is; whatever a deal or a loan is called is text in it.

    One that says nothing else tells its own fields: in a line those that hold something, each cut short and collections
    counted, and to a notebook all of them, a row each; or what a collection holds, where ``GLANCED`` names the field.
    """

    __slots__ = ()

    GLANCED: ClassVar[str] = ""

    def glance(self) -> Iterable[Mapping[str, object]]:
        """Return rows to be looked at; no more of them are made than are shown, and one that says there are more."""
        if not self.GLANCED:
            return ({"field": name, "value": _cut(_told(value), CELL)} for name, value in _fields(self))
        return (
            {name: _cut(_told(value), CELL) for name, value in _fields(item)} for item in getattr(self, self.GLANCED)
        )

    def __repr__(self) -> str:
        return line_of(self)

    def _repr_html_(self) -> str:
        """Return what the result is and its first rows, as HTML that runs nothing."""
        return in_notebook(self, self.glance())


def line_of(result: object) -> str:
    """Return a line that says of what type a result is and what its fields hold, of :data:`LINE` characters at most."""
    told = ((name, _told(value)) for name, value in _fields(result))
    line = f"<{type(result).__name__} {', '.join(f'{name} {_cut(text, WORD)}' for name, text in told if text)}"
    return f"{_cut(line.rstrip(), LINE - 1)}>"


def in_notebook(result: object, rows: Iterable[Mapping[str, object]]) -> str:
    """Return a result's line and the first of its rows, as HTML that runs nothing."""
    first = list(islice(rows, GLANCED_ROWS + 1))
    heads = "".join(f"<th>{_text(name)}</th>" for name in (first[0] if first else ()))
    cells = ("".join(f"<td>{_text(cell)}</td>" for cell in row.values()) for row in first[:GLANCED_ROWS])
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    more = "<p>and more rows</p>" if len(first) > GLANCED_ROWS else ""
    return f"<p>{_text(repr(result))}</p><table><tr>{heads}</tr>{body}</table>{more}"


def _fields(result: object) -> list[tuple[str, object]]:
    """Return the fields of a class of attrs or a named tuple, in their order."""
    names: Iterable[str] = getattr(result, "_fields", ())
    names = names or [item.name for item in getattr(type(result), "__attrs_attrs__", ())]
    return [(name.lstrip("_"), getattr(result, name)) for name in names]


def _told(value: object) -> str:
    """Return a value in short; nothing of what is unknown or empty, and a count of what there are many of."""
    match value:
        case None | "" | b"":
            return ""
        case Enum():
            return str(value.value)
        case bytes():
            return value.hex()
        case str() | int() | Decimal() | Fraction():
            return visible(str(value))
        case tuple() | list() | Mapping() | Set() if not hasattr(value, "_fields"):
            return f"({len(value):,})" if value else ""
    return visible(repr(value) if isinstance(value, Glanced) else str(value))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _text(value: object) -> str:
    return "" if value is None else escape(visible(str(value)))


__all__ = ["GLANCED_ROWS", "Glanced", "in_notebook", "line_of"]
