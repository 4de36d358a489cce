"""Results at a glance: a line that says what one is, and its first rows as a table where a notebook shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import islice

from ledger.visible import visible

GLANCED_ROWS = 20
"""Rows that a notebook is shown of a result."""


class Glanced:
    """A result of rows that says in short what it is; whatever a deal or a loan is called is text in it."""

    __slots__ = ()

    def glance(self) -> Iterable[Mapping[str, object]]:
        """Return rows to be looked at; no more of them are made than are shown, and one that says there are more."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """Return what the result is and its first rows, as HTML that runs nothing."""
        rows = list(islice(self.glance(), GLANCED_ROWS + 1))
        heads = "".join(f"<th>{_text(name)}</th>" for name in (rows[0] if rows else ()))
        shown = ("".join(f"<td>{_text(cell)}</td>" for cell in row.values()) for row in rows[:GLANCED_ROWS])
        body = "".join(f"<tr>{cells}</tr>" for cells in shown)
        more = "<p>and more rows</p>" if len(rows) > GLANCED_ROWS else ""
        return f"<p>{_text(repr(self))}</p><table><tr>{heads}</tr>{body}</table>{more}"


def _text(value: object) -> str:
    return "" if value is None else escape(visible(str(value)))


__all__ = ["GLANCED_ROWS", "Glanced"]
