"""A statement as one page of HTML: its tables as tables, its charts as pictures, and nothing that runs.

The page forbids scripts, addresses and every style but its own, and whatever a deal, a loan or a person is called is
text in it. Figures are printed as the statement prints them, digit for digit; what was brought forward or reported is
marked, and everything else is derived.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from ledger.reports import Prose, Table, spelt
from replay.charts.chart import Chart
from replay.charts.drawing import readable
from replay.charts.svg import as_svg
from replay.charts.tables import chart_table
from replay.papers.page_style import PAGE_STYLE
from replay.papers.paper import Paper, columns_of, heading_of, is_in_words, label_of, mark_of, title_of
from replay.statements.figures import Figure, Page, Section
from replay.statements.printing import money


def _policy() -> str:
    """Return what a browser may do with the page: show it with its own style, and nothing else."""
    told = base64.b64encode(hashlib.sha256(PAGE_STYLE.encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{told}'; base-uri 'none'; form-action 'none'"


def as_html(paper: Paper) -> str:
    """Return a statement as a page; the same statement gives the same bytes."""
    return "\n".join((*_head(paper), *_header(paper), "<main>", *_main(paper), "</main>", *_footer(paper), ""))


def _told(text: str) -> str:
    return escape(readable(text))


def _head(paper: Paper) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield '<head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    if paper.about:
        yield f'<meta name="about" content="{escape(paper.about)}">'
    yield f"<title>{_told(f'{paper.title}: {paper.subtitle}')}</title>"
    yield f"<style>{PAGE_STYLE}</style></head>"
    yield "<body>"


def _header(paper: Paper) -> Iterator[str]:
    terms, at = paper.statement.report.terms, paper.statement.report.distribution
    yield "<header>"
    yield f"<h1>{_told(paper.title)}</h1>"
    more = " · ".join(text for text in (terms.description, terms.series and f"Series {terms.series}") if text)
    yield f'<p class="lead">{_told(paper.subtitle)}</p>'
    yield f'<p class="soft">{_told(more)}</p>' if more else ""
    yield '<dl class="key">'
    for name, value in paper.key_figures():
        yield f"<div><dt>{name}</dt><dd>{money(value.value, terms.currency.decimals)}</dd></div>"
    yield "</dl>"
    days = f"Record date {at.record_date}, payment date {at.payment_date}"
    yield f'<p class="note">{days}. {terms.currency.in_title}.</p>'
    yield "</header>"


def _contents(paper: Paper, parts: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield '<nav aria-label="Contents"><h3>Contents</h3><ol>'
    for anchor, title in parts[:1]:
        yield _entry(anchor, "", title)
    titles = [heading_of(page) for page in paper.statement.pages]
    for page in paper.statement.pages:
        # Pages of one title are told apart by what stands on them.
        names = ", ".join(_calm(title_of(section)) for section in page.sections if section.rows)
        more = names if titles.count(heading_of(page)) > 1 else ""
        yield _entry(f"page-{page.number}", str(page.number), heading_of(page), more)
    for anchor, title in parts[1:]:
        yield _entry(anchor, "", title)
    yield "</ol></nav>"


def _calm(title: str) -> str:
    """Return a title that a statement prints in capitals as it stands in a sentence."""
    return title.capitalize() if title.isupper() else title


def _entry(anchor: str, number: str, title: str, more: str = "") -> str:
    link = f'<a href="#{anchor}">{_told(title)}</a>'
    told = f' <span class="soft">{_told(more)}</span>' if more else ""
    return f'<li><span class="number">{number}</span><span>{link}{told}</span></li>'


def _main(paper: Paper) -> Iterator[str]:
    closing = [
        part for part in paper.report.parts if isinstance(part, Prose) or (isinstance(part, Table) and part.shown)
    ]
    parts = [
        ("glance", "The month at a glance"),
        *([("months", "More charts over the months")] if paper.more_charts else []),
        *([("recorded", "As recorded")] if closing else []),
    ]
    yield from _contents(paper, parts)
    yield '<section id="glance"><h2>The month at a glance</h2>'
    flow, rest = paper.first_charts[:1], paper.first_charts[1:]
    yield from (_figure(chart) for chart in flow)
    yield from _pair(rest)
    yield '<p class="note">In charts, what is not known is a gap, never nought; each has its table of exact values.</p>'
    if paper.unknown_charts:
        names = "; ".join(chart.title for chart in paper.unknown_charts)
        yield "<details><summary>Charts of which nothing is known, or nothing but noughts</summary>"
        yield f'<p class="note">{_told(names)}.</p></details>'
    yield "</section>"
    for page in paper.statement.pages:
        yield from _page(page, paper.charts_on(page))
    if paper.more_charts:
        yield '<section id="months"><h2>More charts over the months</h2>'
        yield from _pair(paper.more_charts)
        yield "</section>"
    if closing:
        yield '<section id="recorded"><h2>As recorded</h2>'
        for part in closing:
            yield from _prose(part) if isinstance(part, Prose) else _report_table(part)
        yield "</section>"


def _pair(charts: Iterable[Chart]) -> Iterator[str]:
    yield '<div class="pair">'
    yield from (_figure(chart) for chart in charts)
    yield "</div>"


def _figure(chart: Chart) -> str:
    table = "\n".join(_report_table(chart_table(chart), captioned=False))
    drawn = as_svg(chart, styled=False).rstrip("\n")
    return f"<figure>{drawn}\n<details><summary>Table</summary>{table}</details></figure>"


def _page(page: Page, charts: Sequence[Chart]) -> Iterator[str]:
    number = f'<span class="number">{page.number}</span>'
    yield f'<section id="page-{page.number}"><h2>{number}{_told(heading_of(page))}</h2>'
    shown = [section for section in page.sections if section.rows]
    if not shown and not page.notes and not charts:
        yield '<p class="note">Nothing is known of what this page is for.</p>'
    for section in shown:
        yield from _section(section)
    yield from (f'<p class="note">{_told(note)}</p>' for note in page.notes)
    if charts:
        yield from _pair(charts)
    yield "</section>"


def _section(section: Section) -> Iterator[str]:
    columns = columns_of(section)
    words = {figure.column for row in section.rows for figure in row.figures if is_in_words(figure)}
    yield _wide(title_of(section))
    heads = "".join(f'<th scope="col"{_side(column not in words)}>{_told(column)}</th>' for column in columns)
    yield f"<caption>{_told(title_of(section))}</caption>"
    first = section.title if section.shape == "table" else {"classes": "Class", "loans": "Loan"}.get(section.shape, "")
    corner = f'<th scope="col">{_told(first)}</th>' if first else "<td></td>"
    yield f"<thead><tr>{corner}{heads}</tr></thead><tbody>"
    heading = ""
    for row in section.rows:
        if row.heading and row.heading != heading:
            yield f'<tr class="over"><th scope="rowgroup" colspan="{len(columns) + 1}">{_told(row.heading)}</th></tr>'
        heading = row.heading
        held = {figure.column: figure for figure in row.figures}
        cells = "".join(_cell(held.get(column), column not in words) for column in columns)
        under = ' class="under"' if heading else ""
        yield f'<tr{under}><th scope="row">{_told(label_of(row))}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _side(right: bool) -> str:
    return ' class="n"' if right else ""


def _cell(figure: Figure | None, right: bool) -> str:
    if figure is None:
        return "<td></td>"
    mark = mark_of(figure)
    printed = _told(figure.printed)
    if mark:
        printed = f'<span class="{mark}" title="{figure.origin.value}">{printed}</span>'
    return f"<td{_side(right)}>{printed}</td>"


def _wide(name: str) -> str:
    """Return the beginning of a table that scrolls by itself where it is wider than the page, by keys as well."""
    return f'<div class="wide" role="region" tabindex="0" aria-label="{_told(name)}"><table>'


def _report_table(table: Table, *, captioned: bool = True) -> Iterator[str]:
    shown = table.read()
    yield _wide(table.caption or table.name)
    if captioned and table.caption:
        yield f"<caption>{_told(table.caption)}</caption>"
    heads = "".join(f'<th scope="col"{_side(column.right)}>{_told(column.heading)}</th>' for _, column in shown)
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for row in table.rows:
        cells = (f"<td{_side(column.right)}>{_told(spelt(row[place], column))}</td>" for place, column in shown)
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"


def _prose(part: Prose) -> Iterator[str]:
    if part.heading:
        yield f"<h3>{_told(part.heading)}</h3>"
    yield from (f"<p>{_told(line)}</p>" for line in part.lines)


def _footer(paper: Paper) -> Iterator[str]:
    yield "<footer>"
    parties = paper.statement.report.terms.parties
    if parties:
        yield '<h3>Parties</h3><dl class="from">'
        for item in parties:
            contact = f', <span class="soft">{_told(item.contact)}</span>' if item.contact else ""
            yield f"<dt>{_told(item.role)}</dt><dd>{_told(item.name)}{contact}</dd>"
        yield "</dl>"
    yield "<h3>Where this comes from</h3>"
    yield '<dl class="from">'
    yield from (f"<dt>{_told(name)}</dt><dd>{_told(text)}</dd>" for name, text in paper.provenance())
    yield "</dl>"
    yield (
        '<p class="note">Figures without a mark are derived from events in the ledger or are terms of the deal; '
        '<span class="brought">dots</span> mark what was brought forward when the deal entered it, '
        '<span class="reported">dashes</span> what was reported to it as a figure.</p>'
    )
    yield "</footer></body></html>"


__all__ = ["as_html"]
