"""Reports: what a result is called, where it comes from, its tables with typed columns; and their writers.

A builder makes a :class:`Report` of a result, whoever is going to see it. A writer turns any report into text for a
reader, JSON or JSON Lines for a program, CSV for a spreadsheet. Faces (the commands, a web page) hold neither.
"""

from __future__ import annotations

from ledger.reports.about import ABOUT, ABOUT_VERSION, TEXT_HEADING, About
from ledger.reports.delimited import as_csv, as_tabs
from ledger.reports.documents import as_json, as_json_lines, as_members, as_one_json, shown_json
from ledger.reports.outcomes import line_report
from ledger.reports.people import approved_by, document_told, people_told, posted_by
from ledger.reports.report import (
    DEALS_CURRENCY,
    CellValue,
    Column,
    ColumnKind,
    Fact,
    Prose,
    Provenance,
    Report,
    ReportPart,
    Spelling,
    Table,
)
from ledger.reports.spelling import plain as plain_cell
from ledger.reports.spelling import spelt
from ledger.reports.text import about_text, as_text
from ledger.reports.writers import WRITERS, written
from ledger.values.result_version import only_version
from ledger.visible import visible

__all__ = [
    "ABOUT",
    "ABOUT_VERSION",
    "DEALS_CURRENCY",
    "TEXT_HEADING",
    "WRITERS",
    "About",
    "CellValue",
    "Column",
    "ColumnKind",
    "Fact",
    "Prose",
    "Provenance",
    "Report",
    "ReportPart",
    "Spelling",
    "Table",
    "about_text",
    "approved_by",
    "as_csv",
    "as_json",
    "as_json_lines",
    "as_members",
    "as_one_json",
    "as_tabs",
    "as_text",
    "document_told",
    "line_report",
    "only_version",
    "people_told",
    "plain_cell",
    "posted_by",
    "shown_json",
    "spelt",
    "visible",
    "written",
]
