"""Text as HTML: whatever comes from a ledger or a reader is text, with every sign of markup escaped.

:data:`Html` is what was escaped already; a function that makes a page takes nothing else, so that a type checker sees
where a text would be taken for markup.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import NewType

import attrs

from ledger.reports import CellValue, Column, ColumnKind, Prose, Report, Table, plain_cell, spelt
from replay.charts.drawing import readable
from replay.web.addresses import deal_page, event_page, figure_page, statement_page

Html = NewType("Html", str)

MOST_ROWS = 2_000
"""Rows of a table that a page shows; the other formats of the same address have all."""

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A date that a report holds as a text; it stands on one line as others do."""

_KINDS = {ColumnKind.HASH: "hash", ColumnKind.DATE: "d", ColumnKind.TIME: "d"}

Linked = Callable[[str, Mapping[str, CellValue]], str]
"""An address for the text of a cell, by its row; nothing where it leads nowhere."""


def safe(text: object) -> Html:
    """Return a text as it stands in a page or an attribute: escaped, and what steers or hides in it spelt out."""
    return Html(escape(readable(str(text))))


def joined(parts: Iterable[Html], between: str = "") -> Html:
    """Return pieces one behind the other."""
    return Html(between.join(parts))


def linked(where: str, text: object, *, current: bool = False, mark: str = "") -> Html:
    """Return a link within this site; ``current`` is the page that the reader is on."""
    more = f' class="{safe(mark)}"' if mark else ""
    return Html(f'<a href="{safe(where)}"{more}{" aria-current=page" if current else ""}>{safe(text)}</a>')


def paragraph(text: object, kind: str = "") -> Html:
    """Return a paragraph of plain text."""
    return Html(f"<p{_class(kind)}>{safe(text)}</p>")


def headed(text: object, level: int = 2) -> Html:
    """Return a heading."""
    return Html(f"<h{level}>{safe(text)}</h{level}>")


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def facts(pairs: Iterable[tuple[str, Html]]) -> Html:
    """Return named values as a list; what is empty is left out."""
    listed = joined(Html(f"<dt>{safe(name)}</dt><dd>{value}</dd>") for name, value in pairs if value)
    return Html(f'<dl class="from">{listed}</dl>')


def inline(pairs: Iterable[tuple[str, Html]]) -> Html:
    """Return short named values one beside the other; what is empty is left out."""
    listed = joined(Html(f"<div><dt>{safe(name)}</dt><dd>{value}</dd></div>") for name, value in pairs if value)
    return Html(f'<dl class="inline">{listed}</dl>')


def wide(name: str, content: Html, *, stacked: bool = False) -> Html:
    """Return a table that scrolls by itself where it is wider than the page, by keys as well.

    Of one that is ``stacked`` a narrow screen shows the cells of a row one below the other, by their labels.
    """
    region = f'<div class="wide" role="region" tabindex="0" aria-label="{safe(name)}">'
    return Html(f"{region}<table{_class('stacked' if stacked else '')}>{content}</table></div>")


def links_of(deal: str, known_through: int | None = None, payment_date: CellValue = None) -> dict[str, Linked]:
    """Return where the cells of a deal's reports lead, by the names of their columns."""

    def event(text: str, _: Mapping[str, CellValue]) -> str:
        return event_page(deal, int(text)) if text.isdigit() else ""

    def by_id(text: str, _: Mapping[str, CellValue]) -> str:
        return deal_page(deal, "events", event_id=text)

    def figure(text: str, row: Mapping[str, CellValue]) -> str:
        paid = row.get("payment_date") or payment_date
        known = row.get("known_through") or known_through
        return figure_page(deal, plain_cell(paid), text, known_through=plain_cell(known)) if paid else ""

    def statement(text: str, _: Mapping[str, CellValue]) -> str:
        return statement_page(deal, text)

    def loan(text: str, _: Mapping[str, CellValue]) -> str:
        return deal_page(deal, "loans", text)

    return {
        **dict.fromkeys(("sequence", "closed_at", "paid_at", "first_sequence", "through_sequence"), event),
        **dict.fromkeys(("event_id", "events", "voids", "replaced_by", "reverses", "reversed_by"), by_id),
        "figure": figure,
        **dict.fromkeys(("payment_date", "distribution_date"), statement),
        **dict.fromkeys(("loan", "loans"), loan),
    }


