"""The writers by the names of their formats: what a face offers, and hands a report to."""

from __future__ import annotations

from collections.abc import Callable

from ledger.reports.delimited import as_csv
from ledger.reports.documents import as_json, as_json_lines
from ledger.reports.report import Report
from ledger.reports.text import as_text

WRITERS: dict[str, Callable[[Report], str]] = {
    "text": lambda report: f"{as_text(report)}\n",
    "json": lambda report: f"{as_json(report)}\n",
    "jsonl": as_json_lines,
    "csv": as_csv,
}
"""Every format by name; each ends its last line."""


def written(report: Report, form: str) -> str:
    """Return a report in the format of this name, its last line ended; raises :class:`KeyError` for an unknown one."""
    return WRITERS[form](report)
