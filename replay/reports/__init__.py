"""Results as reports, for every face: a builder for each kind of result.

What a report is, and how it is written as text, JSON and CSV, stands in ``ledger.reports``.
"""

from __future__ import annotations

from ledger.reports import About, Report, line_report, written

__all__ = ["About", "Report", "line_report", "written"]
