"""Notices what a complete filing of this template prints and a damaged one lacks."""

from __future__ import annotations

from collections import Counter

from replay.filing.model import Gathered
from replay.filing.tables.bonds import TEMPLATES, BondReader
from replay.filing.tables.groups import GroupReader
from replay.filing.template import DELINQUENCY_SECTIONS, REPORT_SECTIONS, USUAL_ROWS, USUAL_TOTALS
from replay.filing.text.lines import squash
from replay.filing.text.pages import FilingPage

_MOST_TABLES = 40


def report_missing_sections(pages: list[FilingPage], out: Gathered) -> None:
    """Name the sections that the template prints on a report's pages and this text does not have there."""
    for report, sections in REPORT_SECTIONS.items():
        own = [page for page in pages if squash(page.report) == squash(report)]
        found = {squash(section) for page in own for section in page.reads}
        for section in sections:
            if own and squash(section) not in found:
                message = f"the {report} has no section {section!r}"
                out.problem(own[-1].last_line, own[-1].number, "section-missing", message)


def report_missing_rows(tables: list[GroupReader], out: Gathered) -> None:
    """Name the usual rows that a section lacks, where it has at least half of them and so follows the usual form."""
    usual = {squash(section): rows for section, rows in USUAL_ROWS.items()}
    for table in tables:
        rows = usual.get(squash(table.section), ())
        if not rows:
            continue
        found = Counter("".join(name.split()) for name in (*table.names, *(label for _, label in table.blanks)))
        # A lost sub-heading changes the names of all its rows, so the form is judged by the labels alone.
        labels = {_label(name) for name in found}
        if len(rows) > 1 and 2 * sum(_label(row) in labels for row in rows) < len(rows):
            continue
        wanted = Counter("".join(row.split()) for row in rows)
        readable = {"".join(row.split()): row for row in rows}
        for row in wanted - found:
            message = f"{table.section}: the usual row {readable[row]!r} is missing, or its label is damaged"
            out.problem(table.source_line, table.page, "row-missing", message)


def _label(name: str) -> str:
    return squash(name).rpartition(":")[2]


def report_missing_totals(pages: list[FilingPage], out: Gathered) -> None:
    """Name the totals that a detail report prints above its loans and this text lacks."""
    usual = {squash(report): totals for report, totals in USUAL_TOTALS.items()}
    for page in pages:
        for name in usual.get(squash(page.report), ()):
            if "SUMMARY" in page.reads and name not in page.totals:
                message = f"SUMMARY: the usual total {name!r} is missing, or its label is damaged"
                out.problem(page.last_line, page.number, "row-missing", message)


def report_missing_delinquency(pages: list[FilingPage], groups: tuple[str, ...], out: Gathered) -> None:
    """Name the delinquency sections, and the loan groups' delinquency pages, that are missing."""
    own = [page for page in pages if squash(page.report) == "delinquencyreport"]
    for page in own:
        for section in DELINQUENCY_SECTIONS:
            if section not in page.reads:
                message = f"the Delinquency Report has no section {section!r} on page {page.number}"
                out.problem(page.last_line, page.number, "section-missing", message)
    if not own or len(groups) < 2:
        return
    shown = [squash(page.subtitle).rpartition("-")[2] for page in own]
    for group in ("total", *groups):
        ends = (squash(group), squash(group) + "group")
        if not any(name.endswith(ends) for name in shown):
            message = f"the Delinquency Report has no page for {group!r}"
            out.problem(own[-1].last_line, own[-1].number, "group-missing", message)


def report_missing_classes(tables: list[BondReader], out: Gathered) -> None:
    """Name the classes that one bond table has and another lacks; the factor table has no total."""
    if len(tables) > _MOST_TABLES:
        message = f"{len(tables)} tables of bond classes; a statement has {len(TEMPLATES)}"
        out.problem(tables[_MOST_TABLES].source_line, tables[_MOST_TABLES].page, "tables-repeated", message)
        return
    everywhere = list(dict.fromkeys(name for table in tables for name in table.classes))
    for table in tables:
        for name in everywhere:
            if name not in table.classes and not (table.section == "factors" and name.lower().startswith("total")):
                message = f"the table {table.section!r} has no row for class {name!r}"
                out.problem(table.source_line, table.page, "class-missing", message)