@attrs.frozen(kw_only=True)
class _Cells:
    """How the cells of a table are written."""

    links: Mapping[str, Linked]

    def cell(self, value: CellValue, column: Column, row: Mapping[str, CellValue]) -> Html:
        """Return a cell with its link, or with one for each item of a list."""
        to = self.links.get(column.name)
        if to is not None and isinstance(value, tuple):
            inside = joined((self._linked(str(item), str(item), to, row) for item in value), ", ")
        else:
            text = spelt(value, column)
            if isinstance(value, dt.datetime):
                text = value.isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")
            inside = safe(text) if to is None else self._linked(text, plain_cell(value), to, row)
        kind = "n" if column.right else _KINDS.get(column.kind, "")
        if not kind and isinstance(value, str) and _DAY.fullmatch(value):
            kind = "d"
        return celled(inside, column.heading, kind)

    def _linked(self, text: str, name: str, to: Linked, row: Mapping[str, CellValue]) -> Html:
        where = to(name, row) if name else ""
        return linked(where, text) if where else safe(text)


def celled(content: Html, label: str, kind: str = "") -> Html:
    """Return a cell with the heading of its column, which a narrow screen shows beside it."""
    named = f' data-label="{safe(label)}"' if label and content else ""
    return Html(f"<td{_class(kind)}{named}>{content}</td>")


def used(shown: Table, columns: Sequence[str]) -> tuple[str, ...]:
    """Return those of some columns in which anything stands."""
    places = {column.name: place for place, column in enumerate(shown.columns)}
    return tuple(name for name in columns if any(row[places[name]] not in (None, "", ()) for row in shown.rows))


def called(shown: Table, **headings: str) -> Table:
    """Return a table with other headings for a reader of a page, by the names of its columns."""
    columns = (attrs.evolve(item, heading=headings.get(item.name, item.heading)) for item in shown.columns)
    return attrs.evolve(shown, columns=tuple(columns))


def tabled(shown: Table, links: Mapping[str, Linked] | None = None, columns: Sequence[str] = ()) -> Html:
    """Return a report's table with links; ``columns`` names others than those that a reader is shown by it."""
    read = (attrs.evolve(shown, shown=tuple(columns)) if columns else shown).read()
    names = [column.name for column in shown.columns]
    cells = _Cells(links=links or {})
    heads = joined(
        Html(f'<th scope="col"{_class("n" if column.right else "")}>{safe(column.heading)}</th>') for _, column in read
    )
    rows = []
    for row in shown.rows[:MOST_ROWS]:
        held = dict(zip(names, row, strict=True))
        rows.append(f"<tr>{joined(cells.cell(row[place], column, held) for place, column in read)}</tr>")
    caption = f"<caption>{safe(shown.caption)}</caption>" if shown.caption else ""
    inside = Html(f"{caption}<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>")
    made = wide(shown.caption or shown.name, inside, stacked=True)
    if len(shown.rows) > MOST_ROWS:
        more = f"The first {MOST_ROWS:,} of {len(shown.rows):,} rows; the CSV of this page has all."
        return joined((made, paragraph(more, "note")))
    return made


def prose(part: Prose) -> Html:
    """Return lines for a reader; those that are indented stay so."""
    head = headed(part.heading, 3) if part.heading else Html("")
    return Html(f'{head}<div class="prose">{joined((safe(line) for line in part.lines), chr(10))}</div>')


def report_body(
    report: Report, links: Mapping[str, Linked], *, also: Mapping[str, Sequence[str]] | None = None
) -> Html:
    """Return what a reader is shown of a report: its summary, prose and tables.

    ``also`` names tables for programs that a page shows as well, with their columns.
    """
    also = also or {}
    parts: list[Html] = []
    if report.summary:
        parts.append(prose(Prose(lines=report.summary)))
    for part in report.parts:
        if isinstance(part, Prose):
            parts.append(prose(part))
        elif isinstance(part, Table) and part.name in also:
            if part.rows:
                parts.append(tabled(part, links, also[part.name]))
        elif isinstance(part, Table) and part.shown:
            parts.append(tabled(part, links) if part.rows else paragraph(f"{part.caption or part.name}: none", "note"))
    return joined(parts)


__all__ = [
    "MOST_ROWS",
    "Html",
    "Linked",
    "called",
    "celled",
    "facts",
    "headed",
    "inline",
    "joined",
    "linked",
    "links_of",
    "paragraph",
    "prose",
    "report_body",
    "safe",
    "tabled",
    "used",
    "wide",
]
