"""A statement as a PDF: paged like a filing, with its contents, its charts, and where it comes from at the end.

It is tagged for who does not see it and made to be kept (PDF/A-2a); its fonts come with the typesetter, and its date is
that of the distribution, so that the same statement is the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator

from ledger.reports import Prose, Table, spelt
from replay.charts.chart import Chart, ChartKind
from replay.charts.drawing import on_paper, readable
from replay.charts.svg import as_svg
from replay.papers.paper import Paper, columns_of, heading_of, is_in_words, label_of, mark_of, title_of
from replay.papers.pdf_layout import FONT, LAYOUT
from replay.statements.figures import Figure, Section
from replay.statements.printing import money

Laid = dict[str, object]
"""What the layout reads: strings, and lists of more of them."""


def as_pdf(paper: Paper) -> bytes:
    """Return a statement as a PDF; the same statement gives the same bytes.

    Needs ``pip install 'indenture[papers]'``.
    """
    import typst

    day = paper.statement.distribution_date
    return typst.compile(
        LAYOUT.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(laid_out(paper), ensure_ascii=False)},
        pdf_standards="a-2a",
        timestamp=dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC),
    )


def laid_out(paper: Paper) -> Laid:
    """Return what stands on every page, as data."""
    terms, at = paper.statement.report.terms, paper.statement.report.distribution
    more = (terms.description, terms.series and f"Series {terms.series}",
            f"Record date {at.record_date}", f"Payment date {at.payment_date}", terms.currency.in_title)  # fmt: skip
    flow = paper.first_charts[:1]
    return {
        "title": readable(paper.title),
        "subtitle": paper.subtitle,
        "deal": paper.statement.deal,
        "about": paper.about,
        "more": readable(" · ".join(text for text in more if text)),
        "key": [[name, money(value.value, terms.currency.decimals)] for name, value in paper.key_figures()],
        "parties": [[readable(text) for text in (item.role, item.name, item.contact)] for item in terms.parties],
        "flow": _pictures(flow),
        "first": _pictures(paper.first_charts[1:]),
        "charts": _pictures(chart for chart in paper.more_charts if chart.kind is not ChartKind.FLOW),
        "wide": _pictures(chart for chart in paper.more_charts if chart.kind is ChartKind.FLOW),
        "unknown": readable("; ".join(chart.title for chart in paper.unknown_charts)),
        "pages": [
            {
                "title": readable(f"{page.number}  {heading_of(page)}"),
                "sections": [_section(section) for section in page.sections if section.rows],
                "notes": [readable(note) for note in page.notes],
                "charts": _pictures(paper.charts_on(page)),
            }
            for page in paper.statement.pages
        ],
        "recorded": [_table(part) for part in paper.report.parts if isinstance(part, Table) and part.shown],
        "said": [
            readable(line)
            for part in paper.report.parts
            if isinstance(part, Prose)
            for line in (*([part.heading] if part.heading else []), *part.lines)
        ],
        "behind": [[readable(name), "\n".join(map(readable, text.splitlines()))] for name, text in paper.behind],
        "from": [[name, readable(text)] for name, text in paper.provenance()],
    }


def _pictures(charts: Iterable[Chart]) -> list[Laid]:
    return [
        {
            "svg": on_paper(as_svg(chart, styled=False), FONT),
            "alt": readable(" ".join((f"{chart.title}.", chart.about, *chart.notes))),
        }
        for chart in charts
    ]


def _section(section: Section) -> Laid:
    columns = columns_of(section)
    words = {figure.column for row in section.rows for figure in row.figures if is_in_words(figure)}
    return {
        "title": readable(title_of(section)),
        "first": readable(section.title) if section.shape == "table" else "",
        "columns": [{"name": readable(column), "right": column not in words} for column in columns],
        "rows": list(_rows(section, columns)),
    }


def _rows(section: Section, columns: Iterable[str]) -> Iterator[Laid]:
    heading = ""
    for row in section.rows:
        if row.heading and row.heading != heading:
            yield {"over": True, "label": readable(row.heading)}
        heading = row.heading
        held = {figure.column: figure for figure in row.figures}
        cells = [_cell(held.get(column)) for column in columns]
        yield {"over": False, "under": bool(heading), "label": readable(label_of(row)), "cells": cells}


def _cell(figure: Figure | None) -> Laid:
    return {
        "text": "" if figure is None else readable(figure.printed),
        "mark": "" if figure is None else mark_of(figure),
    }


def _table(table: Table) -> Laid:
    (first_place, first), *rest = table.read()
    return {
        "title": readable(table.caption),
        "first": readable(first.heading),
        "columns": [{"name": readable(column.heading), "right": column.right} for _, column in rest],
        "rows": [
            {
                "over": False,
                "under": False,
                "label": readable(spelt(row[first_place], first)),
                "cells": [{"text": readable(spelt(row[place], column)), "mark": ""} for place, column in rest],
            }
            for row in table.rows
        ],
    }


__all__ = ["as_pdf", "laid_out"]
